// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>A request to add or delete an IPv4 route (<c>struct fib_config</c>), made from RTM_NEWROUTE or RTM_DELROUTE. Addresses are in
/// host order. RTA_METRICS, RTA_FLOW, RTA_ENCAP and RTA_MULTIPATH are not modelled.</summary>
public struct FibConfig
{
    public byte DstLen;

    /// <summary>The DS field, <c>rtm_tos</c>. The dscp is the upper six bits of this field.</summary>
    public byte Dscp;
    public byte Protocol;
    public RouteScope Scope;
    public RouteType Type;
    public GatewayFamily GatewayFamily;

    /// <summary>The id of the table. 0 means the table that receives the request.</summary>
    public uint Table;
    public uint Dst;
    public uint Gateway4;
    public UInt128 Gateway6;
    public int Oif;
    public RtnhFlags Flags;
    public uint Priority;
    public uint PrefSrc;

    /// <summary>RTA_NH_ID: the id of a nexthop object. If NhId is set, Oif, the gateway and the peer must be 0.</summary>
    public uint NhId;

    /// <summary>The peer behind the device, set by the proposed route attribute; 0 for none.</summary>
    public int Peer;
    public NlmFlags NlFlags;

    /// <summary>Returns the request of <c>ip route add PREFIX dev OIF [via-wgpeer PEER]</c>: scope link, protocol boot, flags create and
    /// exclusive.</summary>
    /// <exception cref="ArgumentException">Thrown if the prefix is IPv6.</exception>
    public static FibConfig Add(Prefix prefix, int oif, int peer = 0)
    {
        if (prefix.Family != Family.IPv4)
            throw new ArgumentException($"{prefix}: this FIB takes only IPv4 prefixes", nameof(prefix));
        return new()
        {
            Dst = prefix.V4,
            DstLen = prefix.Length,
            Oif = oif,
            Peer = peer,
            Protocol = RouteProtocol.Boot,
            Scope = RouteScope.Link,
            Type = RouteType.Unicast,
            NlFlags = NlmFlags.Create | NlmFlags.Excl,
        };
    }

    /// <summary>Returns the request of <c>ip route del PREFIX</c>. The request deletes a route of any type, scope and nexthop.</summary>
    public static FibConfig Delete(Prefix prefix) => Add(prefix, 0) with
    {
        Protocol = 0,
        Scope = RouteScope.Nowhere,
        Type = RouteType.Unspec,
        NlFlags = NlmFlags.None,
    };

    /// <summary>Checks a request as <c>rtm_to_fib_config</c> (net/ipv4/fib_frontend.c) does: host bits, length, dscp, and that a nexthop
    /// object excludes other nexthops. Returns 0 or -EINVAL.</summary>
    internal readonly int Validate(uint table)
    {
        const int ecn = 3;
        if ((Dscp & ecn) != 0 || Type > RouteType.XResolve || DstLen > KeyVector.KeyLength)
            return -Errno.EINVAL;
        if (DstLen < KeyVector.KeyLength && Dst << DstLen != 0)
            return -Errno.EINVAL;
        if (NhId != 0 && (Oif != 0 || GatewayFamily != GatewayFamily.None || Peer != 0))
            return -Errno.EINVAL;
        return Table != 0 && Table != table ? -Errno.EINVAL : 0;
    }
}
