// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>A request to add or delete an IPv6 route (<c>struct fib6_config</c>), made from RTM_NEWROUTE or RTM_DELROUTE. RTA_SRC,
/// RTA_PREFSRC, RTA_METRICS, RTA_PREF, RTA_EXPIRES, RTA_ENCAP and RTA_MULTIPATH are not modelled.</summary>
public struct Fib6Config
{
    /// <summary><c>IP6_RT_PRIO_USER</c>: the metric of a new route if the request names no metric.</summary>
    public const uint UserMetric = 1024;

    public byte DstLen;
    public byte Protocol;
    public RouteType Type;

    /// <summary>The id of the table. 0 means the table that receives the request.</summary>
    public uint Table;

    /// <summary>The address of the prefix. As in the kernel, bits beyond <see cref="DstLen"/> are ignored.</summary>
    public UInt128 Dst;

    /// <summary>The gateway; 0 for none.</summary>
    public UInt128 Gateway;
    public int Oif;
    public RtnhFlags Flags;

    /// <summary>The metric. 0 stands for <see cref="UserMetric"/> in an addition, and for any metric in a deletion.</summary>
    public uint Metric;

    /// <summary>RTA_NH_ID: the id of a nexthop object. If NhId is set, Oif, the gateway and the peer must be 0.</summary>
    public uint NhId;

    /// <summary>The peer behind the device, set by the proposed route attribute; 0 for none.</summary>
    public int Peer;
    public NlmFlags NlFlags;

    /// <summary>Returns the request of <c>ip -6 route add PREFIX dev OIF [via-wgpeer PEER]</c>: protocol boot, flags create and
    /// exclusive.</summary>
    /// <exception cref="ArgumentException">Thrown if the prefix is IPv4.</exception>
    public static Fib6Config Add(Prefix prefix, int oif, int peer = 0)
    {
        if (prefix.Family != Family.IPv6)
            throw new ArgumentException($"{prefix}: this FIB takes only IPv6 prefixes", nameof(prefix));
        return new()
        {
            Dst = prefix.Address,
            DstLen = prefix.Length,
            Oif = oif,
            Peer = peer,
            Protocol = RouteProtocol.Boot,
            Type = RouteType.Unicast,
            NlFlags = NlmFlags.Create | NlmFlags.Excl,
        };
    }

    /// <summary>Returns the request of <c>ip -6 route del PREFIX</c>. The request deletes a route of any protocol, metric and
    /// nexthop.</summary>
    public static Fib6Config Delete(Prefix prefix) => Add(prefix, 0) with
    {
        Protocol = 0,
        Type = RouteType.Unspec,
        NlFlags = NlmFlags.None,
    };

    /// <summary>The <c>fc_flags</c> that <c>rtm_to_fib6_config</c> derives from the route's type and flags, without RTF_GATEWAY.</summary>
    internal readonly Rtf RouteFlags => Rtf.Up | (Rtf)(Flags & RtnhFlags.OnLink) | Type switch
    {
        RouteType.Unreachable or RouteType.Blackhole or RouteType.Prohibit or RouteType.Throw => Rtf.Reject,
        RouteType.Local => Rtf.Local,
        _ => Rtf.None,
    };

    /// <summary>Checks a request as <c>rtm_to_fib6_config</c> and <c>ip6_route_info_create</c> do: length, type, and that a nexthop object
    /// excludes other nexthops. Returns 0 or -EINVAL.</summary>
    internal readonly int Validate(uint table)
    {
        const int bits = 128;
        if (Type > RouteType.XResolve || DstLen > bits)
            return -Errno.EINVAL;
        if (NhId != 0 && (Oif != 0 || Gateway != UInt128.Zero || Peer != 0))
            return -Errno.EINVAL;
        return Table != 0 && Table != table ? -Errno.EINVAL : 0;
    }
}
