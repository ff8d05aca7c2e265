// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>
/// Makes the requests that the kernel makes from route messages (<c>rtm_to_fib_config</c>, <c>rtm_to_fib6_config</c>). No other class turns
/// a shape and a peer into the fields of a request.
/// </summary>
public static class RouteRequest
{
    /// <summary>
    /// Makes a request to add or delete an IPv4 route, with the flags of a message. With <see cref="RouteShape.OwnDevice"/>,
    /// <paramref name="device"/> is the index of the first peer's device.
    /// </summary>
    public static FibConfig V4(Prefix prefix, RouteShape shape, int peer, int device, NlmFlags flags)
    {
        var request = FibConfig.Add(prefix, DeviceOf(shape, peer, device), PeerOf(shape, peer));
        request.NlFlags = flags;
        request.Protocol = RouteProtocol.Static;
        request.NhId = ObjectOf(shape, peer);
        if (shape is RouteShape.Nexthop or RouteShape.Gateway or RouteShape.Via)
            request.Scope = RouteScope.Universe;
        if (shape == RouteShape.Gateway)
        {
            request.GatewayFamily = GatewayFamily.IPv4;
            request.Gateway4 = (uint)(RouteMessages.Gateway(Family.IPv4, peer) >> 96);
            request.Flags = RtnhFlags.OnLink;
        }
        else if (shape == RouteShape.Via)
        {
            request.GatewayFamily = GatewayFamily.IPv6;
            request.Gateway6 = RouteMessages.Gateway(Family.IPv6, peer);
            request.Flags = RtnhFlags.OnLink;
        }

        return request;
    }

    /// <summary>Makes a request to add or delete an IPv6 route. The arguments are the same as in <see cref="V4"/>.</summary>
    public static Fib6Config V6(Prefix prefix, RouteShape shape, int peer, int device, NlmFlags flags)
    {
        var request = Fib6Config.Add(prefix, DeviceOf(shape, peer, device), PeerOf(shape, peer));
        request.NlFlags = flags;
        request.Protocol = RouteProtocol.Static;
        request.NhId = ObjectOf(shape, peer);
        if (shape == RouteShape.Gateway)
        {
            request.Gateway = RouteMessages.Gateway(Family.IPv6, peer);
            request.Flags = RtnhFlags.OnLink;
        }

        return request;
    }

    private static int DeviceOf(RouteShape shape, int peer, int device) =>
        shape switch { RouteShape.Nexthop => 0, RouteShape.OwnDevice => device + peer, _ => device };

    private static int PeerOf(RouteShape shape, int peer) => shape is RouteShape.PeerKey or RouteShape.Encap ? PeerNumber.ToKernel(peer) : 0;

    private static uint ObjectOf(RouteShape shape, int peer) => shape == RouteShape.Nexthop ? RouteMessages.NexthopId(peer) : 0;
}
