// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>The context of <c>bench</c>: the table, the peer of each route in file order, and the plan.</summary>
public sealed class BenchContext(RouteTable table, int[] peerOf) : RunContext
{
    private readonly Dictionary<string, PeerTable> _orders = [];

    public RouteTable Table { get; } = table;
    public int[] PeerOf { get; } = peerOf;

    /// <summary>The order of insertion into the structures that are looked up and updated.</summary>
    public required string Order { get; init; }

    public required BenchPlan Plan { get; init; }
    public required IReadOnlyList<string> KeyPatterns { get; init; }

    /// <summary>The what-ifs that are measured beside the two compared structures.</summary>
    public IReadOnlyList<SubjectKind> WhatIfs { get; init; } = SubjectKind.WhatIfs(table.Family);

    /// <summary>Whether the run compares lookups with the memory's latency (<see cref="LimitExperiment"/>).</summary>
    public bool WithLimit { get; init; }

    /// <summary>Whether the run measures a cache in front of the receive check (<see cref="ReceiveCacheExperiment"/>).</summary>
    public bool WithReceiveCache { get; init; }

    /// <summary>The number of processes in which lookups are measured, if <see cref="Launch"/> is set.</summary>
    public int Processes { get; init; }

    /// <summary>Starts this program again. The new process calls <see cref="BenchRun.RunLaunched"/>; the function returns the result. Null if
    /// lookups are measured in this process.</summary>
    public Func<double[][][]>? Launch { get; init; }

    /// <summary>Facts about the machine that the experiments found.</summary>
    public List<NamedFact> Facts { get; } = [];

    public override Family Family => Table.Family;
    protected override int Prefixes => Table.Routes.Length;

    /// <summary>All orders of insertion. The order of this run comes first.</summary>
    public IEnumerable<string> Orders => TableOrder.Names.OrderByDescending(order => order == Order);

    public PeerTable Ordered(string order)
    {
        if (!_orders.TryGetValue(order, out var ordered))
            _orders[order] = ordered = PeerTable.Of(Table, PeerOf, order, Seed);
        return ordered;
    }

    /// <summary>Returns keys to look up. The run's seed decides the keys, so every pattern is repeatable.</summary>
    public Keys MakeKeys(string pattern, int count) => Keys.Of(Table.ToPrefixes(), LookupKeys.Parse(pattern), count, Seed);

    /// <summary>Adds a row for a time per lookup or operation. <paramref name="seconds"/> is in seconds, and the row is in ns.</summary>
    public void AddTime(Experiment experiment, Subject subject, Spread seconds, Func<Figure, Figure> label) =>
        Figures.Add(label(Metrics.Time.Row(subject.Label(At(experiment)) with { Order = Order }, seconds.Scale(1e9))));

    /// <summary>Adds a row for the ratio of the second structure's time to the first structure's time. Each pair of runs gives one
    /// ratio.</summary>
    public void AddRatio(Experiment experiment, string first, string second, InterleavedTimes times, Func<Figure, Figure> label) =>
        Figures.Add(label(Metrics.Ratio.Row(At(experiment) with { Structure = Names.Over(second, first), Order = Order }, times.Ratio)));

    /// <summary>Adds the rows of a structure’s memory and, if <paramref name="caches"/> is set, the rows of each slab cache. Returns the
    /// bytes of the structure's pages.</summary>
    public long AddMemory(IReadOnlyList<MemoryLine> lines, Func<Figure, Figure> label, bool caches = true)
    {
        void Row(Metric metric, double value, MemoryLine? line = null) => Figures.Add(label(
            metric.Row(At(Experiment.Memory) with { Item = line?.Cache ?? "", X = line?.ObjectSize }, value)));

        foreach (var line in caches ? lines : [])
        {
            Row(Metrics.CacheObjects, line.Objects, line);
            Row(Metrics.CacheObjectBytes, line.ObjectBytes, line);
            Row(Metrics.CachePageBytes, line.PageBytes, line);
        }

        var (objects, pages) = (lines.Sum(line => line.ObjectBytes), lines.Sum(line => line.PageBytes));
        double prefixes = Math.Max(Table.Routes.Length, 1);
        Row(Metrics.ObjectBytes, objects);
        Row(Metrics.PageBytes, pages);
        Row(Metrics.BytesPerPrefix, objects / prefixes);
        Row(Metrics.PageBytesPerPrefix, pages / prefixes);
        return pages;
    }
}
