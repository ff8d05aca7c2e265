// SPDX-License-Identifier: MIT
using Sim.Figures.Machine;
using Sim.Files;
using Sim.Workloads;
using Sim.Workloads.Tables;

namespace Sim.Experiments.Bench;

/// <summary>What every experiment of a run shares: the table, the peer of each of its routes, the plan, and where rows go.</summary>
public sealed class BenchContext
{
    private readonly Dictionary<string, PeerTable> _orders = [];

    public BenchContext(RouteTable table, int[] peerOf)
    {
        Table = table;
        PeerOf = peerOf;
    }

    public RouteTable Table { get; }
    public int[] PeerOf { get; }
    public required int Peers { get; init; }

    /// <summary>The order that lookups and updates start from.</summary>
    public required string Order { get; init; }

    public required ulong Seed { get; init; }
    public required BenchPlan Plan { get; init; }
    public required IReadOnlyList<string> KeyPatterns { get; init; }
    public required IWorkProgress Progress { get; init; }
    public CancellationToken Cancel { get; init; }

    /// <summary>The time there is; without it, as many groups as the plan allows.</summary>
    public TimeBudget Budget { get; init; } = TimeBudget.Unlimited;

    /// <summary>What others do on the machine.</summary>
    public MachineWatch Watch { get; init; } = MachineWatch.None;

    /// <summary>What empties the caches.</summary>
    public CacheSweep Sweep { get; init; } = new(HostFacts.LastLevelCacheBytes);

    public PassRunner Passes => field ??= new(Budget, Watch, Progress, Cancel);

    public List<Figure> Figures { get; } = [];

    public int Family => (int)Table.Family;

    /// <summary>All orders, the run's own first.</summary>
    public IEnumerable<string> Orders => TableOrder.Names.OrderByDescending(order => order == Order);

    /// <summary>The table in an order of insertion.</summary>
    public PeerTable Ordered(string order)
    {
        if (!_orders.TryGetValue(order, out var ordered))
            _orders[order] = ordered = PeerTable.Of(Table, PeerOf, order, Seed);
        return ordered;
    }

    /// <summary>Keys to look up; the seed is the run's, so that every pattern is repeatable.</summary>
    public Keys MakeKeys(string pattern, int count)
    {
        if (!LookupKeys.TryParse(pattern, out var parsed))
            throw new ArgumentException($"no such key pattern: {pattern}", nameof(pattern));
        return Keys.Of(Table.ToPrefixes(), parsed, count, Seed);
    }

    /// <summary>The place of a row: the columns that all rows of an experiment share.</summary>
    public Figure At(Experiment experiment) => Figure.At(experiment, Family) with { Peers = Peers, Prefixes = Table.Routes.Length };

    /// <summary>A measured time per lookup or operation, in ns.</summary>
    public void AddTime(Experiment experiment, Subject subject, Spread seconds, Func<Figure, Figure> label) =>
        Figures.Add(label(Metrics.Time.Row(subject.Label(At(experiment)) with { Order = Order }, seconds.Scale(1e9))));

    /// <summary>How the second structure's time compares with the first's, pair by pair.</summary>
    public void AddRatio(Experiment experiment, string first, string second, InterleavedTimes times, Func<Figure, Figure> label) =>
        Figures.Add(label(Metrics.Ratio.Row(At(experiment) with { Structure = Names.Over(second, first), Order = Order }, times.Ratio)));

    /// <summary>The A/A row: one structure against itself, which shows what the machine's noise alone does.</summary>
    public void AddSelfRatio(Subject subject, InterleavedTimes times, Func<Figure, Figure> label) =>
        AddRatio(Experiment.Aa, subject.Kind.Structure, subject.Kind.Structure, times, label);
}
