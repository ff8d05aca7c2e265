// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>Checks whether a nexthop can be reached: <c>fib_check_nh</c> of net/ipv4/fib_semantics.c, and
/// <c>fib_check_nexthop</c> of net/ipv4/nexthop.c.</summary>
public sealed unsafe partial class FibNet
{
    /// <summary><c>fib_check_nh</c>: sets the device and the scope of a nexthop. Returns 0 or a negative error.</summary>
    private int CheckNh(FibNhCommon* nhc, uint table, byte scope) => (GatewayFamily)nhc->nhc_gw_family switch
    {
        GatewayFamily.IPv4 => CheckNhV4Gateway(nhc, table, scope),
        GatewayFamily.IPv6 => CheckNhV6Gateway(nhc),
        _ => CheckNhNoGateway(nhc),
    };

    /// <summary><c>fib_check_nh_nongw</c>: checks a nexthop that is a device without a gateway, such as a WireGuard device.</summary>
    private static int CheckNhNoGateway(FibNhCommon* nhc) =>
        (nhc->nhc_flags & (byte)(RtnhFlags.Pervasive | RtnhFlags.OnLink)) != 0 ? -Errno.EINVAL : HoldDevice(nhc, RouteScope.Host);

    /// <summary><c>fib_check_nh_v6_gw</c>: checks an IPv6 gateway. IPv6's own check of the address is left out.</summary>
    private static int CheckNhV6Gateway(FibNhCommon* nhc) => HoldDevice(nhc, RouteScope.Link);

    /// <summary><c>fib_check_nh_v4_gw</c>: checks that an IPv4 gateway is on a link. A request with RTNH_F_ONLINK asserts that the gateway
    /// is on a link. Otherwise a lookup in this table, then in local, main and default, must find the gateway in a narrower scope than the
    /// route's.</summary>
    private int CheckNhV4Gateway(FibNhCommon* nhc, uint table, byte scope)
    {
        var gateway = (uint)nhc->nhc_gw_first;
        if ((nhc->nhc_flags & (byte)RtnhFlags.OnLink) != 0)
        {
            if (scope >= (byte)RouteScope.Link)
                return -Errno.EINVAL;
            return nhc->nhc_oif > 0 && AddressType(gateway, nhc->nhc_oif) != RouteType.Unicast ? -Errno.EINVAL : HoldDevice(nhc, RouteScope.Link);
        }

        var flow = new FlowI4 { Scope = (RouteScope)Math.Max(scope + 1, (int)RouteScope.Link), Oif = nhc->nhc_oif };
        const FibLookupFlags flags = FibLookupFlags.IgnoreLinkState | FibLookupFlags.NoRef;
        var res = default(FibResult);
        var tb = table != RouteTableId.Main ? GetTable(table) : null;
        var err = tb?.Lookup(gateway, flow, ref res, flags) ?? 0;
        if (tb == null || err != 0)
            err = FibLookup(gateway, flow, ref res, flags);
        if (err != 0)
            return err;
        if (res.Type is not (RouteType.Unicast or RouteType.Local))
            return -Errno.EINVAL;
        nhc->nhc_oif = res.Nhc->nhc_oif;
        if (res.Nhc->nhc_dev == 0)
            return -Errno.EINVAL;
        return HoldDevice(nhc, (RouteScope)res.Scope);
    }

    /// <summary>Sets the nexthop's device (from nhc_oif) and its scope. Returns 0, or -ENODEV if nhc_oif is 0.</summary>
    private static int HoldDevice(FibNhCommon* nhc, RouteScope scope)
    {
        if (nhc->nhc_oif <= 0)
            return -Errno.ENODEV;
        nhc->nhc_dev = nhc->nhc_oif;
        nhc->nhc_scope = (byte)scope;
        return 0;
    }

    /// <summary><c>inet_addr_type_dev_table</c>: looks up the type of an address on a device in the local table.</summary>
    private RouteType AddressType(uint address, int oif)
    {
        if (address >> 24 == 0 || address == uint.MaxValue)
            return RouteType.Broadcast;
        if (address >> 28 == 0xE)
            return RouteType.Multicast;
        var res = default(FibResult);
        var local = GetTable(RouteTableId.Local);
        if (local == null || local.Lookup(address, default, ref res, FibLookupFlags.NoRef) != 0)
            return RouteType.Unicast;
        return FibInfo.Nhc(res.Info, 0)->nhc_dev == oif ? res.Type : RouteType.Unicast;
    }

    /// <summary><c>fib_check_nexthop</c>: checks that a route of this scope may use the object. Returns 0 or -EINVAL.</summary>
    private static int CheckNexthop(NextHop* nh, RouteScope scope)
    {
        var nhc = &nh->nh_info->fib_nh.nh_common;
        if (scope == RouteScope.Host && nhc->nhc_gw_family != 0)
            return -Errno.EINVAL;
        return (nhc->nhc_flags & (byte)RtnhFlags.OnLink) != 0 && scope >= RouteScope.Link ? -Errno.EINVAL : 0;
    }
}
