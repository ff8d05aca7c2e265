// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;
using static Sim.Fib.KeyVector;

namespace Sim.Fib.Tests;

/// <summary>Recounts a table from its nodes and compares with what the nodes and the allocators say.</summary>
internal sealed unsafe class TrieInvariants
{
    private readonly Dictionary<nint, int> _routesOfInfo = [];
    private readonly Dictionary<nint, int> _statesOfPeer = [];
    private readonly SortedDictionary<string, long> _objects = new(StringComparer.Ordinal);
    private readonly bool _insertedOnly;

    private TrieInvariants(bool insertedOnly) => _insertedOnly = insertedOnly;

    /// <summary>Checks every table; <paramref name="insertedOnly"/> for tables that never lost a leaf.</summary>
    /// <remarks>fib_remove_alias pulls the suffix in while the leaf is still linked, so after a deletion slen may stay
    /// higher than need be, which costs lookups time but is never wrong.</remarks>
    public static void Check(FibNet net, bool insertedOnly = false)
    {
        // A route's info frees its nexthop object, which frees the state that names the peer, each after a grace period.
        for (var i = 0; i < 3; i++)
            net.Memory.Rcu.GracePeriod();
        Assert.Equal(0, net.PendingFrees);
        var check = new TrieInvariants(insertedOnly);
        foreach (var table in net.Tables)
        {
            check.Count("kmalloc-64");
            var root = GetChild(table.Trie, 0);
            Assert.Equal(KeyLength, table.Trie->pos);
            Assert.Equal(0u, table.Trie->key);
            if (root != null)
                check.Node(root, table.Trie, table.Id);
        }

        check.Infos(net);
        check.Memory(net);
    }

    private void Node(KeyVector* n, KeyVector* parent, uint table)
    {
        Assert.True(NodeParent(n) == parent);
        Assert.True(n->pos + n->bits <= parent->pos);
        Assert.True(n->slen <= KeyLength);
        if (n->IsLeaf)
        {
            Leaf(n, table);
            return;
        }

        var shift = n->pos + n->bits;
        Assert.True(shift == KeyLength ? n->key == 0 : n->key << (KeyLength - shift) == 0);
        uint empty = 0, full = 0;
        int slen = n->pos;
        for (var i = 0ul; i < ChildLength(n); i++)
        {
            var child = GetChild(n, i);
            if (child == null)
            {
                empty++;
                continue;
            }

            Assert.Equal(i, GetIndex(child->key, n));
            if (child->IsTnode && child->pos + child->bits == n->pos)
                full++;
            Node(child, n, table);
            slen = Math.Max(slen, child->slen);
        }

        Assert.Equal(empty, TnInfo(n)->empty_children);
        Assert.Equal(full, TnInfo(n)->full_children);
        // A flush and a split may leave a node of one child, in the kernel's own code too: a full child counts twice in
        // should_inflate, so the node grows instead of collapsing, and after growing it is not looked at again.
        Assert.True(ChildLength(n) - empty >= (_insertedOnly ? 2u : 1u), "this node should have collapsed");
        Assert.True(n->slen >= slen, "a lookup would miss a shorter prefix");
        if (_insertedOnly)
            Assert.Equal(slen, n->slen);
        var size = TNode.Size(1ul << n->bits);
        Count(size <= KernelMemory.PageSize ? Kmalloc((int)size) : "vmalloc");
    }

    private void Leaf(KeyVector* l, uint table)
    {
        Assert.Equal(0, l->pos);
        Assert.True(l->leaf != null, "an empty leaf should have gone");
        Count("ip_fib_trie");
        FibAlias* previous = null;
        var pprev = &l->leaf;
        for (var fa = (FibAlias*)l->leaf; fa != null; fa = FibAlias.Next(fa))
        {
            Assert.True(fa->fa_list.pprev == pprev);
            pprev = &fa->fa_list.next;
            Assert.Equal(table, fa->tb_id);
            Assert.True(fa->fa_slen == KeyLength || l->key >> fa->fa_slen << fa->fa_slen == l->key);
            if (previous != null)
                Assert.True(Before(previous, fa), "routes of a leaf out of order");
            Assert.Equal(0, fa->fa_info->fib_dead);
            _routesOfInfo[(nint)fa->fa_info] = _routesOfInfo.GetValueOrDefault((nint)fa->fa_info) + 1;
            Count("ip_fib_alias");
            previous = fa;
        }

        Assert.Equal(previous->fa_slen, l->slen);
    }

    private static bool Before(FibAlias* a, FibAlias* b)
    {
        if (a->fa_slen != b->fa_slen)
            return a->fa_slen < b->fa_slen;
        return a->fa_dscp != b->fa_dscp
            ? a->fa_dscp > b->fa_dscp
            : a->fa_info->fib_priority <= b->fa_info->fib_priority;
    }

    private void Infos(FibNet net)
    {
        Assert.Equal(_routesOfInfo.Count, net.InfoCount);
        var users = new Dictionary<nint, int>();
        foreach (var (address, routes) in _routesOfInfo)
        {
            var fi = (FibInfo*)address;
            Assert.Equal(routes, fi->fib_treeref);
            Assert.Equal(1, fi->fib_clntref);
            Count(Kmalloc(FibInfo.Size(fi->fib_nhs)));
            for (var i = 0; i < fi->fib_nhs; i++)
                State(&FibInfo.Nh(fi, i)->nh_common);
            if (fi->nh != null)
                users[(nint)fi->nh] = users.GetValueOrDefault((nint)fi->nh) + 1;
        }

        foreach (var (address, count) in users)
            Assert.Equal(count + 1, ((NextHop*)address)->refcnt);
        foreach (var address in net.Nexthops)
        {
            Count(Kmalloc(sizeof(NextHop)));
            Count(Kmalloc(sizeof(NhInfo)));
            State(&((NextHop*)address)->nh_info->fib_nh.nh_common);
        }

        RoutePeers(net);

        if (net.InfoHashSize > 0)
        {
            Assert.True(net.InfoHashSize <= 512, "the recount knows kmalloc alone");
            // Two tables in 6.12, halves of one in 7.3.
            var tables = net.Memory.Config.Release == KernelRelease.Linux6_12 ? 2 : 1;
            for (var table = 0; table < tables; table++)
                Count(Kmalloc(net.InfoHashSize * 16 / tables));
        }
    }

    private void State(FibNhCommon* nhc)
    {
        var state = nhc->nhc_lwtstate;
        if (state == null)
            return;
        Assert.Equal(1, state->refcnt);
        Assert.Equal(nhc->nhc_oif, (int)state->peer->wg);
        Assert.Equal((uint)state->peer->id * 0x9E3779B1u, state->hash);
        Count(Kmalloc(sizeof(LwtunnelState)));
        _statesOfPeer[(nint)state->peer] = _statesOfPeer.GetValueOrDefault((nint)state->peer) + 1;
    }

    private void RoutePeers(FibNet net)
    {
        Assert.Equal(_statesOfPeer.Count, net.RoutePeerCount);
        foreach (var (address, states) in _statesOfPeer)
        {
            Assert.Equal(states, ((RoutePeer*)address)->users);
            Count(Kmalloc(sizeof(RoutePeer)));
        }
    }

    private void Memory(FibNet net)
    {
        var account = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in net.Memory.Account().Where(line => line.Objects > 0))
            account.Add(line.Cache, line.Objects);
        Assert.Equal(_objects, account);
    }

    private void Count(string cache) => _objects[cache] = _objects.GetValueOrDefault(cache) + 1;

    private static string Kmalloc(int bytes)
    {
        var size = new[] { 8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192 }.First(s => s >= bytes);
        return size < 1024 ? $"kmalloc-{size}" : $"kmalloc-{size / 1024}k";
    }
}
