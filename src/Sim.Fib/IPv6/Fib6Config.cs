// SPDX-License-Identifier: GPL-2.0-only
using Sim.Kernel;

namespace Sim.Fib;

/// <summary>One nexthop of an IPv6 multipath request (<c>struct rtnexthop</c> and its attributes).</summary>
/// <param name="Oif">Interface index; 0 for the request's.</param>
/// <param name="Gateway">The gateway; 0 for the request's. IPv6 refuses a multipath nexthop without one.</param>
/// <param name="Weight">1 to 256.</param>
/// <param name="Flags">OnLink or none.</param>
/// <param name="Peer">Peer id; 0 for none.</param>
public readonly record struct Fib6NexthopConfig(
    int Oif, UInt128 Gateway, int Weight = 1, RtnhFlags Flags = RtnhFlags.None, int Peer = 0);

/// <summary>
/// A request to add or delete an IPv6 route (<c>struct fib6_config</c>): what RTM_NEWROUTE and RTM_DELROUTE carry. RTA_SRC,
/// RTA_PREFSRC, RTA_METRICS, RTA_PREF, RTA_EXPIRES and RTA_ENCAP are not modelled.
/// </summary>
public struct Fib6Config
{
    /// <summary><c>IP6_RT_PRIO_USER</c>: the metric of a new route whose request names none.</summary>
    public const uint UserMetric = 1024;

    internal const byte ProtocolBoot = 3; // RTPROT_BOOT

    public byte DstLen;
    public byte Protocol;
    public RouteType Type;

    /// <summary>The table's id; 0 for the table that gets the request.</summary>
    public uint Table;

    /// <summary>The address; bits beyond <see cref="DstLen"/> are ignored, as in the kernel.</summary>
    public UInt128 Dst;

    /// <summary>0 for none.</summary>
    public UInt128 Gateway;
    public int Oif;
    public RtnhFlags Flags;

    /// <summary>0: <see cref="UserMetric"/> in an addition, any in a deletion.</summary>
    public uint Metric;

    /// <summary>RTA_NH_ID: a nexthop object; excludes Oif, a gateway, a peer and multipath.</summary>
    public uint NhId;

    /// <summary>The proposed route attribute: the peer behind the device; 0 for none.</summary>
    public int Peer;
    public NlmFlags NlFlags;
    public Fib6NexthopConfig[]? Multipath;

    /// <summary><c>ip -6 route add PREFIX dev OIF [via-wgpeer PEER]</c>: protocol boot, create and exclusive.</summary>
    /// <exception cref="ArgumentException">An IPv4 prefix.</exception>
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
            Protocol = ProtocolBoot,
            Type = RouteType.Unicast,
            NlFlags = NlmFlags.Create | NlmFlags.Excl,
        };
    }

    /// <summary><c>ip -6 route del PREFIX</c>: any protocol, metric and nexthop.</summary>
    public static Fib6Config Delete(Prefix prefix) => Add(prefix, 0) with
    {
        Protocol = 0,
        Type = RouteType.Unspec,
        NlFlags = NlmFlags.None,
    };

    /// <summary><c>rtm_to_fib6_config</c>: the <c>fc_flags</c> for the request's type and flags, without RTF_GATEWAY.</summary>
    internal readonly Rtf RouteFlags => Rtf.Up | (Rtf)(Flags & RtnhFlags.OnLink) | Type switch
    {
        RouteType.Unreachable or RouteType.Blackhole or RouteType.Prohibit or RouteType.Throw => Rtf.Reject,
        RouteType.Local => Rtf.Local,
        _ => Rtf.None,
    };

    /// <summary>
    /// The checks of <c>rtm_to_fib6_config</c> and <c>ip6_route_info_create</c>: length, type, and that a nexthop object stands
    /// alone. Returns 0 or -EINVAL.
    /// </summary>
    internal readonly int Validate(uint table)
    {
        const int bits = 128;
        if (Type > RouteType.XResolve || DstLen > bits)
            return -Errno.EINVAL;
        if (NhId != 0 && (Oif != 0 || Gateway != UInt128.Zero || Peer != 0 || Multipath != null))
            return -Errno.EINVAL;
        return Table != 0 && Table != table ? -Errno.EINVAL : 0;
    }

    /// <summary>Makes the request for one nexthop of a multipath request. The request fills what the hop leaves out.</summary>
    internal readonly Fib6Config ForHop(in Fib6NexthopConfig hop)
    {
        var one = this;
        one.Multipath = null;
        if (hop.Oif != 0)
            one.Oif = hop.Oif;
        if (hop.Gateway != UInt128.Zero)
            one.Gateway = hop.Gateway;
        // A hop with attributes of its own takes no encapsulation from the request.
        if (hop.Gateway != UInt128.Zero || hop.Peer != 0)
            one.Peer = hop.Peer;
        one.Flags |= hop.Flags & RtnhFlags.OnLink;
        return one;
    }
}
