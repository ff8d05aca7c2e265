// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.Fib6Address;

namespace Sim.Fib;

/// <summary>Turns requests into routes: the part of net/ipv6/route.c between netlink and the tree.</summary>
public sealed unsafe partial class Fib6Table
{
    /// <summary><c>inet6_rtm_newroute</c>: adds or replaces a route. Returns 0 or a negative error.</summary>
    /// <remarks>The flags decide about existing routes of the same prefix and metric.
    /// <list type="table">
    /// <item><term>Excl</term> <description>returns -EEXIST if a route of the same prefix and metric exists.</description></item>
    /// <item><term>Replace</term> <description>replaces the first existing route of the same kind (with or without a gateway), and that
    /// route's whole multipath route. If no existing route is of this kind, replaces the first existing route. Returns -ENOENT if there is
    /// no existing route and Create is missing.</description></item>
    /// <item><term>neither</term> <description>adds the route behind the existing routes. Returns -EEXIST if an existing route has the same
    /// nexthop. Routes with gateways form a multipath route. Without Replace, neither Append nor a missing Create has an
    /// effect.</description></item>
    /// </list>
    /// -EINVAL, -ENODEV and -EHOSTUNREACH come from the checks of the request and the nexthop.</remarks>
    public int Insert(in Fib6Config cfg)
    {
        var err = cfg.Validate(Id);
        if (err != 0)
            return err;
        if (cfg.Metric == 0)
            return Insert(cfg with { Metric = Fib6Config.UserMetric });
        return RouteAdd(cfg);
    }

    /// <summary><c>inet6_rtm_delroute</c> of a kernel with the series: deletes the first route to the prefix that fits the request. A
    /// metric, protocol, nexthop object, device, gateway or peer in the request must equal the route's; the type does not count. If the
    /// request names neither a gateway nor a peer, the whole multipath route is deleted. Returns 0; -ESRCH if no route fits; -EINVAL; or
    /// -ENOENT if only the null entry of a table without a default route fits.</summary>
    public int Delete(in Fib6Config cfg)
    {
        var err = cfg.Validate(Id);
        if (err != 0)
            return err;
        if (cfg.NhId != 0 && _net.FindNexthop(cfg.NhId) == null)
            return -Errno.EINVAL;
        return RouteDel(cfg);
    }

    /// <summary><c>ip6_route_add</c>.</summary>
    private int RouteAdd(in Fib6Config cfg)
    {
        var rt = RouteInfoCreate(cfg, out var err);
        if (rt == null)
            return err;
        err = Add(rt, cfg.NlFlags);
        _net.Release(rt);
        return err;
    }

    /// <summary><c>ip6_route_info_create</c>: makes a route, and takes a reference for the caller. On an error, returns null.</summary>
    internal Fib6Info* RouteInfoCreate(in Fib6Config cfg, out int err)
    {
        err = -Errno.EINVAL;
        NextHop* nh = null;
        if (cfg.NhId != 0)
        {
            nh = _net.FindNexthop(cfg.NhId);
            if (nh == null)
                return null;
        }

        var rt = _net.InfoAlloc(withNh: nh == null);
        rt->fib6_protocol = cfg.Protocol != 0 ? cfg.Protocol : RouteProtocol.Boot;
        rt->fib6_table = _tb;
        rt->fib6_metric = cfg.Metric;
        rt->fib6_type = (byte)(cfg.Type != RouteType.Unspec ? cfg.Type : RouteType.Unicast);
        rt->fib6_flags = cfg.RouteFlags;
        rt->fib6_dst = Key(cfg.Dst, cfg.DstLen);
        if (nh != null)
        {
            nh->refcnt++;
            rt->nh = nh;
            err = 0;
            return rt;
        }

        var fib6Nh = Fib6Info.InlineNh(rt);
        var reject = (cfg.RouteFlags & Rtf.Reject) != 0;
        err = _net.NhInit(fib6Nh, cfg, Id, reject);
        if (err != 0)
        {
            _net.Release(rt);
            return null;
        }

        // fib6_is_reject: packets through the loopback would come back.
        if (reject || (fib6Nh->nh_common.nhc_dev == Fib6Net.Loopback && cfg.Dst != UInt128.One && cfg.Type != RouteType.Local))
            rt->fib6_flags = Rtf.Reject | Rtf.NoNexthop;
        return rt;
    }

    /// <summary><c>ip6_route_del</c> of the series: makes the state that names the request's peer, then deletes a route that fits the
    /// request.</summary>
    private int RouteDel(in Fib6Config cfg)
    {
        var state = _net.States.BuildToCompare(cfg.Peer);
        var err = RouteDel(cfg, state);
        _net.States.Put(state);
        return err;
    }

    /// <summary><c>__ip6_route_del</c>.</summary>
    private int RouteDel(in Fib6Config cfg, LwtunnelState* state)
    {
        var rt = FindToDelete(cfg, state);
        if (rt == null)
            return -Errno.ESRCH;
        return rt->nh == null && cfg.Gateway == UInt128.Zero && cfg.Peer == 0 ? DelSiblings(rt) : Del(rt);
    }

    private Fib6Info* FindToDelete(in Fib6Config cfg, LwtunnelState* state)
    {
        var fn = Locate(Key(cfg.Dst, cfg.DstLen));
        if (fn == null)
            return null;
        for (var rt = Tail(fn)->leaf; rt != null; rt = rt->fib6_next)
        {
            if (Fits(cfg, state, rt))
                return rt;
        }

        return null;
    }

    /// <summary>Returns whether a route fits a request to delete.</summary>
    internal static bool Fits(in Fib6Config cfg, LwtunnelState* state, Fib6Info* rt)
    {
        if ((cfg.Metric != 0 && cfg.Metric != rt->fib6_metric) || (cfg.Protocol != 0 && cfg.Protocol != rt->fib6_protocol))
            return false;
        // A route through an object fits a request with any device and gateway.
        if (rt->nh != null)
            return (cfg.NhId == 0 || cfg.NhId == rt->nh->id) && cfg.Peer == 0;
        if (cfg.NhId != 0)
            return false;
        var nhc = &Fib6Info.InlineNh(rt)->nh_common;
        if (cfg.Oif != 0 && cfg.Oif != nhc->nhc_dev)
            return false;
        if (cfg.Gateway != UInt128.Zero &&
            ((ulong)(cfg.Gateway >> 64) != nhc->nhc_gw_first || (ulong)cfg.Gateway != nhc->nhc_gw_second))
            return false;
        return cfg.Peer == 0 || PeerStates.Same(state, nhc->nhc_lwtstate);
    }

    /// <summary><c>__ip6_del_rt_siblings</c>: deletes all routes of a multipath route, this route last.</summary>
    private int DelSiblings(Fib6Info* rt)
    {
        ListHead* next;
        if (rt->fib6_nsiblings != 0)
        {
            for (var at = rt->fib6_siblings.next; at != &rt->fib6_siblings; at = next)
            {
                next = at->next;
                var err = Del(Fib6Net.OfSiblings(at));
                if (err != 0)
                    return err;
            }
        }

        return Del(rt);
    }
}
