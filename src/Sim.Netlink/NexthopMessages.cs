// SPDX-License-Identifier: MIT
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
        ArgumentNullException.ThrowIfNull(writer);
        const NetlinkFlags New = NetlinkFlags.Request | NetlinkFlags.Ack | NetlinkFlags.Create;
        writer.BeginMessage(RtnetlinkType.NewNexthop, New | (replace ? NetlinkFlags.Replace : NetlinkFlags.Excl), sequence);
        var header = writer.Append(RouteUapi.NhMsgBytes);
        header[0] = form.Family.Number();
        header[2] = RouteUapi.ProtocolStatic;
        writer.PutU32(NexthopAttribute.Id, id);
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

    /// <summary>Writes the deletion of an object. In the header the kernel accepts only a family.</summary>
    public static void WriteDelete(NetlinkWriter writer, uint id, uint sequence)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.BeginMessage(RtnetlinkType.DelNexthop, NetlinkFlags.Request | NetlinkFlags.Ack, sequence);
        writer.Append(RouteUapi.NhMsgBytes)[0] = AddressFamilies.Inet;
        writer.PutU32(NexthopAttribute.Id, id);
        writer.EndMessage();
    }
}
