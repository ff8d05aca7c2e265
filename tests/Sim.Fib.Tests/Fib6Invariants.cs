// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>Recounts an IPv6 table from its nodes and compares with what the nodes, counters and allocators say.</summary>
internal sealed unsafe class Fib6Invariants
{
    private readonly Fib6Table _table;
    private readonly Fib6Net _net;
    private readonly Dictionary<nint, int> _references = [];
    private readonly Dictionary<nint, int> _routesOfObject = [];
    private readonly HashSet<int> _peers = [];
    private int _nodes;
    private int _routeNodes;
    private int _routes;
    private int _states;
    private int _percpu;
    private int _inline;

    private Fib6Invariants(Fib6Table table)
    {
        _table = table;
        _net = table.Net;
    }

    /// <summary>Checks the only table of a namespace.</summary>
    public static void Check(Fib6Table table)
    {
        // A route frees its nexthop object, which frees the state that names the peer, each after a grace period.
        for (var i = 0; i < 3; i++)
            table.Net.Memory.Rcu.GracePeriod();
        Assert.Equal(0, table.Net.PendingFrees);
        var check = new Fib6Invariants(table);
        check.Root();
        check.References();
        check.Objects();
        check.Memory();
    }

    private void Root()
    {
        var root = _table.Tail(_table.Root);
        Assert.True(_table.Root->parent == null);
        Assert.Equal(0, root->fn_bit);
        Assert.Equal(Fib6NodeFlags.Root | Fib6NodeFlags.TopLevelRoot | Fib6NodeFlags.RouteInfo, root->fn_flags);
        Node(_table.Root, Prefix.OfV6(0, 0));
    }

    /// <summary><paramref name="covering"/>: the bits that the way to the node has fixed.</summary>
    private void Node(Fib6Node* fn, Prefix covering)
    {
        var t = _table.Tail(fn);
        _nodes++;
        Assert.True(t->leaf != null, "a lookup or insertion would follow a null leaf");
        Assert.True(t->fn_bit >= covering.Length);
        var prefix = Prefix.OfV6(t->leaf->fib6_dst.Address, t->fn_bit);
        Assert.True(covering.Contains(prefix));
        if ((t->fn_flags & Fib6NodeFlags.RouteInfo) != 0)
        {
            Routes(fn, prefix);
        }
        else
        {
            Assert.True(fn->left != null && fn->right != null, "this node should be gone");
            Assert.True(t->rr_ptr == null);
            Refer(t->leaf);
        }

        Side(fn, fn->left, prefix, UInt128.Zero);
        Side(fn, fn->right, prefix, UInt128.One);
    }

    private void Side(Fib6Node* fn, Fib6Node* child, Prefix prefix, UInt128 bit)
    {
        if (child == null)
            return;
        Assert.True(child->parent == fn);
        Assert.Equal(Fib6NodeFlags.None, _table.Tail(child)->fn_flags & ~Fib6NodeFlags.RouteInfo);
        Node(child, Prefix.OfV6(prefix.Address | bit << (127 - prefix.Length), prefix.Length + 1));
    }

    private void Routes(Fib6Node* fn, Prefix prefix)
    {
        var t = _table.Tail(fn);
        if (t->leaf == _net.NullEntry)
        {
            Assert.True(fn == _table.Root);
            return;
        }

        _routeNodes += fn == _table.Root ? 0 : 1;
        Assert.True(t->rr_ptr == null || t->rr_ptr->fib6_node == fn);
        for (var rt = t->leaf; rt != null; rt = rt->fib6_next)
        {
            _routes++;
            Refer(rt);
            Assert.True(rt->fib6_node == fn);
            Assert.Equal(prefix, Prefix.OfV6(rt->fib6_dst.Address, rt->fib6_dst.plen));
            Assert.Equal(prefix.Address, rt->fib6_dst.Address);
            Assert.True(rt->fib6_next == null || rt->fib6_next->fib6_metric >= rt->fib6_metric);
            Assert.Equal(_table.Id, rt->fib6_table->tb6_id);
            if (rt->nh != null)
                _routesOfObject[(nint)rt->nh] = _routesOfObject.GetValueOrDefault((nint)rt->nh) + 1;
            else
                Inline(t, rt);
        }
    }

    private void Inline(Fib6NodeTail* t, Fib6Info* rt)
    {
        _inline++;
        Nexthop(Fib6Info.InlineNh(rt));
        var ring = new List<nint>();
        for (var at = t->leaf; at != null; at = at->fib6_next)
        {
            if (at->fib6_metric == rt->fib6_metric && Fib6Table.QualifyForEcmp(at))
                ring.Add((nint)at);
        }

        if (!Fib6Table.QualifyForEcmp(rt))
            ring = [(nint)rt];
        Assert.Equal((uint)ring.Count - 1, rt->fib6_nsiblings);
        var at2 = rt;
        foreach (var _ in ring)
        {
            Assert.Contains((nint)at2, ring);
            Assert.True(at2->fib6_siblings.next->prev == &at2->fib6_siblings);
            at2 = Fib6Net.OfSiblings(at2->fib6_siblings.next);
        }

        Assert.True(at2 == rt);
        if (ring.Count > 1)
            UpperBounds(ring);
    }

    /// <summary>They rise along the ring from the first of the list, to the end of the hash space.</summary>
    private static void UpperBounds(List<nint> ring)
    {
        var last = -1;
        var at = (Fib6Info*)ring[0];
        foreach (var _ in ring)
        {
            var nhc = &Fib6Info.InlineNh(at)->nh_common;
            if ((nhc->nhc_flags & (byte)RtnhFlags.Dead) == 0)
            {
                Assert.True(nhc->nhc_upper_bound > last);
                last = nhc->nhc_upper_bound;
            }
            else
            {
                Assert.Equal(-1, nhc->nhc_upper_bound);
            }

            at = Fib6Net.OfSiblings(at->fib6_siblings.next);
        }

        Assert.True(last is -1 or int.MaxValue);
    }

    private void Nexthop(Fib6Nh* nh)
    {
        Assert.True(nh->rt6i_pcpu != null);
        _percpu += nh->nh_common.nhc_pcpu_rth_output == 0 ? 1 : 2;
        if (nh->nh_common.nhc_lwtstate == null)
            return;
        _states++;
        _peers.Add((int)(nh->nh_common.nhc_lwtstate->peer->wg << 16) + nh->nh_common.Peer);
        Assert.Equal(1, nh->nh_common.nhc_lwtstate->refcnt);
    }

    private void Refer(Fib6Info* rt) => _references[(nint)rt] = _references.GetValueOrDefault((nint)rt) + 1;

    /// <summary>A reference for the list that it is in, and one for each node that stands on its address.</summary>
    private void References()
    {
        foreach (var (rt, references) in _references)
        {
            Assert.Equal(references, ((Fib6Info*)rt)->fib6_ref);
            Assert.True(((Fib6Info*)rt)->fib6_node != null, "a node stands on a deleted route");
        }
    }

    private void Objects()
    {
        foreach (var at in _net.Nexthops)
        {
            var nh = (NextHop*)at;
            Nexthop(NhInfo.Fib6Nh(nh->nh_info));
            var routes = 0;
            for (var link = nh->f6i_list.next; link != &nh->f6i_list; link = link->next, routes++)
                Assert.True(Fib6Net.OfSiblings(link)->nh == nh);
            Assert.Equal(_routesOfObject.GetValueOrDefault(at), routes);
            Assert.Equal(routes + 1, nh->refcnt);
        }
    }

    private void Memory()
    {
        Assert.Equal(new Rt6Statistics((uint)_nodes - 1, (uint)_routeNodes, (uint)_routes, _net.Statistics.FibDiscardedRoutes), _net.Statistics);
        Assert.Equal(_nodes - 1, _net.NodeCache.Objects);
        Assert.Equal(_peers.Count, _net.RoutePeerCount);
        var objects = _net.Memory.Account().ToDictionary(line => line.Cache, line => line.Objects, StringComparer.Ordinal);
        Assert.Equal(_percpu, objects.GetValueOrDefault("percpu"));
        Assert.Equal(_states, objects.GetValueOrDefault("kmalloc-64"));
        Assert.Equal(_inline + 1, objects["kmalloc-512"]); // and the null entry
        // Routes that share a nexthop: 184 bytes in 6.12, 200 in 7.3. An object takes two of 136.
        var shared = _routes - _inline;
        var small = _net.Follows6_12 ? shared : 0;
        Assert.Equal(small + 2 * _net.NexthopCount, objects.GetValueOrDefault("kmalloc-192"));
        Assert.Equal(shared - small, objects.GetValueOrDefault("kmalloc-256"));
        var table = 1; // struct fib6_table
        Assert.Equal(_peers.Count + table, objects["kmalloc-128"]);
    }
}
