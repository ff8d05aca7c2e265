// SPDX-License-Identifier: MIT
using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearRegression;

namespace Sim.Experiments.Scaling;

/// <summary>
/// A straight line through N points by ordinary least squares, with the 95 % interval of its slope. For a power law, the slope is the
/// exponent and the intercept is the factor (y at x = 1). R² is the share of y's variance that the line explains; NaN if y does not vary.
/// </summary>
public readonly record struct LineFit(double Slope, double Low, double High, double Intercept, double RSquared, int N)
{
    /// <summary>The fewest points for a fit. Two points leave no degree of freedom for an interval.</summary>
    public const int LeastPoints = 3;

    /// <summary>
    /// Fits y = intercept + slope * x. The interval is Student's t with n - 2 degrees of freedom times the slope's standard error. Returns
    /// null for fewer than <see cref="LeastPoints"/> points, or if all points have the same x.
    /// </summary>
    public static LineFit? Of(double[] x, double[] y)
    {
        if (x.Length != y.Length)
            throw new ArgumentException($"{x.Length} places and {y.Length} values", nameof(y));
        var mean = x.Length == 0 ? 0 : x.Average();
        var spread = x.Sum(at => (at - mean) * (at - mean));
        if (x.Length < LeastPoints || spread == 0)
            return null;
        var (intercept, slope) = SimpleRegression.Fit(x, y);
        var fitted = Array.ConvertAll(x, at => intercept + slope * at);
        var residuals = y.Zip(fitted, (seen, line) => (seen - line) * (seen - line)).Sum();
        var error = Math.Sqrt(residuals / (x.Length - 2) / spread);
        var reach = StudentT.InvCDF(0, 1, x.Length - 2, 0.975) * error;
        var varies = Array.Exists(y, seen => seen != y[0]);
        return new LineFit(slope, slope - reach, slope + reach, intercept, varies ? GoodnessOfFit.RSquared(fitted, y) : double.NaN, x.Length);
    }

    /// <summary>Fits y = factor * x^exponent as a straight line through the logarithms, so that relative differences count. All values must
    /// be above 0.</summary>
    public static LineFit? OfPower(double[] x, double[] y)
    {
        if (x.Concat(y).Any(value => !(value > 0)))
            throw new ArgumentException("a power law needs places and values above 0", nameof(x));
        return Of(Array.ConvertAll(x, Math.Log10), Array.ConvertAll(y, Math.Log10)) is { } line
            ? line with { Intercept = Math.Pow(10, line.Intercept) }
            : null;
    }
}
