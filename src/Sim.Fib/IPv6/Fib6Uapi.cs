// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>Flags of an IPv6 route (<c>RTF_*</c>, uapi/linux/route.h and ipv6_route.h): those that the port reads.</summary>
[Flags]
public enum Rtf : uint
{
    None = 0,
    Up = 1,

    /// <summary>In a request: it has a gateway. A route does not keep the flag.</summary>
    Gateway = 2,

    /// <summary>Packets are refused, with the error of the route's type.</summary>
    Reject = 0x200,

    /// <summary>Learnt from an advertisement; never part of a multipath route.</summary>
    AddrConf = 0x40000,

    /// <summary>The state of the gateway's neighbour entry does not count.</summary>
    NoNexthop = 0x200000,
    Anycast = 0x100000,
    Local = 0x80000000,
}

/// <summary>Flags of a node (<c>RTN_*</c> of include/net/ip6_fib.h).</summary>
[Flags]
public enum Fib6NodeFlags : ushort
{
    None = 0,

    /// <summary><c>RTN_TL_ROOT</c>: the root of a table.</summary>
    TopLevelRoot = 1,

    /// <summary><c>RTN_ROOT</c>: the root of a tree, a subtree's included.</summary>
    Root = 2,

    /// <summary><c>RTN_RTINFO</c>: the leaf list holds routes to the node's own prefix.</summary>
    RouteInfo = 4,
}

/// <summary>Demands of a lookup (<c>RT6_LOOKUP_F_*</c>, include/net/ip6_route.h).</summary>
[Flags]
public enum Rt6LookupFlags
{
    None = 0,

    /// <summary>Only routes through the interface asked for.</summary>
    Iface = 1,

    /// <summary>Gateways whose neighbour is not known to answer come last. Hosts ask for this, routers do not.</summary>
    Reachable = 2,
    IgnoreLinkState = 8,
}
