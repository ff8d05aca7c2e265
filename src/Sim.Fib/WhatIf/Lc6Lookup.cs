// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.Lc6Vector;

namespace Sim.Fib;

/// <summary>Records what a lookup reads. <see cref="NoTrace"/> compiles to nothing.</summary>
internal unsafe interface ILc6Trace
{
    /// <summary>Records reads of a node's key, pos, bits and slen on the way down.</summary>
    void Node(Lc6Vector* n);

    /// <summary>Records the read of a child pointer, or of the head of a leaf's list.</summary>
    void Slot(void* slot);

    /// <summary>Records a climb out of a node, which reads its key and parent, and the parent's key and pos.</summary>
    void Climb(Lc6Vector* n);

    /// <summary>Records the read of a route's prefix.</summary>
    void Prefix(Fib6Info* rt);

    /// <summary>Records the read of the route that answers, and of its nexthop.</summary>
    void Answer(Fib6Info* rt, FibNhCommon* nhc);
}

/// <summary>Looks up the longest prefix (<see cref="FibTable"/> explains how), and walks all routes.</summary>
public sealed unsafe partial class Lc6Table
{
    public int Lookup(UInt128 daddr, ref Fib6Result res)
    {
        var trace = default(NoTrace);
        return Lookup(daddr, ref res, ref trace);
    }

    public int Lookup(UInt128 daddr, ref Fib6Result res, LookupPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        path.Clear();
        var trace = new Lc6PathTrace(path);
        return Lookup(daddr, ref res, ref trace);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Lookup<TTrace>(UInt128 key, ref Fib6Result res, ref TTrace trace)
        where TTrace : struct, ILc6Trace
    {
        var pn = _trie;
        var cindex = 0ul;
        trace.Slot(Children(pn));
        var n = GetChild(pn, 0);
        if (n == null)
            goto none;

        // Down to the leaf that could equal the address.
        while (true)
        {
            trace.Node(n);
            var index = GetCindex(key, n);
            if (index >= 1ul << n->bits)
                break;
            if (n->IsLeaf)
                goto found;
            if (n->slen > n->pos)
            {
                pn = n;
                cindex = index;
            }

            trace.Slot(&Children(n)[index]);
            n = GetChild(n, index);
            if (n == null)
                goto backtrace;
        }

        // Back up by clearing one bits, and down again along zeros.
    descend:
        if (PrefixMismatch(key, n) || n->slen == n->pos)
            goto backtrace;
        if (n->IsLeaf)
            goto found;
        trace.Slot(Children(n));
        n = GetChild(n, 0);
        if (n != null)
        {
            trace.Node(n);
            goto descend;
        }

    backtrace:
        while (cindex == 0)
        {
            if (pn->IsTrie)
                goto none;
            trace.Climb(pn);
            var pkey = pn->key;
            pn = NodeParent(pn);
            cindex = GetIndex(pkey, pn);
        }

        cindex &= cindex - 1;
        trace.Slot(&Children(pn)[cindex]);
        n = GetChild(pn, cindex);
        if (n == null)
            goto backtrace;
        trace.Node(n);
        goto descend;

    found:
        if (CheckLeaf(n, key, ref res, ref trace))
            return _requests.Verdict(res);
        goto backtrace;

    none:
        _net.SetNull(ref res);
        return -Errno.EAGAIN;
    }

    /// <summary>Returns whether the address differs from the node's key at or above the key's lowest 1-bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool PrefixMismatch(UInt128 key, Lc6Vector* n)
    {
        var prefix = n->key;
        return ((key ^ prefix) & (prefix | (UInt128.Zero - prefix))) != UInt128.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool CheckLeaf<TTrace>(Lc6Vector* n, UInt128 key, ref Fib6Result res, ref TTrace trace)
        where TTrace : struct, ILc6Trace
    {
        trace.Slot(&n->leaf);
        for (var rt = n->leaf; rt != null; rt = rt->fib6_next)
        {
            trace.Prefix(rt);
            if (!Fib6Address.PrefixEqual(rt->fib6_dst, (ulong)(key >> 64), (ulong)key, rt->fib6_dst.plen))
                continue;
            var nhc = &Fib6Info.InlineNh(rt)->nh_common;
            trace.Answer(rt, nhc);
            if ((nhc->nhc_flags & (byte)RtnhFlags.Dead) != 0)
                continue;
            res.Info = rt;
            res.Nhc = nhc;
            res.Flags = rt->fib6_flags;
            res.Type = (RouteType)rt->fib6_type;
            return true;
        }

        return false;
    }

    /// <summary>Shows every route by ascending address, then shortest prefix first, as <see cref="Fib6Table"/> does. The table must not
    /// change during the walk.</summary>
    public void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : IFib6Visitor => VisitNode(GetChild(_trie, 0), ref visitor);

    private static void VisitNode<TVisitor>(Lc6Vector* n, ref TVisitor visitor)
        where TVisitor : IFib6Visitor
    {
        if (n == null)
            return;
        for (var i = 0ul; i < ChildLength(n); i++)
            VisitNode(GetChild(n, i), ref visitor);
        if (n->IsLeaf)
            VisitBackwards(n->leaf, ref visitor);
    }

    /// <summary>Shows the routes of a leaf from the last to the first. The method calls itself once per route.</summary>
    private static void VisitBackwards<TVisitor>(Fib6Info* rt, ref TVisitor visitor)
        where TVisitor : IFib6Visitor
    {
        if (rt == null)
            return;
        VisitBackwards(rt->fib6_next, ref visitor);
        visitor.Route(rt);
    }

    /// <summary>Counts the shape of the live trie. Do not use the result's sizes in bytes: these sizes are right only for IPv4's
    /// nodes.</summary>
    public FibTrieStat Stat()
    {
        var stat = new FibTrieStat();
        Count(GetChild(_trie, 0), 0, stat);
        return stat;
    }

    private static void Count(Lc6Vector* n, int depth, FibTrieStat stat)
    {
        if (n == null)
            return;
        if (n->IsLeaf)
        {
            var routes = 0u;
            for (var rt = n->leaf; rt != null; rt = rt->fib6_next)
                routes++;
            stat.Leaf(depth, routes);
            return;
        }

        stat.Tnode(n->bits, TnInfo(n)->empty_children);
        for (var i = 0ul; i < ChildLength(n); i++)
            Count(GetChild(n, i), depth + 1, stat);
    }
}

internal readonly unsafe struct Lc6PathTrace(LookupPath path) : ILc6Trace
{
    private const int HeaderBytes = 19; // key, pos, bits, slen

    public void Node(Lc6Vector* n)
    {
        var length = n->IsLeaf ? KeyLength : KeyLength - n->pos - n->bits;
        path.Add(new Fib6Step(Fib6StepKind.Node, Kernel.Prefix.OfV6(n->key, length), Fib6NodeFlags.None, 0, (nint)n));
        path.ReadNext((nint)n, HeaderBytes, inTrie: true);
    }

    public void Slot(void* slot) => path.ReadNext((nint)slot, sizeof(nint), inTrie: true);

    public void Climb(Lc6Vector* n)
    {
        path.Climb();
        path.ReadNext((nint)n, HeaderBytes, inTrie: true);
        path.Read((nint)(&TnInfo(n)->parent), sizeof(nint), inTrie: true);
        path.ReadNext((nint)NodeParent(n), HeaderBytes, inTrie: true);
    }

    public void Prefix(Fib6Info* rt)
    {
        var prefix = Kernel.Prefix.OfV6(rt->fib6_dst.Address, rt->fib6_dst.plen);
        path.Add(new Fib6Step(Fib6StepKind.Route, prefix, Fib6NodeFlags.None, rt->fib6_metric, (nint)rt));
        path.ReadNext((nint)(&rt->fib6_dst), sizeof(Rt6Key), inTrie: false);
        path.Read((nint)(&rt->fib6_next), sizeof(nint), inTrie: false);
    }

    public void Answer(Fib6Info* rt, FibNhCommon* nhc)
    {
        path.Read((nint)(&rt->fib6_flags), sizeof(Rtf), inTrie: false);
        path.Read((nint)(&rt->fib6_type), sizeof(byte), inTrie: false);
        path.Read((nint)nhc, (int)((byte*)(&nhc->nhc_gw_first) - (byte*)nhc), inTrie: false);
    }
}
