// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The origin of a figure. Figures of several origins are never mixed without the label.</summary>
public enum Basis
{
    /// <summary>A clock was read.</summary>
    Measured,

    /// <summary>Counted in the live structure: exact.</summary>
    Counted,

    /// <summary>Follows from a formula or a model of the kernel.</summary>
    Modelled,

    /// <summary>A queue on the trace's own clock was simulated with measured costs.</summary>
    Simulated,

    /// <summary>Extrapolated from a sample, as the report describes. Low and high are a 95% interval, not quartiles.</summary>
    Estimated,
}

/// <summary>One figure: one row of results.csv. Parameters that do not apply are empty strings or null.</summary>
public sealed record Figure
{
    private readonly double? _low, _high;

    /// <summary>A name of <see cref="Figures.Experiment"/>.</summary>
    public required string Experiment { get; init; }

    /// <summary><c>allowedips</c> or <c>fib</c>; empty if the figure is about neither.</summary>
    public string Structure { get; init; } = "";

    /// <summary>The way in which prefixes are bound to peers: <c>AllowedIPs</c>, <c>route attribute</c>, ...</summary>
    public string Scheme { get; init; } = "";

    /// <summary>4 or 6.</summary>
    public required int Family { get; init; }

    /// <summary>Order of insertion: a name of <see cref="Orders"/>.</summary>
    public string Order { get; init; } = "";

    /// <summary>Key pattern of a lookup: a name of <see cref="KeyPatterns"/>.</summary>
    public string Keys { get; init; } = "";

    /// <summary>A name of <see cref="Chains"/>: <c>independent</c> (throughput) or <c>dependent</c> (latency).</summary>
    public string Chain { get; init; } = "";

    /// <summary>A name of <see cref="Operations"/>; in a validation also of <see cref="Steps"/>.</summary>
    public string Operation { get; init; } = "";

    public int? Peers { get; init; }

    /// <summary>Prefixes in the structure when the figure was taken.</summary>
    public long? Prefixes { get; init; }

    /// <summary>The place on an axis (a depth, a tnode size, a memory cache's object size), if the row is a point of a curve.</summary>
    public double? X { get; init; }

    /// <summary>The name of the place on an axis, if it has one (a slab cache).</summary>
    public string Item { get; init; } = "";

    /// <summary>One of <see cref="Metrics"/>, unless the row is of another version.</summary>
    public required Metric Metric { get; init; }

    /// <summary>Unit of the value: one of <see cref="Units"/>.</summary>
    public required string Unit { get; init; }

    /// <summary>The value; the median if there are repetitions.</summary>
    public required double Value { get; init; }

    /// <summary>The lower quartile; the value if it was not set.</summary>
    public double Low { get => _low ?? Value; init => _low = value; }

    /// <summary>The upper quartile; the value if it was not set.</summary>
    public double High { get => _high ?? Value; init => _high = value; }

    public int N { get; init; } = 1;
    public required Basis Basis { get; init; }

    /// <summary>The side of a validation (<see cref="Sides"/>) or of a comparison of runs (<c>before</c>, <c>ratio</c>, ...); else empty.</summary>
    public string Side { get; init; } = "";

    /// <summary>On the kernel's row of a check: the largest difference from the port's value, 0 if they must be equal. On the ratio of a
    /// comparison of runs: the factor up to which it is noise. On a ratio of <c>churn</c>: the factor by which equal schemes differed.
    /// Else null.</summary>
    public double? Bound { get; init; }

    /// <summary>Returns the place of a row: a figure whose metric is still to come (<see cref="Metric.Row(Figure, double)"/>).</summary>
    public static Figure At(string experiment, int family) =>
        new() { Experiment = experiment, Family = family, Metric = null!, Unit = "", Value = 0, Basis = Basis.Counted };

    /// <summary>Returns the row with one value and no quartiles.</summary>
    public Figure Of(double value) => this with { Value = value, Low = value, High = value };

    /// <summary>Flags of rows that are not reliable.</summary>
    public const string Unsettled = "unsettled", Busy = "busy";

    /// <summary>The reason why a measured row is not reliable: its passes disagree, or others used the machine in every pass. Else
    /// empty.</summary>
    public string Flag { get; init; } = "";

    /// <summary>Returns the flag of a figure made of several rows. It has one if at least half of the rows have one.</summary>
    public static string FlagOf(IReadOnlyCollection<Figure> rows) =>
        rows.Count(row => row.Flag.Length > 0) * 2 >= rows.Count ? rows.Max(row => row.Flag) ?? "" : "";

    /// <summary>Whether there are quartiles: several repetitions that differ.</summary>
    public bool HasSpread => N > 1 && double.IsFinite(Low) && double.IsFinite(High) && High > Low;

    /// <summary>The quartiles; the value twice if there are none.</summary>
    public (double Low, double High) Range => HasSpread ? (Low, High) : (Value, Value);

    /// <summary>Whether this is an A/A row. Bench has an experiment of such rows; in churn they are among the ratios of each
    /// experiment.</summary>
    public bool IsNoise => Experiment == Figures.Experiment.Aa || Item == Names.SelfItem;
}

public static class BasisExtensions
{
    /// <summary>Returns the bases of these figures, each once, in the order of <see cref="Basis"/>.</summary>
    public static IReadOnlyList<Basis> Bases(this IEnumerable<Figure> figures) => [.. figures.Select(f => f.Basis).Distinct().Order()];

    /// <summary>Returns the name in rows and pages, such as <c>measured</c>.</summary>
    public static string Label(this Basis basis) => basis.ToString().ToLowerInvariant();
}
