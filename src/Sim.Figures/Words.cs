// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>Rows' short names in words. A name that is not known is shown as it is.</summary>
public static class Words
{
    public static string Keys(string keys) => keys switch
    {
        "uniform" => "uniform over addresses",
        "prefixes" => "uniform over prefixes",
        "zipf" => "Zipf over prefixes",
        "hot" => "one hot address",
        "changed" => "prefixes that change",
        "kept" => "the rest of the peer’s prefixes",
        "others" => "prefixes of other peers",
        _ => keys,
    };

    /// <summary>Why a row settles nothing, in a table's cell or a plot.</summary>
    public static string Flag(string flag) => flag switch
    {
        Figure.Unsettled => "not settled",
        Figure.Busy => "busy",
        _ => flag,
    };

    /// <summary>The same as a reason.</summary>
    public static string FlagReason(string flag) => flag switch
    {
        Figure.Unsettled => "its passes disagree",
        Figure.Busy => "the machine was busy",
        _ => flag,
    };

    public static string Chain(string chain) => chain switch
    {
        "independent" => "independent keys",
        "dependent" => "dependent chain",
        _ => chain,
    };

    public static string Operation(string operation) => operation switch
    {
        "insert" => "insert a prefix",
        "delete" => "delete a prefix",
        "move" => "move a prefix to another peer",
        "remove-peer" => "remove a whole peer, per prefix",
        "remove-by-peer" => "remove all prefixes of a peer, per prefix",
        "transmit" => "packet sent",
        "receive" => "packet received",
        "receive-rp-filter" => "received, with rp_filter",
        "trace" => "trace",
        "lose-peer" => "loss of a peer",
        "notify" => "tell listeners (rtmsg_fib)",
        ScalingMetrics.Loss => "failover from a lost peer, per prefix",
        ScalingMetrics.LossToNone => "lose the only peer, per prefix",
        ScalingMetrics.InsertAmong => "insert a route among the peers of a device",
        _ => operation,
    };

    /// <summary>An operation beside readers as a column’s head.</summary>
    public static string ReaderOperation(string operation) => operation switch
    {
        "move" => "one moves",
        "delete" => "one is withdrawn",
        "lose-to-one" => "all move to one peer",
        "replace" => "all are sent again",
        _ => operation,
    };

    /// <summary>A step of a validation, which is made of many operations.</summary>
    public static string Step(string operation) => operation switch
    {
        "load" => "load the table",
        "reload" => "load the table again, to time it",
        "delete-third" => "delete a third",
        "delete-third-dummy" => "remove the dummy peer that holds the third",
        "mix" => "a mix of operations",
        "move" => "move prefixes to other peers",
        "replace-first" => "replace a peer’s set, first message",
        "replace" => "replace a peer’s set",
        "remove-peer" => "remove a peer",
        "nexthops" => "add the nexthop objects",
        "sizeof" => "",
        "peers-alone" => "make the peers, without a prefix",
        "delete-foreign" => "delete prefixes of another peer",
        "delete-single" => "delete every third prefix, one by one",
        "insert-single" => "insert these again",
        "delete-all" => "delete every prefix, one by one",
        "delete-rest" => "delete what is left, route by route",
        "unload" => "take the table away again",
        "load-siblings" => "load a sample by gateways",
        "append-second" => "a second route to each prefix of it",
        "append-third" => "a third to every other",
        "append-again" => "append existing routes, which is refused",
        "delete-first" => "delete the first route of every third",
        "replace-siblings" => "replace all routes of every fourth by one",
        "delete-siblings" => "delete all that is left",
        "move-all" => "move every prefix to the next peer",
        "move-back" => "move every prefix back",
        "move-object-compat-1" => "lead a nexthop object to another peer, each route announced",
        "move-object-back-compat-1" => "lead it back, each route announced",
        "move-object-compat-0" => "lead a nexthop object to another peer (nexthop_compat_mode=0)",
        "move-object-back-compat-0" => "lead it back (nexthop_compat_mode=0)",
        "wg" => "AllowedIPs by destination",
        "src" => "AllowedIPs by source",
        "tx" => "send: one FIB lookup of the destination",
        "dst" => "send: the route that the packet brings",
        "rx" => "receive: the route back to the source",
        "setup" => "before the first prefix",
        "replay-0" => "replay, each change alone",
        "back-0" => "back to the start of that replay",
        _ when After(operation, "replay-") is { } ms => $"replay in windows of {ms} ms",
        _ when After(operation, "back-") is { } ms => $"back to the start of the replay in windows of {ms} ms",
        _ when Before(operation, "-tx") is { } step => $"{Step(step)}; {Step("tx")}",
        _ when Before(operation, "-dst") is { } step => $"{Step(step)}; {Step("dst")}",
        _ when Before(operation, "-rx") is { } step => $"{Step(step)}; {Step("rx")}",
        _ when After(operation, "main-") is { } step => $"main table: {Step(step)}",
        _ when After(operation, "dump-") is { } step => $"dump after: {Step(step)}",
        _ when After(operation, "load-by-") is { } shape => $"load a sample, routes by {shape}",
        _ when After(operation, "delete-by-") is { } shape => $"delete the sample, routes by {shape}",
        _ when After(operation, "flush-nexthop-") is { } id => $"delete nexthop object {id}",
        _ => operation,
    };

    /// <summary>What a row of a validation is about: <c>fib IPv4</c>.</summary>
    public static string Subject(Figure f) => f.Structure == "layout" ? "the layout of structures" : $"{f.Structure} IPv{f.Family}".TrimStart();

    /// <summary>When in a validation a row was taken, without its structure: <c>load the table, sorted by address</c>.</summary>
    public static string Moment(Figure f) =>
        string.Join(", ", new[] { f.Scheme, Step(f.Operation), Order(f.Order), Keys(f.Keys), Chain(f.Chain) }.Where(p => p.Length > 0));

    /// <summary>The metric with its place: <c>nodes at depth 12</c>, <c>slab pages of ip_fib_alias</c>.</summary>
    public static string What(Figure f) => (f.X, f.Item) switch
    {
        ({ } x, _) => $"{Metric(f.Metric)} {Numbers.Show(x)}",
        (_, { Length: > 0 } item) when !f.Metric.StartsWith(item, StringComparison.Ordinal) => $"{Metric(f.Metric)}, {item}",
        _ => Metric(f.Metric),
    };

    private static string? After(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;

    private static string? Before(string text, string suffix) =>
        text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : null;

    public static string Order(string order) => order switch
    {
        "file" => "the file’s order",
        "sorted" => "sorted by address",
        "by-length" => "sorted by length",
        _ => order,
    };

    /// <summary>The case of a comparison: <c>Zipf over prefixes, dependent chain</c>, <c>insert a prefix</c>, ...</summary>
    public static string Case(string keys, string chain, string operation, string order = "")
    {
        string[] parts = [Keys(keys), Chain(chain), Operation(operation), Order(order)];
        return string.Join(", ", parts.Where(p => p.Length > 0));
    }

    public static string Metric(string metric) => metric switch
    {
        "time-per-prefix" => "time per prefix",
        "object-bytes" => "bytes in objects",
        "page-bytes" => "bytes in pages",
        "bytes-per-prefix" => "bytes per prefix, in objects",
        "page-bytes-per-prefix" => "bytes per prefix, in pages",
        "cache-objects" => "objects",
        "cache-object-bytes" => "bytes in objects",
        "cache-page-bytes" => "bytes in pages",
        "working-set" => "resident memory",
        "gc-heap" => "garbage-collected heap",
        "native" => "native memory",
        "valued" => "nodes with a peer or a route",
        "max-depth" => "greatest depth",
        "average-depth" => "average depth",
        "total-size-kb" => "total size as fib_triestat prints it",
        "null-pointers" => "null pointers",
        "internal-nodes" => "internal nodes",
        "intermediate-nodes" => "nodes that only separate two others",
        "nodes-visited" => "nodes visited per lookup",
        "cache-lines" => "cache lines touched per lookup",
        "depth-histogram" => "nodes by depth",
        "node-size" => "internal nodes by size",
        "allocations" => "kernel objects allocated per operation",
        "frees" => "kernel objects freed per operation",
        "hit-rate" => "share of keys that match",
        "nodes-at-depth" => "nodes at depth",
        "valued-at-depth" => "nodes with a peer or a route at depth",
        "trie-digest" => "digest of every node",
        "triestat" => "fib_triestat",
        "rt6-stats" => "rt6_stats",
        "answer-digest" => "digest of every answer",
        "objects-per-slab" => "objects per slab",
        "pages-per-slab" => "pages per slab",
        "slab-pages" => "slab pages",
        "active-objects" => "active objects",
        "kmalloc-objects" => "kmalloc objects",
        "percpu-bytes" => "per-CPU memory",
        "vmalloc-pages" => "vmalloc pages",
        "messages" => "messages sent",
        "message-bytes" => "message bytes sent",
        "message-digest" => "digest of every byte sent",
        "calls" => "system calls that send",
        "acks" => "acknowledgements",
        "refused" => "operations refused",
        "first-error" => "first error",
        "entries" => "entries listed",
        "listing-digest" => "digest of the listing",
        "received-messages" => "messages received",
        "received-bytes" => "bytes received",
        "received-calls" => "system calls that receive",
        _ => ChurnMetric(metric),
    };

    private static string ChurnMetric(string metric) => metric switch
    {
        "time-per-change" => "time",
        "calls-per-change" => "system calls",
        "bytes-per-change" => "bytes sent",
        "messages-per-change" => "messages",
        "operations-per-change" => "trie operations",
        "allocations-per-change" => "allocations",
        "frees-per-change" => "frees",
        "grace-periods-per-change" => "grace periods",
        "waits-per-change" => "waits",
        "session-losses" => "best paths lost with their session",
        "no-ops" => "no-ops",
        "same-peer" => "moves within the same peer",
        "assumed-paths" => "paths assumed at the start",
        "out-of-order" => "events out of order",
        "times-set-aside" => "times that do not fit those around them",
        "bgp-peers" => "BGP peers",
        "seeded" => "prefixes whose start the trace decides",
        "added" => "added: these are not in the table",
        "left-out" => "left out: in the table, but not at the start",
        "clock" => "the trace’s own clock",
        "scan-messages" => "messages of a scan",
        "scan-bytes" => "bytes of a scan",
        "scan-calls" => "system calls of a scan",
        "scan-time" => "time of a scan",
        "notification-bytes" => "bytes of a notification",
        "trace-bytes" => "bytes of the trace’s notifications",
        "scans-completed" => "scans completed",
        "scans-begun" => "scans started, including those cut off",
        "received" => "received",
        "staleness-mean" => "staleness, mean",
        "staleness-longest" => "staleness, longest",
        "told" => "changes announced by a notification",
        "lost" => "changes whose notification was lost",
        "overruns" => "buffer overruns",
        "unnoticed" => "changes not noticed by the end",
        ScalingMetrics.Exponent => "exponent of the time",
        ScalingMetrics.RSquared => "share of the variance that the fit explains",
        ScalingMetrics.PerPeer => "time per further peer",
        ScalingMetrics.AtNone => "time without peers, by the fit",
        ScalingMetrics.InfosWalked => "fib_infos compared",
        _ when After(metric, "exponent-of-") is { } of => $"exponent of {Metric(of)}",
        _ when After(metric, "r-squared-of-") is { } of => $"share of the variance that the fit of {Metric(of)} explains",
        _ => ReaderMetric(metric),
    };

    private static string ReaderMetric(string metric) => metric switch
    {
        "readers" => "reader threads",
        "time-beside-readers" => "time beside readers",
        "time-per-step" => "time of a step",
        "steps" => "operations of the trie",
        "lookups" => "lookups during the update",
        "wrong-none" => "lookups that should have found a peer and found none",
        "wrong-other" => "lookups that found a peer that is neither old nor new",
        "wrong-ratio" => "share of lookups that were wrong",
        "gap-longest" => "longest time that a prefix was wrong, seen",
        "gap-median" => "time that a prefix was wrong, median of those seen",
        "gap-simulated" => "longest time that a prefix was wrong, by steps",
        "prefixes-probed" => "prefixes looked up after each step",
        "prefixes-hit" => "probed prefixes that were wrong at some step",
        "steps-none" => "most steps without a peer",
        "steps-other" => "most steps with a peer that is neither old nor new",
        _ => metric,
    };

    public static string Experiment(string experiment) => experiment switch
    {
        "load" => "Load",
        "memory" => "Memory",
        "shape" => "Shape",
        "touch" => "Nodes and cache lines per lookup",
        "lookup" => "Lookup",
        "update" => "Update",
        Names.AaExperiment => "A/A: allowedips against itself",
        _ => experiment,
    };

    /// <summary>What an experiment does, for a reader who has not seen the code; empty where it is not known.</summary>
    public static string Method(string experiment) => experiment switch
    {
        "load" => "Every prefix is inserted into an empty structure, in each order. The time covers all inserts.",
        "memory" => "Kernel memory, counted in the loaded structure as the kernel would allocate it: bytes in objects, and "
            + "bytes in the slab, kmalloc and vmalloc pages that hold the objects. The memory of the .NET process is not included.",
        "shape" => "Counted in the loaded structure. The root of allowedips has depth 1. In IPv4 fib's depths are those of "
            + "/proc/net/fib_triestat. In IPv6 they count the nodes above, and the root is a node, unlike in /proc/net/rt6_stats.",
        "touch" => "Counted by walking each key's path: the nodes that are read, and the distinct 64-byte lines that hold them. "
            + "The value is the mean over the keys, the spread their quartiles.",
        "lookup" => "Longest-prefix match. Independent keys show throughput. In a dependent chain each key follows from the "
            + "last answer, which shows latency. The two structures are interleaved on the same keys (A B B A). Caches are flushed before each "
            + "repetition, unless they hold both structures. The ratio is the median over the pairs, not the quotient of the two medians.",
        "update" => "Single changes to the loaded structure, interleaved in the same way (A B B A), also with flushed caches.",
        Names.AaExperiment => "The same structure on both sides of the pairs. Any difference from 1 is noise of the machine and of the "
            + "method. A difference of that size proves nothing.",
        _ => "",
    };

    public static string Join(IReadOnlyList<string> parts) => parts.Count switch
    {
        0 => "",
        1 => parts[0],
        _ => string.Join(", ", parts.Take(parts.Count - 1)) + " and " + parts[^1],
    };
}
