// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Netlink;
using Xunit;

namespace Sim.Netlink.Tests;

/// <summary>
/// Every figure was read from Linux 6.12.117 with NETLINK_EXT_ACK and NETLINK_CAP_ACK set, page size 4096: under
/// User-Mode Linux where counters are aligned, and on Debian's x86-64 kernel where they are not.
/// </summary>
public sealed class DumpTests
{
    [Theory]
    [InlineData(0, 0, Mix.V4, 32768, 0, true, 2, 144, 1, 0xCBF29CE484222325)]
    [InlineData(0, 0, Mix.V4, 32768, 0, false, 2, 144, 1, 0xCBF29CE484222325)]
    [InlineData(1, 1, Mix.V4, 32768, 0, true, 2, 324, 1, 0x2BFF59EA1456D7DC)]
    [InlineData(1, 1, Mix.V4, 32768, 0, false, 2, 316, 1, 0x2BFF59EA1456D7DC)]
    [InlineData(1, 20000, Mix.V4, 32768, 0, true, 20, 563392, 19, 0x825C42FA2C04A0A2)]
    [InlineData(1, 20000, Mix.V4, 32768, 32768, true, 19, 563220, 18, 0x825C42FA2C04A0A2)]
    [InlineData(1, 20000, Mix.V4, 5004, 0, true, 118, 580248, 117, 0x825C42FA2C04A0A2)]
    [InlineData(1, 20000, Mix.V4, 3776, 0, false, 158, 587120, 157, 0x825C42FA2C04A0A2)]
    [InlineData(3, 40, Mix.V4, 32768, 0, true, 3, 4012, 2, 0xBB79D2FA704CFC11)]
    [InlineData(3, 40, Mix.V4, 32768, 32768, true, 2, 3944, 1, 0xBB79D2FA704CFC11)]
    [InlineData(3, 40, Mix.V4, 32768, 32768, false, 2, 3928, 1, 0xBB79D2FA704CFC11)]
    [InlineData(300, 7, Mix.Both, 32768, 0, true, 6, 113232, 5, 0xB43E76BF96D39B49)]
    [InlineData(300, 7, Mix.Both, 32768, 32768, true, 5, 113080, 4, 0xB43E76BF96D39B49)]
    [InlineData(300, 7, Mix.Both, 5004, 0, true, 25, 113688, 24, 0xB43E76BF96D39B49)]
    [InlineData(300, 7, Mix.Both, 5004, 0, false, 24, 112980, 23, 0xB43E76BF96D39B49)]
    [InlineData(300, 7, Mix.Both, 3776, 0, true, 32, 114800, 31, 0xB43E76BF96D39B49)]
    [InlineData(300, 7, Mix.Both, 3776, 0, false, 32, 112688, 31, 0xB43E76BF96D39B49)]
    [InlineData(8, 1000, Mix.V6, 32768, 0, true, 12, 322192, 11, 0x9CD7EF13C7C5AEB5)]
    [InlineData(8, 1000, Mix.V6, 32768, 0, false, 12, 322156, 11, 0x9CD7EF13C7C5AEB5)]
    [InlineData(8, 1000, Mix.V6, 3776, 0, true, 89, 328324, 88, 0x9CD7EF13C7C5AEB5)]
    public void A_dump_of_a_device_is_what_Linux_sends(
        int peers, int each, Mix mix, int buffer, int earlier, bool aligned, long messages, long bytes, long calls, ulong content)
    {
        var listed = Peers(peers, each, mix);
        Assert.Equal(
            new DumpTraffic(messages, bytes, calls),
            new WireGuardDump().Measure(listed, new DumpSocket(buffer, earlier, aligned)));
        Assert.Equal(content, WireGuardDump.Content(listed));
    }

    [Theory]
    [InlineData(RouteShape.Device, 1, 32768, 0, 2, 72, 2, 0x14E82D53954AF6FA)]
    [InlineData(RouteShape.Device, 1248, 32768, 0, 1249, 64916, 4, 0x54020AA32D1F6048)]
    [InlineData(RouteShape.Device, 1248, 32768, 32768, 1249, 64916, 3, 0x54020AA32D1F6048)]
    [InlineData(RouteShape.Device, 1248, 5004, 0, 1249, 64916, 15, 0x54020AA32D1F6048)]
    [InlineData(RouteShape.Device, 10000, 32768, 0, 10001, 520020, 18, 0xF91975FB744B8DAC)]
    [InlineData(RouteShape.Gateway, 1248, 32768, 32768, 1249, 74900, 4, 0xC452F67C9D3B48F8)]
    [InlineData(RouteShape.Gateway, 10000, 5004, 0, 10001, 600020, 122, 0x6F9CB48737ABC667)]
    [InlineData(RouteShape.Nexthop, 10000, 32768, 0, 10001, 600020, 21, 0x563E9826DC41F0B9)]
    [InlineData(RouteShape.Nexthop, 10000, 32768, 32768, 10001, 600020, 20, 0x563E9826DC41F0B9)]
    [InlineData(RouteShape.Via, 1, 5004, 0, 2, 96, 2, 0xFDD2CCB4F8FCA3F4)]
    [InlineData(RouteShape.Via, 10000, 32768, 0, 10001, 760020, 26, 0x563E9826DC41F0B9)]
    public void A_dump_of_a_table_is_what_Linux_sends(
        RouteShape shape, int count, int buffer, int earlier, long messages, long bytes, long calls, ulong content)
    {
        var routes = new KeyValuePair<Prefix, int>[count];
        for (var i = 0; i < count; i++)
            routes[i] = new(Prefix.OfV4(0x01000000u + ((uint)i << 8), 24), i % 8);
        var dump = new RouteDump(shape, Interface: 4);
        Assert.Equal(new DumpTraffic(messages, bytes, calls), dump.Measure(routes, new DumpSocket(buffer, earlier)));
        Assert.Equal(content, dump.Content(routes));
    }

    /// <summary>
    /// Message 28, TABLE 8, DST 20, PRIORITY 8, CACHEINFO 36, PREF 8 and OIF 8; GATEWAY 20, NH_ID 8, ENCAP with its type 20.
    /// The end has 20, and is a call of its own.
    /// </summary>
    [Theory]
    [InlineData(RouteShape.Device, 116)]
    [InlineData(RouteShape.Gateway, 136)]
    [InlineData(RouteShape.Nexthop, 124)]
    [InlineData(RouteShape.Encap, 136)]
    [InlineData(RouteShape.PeerKey, 136)]
    public void An_IPv6_route_is_listed_with_its_metric_its_age_and_its_preference(RouteShape shape, int bytes)
    {
        KeyValuePair<Prefix, int>[] routes = [new(Prefix.Parse("2001:db8::/32"), 1), new(Prefix.Parse("2001:db9::/32"), 0), new(Prefix.Parse("::/0"), 2)];
        var dump = new RouteDump(shape, Interface: 4);
        Assert.Equal(bytes, dump.MessageBytes(routes[0].Key));
        Assert.Equal(new DumpTraffic(4, (3 * bytes) - 20 + 20, 2), dump.Measure(routes, new DumpSocket(32768)));
        var expected = default(Digest64);
        foreach (var (prefix, peer) in routes)
        {
            expected.Add(prefix.Length);
            expected.AddAddress(Family.IPv6, prefix.Address);
            expected.Add(shape == RouteShape.Device ? 4u : (uint)peer + 1);
        }

        Assert.Equal(expected.Value, dump.Content(routes));
    }

    /// <summary>2,000 routes by gateway, a default route among them, of Linux 6.12.117 under UML.</summary>
    [Fact]
    public void A_dump_of_an_IPv6_table_is_what_Linux_sends()
    {
        var routes = Enumerable.Range(0, 1999).Select(i => KeyValuePair.Create(Prefix.OfV6(((UInt128)0x20010000u + (uint)i) << 96, 32), i % 8))
            .Append(new(Prefix.Parse("::/0"), 0)).ToArray();
        Assert.Equal(new DumpTraffic(2001, 272_000, 11), new RouteDump(RouteShape.Gateway, 4).Measure(routes, new DumpSocket(32768)));
    }

    [Fact]
    public void In_IPv6_a_prefix_is_listed_after_all_that_it_covers()
    {
        string[] order = ["2001:db8::/48", "2001:db8:8000::/34", "2001:db8::/32", "2001:db9::/128", "2001:db9::/127", "ff00::/8", "::/0"];
        var routes = order.Select(text => KeyValuePair.Create(Prefix.Parse(text), 0)).ToArray();
        var dump = new RouteDump(RouteShape.Device, Interface: 4);
        dump.Content(routes);
        for (var i = 1; i < routes.Length; i++)
        {
            var swapped = routes.ToArray();
            (swapped[i - 1], swapped[i]) = (swapped[i], swapped[i - 1]);
            Assert.Throws<ArgumentException>(() => dump.Content(swapped));
        }

        Assert.Throws<ArgumentException>(() => dump.Content([routes[0], new(Prefix.Parse("10.0.0.0/8"), 0)]));
    }

    [Fact]
    public void An_empty_table_is_only_its_end()
    {
        var dump = new RouteDump(RouteShape.Device, Interface: 4);
        Assert.Equal(new DumpTraffic(1, 20, 1), dump.Measure([], new DumpSocket(32768)));
        Assert.Equal(Digest64.Empty, dump.Content([]));
    }

    [Fact]
    public void Without_compatibility_a_nexthop_object_hides_its_device()
    {
        KeyValuePair<Prefix, int>[] routes = [new(Prefix.Parse("10.0.0.0/8"), 0)];
        Assert.Equal(80, new RouteDump(RouteShape.Nexthop, 4).Measure(routes, new DumpSocket(32768)).Bytes);
        Assert.Equal(72, new RouteDump(RouteShape.Nexthop, 4, NexthopCompatibility: false).Measure(routes, new DumpSocket(32768)).Bytes);
    }

    [Fact]
    public void A_default_route_has_no_destination_and_comes_after_longer_prefixes_of_its_leaf()
    {
        KeyValuePair<Prefix, int>[] routes = [new(Prefix.Parse("0.0.0.0/8"), 0), new(Prefix.Parse("0.0.0.0/0"), 1), new(Prefix.Parse("1.0.0.0/8"), 0)];
        var dump = new RouteDump(RouteShape.Device, Interface: 4);
        Assert.Equal(52 + 44 + 52 + 20, dump.Measure(routes, new DumpSocket(32768)).Bytes);
        (routes[0], routes[1]) = (routes[1], routes[0]);
        Assert.Throws<ArgumentException>(() => dump.Measure(routes, new DumpSocket(32768)));
        Assert.Throws<ArgumentException>(() => dump.Content(routes));
    }

    [Fact]
    public void A_device_without_a_key_says_neither_key()
    {
        var socket = new DumpSocket(32768);
        Assert.Equal(144 - 72, new WireGuardDump(HasPrivateKey: false).Measure([], socket).Bytes);
        // IFNAME is padded to four bytes: "wg10" and its zero take eight.
        Assert.Equal(144 + 4, new WireGuardDump(Name: "wg10").Measure([], socket).Bytes);
    }

    /// <summary>The series adds to the device its mode and source check, 16 bytes, and to each peer its multicast and number, 16.</summary>
    [Fact]
    public void A_device_of_the_series_says_its_mode_and_the_multicast_and_numbers_of_its_peers()
    {
        var (stock, series) = (new WireGuardDump(), new WireGuardDump(HasSeries: true));
        Assert.Equal(16, More([], 32768));
        Assert.Equal(16 + (3 * 16), More(Peers(3, 2, Mix.Both), 32768));
        // A peer that goes on in the next message has neither there; the device is described until the first peer is whole.
        Assert.Equal((3 * 16) + 16, More(Peers(1, 300, Mix.V4), 3776));

        long More(List<DumpedPeer> peers, int buffer) =>
            series.Measure(peers, new DumpSocket(buffer)).Bytes - stock.Measure(peers, new DumpSocket(buffer)).Bytes;
    }

    [Fact]
    public void The_end_has_a_buffer_of_its_own_where_the_last_is_full()
    {
        // 124 bytes of message and device, 144 of nests and the peer's facts, 28 a prefix: 3,776 - 268 = 125 * 28 + 8.
        var dump = new WireGuardDump();
        Assert.Equal(new DumpTraffic(2, 268 + (125 * 28) + 20, 2), dump.Measure(Peers(1, 125, Mix.V4), new DumpSocket(3776)));
        Assert.Equal(new DumpTraffic(2, 268 + (124 * 28) + 20, 1), dump.Measure(Peers(1, 124, Mix.V4), new DumpSocket(3776)));
    }

    [Fact]
    public void A_receive_buffer_that_would_lose_the_end_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => new WireGuardDump().Measure([], new DumpSocket(3775)));
        Assert.Throws<InvalidOperationException>(() => new WireGuardDump().Measure([], new DumpSocket(8192, EarlierBuffer: 32768)));
        var dump = new RouteDump(RouteShape.Device, Interface: 4);
        Assert.Throws<InvalidOperationException>(() => dump.Measure([], new DumpSocket(8192, EarlierBuffer: 8193)));
    }

    /// <summary>RTM_NEWROUTE 28, TABLE 8, DST 8, OIF 8, ENCAP 4 + 8 (the device's number of the peer), ENCAP_TYPE 8; the end of a dump has 20.</summary>
    [Fact]
    public void Both_ways_to_name_a_peer_are_listed_as_an_encapsulation()
    {
        KeyValuePair<Prefix, int>[] routes = [new(Prefix.Parse("10.0.0.0/8"), 6)];
        var socket = new DumpSocket(32768);
        var expected = default(Digest64);
        expected.Add(8);
        expected.AddAddress(Family.IPv4, routes[0].Key.Address);
        expected.Add(7);
        foreach (var shape in new[] { RouteShape.Encap, RouteShape.PeerKey })
        {
            var dump = new RouteDump(shape, Interface: 4);
            Assert.Equal(72 + 20, dump.Measure(routes, socket).Bytes);
            Assert.Equal(expected.Value, dump.Content(routes));
        }

        // The object's number and its device, 16, come with what it says of the peer, 20, unless it is listed alone.
        var objects = new RouteDump(RouteShape.Nexthop, 4, NexthopsNamePeers: true);
        Assert.Equal(44 + 16 + 20 + 20, objects.Measure(routes, socket).Bytes);
        Assert.Equal(44 + 8 + 20, (objects with { NexthopCompatibility = false }).Measure(routes, socket).Bytes);
    }

    private static List<DumpedPeer> Peers(int count, int each, Mix mix) =>
        [.. Enumerable.Range(0, count).Select(peer => new DumpedPeer(
            peer,
            [.. Enumerable.Range(0, each).Select(i => Listed((uint)((peer * each) + i), mix == Mix.V6 || (mix == Mix.Both && i % 2 == 1)))]))];

    private static Prefix Listed(uint number, bool v6) =>
        v6 ? Prefix.OfV6(((UInt128)0x20010DB8 << 96) | ((UInt128)number << 64), 64) : Prefix.OfV4(number << 8, 24);

    public enum Mix
    {
        V4,
        V6,
        Both,
    }
}
