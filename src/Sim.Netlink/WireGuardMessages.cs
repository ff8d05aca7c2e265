// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>Writes the parts of WireGuard's generic netlink messages (include/uapi/linux/wireguard.h), in this order:
/// <code>
///   BeginSetDevice   nlmsghdr 16, genlmsghdr 4, WGDEVICE_A_IFNAME
///     WGDEVICE_A_PRIVATE_KEY, WGDEVICE_A_FLAGS, WGDEVICE_A_ROUTE_MODE
///     WGDEVICE_A_PEERS                 nest
///       BeginPeer                      nest of type 0: the key, flags where there are any
///         WGPEER_A_ALLOWEDIPS          nest
///           PutAllowedIp ...           nests of type 0
/// </code></summary>
public static class WireGuardMessages
{
    private const int GenlHeaderBytes = 4;

    /// <summary>Returns the bytes of a peer's nest with its key and the empty nest of its allowed IPs.</summary>
    public static int PeerBytes(WireGuardPeerFlags flags) =>
        2 * NetlinkWriter.AttributeBytes(0) + NetlinkWriter.AttributeBytes(PeerKey.Bytes)
        + (flags == WireGuardPeerFlags.None ? 0 : NetlinkWriter.AttributeBytes(sizeof(uint)));

    /// <summary>Returns the bytes of one allowed IP: 28 for IPv4, 40 for IPv6; with flags 36 or 48.</summary>
    public static int AllowedIpBytes(Family family, AllowedIpFlags flags = AllowedIpFlags.None) =>
        NetlinkWriter.AttributeBytes(0) + NetlinkWriter.AttributeBytes(sizeof(ushort))
        + NetlinkWriter.AttributeBytes(family.AddressBytes()) + NetlinkWriter.AttributeBytes(sizeof(byte))
        + (flags == AllowedIpFlags.None ? 0 : NetlinkWriter.AttributeBytes(sizeof(uint)));

    /// <summary>Begins an acknowledged WG_CMD_SET_DEVICE. The kernel assigns the family's number.</summary>
    internal static void BeginSetDevice(NetlinkWriter writer, ushort familyId, uint sequence, ReadOnlySpan<byte> device)
    {
        writer.BeginMessage(familyId, NlmFlags.Request | NlmFlags.Ack, sequence);
        var header = writer.Append(GenlHeaderBytes);
        header[0] = WireGuardUapi.SetDevice;
        header[1] = WireGuardUapi.Version;
        writer.PutString(WireGuardUapi.DeviceIfName, device);
    }

    /// <summary>Begins a peer's nest: its public key, and its flags if there are any.</summary>
    internal static int BeginPeer(NetlinkWriter writer, int peer, WireGuardPeerFlags flags)
    {
        var nest = writer.BeginNest(0);
        PeerKey.Put(writer, WireGuardUapi.PeerPublicKey, peer);
        if (flags != WireGuardPeerFlags.None)
            writer.PutU32(WireGuardUapi.PeerFlags, (uint)flags);
        return nest;
    }

    internal static void PutAllowedIp(NetlinkWriter writer, in Prefix prefix, AllowedIpFlags flags = AllowedIpFlags.None)
    {
        var nest = writer.BeginNest(0);
        writer.PutU16(WireGuardUapi.AllowedIpFamily, prefix.Family.Number());
        writer.PutAddress(WireGuardUapi.AllowedIpAddress, prefix.Family, prefix.Address);
        writer.PutU8(WireGuardUapi.AllowedIpLength, prefix.Length);
        if (flags != AllowedIpFlags.None)
            writer.PutU32(WireGuardUapi.AllowedIpFlags, (uint)flags);
        writer.EndNest(nest);
    }
}
