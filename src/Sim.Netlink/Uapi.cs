// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Netlink;

/// <summary><c>nlmsg_flags</c> (include/uapi/linux/netlink.h).</summary>
[Flags]
public enum NetlinkFlags
{
    None = 0,
    Request = 0x01,
    Ack = 0x04,

    /// <summary>GET: the whole table (NLM_F_ROOT | NLM_F_MATCH). NEW: Replace and Excl.</summary>
    Dump = 0x300,
    Replace = 0x100,
    Excl = 0x200,
    Create = 0x400,
    Append = 0x800,
}

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

/// <summary><c>WGALLOWEDIP_A_FLAGS</c>, which Linux has from 6.16 on, and 6.12 with kernel-patch/series.</summary>
[Flags]
public enum AllowedIpFlags
{
    None = 0,
    RemoveMe = 1 << 0,
}

/// <summary>Message types of rtnetlink (include/uapi/linux/rtnetlink.h).</summary>
internal static class RtnetlinkType
{
    public const ushort NewRoute = 24;
    public const ushort DelRoute = 25;
    public const ushort GetRoute = 26;
    public const ushort NewNexthop = 104;
    public const ushort DelNexthop = 105;
}

/// <summary>Address families as the kernel numbers them.</summary>
internal static class AddressFamilies
{
    public const byte Inet = 2;
    public const byte Inet6 = 10;

    public static byte Number(this Family family) => family == Family.IPv4 ? Inet : Inet6;

    /// <summary>Bytes of an address.</summary>
    public static int AddressBytes(this Family family) => family == Family.IPv4 ? 4 : 16;
}

/// <summary><c>enum rtattr_type_t</c> (include/uapi/linux/rtnetlink.h).</summary>
internal static class RouteAttribute
{
    public const ushort Dst = 1;
    public const ushort Oif = 4;
    public const ushort Gateway = 5;
    public const ushort Table = 15;
    public const ushort Via = 18;
    public const ushort EncapType = 21;
    public const ushort Encap = 22;
    public const ushort NexthopId = 30;

    /// <summary>RTA_WGPEER of the RFC: the number after the last of 6.12.</summary>
    public const ushort WgPeer = NexthopId + 1;
}

/// <summary>NHA_* (include/uapi/linux/nexthop.h).</summary>
internal static class NexthopAttribute
{
    public const ushort Id = 1;
    public const ushort Oif = 5;
    public const ushort EncapType = 7;
    public const ushort Encap = 8;

    /// <summary>NHA_WGPEER of the series: the number after NHA_HW_STATS_USED, the last of 6.12.</summary>
    public const ushort WgPeer = 18;
}

/// <summary>Commands and WGDEVICE_A_*, WGPEER_A_*, WGALLOWEDIP_A_* (include/uapi/linux/wireguard.h).</summary>
internal static class WireGuardUapi
{
    public const byte GetDevice = 0;
    public const byte SetDevice = 1;
    public const byte Version = 1;

    public const ushort DeviceIfName = 2;
    public const ushort DevicePrivateKey = 3;
    public const ushort DeviceFlags = 5;
    public const ushort DevicePeers = 8;

    public const ushort PeerPublicKey = 1;
    public const ushort PeerFlags = 3;
    public const ushort PeerAllowedIps = 9;

    public const ushort AllowedIpFamily = 1;
    public const ushort AllowedIpAddress = 2;
    public const ushort AllowedIpLength = 3;
    public const ushort AllowedIpFlags = 4;
}

/// <summary>Values in <c>struct rtmsg</c> and <c>struct nhmsg</c>, and their sizes in bytes.</summary>
internal static class RouteUapi
{
    public const int RtMsgBytes = 12;
    public const int NhMsgBytes = 8;

    /// <summary><c>struct rta_cacheinfo</c>: eight words.</summary>
    public const int CacheInfoBytes = 32;

    /// <summary><c>struct rtvia</c> with an IPv6 address: the family, then the address.</summary>
    public const int RtViaBytes = 18;

    public const byte ProtocolStatic = 4;
    public const byte TypeUnicast = 1;
    public const byte ScopeUniverse = 0;
    public const byte ScopeLink = 253;
    public const uint FlagOnlink = 4;

    /// <summary>A lightweight-tunnel type for a peer: the number after LWTUNNEL_ENCAP_XFRM, the last of 6.12 (lwtunnel.h).</summary>
    public const ushort EncapWgPeer = 11;

    /// <summary>The nest's one attribute: the peer's key.</summary>
    public const ushort EncapWgPeerKey = 1;
}
