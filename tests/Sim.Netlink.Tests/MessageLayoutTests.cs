// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Netlink;
using Xunit;

namespace Sim.Netlink.Tests;

/// <summary>One message of each kind, written out by hand from include/uapi/linux.</summary>
public sealed class MessageLayoutTests
{
    private const string KeyOfPeer2 =
        "02000000 7B86919C A7B2BDC8 D3DEE9F4 FF0A1520 2B36414C 57626D78 838E9924";

    private static readonly BindingChange s_v4 = BindingChange.Insert(Prefix.Parse("192.0.2.0/24"), 2);
    private static readonly BindingChange s_v6 = BindingChange.Insert(Prefix.Parse("2001:db8::/32"), 2);

    [Fact]
    public void Keys_are_those_of_the_contract()
    {
        Assert.Equal(Hex.Clean(KeyOfPeer2), Hex.Of(Hex.Key(2)));
        // 1, 4, 7 ... 94; the lowest three bits of the first byte cleared, 94 = 0x5E has bit 6 already.
        Assert.Equal(
            Hex.Clean("0004070A 0D101316 191C1F22 25282B2E 3134373A 3D404346 494C4F52 55585B5E"), Hex.Of(PeerKey.Private()));
    }

    [Fact]
    public void Wg_reset()
    {
        Assert.Equal(
            Hex.Clean(
                """
                48000000 1C00 0500 01000000 00000000    # 72 bytes, family 28, REQUEST | ACK, sequence 1
                01 01 0000                              # SET_DEVICE, version 1
                0800 0200 77673000                      # IFNAME "wg0"
                2400 0300                               # PRIVATE_KEY
                0004070A 0D101316 191C1F22 25282B2E 3134373A 3D404346 494C4F52 55585B5E
                0800 0500 01000000                      # FLAGS: REPLACE_PEERS
                """),
            Sent(stream => stream.Reset()));
    }

    [Fact]
    public void Wg_add()
    {
        Assert.Equal(
            Hex.Clean(
                $"""
                90000000 1C00 0500 01000000 00000000    # 144 bytes
                01 01 0000
                0800 0200 77673000
                7400 0880                               # PEERS, nested: 116
                7000 0080                               #   peer, type 0, nested: 112
                2400 0100 {KeyOfPeer2}
                4800 0980                               #     ALLOWEDIPS: 72
                1C00 0080                               #       28
                0600 0100 02000000                      #       FAMILY AF_INET
                0800 0200 C0000200                      #       IPADDR
                0500 0300 18000000                      #       CIDR_MASK 24
                2800 0080                               #       40
                0600 0100 0A000000                      #       FAMILY AF_INET6
                1400 0200 20010DB8 00000000 00000000 00000000
                0500 0300 20000000                      #       CIDR_MASK 32
                """),
            Sent(stream => stream.Add([s_v4, s_v6], 8192)));
    }

    [Fact]
    public void Wg_replace()
    {
        Assert.Equal(
            Hex.Clean(
                $"""
                70000000 1C00 0500 01000000 00000000    # 112 bytes
                01 01 0000
                0800 0200 77673000
                5400 0880                               # PEERS: 84
                5000 0080                               #   80
                2400 0100 {KeyOfPeer2}
                0800 0300 06000000                      #     FLAGS: REPLACE_ALLOWEDIPS | UPDATE_ONLY
                2000 0980                               #     ALLOWEDIPS: 32
                1C00 0080
                0600 0100 02000000
                0800 0200 C0000200
                0500 0300 18000000
                """),
            Sent(stream => stream.Replace([s_v4], 8192)));
    }

    [Fact]
    public void Wg_remove()
    {
        Assert.Equal(
            Hex.Clean(
                $"""
                50000000 1C00 0500 01000000 00000000    # 80 bytes
                01 01 0000
                0800 0200 77673000
                3400 0880                               # PEERS: 52
                3000 0080                               #   48
                2400 0100 {KeyOfPeer2}
                0800 0300 01000000                      #     FLAGS: REMOVE_ME
                """),
            Sent(stream => stream.Remove(2)));
    }

    [Theory]
    [InlineData(RouteMode.AllowedIps, "00")]
    [InlineData(RouteMode.Gateway, "01")]
    [InlineData(RouteMode.Peer, "02")]
    [InlineData(RouteMode.Auto, "03")]
    public void Wg_mode(RouteMode mode, string value)
    {
        Assert.Equal(
            Hex.Clean(
                $"""
                24000000 1C00 0500 01000000 00000000    # 36 bytes
                01 01 0000
                0800 0200 77673000
                0800 0900 {value}000000                 # ROUTE_MODE
                """),
            Sent(stream => stream.SetMode(mode)));
    }

    [Fact]
    public void One_prefix_is_removed_by_the_flags_of_Linux_6_16()
    {
        var stream = new WireGuardStream(28, removesPrefixes: true);
        var sent = "";
        stream.Sink = call => sent += Hex.Of(call);
        stream.Add([s_v4.Reversed], 8192);
        Assert.EndsWith(
            Hex.Clean(
                """
                2800 0980
                2400 0080                               # 36
                0600 0100 02000000
                0800 0200 C0000200
                0500 0300 18000000
                0800 0400 01000000                      # FLAGS: REMOVE_ME
                """),
            sent);
    }

    [Theory]
    [InlineData(
        RouteShape.Device, 254,
        """
        2C000000 1800 0506 09000000 00000000        # 44 bytes, RTM_NEWROUTE, REQUEST | ACK | EXCL | CREATE
        02 18 00 00 FE 04 FD 01 00000000            # AF_INET, /24, table 254, RTPROT_STATIC, scope link, unicast
        0800 0100 C0000200                          # DST
        0800 0400 05000000                          # OIF
        """)]
    [InlineData(
        RouteShape.Nexthop, 1000,
        """
        34000000 1800 0506 09000000 00000000        # 52
        02 18 00 00 00 04 00 01 00000000            # table 0, scope universe
        0800 0100 C0000200
        0800 1E00 03000000                          # NH_ID 3
        0800 0F00 E8030000                          # TABLE 1000
        """)]
    [InlineData(
        RouteShape.Gateway, 255,
        """
        34000000 1800 0506 09000000 00000000
        02 18 00 00 FF 04 00 01 04000000            # RTNH_F_ONLINK
        0800 0100 C0000200
        0800 0500 0AFF0003                          # GATEWAY 10.255.0.3
        0800 0400 05000000
        """)]
    [InlineData(
        RouteShape.Via, 256,
        """
        4C000000 1800 0506 09000000 00000000        # 76
        02 18 00 00 00 04 00 01 04000000
        0800 0100 C0000200
        1600 1200 0A00 FE80 00000000 00000000 00000000 0003 0000    # VIA: 22 and padding
        0800 0400 05000000
        0800 0F00 00010000
        """)]
    [InlineData(
        RouteShape.PeerKey, 254,
        $"""
        50000000 1800 0506 09000000 00000000        # 80
        02 18 00 00 FE 04 FD 01 00000000
        0800 0100 C0000200
        0800 0400 05000000
        2400 2100 {KeyOfPeer2}                      # WGPEER
        """)]
    [InlineData(
        RouteShape.Encap, 254,
        $"""
        5C000000 1800 0506 09000000 00000000        # 92
        02 18 00 00 FE 04 FD 01 00000000
        0800 0100 C0000200
        0800 0400 05000000
        0600 1500 0B000000                          # ENCAP_TYPE 11
        2800 1680                                   # ENCAP, nested: 40
        2400 0100 {KeyOfPeer2}
        """)]
    public void A_route_of_each_shape(RouteShape shape, uint table, string expected) =>
        Assert.Equal(
            Hex.Clean(expected),
            Hex.Written(writer => RouteMessages.Write(writer, s_v4, new RouteForm(shape, table, 5), 9, acknowledge: true)));

    [Fact]
    public void An_IPv6_route()
    {
        Assert.Equal(
            Hex.Clean(
                """
                40000000 1800 0105 09000000 00000000    # 64, REQUEST | REPLACE | CREATE
                0A 20 00 00 00 04 FD 01 00000000
                1400 0100 20010DB8 00000000 00000000 00000000
                0800 0400 05000000
                0800 0F00 E8030000
                """),
            Hex.Written(writer => RouteMessages.Write(
                writer, s_v6 with { OldPeer = 1 }, new RouteForm(RouteShape.Device, 1000, 5), 9, acknowledge: false)));
    }

    [Fact]
    public void A_default_route_that_is_deleted_has_no_destination()
    {
        Assert.Equal(
            Hex.Clean(
                """
                24000000 1900 0500 09000000 00000000    # 36, RTM_DELROUTE, REQUEST | ACK
                02 00 00 00 FE 04 FD 01 00000000
                0800 0400 05000000
                """),
            Hex.Written(writer => RouteMessages.Write(
                writer,
                BindingChange.Delete(Prefix.Parse("0.0.0.0/0"), 0),
                new RouteForm(RouteShape.Device, 254, 5),
                9,
                acknowledge: true)));
    }

    [Fact]
    public void Nexthop_objects()
    {
        Assert.Equal(
            Hex.Clean(
                """
                28000000 6800 0506 09000000 00000000    # 40, RTM_NEWNEXTHOP, REQUEST | ACK | EXCL | CREATE
                02 00 04 00 00000000                    # AF_INET, RTPROT_STATIC
                0800 0100 07000000                      # ID
                0800 0500 05000000                      # OIF
                """),
            Hex.Written(writer => NexthopMessages.WritePeer(writer, new NexthopForm(RouteShape.Device, Family.IPv4, 5), 7, 0, replace: false, 9)));
        Assert.Equal(
            Hex.Clean(
                """
                20000000 6900 0500 09000000 00000000    # 32, RTM_DELNEXTHOP, REQUEST | ACK
                02 00 00 00 00000000
                0800 0100 07000000
                """),
            Hex.Written(writer => NexthopMessages.WriteDelete(writer, 7, 9)));
    }

    [Theory]
    [InlineData(
        RouteShape.Encap, Family.IPv4, false,
        $"""
        58000000 6800 0506 09000000 00000000        # 88, RTM_NEWNEXTHOP, REQUEST | ACK | EXCL | CREATE
        02 00 04 00 00000000
        0800 0100 07000000                          # ID
        0800 0500 05000000                          # OIF
        0600 0700 0B000000                          # ENCAP_TYPE 11
        2800 0880                                   # ENCAP, nested: 40
        2400 0100 {KeyOfPeer2}
        """)]
    [InlineData(
        RouteShape.PeerKey, Family.IPv6, true,
        $"""
        4C000000 6800 0505 09000000 00000000        # 76, REQUEST | ACK | REPLACE | CREATE
        0A 00 04 00 00000000
        0800 0100 07000000
        0800 0500 05000000
        2400 1300 {KeyOfPeer2}                      # WGPEER
        """)]
    public void Nexthop_objects_that_name_a_peer(RouteShape shape, Family family, bool replace, string expected) =>
        Assert.Equal(
            Hex.Clean(expected),
            Hex.Written(writer => NexthopMessages.WritePeer(writer, new NexthopForm(shape, family, 5), 7, 2, replace, 9)));

    [Fact]
    public void Nexthop_objects_name_no_other_object() =>
        Assert.Throws<ArgumentException>(
            () => NexthopMessages.WritePeer(new NetlinkWriter(), new NexthopForm(RouteShape.Nexthop, Family.IPv4, 5), 7, 2, false, 9));

    [Fact]
    public void The_streams_objects_lead_to_the_peers_of_their_numbers()
    {
        var stream = new RouteStream(5);
        var sent = "";
        stream.Sink = call => sent += Hex.Of(call);
        Assert.Equal((2, 176), (stream.AddNexthops(2, 2, RouteShape.Encap) is var added ? ((int)added.Messages, (int)added.Bytes) : default));
        Assert.Contains(Hex.Of(Hex.Key(1)), sent, StringComparison.Ordinal);
        Assert.Contains(Hex.Of(Hex.Key(2)), sent, StringComparison.Ordinal);
        sent = "";
        Assert.Equal(1, stream.ReplaceNexthop(2, 9, RouteShape.PeerKey, Family.IPv6).Acks);
        Assert.Contains(Hex.Of(Hex.Key(9)), sent, StringComparison.Ordinal);
    }

    private static string Sent(Action<WireGuardStream> command)
    {
        var stream = new WireGuardStream(28);
        var sent = "";
        stream.Sink = call => sent += Hex.Of(call);
        command(stream);
        return sent;
    }
}
