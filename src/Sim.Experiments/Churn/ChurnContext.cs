// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>Limits the time of a run and the amount that the run measures. <c>--quick</c> changes nothing but this plan. The number of
/// groups in a second pass is decided during the run. No counted row depends on the number of groups.</summary>
/// <remarks>
/// If REPLACE would send more than ReplacedPrefixes prefixes in a replay, only a sample of Replacements replacements is timed. Each window
/// is replayed ReplayRounds times, or fewer times if these rounds would make more than ReplayedChanges changes. A long trace is replayed
/// once. The loss and the return of a peer are repeated Rounds times. The first pass over a scheme always has FirstGroups groups of A B B
/// A, because later counts depend on the number of groups. The second pass has at most PairGroups groups. A repetition makes PairedChanges
/// changes of the trace, or looks up PacketKeys packets. PacketKeys is a power of two.
/// </remarks>
public sealed record ChurnPlan(
    double Seconds, double SweepSeconds, int Replacements, long ReplacedPrefixes, int ReplayRounds, long ReplayedChanges, int Rounds,
    IReadOnlyList<string> Orders, int FirstGroups, int PairGroups, int PairedChanges, int PacketKeys)
{
    public static ChurnPlan Full { get; } = new(265, 0.05, 20, 1_000_000, 5, 300_000, 3, [Figures.Orders.Sorted], 3, 8, 20_000, 1 << 14);
    public static ChurnPlan Quick { get; } = new(50, 0.015, 6, 200_000, 3, 100_000, 2, [], 1, 3, 5_000, 1 << 13) { Reader = ReaderEffort.Quick };
    public ReaderEffort Reader { get; init; } = ReaderEffort.Full;
}

/// <summary>The context of <c>churn</c>: the trace, the bindings before the trace, and the bindings after the trace.</summary>
public sealed class ChurnContext : RunContext
{
    public required ChurnTrace Trace { get; init; }
    public required StartingTable Table { get; init; }
    public required IReadOnlyList<SchemeKind> Kinds { get; init; }

    /// <summary>The coalescing windows in ms.</summary>
    public required IReadOnlyList<int> Windows { get; init; }

    public required ChurnPlan Plan { get; init; }
    public override Family Family => Trace.Family;
    protected override int Prefixes => Table.Prefixes.Length;

    /// <summary>The bindings before the trace (Start) and after it (End).</summary>
    public required ExpectedBinding Start { get; init; }
    public required ExpectedBinding End { get; init; }

    /// <summary>The changes that restore the bindings of Start after a replay, so that the trace can be replayed again.</summary>
    public required BindingChange[] Back { get; init; }

    /// <summary>The table as a list of insertions, in the table's order.</summary>
    public required BindingChange[] Load { get; init; }

    public void Add(Scheme scheme, Figure row) => Add(scheme.Kind, row);

    public void Add(SchemeKind kind, Figure row) => Figures.Add(kind.Label(row));

    public void Add(Scheme scheme, Figure at, params ReadOnlySpan<(Metric Metric, double Value)> values)
    {
        foreach (var (metric, value) in values)
            Add(scheme, metric.Row(at, value));
    }
}
