// SPDX-License-Identifier: MIT
namespace Sim.Validation.Session;

/// <summary>
/// A way in which routes name their peers, with its name in rows and the shape of the routes. If that is nexthop objects, the shape of
/// the objects says whether and how they name the peer.
/// </summary>
public sealed record RouteScheme(string Structure, RouteShape Shape, RouteShape Objects)
{
    /// <summary>Nexthop objects that name only the device. Kernels without the route attribute have no other way.</summary>
    public static RouteScheme Stock { get; } = new(Names.Fib, RouteShape.Nexthop, RouteShape.Device);

    /// <summary>Routes that name only the device, which AllowedIPs needs too.</summary>
    public static RouteScheme Plain { get; } = new(Names.RoutePlain, RouteShape.Device, RouteShape.Device);

    /// <summary>The ways in which routes name peers with kernel-patch/series and a patch of series-optional.</summary>
    public static IReadOnlyList<RouteScheme> Patched { get; } =
    [
        new(Names.RouteEncap, RouteShape.Encap, RouteShape.Device),
        new(Names.RouteWgPeer, RouteShape.PeerKey, RouteShape.Device),
        new(Names.RouteNexthop, RouteShape.Nexthop, RouteShape.Encap),
        new(Names.RouteNexthopWgPeer, RouteShape.Nexthop, RouteShape.PeerKey),
    ];

    /// <summary>Returns the ways in which a family's routes have a gateway that selects the peer.</summary>
    public static IReadOnlyList<RouteScheme> ByGateway(Family family)
    {
        RouteScheme gateway = new(Names.RouteGateway, RouteShape.Gateway, RouteShape.Device);
        return family == Family.IPv6 ? [gateway] : [gateway, new(Names.RouteVia, RouteShape.Via, RouteShape.Device)];
    }

    /// <summary>Whether the way makes the same state as RTA_ENCAP or NHA_ENCAP. Only those two are timed.</summary>
    public bool IsOtherInput => Shape == RouteShape.PeerKey || Objects == RouteShape.PeerKey;

    public bool UsesObjects => Shape == RouteShape.Nexthop;
}
