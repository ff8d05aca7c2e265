// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>Keeps multipath routes: rings of routes of one prefix and metric (net/ipv6/route.c, <c>rt6_multipath_*</c>).</summary>
public sealed unsafe partial class Fib6Table
{
    /// <summary><c>rt6_multipath_rebalance</c>: gives each live nexthop a share of the 31-bit hash space in proportion to its weight. The
    /// function goes around the ring, from the route that is first in the node's list.</summary>
    internal void MultipathRebalance(Fib6Info* rt)
    {
        if (rt->fib6_nsiblings == 0)
            return;
        var first = FirstSibling(rt);
        var total = IsDead(first) ? 0 : Weight(first);
        for (var at = first->fib6_siblings.next; at != &first->fib6_siblings; at = at->next)
            total += IsDead(Fib6Net.OfSiblings(at)) ? 0 : Weight(Fib6Net.OfSiblings(at));
        var weight = 0;
        SetUpperBound(first, ref weight, total);
        for (var at = first->fib6_siblings.next; at != &first->fib6_siblings; at = at->next)
            SetUpperBound(Fib6Net.OfSiblings(at), ref weight, total);
    }

    /// <summary><c>rt6_multipath_first_sibling</c>.</summary>
    private Fib6Info* FirstSibling(Fib6Info* rt)
    {
        var iter = Tail(rt->fib6_node)->leaf;
        while (iter->fib6_metric != rt->fib6_metric || !QualifyForEcmp(iter))
            iter = iter->fib6_next;
        return iter;
    }

    private static int Weight(Fib6Info* rt) => Fib6Info.InlineNh(rt)->nh_common.nhc_weight;

    /// <summary><c>rt6_is_dead</c>: returns whether the nexthop is dead. A nexthop whose link is down is not dead (the default).</summary>
    private static bool IsDead(Fib6Info* rt) => (Fib6Info.InlineNh(rt)->nh_common.nhc_flags & (byte)RtnhFlags.Dead) != 0;

    /// <summary><c>rt6_upper_bound_set</c>.</summary>
    private static void SetUpperBound(Fib6Info* rt, ref int weight, int total)
    {
        var nhc = &Fib6Info.InlineNh(rt)->nh_common;
        if (IsDead(rt))
        {
            nhc->nhc_upper_bound = -1;
            return;
        }

        weight += nhc->nhc_weight;
        nhc->nhc_upper_bound = (int)((((long)weight << 31) + total / 2) / total - 1);
    }
}
