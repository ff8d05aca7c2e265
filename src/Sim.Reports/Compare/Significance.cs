// SPDX-License-Identifier: MIT
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Sim.Reports.Compare;

/// <summary>How much a quantity changed, as a factor with its 95% interval, and the two-sided p-value of this row alone.</summary>
public readonly record struct Effect(double Ratio, double Low, double High, double P);

/// <summary>The natural logarithm of one side’s value, its standard error, and the degrees of freedom behind that.</summary>
public readonly record struct LogValue(double Log, double Error, double Freedom);

/// <summary>Tests of a ratio. All work on logarithms: a change of times is a factor, and so is most of their noise.</summary>
public static class Significance
{
    /// <summary>The chance, of all rows together, to call one changed that is not.</summary>
    public const double Alpha = 0.05;

    /// <summary>Standard error of the median of a large normal sample, in standard deviations over the root of n: sqrt(pi / 2).</summary>
    private const double MedianError = 1.2533;

    /// <summary>
    /// Degrees of freedom of an error that comes from an interquartile range, a repetition. Chosen by simulation: with it 2 to 6
    /// in 100 comparisons of the same data come out below 0.05 for 5 to 41 repetitions, the fewer the more careful.
    /// </summary>
    private const double QuartileFreedom = 0.5;

    private const double Interval = 0.95;

    /// <summary>
    /// The median of repetitions within one run, its error from the quartiles. Null where these say nothing: too few
    /// repetitions, no spread at all (a clock too coarse), or a value that has no logarithm.
    /// </summary>
    public static LogValue? Within(Figure figure)
    {
        if (!(figure.Value > 0 && figure.Low > 0) || !figure.HasSpread || figure.N < Comparisons.FewestRepetitions)
            return null;
        var range = Math.Log(figure.High / figure.Low);
        return figure.Basis == Basis.Estimated
            ? new(Math.Log(figure.Value), range / (2 * StudentT.InvCDF(0, 1, figure.N - 1, (1 + Interval) / 2)), figure.N - 1)
            : new(Math.Log(figure.Value), MedianError * range / ExpectedRange(figure.N) / Math.Sqrt(figure.N), QuartileFreedom * (figure.N - 1));
    }

    /// <summary>The mean of the logarithms of two or more runs’ values; null where one has none.</summary>
    public static LogValue? Between(IReadOnlyCollection<double> values)
    {
        if (values.Any(value => !(value > 0) || !double.IsFinite(value)))
            return null;
        var (mean, deviation) = values.Select(value => Math.Log(value)).MeanStandardDeviation();
        return new(mean, deviation / Math.Sqrt(values.Count), values.Count - 1);
    }

    /// <summary>
    /// Welch's t. The change must be beyond a noise of 1 or more: the hypothesis is that the true factor lies between 1 / noise and noise, and
    /// the interval is wider by the noise on both sides. Returns null where neither side has an error to test against.
    /// </summary>
    public static Effect? Welch(LogValue before, LogValue after, double noise)
    {
        var (b, a) = (before.Error * before.Error, after.Error * after.Error);
        var error = Math.Sqrt(b + a);
        if (!(error > 0))
            return null;
        // Welch and Satterthwaite; never less than one degree, for which t still has quantiles.
        var freedom = Math.Max(1, (b + a) * (b + a) / (b * b / before.Freedom + a * a / after.Freedom));
        var (shift, margin) = (after.Log - before.Log, Math.Log(noise));
        // Both ends of the hypothesis count: far from them the second term vanishes, without noise the two are equal.
        double Beyond(double t) => StudentT.CDF(0, 1, freedom, -t);
        var p = Math.Min(1, Beyond((Math.Abs(shift) - margin) / error) + Beyond((Math.Abs(shift) + margin) / error));
        var half = StudentT.InvCDF(0, 1, freedom, (1 + Interval) / 2) * error + margin;
        return new(Math.Exp(shift), Math.Exp(shift - half), Math.Exp(shift + half), p);
    }

    /// <summary>Holm's step-down correction: p-values that hold for all rows together.</summary>
    public static double[] Holm(IReadOnlyList<double> p)
    {
        var adjusted = new double[p.Count];
        var least = 0.0;
        foreach (var (at, rank) in Enumerable.Range(0, p.Count).OrderBy(i => p[i]).Select((at, rank) => (at, rank)))
        {
            least = Math.Max(least, Math.Min(1, p[at] * (p.Count - rank)));
            adjusted[at] = least;
        }

        return adjusted;
    }

    /// <summary>
    /// The interquartile range that n normal observations have on average, in standard deviations, for quartiles of Hyndman
    /// and Fan's definition 7 (Blom's approximation of order statistics). Few observations have a narrower one than many: 0.99 for 5, 1.35 for all.
    /// </summary>
    private static double ExpectedRange(int n) => 2 * Normal.InvCDF(0, 1, (1 + 0.75 * (n - 1) - 0.375) / (n + 0.25));
}
