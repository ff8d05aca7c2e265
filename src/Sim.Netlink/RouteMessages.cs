// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>The ways in which a route names its peer. Linux supports the first four ways and <see cref="OwnDevice"/>. kernel-patch/series
/// adds <see cref="Encap"/>, and a patch of kernel-patch/series-optional adds <see cref="PeerKey"/>.</summary>
public enum RouteShape
{
    /// <summary>RTA_OIF: the device alone, no peer.</summary>
    Device,

    /// <summary>RTA_GATEWAY and RTA_OIF, onlink: the peer's gateway of the route's own family.</summary>
    Gateway,

    /// <summary>RTA_NH_ID: the nexthop object whose number is the peer's number + 1.</summary>
    Nexthop,

    /// <summary>RTA_VIA and RTA_OIF, onlink: the peer's IPv6 gateway for an IPv4 route.</summary>
    Via,

    /// <summary>RTA_OIF and RTA_WGPEER, 32 bytes: the RFC's proposal. The kernel makes the same state as for <see cref="Encap"/>.</summary>
    PeerKey,

    /// <summary>RTA_OIF, RTA_ENCAP_TYPE and RTA_ENCAP with the peer's key nested: a lightweight tunnel.</summary>
    Encap,

    /// <summary>RTA_OIF: the peer's own device, whose index is the first device's plus the peer's number.</summary>
    OwnDevice,
}

public static class RouteShapes
{
    private static readonly string[] s_words = ["device", "gateway", "nexthop", "via", "wgpeer", "encap", "own-device"];

    /// <summary>Returns the word in the agent's commands.</summary>
    public static string AgentWord(this RouteShape shape) => s_words[(int)shape];
}

/// <summary>The fields that all routes of a run share.</summary>
/// <param name="Shape">The way in which the peer is named.</param>
/// <param name="Table">The routing table's number. A number above 255 needs RTA_TABLE.</param>
/// <param name="Interface">The interface index of the WireGuard device, or of the first device if each peer has its own.</param>
public readonly record struct RouteForm(RouteShape Shape, uint Table, int Interface);

/// <summary>RTM_NEWROUTE and RTM_DELROUTE (include/uapi/linux/rtnetlink.h, <c>struct rtmsg</c>):
/// <code>
///   nlmsghdr 16 | family, dst_len, src_len, tos, table, protocol, scope, type, flags 4 |
///   RTA_DST, unless /0 | the shape's attributes | RTA_TABLE, above 255
/// </code>
/// A deletion carries the same attributes as the addition.</summary>
public static class RouteMessages
{
    /// <summary>The highest table number that fits into <c>rtm_table</c>.</summary>
    public const uint HighestSmallTable = 255;

    private const uint GatewaysV4 = 0x0AFF0000;

    /// <summary>Returns a peer's gateway, left-aligned: 10.255.0.0 or fe80:: plus the kernel's number of the peer.</summary>
    public static UInt128 Gateway(Family family, int peer) => family == Family.IPv4
        ? (UInt128)(GatewaysV4 + NexthopId(peer)) << 96
        : ((UInt128)0xFE80 << 112) + NexthopId(peer);

    /// <summary>Returns the number of a peer's nexthop object, which is the kernel's number of the peer.</summary>
    public static uint NexthopId(int peer) => (uint)PeerNumber.ToKernel(peer);

    /// <summary>Returns the number of bytes that <see cref="Write"/> writes.</summary>
    public static int Bytes(Prefix prefix, in RouteForm form)
    {
        var own = NetlinkWriter.AttributeBytes(sizeof(uint));
        var bytes = NetlinkWriter.HeaderBytes + RouteUapi.RtMsgBytes + own;
        if (prefix.Length > 0)
            bytes += NetlinkWriter.AttributeBytes(prefix.Family.AddressBytes());
        if (form.Table > HighestSmallTable)
            bytes += own;
        return bytes + form.Shape switch
        {
            RouteShape.Gateway => NetlinkWriter.AttributeBytes(prefix.Family.AddressBytes()),
            RouteShape.Via => NetlinkWriter.AttributeBytes(RouteUapi.RtViaBytes),
            RouteShape.PeerKey => NetlinkWriter.AttributeBytes(PeerKey.Bytes),
            RouteShape.Encap => NetlinkWriter.AttributeBytes(sizeof(ushort))
                + NetlinkWriter.AttributeBytes(NetlinkWriter.AttributeBytes(PeerKey.Bytes)),
            _ => 0,
        };
    }

    /// <summary>Writes one change's message: the route is added (CREATE | EXCL), moved (CREATE | REPLACE), appended
    /// (CREATE | APPEND) or deleted.</summary>
    /// <exception cref="ArgumentException">Thrown for RTA_VIA in an IPv6 route.</exception>
    internal static void Write(NetlinkWriter writer, in BindingChange change, in RouteForm form, uint sequence, bool acknowledge)
    {
        var prefix = change.Prefix;
        if (form.Shape == RouteShape.Via && prefix.Family != Family.IPv4)
            throw new ArgumentException($"{prefix}: RTA_VIA is a gateway of another family, here IPv6 for IPv4", nameof(change));
        var (type, flags) = Meaning(change.Kind);
        writer.BeginMessage(type, acknowledge ? flags | NlmFlags.Ack : flags, sequence);
        var header = writer.Append(RouteUapi.RtMsgBytes);
        header[0] = prefix.Family.Number();
        header[1] = prefix.Length;
        header[4] = form.Table <= HighestSmallTable ? (byte)form.Table : (byte)0;
        header[5] = RouteProtocol.Static;
        header[6] = (byte)(form.Shape is RouteShape.Gateway or RouteShape.Nexthop or RouteShape.Via ? RouteScope.Universe : RouteScope.Link);
        header[7] = (byte)RouteType.Unicast;
        if (form.Shape is RouteShape.Gateway or RouteShape.Via)
            BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)RtnhFlags.OnLink);
        if (prefix.Length > 0)
            writer.PutAddress(RouteAttribute.Dst, prefix.Family, prefix.Address);
        PutShape(writer, prefix.Family, change.Peer, form);
        if (form.Table > HighestSmallTable)
            writer.PutU32(RouteAttribute.Table, form.Table);
        writer.EndMessage();
    }

    private static (ushort Type, NlmFlags Flags) Meaning(RouteChange kind) => kind switch
    {
        RouteChange.Insert => (RtnetlinkType.NewRoute, NlmFlags.Request | NlmFlags.Create | NlmFlags.Excl),
        RouteChange.Append => (RtnetlinkType.NewRoute, NlmFlags.Request | NlmFlags.Create | NlmFlags.Append),
        RouteChange.Delete => (RtnetlinkType.DelRoute, NlmFlags.Request),
        _ => (RtnetlinkType.NewRoute, NlmFlags.Request | NlmFlags.Create | NlmFlags.Replace),
    };

    private static void PutShape(NetlinkWriter writer, Family family, int peer, in RouteForm form)
    {
        switch (form.Shape)
        {
            case RouteShape.Nexthop:
                writer.PutU32(RouteAttribute.NexthopId, NexthopId(peer));
                return;
            case RouteShape.Gateway:
                writer.PutAddress(RouteAttribute.Gateway, family, Gateway(family, peer));
                break;
            case RouteShape.Via:
                var via = writer.Reserve(RouteAttribute.Via, RouteUapi.RtViaBytes);
                BinaryPrimitives.WriteUInt16LittleEndian(via, Family.IPv6.Number());
                NetlinkWriter.WriteAddress(via[sizeof(ushort)..], Family.IPv6, Gateway(Family.IPv6, peer));
                break;
            case RouteShape.Device or RouteShape.PeerKey or RouteShape.Encap or RouteShape.OwnDevice:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(form), form.Shape, "not a shape of routes");
        }

        writer.PutU32(RouteAttribute.Oif, (uint)(form.Interface + (form.Shape == RouteShape.OwnDevice ? peer : 0)));
        if (form.Shape == RouteShape.PeerKey)
            PeerKey.Put(writer, RouteAttribute.WgPeer, peer);
        else if (form.Shape == RouteShape.Encap)
            PeerKey.PutEncap(writer, RouteAttribute.EncapType, RouteAttribute.Encap, peer);
    }
}
