// SPDX-License-Identifier: MIT
namespace Sim.Figures;

public static partial class Metrics
{
    public static readonly Metric LookupMedian = new("lookup-median", Units.Nanoseconds, "time of a lookup, median", Basis.Measured);
    public static readonly Metric LookupTail = new("lookup-p999", Units.Nanoseconds, "time of a lookup, 99.9th percentile", Basis.Measured);
    public static readonly Metric LookupRate = new("lookup-rate", Units.PerSecond, "lookups of all readers", Basis.Measured, Better.More);
    public static readonly Metric ChangeRate = new("change-rate", Units.PerSecond, "prefixes that the writer moves", Basis.Measured, Better.More);

    /// <summary>The ratios of the route attribute's values to the values of AllowedIPs, from interleaved runs.</summary>
    public static readonly Metric MedianRatio = new("ratio-median", Units.Ratio, "ratio of the medians", Basis.Measured, Better.Neither);
    public static readonly Metric TailRatio = new("ratio-p999", Units.Ratio, "ratio of the 99.9th percentiles", Basis.Measured, Better.Neither);

    public static readonly Metric LookupsJudged = new("lookups-judged", Units.Count, "lookups whose answer was judged", Basis.Measured, Better.Neither);
}
