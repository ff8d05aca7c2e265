// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The metrics of packets through a hub, and of peers on one device or on a device each. <see cref="OfHub"/> finds the metric of a row of
/// kernel-patch/packets.</summary>
public static partial class Metrics
{
    public static readonly Metric PacketRate = Forwarded("pps", Units.PerSecond, "packets a second", Better.More);
    public static readonly Metric PacketTime = Forwarded("packet-ns", Units.Nanoseconds, "time of the machine per packet");
    public static readonly Metric IdleShare = Forwarded("hub-idle", Units.Ratio, "share of the time in which a processor was idle", Better.Neither) with { IsTimed = true };
    public static readonly Metric LatencyMedian = Forwarded("latency-median", Units.Nanoseconds, "latency, median");
    public static readonly Metric LatencyP99 = Forwarded("latency-p99", Units.Nanoseconds, "latency, 99th percentile");
    public static readonly Metric LatencyP999 = Forwarded("latency-p999", Units.Nanoseconds, "latency, 99.9th percentile");
    public static readonly Metric AloneMedian = Forwarded("alone-median", Units.Nanoseconds, "latency of a packet alone, median");
    public static readonly Metric AloneP99 = Forwarded("alone-p99", Units.Nanoseconds, "latency of a packet alone, 99th percentile");
    public static readonly Metric AloneP999 = Forwarded("alone-p999", Units.Nanoseconds, "latency of a packet alone, 99.9th percentile");
    public static readonly Metric PacketsMissing = Forwarded("hub-lost", Units.Count, "packets that did not arrive, of all rounds");
    public static readonly Metric PacketsDropped = Forwarded("hub-dropped", Units.Count, "packets that a device counts as dropped, of all rounds");
    public static readonly Metric PacketsAstray = Forwarded("hub-wrong", Units.Count, "packets at a wrong peer, of all rounds");
    public static readonly Metric PacketsAltered = Forwarded("hub-damaged", Units.Count, "packets with other content, of all rounds");
    public static readonly Metric RateOfChanges = Forwarded("hub-changes", Units.PerSecond, "changes a second meanwhile", Better.Neither);
    public static readonly Metric PacketsMoving = Forwarded("hub-moving", Units.Count, "packets whose prefix changed on their way, of all rounds", Better.Neither);
    public static readonly Metric AgainRatio = Forwarded("aa-ratio", Units.Ratio, "packets a second of a second hub, as a ratio to the first", Better.Neither) with { IsTimed = true };

    public static readonly Metric PacketInstructions = Forwarded("packet-instructions", Units.Instructions, "instructions per packet");
    public static readonly Metric ChoiceInstructions = Forwarded("choice-instructions", Units.Instructions, "instructions of the peer’s choice, per packet");
    public static readonly Metric RouteInstructions = Forwarded("route-instructions", Units.Instructions, "instructions of the hub’s routing, per packet");
    public static readonly Metric CryptoInstructions = Forwarded("crypto-instructions", Units.Instructions, "instructions of the crypto, per packet");
    public static readonly Metric RestInstructions = Forwarded("rest-instructions", Units.Instructions, "other instructions per packet");
    public static readonly Metric ChoiceShare = Forwarded("choice-share", Units.Ratio, "share of the peer’s choice in a packet’s instructions");
    public static readonly Metric RepeatDifference = Forwarded("hub-repeat", Units.Ratio, "difference of the instructions of two runs, as a share", Better.Neither);
    public static readonly Metric UnusedOverhead = Forwarded("unused-overhead", Units.Ratio, "instructions that the unused series adds, as a share");

    public static readonly Metric CreateTime = OfPeers("create-time", Units.Nanoseconds, "time to create devices and peers");
    public static readonly Metric UpTime = OfPeers("up-time", Units.Nanoseconds, "time to bring them up");
    public static readonly Metric SetUpTime = OfPeers("set-up-time", Units.Nanoseconds, "time to create devices and peers and bring them up");
    public static readonly Metric DeleteTime = OfPeers("delete-time", Units.Nanoseconds, "time to delete");
    public static readonly Metric CreateMessages = OfPeers("create-messages", Units.Count, "requests that create");
    public static readonly Metric CreateBytes = OfPeers("create-bytes", Units.Bytes, "bytes of these requests");
    public static readonly Metric TableTime = OfPeers("load-time", Units.Nanoseconds, "time to load the table");
    public static readonly Metric TableMessages = OfPeers("load-messages", Units.Count, "requests that load the table");
    public static readonly Metric TableBytes = OfPeers("load-bytes", Units.Bytes, "bytes of these requests");

    public static readonly Metric AllMemory = OfPeers("memory-all", Units.Bytes, "growth of the kernel’s memory");
    public static readonly Metric SlabMemory = OfPeers("memory-slab", Units.Bytes, "growth of slabs");
    public static readonly Metric VmallocMemory = OfPeers("memory-vmalloc", Units.Bytes, "growth of vmalloc");
    public static readonly Metric PercpuMemory = OfPeers("memory-percpu", Units.Bytes, "growth of per-CPU memory");
    public static readonly Metric PageTableMemory = OfPeers("memory-page-tables", Units.Bytes, "growth of page tables");
    public static readonly Metric StackMemory = OfPeers("memory-kernel-stacks", Units.Bytes, "growth of kernel stacks");
    public static readonly Metric OtherMemory = OfPeers("memory-other", Units.Bytes, "growth of other memory");
    public static readonly Metric SlabObjectMemory = OfPeers("memory-slab-objects", Units.Bytes, "growth of objects in slabs");
    public static readonly Metric NapiThreads = OfPeers("threads-napi", Units.Count, "NAPI threads");
    public static readonly Metric RescuerThreads = OfPeers("threads-rescuer", Units.Count, "rescuer threads of workqueues");
    public static readonly Metric PoolWorkqueues = OfPeers("pool-workqueues", Units.Count, "pool_workqueues");
    public static readonly Metric Sockets = OfPeers("hub-sockets", Units.Count, "UDP sockets");
    public static readonly Metric Ports = OfPeers("hub-ports", Units.Count, "UDP ports");
    public static readonly Metric Interfaces = OfPeers("hub-interfaces", Units.Count, "interfaces");

    public static readonly Metric LinkNotes = OfPeers("notifications-link", Units.Count, "notifications of links");
    public static readonly Metric AddressNotes = OfPeers("notifications-address", Units.Count, "notifications of addresses");
    public static readonly Metric RouteNotes = OfPeers("notifications-route", Units.Count, "notifications of routes");
    public static readonly Metric OtherNotes = OfPeers("notifications-other", Units.Count, "other notifications");
    public static readonly Metric NoteBytes = OfPeers("hub-notification-bytes", Units.Bytes, "bytes of these notifications");
    public static readonly Metric InterfaceScanMessages = OfPeers("hub-scan-messages", Units.Count, "messages of one scan of interfaces and addresses");
    public static readonly Metric InterfaceScanBytes = OfPeers("hub-scan-bytes", Units.Bytes, "bytes of one scan of interfaces and addresses");

    public static readonly Metric ShareTime = OfPeers("failover-time", Units.Nanoseconds, "time to move the share of a lost peer");
    public static readonly Metric ShareMessages = OfPeers("failover-messages", Units.Count, "requests that move the share");
    public static readonly Metric ShareBytes = OfPeers("failover-bytes", Units.Bytes, "bytes of these requests");
    public static readonly Metric SharePackets = OfPeers("hub-failover-packets", Units.Count, "packets sent meanwhile, of all rounds", Better.Neither);
    public static readonly Metric ShareOldWay = OfPeers("failover-old-way", Units.Count, "packets to the lost peer, of all rounds");
    public static readonly Metric ShareLost = OfPeers("failover-lost", Units.Count, "packets to no peer, of all rounds");

    public static readonly Metric StormHalfTime = OfPeers("storm-half-time", Units.Nanoseconds, "time until half of the peers have a session");
    public static readonly Metric StormTime = OfPeers("storm-time", Units.Nanoseconds, "time until all peers have a session");
    public static readonly Metric StormCpu = OfPeers("storm-cpu-machine", Units.Nanoseconds, "CPU of the machine, with the peers");
    public static readonly Metric StormSessions = OfPeers("storm-sessions", Units.Count, "sessions", Better.Neither);
    public static readonly Metric StormInitiations = OfPeers("storm-initiations", Units.Count, "handshake initiations");
    public static readonly Metric StormResponses = OfPeers("storm-responses", Units.Count, "handshake responses", Better.Neither);
    public static readonly Metric StormCookies = OfPeers("storm-cookies", Units.Count, "cookie replies");
    public static readonly Metric SpokeCookies = OfPeers("storm-cookies-of-spokes", Units.Count, "cookie replies by the peers");
    public static readonly Metric StormUnanswered = OfPeers("storm-unanswered", Units.Count, "initiations without an answer");

    /// <summary>The metrics that also have a row of the value divided by the number of peers.</summary>
    public static IReadOnlyList<Metric> Shared => field ??=
    [
        AllMemory, SlabMemory, VmallocMemory, PercpuMemory, PageTableMemory, StackMemory, OtherMemory, SlabObjectMemory, NapiThreads, RescuerThreads, PoolWorkqueues, Sockets, Ports,
        Interfaces,
    ];

    /// <summary>The metrics whose values are also compared: with another scheme, another rate of changes, or the same configuration
    /// again.</summary>
    public static IReadOnlyList<Metric> Paired => field ??=
        [PacketRate, PacketInstructions, AllMemory, CreateTime, UpTime, SetUpTime, DeleteTime, TableTime, ShareTime, StormTime];

    /// <summary>The metrics that are summed over all rounds. A median would hide a single packet that went astray.</summary>
    public static IReadOnlyList<Metric> Summed => field ??= [PacketsMissing, PacketsDropped, PacketsAstray, PacketsAltered, PacketsMoving, SharePackets, ShareOldWay, ShareLost];

    /// <summary>Finds the metric of a row of an experiment. Returns null if the catalogue lacks the name. Names that mean something else in other
    /// experiments begin with <c>hub</c>: the row <c>lost</c> has the metric <c>hub-lost</c>.</summary>
    public static Metric? OfHub(string row, string experiment) => row.Replace('_', '-').ToLowerInvariant() is var name
        ? new[] { name, $"hub-{name}" }.Select(known => Find(known, experiment)).FirstOrDefault(found => found?.Of?.Name == experiment) : null;

    private static Metric Forwarded(string name, string unit, string words, Better better = Better.Less) =>
        new(name, unit, words, Basis.Measured, better) { Of = Experiment.HubPackets };

    private static Metric OfPeers(string name, string unit, string words, Better better = Better.Less) =>
        new(name, unit, words, Basis.Measured, better) { Of = Experiment.HubPeers };
}
