// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Netlink;
using Xunit;

namespace Sim.Netlink.Tests;

/// <summary>The sizes in bytes that the README and the reports cite, row by row.</summary>
public sealed class NetlinkSizeTests
{
    private static readonly Prefix s_v4 = Prefix.Parse("192.0.2.0/24");
    private static readonly Prefix s_v6 = Prefix.Parse("2001:db8::/32");

    [Theory]
    [InlineData(Family.IPv4, AllowedIpFlags.None, 28)]
    [InlineData(Family.IPv6, AllowedIpFlags.None, 40)]
    [InlineData(Family.IPv4, AllowedIpFlags.RemoveMe, 36)]
    [InlineData(Family.IPv6, AllowedIpFlags.RemoveMe, 48)]
    public void One_allowed_IP(Family family, AllowedIpFlags flags, int bytes)
    {
        var writer = new NetlinkWriter();
        WireGuardMessages.PutAllowedIp(writer, family == Family.IPv4 ? s_v4 : s_v6, flags);
        Assert.Equal(bytes, writer.Length);
        Assert.Equal(bytes, WireGuardMessages.AllowedIpBytes(family, flags));
    }

    [Fact]
    public void The_rest_of_a_message_that_sets_a_device()
    {
        var stream = new WireGuardStream(28);
        var sizes = Sizes(stream);
        stream.Replace(Operations(2, s_v4, RouteChange.Insert), 84 + 28);
        Assert.Equal([84 + 28, 76 + 28], sizes);
    }

    [Fact]
    public void One_prefix_added_or_removed_alone()
    {
        var stream = new WireGuardStream(28, removesPrefixes: true);
        Assert.Equal(104, stream.Add(Operations(1, s_v4, RouteChange.Insert), 8192).Bytes);
        Assert.Equal(112, stream.Add(Operations(1, s_v4, RouteChange.Delete), 8192).Bytes);
    }

    /// <summary>wg(8) sends REPLACE_ALLOWEDIPS in the first message, hence one prefix fewer than a continuation holds.</summary>
    [Theory]
    [InlineData(4096, Family.IPv4, RouteChange.Insert, 143)]
    [InlineData(8192, Family.IPv4, RouteChange.Insert, 289)]
    [InlineData(4096, Family.IPv6, RouteChange.Insert, 100)]
    [InlineData(8192, Family.IPv6, RouteChange.Insert, 202)]
    [InlineData(4096, Family.IPv4, RouteChange.Delete, 111)]
    [InlineData(8192, Family.IPv4, RouteChange.Delete, 225)]
    public void Allowed_IPs_in_a_buffer(int messageBytes, Family family, RouteChange kind, int allowedIps)
    {
        var stream = new WireGuardStream(28, removesPrefixes: true);
        var prefix = family == Family.IPv4 ? s_v4 : s_v6;
        Assert.Equal(1, stream.Replace(Operations(allowedIps, prefix, kind), messageBytes).Messages);
        Assert.Equal(2, stream.Replace(Operations(allowedIps + 1, prefix, kind), messageBytes).Messages);
    }

    [Theory]
    [InlineData(Family.IPv4, AllowedIpFlags.None, 2340)]
    [InlineData(Family.IPv6, AllowedIpFlags.None, 1638)]
    [InlineData(Family.IPv4, AllowedIpFlags.RemoveMe, 1820)]
    public void Allowed_IPs_in_one_nest(Family family, AllowedIpFlags flags, int most)
    {
        var writer = new NetlinkWriter();
        var nest = writer.BeginNest(WireGuardUapi.PeerAllowedIps);
        for (var i = 0; i < most; i++)
            WireGuardMessages.PutAllowedIp(writer, family == Family.IPv4 ? s_v4 : s_v6, flags);
        writer.EndNest(nest);
        WireGuardMessages.PutAllowedIp(writer, family == Family.IPv4 ? s_v4 : s_v6, flags);
        Assert.Throws<InvalidOperationException>(() => writer.EndNest(nest));
    }

    /// <summary>The nests around it count too: 48 bytes of the nest of peers are not allowed IPs.</summary>
    [Fact]
    public void A_message_holds_fewer_than_one_nest_could()
    {
        var stream = new WireGuardStream(28);
        Assert.Equal(1, stream.Add(Operations(2338, s_v4, RouteChange.Insert), WireGuardStream.MostMessageBytes).Messages);
        Assert.Equal(2, stream.Add(Operations(2339, s_v4, RouteChange.Insert), WireGuardStream.MostMessageBytes).Messages);
        Assert.Throws<ArgumentOutOfRangeException>(
            () => stream.Add(Operations(1, s_v4, RouteChange.Insert), WireGuardStream.MostMessageBytes + 1));
    }

    [Theory]
    [InlineData(RouteShape.Device, 254, 44)]
    [InlineData(RouteShape.Device, 1000, 52)]
    [InlineData(RouteShape.PeerKey, 254, 80)]
    [InlineData(RouteShape.PeerKey, 1000, 88)]
    [InlineData(RouteShape.Gateway, 254, 52)]
    [InlineData(RouteShape.Gateway, 1000, 60)]
    [InlineData(RouteShape.Via, 254, 68)]
    [InlineData(RouteShape.Via, 1000, 76)]
    [InlineData(RouteShape.Nexthop, 254, 44)]
    [InlineData(RouteShape.Nexthop, 1000, 52)]
    [InlineData(RouteShape.Encap, 254, 92)]
    [InlineData(RouteShape.Encap, 1000, 100)]
    public void An_IPv4_route(RouteShape shape, uint table, int bytes) => Assert.Equal(bytes, RouteBytes(s_v4, shape, table));

    [Theory]
    [InlineData(RouteShape.Device, 64)]
    [InlineData(RouteShape.PeerKey, 100)]
    public void An_IPv6_route(RouteShape shape, int bytes) => Assert.Equal(bytes, RouteBytes(s_v6, shape, 1000));

    private static long RouteBytes(Prefix prefix, RouteShape shape, uint table) =>
        new RouteStream(5).Run(Operations(1, prefix, RouteChange.Insert), shape, table, 1).Bytes;

    private static BindingChange[] Operations(int count, Prefix prefix, RouteChange kind) =>
        [.. Enumerable.Repeat(kind == RouteChange.Delete ? BindingChange.Delete(prefix, 3) : BindingChange.Insert(prefix, 3), count)];

    private static List<int> Sizes(WireGuardStream stream)
    {
        var sizes = new List<int>();
        stream.Sink = call => sizes.Add(call.Length);
        return sizes;
    }

    public static TheoryData<RouteShape> Shapes => [.. Enum.GetValues<RouteShape>()];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_bytes_of_a_route_message_are_those_that_are_written(RouteShape shape)
    {
        foreach (var prefix in (Prefix[])[Prefix.Parse("0.0.0.0/0"), Prefix.Parse("192.0.2.0/24"), Prefix.Parse("::/0"), Prefix.Parse("2001:db8::/32")])
        {
            if (shape == RouteShape.Via && prefix.Family == Family.IPv6)
                continue;
            foreach (var table in (uint[])[100, 1000])
            {
                var writer = new NetlinkWriter();
                var form = new RouteForm(shape, table, 5);
                RouteMessages.Write(writer, BindingChange.Insert(prefix, 3), in form, 1, acknowledge: true);
                Assert.Equal(writer.Length, RouteMessages.Bytes(prefix, in form));
            }
        }
    }

    [Fact]
    public void A_peer_that_keeps_nothing_is_one_message_of_80_bytes_without_a_nest_of_allowed_ips()
    {
        var traffic = new WireGuardStream(28).Empty(3);
        Assert.Equal((1, 80, 1, 1), (traffic.Messages, traffic.Bytes, traffic.Calls, traffic.Acks));
    }

    [Fact]
    public void A_set_of_bindings_has_one_digest_in_any_order_and_another_for_another_peer()
    {
        KeyValuePair<Prefix, int>[] bindings = [new(Prefix.Parse("192.0.2.0/24"), 1), new(Prefix.Parse("198.51.100.0/24"), 2), new(Prefix.Parse("2001:db8::/32"), 1)];
        Assert.Equal(WireGuardDump.Set(bindings), WireGuardDump.Set(bindings.Reverse()));
        bindings[2] = new(bindings[2].Key, 2);
        Assert.NotEqual(WireGuardDump.Set(bindings), WireGuardDump.Set([bindings[0], bindings[1], new(bindings[2].Key, 1)]));
        Assert.Equal(0ul, WireGuardDump.Set([]));
    }
}
