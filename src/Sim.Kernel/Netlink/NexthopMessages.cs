// SPDX-License-Identifier: MIT
using System.Buffers.Binary;

namespace Sim.Kernel.Netlink;

/// <summary>
/// RTM_NEWNEXTHOP and RTM_DELNEXTHOP (include/uapi/linux/nexthop.h): <c>nlmsghdr</c> 16, <c>struct nhmsg</c> 8, then
/// NHA_ID first. Each is acknowledged; a new one is CREATE | EXCL.
/// </summary>
public static class NexthopMessages
{
    private const int GroupEntryBytes = 8;

    /// <summary>Writes a nexthop over a device.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="id">The object's number, from 1.</param>
    /// <param name="interfaceIndex">The device.</param>
    /// <param name="sequence">The message's sequence number.</param>
    public static void WriteDevice(NetlinkWriter writer, uint id, int interfaceIndex, uint sequence)
    {
        BeginNew(writer, Family.IPv4, id, flags: 0, sequence);
        writer.PutU32(NexthopAttribute.Oif, (uint)interfaceIndex);
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

    /// <summary>Writes the deletion of an object; the kernel refuses anything but a family in the header.</summary>
    public static void WriteDelete(NetlinkWriter writer, uint id, uint sequence)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.BeginMessage(RtnetlinkType.DelNexthop, NetlinkFlags.Request | NetlinkFlags.Ack, sequence);
        writer.Append(RouteUapi.NhMsgBytes)[0] = AddressFamilies.Inet;
        writer.PutU32(NexthopAttribute.Id, id);
        writer.EndMessage();
    }

    private static void BeginNew(NetlinkWriter writer, Family? family, uint id, uint flags, uint sequence)
    {
        ArgumentNullException.ThrowIfNull(writer);
        const NetlinkFlags New = NetlinkFlags.Request | NetlinkFlags.Ack | NetlinkFlags.Create | NetlinkFlags.Excl;
        writer.BeginMessage(RtnetlinkType.NewNexthop, New, sequence);
        var header = writer.Append(RouteUapi.NhMsgBytes);
        header[0] = family?.Number() ?? 0;
        header[2] = RouteUapi.ProtocolStatic;
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], flags);
        writer.PutU32(NexthopAttribute.Id, id);
    }
}
