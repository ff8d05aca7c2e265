// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Netlink;

namespace Sim.Validation.Session;

/// <summary>The way in which routes of a validation name their peers.</summary>
/// <param name="Structure">Its name in rows.</param>
/// <param name="Shape">The routes' shape.</param>
/// <param name="Objects">If the shape is nexthop objects: whether and how these name the peer.</param>
public sealed record RouteScheme(string Structure, RouteShape Shape, RouteShape Objects)
{
    /// <summary>The way of a kernel without the route attribute: nexthop objects that name only the device.</summary>
    public static RouteScheme Stock { get; } = new(Names.Fib, RouteShape.Nexthop, RouteShape.Device);

    /// <summary>The ways that kernel-patch/series adds.</summary>
    public static IReadOnlyList<RouteScheme> Patched { get; } =
    [
        new(Names.RouteEncap, RouteShape.Encap, RouteShape.Device),
        new(Names.RouteWgPeer, RouteShape.PeerKey, RouteShape.Device),
        new(Names.RouteNexthop, RouteShape.Nexthop, RouteShape.Encap),
        new(Names.RouteNexthopWgPeer, RouteShape.Nexthop, RouteShape.PeerKey),
    ];

    public bool UsesObjects => Shape == RouteShape.Nexthop;
}
