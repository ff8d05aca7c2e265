// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>Whether less or more of a metric is better.</summary>
public enum Better
{
    Less,
    More,

    /// <summary>The metric only describes; it is not a cost.</summary>
    Neither,
}

/// <summary>A metric with its unit, words and basis, as rows and pages show it. Code that makes rows in another unit or basis states
/// that.</summary>
public sealed record Metric(string Name, string Unit, string Words, Basis Basis = Basis.Counted, Better Better = Better.Less) : Term(Name, Words)
{
    /// <summary>The kind of check, if a validation compares it.</summary>
    public CheckKind Check { get; init; } = CheckKind.Other;

    /// <summary>The experiment of the metric, if another experiment has a metric of the same name with another meaning; else
    /// null.</summary>
    public Experiment? Of { get; init; }

    /// <summary>Makes a row of one value in the metric’s unit. <see cref="Figure.At"/> makes places.</summary>
    /// <exception cref="ArgumentException">The place is in another experiment, where the name has another meaning.</exception>
    public Figure Row(Figure place, double value)
    {
        if (Of is not null && place.Experiment != Of)
            throw new ArgumentException($"{Name} of {Of} has no rows in {place.Experiment}", nameof(place));
        return place.Of(value) with { Metric = this, Unit = Unit, Basis = Basis, N = 1 };
    }

    public Figure Row(Figure place, Spread spread) => Row(place, spread.Median) with { Low = spread.Low, High = spread.High, N = spread.N };
}
