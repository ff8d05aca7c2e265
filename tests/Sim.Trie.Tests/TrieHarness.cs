// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Trie.Tests;

/// <summary>
/// A trie beside its models: the linear table for lookups, a list for each peer, and the set of nodes that the trie
/// of those prefixes must have. Every step goes to both; <see cref="Check"/> compares all there is.
/// </summary>
public sealed unsafe class TrieHarness : IDisposable
{
    private readonly nint[] _peers;
    private readonly List<Prefix>[] _lists;
    private readonly LinearTable<int> _table = new();
    private int _nextId;

    public TrieHarness(int peers)
    {
        // Nodes made one after the other lie one behind the other, as some tests count their cache lines; 7.3 hands them out from
        // the last of a sheaf on.
        Memory = new KernelMemory(SlubConfig.Uniprocessor with { Release = KernelRelease.Linux6_12 });
        Trie = new AllowedIps(Memory);
        _peers = new nint[peers];
        _lists = new List<Prefix>[peers];
        for (var i = 0; i < peers; i++)
            CreatePeer(i);
        Seq = 1;
    }

    public KernelMemory Memory { get; }

    public AllowedIps Trie { get; }

    /// <summary>The lines of the last <see cref="Cost"/>.</summary>
    public TouchedLines Lines { get; } = new();

    public LookupCost Cost(Family family, UInt128 address) => Trie.Cost(family, address, Lines);

    /// <summary>What <see cref="AllowedIps.Seq"/> must be.</summary>
    public ulong Seq { get; private set; }

    public LinearTable<int> Model => _table;

    public wg_peer* Peer(int index) => (wg_peer*)_peers[index];

    /// <summary>Inserts with host bits set beyond the length: the trie must mask them.</summary>
    public void Insert(Prefix prefix, int peer, UInt128 hostBits = default)
    {
        var address = prefix.Address | (hostBits & ~Prefix.Mask(prefix.Length));
        Seq++;
        Assert.Equal(0, prefix.Family == Family.IPv4
            ? Trie.InsertV4((uint)(address >> 96), prefix.Length, Peer(peer))
            : Trie.InsertV6(address, prefix.Length, Peer(peer)));
        foreach (var list in _lists)
            list.Remove(prefix);
        _lists[peer].Add(prefix);
        _table.Set(prefix, peer);
    }

    public void Remove(Prefix prefix, int peer)
    {
        Seq++;
        Assert.Equal(0, Trie.Remove(prefix, Peer(peer)));
        if (_lists[peer].Remove(prefix))
            _table.Remove(prefix);
    }

    public void RemoveByPeer(int peer)
    {
        if (_lists[peer].Count > 0)
            Seq++;
        Trie.RemoveByPeer(Peer(peer));
        ForgetPrefixes(peer);
    }

    /// <summary>Removes the peer and puts a new one in its place.</summary>
    public void RemovePeer(int peer)
    {
        if (_lists[peer].Count > 0)
            Seq++;
        Trie.PeerRemove(Peer(peer));
        ForgetPrefixes(peer);
        CreatePeer(peer);
    }

    /// <summary>WGPEER_F_REPLACE_ALLOWEDIPS: all go, then the new ones come.</summary>
    public void Replace(int peer, IEnumerable<Prefix> prefixes)
    {
        RemoveByPeer(peer);
        foreach (var prefix in prefixes)
            Insert(prefix, peer);
    }

    public void Free()
    {
        Seq++;
        Trie.Free();
        for (var peer = 0; peer < _peers.Length; peer++)
            ForgetPrefixes(peer);
    }

    /// <summary>Compares one address, by every entry point, and the references they take.</summary>
    public void CheckLookup(Family family, UInt128 address)
    {
        var expected = _table.Lookup(family, address);
        var want = expected is { } index ? Peer(index) : null;
        var v4 = (uint)(address >> 96);
        var isV4 = family == Family.IPv4;
        var before = want == null ? 0 : want->refcount;
        var dst = isV4 ? Trie.LookupDstV4(v4) : Trie.LookupDstV6(address);
        var src = isV4 ? Trie.LookupSrcV4(v4) : Trie.LookupSrcV6(address);
        Assert.Equal((nint)want, (nint)dst);
        Assert.Equal((nint)want, (nint)src);
        Assert.Equal((nint)want, (nint)(isV4 ? Trie.FindPeerV4(v4) : Trie.FindPeerV6(address)));
        if (want == null)
            return;
        Assert.Equal(before + 2, want->refcount);
        Trie.PeerPut(dst);
        Trie.PeerPut(src);
        Assert.Equal(before, want->refcount);
    }

    /// <summary>The first and last address of a prefix, and their neighbours outside it.</summary>
    public void CheckLookupsAround(Prefix prefix)
    {
        var last = prefix.Address | ~Prefix.Mask(prefix.Length);
        var one = UInt128.One << (128 - prefix.Family.Bits());
        foreach (var address in (UInt128[])[prefix.Address, last, prefix.Address - one, last + one])
            CheckLookup(prefix.Family, address);
    }

    public void Check()
    {
        Assert.Equal(Seq, Trie.Seq);
        CheckFamily(Family.IPv4);
        CheckFamily(Family.IPv6);
        for (var peer = 0; peer < _peers.Length; peer++)
            CheckPeerList(peer);
    }

    /// <summary>Ends a grace period: afterwards every node in the slab cache is in a trie.</summary>
    public void GracePeriod()
    {
        Memory.Rcu.GracePeriod();
        Assert.Equal(0, Memory.Rcu.Pending);
        Assert.Equal(
            Trie.Shape(Family.IPv4).Nodes + Trie.Shape(Family.IPv6).Nodes,
            Trie.NodeCache.Objects);
        Assert.Equal(_peers.Length, Trie.PeerCache.Objects);
    }

    public void Dispose()
    {
        Trie.PeerRemoveAll();
        Memory.Rcu.GracePeriod();
        var left = (Trie.NodeCache.Objects, Trie.PeerCache.Objects, Memory.Rcu.Pending, Trie.PeerCount);
        Trie.Dispose();
        Memory.Dispose();
        Assert.Equal((0L, 0L, 0, 0), left);
    }

    private void CreatePeer(int index)
    {
        _peers[index] = (nint)Trie.PeerCreate(_nextId++);
        _lists[index] = [];
    }

    private void ForgetPrefixes(int peer)
    {
        _lists[peer].Clear();
        _table.RemoveWhere(value => value == peer);
    }

    private void CheckFamily(Family family)
    {
        var expected = ShapeModel.Nodes(_table.Routes.Keys.Where(prefix => prefix.Family == family));
        var index = 0;
        foreach (var node in Trie.Nodes(family))
        {
            Assert.True(index < expected.Count, "the trie has more nodes than its prefixes and their joints");
            var owner = _table.Routes.TryGetValue(node.Prefix, out var peer) ? (nint)Peer(peer) : 0;
            Assert.Equal((expected[index].Prefix, expected[index].Depth, owner), (node.Prefix, node.Depth, (nint)node.Peer));
            CheckNode(node.Node);
            index++;
        }

        Assert.Equal(expected.Count, index);
        var shape = Trie.Shape(family);
        Assert.Equal(expected.Count, shape.Nodes);
        Assert.Equal(_table.Routes.Keys.Count(prefix => prefix.Family == family), shape.Valued);
        Assert.Equal(expected.Select(node => node.Depth).DefaultIfEmpty(0).Max(), shape.MaxDepth);
        Assert.Equal((shape.Nodes, shape.Valued), (shape.NodesAtDepth.Sum(), shape.ValuedAtDepth.Sum()));
    }

    /// <summary>The pointer in the parent points here; a joint has two children and no place on any list.</summary>
    private static void CheckNode(allowedips_node* node)
    {
        Assert.Equal((nint)node, *(nint*)(node->parent_bit_packed & ~3ul));
        for (var side = 0ul; side < 2; side++)
        {
            var child = (allowedips_node*)node->bit[side];
            if (child != null)
                Assert.Equal((ulong)node + 8 + 8 * side + side, child->parent_bit_packed);
        }

        Assert.Equal((nint)(&node->peer_list), (nint)node->peer_list.next->prev);
        Assert.Equal((nint)(&node->peer_list), (nint)node->peer_list.prev->next);
        if (node->peer != null)
            return;
        Assert.True(node->bit[0] != 0 && node->bit[1] != 0, "a node without a peer joins two subtrees");
        Assert.Equal((nint)(&node->peer_list), (nint)node->peer_list.next);
    }

    private void CheckPeerList(int peer)
    {
        var seen = new List<Prefix>();
        foreach (var prefix in AllowedIps.Prefixes(Peer(peer)))
            seen.Add(prefix);
        Assert.Equal(_lists[peer], seen);
        Assert.Equal(1, Peer(peer)->refcount);
    }
}

/// <summary>
/// The exact node set of a path-compressed trie, built without one: the prefixes, and wherever two neighbours in
/// sorted order part, their common prefix. The depth of a node is the number of nodes that contain it.
/// </summary>
public static class ShapeModel
{
    public static IReadOnlyList<(Prefix Prefix, int Depth)> Nodes(IEnumerable<Prefix> prefixes)
    {
        var sorted = prefixes.Distinct().Order().ToList();
        var joints = sorted.Zip(sorted.Skip(1), Common);
        var above = new Stack<Prefix>();
        var nodes = new List<(Prefix, int)>();
        foreach (var prefix in sorted.Concat(joints).Distinct().Order())
        {
            while (above.TryPeek(out var top) && !top.Contains(prefix))
                above.Pop();
            above.Push(prefix);
            nodes.Add((prefix, above.Count));
        }

        return nodes;
    }

    private static Prefix Common(Prefix left, Prefix right)
    {
        var length = Math.Min(left.Length, right.Length);
        while (length > 0 && ((left.Address ^ right.Address) & Prefix.Mask(length)) != 0)
            length--;
        return new Prefix(left.Family, left.Address, length);
    }
}
