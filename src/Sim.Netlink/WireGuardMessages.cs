// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Netlink;

/// <summary>
/// The parts of WireGuard's generic netlink messages (include/uapi/linux/wireguard.h), to be written in this order:
/// <code>
///   BeginSetDevice   nlmsghdr 16, genlmsghdr 4, WGDEVICE_A_IFNAME
///     PutPrivateKey, PutDeviceFlags
///     BeginPeers                       nest
///       BeginPeer                      nest of type 0: the key, flags where there are any
///         BeginAllowedIps              nest
///           PutAllowedIp ...           nests of type 0
/// </code>
/// The nests that the Begin methods open are closed with <see cref="NetlinkWriter.EndNest"/>.
/// </summary>
public static class WireGuardMessages
{
    private const int GenlHeaderBytes = 4;

    /// <summary>Bytes of a peer's nest with its key and the empty nest of its allowed IPs.</summary>
    public static int PeerBytes(WireGuardPeerFlags flags) =>
        NetlinkWriter.AttributeBytes(0)
        + NetlinkWriter.AttributeBytes(PeerKey.Bytes)
        + (flags == WireGuardPeerFlags.None ? 0 : NetlinkWriter.AttributeBytes(sizeof(uint)))
        + NetlinkWriter.AttributeBytes(0);

    /// <summary>Bytes of one allowed IP: 28 or 40, with flags 36 or 48.</summary>
    public static int AllowedIpBytes(Family family, AllowedIpFlags flags = AllowedIpFlags.None) =>
        NetlinkWriter.AttributeBytes(0)
        + NetlinkWriter.AttributeBytes(sizeof(ushort))
        + NetlinkWriter.AttributeBytes(family.AddressBytes())
        + NetlinkWriter.AttributeBytes(sizeof(byte))
        + (flags == AllowedIpFlags.None ? 0 : NetlinkWriter.AttributeBytes(sizeof(uint)));

    /// <summary>Begins WG_CMD_SET_DEVICE, which is acknowledged.</summary>
    /// <param name="writer">Takes the message.</param>
    /// <param name="familyId">The genetlink family's number, which the kernel assigns.</param>
    /// <param name="sequence">The message's sequence number.</param>
    /// <param name="device">The interface's name.</param>
    public static void BeginSetDevice(NetlinkWriter writer, ushort familyId, uint sequence, ReadOnlySpan<byte> device) =>
        Begin(writer, familyId, WireGuardUapi.SetDevice, NetlinkFlags.Request | NetlinkFlags.Ack, sequence, device);

    /// <summary>Writes WG_CMD_GET_DEVICE, the whole message: a dump of one device.</summary>
    /// <inheritdoc cref="BeginSetDevice"/>
    public static void WriteGetDevice(NetlinkWriter writer, ushort familyId, uint sequence, ReadOnlySpan<byte> device)
    {
        Begin(writer, familyId, WireGuardUapi.GetDevice, NetlinkFlags.Request | NetlinkFlags.Dump, sequence, device);
        writer.EndMessage();
    }

    public static void PutPrivateKey(NetlinkWriter writer, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.PutBytes(WireGuardUapi.DevicePrivateKey, key);
    }

    public static void PutDeviceFlags(NetlinkWriter writer, WireGuardDeviceFlags flags)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.PutU32(WireGuardUapi.DeviceFlags, (uint)flags);
    }

    /// <summary>Begins the nest of peers.</summary>
    public static int BeginPeers(NetlinkWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return writer.BeginNest(WireGuardUapi.DevicePeers);
    }

    /// <summary>Begins a peer's nest: its public key, and its flags if there are any.</summary>
    public static int BeginPeer(NetlinkWriter writer, int peer, WireGuardPeerFlags flags)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var nest = writer.BeginNest(0);
        PeerKey.WritePublic(writer.Reserve(WireGuardUapi.PeerPublicKey, PeerKey.Bytes), peer);
        if (flags != WireGuardPeerFlags.None)
            writer.PutU32(WireGuardUapi.PeerFlags, (uint)flags);
        return nest;
    }

    /// <summary>Begins the nest of a peer's allowed IPs.</summary>
    public static int BeginAllowedIps(NetlinkWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return writer.BeginNest(WireGuardUapi.PeerAllowedIps);
    }

    /// <summary>Puts one allowed IP.</summary>
    public static void PutAllowedIp(NetlinkWriter writer, in Prefix prefix, AllowedIpFlags flags = AllowedIpFlags.None)
    {
        ArgumentNullException.ThrowIfNull(writer);
        var nest = writer.BeginNest(0);
        writer.PutU16(WireGuardUapi.AllowedIpFamily, prefix.Family.Number());
        writer.PutAddress(WireGuardUapi.AllowedIpAddress, prefix.Family, prefix.Address);
        writer.PutU8(WireGuardUapi.AllowedIpLength, prefix.Length);
        if (flags != AllowedIpFlags.None)
            writer.PutU32(WireGuardUapi.AllowedIpFlags, (uint)flags);
        writer.EndNest(nest);
    }

    private static void Begin(
        NetlinkWriter writer, ushort familyId, byte command, NetlinkFlags flags, uint sequence, ReadOnlySpan<byte> device)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.BeginMessage(familyId, flags, sequence);
        var header = writer.Append(GenlHeaderBytes);
        header[0] = command;
        header[1] = WireGuardUapi.Version;
        writer.PutString(WireGuardUapi.DeviceIfName, device);
    }
}
