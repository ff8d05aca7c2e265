// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Sim.Kernel;

namespace Sim.Netlink;

/// <summary>The fields that all nexthop objects of a run share.</summary>
/// <param name="Shape">How the peer is named: Device (not at all), Encap or PeerKey.</param>
/// <param name="Family">The family of the routes that may use them.</param>
/// <param name="Interface">The WireGuard device's interface index.</param>
public readonly record struct NexthopForm(RouteShape Shape, Family Family, int Interface);

/// <summary>
/// RTM_NEWNEXTHOP and RTM_DELNEXTHOP (include/uapi/linux/nexthop.h): <c>nlmsghdr</c> 16, <c>struct nhmsg</c> 8, then
/// NHA_ID first. Each message is acknowledged; one for a new object has CREATE | EXCL.
/// </summary>
public static class NexthopMessages
{
    private const int GroupEntryBytes = 8;

    /// <summary>Writes a nexthop over a device.</summary>
    /// <param name="writer">Takes the message.</param>
    /// <param name="id">The object's number, from 1.</param>
    /// <param name="interfaceIndex">The device.</param>
    /// <param name="sequence">The message's sequence number.</param>
    public static void WriteDevice(NetlinkWriter writer, uint id, int interfaceIndex, uint sequence) =>
        WritePeer(writer, new NexthopForm(RouteShape.Device, Family.IPv4, interfaceIndex), id, peer: 0, replace: false, sequence);

    /// <summary>Writes a new nexthop over a device that names a peer, or gives an existing object another peer.</summary>
    /// <param name="writer">Takes the message.</param>
    /// <param name="form">The device, and how the peer is named: not at all, by NHA_ENCAP or by NHA_WGPEER.</param>
    /// <param name="id">The object's number, from 1.</param>
    /// <param name="peer">The peer.</param>
    /// <param name="replace">Whether the object exists and gets another peer (REPLACE), or is new (EXCL).</param>
    /// <param name="sequence">The message's sequence number.</param>
    /// <exception cref="ArgumentException">Nexthop objects do not have this shape.</exception>
    public static void WritePeer(
        NetlinkWriter writer, in NexthopForm form, uint id, ushort peer, bool replace, uint sequence)
    {
        BeginNew(writer, form.Family, id, flags: 0, sequence, replace);
        writer.PutU32(NexthopAttribute.Oif, (uint)form.Interface);
        switch (form.Shape)
        {
            case RouteShape.Device:
                break;
            case RouteShape.PeerKey:
                PeerKey.WritePublic(writer.Reserve(NexthopAttribute.WgPeer, PeerKey.Bytes), peer);
                break;
            case RouteShape.Encap:
                writer.PutU16(NexthopAttribute.EncapType, RouteUapi.EncapWgPeer);
                var nest = writer.BeginNest(NexthopAttribute.Encap);
                PeerKey.WritePublic(writer.Reserve(RouteUapi.EncapWgPeerKey, PeerKey.Bytes), peer);
                writer.EndNest(nest);
                break;
            default:
                throw new ArgumentException($"no nexthop objects of shape {form.Shape}", nameof(form));
        }

        writer.EndMessage();
    }

    /// <summary>Writes a nexthop over a device and an onlink gateway (left-aligned), whose family is the nexthop's.</summary>
    /// <inheritdoc cref="WriteDevice"/>
    public static void WriteGateway(
        NetlinkWriter writer, uint id, int interfaceIndex, Family family, UInt128 gateway, uint sequence)
    {
        BeginNew(writer, family, id, RouteUapi.FlagOnlink, sequence);
        writer.PutU32(NexthopAttribute.Oif, (uint)interfaceIndex);
        writer.PutAddress(NexthopAttribute.Gateway, family, gateway);
        writer.EndMessage();
    }

    /// <summary>Writes a nexthop that drops packets.</summary>
    public static void WriteBlackhole(NetlinkWriter writer, uint id, uint sequence)
    {
        BeginNew(writer, Family.IPv4, id, flags: 0, sequence);
        writer.Reserve(NexthopAttribute.Blackhole, 0);
        writer.EndMessage();
    }

    /// <summary>Writes a group of nexthops of equal weight; its family is AF_UNSPEC.</summary>
    public static void WriteGroup(NetlinkWriter writer, uint id, ReadOnlySpan<uint> members, uint sequence)
    {
        BeginNew(writer, family: null, id, flags: 0, sequence);
        var entries = writer.Reserve(NexthopAttribute.Group, GroupEntryBytes * members.Length);
        for (var i = 0; i < members.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(entries[(GroupEntryBytes * i)..], members[i]);
        writer.EndMessage();
    }

    /// <summary>Writes the deletion of an object. In the header the kernel accepts only a family.</summary>
    public static void WriteDelete(NetlinkWriter writer, uint id, uint sequence)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.BeginMessage(RtnetlinkType.DelNexthop, NetlinkFlags.Request | NetlinkFlags.Ack, sequence);
        writer.Append(RouteUapi.NhMsgBytes)[0] = AddressFamilies.Inet;
        writer.PutU32(NexthopAttribute.Id, id);
        writer.EndMessage();
    }

    private static void BeginNew(
        NetlinkWriter writer, Family? family, uint id, uint flags, uint sequence, bool replace = false)
    {
        ArgumentNullException.ThrowIfNull(writer);
        const NetlinkFlags New = NetlinkFlags.Request | NetlinkFlags.Ack | NetlinkFlags.Create;
        writer.BeginMessage(RtnetlinkType.NewNexthop, New | (replace ? NetlinkFlags.Replace : NetlinkFlags.Excl), sequence);
        var header = writer.Append(RouteUapi.NhMsgBytes);
        header[0] = family?.Number() ?? 0;
        header[2] = RouteUapi.ProtocolStatic;
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], flags);
        writer.PutU32(NexthopAttribute.Id, id);
    }
}
