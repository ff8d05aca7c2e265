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

    private const byte ProtocolBoot = 3;

    public byte DstLen;
    public byte Protocol;
    public RouteType Type;

    /// <summary>0 for the table it is given to.</summary>
    public uint Table;

    /// <summary>Bits below <see cref="DstLen"/> are ignored, as in the kernel.</summary>
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
            throw new ArgumentException($"{prefix}: this FIB is IPv6's", nameof(prefix));
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
}
