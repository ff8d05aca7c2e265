// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Schemes;

namespace Sim.Experiments.Scaling;

/// <summary>
/// Power laws through the points of each scheme and cost, in two parts of each axis: no cost is a straight line over all of it.
/// Small tables fit into the first cache and into the structures' first pages; a few peers are not yet a long bucket.
/// <code>
///   prefixes   10 ........ 1,000 ........ 4,000,000      the points up to 1,000 | those from 1,000
///   peers      1 .......... 100 ............ 10,000      the points up to 100   | those from 100
/// </code>
/// </summary>
public static class ScalingFits
{
    /// <summary>Rows of exponents with their 95% intervals, and of the variance they explain; none for fewer than three points.</summary>
    public static IEnumerable<Figure> Of(IReadOnlyList<Figure> figures)
    {
        var curves = figures.Where(f => f.Experiment == ScalingMetrics.Points && f.Value > 0 && IsFitted(f))
            .GroupBy(f => (f.Scheme, f.Item, f.Operation, f.Metric));
        foreach (var curve in curves.ToList())
        {
            var split = ScalingMetrics.Split(curve.Key.Item);
            foreach (var part in (List<Figure>[])[[.. curve.Where(f => f.X <= split)], [.. curve.Where(f => f.X >= split)]])
            {
                foreach (var row in Rows(part))
                    yield return row;
            }
        }
    }

    /// <summary>Of the counts, memory and what REPLACE makes grow; the bytes and messages of other changes are the same everywhere.</summary>
    private static bool IsFitted(Figure point) => point.Metric is ScalingMetrics.Time or ScalingMetrics.Pages
        || (point.Metric == ScalingMetrics.Bytes && point.Operation == ScalingMetrics.Delete);

    private static IEnumerable<Figure> Rows(List<Figure> points)
    {
        if (LineFit.OfPower([.. points.Select(f => f.X!.Value)], [.. points.Select(f => f.Value)]) is not { } fit)
            yield break;
        var row = Row(points, ScalingMetrics.Fits) with
        {
            Metric = ScalingMetrics.Of(ScalingMetrics.Exponent, points[0].Metric),
            Unit = "ratio",
            Value = fit.Slope,
            Low = fit.Low,
            High = fit.High,
            N = fit.N,
        };
        yield return row;
        if (double.IsFinite(fit.RSquared))
            yield return row with { Metric = ScalingMetrics.Of(ScalingMetrics.RSquared, points[0].Metric), Value = fit.RSquared, Low = fit.RSquared, High = fit.RSquared };
    }

    /// <summary>What fitted rows have in common: X is the first of the points, and the order says from where to where they reach.</summary>
    public static Figure Row(List<Figure> points, string experiment)
    {
        var (first, last) = (points.MinBy(f => f.X)!, points.MaxBy(f => f.X)!);
        return new Figure
        {
            Experiment = experiment,
            Scheme = first.Scheme,
            Family = first.Family,
            Operation = first.Operation,
            Order = $"{first.X} to {last.X}",
            Peers = first.Peers == last.Peers ? first.Peers : null,
            Prefixes = first.Prefixes == last.Prefixes ? first.Prefixes : null,
            X = first.X,
            Item = first.Item,
            Flag = Figure.FlagOf(points),
            Metric = "",
            Unit = "",
            Value = 0,
            Basis = Basis.Estimated,
        };
    }
}
