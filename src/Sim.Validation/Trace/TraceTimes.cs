// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Schemes;
using Sim.Validation.Session;
using Sim.Workloads.Tables;

namespace Sim.Validation.Trace;

/// <summary>
/// The time per change under each scheme, and its ratio to a baseline. The kernel's times include netlink and system calls,
/// the port's only its structures. Times are not compared.
/// </summary>
public sealed class TraceTimes
{
    /// <summary>The baselines, in order of preference: today's kernels, then those before 6.16.</summary>
    private static readonly string[] s_baselines = [SchemeNames.RemoveMe, SchemeNames.DummyPeer, SchemeNames.Replace];

    private readonly List<Replays> _all = [];

    /// <summary>Adds the times of a replay; times of other phases are not shown.</summary>
    public void Add(ValidationContext context, CheckPoint at, TracePhase phase, long kernelNs)
    {
        if (phase is not { Operation: "replay", Window: { } window, Changes: > 0, IsTimed: true })
            return;
        at = at with { Operation = "replay" };
        var replays = _all.Find(other => other.At == at && other.Window == window.Milliseconds);
        if (replays is null)
            _all.Add(replays = new Replays(context, at, window.Milliseconds, phase));
        replays.Kernel.Add(kernelNs / (double)phase.Changes);
        replays.Port.Add(phase.Seconds * 1e9 / phase.Changes);
    }

    /// <summary>Adds all rows.</summary>
    public void AddRatios()
    {
        foreach (var replays in _all)
        {
            var each = 1.0 / replays.Phase.Changes;
            AddCount(replays, ReplayMetrics.Changes, "count", replays.Phase.Changes);
            AddCount(replays, ReplayMetrics.Bytes, "bytes", replays.Phase.Sent.Bytes * each);
            AddCount(replays, ReplayMetrics.Calls, "count", replays.Phase.Sent.Calls * each);
            AddTime(replays, ReplayMetrics.Time, replays.Kernel, replays.Context.TimeUnit, ValidationRows.Kernel);
            AddTime(replays, ReplayMetrics.Time, replays.Port, "ns", ValidationRows.Port);
            var others = _all.Where(other => other.Window == replays.Window && other.At.Family == replays.At.Family).ToList();
            var baseline = s_baselines.Select(name => others.Find(other => other.At.Scheme == name)).FirstOrDefault(found => found is not null) ?? others[0];
            AddTime(replays, ReplayMetrics.Ratio, Quotients(replays.Kernel, baseline.Kernel), "ratio", ValidationRows.Kernel, baseline.At.Scheme);
            AddTime(replays, ReplayMetrics.Ratio, Quotients(replays.Port, baseline.Port), "ratio", ValidationRows.Port, baseline.At.Scheme);
        }
    }

    private static List<double> Quotients(List<double> times, List<double> baseline) => [.. times.Zip(baseline, (time, other) => time / other)];

    private static void AddCount(Replays replays, string metric, string unit, double value) =>
        Add(replays.Context.Row(replays.At, metric, unit, value, Basis.Counted), replays);

    private static void AddTime(Replays replays, string metric, List<double> values, string unit, string side, string item = "") =>
        Add(replays.Context.Row(replays.At, metric, unit, Spread.Of(values)) with { Side = side, Item = item }, replays);

    private static void Add(Figure row, Replays replays) => replays.Context.Figures.Add(row with { Experiment = ValidationRows.ReplayExperiment, X = replays.Window });

    /// <summary>The rounds of one window under one scheme.</summary>
    private sealed record Replays(ValidationContext Context, CheckPoint At, int Window, TracePhase Phase)
    {
        public List<double> Kernel { get; } = [];

        public List<double> Port { get; } = [];
    }
}
