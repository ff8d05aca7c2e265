// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>The patterns of addresses that are looked up: the column <c>keys</c>.</summary>
public static class KeyPatterns
{
    public static readonly Term Uniform = new("uniform", "uniform over addresses");
    public static readonly Term Prefixes = new("prefixes", "uniform over prefixes");
    public static readonly Term Zipf = new("zipf", "Zipf over prefixes");
    public static readonly Term Hot = new("hot", "one hot address");
    public static readonly Term OnePeer = new("one-peer", "prefixes of one peer");

    /// <summary>Sources of received packets. Each prefix has one source, drawn by Zipf's law. Each draw sends a train of packets.</summary>
    public static readonly Term Trains = new("trains", "trains of packets, Zipf over sources");

    /// <summary>The addresses that are looked up during an update.</summary>
    public static readonly Term Changed = new("changed", "prefixes that change");
    public static readonly Term Kept = new("kept", "the rest of the peer’s prefixes");
    public static readonly Term Others = new("others", "prefixes of other peers");

    public static Vocabulary<Term> All => field ??= new(typeof(KeyPatterns));
}

/// <summary>Whether each lookup waits for the previous lookup: the column <c>chain</c>.</summary>
public static class Chains
{
    public static readonly Term Independent = new("independent", "independent keys");
    public static readonly Term Dependent = new("dependent", "dependent chain");

    public static Vocabulary<Term> All => field ??= new(typeof(Chains));

    public static Term Of(bool dependent) => dependent ? Dependent : Independent;
}

/// <summary>Orders of insertion: the column <c>order</c>. In rows of a fit the column holds the fitted range of sizes instead: <c>10 to
/// 1000</c>.</summary>
public static class Orders
{
    public static readonly Term File = new("file", "the file’s order");
    public static readonly Term Sorted = new("sorted", "sorted by address");
    public static readonly Term ByLength = new("by-length", "sorted by length");
    public static readonly Term Shuffled = new("shuffled", "shuffled");

    /// <summary>The tables of a size axis: samples of the given table, and larger generated tables.</summary>
    public static readonly Term Sample = new("sample", "sample");
    public static readonly Term Generated = new("generated", "generated");

    public static Vocabulary<Term> All => field ??= new(typeof(Orders));
}

/// <summary>The ways in which a spoke of routing daemons fails: the column <c>item</c> in rows of a failover.</summary>
public static class Failovers
{
    public static readonly Term Session = new("session", "the spoke closes its session");
    public static readonly Term Removal = new("removal", "the spoke’s peer is removed");
    public static readonly Term Move = new("move", "one message moves the spoke’s tunnel addresses to another peer");
    public static readonly Term Object = new("object", "one message replaces the nexthop object");
    public static readonly Term ObjectQuiet = new("object-quiet", "one message replaces the nexthop object, and the kernel announces no route");
    public static readonly Term Tunnel = new("tunnel", "the link to the spoke goes down, and the hold time ends the session");
    public static readonly Term Bfd = new("bfd", "the link to the spoke goes down, and BFD ends the session");

    /// <summary>Nothing fails.</summary>
    public static readonly Term Scan = new("scan", "the daemon reads all routes of the kernel once");

    public static Vocabulary<Term> All => field ??= new(typeof(Failovers));
}

/// <summary>The routing daemons: the column <c>structure</c> in rows of full tables.</summary>
public static class Daemons
{
    public static readonly Term Bird = new("bird", "BIRD");
    public static readonly Term Frr = new("frr", "FRR");

    /// <summary>The lab’s own program makes the routes.</summary>
    public static readonly Term None = new("none", "no daemon");

    public static Vocabulary<Term> All => field ??= new(typeof(Daemons));
}

/// <summary>What differs from the usual in a row of packets through a hub: the column <c>item</c>.</summary>
public static class Variants
{
    public static readonly Term Plain = new("plain", "");
    public static readonly Term Gso = new("gso", "UDP GSO");
    public static readonly Term RpFilter = new("rp-filter", "rp_filter");
    public static readonly Term Stock = new("stock", "Linux without the series");
    public static readonly Term Unused = new("unused", "the series is compiled in and unused");
    public static readonly Term Generic = new("generic", "generic crypto");
    public static readonly Term Modelled = new("modelled", "with SIMD crypto");

    /// <summary>The ways in which the share of a lost peer moves, and a way to delete devices.</summary>
    public static readonly Term Move = new("move", "the peer’s addresses move");
    public static readonly Term Replace = new("replace", "each route is replaced");
    public static readonly Term Down = new("down", "the device goes down");
    public static readonly Term Single = new("single", "one by one");

    /// <summary>The same configuration once more, interleaved with the plain one.</summary>
    public static readonly Term Again = new("aa", "A/A");

    /// <summary>Another processor changes routes or AllowedIPs meanwhile.</summary>
    public static readonly StepForm Rate = new("rate-", "", rate => rate switch
    {
        "0" => "no changes",
        "unlimited" => "changes without a pause",
        _ => int.TryParse(rate, out var changes) ? $"{Numbers.Show(changes)} changes a second" : rate,
    });

    /// <summary>The rate at which nothing changes.</summary>
    public static readonly string Still = Rate.Of(0);

    public static Vocabulary<Term> All => field ??= new(typeof(Variants));

    public static string Words(string variant) => Rate.PartOf(variant) is { } rate ? Rate.Words(rate) : All.Words(variant);
}

/// <summary>Axes of sizes. The column <c>item</c> names the axis in rows that are points of a curve.</summary>
public static class Axes
{
    public static readonly Term Prefixes = new("prefixes", "prefixes");
    public static readonly Term Peers = new("peers", "peers");

    public static Vocabulary<Term> All => field ??= new(typeof(Axes));

    /// <summary>Returns the size that divides an axis into two parts. Each part has its own fitted line. The point at this size belongs to
    /// both parts.</summary>
    public static double Split(string axis) => axis == Prefixes ? 1000 : 100;
}

/// <summary>The two sides of a validation: the column <c>side</c>.</summary>
public static class Sides
{
    public static readonly Term Port = new("port", "port");
    public static readonly Term Kernel = new("kernel", "kernel");

    public static Vocabulary<Term> All => field ??= new(typeof(Sides));
}

/// <summary>Operations on a table or for a packet. A validation uses <see cref="Steps"/> instead, and each step has many
/// operations.</summary>
public static class Operations
{
    public static readonly Term Insert = new("insert", "insert a prefix");
    public static readonly Term Delete = new("delete", "delete a prefix");
    public static readonly Term Move = new("move", "move a prefix to another peer");
    public static readonly Term RemovePeer = new("remove-peer", "remove a whole peer, per prefix");
    public static readonly Term RemoveByPeer = new("remove-by-peer", "remove all prefixes of a peer, per prefix");
    public static readonly Term Lookup = new("lookup", "look up an address");
    public static readonly Term Notify = new("notify", "tell listeners (rtmsg_fib)");

    public static readonly Term Transmit = new("transmit", "packet sent");
    public static readonly Term Receive = new("receive", "packet received");
    public static readonly Term ReceiveRpFilter = new("receive-rp-filter", "received, with rp_filter");

    /// <summary>A change of the trace, of any kind.</summary>
    public static readonly Term Update = new("update", "any change");
    public static readonly Term Replay = new("replay", "replay");
    public static readonly Term Replace = new("replace", "send a peer’s set again");
    public static readonly Term Load = new("load", "load");

    /// <summary>The loss or the return of a peer. The peer's prefixes move to one other peer, to all other peers, or to no peer.</summary>
    public static readonly Term LoseToOne = new("lose-to-one", "failover from a lost peer, per prefix");
    public static readonly Term LoseToAll = new("lose-to-all", "failover from a lost peer to all others");
    public static readonly Term LoseToNone = new("lose-to-none", "lose the only peer, per prefix");
    public static readonly Term ReturnToOne = new("return-to-one", "return of a lost peer’s prefixes from one other peer");
    public static readonly Term ReturnToAll = new("return-to-all", "return of a lost peer’s prefixes from all other peers");
    public static readonly Term ReturnToNone = new("return-to-none", "return of the only peer");

    /// <summary>The events that a listener is notified of.</summary>
    public static readonly Term Trace = new("trace", "trace");
    public static readonly Term LosePeer = new("lose-peer", "loss of a peer");

    /// <summary>Lookups by readers, without a writer and beside a writer. The time to read the clock is measured separately.</summary>
    public static readonly Term NoWriter = new("no-writer", "no writer");
    public static readonly Term BesideWriter = new("beside-writer", "beside a writer at full speed");
    public static readonly Term Clock = new("read-clock", "the clock alone");

    /// <summary>A spoke of routing daemons fails, and its routes move to another.</summary>
    public static readonly Term Failover = new("failover", "failover from a lost spoke");

    /// <summary>After a peer’s addresses have moved to another, the daemon’s session to the old one lasts until its hold time is over.</summary>
    public static readonly Term Hold = new("hold", "from a move until the hold time is over");

    /// <summary>A routing daemon reads all routes of the kernel.</summary>
    public static readonly Term Scan = new("scan", "one scan of the kernel’s routes");

    /// <summary>A hub forwards a packet: from a veth into a WireGuard device, or out of the device to a veth.</summary>
    public static readonly Term Encrypt = new("encrypt", "packets that the hub encrypts");
    public static readonly Term Decrypt = new("decrypt", "packets that the hub decrypts");

    /// <summary>What happens to a WireGuard device with its peers, or to a device per peer.</summary>
    public static readonly Term Create = new("create", "create devices and peers");
    public static readonly Term Storm = new("storm", "handshakes of all peers after a restart");

    public static readonly Term InsertAmong = new("insert-among", "insert a route among the peers of a device");

    public static Vocabulary<Term> All => field ??= new(typeof(Operations));

    /// <summary>The updates during which readers look up addresses, in the order of the page. Each update has the words of its column's
    /// heading.</summary>
    public static OrderedDictionary<string, string> BesideReaders => field ??= new()
    {
        [Move] = "one moves", [Delete] = "one is withdrawn", [LoseToOne] = "all move to one peer", [Replace] = "all are sent again",
    };
}
