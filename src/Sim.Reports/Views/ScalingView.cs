// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>The rows on costs at growing sizes, for a section and plots.</summary>
public sealed class ScalingView : View
{
    private ScalingView(Rows rows, List<Figure> figures) : base(rows, figures) =>
        Schemes = [.. figures.Where(f => f.Experiment == Experiment.Scaling).Select(f => f.Scheme).Distinct()];

    public IReadOnlyList<string> Schemes { get; }

    public static ScalingView? Of(Rows rows)
    {
        string[] experiments = [Experiment.Scaling, Experiment.ScalingFit, Experiment.Bucket, Experiment.BucketFit];
        var figures = rows.All.Where(f => Array.IndexOf(experiments, f.Experiment) >= 0).ToList();
        return figures.Exists(f => f.Experiment == Experiment.Scaling && f.X is not null) ? new ScalingView(rows, figures) : null;
    }

    /// <summary>Returns a cost's points on an axis, ordered by place.</summary>
    public List<Figure> Points(string axis, string operation, Metric metric) =>
        [.. Of(Experiment.Scaling, metric).Where(f => f.Item == axis && f.Operation == operation && f.X is not null).OrderBy(f => f.X)];

    /// <summary>Returns the fits of a metric on an axis. An axis is split into two parts. <paramref name="large"/> chooses the fits of the
    /// part with larger sizes.</summary>
    public List<Figure> Fits(string axis, string operation, Metric metric, bool large) =>
        [.. Of(Experiment.ScalingFit, metric).Where(f => f.Item == axis && f.Operation == operation && f.X >= Axes.Split(axis) == large)];

    public List<Figure> Of(Experiment experiment, Metric metric) => [.. Rows.Of(experiment, metric)];

    public IReadOnlyList<double> Places(string axis) =>
        [.. Figures.Where(f => f.Experiment == Experiment.Scaling && f.Item == axis && f.X is not null).Select(f => f.X!.Value).Distinct().Order()];

    /// <summary>Returns the shape of a scheme's points. A variant with a route per prefix has the same shape as the plain scheme, but open
    /// points.</summary>
    public (int Shape, bool Open) ShapeOf(string scheme) =>
        (Math.Max(0, Schemes.Select(Plain).Distinct().ToList().IndexOf(Plain(scheme))), SchemeName.All.Find(scheme)?.HasFullRoutes == true);

    private static string Plain(string scheme) => SchemeName.All.Find(scheme)?.Plain ?? scheme;
}
