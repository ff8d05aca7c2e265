// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.Lc6Vector;

namespace Sim.Fib;

/// <summary>An IPv6 routing table that no kernel has: a what-if. The table keeps the routes of net/ipv6/route.c, each with its own
/// fib6_info, in the LC-trie of net/ipv4/fib_trie.c with keys of 128 bits.</summary>
/// <remarks><code>
///   Fib6Table   root -- fn_bit 16 -- fn_bit 19 -- ... -- node of the prefix -> fib6_info      one bit a node
///   Lc6Table    tnode of 12 bits -- tnode of 5 bits -- leaf -> fib6_info -> fib6_info         several at once
/// </code>
/// <para>The table shows the effect of level compression alone, on the nodes that a lookup visits and on the nodes' bytes. The thresholds
/// for growing and shrinking are IPv4's. So a table whose prefixes differ only in the highest 32 bits has the same shape as in
/// <see cref="FibTable"/>. Tests check that both tables have the same shape. A leaf lists the routes of all prefixes with its address,
/// longest first. fib6_next links the list, and fib6_node stays null. The first live route answers, without the scores and round robin of
/// <c>rt6_select</c>. Routes through nexthop objects (-EOPNOTSUPP), several routes of one metric to a prefix, and the pacing of frees by
/// fib_sync_mem are left out.</para>
/// <para>There is one writer. Lookups may run concurrently, as in <see cref="FibTable"/>.</para></remarks>
public sealed unsafe partial class Lc6Table : IFib6Routes, IDisposable
{
    private readonly Fib6Net _net;

    /// <summary>A table that turns requests into routes. That table has the same id as this one, and its tree stays empty.</summary>
    private readonly Fib6Table _requests;
    private readonly Lc6Tnode* _top;
    private readonly Lc6Vector* _trie;
    private readonly KmemCache _leafCache;
    private bool _disposed;

    /// <summary>Makes an empty table.</summary>
    /// <exception cref="ArgumentException">Thrown if the namespace already has a table of this id.</exception>
    public Lc6Table(Fib6Net net, uint id)
    {
        ArgumentNullException.ThrowIfNull(net);
        _net = net;
        _requests = new Fib6Table(net, id);
        _leafCache = net.Lc6LeafCache;
        _top = (Lc6Tnode*)net.Memory.Kzalloc((int)Lc6Tnode.Size(1));
        _trie = &_top->kv;
        _trie->pos = KeyLength;
        _trie->slen = KeyLength;
    }

    public Fib6Net Net => _net;

    /// <summary>The vector above the root. Tests walk the nodes from here.</summary>
    internal Lc6Vector* Trie => _trie;

    public int Insert(in Fib6Config cfg)
    {
        var err = cfg.Validate(_requests.Id);
        if (err != 0)
            return err;
        if (cfg.Metric == 0)
            return Insert(cfg with { Metric = Fib6Config.UserMetric });
        if (cfg.NhId != 0)
            return -Errno.EOPNOTSUPP;
        var rt = _requests.RouteInfoCreate(cfg, out err);
        if (rt == null)
            return err;
        err = Add(rt, cfg.NlFlags);
        if (err == 0)
            _net.BumpGeneration();
        else
            _net.Release(rt);
        return err;
    }

    public int Delete(in Fib6Config cfg)
    {
        var err = cfg.Validate(_requests.Id);
        if (err != 0)
            return err;
        if (cfg.NhId != 0)
            return -Errno.EOPNOTSUPP;
        Lc6Vector* tp;
        var l = FindNode(&tp, cfg.Dst);
        if (l == null)
            return -Errno.ESRCH;
        var state = _net.States.BuildToCompare(cfg.Peer);
        Fib6Info* last = null;
        var at = &l->leaf;
        while (*at != null && ((*at)->fib6_dst.plen != cfg.DstLen || !Fib6Table.Fits(cfg, state, *at)))
        {
            last = *at;
            at = &last->fib6_next;
        }

        _net.States.Put(state);
        if (*at == null)
            return -Errno.ESRCH;
        Remove(tp, l, at, last);
        _net.BumpGeneration();
        return 0;
    }

    /// <summary>Deletes the table and all its routes. The next grace period frees the memory.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Free(GetChild(_trie, 0));
        _requests.Dispose();
        _net.Memory.Kfree(_top, (int)Lc6Tnode.Size(1));
    }

    /// <summary>Puts a route into its leaf's list (longest prefix first, then by metric), or replaces the route of the same prefix and
    /// metric.</summary>
    private int Add(Fib6Info* rt, NlmFlags flags)
    {
        Lc6Vector* tp;
        var key = rt->fib6_dst.Address;
        var l = FindNode(&tp, key);
        Fib6Info** at = null;
        if (l != null)
        {
            at = &l->leaf;
            while (*at != null && IsBefore(*at, rt))
                at = &(*at)->fib6_next;
            if (*at != null && (*at)->fib6_dst.plen == rt->fib6_dst.plen && (*at)->fib6_metric == rt->fib6_metric)
                return (flags & NlmFlags.Replace) != 0 ? Replace(at, rt) : -Errno.EEXIST;
        }

        if ((flags & (NlmFlags.Replace | NlmFlags.Create)) == NlmFlags.Replace)
            return -Errno.ENOENT;
        _net.FibRtEntries++;
        if (l == null)
        {
            InsertNode(tp, rt, key);
            return 0;
        }

        rt->fib6_next = *at;
        Publish(at, rt);
        var slen = (byte)(KeyLength - rt->fib6_dst.plen);
        if (l->slen < slen)
        {
            l->slen = slen;
            NodePushSuffix(tp, slen);
        }

        return 0;
    }

    private static bool IsBefore(Fib6Info* at, Fib6Info* rt) =>
        at->fib6_dst.plen > rt->fib6_dst.plen || (at->fib6_dst.plen == rt->fib6_dst.plen && at->fib6_metric < rt->fib6_metric);

    private int Replace(Fib6Info** at, Fib6Info* rt)
    {
        var old = *at;
        rt->fib6_next = old->fib6_next;
        Publish(at, rt);
        _net.Release(old);
        return 0;
    }

    /// <summary>Removes a route from its leaf (<c>fib_remove_alias</c>). <paramref name="before"/> is the route in front of the removed
    /// route, or null.</summary>
    private void Remove(Lc6Vector* tp, Lc6Vector* l, Fib6Info** at, Fib6Info* before)
    {
        var rt = *at;
        Publish(at, rt->fib6_next);
        _net.FibRtEntries--;
        _net.FibDiscardedRoutes++;
        _net.Release(rt);
        if (l->leaf == null)
        {
            if (tp->slen == l->slen)
                NodePullSuffix(tp, tp->pos);
            PutChildRoot(tp, l->key, null);
            NodeFree(l);
            Rebalance(tp);
            return;
        }

        if (*at != null)
            return;
        l->slen = (byte)(KeyLength - before->fib6_dst.plen);
        NodePullSuffix(tp, l->slen);
    }

    private void Free(Lc6Vector* n)
    {
        if (n == null)
            return;
        for (var i = 0ul; i < ChildLength(n); i++)
            Free(GetChild(n, i));
        Fib6Info* next;
        for (var rt = n->IsLeaf ? n->leaf : null; rt != null; rt = next)
        {
            next = rt->fib6_next;
            _net.FibRtEntries--;
            _net.Release(rt);
        }

        NodeFree(n);
    }

    private static void Publish(Fib6Info** slot, Fib6Info* rt) => Volatile.Write(ref *(nint*)slot, (nint)rt);
}
