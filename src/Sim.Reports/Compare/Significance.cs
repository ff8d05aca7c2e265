// SPDX-License-Identifier: MIT
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace Sim.Reports.Compare;

/// <summary>A change as a factor with its 95 % interval. The two-sided p-value is not corrected for other rows.</summary>
public readonly record struct Effect(double Ratio, double Low, double High, double P);

/// <summary>The natural logarithm of one side’s value, its standard error, and the error's degrees of freedom.</summary>
public readonly record struct LogValue(double Log, double Error, double Freedom);

/// <summary>Tests of a ratio. The tests use logarithms, because times change by a factor, and most noise is also a factor.</summary>
public static class Significance
{
    /// <summary>The chance that a comparison calls any unchanged row changed.</summary>
    public const double Alpha = 0.05;

    /// <summary>The factor in the standard error of a median, sqrt(pi / 2). For n normal values the error is this factor * standard
    /// deviation / sqrt(n), if n is large.</summary>
    private const double MedianError = 1.2533;

    /// <summary>
    /// The degrees of freedom per repetition for an error that is estimated from an interquartile range. The value was chosen by
    /// simulation. With 5 to 41 repetitions, 2 to 6 of 100 comparisons of the same data give a p-value below 0.05. With fewer repetitions,
    /// fewer comparisons give such a p-value.
    /// </summary>
    private const double QuartileFreedom = 0.5;

    private const double Interval = 0.95;

    /// <summary>
    /// Returns the logarithm of the median of one run's repetitions. The error of this logarithm comes from the quartiles. Returns null if
    /// there are too few repetitions, if the repetitions have no spread (the clock is too coarse), or if a value has no logarithm.
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

    /// <summary>Returns the mean of the logarithms of two or more runs’ values; null if a value has no logarithm.</summary>
    public static LogValue? Between(IReadOnlyCollection<double> values)
    {
        if (values.Any(value => !(value > 0) || !double.IsFinite(value)))
            return null;
        var (mean, deviation) = values.Select(value => Math.Log(value)).MeanStandardDeviation();
        return new(mean, deviation / Math.Sqrt(values.Count), values.Count - 1);
    }

    /// <summary>Tests a change by Welch's t. The hypothesis is that the true factor lies between 1 / noise and noise. The noise is at least
    /// 1. The 95 % interval is widened by the noise on both sides. Returns null if the errors of both sides are 0.</summary>
    public static Effect? Welch(LogValue before, LogValue after, double noise)
    {
        var (b, a) = (before.Error * before.Error, after.Error * after.Error);
        var error = Math.Sqrt(b + a);
        if (!(error > 0))
            return null;
        // The degrees of freedom by Welch and Satterthwaite, but at least 1, so that t has quantiles.
        var freedom = Math.Max(1, (b + a) * (b + a) / (b * b / before.Freedom + a * a / after.Freedom));
        var (shift, margin) = (after.Log - before.Log, Math.Log(noise));
        // Each end of the hypothesis adds a term. Far outside the hypothesis the second term vanishes. Without noise the two terms are
        // equal.
        double Beyond(double t) => StudentT.CDF(0, 1, freedom, -t);
        var p = Math.Min(1, Beyond((Math.Abs(shift) - margin) / error) + Beyond((Math.Abs(shift) + margin) / error));
        var half = StudentT.InvCDF(0, 1, freedom, (1 + Interval) / 2) * error + margin;
        return new(Math.Exp(shift), Math.Exp(shift - half), Math.Exp(shift + half), p);
    }

    /// <summary>Corrects p-values by Holm's step-down method, so that the corrected p-values hold for all rows together.</summary>
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
    /// Returns the mean interquartile range of n normal observations, in standard deviations. The quartiles are those of Hyndman and Fan's
    /// definition 7 (Blom's approximation of order statistics). The range grows with n: 0.99 for n = 5, and 1.35 for large n.
    /// </summary>
    private static double ExpectedRange(int n) => 2 * Normal.InvCDF(0, 1, (1 + 0.75 * (n - 1) - 0.375) / (n + 0.25));
}
