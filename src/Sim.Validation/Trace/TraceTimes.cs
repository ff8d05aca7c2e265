// SPDX-License-Identifier: MIT

namespace Sim.Validation.Trace;

/// <summary>
/// Collects the time per change under each scheme, and the ratio of this time to a baseline. The kernel's times include netlink and system
/// calls. The port's times cover only its structures. So the kernel's and the port's times are not compared.
/// </summary>
public sealed class TraceTimes
{
    /// <summary>The baselines, in order of preference: the scheme of today's kernels, and then the schemes of kernels before
    /// 6.16.</summary>
    private static readonly string[] s_baselines = [SchemeName.RemoveMe, SchemeName.DummyPeer, SchemeName.Replace];

    private readonly List<Replays> _all = [];

    /// <summary>Adds the times of a timed replay. The times of other phases are ignored.</summary>
    public void Add(ValidationContext context, Figure at, TracePhase phase, long kernelNs)
    {
        if (phase is not { IsReplay: true, Window: { } window, Changes: > 0, IsTimed: true })
            return;
        at = at with { Operation = Operations.Replay };
        var replays = _all.Find(other => other.At == at && other.Window == window.Milliseconds);
        if (replays is null)
            _all.Add(replays = new Replays(context, at, window.Milliseconds, phase));
        replays.Kernel.Add(kernelNs / (double)phase.Changes);
        replays.Port.Add(phase.Seconds * 1e9 / phase.Changes);
    }

    public void AddRatios()
    {
        foreach (var replays in _all)
        {
            var each = 1.0 / replays.Phase.Changes;
            AddCount(replays, Metrics.Changes, replays.Phase.Changes);
            AddCount(replays, Metrics.BytesPerChange, replays.Phase.Sent.Bytes * each);
            AddCount(replays, Metrics.CallsPerChange, replays.Phase.Sent.Calls * each);
            AddTime(replays, Metrics.TimePerChange, replays.Kernel, replays.Context.TimeUnit, Sides.Kernel);
            AddTime(replays, Metrics.TimePerChange, replays.Port, Units.Nanoseconds, Sides.Port);
            var others = _all.Where(other => other.Window == replays.Window && other.At.Family == replays.At.Family).ToList();
            var baseline = s_baselines.Select(name => others.Find(other => other.At.Scheme == name)).FirstOrDefault(found => found is not null) ?? others[0];
            AddTime(replays, Metrics.Ratio, Quotients(replays.Kernel, baseline.Kernel), Units.Ratio, Sides.Kernel, baseline.At.Scheme);
            AddTime(replays, Metrics.Ratio, Quotients(replays.Port, baseline.Port), Units.Ratio, Sides.Port, baseline.At.Scheme);
        }
    }

    private static List<double> Quotients(List<double> times, List<double> baseline) => [.. times.Zip(baseline, (time, other) => time / other)];

    private static void AddCount(Replays replays, Metric metric, double value) =>
        Add(metric.Row(replays.At, value), replays);

    private static void AddTime(Replays replays, Metric metric, List<double> values, string unit, string side, string item = "") =>
        Add(metric.Row(replays.At, Spread.Of(values)) with { Unit = unit, Side = side, Item = item }, replays);

    private static void Add(Figure row, Replays replays) => replays.Context.Figures.Add(row with { Experiment = Experiment.TraceReplay, X = replays.Window });

    /// <summary>The times of all rounds of one window under one scheme.</summary>
    private sealed record Replays(ValidationContext Context, Figure At, int Window, TracePhase Phase)
    {
        public List<double> Kernel { get; } = [];

        public List<double> Port { get; } = [];
    }
}
