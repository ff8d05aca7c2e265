// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>Makes nexthops of IPv6 routes and checks their gateways (net/ipv6/route.c).</summary>
public sealed unsafe partial class Fib6Net
{
    private const byte FamilyIPv6 = (byte)GatewayFamily.IPv6;

    /// <summary><c>fib6_nh_init</c>: fills a nexthop. Returns 0 or a negative error. After an error the nexthop holds no
    /// reference.</summary>
    /// <param name="nh">The nexthop, which must be zeroed.</param>
    /// <param name="cfg">The request. Only Oif, Gateway, Flags and Peer are used.</param>
    /// <param name="table">The id of the table in which the gateway is looked up first; 0 for a nexthop object.</param>
    /// <param name="reject">Whether the route has RTF_REJECT. If the route has RTF_REJECT, the nexthop uses the loopback, not the request's
    /// device.</param>
    internal int NhInit(Fib6Nh* nh, in Fib6Config cfg, uint table, bool reject)
    {
        var nhc = &nh->nh_common;
        nhc->nhc_family = FamilyIPv6;
        var dev = cfg.Oif;
        if (dev < 0)
            return -Errno.ENODEV;
        if ((cfg.Flags & RtnhFlags.OnLink) != 0)
        {
            if (dev == 0)
                return -Errno.ENODEV;
            nhc->nhc_flags |= (byte)RtnhFlags.OnLink;
        }

        nhc->nhc_weight = 1;
        if (reject)
        {
            dev = Loopback;
        }
        else
        {
            var err = NhInitDevice(nhc, cfg, table, ref dev);
            if (err != 0)
                return err;
        }

        nh->rt6i_pcpu = Memory.AllocPercpu();
        nhc->nhc_dev = dev;
        nhc->nhc_oif = dev;
        return 0;
    }

    /// <summary>The part of <c>fib6_nh_init</c> that reject routes skip. The part includes <c>fib_nh_common_init</c>. Returns -EINVAL if
    /// the request names a peer but no device.</summary>
    private int NhInitDevice(FibNhCommon* nhc, in Fib6Config cfg, uint table, ref int dev)
    {
        if (cfg.Gateway != UInt128.Zero)
        {
            var err = ValidateGw(cfg, table, ref dev);
            if (err != 0)
                return err;
            nhc->nhc_gw_first = (ulong)(cfg.Gateway >> 64);
            nhc->nhc_gw_second = (ulong)cfg.Gateway;
            nhc->nhc_gw_family = FamilyIPv6;
        }

        if (dev == 0)
            return -Errno.ENODEV;
        if (cfg.Peer != 0 && cfg.Oif == 0)
            return -Errno.EINVAL;
        nhc->nhc_pcpu_rth_output = (nint)Memory.AllocPercpu();
        nhc->nhc_lwtstate = Options.SharesStates ? States.BuildShared(cfg.Oif, cfg.Peer) : States.Build(cfg.Oif, cfg.Peer);
        return 0;
    }

    /// <summary><c>fib6_nh_release</c>, <c>fib_nh_common_release</c>.</summary>
    internal void NhRelease(Fib6Nh* nh)
    {
        Memory.FreePercpu(nh->rt6i_pcpu);
        States.Put(nh->nh_common.nhc_lwtstate);
        Memory.FreePercpu((void*)nh->nh_common.nhc_pcpu_rth_output);
    }

    /// <summary><c>ip6_validate_gw</c>: checks a gateway. A link-local gateway needs a device. Any other gateway must be on a link: the
    /// request says so, or a lookup finds the gateway. The check against this host's addresses is left out, because interfaces have no
    /// addresses here.</summary>
    private int ValidateGw(in Fib6Config cfg, uint table, ref int dev)
    {
        if (!IsLinkLocal(cfg.Gateway))
        {
            if (IsMulticast(cfg.Gateway))
                return -Errno.EINVAL;
            var err = (cfg.Flags & RtnhFlags.OnLink) != 0 ? CheckNhOnLink(cfg, dev) : CheckNh(cfg, table, ref dev);
            if (err != 0)
                return err;
        }

        return dev is 0 or Loopback ? -Errno.EINVAL : 0;
    }

    /// <summary><c>ip6_route_check_nh_onlink</c>: checks the main table's route to an on-link gateway. The route must be a unicast route
    /// through this device, unless it is a default or reject route.</summary>
    private int CheckNhOnLink(in Fib6Config cfg, int dev)
    {
        var res = NhLookup(GetTable(RouteTableId.Main), cfg, Rt6LookupFlags.None);
        if ((res.Flags & Rtf.Reject) != 0 || res.Prefix == UInt128.Zero)
            return 0;
        return res.Type != RouteType.Unicast || dev != res.Nhc->nhc_dev ? -Errno.EINVAL : 0;
    }

    /// <summary><c>ip6_route_check_nh</c>: checks that a route without a gateway leads to this gateway, in the request's table or else in
    /// local and main. If the request names a device, the route must use that device.</summary>
    private int CheckNh(in Fib6Config cfg, uint table, ref int dev)
    {
        const Rt6LookupFlags flags = Rt6LookupFlags.Iface;
        var res = default(Fib6Result);
        var found = false;
        if (table != 0)
        {
            res = NhLookup(GetTable(table), cfg, flags);
            found = IsOnLink(res) && (dev == 0 || dev == res.Nhc->nhc_dev);
        }

        if (!found)
        {
            res = NhLookup(GetTable(RouteTableId.Local), cfg, flags);
            if (res.Info == NullEntry)
                res = NhLookup(GetTable(RouteTableId.Main), cfg, flags);
            if (!IsOnLink(res))
                return -Errno.EHOSTUNREACH;
        }

        if (dev == 0)
            dev = (int)res.Nhc->nhc_dev;
        return dev == res.Nhc->nhc_dev ? 0 : -Errno.EHOSTUNREACH;
    }

    private static bool IsOnLink(in Fib6Result res) => (res.Flags & Rtf.Reject) == 0 && res.Nhc->nhc_gw_family == 0;

    /// <summary><c>ip6_nh_lookup_table</c>: looks up a gateway. A kernel always has local and main, so a missing table counts as empty. The
    /// kernel's choice among siblings is left out, because all siblings have gateways.</summary>
    private Fib6Result NhLookup(Fib6Table? table, in Fib6Config cfg, Rt6LookupFlags flags)
    {
        var res = default(Fib6Result);
        if (table != null)
            table.TableLookup(cfg.Gateway, ref res, cfg.Oif, flags | Rt6LookupFlags.IgnoreLinkState);
        else
            SetNull(ref res);
        return res;
    }

    /// <summary>Sets the result to the null entry, as the end of <c>rt6_select</c> does if no route fits.</summary>
    internal void SetNull(ref Fib6Result res)
    {
        res.Info = NullEntry;
        res.Nhc = &Fib6Info.InlineNh(NullEntry)->nh_common;
        res.Flags = NullEntry->fib6_flags;
        res.Type = (RouteType)NullEntry->fib6_type;
    }

    /// <summary>Returns whether an address is in fe80::/10.</summary>
    private static bool IsLinkLocal(UInt128 address) => (uint)(address >> 118) == 0xFE80 >> 6;

    /// <summary>Returns whether an address is in ff00::/8.</summary>
    private static bool IsMulticast(UInt128 address) => (uint)(address >> 120) == 0xFF;
}
