// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Schemes;
using Sim.Schemes.Structures;
using Sim.Workloads.Mrt;

namespace Sim.Experiments.Churn;

/// <summary>
/// The rows of a scheme's replays. Values are medians over the rounds with quartiles; where REPLACE is estimated, low and
/// high are the ends of its 95% interval.
/// </summary>
public sealed class ReplayRows(ChurnContext context, Scheme scheme)
{
    public const string Experiment = "replay";
    public const string AnyChange = "update";

    /// <summary>The kinds of change that the kernel hears of, as rows name them.</summary>
    public static readonly (RouteChange Kind, string Operation)[] Kinds =
        [(RouteChange.Insert, "insert"), (RouteChange.Move, "move"), (RouteChange.Delete, "delete")];

    /// <summary>Rows of one window.</summary>
    public void Add(int window, IReadOnlyList<ReplayRound> rounds, ReplacementCost replacement)
    {
        AddCosts(window, AnyChange, [.. rounds.Select(round => round.All)], replacement);
        AddOwnClock(window, rounds, replacement);
        foreach (var (kind, operation) in Kinds)
        {
            if (rounds[0].ByKind[(int)kind].Batches > 0)
                AddCosts(window, operation, [.. rounds.Select(round => round.ByKind[(int)kind])], replacement);
        }
    }

    /// <summary>What the sample of replacements came to.</summary>
    public void AddReplacement(ReplacementCost sample)
    {
        if (sample.N == 0)
            return;
        Figure Row(string metric, string unit, double value, Basis basis) =>
            context.Row(Experiment, metric, unit, value, basis) with { N = sample.N };

        context.Add(scheme, Row("time-per-prefix", "ns", sample.Seconds * 1e9, Basis.Estimated) with
        {
            Operation = "replace", Low = sample.Low * 1e9, High = sample.High * 1e9,
        });
        foreach (var (metric, count) in Counts(sample.Work))
        {
            var row = Row(metric, "count", count / (double)sample.N, Basis.Counted);
            context.Add(scheme, row with { Operation = "delete", X = 0 });
        }
    }

    private void AddCosts(int window, string operation, List<ReplayCosts> rounds, ReplacementCost replacement)
    {
        var costs = rounds[^1];
        if (costs.Batches == 0)
            return;
        Figure Place(Figure row) => row with { Operation = operation, X = window };
        foreach (var (metric, percent) in new[] { ("batch-median", 50.0), ("batch-p99", 99.0), ("batch-worst", 100.0) })
            context.Add(scheme, Place(Timed(metric, "ns", rounds, round => round.Percentile(percent))));
        var perChange = Timed("time-per-change", "ns", rounds, round => round.Seconds * 1e9 / round.Changes);
        context.Add(scheme, Place(WithInterval(perChange, costs, replacement, seconds => seconds * 1e9 / costs.Changes)));
        double changes = costs.Changes;
        void Count(string metric, string unit, double value) =>
            context.Add(scheme, Place(context.Row(Experiment, metric, unit, value, Basis.Counted)));

        Count("messages-per-change", "count", costs.Sent.Messages / changes);
        Count("bytes-per-change", "bytes", costs.Sent.Bytes / changes);
        Count("calls-per-change", "count", costs.Sent.Calls / changes);
        // What is estimated was done by other means, whose work is not that of REPLACE.
        if (costs.Estimated > 0)
            return;
        foreach (var (metric, count) in Counts(costs.Work))
            Count(metric, "count", count / changes);
    }

    private void AddOwnClock(int window, IReadOnlyList<ReplayRound> rounds, ReplacementCost replacement)
    {
        var costs = rounds[^1].All;
        var clock = context.Trace.Seconds;
        void Add(Figure row) => context.Add(scheme, row with { X = window });
        void AddTimed(string metric, string unit, Func<ReplayRound, double> value, Func<double, double> ofSeconds) =>
            Add(WithInterval(Timed(metric, unit, rounds, value, costs), costs, replacement, ofSeconds));
        void Simulate(string metric, string unit, Func<ReplayRound, double> value) =>
            Add(Timed(metric, unit, rounds, value, costs) with { Basis = costs.Estimated > 0 ? Basis.Estimated : Basis.Simulated });
        void Count(string metric, string unit, double value) => Add(context.Row(Experiment, metric, unit, value, Basis.Counted));

        AddTimed("time", "ms", round => round.All.Seconds * 1e3, seconds => seconds * 1e3);
        // A trace of one instant, or without a change, has no clock to be held against.
        if (clock > 0 && costs.Changes > 0)
        {
            AddTimed("speed", "ratio", round => clock / Math.Max(round.All.Seconds, 1e-9), seconds => clock / Math.Max(seconds, 1e-9));
            Add(Timed("harness-speed", "ratio", rounds, round => clock / round.HarnessSeconds, costs) with { Basis = Basis.Measured });
            Simulate("busy", "ratio", round => round.Own.Busy / clock);
        }

        Simulate("backlog-worst", "ms", round => round.Own.WorstBacklog * 1e3);
        Simulate("staleness-worst", "ms", round => round.Own.WorstStaleness * 1e3);
        Count("changes-taken", "count", rounds[^1].Taken);
        Count("changes-left", "count", costs.Changes);
        Count("windows", "count", rounds[^1].Windows);
        Count("messages", "count", costs.Sent.Messages);
        Count("message-bytes", "bytes", costs.Sent.Bytes);
        Count("calls", "count", costs.Sent.Calls);
        Count("bindings-checked", "count", context.End.Count);
    }

    private Figure Timed(string metric, string unit, List<ReplayCosts> rounds, Func<ReplayCosts, double> value) =>
        Timed(metric, unit, rounds, value, rounds[^1]);

    private Figure Timed<T>(string metric, string unit, IReadOnlyList<T> rounds, Func<T, double> value, ReplayCosts costs)
    {
        var spread = Spread.Of([.. rounds.Select(value)]);
        return context.Row(Experiment, metric, unit, spread.Median, costs.Estimated > 0 ? Basis.Estimated : Basis.Measured) with
        {
            Low = spread.Low, High = spread.High, N = spread.N,
        };
    }

    /// <summary>Gives a row the last round's value and the interval of what was estimated in it, in place of quartiles over rounds.</summary>
    private static Figure WithInterval(Figure row, ReplayCosts costs, ReplacementCost replacement, Func<double, double> ofSeconds)
    {
        if (costs.Estimated == 0)
            return row;
        var low = ofSeconds(costs.Seconds - costs.Estimated * (replacement.Seconds - replacement.Low));
        var high = ofSeconds(costs.Seconds + costs.Estimated * (replacement.High - replacement.Seconds));
        return row with
        {
            Value = ofSeconds(costs.Seconds), Low = Math.Min(low, high), High = Math.Max(low, high), N = replacement.N,
        };
    }

    private static (string Metric, long Count)[] Counts(KernelWork work) =>
    [
        ("operations-per-change", work.Operations), ("allocations-per-change", work.Allocations), ("frees-per-change", work.Frees),
        ("grace-periods-per-change", work.GracePeriods), ("waits-per-change", work.Waits),
    ];
}
