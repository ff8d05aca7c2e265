// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>An experiment: a value of the column <c>experiment</c>. The method is empty if the page describes the method
/// elsewhere.</summary>
public sealed record Experiment(string Name, string Words, string Method = "") : Term(Name, Words)
{
    public static readonly Experiment Memory = new("memory", "Memory",
        "Kernel memory, counted in the loaded structure as the kernel would allocate it: bytes in objects, and bytes in the slab, kmalloc "
        + "and vmalloc pages that hold the objects. The memory of the .NET process is not included.");

    public static readonly Experiment Load = new("load", "Load",
        "Every prefix is inserted into an empty structure, in each order. The time covers all inserts.");

    public static readonly Experiment Shape = new("shape", "Shape",
        "Counted in the loaded structure. The root of allowedips has depth 1. In IPv4 fib's depths are those of /proc/net/fib_triestat. In "
        + "IPv6 a depth is the number of nodes above. The root counts as a node, but not in /proc/net/rt6_stats.");

    public static readonly Experiment Touch = new("touch", "Nodes and cache lines per lookup",
        "Counted by walking each key's path: the nodes that are read, and the distinct 64-byte lines that hold them. The value is the mean "
        + "over the keys, and the spread is their quartiles.");

    public static readonly Experiment Lookup = new("lookup", "Lookup",
        "Longest-prefix match. Independent keys show throughput. In a dependent chain each key depends on the previous answer, which shows "
        + "latency. The two structures are interleaved on the same keys (A B B A). Caches are flushed before each repetition, unless the "
        + "caches hold both structures. The ratio is the median over the pairs, not the quotient of the two medians.");

    public static readonly Experiment Update = new("update", "Update",
        "Single changes to the loaded structure, interleaved in the same way (A B B A), also with flushed caches.");

    public static readonly Experiment Limit = new("limit", "How far from the memory’s limit",
        "A lookup cannot be faster than the cache lines that it reads one after the other. A pointer chase in the same run measures a "
        + "dependent load over areas of many sizes. Each line of a traced lookup costs as much as a load in an area of the bytes that were "
        + "touched since the line was read last. A line that is read for the first time costs as much as a load in an area of both compared "
        + "structures’ bytes, or in the largest area if caches are flushed. Branch prediction can beat this limit, because it starts loads early.");

    public static readonly Experiment ReceiveCache = new("receive-cache", "A cache in front of the receive check",
        "What if a device kept, for each peer, the last source that the routes allowed, and the number of route changes at that time? No kernel "
        + "does. 1,000,000 packets arrive per second, and all their sources are allowed. The column x has the changes of routes per second. Each "
        + "change empties the cache. Hits are simulated; times are measured, interleaved with checks without the cache.");

    /// <summary>The noise in the times of bench and of a validation.</summary>
    public static readonly Experiment Aa = new("aa", "A/A: the same structure twice",
        "The same structure on both sides of the pairs. Any difference from 1 is noise of the machine and of the method. A difference of "
        + "that size proves nothing.");

    public static readonly Experiment Trace = new("trace", "The trace");
    public static readonly Experiment BindingMemory = new("binding-memory", "Memory of a scheme");
    public static readonly Experiment Packet = new("packet", "Lookups per packet");
    public static readonly Experiment Code = new("code", "Kernel code");
    public static readonly Experiment Replay = new("replay", "Replay of the trace");
    public static readonly Experiment Convergence = new("convergence", "Convergence");
    public static readonly Experiment Observer = new("observer", "Tracking of changes");
    public static readonly Experiment Reader = new("reader", "Lookups during an update");
    public static readonly Experiment Scaling = new("scaling", "Costs over sizes");
    public static readonly Experiment ScalingFit = new("scaling-fit", "Exponents of costs over sizes");

    /// <summary>Insertions into one hash bucket of fib_infos.</summary>
    public static readonly Experiment Bucket = new("scaling-bucket", "Insertion among the peers of a device");
    public static readonly Experiment BucketFit = new("scaling-bucket-fit", "Insertion among the peers of a device, fitted");
    public static readonly Experiment Validate = new("validate", "Port against kernel");

    /// <summary>The ways in which a patched kernel finds the peer of a packet.</summary>
    public static readonly Experiment Peers = new("peers", "The route attribute beside AllowedIPs in the kernel");
    /// <summary>Lookups on several processors beside a writer, in the kernel and in the ports.</summary>
    public static readonly Experiment SmpReaders = new("smp-readers", "Readers beside a writer");
    public static readonly Experiment TraceReplay = new("trace-replay", "Replay of a trace in the kernel");
    public static readonly Experiment Daemons = new("daemons", "Full tables by routing daemons");
    public static readonly Experiment DaemonMatrix = new("daemon-matrix", "Routing daemons: which packets pass");
    public static readonly Experiment HubPackets = new("hub-packets", "Packets through a hub in the kernel");
    public static readonly Experiment HubPeers = new("hub-peers", "One device with all peers, or a device per peer");
    public static readonly Experiment Compare = new("compare", "Comparison of runs");

    public static Vocabulary<Experiment> All => field ??= new(typeof(Experiment));
}
