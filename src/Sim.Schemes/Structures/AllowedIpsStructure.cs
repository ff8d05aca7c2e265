// SPDX-License-Identifier: MIT
using Sim.Trie;

namespace Sim.Schemes.Structures;

/// <summary>
/// The allowedips of a device with its peers. Changes work as in WG_CMD_SET_DEVICE. The structure binds prefixes of both families, but
/// walks, traces and counts only one family. A lookup takes a reference to the peer and puts it, as wg_xmit does for a packet.
/// </summary>
public sealed unsafe class AllowedIpsStructure : KernelStructure
{
    // The wg_peer* of each peer number; 0 if the peer does not exist.
    private nint[] _peers;
    private readonly List<int> _order = [];
    private long _waits;

    /// <summary>Makes a device with this number of peers. The first operation on any other peer creates that peer.</summary>
    public AllowedIpsStructure(Family family, int peers, KernelConfig kernel) : base(family, kernel)
    {
        Table = new AllowedIps(Memory);
        Gateways = new Gateways(Table);
        _peers = new nint[peers];
        for (var number = 0; number < peers; number++)
            MakePeer(number);
    }

    public AllowedIps Table { get; }

    /// <summary>The hash of gateways (the peers' own addresses), for devices in gateway mode. Later changes of AllowedIPs do not drop the
    /// hash.</summary>
    public Gateways Gateways { get; }

    /// <summary>The numbers of the peers in the order of their creation, which is the device's order.</summary>
    public IReadOnlyList<int> Peers => _order;

    public override string Key => "allowedips";

    protected override long Waits => _waits;

    /// <summary>Binds a prefix to a peer. The prefix's previous peer loses the prefix. The caller ends the message.</summary>
    public int Insert(in Prefix prefix, int peer) => Step(Table.Insert(prefix, PeerOf(peer)));

    /// <summary>WGALLOWEDIP_F_REMOVE_ME: removes one prefix from a peer. The caller ends the message.</summary>
    public int Remove(in Prefix prefix, int peer) => Step(Table.Remove(prefix, PeerOf(peer)));

    public override int Bind(in Prefix prefix, int peer) => End(Insert(prefix, peer));

    public override int Unbind(in Prefix prefix, int peer) => End(Remove(prefix, peer));

    /// <summary>Binds each prefix. This method calls the port directly, so that the compiler can inline the insertion.</summary>
    public override void Bind(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            Check(Step(Table.Insert(prefixes[i], PeerOf(peers[i]))), prefixes[i]);
            EndMessage();
        }
    }

    public override void Unbind(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            Check(Step(Table.Remove(prefixes[i], PeerOf(peers[i]))), prefixes[i]);
            EndMessage();
        }
    }

    public override void UnbindPeer(int peer, ReadOnlySpan<Prefix> prefixes)
    {
        RemoveByPeer(peer);
        EndMessage();
    }

    /// <summary><c>wg_allowedips_remove_by_peer</c>: takes all prefixes from a peer. The caller ends the message.</summary>
    public void RemoveByPeer(int peer)
    {
        if (Stepped is null)
            Table.RemoveByPeer(PeerOf(peer));
        else
            RemoveOneByOne(PeerOf(peer));
    }

    /// <summary>WGPEER_F_REMOVE_ME: removes a peer and its prefixes (<c>wg_peer_remove</c>).</summary>
    public void RemovePeer(int peer)
    {
        if (!_order.Remove(peer))
            return;
        Table.PeerRemove(PeerOf(peer));
        _peers[peer] = 0;
        EndMessage();
    }

    /// <summary>WGDEVICE_F_REPLACE_PEERS with no peers: removes all peers (<c>wg_peer_remove_all</c>).</summary>
    public void RemoveAllPeers()
    {
        Table.PeerRemoveAll();
        Array.Clear(_peers);
        _order.Clear();
        EndMessage();
    }

    /// <summary>Moves the prefixes to a new dummy peer, and then removes the dummy peer. <c>wg_peer_remove</c> waits for a grace
    /// period.</summary>
    public void RemoveThroughDummy(IReadOnlyList<Prefix> gone)
    {
        var dummy = Table.PeerCreate(_order.Count);
        foreach (var prefix in gone)
            Check(Step(Table.Insert(prefix, dummy)), prefix);
        EndMessage();
        var operations = Operations;
        if (Stepped is not null)
            RemoveOneByOne(dummy);
        Table.PeerRemove(dummy);
        Operations = operations + gone.Count;
        _waits++;
        EndMessage();
    }

    /// <summary>
    /// WGPEER_F_REPLACE_ALLOWEDIPS: takes all prefixes from the peer, and then gives the peer the set, message by message. Each prefix that
    /// the peer had counts as one operation.
    /// </summary>
    public void Replace(int peer, List<Prefix> set, int had, int perMessage)
    {
        var operations = Operations;
        RemoveByPeer(peer);
        Operations = operations + had;
        for (var i = 0; i < set.Count; i++)
        {
            Check(Insert(set[i], peer), set[i]);
            if ((i + 1) % perMessage == 0)
                EndMessage();
        }

        EndMessage();
    }

    public override void EndMessage() => Memory.Rcu.GracePeriod();

    /// <summary>Appends the prefixes of a peer, of both families, in the order of a netlink dump.</summary>
    public void CopySet(int peer, List<Prefix> set)
    {
        foreach (var prefix in AllowedIps.Prefixes(PeerOf(peer)))
            set.Add(prefix);
    }

    public override void Visit(Action<Prefix, int> see)
    {
        foreach (var node in Table.Nodes(Family))
        {
            if (node.Peer != null)
                see(node.Prefix, (int)node.Peer->internal_id);
        }
    }

    public override int Lookup(UInt128 address) =>
        Answer(Table, Family == Family.IPv4 ? Table.LookupDstV4((uint)(address >> 96)) : Table.LookupDstV6(address));

    /// <summary><c>wg_gateways_lookup</c>: returns the peer of an IPv6 gateway; -1 if no peer has this gateway.</summary>
    public int LookupGateway(UInt128 gateway) => Answer(Table, Gateways.LookupV6(gateway));

    public override long Lookup(Keys keys, bool dependent) => keys.V4.Length > 0
        ? KeyLoop.Run(new V4(Table), keys.V4, dependent)
        : KeyLoop.Run(new V6(Table), keys.V6, dependent);

    /// <summary><c>wg_allowedips_lookup_src</c> for some of the packets. Returns the number of packets whose source belongs to their
    /// peer.</summary>
    public int Receive(ReceivedPackets packets, Range range) => Family == Family.IPv4
        ? ReceiveLoop.Run<uint, V4>(new V4(Table), packets.Sources.V4.AsSpan(range), packets.Peers.AsSpan(range))
        : ReceiveLoop.Run<UInt128, V6>(new V6(Table), packets.Sources.V6.AsSpan(range), packets.Peers.AsSpan(range));

    public override Touch Trace(UInt128 address)
    {
        var cost = Table.Cost(Family, address, Lines);
        Span<PathStep> path = stackalloc PathStep[AllowedIps.MaxAllowedIpsDepth];
        Table.Walk(Family, address, path);
        return new Touch(cost.Nodes, Lines.Count, Lines.Steps, cost.FoundDepth > 0 ? path[cost.FoundDepth - 1].Prefix : null);
    }

    public override IReadOnlyList<string> Describe(UInt128 address)
    {
        Span<PathStep> path = stackalloc PathStep[AllowedIps.MaxAllowedIpsDepth];
        var lines = new List<string>();
        foreach (var step in path[..Table.Walk(Family, address, path)])
        {
            var owner = step.Peer == null ? "joins two subtrees" : $"peer {step.Peer->internal_id}";
            lines.Add($"node {step.Prefix}: {(step.Matches ? owner : "does not match, end")}");
        }

        return lines;
    }

    public override IReadOnlyList<ShapeCount> Shape()
    {
        var shape = Table.Shape(Family);
        var depths = shape.ValuedAtDepth;
        return
        [
            new(Metrics.Nodes, null, shape.Nodes), new(Metrics.Valued, null, shape.Valued), new(Metrics.MaxDepth, null, shape.MaxDepth),
            new(Metrics.AverageDepth, null, depths.Select((count, depth) => (double)count * depth).Sum() / Math.Max(depths.Sum(), 1)),
            .. depths.Select((count, depth) => new ShapeCount(Metrics.DepthHistogram, depth, count)).Skip(1),
        ];
    }

    public override JsonObject StatJson()
    {
        var shape = Table.Shape(Family);
        return new JsonObject { ["nodes"] = shape.Nodes, ["valued"] = shape.Valued, ["max_depth"] = shape.MaxDepth };
    }

    public override string StatText()
    {
        var shape = Table.Shape(Family);
        return $"allowedips: {shape.Nodes:N0} nodes, {shape.Valued:N0} with a peer, greatest depth {shape.MaxDepth} (the root is 1)";
    }

    protected override void DisposeTables() => Table.Dispose();

    /// <summary>Returns the number of the peer that a lookup found; -1 if it found no peer. Puts the lookup's reference to the
    /// peer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Answer(AllowedIps table, wg_peer* peer)
    {
        if (peer == null)
            return PeerNumber.None;
        var number = (int)peer->internal_id;
        table.PeerPut(peer);
        return number;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private wg_peer* PeerOf(int number) => number < _peers.Length && _peers[number] != 0 ? (wg_peer*)_peers[number] : MakePeer(number);

    private wg_peer* MakePeer(int number)
    {
        var peer = Table.PeerCreate(number);
        if (peer == null)
            throw new InvalidOperationException($"no memory for peer {number}");
        if (number >= _peers.Length)
            Array.Resize(ref _peers, Math.Max(number + 1, 2 * _peers.Length));
        _peers[number] = (nint)peer;
        _order.Add(number);
        return peer;
    }

    /// <summary>Removes all prefixes of a peer in the order of <see cref="AllowedIps.RemoveByPeer"/>, but with a separate step per
    /// prefix.</summary>
    private void RemoveOneByOne(wg_peer* peer)
    {
        var set = new List<Prefix>();
        foreach (var prefix in AllowedIps.Prefixes(peer))
            set.Add(prefix);
        foreach (var prefix in set)
            Step(Table.Remove(prefix, peer));
    }

    private readonly struct V4(AllowedIps table) : IKeyLookup<uint>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(uint key) => PeerNumber.ToKernel(AllowedIpsStructure.Answer(table, table.LookupDstV4(key)));
    }

    private readonly struct V6(AllowedIps table) : IKeyLookup<UInt128>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(UInt128 key) => PeerNumber.ToKernel(AllowedIpsStructure.Answer(table, table.LookupDstV6(key)));
    }
}
