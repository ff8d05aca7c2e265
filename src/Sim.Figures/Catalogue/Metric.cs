// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>Which value of a metric is the better one.</summary>
public enum Better
{
    Less,
    More,

    /// <summary>The metric describes, and says nothing of a cost.</summary>
    Neither,
}

/// <summary>A metric: all that rows and pages say of it. Rows in other units, or with another basis, say so where they are made.</summary>
public sealed record Metric(string Name, string Unit, string Words, Basis Basis = Basis.Counted, Better Better = Better.Less) : Term(Name, Words)
{
    /// <summary>The kind of check, if a validation compares it.</summary>
    public CheckKind Check { get; init; } = CheckKind.Other;

    /// <summary>The experiment it belongs to, if another experiment has a metric of the same name and another meaning; else null.</summary>
    public Experiment? Of { get; init; }

    /// <summary>Makes a row of one value, in the metric’s unit, at a place such as <see cref="Figure.At"/> makes.</summary>
    /// <exception cref="ArgumentException">The place is in another experiment, where the name means something else.</exception>
    public Figure Row(Figure place, double value)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (Of is not null && place.Experiment != Of)
            throw new ArgumentException($"{Name} of {Of} has no rows in {place.Experiment}", nameof(place));
        return place.Of(value) with { Metric = this, Unit = Unit, Basis = Basis, N = 1 };
    }

    public Figure Row(Figure place, Spread spread) => Row(place, spread.Median) with { Low = spread.Low, High = spread.High, N = spread.N };
}
