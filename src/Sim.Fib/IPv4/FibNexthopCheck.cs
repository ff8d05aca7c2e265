// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>
/// Checks whether a nexthop can be reached, and marks it when its device goes down: <c>fib_check_nh</c>,
/// <c>fib_sync_down_dev</c>, <c>fib_sync_up</c> of net/ipv4/fib_semantics.c.
/// </summary>
public sealed unsafe partial class FibNet
{
    /// <summary><c>fib_check_nh</c>: finds the device and the scope. Returns 0 or a negative error.</summary>
    private int CheckNh(FibNhCommon* nhc, uint table, byte scope) => (GatewayFamily)nhc->nhc_gw_family switch
    {
        GatewayFamily.IPv4 => CheckNhV4Gateway(nhc, table, scope),
        GatewayFamily.IPv6 => CheckNhV6Gateway(nhc),
        _ => CheckNhNoGateway(nhc),
    };

    /// <summary><c>fib_check_nh_nongw</c>: checks a device without a gateway, as with WireGuard.</summary>
    private int CheckNhNoGateway(FibNhCommon* nhc)
    {
        if ((nhc->nhc_flags & (byte)(RtnhFlags.Pervasive | RtnhFlags.OnLink)) != 0)
            return -Errno.EINVAL;
        return HoldDevice(nhc, RouteScope.Host);
    }

    /// <summary><c>fib_check_nh_v6_gw</c>, without IPv6's check of the address itself.</summary>
    private int CheckNhV6Gateway(FibNhCommon* nhc) => HoldDevice(nhc, RouteScope.Link);

    /// <summary>
    /// <c>fib_check_nh_v4_gw</c>: the gateway must be on a link. Either the request says so (RTNH_F_ONLINK), or a lookup in
    /// this table, then in local, main and default, must find it in a narrower scope than the route's.
    /// </summary>
    private int CheckNhV4Gateway(FibNhCommon* nhc, uint table, byte scope)
    {
        var gateway = (uint)nhc->nhc_gw_first;
        if ((nhc->nhc_flags & (byte)RtnhFlags.OnLink) != 0)
        {
            if (scope >= (byte)RouteScope.Link)
                return -Errno.EINVAL;
            if (!DeviceIsUp(nhc->nhc_oif))
                return HoldDevice(nhc, RouteScope.Link);
            return AddressType(gateway, nhc->nhc_oif) != RouteType.Unicast
                ? -Errno.EINVAL
                : HoldDevice(nhc, RouteScope.Link);
        }

        var flow = new FlowI4
        {
            Scope = (RouteScope)Math.Max(scope + 1, (int)RouteScope.Link),
            Oif = nhc->nhc_oif,
        };
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

    /// <summary>Takes the device of nhc_oif. Returns 0, -ENODEV if there is none, or -ENETDOWN if it is down.</summary>
    private int HoldDevice(FibNhCommon* nhc, RouteScope scope)
    {
        if (nhc->nhc_oif <= 0)
            return -Errno.ENODEV;
        if (!DeviceIsUp(nhc->nhc_oif))
            return -Errno.ENETDOWN;
        nhc->nhc_dev = nhc->nhc_oif;
        nhc->nhc_scope = (byte)scope;
        return 0;
    }

    /// <summary><c>inet_addr_type_dev_table</c>: returns an address's type by the local table, seen from a device.</summary>
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

    /// <summary>
    /// <c>fib_sync_down_dev</c>: marks the nexthops through a device, and the infos without a live one. Returns the
    /// number of infos that died; if there are any, the caller must flush the tables.
    /// </summary>
    /// <param name="dev">Interface index.</param>
    /// <param name="what">Down and Unregister mean dead, Change only that the carrier is lost.</param>
    /// <param name="force">Marks the nexthops of host-scope routes too.</param>
    internal int SyncDownDev(int dev, NetdevEvent what, bool force)
    {
        var scope = force ? -1 : (int)RouteScope.Nowhere;
        var mark = what == NetdevEvent.Change ? RtnhFlags.LinkDown : RtnhFlags.Dead | RtnhFlags.LinkDown;
        FibInfo* last = null;
        var died = 0;
        for (var n = _infoDevHash[DevIndexHash((uint)dev)]; n != null; n = n->next)
        {
            var at = OfNhHash(n);
            var fi = at->nh_parent;
            if (at->nh_common.nhc_dev != dev || fi == last)
                continue;
            last = fi;
            var dead = 0;
            for (var i = 0; i < fi->fib_nhs; i++)
            {
                var nhc = &FibInfo.Nh(fi, i)->nh_common;
                if ((nhc->nhc_flags & (byte)RtnhFlags.Dead) != 0)
                {
                    dead++;
                }
                else if (nhc->nhc_dev == dev && nhc->nhc_scope != scope)
                {
                    nhc->nhc_flags |= (byte)mark;
                    dead++;
                }

                if (what == NetdevEvent.Unregister && nhc->nhc_dev == dev)
                {
                    dead = fi->fib_nhs;
                    break;
                }
            }

            if (dead == fi->fib_nhs)
            {
                fi->fib_flags |= mark;
                died++;
            }

            Rebalance(fi);
        }

        return died;
    }

    /// <summary><c>fib_sync_up</c>: takes marks off the nexthops of a device that is back.</summary>
    internal void SyncUp(int dev, RtnhFlags marks)
    {
        FibInfo* last = null;
        for (var n = _infoDevHash[DevIndexHash((uint)dev)]; n != null; n = n->next)
        {
            var at = OfNhHash(n);
            var fi = at->nh_parent;
            if (at->nh_common.nhc_dev != dev || fi == last)
                continue;
            last = fi;
            var alive = 0;
            for (var i = 0; i < fi->fib_nhs; i++)
            {
                var nhc = &FibInfo.Nh(fi, i)->nh_common;
                if ((nhc->nhc_flags & (byte)marks) == 0)
                {
                    alive++;
                }
                else if (nhc->nhc_dev == dev)
                {
                    alive++;
                    nhc->nhc_flags &= (byte)~marks;
                }
            }

            if (alive > 0)
                fi->fib_flags &= ~marks;
            Rebalance(fi);
        }
    }

    private static FibNh* OfNhHash(HlistNode* n) => (FibNh*)((byte*)n - sizeof(FibNhCommon));
}
