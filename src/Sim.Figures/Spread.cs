// SPDX-License-Identifier: MIT
using MathNet.Numerics.Statistics;

namespace Sim.Figures;

/// <summary>The median of a sample of N values, and the quartiles around it.</summary>
public readonly record struct Spread(double Median, double Low, double High, int N)
{
    /// <summary>Returns the median and the quartiles of a sample, by definition 7 of Hyndman and Fan (as in R and spreadsheets).</summary>
    /// <exception cref="ArgumentException">Thrown if the sample is empty.</exception>
    public static Spread Of(IReadOnlyCollection<double> sample)
    {
        if (sample.Count == 0)
            throw new ArgumentException("a spread needs at least one value", nameof(sample));
        return new Spread(
            sample.QuantileCustom(0.5, QuantileDefinition.R7),
            sample.QuantileCustom(0.25, QuantileDefinition.R7),
            sample.QuantileCustom(0.75, QuantileDefinition.R7),
            sample.Count);
    }

    public Spread Scale(double factor) => new(Median * factor, Low * factor, High * factor, N);
}
