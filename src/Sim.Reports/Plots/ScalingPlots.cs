// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The plots of costs over sizes. Each cost has one plot per axis, and each plot has one curve per scheme. A further plot shows
/// the bucket.</summary>
internal static class ScalingPlots
{
    private static readonly string s_bucketName = Experiment.Bucket;

    /// <summary>A plotted cost: its part of the plot’s name, its operation and metric, its title, and the beginning of its question. The
    /// name of the axis completes the question.</summary>
    public sealed record PlottedCost(string Name, string Operation, Metric Metric, string Title, string Question);

    public static IReadOnlyList<PlottedCost> Costs { get; } =
    [
        new("memory", "", Metrics.PageBytesPerPrefix, "memory per prefix, in pages", "How much memory does a prefix take"),
        new("transmit", Operations.Transmit, Metrics.Time, "lookup time to send", "How long do the lookups of a sent packet take"),
        new("receive", Operations.Receive, Metrics.Time, "lookup time to receive", "How long does checking a received packet’s source take"),
        new("insert", Operations.Insert, Metrics.Time, "time per insertion", "How long does inserting a prefix take"),
        new("move", Operations.Move, Metrics.Time, "time per move", "How long does moving a prefix to another peer take"),
        new("delete", Operations.Delete, Metrics.Time, "time per deletion", "How long does deleting a prefix take"),
        new("bytes", Operations.Delete, Metrics.BytesPerChange, "bytes per deletion", "How much does a daemon send to delete a prefix"),
        new("load", Operations.Load, Metrics.Time, "time to load, per prefix", "How long does loading take per prefix"),
        new("loss", Operations.LoseToOne, Metrics.Time, "failover time, per prefix", "How long does failover from a lost peer take per prefix"),
    ];

    public static IReadOnlyList<string> AllNames { get; } =
        [.. new[] { Axes.Prefixes, Axes.Peers }.SelectMany(axis => Costs.Select(cost => Name(axis, cost))), s_bucketName];

    public static IEnumerable<PlotSpec> For(ScalingView view) => new[] { Axes.Prefixes, Axes.Peers }
        .SelectMany(axis => Costs.Select(cost => Plot(view, axis, cost))).Append(Bucket(view)).OfType<PlotSpec>();

    private static string Name(string axis, PlottedCost cost) => $"scaling-{axis}-{cost.Name}";

    private static PlotSpec? Plot(ScalingView view, string axis, PlottedCost cost)
    {
        var rows = view.Points(axis, cost.Operation, cost.Metric).FindAll(f => f.Value > 0);
        if (rows.Select(f => f.X).Distinct().Count() < 2)
            return null;
        var steepest = view.Fits(axis, cost.Operation, Metrics.Exponent.OfCost(cost.Metric), large: true).MaxBy(f => f.Value);
        var steep = steepest is null ? "" : " " + Steepest(steepest, axis);
        return new(Name(axis, cost), $"{cost.Question}, by number of {axis}?", Range(rows, axis) + steep, rows.Bases(), Chart(view, rows, cost.Title, Axis(rows, axis)));
    }

    private static string Steepest(Figure exponent, string axis)
    {
        var power = $"{Numbers.Digits(exponent.Value, 2)} ({Numbers.Digits(exponent.Low, 2)} to {Numbers.Digits(exponent.High, 2)})";
        return $"From {Numbers.Show(exponent.X!.Value)} {axis} on, " + (exponent.High > 0
            ? $"the cost of {exponent.Scheme} grows most: with the number of {axis} to the power of {power}."
            : $"no scheme’s cost grows: the largest exponent is {power}, of {exponent.Scheme}.");
    }

    private static PlotSpec? Bucket(ScalingView view)
    {
        var rows = view.Of(Experiment.Bucket, Metrics.Time).FindAll(f => f.Value > 0 && f.X is not null);
        if (rows.Select(f => f.X).Distinct().Count() < 2)
            return null;
        var fits = view.Of(Experiment.BucketFit, Metrics.TimePerPeer)
            .Select(f => $"{f.Scheme}: {Numbers.Digits(f.Value, 3)} ns ({Numbers.Digits(f.Low, 3)} to {Numbers.Digits(f.High, 3)})").ToList();
        var reading = Range(rows, Axes.Peers) + (fits.Count == 0 ? "" : $" Each further peer adds to an insertion: {string.Join("; ", fits)}.");
        return new PlotSpec(s_bucketName, "How much do other peers of the device slow down the insertion of a route?", reading, rows.Bases(),
            Chart(view, rows, "time per insertion", "peers of the device (logarithmic)"));
    }

    private static LogChart Chart(ScalingView view, List<Figure> rows, string title, string axis) => new()
    {
        ValueLabel = title, Unit = rows[0].Unit, XLabel = axis,
        Curves = [.. rows.GroupBy(f => f.Scheme).OrderBy(group => Order(view, rows, group.Key)).Select(group => Curve(view, rows, group))],
    };

    private static LogCurve Curve(ScalingView view, List<Figure> rows, IGrouping<string, Figure> scheme)
    {
        var (shape, open) = rows[0].Experiment == Experiment.Scaling ? view.ShapeOf(scheme.Key) : (Order(view, rows, scheme.Key), false);
        return new(ChurnView.Series(scheme.Key), shape, open, scheme.Key, [.. scheme.OrderBy(f => f.X).Select(f => (f.X!.Value, f.Value))]);
    }

    private static int Order(ScalingView view, List<Figure> rows, string scheme) =>
        (rows[0].Experiment == Experiment.Scaling ? view.Schemes : rows.Select(f => f.Scheme).Distinct()).ToList().IndexOf(scheme);

    private static string Axis(List<Figure> rows, string axis)
    {
        if (axis == Axes.Peers)
            return $"peers, at {Numbers.Show(rows[0].Prefixes ?? 0)} prefixes (logarithmic)";
        var generated = rows.Where(f => f.Order == Orders.Generated).ToList();
        return $"prefixes, at {Numbers.Show(rows.Max(f => f.Peers ?? 0))} peers (logarithmic"
            + (generated.Count == 0 ? ")" : $"; from {Numbers.Show(generated.Min(f => f.X!.Value))} on, generated tables)");
    }

    /// <summary>Returns the least and the greatest value at each end of the axis, in words.</summary>
    private static string Range(List<Figure> rows, string axis)
    {
        string At(double? place)
        {
            var there = rows.FindAll(f => f.X == place);
            var (least, most) = (there.MinBy(f => f.Value)!, there.MaxBy(f => f.Value)!);
            string Show(Figure f) => $"{PlotSet.Show(f)} ({f.Scheme})";
            return $"{Show(least)}" + (most.Value > least.Value ? $" to {Show(most)}" : "");
        }

        var noun = axis == Axes.Prefixes ? "prefix" : "peer";
        return $"With {Many(rows.Min(f => f.X)!.Value, noun)}: {At(rows.Min(f => f.X))}. With {Many(rows.Max(f => f.X)!.Value, noun)}: {At(rows.Max(f => f.X))}.";
    }

    private static string Many(double number, string noun) => $"{Numbers.Show(number)} {noun}{(number == 1 ? "" : noun == "prefix" ? "es" : "s")}";
}
