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

    /// <summary>Routes that name only the device: AllowedIPs needs them too.</summary>
    public static RouteScheme Plain { get; } = new(Names.RoutePlain, RouteShape.Device, RouteShape.Device);

    /// <summary>The ways in which routes name peers that kernel-patch/series adds, and a patch of series-optional.</summary>
    public static IReadOnlyList<RouteScheme> Patched { get; } =
    [
        new(Names.RouteEncap, RouteShape.Encap, RouteShape.Device),
        new(Names.RouteWgPeer, RouteShape.PeerKey, RouteShape.Device),
        new(Names.RouteNexthop, RouteShape.Nexthop, RouteShape.Encap),
        new(Names.RouteNexthopWgPeer, RouteShape.Nexthop, RouteShape.PeerKey),
    ];

    /// <summary>The ways in which a family's routes have a gateway that chooses the peer.</summary>
    public static IReadOnlyList<RouteScheme> ByGateway(Family family)
    {
        RouteScheme gateway = new(Names.RouteGateway, RouteShape.Gateway, RouteShape.Device);
        return family == Family.IPv6 ? [gateway] : [gateway, new(Names.RouteVia, RouteShape.Via, RouteShape.Device)];
    }

    /// <summary>Whether it makes the same state as RTA_ENCAP or NHA_ENCAP, which are timed.</summary>
    public bool IsOtherInput => Shape == RouteShape.PeerKey || Objects == RouteShape.PeerKey;

    public bool UsesObjects => Shape == RouteShape.Nexthop;
}
