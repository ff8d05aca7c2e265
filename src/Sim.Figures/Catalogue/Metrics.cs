// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The catalogue of metrics. Experiments make rows through it, and reports ask for rows through it.</summary>
public static partial class Metrics
{
    private static readonly Lazy<ILookup<string, Metric>> s_byName = new(() => All.ToLookup(metric => metric.Name));

    /// <summary>All metrics, experiment after experiment.</summary>
    public static IReadOnlyList<Metric> All => field ??=
    [
        .. typeof(Metrics).GetFields().Select(declared => declared.GetValue(null)).OfType<Metric>(),
        .. Fitted.Where(cost => cost != Time).SelectMany(cost => new[] { Exponent.OfCost(cost), RSquared.OfCost(cost) }),
    ];

    /// <summary>Returns the metric of a row's name; the row's experiment tells metrics of one name apart.</summary>
    /// <exception cref="ArgumentException">The catalogue has no such metric.</exception>
    public static Metric Of(string name, string experiment) =>
        Find(name, experiment) ?? throw new ArgumentException($"the catalogue has no metric '{name}' of {experiment}", nameof(name));

    /// <summary>Returns the metric of a row's name; null if there is none, which a row of another version may have.</summary>
    public static Metric? Find(string name, string experiment) =>
        s_byName.Value[name].FirstOrDefault(metric => metric.Of is null || experiment == metric.Of);
}
