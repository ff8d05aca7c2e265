// SPDX-License-Identifier: MIT
using Sim.Experiments.Scaling;
using Sim.Figures;
using Sim.Kernel;
using Sim.Lab;
using Sim.Schemes;
using Sim.Trie;

namespace Sim.Runner.Tests.Reports;

/// <summary>A made-up validation with every kind of row that the command writes. None of its numbers was measured.</summary>
internal sealed class FabricatedValidation
{
    public const string Uml = "User-Mode Linux 6.12.117, 1 CPU";
    public const string Qemu = "QEMU 7.2.22 TCG -icount, Debian 6.12.117, 1 CPU";

    private static readonly string[] Keys = ["uniform", "prefixes", "zipf", "hot"];
    private static readonly string[] Chains = ["independent", "dependent"];
    private static readonly string[] Orders = ["sorted", "file"];

    private readonly List<Figure> _rows = [];
    private readonly string? _lane;
    private readonly bool _hasLane;

    public string Kernel { get; init; } = Uml;

    /// <summary>The environment's lane, by default that of the kernel; null for a result from before there was one.</summary>
    public string? Lane
    {
        get => _hasLane ? _lane : Kernel switch { Uml => "uml", Qemu => "qemu", _ => "host" };
        init => (_lane, _hasLane) = (value, true);
    }

    public string HugePages { get; init; } = "always [madvise] never";

    /// <summary>Time of the port over that of the kernel, for a lookup.</summary>
    public Func<string, string, string, double> LookupRatio { get; init; } = (_, _, _) => 1.0;

    public double UpdateRatio { get; init; } = 1.0;

    /// <summary>How wide the quartiles of ratios are, either way.</summary>
    public double Spread { get; init; } = .02;

    public bool WithAa { get; init; } = true;

    private bool CountsInstructions => Kernel == Qemu;

    public RunResult Build()
    {
        _rows.Clear();
        Check("layout", "", "sizeof", "sizeof", "bytes", 72, item: "allowedips_node");
        foreach (var structure in (string[])["allowedips", "fib"])
        {
            foreach (var order in Orders)
                Load(structure, order);
            Costs(structure);
        }
        return new RunResult
        {
            Command = "validate --seed 42",
            Started = new DateTimeOffset(2026, 11, 23, 5, 18, 6, TimeSpan.Zero),
            Duration = TimeSpan.FromSeconds(143),
            Environment = [new("processor", "AMD EPYC 7B13"), new("transparent huge pages", HugePages), new("kernel under test", Kernel), .. Lane is null ? (NamedFact[])[] : [new("lane", Lane)]],
            Versions = [new("sim", "0.1.0")],
            Table = new TableFacts("ris-dump.mrt", 4, 968_412, 1_204, new string('a', 64)),
            Seed = 42,
            Quick = false,
            Warnings = [],
            Figures = [.. _rows],
        };
    }

    /// <summary>The same run with the first check of a metric out of its bound.</summary>
    public static RunResult Differing(RunResult run, string structure, string metric)
    {
        var at = run.Figures.ToList().FindIndex(f => f.Structure == structure && f.Metric.Name == metric && f.Side == "port");
        return run with { Figures = [.. run.Figures.Select((f, i) => i == at ? f with { Value = f.Value + 7_001, Low = f.Value + 7_001, High = f.Value + 7_001 } : f)] };
    }

    private static Figure Row(string structure, string order, string operation, string metric, string unit, double value, Basis basis = Basis.Counted) => new()
    {
        Experiment = "validate",
        Structure = structure,
        Family = 4,
        Order = order,
        Operation = operation,
        Peers = 8,
        Prefixes = 100_000,
        Metric = Metrics.Of(metric, "validate"),
        Unit = unit,
        Value = value,
        Basis = basis,
    };

    private void Check(
        string structure, string order, string operation, string metric, string unit, double value, double bound = 0, string item = "", string keys = "", double? x = null)
    {
        var row = Row(structure, order, operation, metric, unit, value) with { Item = item, Keys = keys, X = x };
        _rows.Add(row with { Side = "port" });
        _rows.Add(row with { Side = "kernel", Bound = bound });
    }

    private void Load(string structure, string order)
    {
        var cache = structure == "fib" ? "ip_fib_trie" : "allowedips_node";
        Check(structure, order, "load", "message-bytes", "bytes", 27_370_968);
        Check(structure, order, "load", "message-digest", "digest", 0x1234_5678_9ABC);
        Check(structure, order, "load", structure == "fib" ? "leaves" : "nodes", "count", 175_819);
        Check(structure, order, "load", "trie-digest", "digest", 0xFED_CBA9);
        if (structure == "fib")
        {
            Check(structure, order, "load", "tnodes", "count", 15_198);
            Check(structure, order, "load", "triestat", "count", 2.24, item: "Aver depth");
            Check(structure, order, "load", "kmalloc-objects", "count", 40, bound: 512, item: "kmalloc-64");
            Check(structure, order, "load", "vmalloc-pages", "pages", 513, item: "vmalloc");
        }
        else
        {
            Check(structure, order, "load", "nodes-at-depth", "count", 91, x: 12);
            Check(structure, order, "load", "keys", "count", 131_072, keys: "prefixes");
        }
        Check(structure, order, "load", "slab-pages", "pages", 3_139, bound: 1, item: cache);
        Check(structure, order, "load", "active-objects", "count", 175_840, bound: 56, item: cache);
        Check(structure, order, "load", "hits", "count", 131_072, keys: "prefixes");
        Check(structure, order, "load", "answer-digest", "digest", 0xABC_DEF1, keys: "prefixes");
        Check(structure, order, "dump", "received-bytes", "bytes", 27_185_272);
        var netlink = Row(structure, order, "load", "time-with-netlink", CountsInstructions ? "instructions" : "ns", 466, Basis.Measured);
        if (!CountsInstructions)
            _rows.Add(netlink with { Side = "port", Value = 272 });
        _rows.Add(netlink with { Side = "kernel" });
    }

    private void Costs(string structure)
    {
        foreach (var keys in Keys)
        {
            foreach (var chain in Chains)
            {
                var row = Row(structure, "file", "lookup", "time", "", 0, Basis.Measured) with { Keys = keys, Chain = chain };
                if (WithAa && keys == "prefixes" && !CountsInstructions)
                    _rows.Add(Quartiles(row with { Experiment = "aa", Metric = Metrics.Ratio, Unit = "ratio", Side = "kernel", Value = 1 }, .0417));
                Cost(row, 400, LookupRatio(structure, keys, chain));
            }
        }
        Cost(Row(structure, "file", "insert", "time", "", 0, Basis.Measured), 822, UpdateRatio);
        if (structure == "fib")
            _rows.Add(Row(structure, "file", "notify", "time", CountsInstructions ? "instructions" : "ns", 13, Basis.Measured) with { Side = "kernel", N = 10 });
    }

    private void Cost(Figure row, double kernel, double ratio)
    {
        row = row with { Unit = CountsInstructions ? "instructions" : "ns" };
        if (!CountsInstructions)
            _rows.Add(Quartiles(row with { Side = "port", Value = kernel * ratio }, Spread));
        _rows.Add(Quartiles(row with { Side = "kernel", Value = kernel }, Spread));
        if (!CountsInstructions)
            _rows.Add(Quartiles(row with { Metric = Metrics.Ratio, Unit = "ratio", Value = ratio }, Spread));
    }

    private static Figure Quartiles(Figure f, double spread) => f with { Low = f.Value * (1 - spread), High = f.Value * (1 + spread), N = 10 };
}
