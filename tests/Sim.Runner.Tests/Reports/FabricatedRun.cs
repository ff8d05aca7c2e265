// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Lab;
using Sim.Schemes;
using Sim.Trie;

namespace Sim.Runner.Tests.Reports;

/// <summary>A made-up run with every kind of row the experiments write. None of its numbers was measured.</summary>
internal sealed class FabricatedRun
{
    public const int Prefixes = 968_412;

    private static readonly string[] Orders = ["file", "sorted", "by-length", "shuffled"];
    private static readonly string[] Keys = ["uniform", "prefixes", "zipf", "hot"];
    private static readonly string[] Chains = ["independent", "dependent"];
    private static readonly string[] Operations = ["insert", "delete", "move", "remove-peer"];

    private readonly List<Figure> _rows = [];

    /// <summary>Time of fib over that of allowedips, for a lookup in the given pattern.</summary>
    public Func<string, string, double> LookupRatio { get; init; } = (keys, chain) => keys switch
    {
        "uniform" => .62,
        "prefixes" => .41,
        "zipf" => .55,
        _ => chain == "dependent" ? .97 : 1.02,
    };

    public Func<string, double> UpdateRatio { get; init; } = operation => operation switch
    {
        "insert" => 1.42,
        "delete" => 1.31,
        "move" => 2.1,
        _ => .98,
    };

    /// <summary>Bytes of fib in pages over those of allowedips.</summary>
    public double MemoryRatio { get; init; } = 1.22;

    /// <summary>Bytes of a route to the device alone.</summary>
    public double PlainBytes { get; init; } = 152.8;

    /// <summary>Bytes of a route through a nexthop object.</summary>
    public double ObjectBytes { get; init; } = 152.9;

    /// <summary>Nodes that a lookup in fib visits, with keys uniform over addresses.</summary>
    public double FibNodes { get; init; } = 3.2;

    /// <summary>Half the width of the A/A quartiles: .03 is 3 %.</summary>
    public double Noise { get; init; } = .03;

    public bool WithFib { get; init; } = true;

    public bool WithAa { get; init; } = true;

    public int Family { get; init; } = 4;

    public string Source { get; init; } = "ris-dump.mrt";

    public IReadOnlyList<string> Warnings { get; init; } =
        ["ris-dump.mrt: record 81,223 at offset 41,220,112: attribute runs past its entry; skipped.", "Other programs used 23 % of the processor during the run."];

    private string[] Structures => WithFib ? ["allowedips", "fib"] : ["allowedips"];

    public RunResult Build()
    {
        _rows.Clear();
        Load();
        Memory();
        Shape();
        Touch();
        Lookup();
        Update();
        return new RunResult
        {
            Command = $"bench --table {Source} --seed 42",
            Started = new DateTimeOffset(2026, 11, 23, 5, 18, 6, TimeSpan.Zero),
            Duration = TimeSpan.FromSeconds(143.2175),
            Environment = [new("processor", "AMD EPYC 7B13, 2 cores"), new("L2 / L3", "512 KiB / 32 MiB"), new("kernel", "Linux 6.12.43"), new("runtime", ".NET 10.0.9")],
            Versions = [new("sim", "0.1.0"), new("ported from", "Linux 6.12"), new("ScottPlot", "5.1.59")],
            Table = new TableFacts(Source, Family, Prefixes, 1_204, new string('a', 32) + new string('7', 32)),
            Seed = 42,
            Quick = false,
            Warnings = Warnings,
            Figures = [.. _rows],
        };
    }

    public static string Scheme(string structure) => structure switch { "allowedips" => "AllowedIPs", "fib" => "route attribute", _ => "" };

    private Figure Row(string experiment, string structure, string metric, string unit, double value, Basis basis, double spread = 0, int n = 1) => new()
    {
        Experiment = experiment,
        Structure = structure,
        Scheme = Scheme(structure),
        Family = Family,
        Peers = 1_204,
        Prefixes = Prefixes,
        Metric = Metrics.Of(metric, experiment),
        Unit = unit,
        Value = value,
        Low = value * (1 - spread),
        High = value * (1 + spread * 1.3),
        N = n,
        Basis = basis,
    };

    private void Load()
    {
        foreach (var (order, i) in Orders.Select((o, i) => (o, i)))
        {
            foreach (var s in Structures)
            {
                var time = (s == "fib" ? 312 : 205) * (1 + .45 * i * i / 4.0);
                _rows.Add(Row("load", s, "time-per-prefix", "ns", time, Basis.Measured, .05, 5) with { Order = order });
                _rows.Add(Row("load", s, "time", "ms", time * Prefixes / 1e6, Basis.Measured, .05, 5) with { Order = order });
            }
        }
    }

    private void Memory()
    {
        foreach (var (order, i) in Orders.Select((o, i) => (o, i)))
        {
            foreach (var s in Structures)
            {
                var pages = 127e6 * (s == "fib" ? MemoryRatio * (1 + .01 * i) : 1);
                var objects = pages * (s == "fib" ? .955 : .985);
                _rows.Add(Row("memory", s, "object-bytes", "bytes", Math.Round(objects), Basis.Counted) with { Order = order });
                _rows.Add(Row("memory", s, "page-bytes", "bytes", Math.Round(pages), Basis.Counted) with { Order = order });
                _rows.Add(Row("memory", s, "bytes-per-prefix", "bytes", objects / Prefixes, Basis.Counted) with { Order = order });
                _rows.Add(Row("memory", s, "page-bytes-per-prefix", "bytes", pages / Prefixes, Basis.Counted) with { Order = order });
                foreach (var (cache, size, share) in Caches(s))
                {
                    Figure Cache(string metric, string unit, double value) =>
                        Row("memory", s, metric, unit, Math.Round(value), Basis.Counted) with { Order = order, Item = cache, X = size };
                    _rows.Add(Cache("cache-objects", "count", objects * share / size));
                    _rows.Add(Cache("cache-object-bytes", "bytes", objects * share));
                    _rows.Add(Cache("cache-page-bytes", "bytes", pages * share));
                }
            }
        }
        foreach (var (structure, bytes) in new[] { ("fib, plain routes", PlainBytes), ("fib, nexthop objects", ObjectBytes) })
        {
            if (!WithFib)
                continue;
            _rows.Add(Row("memory", structure, "page-bytes", "bytes", Math.Round(bytes * 1.05 * Prefixes), Basis.Counted) with { Order = "file" });
            _rows.Add(Row("memory", structure, "bytes-per-prefix", "bytes", bytes, Basis.Counted) with { Order = "file" });
        }
        foreach (var (metric, mb) in new[] { ("working-set", 812), ("gc-heap", 91), ("native", 540) })
            _rows.Add(Row("memory", "process", metric, "bytes", mb * 1e6, Basis.Measured));
    }

    private static (string, int, double)[] Caches(string structure) => structure == "fib"
        ? [("ip_fib_alias", 56, .36), ("ip_fib_trie", 48, .29), ("kmalloc-64", 64, .052), ("kmalloc-96", 96, .11), ("kmalloc-128", 128, .08), ("kmalloc-192", 192, .05), ("kmalloc-512", 512, .03), ("vmalloc", 4096, .02), ("kmalloc-1k", 1024, .005), ("kmalloc-4k", 4096, .003)]
        : [("allowedips_node", 72, 1)];

    private void Shape()
    {
        foreach (var order in Orders)
        {
            foreach (var s in Structures)
            {
                (string, double)[] scalars = s == "fib"
                    ? [("leaves", 905_112), ("internal-nodes", 151_008), ("pointers", 1_902_222), ("null-pointers", 846_103), ("average-depth", 2.24), ("max-depth", 7), ("total-size-kb", 117_233)]
                    : [("nodes", 1_764_210), ("valued", Prefixes), ("max-depth", 28)];
                foreach (var (metric, value) in scalars)
                    _rows.Add(Row("shape", s, metric, metric == "total-size-kb" ? "kB" : "count", value, Basis.Counted) with { Order = order });
                foreach (var depth in Enumerable.Range(1, s == "fib" ? 7 : 28))
                {
                    var count = Math.Exp(-Math.Pow((depth - (s == "fib" ? 2.3 : 19)) / (s == "fib" ? .8 : 4.5), 2)) * Prefixes * .2;
                    _rows.Add(Row("shape", s, "depth-histogram", "count", Math.Ceiling(count), Basis.Counted) with { Order = order, X = depth });
                }
                if (s != "fib")
                    continue;
                foreach (var (bits, count) in new[] { (1, 37), (2, 92243), (3, 26266), (4, 12732), (5, 8927), (6, 8019), (7, 368), (18, 1) })
                    _rows.Add(Row("shape", s, "node-size", "count", count, Basis.Counted) with { Order = order, X = bits });
            }
        }
    }

    private void Touch()
    {
        foreach (var (keys, i) in Keys.Select((k, i) => (k, i)))
        {
            foreach (var s in Structures)
            {
                _rows.Add(Row("touch", s, "nodes-visited", "count", s == "fib" ? FibNodes + .1 * i : 17.2 + i, Basis.Counted, .15, 10_000) with { Keys = keys });
                _rows.Add(Row("touch", s, "cache-lines", "count", s == "fib" ? 7.9 + .2 * i : 30.5 + 1.7 * i, Basis.Counted, .15, 10_000) with { Keys = keys });
            }
        }
    }

    private void Lookup()
    {
        foreach (var (keys, i) in Keys.Select((k, i) => (k, i)))
        {
            foreach (var chain in Chains)
            {
                var time = new[] { 310, 402, 120, 21.5 }[i] * (chain == "dependent" ? 1.8 : 1);
                foreach (var s in Structures)
                    _rows.Add(Row("lookup", s, "time", "ns", s == "fib" ? time * LookupRatio(keys, chain) : time, Basis.Measured, .06, 21) with { Keys = keys, Chain = chain });
                if (WithFib)
                    _rows.Add(Row("lookup", "fib/allowedips", "ratio", "ratio", LookupRatio(keys, chain), Basis.Measured, .025, 21) with { Keys = keys, Chain = chain, Scheme = "" });
                if (WithAa)
                    _rows.Add(Row("aa", "allowedips/allowedips", "ratio", "ratio", 1.003, Basis.Measured, Noise, 21) with { Keys = keys, Chain = chain });
            }
            _rows.Add(Row("lookup", "allowedips", "hit-rate", "ratio", .71 + .09 * i, Basis.Counted) with { Keys = keys });
        }
    }

    private void Update()
    {
        foreach (var operation in Operations)
        {
            var time = operation == "remove-peer" ? 182_000 : 260.0;
            foreach (var s in Structures)
            {
                _rows.Add(Row("update", s, "time", "ns", s == "fib" ? time * UpdateRatio(operation) : time, Basis.Measured, .08, 15) with { Operation = operation });
                _rows.Add(Row("update", s, "allocations", "per operation", s == "fib" ? 2.3 : 1.8, Basis.Counted) with { Operation = operation });
                _rows.Add(Row("update", s, "frees", "per operation", s == "fib" ? .4 : .1, Basis.Counted) with { Operation = operation });
            }
            if (WithFib)
                _rows.Add(Row("update", "fib/allowedips", "ratio", "ratio", UpdateRatio(operation), Basis.Measured, .04, 15) with { Operation = operation });
        }
    }
}
