// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary><c>WGPEER_A_FLAGS</c> (include/uapi/linux/wireguard.h).</summary>
[Flags]
public enum WireGuardPeerFlags
{
    None = 0,
    RemoveMe = 1 << 0,
    ReplaceAllowedIps = 1 << 1,
    UpdateOnly = 1 << 2,
}

/// <summary><c>WGDEVICE_A_FLAGS</c> (include/uapi/linux/wireguard.h).</summary>
[Flags]
public enum WireGuardDeviceFlags
{
    None = 0,
    ReplacePeers = 1 << 0,
}

/// <summary><c>WGALLOWEDIP_A_FLAGS</c>, which Linux has from 6.16 on.</summary>
[Flags]
public enum AllowedIpFlags
{
    None = 0,
    RemoveMe = 1 << 0,
}

/// <summary><c>WGDEVICE_A_ROUTE_MODE</c> of kernel-patch/series: the rule by which a device chooses a packet's peer.</summary>
public enum RouteMode
{
    /// <summary>AllowedIPs choose the peer, as on every new device. Routes that name a peer are refused.</summary>
    AllowedIps,

    /// <summary>The device chooses the peer that has the route's gateway as an AllowedIP.</summary>
    Gateway,

    /// <summary>The device chooses the peer that the route names, or no peer.</summary>
    Peer,

    /// <summary>The device chooses the peer that the route names. If the route names none, AllowedIPs choose. The RFC has this
    /// rule.</summary>
    Auto,
}

public static class RouteModes
{
    /// <summary>Returns the word in the agent's command <c>wg mode</c>.</summary>
    public static string AgentWord(this RouteMode mode) => mode.ToString().ToLowerInvariant();
}

/// <summary>Message types of rtnetlink (include/uapi/linux/rtnetlink.h).</summary>
internal static class RtnetlinkType
{
    public const ushort NewRoute = 24, DelRoute = 25, NewNexthop = 104, DelNexthop = 105;
}

/// <summary><c>enum rtattr_type_t</c> (include/uapi/linux/rtnetlink.h).</summary>
internal static class RouteAttribute
{
    public const ushort Dst = 1, Oif = 4, Gateway = 5, Table = 15, Via = 18, EncapType = 21, Encap = 22, NexthopId = 30;

    /// <summary>RTA_WGPEER of the RFC, from a patch of kernel-patch/series-optional. The number follows RTA_DEL_REASON, the last attribute
    /// of 7.3.</summary>
    public const ushort WgPeer = 33;
}

/// <summary>NHA_* (include/uapi/linux/nexthop.h).</summary>
internal static class NexthopAttribute
{
    public const ushort Id = 1, Oif = 5, EncapType = 7, Encap = 8;

    /// <summary>NHA_WGPEER, from a patch of kernel-patch/series-optional. The number follows NHA_DST_PORT, the last attribute of
    /// 7.3.</summary>
    public const ushort WgPeer = 19;
}

/// <summary>WG_CMD_SET_DEVICE, WGDEVICE_A_*, WGPEER_A_* and WGALLOWEDIP_A_* (include/uapi/linux/wireguard.h).</summary>
internal static class WireGuardUapi
{
    public const byte SetDevice = 1, Version = 1;
    public const ushort DeviceIfName = 2, DevicePrivateKey = 3, DeviceFlags = 5, DevicePeers = 8, DeviceRouteMode = 9;
    public const ushort PeerPublicKey = 1, PeerFlags = 3, PeerAllowedIps = 9;
    public const ushort AllowedIpFamily = 1, AllowedIpAddress = 2, AllowedIpLength = 3, AllowedIpFlags = 4;
}

/// <summary>Sizes of structures in bytes.</summary>
internal static class RouteUapi
{
    public const int RtMsgBytes = 12, NhMsgBytes = 8;

    /// <summary><c>struct rta_cacheinfo</c>: eight words.</summary>
    public const int CacheInfoBytes = 32;

    /// <summary><c>struct rtvia</c> with an IPv6 address: the family, then the address.</summary>
    public const int RtViaBytes = 18;

    /// <summary>LWT_WGPEER_PUBLIC_KEY: the only attribute of the nest in requests. In dumps the nest has the device's number for the peer
    /// instead.</summary>
    public const ushort EncapWgPeerKey = 1;
}
