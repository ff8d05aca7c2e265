// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Machine;
using Sim.Figures.Measuring;
using Sim.Files;
using Sim.Schemes.Structures;
using Sim.Workloads;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;

namespace Sim.Experiments.Bench;

/// <summary>What every experiment of a run shares: the table and its peers, the plan, and where rows go.</summary>
public sealed class BenchContext
{
    private readonly Dictionary<string, OrderedTable> _orders = [];

    /// <param name="table">The table.</param>
    /// <param name="peerOf">The peer of each route, by its index in file order.</param>
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
    public OrderedTable Ordered(string order)
    {
        if (!_orders.TryGetValue(order, out var ordered))
            _orders[order] = ordered = OrderedTable.Of(Table, PeerOf, order, Seed);
        return ordered;
    }

    /// <summary>Keys to look up; the seed is the run's, so that every pattern is repeatable.</summary>
    public Keys MakeKeys(string pattern, int count)
    {
        if (!LookupKeys.TryParse(pattern, out var parsed))
            throw new ArgumentException($"no such key pattern: {pattern}", nameof(pattern));
        return Keys.Of(Table.ToPrefixes(), parsed, count, Seed);
    }

    /// <summary>A row with the columns that all of this run's rows share.</summary>
    public Figure Row(string experiment, string metric, string unit, double value, Basis basis) => new()
    {
        Experiment = experiment,
        Family = Family,
        Peers = Peers,
        Prefixes = Table.Routes.Length,
        Metric = metric,
        Unit = unit,
        Value = value,
        Low = value,
        High = value,
        Basis = basis,
    };

    /// <summary>A measured row from a spread.</summary>
    public Figure Row(string experiment, string metric, string unit, Spread spread) =>
        Row(experiment, metric, unit, spread.Median, Basis.Measured) with
        {
            Low = spread.Low,
            High = spread.High,
            N = spread.N,
        };

    /// <summary>A measured time per lookup or operation, in ns.</summary>
    public void AddTime(string experiment, Subject subject, Spread seconds, Func<Figure, Figure> label) =>
        Figures.Add(label(subject.Label(Row(experiment, "time", "ns", seconds.Scale(1e9))) with { Order = Order }));

    /// <summary>How the second structure's time compares with the first's, pair by pair.</summary>
    public void AddRatio(string experiment, string first, string second, InterleavedTimes times, Func<Figure, Figure> label) =>
        Figures.Add(label(Row(experiment, "ratio", "ratio", times.Ratio) with
        {
            Structure = $"{second}/{first}",
            Order = Order,
        }));

    /// <summary>The A/A row: one structure against itself, which shows what the machine's noise alone does.</summary>
    public void AddSelfRatio(Subject subject, InterleavedTimes times, Func<Figure, Figure> label) =>
        Figures.Add(label(Row("aa", "ratio", "ratio", times.Ratio) with
        {
            Structure = $"{subject.Kind.Structure}/{subject.Kind.Structure}",
            Order = Order,
        }));
}
