// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The metrics of routing daemons. <see cref="OfDaemon"/> finds the metric of a row of kernel-patch/daemons/full-table.sh.</summary>
public static partial class Metrics
{
    public static readonly Metric FibComplete = Seen("fib-complete", Units.Seconds, "time until the FIB is complete");
    public static readonly Metric FibPrefixes = Seen("fib-prefixes", Units.Count, "prefixes in the FIB", Better.Neither);
    public static readonly Metric AgentComplete = Seen("agent-complete", Units.Seconds, "time until the agent has copied all");
    public static readonly Metric AgentPrefixes = Seen("agent-prefixes", Units.Count, "prefixes that the agent copied", Better.Neither);
    public static readonly Metric PeakMemory = Seen("peak-memory", Units.Bytes, "peak resident memory of a process");

    public static readonly Metric CpuDaemon = Seen("cpu-daemon", Units.Seconds, "CPU of the daemon");
    public static readonly Metric CpuAgent = Seen("cpu-agent", Units.Seconds, "CPU of the agent");
    public static readonly Metric CpuMachine = Seen("cpu-machine", Units.Seconds, "CPU of the whole machine, with the spokes");
    public static readonly Metric KernelMemory = Seen("kernel-memory", Units.Bytes, "growth of the kernel’s memory");
    public static readonly Metric KernelSlab = Seen("kernel-slab", Units.Bytes, "growth of slabs");
    public static readonly Metric KernelPercpu = Seen("kernel-percpu", Units.Bytes, "growth of per-CPU memory");
    public static readonly Metric KernelVmalloc = Seen("kernel-vmallocused", Units.Bytes, "growth of vmalloc");
    public static readonly Metric NetlinkMessages = Seen("netlink-messages", Units.Count, "netlink messages");
    public static readonly Metric NetlinkBytes = Seen("netlink-bytes", Units.Bytes, "netlink bytes");
    public static readonly Metric AgentAdded = Seen("agent-added", Units.Count, "routes that the agent heard of");
    public static readonly Metric AgentRemoved = Seen("agent-removed", Units.Count, "removed routes that the agent heard of");
    public static readonly Metric AgentRequests = Seen("agent-requests", Units.Count, "messages that the agent sent");
    public static readonly Metric AgentBytes = Seen("agent-bytes", Units.Bytes, "bytes that the agent sent");

    public static readonly Metric LastWrong = Seen("last-wrong", Units.Seconds, "last packet to the lost spoke");
    public static readonly Metric WrongPackets = Seen("wrong-packets", Units.Count, "packets to the lost spoke");
    public static readonly Metric LastLost = Seen("last-lost", Units.Seconds, "last packet that came to no spoke");
    public static readonly Metric LostPackets = Seen("lost-packets", Units.Count, "packets that came to no spoke");
    public static readonly Metric LostBefore = Seen("lost-before", Units.Count, "packets lost before the failure");
    public static readonly Metric DamagedPackets = Seen("damaged-packets", Units.Count, "packets that were damaged or came twice");
    public static readonly Metric LastRoute = Seen("last-route", Units.Seconds, "last change of a route");
    public static readonly Metric RoutesReplaced = Seen("routes-replaced", Units.Count, "routes replaced");
    public static readonly Metric RoutesAdded = Seen("routes-added", Units.Count, "routes added");
    public static readonly Metric RoutesRemoved = Seen("routes-removed", Units.Count, "routes removed");
    public static readonly Metric RouteMessages = Seen("route-messages", Units.Count, "notifications of routes");
    public static readonly Metric LongestPause = Seen("longest-pause", Units.Seconds, "longest pause between two packets", Better.Neither);
    public static readonly Metric FirstRoute = Seen("first-route", Units.Seconds, "first change of a route");
    public static readonly Metric RoutesBefore = Seen("routes-before", Units.Count, "routes to the spoke before it is lost", Better.Neither);
    public static readonly Metric RoutesLeft = Seen("routes-left", Units.Count, "routes that still lead to the lost spoke");
    public static readonly Metric FailoverAddresses = Seen("failover-addresses", Units.Count, "addresses that packets were sent to", Better.Neither);
    public static readonly Metric FailoverPackets = Seen("failover-packets", Units.Count, "packets sent", Better.Neither);
    public static readonly Metric FailoverOverruns = Seen("failover-overruns", Units.Count, "overruns of the socket that listens for routes");
    public static readonly Metric PacketsToNext = Seen("packets-to-2", Units.Count, "packets to the spoke that takes over", Better.Neither);
    public static readonly Metric Requests = Seen("failover-requests", Units.Count, "requests that move the peer");
    public static readonly Metric RequestBytes = Seen("request-bytes", Units.Bytes, "bytes of these requests");
    public static readonly Metric RequestTime = Seen("request-time", Units.Seconds, "time of these requests");
    public static readonly Metric RequestNetlinkMessages = Seen("request-netlink-messages", Units.Count, "netlink messages of these requests");
    public static readonly Metric RequestNetlinkBytes = Seen("request-netlink-bytes", Units.Bytes, "netlink bytes of these requests");
    public static readonly Metric Objects = Seen("failover-objects", Units.Count, "nexthop objects replaced", Better.Neither);
    public static readonly Metric ObjectsPutBack = Seen("objects-put-back", Units.Count, "objects that the daemon put back", Better.Neither);
    public static readonly Metric PutBack = Seen("put-back", Units.Seconds, "time until the daemon put an object back", Better.Neither);
    public static readonly Metric FailoverEnd = Seen("failover-end", Units.Seconds, "end of the packets", Better.Neither);

    public static readonly Metric ReplayUpdates = Seen("replay-updates", Units.Count, "UPDATEs of the trace", Better.Neither);
    public static readonly Metric ReplayChanges = Seen("replay-changes", Units.Count, "prefixes announced or withdrawn", Better.Neither);
    public static readonly Metric ReplayPeers = Seen("replay-peers", Units.Count, "BGP peers of the trace that spokes play", Better.Neither);
    public static readonly Metric ReplayTime = Seen("replay-seconds", Units.Seconds, "time until all beacons were reached", Better.Neither);
    public static readonly Metric Beacons = Seen("replay-beacons", Units.Count, "beacons that a packet reached", Better.Neither);
    public static readonly Metric MisledPackets = Seen("misled-packets", Units.Count, "packets to a spoke that did not announce their beacon");
    public static readonly Metric LagMedian = Seen("lag-median", Units.Seconds, "from an UPDATE until packets follow it, median");
    public static readonly Metric LagP99 = Seen("lag-p99", Units.Seconds, "from an UPDATE until packets follow it, 99th percentile");
    public static readonly Metric LagMost = Seen("lag-most", Units.Seconds, "from an UPDATE until packets follow it, longest");
    public static readonly Metric Behind = Seen("behind", Units.Seconds, "from the end of the trace until packets follow its last UPDATE");

    /// <summary>The ratios to plain routes on a dummy device, by the same daemon, from interleaved rounds.</summary>
    public static readonly Metric FibCompleteRatio = Seen("fib-complete-ratio", Units.Ratio, "time until the FIB is complete, as a ratio to plain routes") with { IsTimed = true };
    public static readonly Metric CpuMachineRatio = Seen("cpu-machine-ratio", Units.Ratio, "CPU of the machine, as a ratio to plain routes") with { IsTimed = true };

    /// <summary>The share of the pairs of nodes whose packets pass. A scene of the matrix claims this share and checks it.</summary>
    public static readonly Metric PairsPassed =
        new("pairs-passed", Units.Ratio, "share of the pairs of nodes whose packets pass", Basis.Measured, Better.Neither) { Of = Experiment.DaemonMatrix };

    /// <summary>Finds the metric of a row, and its place: the operation, and the process whose memory it is. The row <c>load_cpu_daemon</c> is the
    /// metric <c>cpu-daemon</c> of the operation <c>load</c>. Returns null if the catalogue lacks the name.</summary>
    public static (Metric Metric, string Operation, string Process)? OfDaemon(string row)
    {
        var name = row.Replace('_', '-').ToLowerInvariant();
        if (name.StartsWith($"{PeakMemory}-", StringComparison.Ordinal))
            return (PeakMemory, Operations.Load, row[(PeakMemory.Name.Length + 1)..]);
        var step = Array.Find([Operations.Load, Operations.Failover, Operations.Hold, Operations.Replay, Operations.Scan], term => name.StartsWith($"{term}-", StringComparison.Ordinal));
        var rest = step is null ? name : name[(step.Name.Length + 1)..];
        // Names that mean something else in other experiments begin with the step.
        return new[] { name, rest, $"{Operations.Failover}-{rest}" }.Select(known => Find(known, Experiment.Daemons)).FirstOrDefault(found => found?.Of == Experiment.Daemons) is { } metric
            ? (metric, step ?? Operations.Load, "") : null;
    }

    private static Metric Seen(string name, string unit, string words, Better better = Better.Less) =>
        new(name, unit, words, Basis.Measured, better) { Of = Experiment.Daemons };
}
