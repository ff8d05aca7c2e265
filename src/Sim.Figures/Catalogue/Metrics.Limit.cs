// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The metrics of <c>bench --limit</c>, <c>--receive-cache</c> and <c>--processes</c>.</summary>
public static partial class Metrics
{
    /// <summary>The time of a load whose address comes from the load before. In rows of a structure the loads are spread over as many bytes
    /// as the structure has; in rows of <see cref="Names.Memory"/>, over the bytes in the column <c>x</c>.</summary>
    public static readonly Metric ChaseLatency = new("chase-latency", Units.Nanoseconds, "time of a dependent load", Basis.Measured);

    /// <summary>The median time in one of several processes (<c>bench --processes</c>). The column <c>x</c> has the number of the
    /// process.</summary>
    public static readonly Metric ProcessTime = new("process-time", Units.Nanoseconds, "time in one process", Basis.Measured);

    public static readonly Metric Bandwidth = new("bandwidth", Units.GigabytesPerSecond, "bytes that one processor reads in order", Basis.Measured, Better.More);

    /// <summary>The cache lines of a lookup that are read one after the other. Lines whose addresses are known at the same time count
    /// once.</summary>
    public static readonly Metric DependentLines = new("dependent-lines", Units.Count, "cache lines that a lookup reads one after the other");

    /// <summary>The time that the dependent lines alone would take. Each line costs as much as a dependent load in as many bytes as were
    /// touched since the line was read last.</summary>
    public static readonly Metric Limit = new("limit", Units.Nanoseconds, "time of a lookup’s cache lines alone", Basis.Estimated);

    /// <summary>The dependent lines times the chase latency of the structure's bytes: as if no line were read more often than
    /// another.</summary>
    public static readonly Metric LimitAlike =
        new("limit-alike", Units.Nanoseconds, "time of a lookup’s cache lines alone, if all lines were read equally often", Basis.Estimated);

    /// <summary>The time of dependent lookups divided by <see cref="Limit"/>.</summary>
    public static readonly Metric OverLimit = new("over-limit", Units.Ratio, "time of a lookup over the time of its cache lines alone", Basis.Estimated);

    /// <summary>The processor's own counters. Machines without them, as most virtual ones, have no such rows.</summary>
    public static readonly Metric CacheReferences = new("cache-references", Units.Count, "references to the last-level cache per lookup", Basis.Measured);
    public static readonly Metric CacheMisses = new("cache-misses", Units.Count, "misses in the last-level cache per lookup", Basis.Measured);
    public static readonly Metric MissRate = new("miss-rate", Units.Ratio, "share of references that miss", Basis.Measured);

    /// <summary>The time of the check of a received packet's source. If the item is <see cref="Names.ReceiveCache"/>, a cache answers
    /// before the lookup. The column <c>x</c> has the changes of routes per second.</summary>
    public static readonly Metric ReceiveCheck = new("receive-check", Units.Nanoseconds, "time to check a received packet’s source", Basis.Measured);

    public static readonly Metric CacheHits = new("cache-hits", Units.Ratio, "share of received packets that the receive cache answers", Basis.Simulated, Better.More);
}
