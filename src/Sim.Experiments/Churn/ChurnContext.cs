// SPDX-License-Identifier: MIT
using Sim.Figures.Machine;
using Sim.Files;

namespace Sim.Experiments.Churn;

/// <summary>
/// How long a run may take, and how much it measures: the one place where <c>--quick</c> differs from a full run. How many groups the
/// second passes have is decided while it runs; no counted row depends on it.
/// </summary>
/// <remarks>
/// So many replacements of a peer's whole set are timed if doing all would send more prefixes than ReplacedPrefixes in a window. A window has ReplayRounds
/// replays, and no further one begins after so many ReplayedChanges: long traces are replayed once. Rounds are those of the loss and the return of a
/// peer. The first pass over a scheme and the reference has as many groups of A B B A in every run, because rows that follow are counted; the second
/// has at most PairGroups. A repetition makes so many changes of the trace, or looks up so many packets (a power of two).
/// </remarks>
public sealed record ChurnPlan(
    double Seconds, double SweepSeconds, int Replacements, long ReplacedPrefixes, int ReplayRounds, long ReplayedChanges, int Rounds,
    IReadOnlyList<string> Orders, int FirstGroups, int PairGroups, int PairedChanges, int PacketKeys)
{
    /// <summary>Seconds that the report takes.</summary>
    public const double ReportSeconds = 4;

    public static ChurnPlan Full { get; } = new(265, 0.05, 20, 1_000_000, 5, 300_000, 3, [Figures.Orders.Sorted], 3, 8, 20_000, 1 << 14);
    public static ChurnPlan Quick { get; } = new(50, 0.015, 6, 200_000, 3, 100_000, 2, [], 1, 3, 5_000, 1 << 13) { Reader = ReaderEffort.Quick };

    /// <summary>What readers beside the writer do.</summary>
    public ReaderEffort Reader { get; init; } = ReaderEffort.Full;
}

/// <summary>What the experiments of <c>churn</c> share: the trace, the binding it begins and ends with, and where rows go.</summary>
public sealed class ChurnContext
{
    public required ChurnTrace Trace { get; init; }
    public required StartingTable Table { get; init; }
    public required int Peers { get; init; }
    public required IReadOnlyList<SchemeKind> Kinds { get; init; }

    /// <summary>Windows of coalescing in ms.</summary>
    public required IReadOnlyList<int> Windows { get; init; }

    public required ChurnPlan Plan { get; init; }
    public required ulong Seed { get; init; }
    public required IWorkProgress Progress { get; init; }
    public CancellationToken Cancel { get; init; }

    /// <summary>The time there is; without it, as much as the plan allows.</summary>
    public TimeBudget Budget { get; init; } = TimeBudget.Unlimited;

    /// <summary>What others do on the machine.</summary>
    public MachineWatch Watch { get; init; } = MachineWatch.None;

    /// <summary>What empties the caches.</summary>
    public CacheSweep Sweep { get; init; } = new(HostFacts.LastLevelCacheBytes);

    public List<Figure> Figures { get; } = [];

    public Family Family => Trace.Family;

    /// <summary>The binding before the trace.</summary>
    public required ExpectedBinding Start { get; init; }

    /// <summary>The binding that the trace implies.</summary>
    public required ExpectedBinding End { get; init; }

    /// <summary>What leads from the end back to the start: the trace can be replayed again.</summary>
    public required BindingChange[] Back { get; init; }

    /// <summary>The table as insertions, in its order.</summary>
    public required BindingChange[] Load { get; init; }

    /// <summary>The place of a row: the columns that all rows of an experiment share.</summary>
    public Figure At(Experiment experiment) =>
        Figure.At(experiment, (int)Family) with { Peers = Peers, Prefixes = Table.Prefixes.Length };

    public void Add(Scheme scheme, Figure row) => Add(scheme.Kind, row);

    public void Add(SchemeKind kind, Figure row) => Figures.Add(kind.Label(row));
}
