// SPDX-License-Identifier: MIT
namespace Sim.Figures;

public static partial class Metrics
{
    public static readonly Metric NodesAtDepth = Checked(CheckKind.Shape, "nodes-at-depth", "nodes at depth");
    public static readonly Metric ValuedAtDepth = Checked(CheckKind.Shape, "valued-at-depth", "nodes with a peer or a route at depth");
    public static readonly Metric TrieDigest = Checked(CheckKind.Shape, "trie-digest", "digest of every node", Units.Digest);
    public static readonly Metric TrieStat = Checked(CheckKind.Shape, "triestat", "fib_triestat");
    public static readonly Metric Rt6Stats = Checked(CheckKind.Shape, "rt6-stats", "rt6_stats");
    public static readonly Metric Slots = Checked(CheckKind.Shape, "slots", "slots of the hash of gateways");
    public static readonly Metric Gateways = Checked(CheckKind.Shape, "hashed-gateways", "gateways in the hash");
    public static readonly Metric SlotDigest = Checked(CheckKind.Shape, "slot-digest", "digest of every slot", Units.Digest);
    public static readonly Metric Tnodes = Checked(CheckKind.Shape, "tnodes", "tnodes");

    public static readonly Metric Keys = Checked(CheckKind.Answers, "keys", "keys");
    public static readonly Metric Hits = Checked(CheckKind.Answers, "hits", "hits");
    public static readonly Metric AnswerDigest = Checked(CheckKind.Answers, "answer-digest", "digest of every answer", Units.Digest);

    public static readonly Metric ObjectsPerSlab = Checked(CheckKind.Slabs, "objects-per-slab", "objects per slab");
    public static readonly Metric PagesPerSlab = Checked(CheckKind.Slabs, "pages-per-slab", "pages per slab");
    public static readonly Metric SlabPages = Checked(CheckKind.Slabs, "slab-pages", "slab pages", Units.Pages);
    public static readonly Metric ActiveObjects = Checked(CheckKind.Slabs, "active-objects", "active objects");
    public static readonly Metric KmallocObjects = Checked(CheckKind.Kmalloc, "kmalloc-objects", "kmalloc objects");
    public static readonly Metric VmallocPages = Checked(CheckKind.Kmalloc, "vmalloc-pages", "vmalloc pages", Units.Pages);
    public static readonly Metric PercpuBytes = Checked(CheckKind.Other, "percpu-bytes", "per-CPU memory", Units.Bytes);
    public static readonly Metric Sizeof = Checked(CheckKind.Layout, "sizeof", "size", Units.Bytes);

    public static readonly Metric Messages = Checked(CheckKind.Netlink, "messages", "messages sent");
    public static readonly Metric MessageBytes = Checked(CheckKind.Netlink, "message-bytes", "message bytes sent", Units.Bytes);
    public static readonly Metric Calls = Checked(CheckKind.Netlink, "calls", "system calls that send");
    public static readonly Metric MessageDigest = Checked(CheckKind.Netlink, "message-digest", "digest of every byte sent", Units.Digest);
    public static readonly Metric Acks = Checked(CheckKind.Netlink, "acks", "acknowledgements");
    public static readonly Metric Refused = Checked(CheckKind.Netlink, "refused", "operations refused");
    public static readonly Metric FirstError = Checked(CheckKind.Netlink, "first-error", "first error", Units.Errno);

    public static readonly Metric Peers = Checked(CheckKind.Dumps, "peers", "peers");
    public static readonly Metric Entries = Checked(CheckKind.Dumps, "entries", "entries listed");
    public static readonly Metric ListingDigest = Checked(CheckKind.Dumps, "listing-digest", "digest of the listing", Units.Digest);
    public static readonly Metric ReceivedMessages = Checked(CheckKind.Dumps, "received-messages", "messages received");
    public static readonly Metric ReceivedBytes = Checked(CheckKind.Dumps, "received-bytes", "bytes received", Units.Bytes);
    public static readonly Metric ReceivedCalls = Checked(CheckKind.Dumps, "received-calls", "system calls that receive");

    /// <summary>The kernel's times include netlink and the port's times do not, so these times are not compared.</summary>
    public static readonly Metric TimeWithNetlink = new("time-with-netlink", Units.Nanoseconds, "time per prefix, with netlink", Basis.Measured);
    public static readonly Metric TimeOfRemoval = new("time-of-removal", Units.Nanoseconds, "time of a whole removal, with netlink", Basis.Measured);

    public static readonly Metric BytesSent = new("bytes-sent", Units.Bytes, "bytes sent");
    public static readonly Metric SlabBytes = new("slab-bytes", Units.Bytes, "slab pages that loading the table added");
    public static readonly Metric VmallocBytes = new("vmalloc-bytes", Units.Bytes, "vmalloc that loading the table added");

    public static readonly Metric LookupMedian = new("lookup-median", Units.Nanoseconds, "time of a lookup, median", Basis.Measured);
    public static readonly Metric LookupTail = new("lookup-p999", Units.Nanoseconds, "time of a lookup, 99.9th percentile", Basis.Measured);
    public static readonly Metric LookupRate = new("lookup-rate", Units.PerSecond, "lookups of all readers", Basis.Measured, Better.More);
    public static readonly Metric ChangeRate = new("change-rate", Units.PerSecond, "prefixes that the writer moves", Basis.Measured, Better.More);

    /// <summary>The ratios of the route attribute's values to the values of AllowedIPs, from interleaved runs.</summary>
    public static readonly Metric MedianRatio = new("ratio-median", Units.Ratio, "ratio of the medians", Basis.Measured, Better.Neither);
    public static readonly Metric TailRatio = new("ratio-p999", Units.Ratio, "ratio of the 99.9th percentiles", Basis.Measured, Better.Neither);

    public static readonly Metric LookupsJudged = new("lookups-judged", Units.Count, "lookups whose answer was judged", Basis.Measured, Better.Neither);

    private static Metric Checked(CheckKind kind, string name, string words, string unit = Units.Count) =>
        new(name, unit, words, Basis.Counted, kind == CheckKind.Netlink ? Better.Less : Better.Neither) { Check = kind };
}
