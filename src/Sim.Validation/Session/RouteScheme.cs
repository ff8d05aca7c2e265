// SPDX-License-Identifier: MIT
namespace Sim.Validation.Session;

/// <summary>
/// The way in which routes of a validation name their peers, with its name in rows: their shape and, if that is nexthop objects,
/// whether and how these name the peer.
/// </summary>
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
