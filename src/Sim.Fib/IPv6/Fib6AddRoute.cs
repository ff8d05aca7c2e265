// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>Puts a route into the list of its node.</summary>
public sealed unsafe partial class Fib6Table
{
    private readonly Stack<nint> _purged = new(capacity: 16);

    /// <summary><c>fib6_add_rt2node</c>: puts a route into its node's list by ascending metric, behind the routes of the same metric. In a
    /// replacement, replaces one of these routes.</summary>
    private int AddRt2Node(Fib6Node* fn, Fib6Info* rt, NlmFlags flags)
    {
        var t = Tail(fn);
        Fib6Info* iter;
        Fib6Info** ins;
        var err = FindPlace(t, rt, flags, &iter, &ins, out var found);
        if (err != 0)
            return err;
        // Round robin starts again at the first route.
        if (ins == &t->leaf)
            t->rr_ptr = null;
        if (rt->fib6_nsiblings != 0)
            LinkSiblings(t->leaf, rt);
        if (found)
        {
            ReplaceRoute(fn, rt, iter, ins);
            return 0;
        }

        if ((flags & (NlmFlags.Replace | NlmFlags.Create)) == NlmFlags.Replace)
            return -Errno.ENOENT;
        rt->fib6_next = iter;
        Fib6Net.Hold(rt);
        rt->fib6_node = fn;
        Publish(ins, rt);
        _net.FibRtEntries++;
        SetRouteInfo(t);
        return 0;
    }

    /// <summary>The search in <c>fib6_add_rt2node</c>. If <paramref name="found"/>, the new route replaces <paramref name="iter"/>: the
    /// first route of the same metric and kind (with or without a gateway). If no route is of this kind, <paramref name="iter"/> is the
    /// first route of the metric. If not <paramref name="found"/>, the new route goes before <paramref name="iter"/>. The nsiblings of the
    /// new route then counts the other routes of its multipath route: the routes of the same metric with gateways.</summary>
    private static int FindPlace(
        Fib6NodeTail* t, Fib6Info* rt, NlmFlags flags, Fib6Info** iter, Fib6Info*** ins, out bool found)
    {
        var ecmp = QualifyForEcmp(rt);
        Fib6Info** fallback = null;
        var at = &t->leaf;
        found = false;
        for (var cur = *at; cur != null && cur->fib6_metric <= rt->fib6_metric; at = &cur->fib6_next, cur = *at)
        {
            if (cur->fib6_metric != rt->fib6_metric)
                continue;
            if ((flags & NlmFlags.Excl) != 0)
                return -Errno.EEXIST;
            if ((flags & NlmFlags.Replace) != 0)
            {
                if (ecmp == QualifyForEcmp(cur))
                {
                    found = true;
                    break;
                }

                if (fallback == null)
                    fallback = at;
                continue;
            }

            if (DuplicateNexthop(cur, rt))
            {
                rt->fib6_nsiblings = 0;
                return -Errno.EEXIST;
            }

            if (ecmp && QualifyForEcmp(cur))
                rt->fib6_nsiblings++;
        }

        if (fallback != null && !found)
        {
            at = fallback;
            found = true;
        }

        *ins = at;
        *iter = *at;
        return 0;
    }

    /// <summary>The part of <c>fib6_add_rt2node</c> that adds the new route to the ring of its multipath route.</summary>
    private void LinkSiblings(Fib6Info* leaf, Fib6Info* rt)
    {
        var first = leaf;
        while (first->fib6_metric != rt->fib6_metric || !QualifyForEcmp(first))
            first = first->fib6_next;
        Hlist.AddTail(&rt->fib6_siblings, &first->fib6_siblings);
        for (var at = rt->fib6_siblings.next; at != &rt->fib6_siblings; at = at->next)
            Fib6Net.OfSiblings(at)->fib6_nsiblings++;
        MultipathRebalance(first);
    }

    /// <summary>The NLM_F_REPLACE part of <c>fib6_add_rt2node</c>: replaces <paramref name="old"/>. If <paramref name="old"/> belongs to a
    /// multipath route, replaces the whole multipath route.</summary>
    private void ReplaceRoute(Fib6Node* fn, Fib6Info* rt, Fib6Info* old, Fib6Info** ins)
    {
        Fib6Net.Hold(rt);
        rt->fib6_node = fn;
        rt->fib6_next = old->fib6_next;
        Publish(ins, rt);
        SetRouteInfo(Tail(fn));
        var nsiblings = old->fib6_nsiblings;
        Discard(old, fn);
        if (nsiblings == 0)
            return;
        ins = &rt->fib6_next;
        for (var iter = *ins; iter != null && iter->fib6_metric <= rt->fib6_metric; iter = *ins)
        {
            if (!QualifyForEcmp(iter))
            {
                ins = &iter->fib6_next;
                continue;
            }

            *ins = iter->fib6_next;
            Discard(iter, fn);
            _net.FibRtEntries--;
        }
    }

    /// <summary>Removes a replaced route. 6.12 purges the old route at once, 7.3 only when the new route is in its place.</summary>
    private void Discard(Fib6Info* old, Fib6Node* fn)
    {
        old->fib6_node = null;
        if (Tail(fn)->rr_ptr == old)
            Tail(fn)->rr_ptr = null;
        _purged.Push((nint)old);
        if (_net.Follows6_12)
            Purge(fn);
    }

    /// <summary>Purges and releases the replaced routes, the last one first (the purge list of <c>fib6_add</c> in 7.3).</summary>
    private void Purge(Fib6Node* fn)
    {
        while (_purged.TryPop(out var old))
        {
            PurgeRt((Fib6Info*)old, fn);
            _net.Release((Fib6Info*)old);
        }
    }

    private void SetRouteInfo(Fib6NodeTail* t)
    {
        if ((t->fn_flags & Fib6NodeFlags.RouteInfo) != 0)
            return;
        _net.FibRouteNodes++;
        t->fn_flags |= Fib6NodeFlags.RouteInfo;
    }

    /// <summary><c>rt6_qualify_for_ecmp</c>: returns whether a route can be part of a multipath route. A route of a multipath route needs a
    /// gateway of its own.</summary>
    internal static bool QualifyForEcmp(Fib6Info* f6i) =>
        (f6i->fib6_flags & Rtf.AddrConf) == 0 && f6i->nh == null && Fib6Info.InlineNh(f6i)->nh_common.nhc_gw_family != 0;

    /// <summary><c>rt6_duplicate_nexthop</c>: returns whether two routes have the same nexthop object, or the same device, gateway and
    /// state.</summary>
    internal static bool DuplicateNexthop(Fib6Info* a, Fib6Info* b)
    {
        if (a->nh != null || b->nh != null)
            return a->nh == b->nh;
        var nha = &Fib6Info.InlineNh(a)->nh_common;
        var nhb = &Fib6Info.InlineNh(b)->nh_common;
        return nha->nhc_dev == nhb->nhc_dev && nha->nhc_gw_first == nhb->nhc_gw_first &&
            nha->nhc_gw_second == nhb->nhc_gw_second && PeerStates.Same(nha->nhc_lwtstate, nhb->nhc_lwtstate);
    }

    private static void Publish(Fib6Info** slot, Fib6Info* rt) => Volatile.Write(ref *(nint*)slot, (nint)rt);
}
