// SPDX-License-Identifier: MIT
using Sim.Netlink;

namespace Sim.Validation.Session;

/// <summary>The way in which routes of a validation name their peers.</summary>
/// <param name="Structure">Its name in rows.</param>
/// <param name="Shape">The routes' shape.</param>
/// <param name="Objects">If the shape is nexthop objects: whether and how these name the peer.</param>
public sealed record RouteScheme(string Structure, RouteShape Shape, RouteShape Objects)
{
    /// <summary>The way of a kernel without the route attribute: nexthop objects that name only the device.</summary>
    public static RouteScheme Stock { get; } = new("fib", RouteShape.Nexthop, RouteShape.Device);

    /// <summary>The ways that kernel-patch/series adds.</summary>
    public static IReadOnlyList<RouteScheme> Patched { get; } =
    [
        new("route encap", RouteShape.Encap, RouteShape.Device),
        new("route wgpeer", RouteShape.PeerKey, RouteShape.Device),
        new("route nexthop", RouteShape.Nexthop, RouteShape.Encap),
        new("route nexthop wgpeer", RouteShape.Nexthop, RouteShape.PeerKey),
    ];

    public bool UsesObjects => Shape == RouteShape.Nexthop;
}
