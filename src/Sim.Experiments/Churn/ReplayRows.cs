// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>Adds the rows of a scheme’s replays. Each row has a median over rounds with quartiles, or an estimate with a 95 %
/// interval.</summary>
public sealed class ReplayRows(ChurnContext context, Scheme scheme)
{
    private readonly Figure _at = context.At(Experiment.Replay);

    /// <summary>The kinds of change that reach the kernel, with their names in rows.</summary>
    public static readonly (RouteChange Kind, Term Operation)[] Kinds =
        [(RouteChange.Insert, Operations.Insert), (RouteChange.Move, Operations.Move), (RouteChange.Delete, Operations.Delete)];

    public void Add(int window, IReadOnlyList<ReplayRound> rounds, ReplacementCost replacement)
    {
        AddCosts(window, Operations.Update, [.. rounds.Select(round => round.All)], replacement);
        AddOwnClock(window, rounds, replacement);
        foreach (var (kind, operation) in Kinds)
        {
            if (rounds[0].ByKind[(int)kind].Batches > 0)
                AddCosts(window, operation, [.. rounds.Select(round => round.ByKind[(int)kind])], replacement);
        }
    }

    public void AddReplacement(ReplacementCost sample)
    {
        if (sample.N == 0)
            return;
        context.Add(scheme, Metrics.TimePerPrefix.Row(_at with { Operation = Operations.Replace }, sample.Seconds * 1e9) with
        {
            Low = sample.Low * 1e9, High = sample.High * 1e9, N = sample.N, Basis = Basis.Estimated,
        });
        foreach (var (metric, count) in Counts(sample.Work))
            context.Add(scheme, metric.Row(_at with { Operation = Operations.Delete, X = 0 }, count / (double)sample.N) with { N = sample.N });
    }

    private void AddCosts(int window, Term operation, List<ReplayCosts> rounds, ReplacementCost replacement)
    {
        var costs = rounds[^1];
        if (costs.Batches == 0)
            return;
        Figure Place(Figure row) => row with { Operation = operation, X = window };
        foreach (var (metric, percent) in new[] { (Metrics.BatchMedian, 50.0), (Metrics.BatchP99, 99.0), (Metrics.BatchWorst, 100.0) })
            context.Add(scheme, Place(Timed(metric, rounds, round => round.Percentile(percent))));
        var perChange = Timed(Metrics.TimePerChange, rounds, round => round.Seconds * 1e9 / round.Changes);
        context.Add(scheme, Place(WithInterval(perChange, costs, replacement, seconds => seconds * 1e9 / costs.Changes)));
        double changes = costs.Changes;
        context.Add(
            scheme, Place(_at), (Metrics.MessagesPerChange, costs.Sent.Messages / changes), (Metrics.BytesPerChange, costs.Sent.Bytes / changes),
            (Metrics.CallsPerChange, costs.Sent.Calls / changes));
        // Deletions with an estimated time were made without REPLACE, so their work is not that of REPLACE.
        if (costs.Estimated > 0)
            return;
        foreach (var (metric, count) in Counts(costs.Work))
            context.Add(scheme, Place(_at), (metric, count / changes));
    }

    private void AddOwnClock(int window, IReadOnlyList<ReplayRound> rounds, ReplacementCost replacement)
    {
        var costs = rounds[^1].All;
        var clock = context.Trace.Seconds;
        void Add(Figure row) => context.Add(scheme, row with { X = window });
        void AddTimed(Metric metric, Func<ReplayRound, double> value, Func<double, double> ofSeconds) =>
            Add(WithInterval(Timed(metric, rounds, value, costs), costs, replacement, ofSeconds));
        void Simulate(Metric metric, Func<ReplayRound, double> value) => Add(Timed(metric, rounds, value, costs));

        var whole = Timed(Metrics.Time, rounds, round => round.All.Seconds * 1e3, costs) with { Unit = Units.Milliseconds };
        Add(WithInterval(whole, costs, replacement, seconds => seconds * 1e3));
        // A trace without duration or without changes has no speed.
        if (clock > 0 && costs.Changes > 0)
        {
            AddTimed(Metrics.Speed, round => clock / Math.Max(round.All.Seconds, 1e-9), seconds => clock / Math.Max(seconds, 1e-9));
            Add(Timed(Metrics.HarnessSpeed, rounds, round => clock / round.HarnessSeconds, costs) with { Basis = Basis.Measured });
            Simulate(Metrics.BusyShare, round => round.Own.Busy / clock);
        }

        Simulate(Metrics.WorstBacklog, round => round.Own.WorstBacklog * 1e3);
        Simulate(Metrics.WorstStaleness, round => round.Own.WorstStaleness * 1e3);
        context.Add(
            scheme, _at with { X = window }, (Metrics.ChangesTaken, rounds[^1].Taken), (Metrics.ChangesLeft, costs.Changes), (Metrics.Windows, rounds[^1].Windows),
            (Metrics.Messages, costs.Sent.Messages), (Metrics.MessageBytes, costs.Sent.Bytes), (Metrics.Calls, costs.Sent.Calls),
            (Metrics.BindingsChecked, context.End.Count));
    }

    private Figure Timed(Metric metric, List<ReplayCosts> rounds, Func<ReplayCosts, double> value) => Timed(metric, rounds, value, rounds[^1]);

    /// <summary>Returns a row with the median over the rounds. The row's basis is estimated if the time of REPLACE is estimated.</summary>
    private Figure Timed<T>(Metric metric, IReadOnlyList<T> rounds, Func<T, double> value, ReplayCosts costs)
    {
        var row = metric.Row(_at, Spread.Of([.. rounds.Select(value)]));
        return costs.Estimated > 0 ? row with { Basis = Basis.Estimated } : row;
    }

    /// <summary>Returns the row. An estimated row gets the last round's value and the estimate's interval, instead of quartiles over
    /// rounds.</summary>
    private static Figure WithInterval(Figure row, ReplayCosts costs, ReplacementCost replacement, Func<double, double> ofSeconds)
    {
        if (costs.Estimated == 0)
            return row;
        var low = ofSeconds(costs.Seconds - costs.Estimated * (replacement.Seconds - replacement.Low));
        var high = ofSeconds(costs.Seconds + costs.Estimated * (replacement.High - replacement.Seconds));
        return row with { Value = ofSeconds(costs.Seconds), Low = Math.Min(low, high), High = Math.Max(low, high), N = replacement.N };
    }

    private static (Metric Metric, long Count)[] Counts(KernelWork work) =>
    [
        (Metrics.OperationsPerChange, work.Operations), (Metrics.AllocationsPerChange, work.Allocations), (Metrics.FreesPerChange, work.Frees),
        (Metrics.GracePeriodsPerChange, work.GracePeriods), (Metrics.WaitsPerChange, work.Waits),
    ];
}
