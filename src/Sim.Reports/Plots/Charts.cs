// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The contents of a plot, independent of its drawing. All contents come from rows.</summary>
internal abstract record Chart
{
    /// <summary>The name of the value axis. The drawing adds the unit.</summary>
    public required string ValueLabel { get; init; }

    /// <summary>The unit of all values; empty for counts and ratios.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Returns the label of a place on a logarithmic value axis, with a suitable unit: 10 µs.</summary>
    public string Place(double value)
    {
        var scale = Scale.ForPlace(Unit, value);
        return scale.Unit.Length == 0 || Unit == Units.Ratio ? Numbers.Tick(value) : $"{Numbers.Tick(Math.Round(value / scale.Divisor, 9))} {scale.Unit}";
    }
}

/// <summary>A value with its quartiles. Series is the structure that decides the colour: 0 allowedips, 1 fib, 2 neither. The label stands
/// to the right of the value.</summary>
internal sealed record Mark(int Series, double Value, double Low, double High, string Label)
{
    /// <summary>The value at which a bar starts: 0, or the level before a step.</summary>
    public double From { get; init; }
}

/// <summary>The marks of one case, which stand together.</summary>
internal sealed record MarkGroup(string Label, IReadOnlyList<Mark> Marks);

/// <summary>Marks in groups, with one mark per line. A linear axis shows bars. A logarithmic axis shows dots, because lengths mean nothing
/// there.</summary>
internal sealed record MarkChart : Chart
{
    public required IReadOnlyList<MarkGroup> Groups { get; init; }

    public bool Log { get; init; }

    /// <summary>Whether the values are ratios. A chart of ratios has a line at 1.</summary>
    public bool IsRatio { get; init; }

    /// <summary>The A/A noise f: the range from 1/f to f is shaded.</summary>
    public double? Noise { get; init; }

    public string NoiseName { get; init; } = "A/A noise";

    /// <summary>A value to compare the marks with, such as the value that a ratio should not exceed. A dashed line marks the
    /// value.</summary>
    public double? Target { get; init; }

    /// <summary>The words of the dashed line; empty for the target of a ratio.</summary>
    public string TargetName { get; init; } = "";
}

/// <summary>A curve with points by ascending X, in a structure’s colour. The label stands above the curve's peak.</summary>
internal sealed record Curve(int Series, string Label, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Curves over an axis of whole numbers. The value axis is logarithmic.</summary>
internal sealed record CurveChart : Chart
{
    public required string XLabel { get; init; }
    public required IReadOnlyList<Curve> Curves { get; init; }
}

/// <summary>A curve on two logarithmic axes. The shape of its points, filled or open, distinguishes it from curves of the same
/// colour.</summary>
internal sealed record LogCurve(int Series, int Shape, bool Open, string Label, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Curves on two logarithmic axes, where a power law is a straight line. A place without a value does not interrupt the
/// line.</summary>
internal sealed record LogChart : Chart
{
    public required string XLabel { get; init; }

    /// <summary>Whether the value axis is linear and begins at 0, so that heights compare values.</summary>
    public bool IsLinear { get; init; }

    /// <summary>Returns the coordinate of a value on the value axis.</summary>
    public double PlaceOf(double value) => IsLinear ? value : Math.Log10(value);

    public required IReadOnlyList<LogCurve> Curves { get; init; }
}

/// <summary>A plot: a question as its title, the chart that answers the question, and sentences that explain the chart.</summary>
internal sealed record PlotSpec(string Name, string Question, string Reading, IReadOnlyList<Basis> Bases, Chart Chart)
{
    /// <summary>The description for readers who cannot see the plot.</summary>
    public string Description => $"{Question} {Reading}";
}
