// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// The time that a run may take, and how much it measures. <c>--quick</c> differs from a full run here alone. The number of groups in the
/// second passes is decided while it runs; no counted row depends on it.
/// </summary>
/// <remarks>
/// If REPLACE would send more than ReplacedPrefixes prefixes in a replay, only a sample of Replacements is timed. Each window is replayed
/// ReplayRounds times, but fewer times if that exceeds ReplayedChanges changes: long traces are replayed once. The loss and the return of a
/// peer are repeated Rounds times. The first pass over a scheme always has FirstGroups groups of A B B A, because later counts depend on
/// it. The second pass has at most PairGroups groups. A repetition makes PairedChanges changes of the trace, or looks up PacketKeys packets
/// (a power of two).
/// </remarks>
public sealed record ChurnPlan(
    double Seconds, double SweepSeconds, int Replacements, long ReplacedPrefixes, int ReplayRounds, long ReplayedChanges, int Rounds,
    IReadOnlyList<string> Orders, int FirstGroups, int PairGroups, int PairedChanges, int PacketKeys)
{
    public static ChurnPlan Full { get; } = new(265, 0.05, 20, 1_000_000, 5, 300_000, 3, [Figures.Orders.Sorted], 3, 8, 20_000, 1 << 14);
    public static ChurnPlan Quick { get; } = new(50, 0.015, 6, 200_000, 3, 100_000, 2, [], 1, 3, 5_000, 1 << 13) { Reader = ReaderEffort.Quick };
    public ReaderEffort Reader { get; init; } = ReaderEffort.Full;
}

/// <summary>The context of <c>churn</c>: the trace, and the bindings before and after it.</summary>
public sealed class ChurnContext : RunContext
{
    public required ChurnTrace Trace { get; init; }
    public required StartingTable Table { get; init; }
    public required IReadOnlyList<SchemeKind> Kinds { get; init; }

    /// <summary>Windows of coalescing in ms.</summary>
    public required IReadOnlyList<int> Windows { get; init; }

    public required ChurnPlan Plan { get; init; }
    public override Family Family => Trace.Family;
    protected override int Prefixes => Table.Prefixes.Length;

    /// <summary>The bindings before the trace and after it.</summary>
    public required ExpectedBinding Start { get; init; }
    public required ExpectedBinding End { get; init; }

    /// <summary>Changes that lead from the end back to the start, so that the trace can be replayed again.</summary>
    public required BindingChange[] Back { get; init; }

    /// <summary>The table as insertions, in its order.</summary>
    public required BindingChange[] Load { get; init; }

    public void Add(Scheme scheme, Figure row) => Add(scheme.Kind, row);

    public void Add(SchemeKind kind, Figure row) => Figures.Add(kind.Label(row));

    public void Add(Scheme scheme, Figure at, params ReadOnlySpan<(Metric Metric, double Value)> values)
    {
        foreach (var (metric, value) in values)
            Add(scheme, metric.Row(at, value));
    }
}
