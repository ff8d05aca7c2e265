// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The origin of a figure. Wherever figures of several origins are mixed, each is labelled with its origin.</summary>
public enum Basis
{
    /// <summary>Measured on the machine, usually with a clock.</summary>
    Measured,

    /// <summary>Counted exactly, in the live structure.</summary>
    Counted,

    /// <summary>Computed from a formula or a model of the kernel.</summary>
    Modelled,

    /// <summary>Simulated as a queue on the trace's clock, with measured costs.</summary>
    Simulated,

    /// <summary>Extrapolated from a sample, as the report describes. Low and High are the bounds of a 95 % interval, not
    /// quartiles.</summary>
    Estimated,
}

/// <summary>One figure: one row of results.csv. Parameters that do not apply are empty strings or null.</summary>
public sealed record Figure
{
    private readonly double? _low, _high;

    /// <summary>The experiment: a name in <see cref="Figures.Experiment"/>.</summary>
    public required string Experiment { get; init; }

    /// <summary>The structure: a name in <see cref="Names"/>, such as <c>allowedips</c> or <c>fib</c>; empty if the figure is about no
    /// structure.</summary>
    public string Structure { get; init; } = "";

    /// <summary>The way in which prefixes are bound to peers: <c>AllowedIPs</c>, <c>route attribute</c>, ...</summary>
    public string Scheme { get; init; } = "";

    /// <summary>The address family: 4 or 6.</summary>
    public required int Family { get; init; }

    /// <summary>The order of insertion: a name in <see cref="Orders"/>.</summary>
    public string Order { get; init; } = "";

    /// <summary>The key pattern of a lookup: a name in <see cref="KeyPatterns"/>.</summary>
    public string Keys { get; init; } = "";

    /// <summary>The kind of lookups: <c>independent</c> (throughput) or <c>dependent</c> (latency), as <see cref="Chains"/> defines
    /// them.</summary>
    public string Chain { get; init; } = "";

    /// <summary>The operation: a name in <see cref="Operations"/>, or in <see cref="Steps"/> for a validation.</summary>
    public string Operation { get; init; } = "";

    public int? Peers { get; init; }

    /// <summary>The number of prefixes in the structure when the figure was taken.</summary>
    public long? Prefixes { get; init; }

    /// <summary>The place on an axis (a depth, a tnode size, a memory cache's object size), if the row is a point of a curve.</summary>
    public double? X { get; init; }

    /// <summary>A further name for the row, such as a slab cache, an axis of sizes or A/A; otherwise empty.</summary>
    public string Item { get; init; } = "";

    /// <summary>The metric: one of <see cref="Metrics"/>, unless another version made the row.</summary>
    public required Metric Metric { get; init; }

    /// <summary>The unit of the value: one of <see cref="Units"/>.</summary>
    public required string Unit { get; init; }

    /// <summary>The value, or the median if there are repetitions.</summary>
    public required double Value { get; init; }

    /// <summary>The lower quartile, or the value if the quartile was not set.</summary>
    public double Low { get => _low ?? Value; init => _low = value; }

    /// <summary>The upper quartile, or the value if the quartile was not set.</summary>
    public double High { get => _high ?? Value; init => _high = value; }

    public int N { get; init; } = 1;
    public required Basis Basis { get; init; }

    /// <summary>The side of a validation (<see cref="Sides"/>) or of a comparison of runs (<c>before</c>, <c>ratio</c>, ...); otherwise
    /// empty.</summary>
    public string Side { get; init; } = "";

    /// <summary>On the kernel's row of a check: the largest allowed difference from the port's value; 0 if both must be equal. On a ratio
    /// that compares runs: the largest factor that counts as noise. On a ratio of <c>churn</c>: the factor by which equal schemes differed.
    /// On all other rows: null.</summary>
    public double? Bound { get; init; }

    /// <summary>Returns the place of a row: a figure without a metric. <see cref="Metric.Row(Figure, double)"/> adds the metric.</summary>
    public static Figure At(string experiment, int family) =>
        new() { Experiment = experiment, Family = family, Metric = null!, Unit = "", Value = 0, Basis = Basis.Counted };

    /// <summary>Returns a copy of the row with this value and without quartiles.</summary>
    public Figure Of(double value) => this with { Value = value, Low = value, High = value };

    /// <summary>The flags of unreliable rows.</summary>
    public const string Unsettled = "unsettled", Busy = "busy";

    /// <summary>The reason why a measured row is unreliable: its passes disagree, or other processes used the machine in every pass. The
    /// flag of every other row is empty.</summary>
    public string Flag { get; init; } = "";

    /// <summary>Returns the flag of a figure made of several rows. The figure has a flag if at least half of the rows have a
    /// flag.</summary>
    public static string FlagOf(IReadOnlyCollection<Figure> rows) =>
        rows.Count(row => row.Flag.Length > 0) * 2 >= rows.Count ? rows.Max(row => row.Flag) ?? "" : "";

    /// <summary>Whether the row has quartiles, because it has several repetitions that differ.</summary>
    public bool HasSpread => N > 1 && double.IsFinite(Low) && double.IsFinite(High) && High > Low;

    /// <summary>The lower and the upper quartile; twice the same value if the row has no quartiles.</summary>
    public (double Low, double High) Range => HasSpread ? (Low, High) : (Value, Value);

    /// <summary>Whether this is an A/A row. Bench has a separate experiment for A/A rows. Churn has A/A rows among the ratios of each
    /// experiment.</summary>
    public bool IsNoise => Experiment == Figures.Experiment.Aa || Item == Names.SelfItem;
}

public static class BasisExtensions
{
    /// <summary>Returns the distinct bases of these figures, in the order of <see cref="Basis"/>.</summary>
    public static IReadOnlyList<Basis> Bases(this IEnumerable<Figure> figures) => [.. figures.Select(f => f.Basis).Distinct().Order()];

    /// <summary>Returns the name of a basis in rows and on pages, such as <c>measured</c>.</summary>
    public static string Label(this Basis basis) => basis.ToString().ToLowerInvariant();
}
