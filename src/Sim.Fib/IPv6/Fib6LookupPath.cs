// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>Fills a <see cref="LookupPath"/> during a lookup in an IPv6 table.</summary>
internal readonly unsafe struct Fib6PathTrace(LookupPath path, Fib6Table table) : IFib6Trace
{
    public void Node(Fib6Node* fn, Fib6Node** child)
    {
        Add(Fib6StepKind.Node, fn);
        var t = table.Tail(fn);
        path.ReadNext((nint)(&t->fn_bit), sizeof(ushort), inTrie: true);
        path.Read((nint)child, sizeof(nint), inTrie: true);
    }

    public void Compare(Fib6Node* fn, bool withLeaf)
    {
        Add(Fib6StepKind.Compare, fn);
        var t = table.Tail(fn);
        if (table.Net.Options.Subtrees)
            path.Read((nint)t - sizeof(nint), sizeof(nint), inTrie: true);
        path.Read((nint)(&t->fn_flags), sizeof(ushort), inTrie: true);
        if (!withLeaf)
            return;
        path.Read((nint)(&t->leaf), sizeof(nint), inTrie: true);
        path.ReadNext((nint)(&t->leaf->fib6_dst), sizeof(Rt6Key), inTrie: false);
    }

    public void Climb(Fib6Node* fn)
    {
        path.Climb();
        path.Read((nint)(&fn->parent), sizeof(nint), inTrie: true);
    }

    public void Select(Fib6Node* fn, Fib6Info* rt0)
    {
        Add(Fib6StepKind.Select, fn);
        var t = table.Tail(fn);
        path.Read((nint)(&t->leaf), sizeof(nint) + sizeof(ushort), inTrie: true);
        path.Read((nint)(&t->rr_ptr), sizeof(nint), inTrie: true);
        path.Read((nint)(&rt0->fib6_dst.plen), sizeof(int), inTrie: false);
        path.Read((nint)(&rt0->fib6_metric), sizeof(uint), inTrie: false);
    }

    public void Route(Fib6Info* rt)
    {
        var prefix = Prefix.OfV6(rt->fib6_dst.Address, rt->fib6_dst.plen);
        path.Add(new Fib6Step(Fib6StepKind.Route, prefix, Fib6NodeFlags.None, rt->fib6_metric, (nint)rt));
        path.Read((nint)(&rt->fib6_metric), sizeof(uint), inTrie: false);
        path.Read((nint)(&rt->fib6_next), sizeof(nint), inTrie: false);
    }

    public void Nexthop(Fib6Info* rt, FibNhCommon* nhc)
    {
        // The lookup reads fib6_flags for the lifetime and the result, then the type.
        path.Read((nint)(&rt->fib6_flags), sizeof(Rtf), inTrie: false);
        path.Read((nint)(&rt->fib6_type), sizeof(byte), inTrie: false);
        path.Read((nint)(&Fib6Info.Tail(rt)->nh), sizeof(nint), inTrie: false);
        if (rt->nh != null)
        {
            path.ReadNext((nint)(&rt->nh->is_group), sizeof(byte), inTrie: false);
            path.Read((nint)(&rt->nh->nh_info), sizeof(nint), inTrie: false);
            path.ReadNext((nint)(&rt->nh->nh_info->reject_nh), sizeof(byte), inTrie: false);
        }

        // nhc_dev to nhc_flags, and the peer that the caller wants.
        path.Read((nint)nhc, (int)((byte*)(&nhc->nhc_gw_first) - (byte*)nhc), inTrie: false);
    }

    private void Add(Fib6StepKind kind, Fib6Node* fn)
    {
        var t = table.Tail(fn);
        path.Add(new Fib6Step(kind, Prefix.OfV6(t->leaf->fib6_dst.Address, t->fn_bit), t->fn_flags, 0, (nint)fn));
    }
}
