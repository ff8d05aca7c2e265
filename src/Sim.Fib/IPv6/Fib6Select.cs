// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>Selects one of a node's routes (net/ipv6/route.c, <c>rt6_select</c> and the functions that it calls).</summary>
/// <remarks>Among the routes of the lowest metric, the first with the best score wins. The score is 2 if the route uses the interface asked
/// for, and 0 if not. Routes of higher metrics are tried only if no route of the lowest metric is usable. In a host's lookup
/// (<see cref="Rt6LookupFlags.Reachable"/>) the score of a gateway also depends on its neighbour entry. Here no neighbour is known. So
/// gateways are used round robin without CONFIG_IPV6_ROUTER_PREF, and all gateways are good with CONFIG_IPV6_ROUTER_PREF. A router's lookup
/// ignores neighbours.</remarks>
public sealed unsafe partial class Fib6Table
{
    private const int NudFailHard = -3; // RT6_NUD_FAIL_HARD
    private const int NudFailDoRr = -1; // RT6_NUD_FAIL_DO_RR

    /// <summary>The state of the search in <c>find_rr_leaf</c>.</summary>
    private ref struct Search
    {
        public int Oif;
        public Rt6LookupFlags Strict;
        public int BestScore;
        public bool DoRoundRobin;

        /// <summary>Whether CONFIG_IPV6_ROUTER_PREF is set.</summary>
        public bool GatewaysAreGood;
    }

    /// <summary><c>rt6_select</c>: chooses a route of the node. Returns false if no route is usable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Select<TTrace>(
        Fib6Node* fn, int oif, Rt6LookupFlags strict, ref Fib6Result res, ref TTrace trace)
        where TTrace : struct, IFib6Trace
    {
        var t = Tail(fn);
        var leaf = t->leaf;
        if (leaf == null || leaf == _net.NullEntry)
            return false;
        var rt0 = t->rr_ptr;
        if (rt0 == null)
            rt0 = leaf;
        trace.Select(fn, rt0);
        if (t->fn_bit != rt0->fib6_dst.plen)
            return false;
        var search = new Search { Oif = oif, Strict = strict, BestScore = -1, GatewaysAreGood = _gatewaysAreGood };
        res.Info = null;
        FindRrLeaf(leaf, rt0, ref search, ref res, ref trace);
        if (search.DoRoundRobin)
            RoundRobin(t, leaf, rt0);
        return res.Info != null;
    }

    /// <summary>The end of <c>rt6_select</c>: makes the next lookup start at the next route, because no gateway is known to
    /// answer.</summary>
    private static void RoundRobin(Fib6NodeTail* t, Fib6Info* leaf, Fib6Info* rt0)
    {
        var next = rt0->fib6_next;
        if (next == null || next->fib6_metric != rt0->fib6_metric)
            next = leaf;
        if (next != rt0)
            t->rr_ptr = next;
    }

    /// <summary><c>find_rr_leaf</c>: tries the routes of the lowest metric from <paramref name="head"/> on, then the routes before
    /// <paramref name="head"/>. If no route of this metric is usable, tries the routes of higher metrics.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FindRrLeaf<TTrace>(
        Fib6Info* leaf, Fib6Info* head, ref Search search, ref Fib6Result res, ref TTrace trace)
        where TTrace : struct, IFib6Trace
    {
        var metric = head->fib6_metric;
        Fib6Info* rest = null;
        FindInList(head, null, metric, &rest, ref search, ref res, ref trace);
        FindInList(leaf, head, metric, &rest, ref search, ref res, ref trace);
        if (res.Info == null && rest != null)
            FindInList(rest, null, metric, null, ref search, ref res, ref trace);
    }

    /// <summary><c>__find_rr_leaf</c>: tries a part of the list. Unless <paramref name="rest"/> is null, the search stops at the first
    /// route of another metric and stores this route in rest. A blackhole object ends the search.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FindInList<TTrace>(
        Fib6Info* from, Fib6Info* to, uint metric, Fib6Info** rest, ref Search search, ref Fib6Result res, ref TTrace trace)
        where TTrace : struct, IFib6Trace
    {
        for (var f6i = from; f6i != null && f6i != to; f6i = f6i->fib6_next)
        {
            trace.Route(f6i);
            if (rest != null && f6i->fib6_metric != metric)
            {
                *rest = f6i;
                return;
            }

            var nhc = &Fib6Info.Nh(f6i)->nh_common;
            trace.Nexthop(f6i, nhc);
            if (f6i->nh != null && f6i->nh->nh_info->reject_nh != 0)
            {
                res.Flags = Rtf.Reject;
                res.Type = RouteType.Blackhole;
                res.Info = f6i;
                res.Nhc = nhc;
                return;
            }

            if (!FindMatch(nhc, f6i->fib6_flags, ref search))
                continue;
            res.Info = f6i;
            res.Nhc = nhc;
            res.Flags = f6i->fib6_flags;
            res.Type = (RouteType)f6i->fib6_type;
        }
    }

    /// <summary><c>find_match</c>: returns whether the nexthop is better than the best nexthop so far. Here devices use their routes even
    /// if the link is down (the sysctl's default).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool FindMatch(FibNhCommon* nhc, Rtf flags, ref Search search)
    {
        if ((nhc->nhc_flags & (byte)RtnhFlags.Dead) != 0)
            return false;
        var score = ScoreRoute(nhc, flags, search);
        if (score == NudFailHard)
            return false;
        var roundRobin = score == NudFailDoRr;
        if (roundRobin)
            score = 0;
        if (score <= search.BestScore)
            return false;
        search.DoRoundRobin = roundRobin;
        search.BestScore = score;
        return true;
    }

    /// <summary><c>rt6_score_route</c>: returns the score of a nexthop. The part for preferences is left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ScoreRoute(FibNhCommon* nhc, Rtf flags, in Search search)
    {
        var score = search.Oif == 0 || nhc->nhc_dev == search.Oif ? 2 : 0;
        if (score == 0 && (search.Strict & Rt6LookupFlags.Iface) != 0)
            return NudFailHard;
        if ((search.Strict & Rt6LookupFlags.Reachable) != 0 && (flags & Rtf.NoNexthop) == 0 && nhc->nhc_gw_family != 0 &&
            !search.GatewaysAreGood)
            return NudFailDoRr; // rt6_check_neigh
        return score;
    }
}
