// SPDX-License-Identifier: MIT
using MathNet.Numerics.Statistics;

namespace Sim.Figures;

/// <summary>The median of a sample and the quartiles around it.</summary>
/// <param name="Median">Middle of the sample.</param>
/// <param name="Low">Lower quartile.</param>
/// <param name="High">Upper quartile.</param>
/// <param name="N">Size of the sample.</param>
public readonly record struct Spread(double Median, double Low, double High, int N)
{
    /// <summary>Quartiles as Hyndman and Fan's definition 7 has them (what R and spreadsheets show).</summary>
    /// <exception cref="ArgumentException">The sample is empty.</exception>
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

    /// <summary>The spread in another unit.</summary>
    public Spread Scale(double factor) => new(Median * factor, Low * factor, High * factor, N);
}
