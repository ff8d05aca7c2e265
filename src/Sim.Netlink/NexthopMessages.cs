// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>The fields that all nexthop objects of a run share: the way they name the peer (Device for none, Encap or PeerKey), the family
/// of the routes that may use the objects, and the WireGuard device's interface index.</summary>
internal readonly record struct NexthopForm(RouteShape Shape, Family Family, int Interface);

/// <summary>RTM_NEWNEXTHOP and RTM_DELNEXTHOP (include/uapi/linux/nexthop.h): <c>nlmsghdr</c> 16, <c>struct nhmsg</c> 8, then NHA_ID first.
/// Each message is acknowledged. A message for a new object has the flags CREATE | EXCL.</summary>
internal static class NexthopMessages
{
    /// <summary>Writes a new nexthop over a device that names a peer (CREATE | EXCL), or gives an existing object
    /// another peer (CREATE | REPLACE).</summary>
    /// <exception cref="ArgumentException">Thrown if nexthop objects do not have this shape.</exception>
    public static void WritePeer(NetlinkWriter writer, in NexthopForm form, uint id, int peer, bool replace, uint sequence)
    {
        const NlmFlags New = NlmFlags.Request | NlmFlags.Ack | NlmFlags.Create;
        writer.BeginMessage(RtnetlinkType.NewNexthop, New | (replace ? NlmFlags.Replace : NlmFlags.Excl), sequence);
        var header = writer.Append(RouteUapi.NhMsgBytes);
        header[0] = form.Family.Number();
        header[2] = RouteProtocol.Static;
        writer.PutU32(NexthopAttribute.Id, id);
        writer.PutU32(NexthopAttribute.Oif, (uint)form.Interface);
        switch (form.Shape)
        {
            case RouteShape.Device:
                break;
            case RouteShape.PeerKey:
                PeerKey.Put(writer, NexthopAttribute.WgPeer, peer);
                break;
            case RouteShape.Encap:
                PeerKey.PutEncap(writer, NexthopAttribute.EncapType, NexthopAttribute.Encap, peer);
                break;
            default:
                throw new ArgumentException($"no nexthop objects of shape {form.Shape}", nameof(form));
        }

        writer.EndMessage();
    }

    /// <summary>Writes the deletion of an object. The family is the only header field that the kernel accepts.</summary>
    public static void WriteDelete(NetlinkWriter writer, uint id, uint sequence)
    {
        writer.BeginMessage(RtnetlinkType.DelNexthop, NlmFlags.Request | NlmFlags.Ack, sequence);
        writer.Append(RouteUapi.NhMsgBytes)[0] = Family.IPv4.Number();
        writer.PutU32(NexthopAttribute.Id, id);
        writer.EndMessage();
    }
}
