// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>Whether a lower or a higher value of a metric is better.</summary>
public enum Better
{
    Less,
    More,

    /// <summary>The metric is a description and not a cost.</summary>
    Neither,
}

/// <summary>A metric with the unit, words and basis that rows and pages show. A row in another unit or basis needs this unit or basis set
/// explicitly.</summary>
public sealed record Metric(string Name, string Unit, string Words, Basis Basis = Basis.Counted, Better Better = Better.Less) : Term(Name, Words)
{
    /// <summary>The kind of check, if a validation compares the metric.</summary>
    public CheckKind Check { get; init; } = CheckKind.Other;

    /// <summary>The metric's experiment, if the metric's name means something else in another experiment; otherwise null.</summary>
    public Experiment? Of { get; init; }

    /// <summary>Whether the value comes from a clock, so that other work on the machine changes it. A ratio of times says so.</summary>
    public bool IsTimed { get => field || Unit is Units.Seconds or Units.Milliseconds or Units.Nanoseconds or Units.PerSecond; init; }

    /// <summary>Returns the metric of a ratio of two values of this metric: <c>pps-ratio</c>.</summary>
    public Metric AsRatio => this with { Name = $"{Name}-ratio", Unit = Units.Ratio, Words = $"{Words}, as a ratio", IsTimed = IsTimed };

    /// <summary>Returns the metric of values that are divided by the number of peers.</summary>
    public Metric PerPeer => this with { Name = $"{Name}-per-peer", Words = $"{Words}, per peer" };

    /// <summary>Makes a row with one value in the metric's unit. <see cref="Figure.At"/> makes the place.</summary>
    /// <exception cref="ArgumentException">Thrown if the place belongs to an experiment in which the metric's name has another
    /// meaning.</exception>
    public Figure Row(Figure place, double value)
    {
        if (Of is not null && place.Experiment != Of)
            throw new ArgumentException($"{Name} of {Of} has no rows in {place.Experiment}", nameof(place));
        return place.Of(value) with { Metric = this, Unit = Unit, Basis = Basis, N = 1 };
    }

    public Figure Row(Figure place, Spread spread) => Row(place, spread.Median) with { Low = spread.Low, High = spread.High, N = spread.N };
}
