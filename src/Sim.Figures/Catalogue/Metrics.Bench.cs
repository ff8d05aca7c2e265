// SPDX-License-Identifier: MIT
namespace Sim.Figures;

public static partial class Metrics
{
    /// <summary>The time of an operation: in ns per lookup or per prefix; in ms per load, replay or batch.</summary>
    public static readonly Metric Time = new("time", Units.Nanoseconds, "time", Basis.Measured);
    public static readonly Metric TimePerPrefix = new("time-per-prefix", Units.Nanoseconds, "time per prefix", Basis.Measured);

    /// <summary>The ratio of the times of two structures or schemes, from interleaved repetitions.</summary>
    public static readonly Metric Ratio = new("ratio", Units.Ratio, "ratio", Basis.Measured, Better.Neither);

    public static readonly Metric ObjectBytes = new("object-bytes", Units.Bytes, "bytes in objects");
    public static readonly Metric PageBytes = new("page-bytes", Units.Bytes, "bytes in pages");
    public static readonly Metric BytesPerPrefix = new("bytes-per-prefix", Units.Bytes, "bytes per prefix, in objects");
    public static readonly Metric PageBytesPerPrefix = new("page-bytes-per-prefix", Units.Bytes, "bytes per prefix, in pages");
    public static readonly Metric CacheObjects = new("cache-objects", Units.Count, "objects");
    public static readonly Metric CacheObjectBytes = new("cache-object-bytes", Units.Bytes, "bytes in objects");
    public static readonly Metric CachePageBytes = new("cache-page-bytes", Units.Bytes, "bytes in pages");

    /// <summary>The memory of this program itself.</summary>
    public static readonly Metric WorkingSet = new("working-set", Units.Bytes, "resident memory", Basis.Measured, Better.Neither);
    public static readonly Metric PeakWorkingSet = new("peak-working-set", Units.Bytes, "greatest resident memory", Basis.Measured, Better.Neither);
    public static readonly Metric GcHeap = new("gc-heap", Units.Bytes, "garbage-collected heap", Basis.Measured, Better.Neither);
    public static readonly Metric Native = new("native", Units.Bytes, "native memory", Better: Better.Neither);

    public static readonly Metric Nodes = Shape("nodes", "nodes");
    public static readonly Metric Valued = Shape("valued", "nodes with a peer or a route");
    public static readonly Metric Leaves = Shape("leaves", "leaves");
    public static readonly Metric Routes = Shape("routes", "routes");
    public static readonly Metric InternalNodes = Shape("internal-nodes", "internal nodes");
    public static readonly Metric IntermediateNodes = Shape("intermediate-nodes", "nodes that only separate two others");
    public static readonly Metric Pointers = Shape("pointers", "pointers");
    public static readonly Metric NullPointers = Shape("null-pointers", "null pointers");
    public static readonly Metric MaxDepth = Shape("max-depth", "greatest depth");
    public static readonly Metric AverageDepth = Shape("average-depth", "average depth");
    public static readonly Metric DepthHistogram = Shape("depth-histogram", "nodes by depth");
    public static readonly Metric NodeSize = Shape("node-size", "internal nodes by size");
    public static readonly Metric TotalSize = Shape("total-size-kb", "total size as fib_triestat prints it", Units.Kilobytes);

    public static readonly Metric NodesVisited = new("nodes-visited", Units.Count, "nodes visited per lookup");
    public static readonly Metric CacheLines = new("cache-lines", Units.Count, "cache lines touched per lookup");
    public static readonly Metric HitRate = new("hit-rate", Units.Ratio, "share of keys that match", Better: Better.Neither);

    public static readonly Metric Allocations = new("allocations", Units.PerOperation, "kernel objects allocated per operation");
    public static readonly Metric Frees = new("frees", Units.PerOperation, "kernel objects freed per operation", Better: Better.Neither);

    /// <summary>The bytes of the objects that a change replaced, as long as no grace period has ended.</summary>
    public static readonly Metric HeldBytes = new("held-bytes", Units.Bytes, "bytes that wait for a grace period, per operation");

    private static Metric Shape(string name, string words, string unit = Units.Count) =>
        new(name, unit, words, Basis.Counted, Better.Neither) { Check = CheckKind.Shape };
}
