// SPDX-License-Identifier: MIT
using Sim.Figures.Machine;
using Sim.Files;

namespace Sim.Experiments.Churn;

/// <summary>
/// How long a run may take, and how much it measures: the one place where <c>--quick</c> differs from a full run. How many groups the
/// second passes have is decided while it runs; no counted row depends on it.
/// </summary>
/// <param name="Seconds">For the whole run, reading the table and the trace included.</param>
/// <param name="SweepSeconds">For emptying the caches once.</param>
/// <param name="Replacements">Replacements of a peer's whole set that are timed where doing all is too slow.</param>
/// <param name="ReplacedPrefixes">The most prefixes that a window's replacements may send for all of them to be done.</param>
/// <param name="ReplayRounds">Replays in each window.</param>
/// <param name="ReplayedChanges">Changes after which no further round begins: long traces are replayed once.</param>
/// <param name="Rounds">Repetitions of the loss and the return of a peer.</param>
/// <param name="Orders">Orders of the initial load.</param>
/// <param name="FirstGroups">Groups of A B B A in the first pass over a scheme and the reference: as many in every run, since what follows is counted.</param>
/// <param name="PairGroups">The most in the second pass.</param>
/// <param name="PairedChanges">Changes of the trace in one repetition of these.</param>
/// <param name="PacketKeys">Packets in one repetition; a power of two.</param>
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
