// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The catalogue of metrics. Experiments make rows with these metrics, and reports find rows by them.</summary>
public static partial class Metrics
{
    private static readonly Lazy<ILookup<string, Metric>> s_byName = new(() => All.ToLookup(metric => metric.Name));

    // Made once, so that threads find the same metrics.
    private static readonly Lazy<IReadOnlyList<Metric>> s_all = new(() =>
    [
        .. typeof(Metrics).GetFields().Select(declared => declared.GetValue(null)).OfType<Metric>(),
        .. Fitted.Where(cost => cost != Time).SelectMany(cost => new[] { Exponent.OfCost(cost), RSquared.OfCost(cost) }),
        .. Shared.Select(metric => metric.PerPeer), .. Paired.Select(metric => metric.AsRatio),
    ]);

    public static IReadOnlyList<Metric> All => s_all.Value;

    /// <summary>Returns the metric with a name. If the catalogue lacks the name (from another version), makes a new metric with this
    /// name.</summary>
    public static Metric Of(string name, string experiment) => Find(name, experiment) ?? new(name, "", name, Better: Better.Neither);

    /// <summary>Returns the metric with a name; null if the catalogue lacks the name. The experiment distinguishes metrics with the same
    /// name.</summary>
    public static Metric? Find(string name, string experiment) => experiment == Experiment.Compare && name.Contains('/')
        ? Compared.Find(name)
        : s_byName.Value[name].FirstOrDefault(metric => metric.Of is null || experiment == metric.Of);
}
