// SPDX-License-Identifier: MIT
namespace Sim.Validation.Session;

/// <summary>
/// A way in which routes name their peers: its name in rows, and the shape of the routes. If the routes use nexthop objects, the shape of
/// the objects states whether and how the objects name the peer.
/// </summary>
public sealed record RouteScheme(string Structure, RouteShape Shape, RouteShape Objects)
{
    /// <summary>Nexthop objects that name only the device. Kernels without the route attribute support only such objects.</summary>
    public static RouteScheme Stock { get; } = new(Names.Fib, RouteShape.Nexthop, RouteShape.Device);

    /// <summary>Routes that name only the device. AllowedIPs need these routes too.</summary>
    public static RouteScheme Plain { get; } = new(Names.RoutePlain, RouteShape.Device, RouteShape.Device);

    /// <summary>The ways in which routes name peers in a kernel with kernel-patch/series and a patch of series-optional.</summary>
    public static IReadOnlyList<RouteScheme> Patched { get; } =
    [
        new(Names.RouteEncap, RouteShape.Encap, RouteShape.Device),
        new(Names.RouteWgPeer, RouteShape.PeerKey, RouteShape.Device),
        new(Names.RouteNexthop, RouteShape.Nexthop, RouteShape.Encap),
        new(Names.RouteNexthopWgPeer, RouteShape.Nexthop, RouteShape.PeerKey),
    ];

    /// <summary>Returns the ways in which routes of a family name a gateway that selects the peer.</summary>
    public static IReadOnlyList<RouteScheme> ByGateway(Family family)
    {
        RouteScheme gateway = new(Names.RouteGateway, RouteShape.Gateway, RouteShape.Device);
        return family == Family.IPv6 ? [gateway] : [gateway, new(Names.RouteVia, RouteShape.Via, RouteShape.Device)];
    }

    /// <summary>Whether this is only another attribute for the same kernel state as RTA_ENCAP or NHA_ENCAP. Only RTA_ENCAP and NHA_ENCAP
    /// are timed.</summary>
    public bool IsOtherInput => Shape == RouteShape.PeerKey || Objects == RouteShape.PeerKey;

    public bool UsesObjects => Shape == RouteShape.Nexthop;
}
