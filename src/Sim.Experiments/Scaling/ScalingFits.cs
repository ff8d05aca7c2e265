// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Scaling;

/// <summary>
/// Fits a power law to the points of each scheme and cost. Each axis is fitted in two parts, because no cost follows one power law over a
/// whole axis. Small tables fit into the first-level cache and into the structures' first pages, and few peers make only a short bucket.
/// <code>
///   prefixes   10 ........ 1,000 ........ 4,000,000      the points up to 1,000 | those from 1,000
///   peers      1 .......... 100 ............ 10,000      the points up to 100   | those from 100
/// </code>
/// </summary>
public static class ScalingFits
{
    /// <summary>Returns rows of exponents with 95 % intervals, and rows of the share of variance that each fit explains. A part with fewer
    /// than three points has no rows.</summary>
    public static IEnumerable<Figure> Of(IEnumerable<Figure> figures) => figures
        .Where(f => f.Experiment == Experiment.Scaling && f.Value > 0 && IsFitted(f)).GroupBy(f => (f.Scheme, f.Item, f.Operation, f.Metric))
        .SelectMany(curve => Rows([.. curve.Where(f => f.X <= Axes.Split(curve.Key.Item))]).Concat(Rows([.. curve.Where(f => f.X >= Axes.Split(curve.Key.Item))])));

    /// <summary>Returns whether a cost is fitted: times, memory, and the bytes of deletions, which grow under REPLACE. Bytes and messages
    /// of other changes do not grow.</summary>
    private static bool IsFitted(Figure point) => point.Metric == Metrics.Time || point.Metric == Metrics.PageBytesPerPrefix
        || (point.Metric == Metrics.BytesPerChange && point.Operation == Operations.Delete);

    private static IEnumerable<Figure> Rows(List<Figure> points)
    {
        if (LineFit.OfPower([.. points.Select(f => f.X!.Value)], [.. points.Select(f => f.Value)]) is not { } fit)
            yield break;
        var (at, cost) = (At(points, Experiment.ScalingFit), points[0].Metric);
        yield return Metrics.Exponent.OfCost(cost).Row(at, fit.Slope) with { Low = fit.Low, High = fit.High, N = fit.N };
        if (double.IsFinite(fit.RSquared))
            yield return Metrics.RSquared.OfCost(cost).Row(at, fit.RSquared) with { N = fit.N };
    }

    /// <summary>Returns the columns of fitted rows. X is the place of the first point. The order column names the first and the last
    /// place.</summary>
    public static Figure At(List<Figure> points, Experiment experiment)
    {
        var (first, last) = (points.MinBy(f => f.X)!, points.MaxBy(f => f.X)!);
        return Figure.At(experiment, first.Family) with
        {
            Scheme = first.Scheme, Operation = first.Operation, Order = $"{first.X} to {last.X}",
            Peers = first.Peers == last.Peers ? first.Peers : null,
            Prefixes = first.Prefixes == last.Prefixes ? first.Prefixes : null, X = first.X, Item = first.Item,
            Flag = Figure.FlagOf(points),
        };
    }
}
