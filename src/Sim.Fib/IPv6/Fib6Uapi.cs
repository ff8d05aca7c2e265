// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>The flags of an IPv6 route that the port uses (<c>RTF_*</c>, uapi/linux/route.h and ipv6_route.h).</summary>
[Flags]
public enum Rtf : uint
{
    None = 0,
    Up = 1,

    /// <summary>The request has a gateway. The finished route does not keep this flag.</summary>
    Gateway = 2,

    /// <summary>The route refuses packets with the error of its type.</summary>
    Reject = 0x200,

    /// <summary>The route was learnt from a router advertisement. Such a route is never part of a multipath route.</summary>
    AddrConf = 0x40000,

    /// <summary>Lookups ignore the state of the gateway's neighbour entry.</summary>
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

    /// <summary><c>RTN_ROOT</c>: the root of a tree or a subtree.</summary>
    Root = 2,

    /// <summary><c>RTN_RTINFO</c>: the leaf list holds routes to the node's own prefix.</summary>
    RouteInfo = 4,
}

/// <summary>The conditions of a lookup (<c>RT6_LOOKUP_F_*</c>, include/net/ip6_route.h).</summary>
[Flags]
public enum Rt6LookupFlags
{
    None = 0,

    /// <summary>Only a route through the interface asked for may answer.</summary>
    Iface = 1,

    /// <summary>Gateways that are not known to be reachable come last. Hosts set this flag, routers do not.</summary>
    Reachable = 2,
    IgnoreLinkState = 8,
}
