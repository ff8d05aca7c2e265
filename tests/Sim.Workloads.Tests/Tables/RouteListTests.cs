// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

/// <summary>
/// What <c>ip route</c> (iproute2 6.1), net-tools 2.10 and BIRD 1.6 to 3 print. Lines of iproute2, net-tools and BIRD 2 were taken
/// from a network namespace with one route of every kind.
/// </summary>
public sealed class RouteListTests
{
    private const string Ip4 =
        """
        default via 192.0.2.1 dev d0 
        10.0.0.0/8 via 192.0.2.1 dev d0 proto bird metric 32 
        10.1.0.0/16 
        	nexthop via 192.0.2.1 dev d0 weight 1 
        	nexthop via 198.51.100.1 dev d1 weight 5 
        10.2.0.0/16 nhid 20 via 192.0.2.1 dev d0 
        blackhole 10.4.0.0/16 nhid 23 dev lo 
        10.5.0.0/16 nhid 24 via inet6 fe80::1 dev d0 
        10.7.0.0/16 via 203.0.113.7 dev d0 onlink 
        10.8.0.0/16 dev d0 scope link src 192.0.2.10 mtu 1400 advmss 1300 
        unreachable 10.9.0.0/16 
        prohibit 10.11.0.0/16 
        throw 10.12.0.0/16 metric 5 
        10.13.0.0/16 tos 0x10 via 192.0.2.1 dev d0 
        10.15.0.0/16  encap ip id 5 src 0.0.0.0 dst 192.0.2.9 ttl 0 tos 0 dev d0 scope link 
        10.17.0.0/16 via 192.0.2.1 dev d0 mtu lock 1400 window 100 rtt 30ms initcwnd 10 features ecn quickack 1 congctl lock reno 
        10.18.0.0/16 
        	nexthop via inet6 fe80::1 dev d1 weight 1 linkdown 
        	nexthop via 192.0.2.1 dev d0 weight 1 
        10.30.0.0/16 via 100.64.0.2 dev d3 linkdown 
        192.0.2.77 dev d0 scope link 
        multicast 224.1.0.0/16 dev d0 scope link 

        """;

    private static readonly string[] s_ip4 =
    [
        "0.0.0.0/0 192.0.2.1 0", "10.0.0.0/8 192.0.2.1 0", "10.1.0.0/16 192.0.2.1 0", "10.2.0.0/16 192.0.2.1 0", "10.5.0.0/16 fe80::1 0",
        "10.7.0.0/16 203.0.113.7 0", "10.8.0.0/16 - 0", "10.15.0.0/16 - 0", "10.17.0.0/16 192.0.2.1 0",
        "10.18.0.0/16 fe80::1%d1 0", "10.30.0.0/16 100.64.0.2 0", "192.0.2.77/32 - 0",
    ];

    private const string Ip6 =
        """
        2001:db8:1::/64 dev d0 proto kernel metric 256 pref medium
        2001:db8:10::/48 via fe80::1 dev d0 proto bird metric 32 pref high
        2001:db8:11::/48 via 2001:db8:1::1 dev d0 metric 1024 expires 99sec pref medium
        2001:db8:12::/48 metric 1024 pref medium
        	nexthop via fe80::1 dev d0 weight 1 
        	nexthop via fe80::2 dev d1 weight 3 
        2001:db8:13::/48 nhid 24 via fe80::1 dev d1 metric 1024 pref medium
        unreachable 2001:db8:14::/48 dev lo metric 1024 pref medium
        blackhole 2001:db8:15::/48 dev lo metric 1024 pref medium
        prohibit 2001:db8:16::/48 dev lo metric 1024 pref medium
        throw 2001:db8:17::/48 dev lo metric 1024 pref medium
        2001:db8:18::/48 from 2001:db8:1::/64 via fe80::1 dev d0 metric 1024 pref medium
        2001:db8:19::/48  encap seg6 mode encap segs 2 [ fc00::1 fc00::2 ] dev d0 metric 1024 pref medium
        2001:db8:20::5 dev d0 metric 1024 pref medium
        fe80::/64 dev d0 proto kernel metric 256 pref medium
        ff00::/8 dev d0 table local metric 256 pref medium
        default via fe80::1 dev d0 metric 1024 pref medium
        local 2001:db8:1::10 dev d0 table local proto kernel metric 0 pref medium
        anycast 2001:db8:1:: dev d0 table local proto kernel metric 0 pref medium
        multicast ff00::/8 dev d1 table local proto kernel metric 256 linkdown pref medium

        """;

    private static readonly string[] s_ip6 =
    [
        "2001:db8:1::/64 - 0", "2001:db8:10::/48 fe80::1 0", "2001:db8:11::/48 2001:db8:1::1 0", "2001:db8:12::/48 fe80::1 0",
        "2001:db8:13::/48 fe80::1%d1 0", "2001:db8:19::/48 - 0", "2001:db8:20::5/128 - 0", "fe80::/64 - 0", "::/0 fe80::1 0",
    ];

    [Fact]
    public void Ip_route_is_read_for_what_it_means() => Check(Ip4, s_ip4, leftOut: 6, further: 2);

    [Fact]
    public void Ip_6_route_is_read_for_what_it_means() => Check(Ip6, s_ip6, leftOut: 9, further: 1);

    [Fact]
    public void Both_families_may_stand_in_one_list() => Check(Ip4 + Ip6, [.. s_ip4, .. s_ip6], leftOut: 15, further: 3);

    [Fact]
    public void One_line_a_route_says_the_same_as_several()
    {
        static string OneLine(string text) => text.Replace("\n\tnexthop", "\\\tnexthop", StringComparison.Ordinal);
        Check(OneLine(Ip4), s_ip4, leftOut: 6, further: 2);
        Check(OneLine(Ip6), s_ip6, leftOut: 9, further: 1);
    }

    [Fact]
    public void Details_change_nothing() => Check(
        """
        unicast default via 192.0.2.1 dev d0 proto boot scope global 
        unicast 10.2.0.0/16 nhid 20 via 192.0.2.1 dev d0 table main proto boot scope global 
        	nh_info id 20 via 192.0.2.9 dev d0 scope link proto unspec 
        unicast 10.3.0.0/16 nhid 22 proto boot scope global \	nexthop via 192.0.2.1 dev d0 weight 1 \	nh_info id 22 group 20/21,3 
        broadcast 192.0.2.255 dev d0 table local proto kernel scope link src 192.0.2.10 
        unicast 2001:db8:13::/48 nhid 24 via fe80::1 dev d0 proto boot scope global metric 1024 pref medium
        	nh_info id 24 via fe80::1 dev d0 scope link proto unspec 
        10.3.1.1 via 192.0.2.1 dev d0 src 192.0.2.10 uid 0 
            cache expires 590sec mtu 1400 
        """,
        ["0.0.0.0/0 192.0.2.1 0", "10.2.0.0/16 192.0.2.1 0", "10.3.0.0/16 192.0.2.1 0", "10.3.1.1/32 192.0.2.1 0", "2001:db8:13::/48 fe80::1 0"],
        leftOut: 1, further: 0);

    [Theory]
    [InlineData("default via 192.0.2.1 dev d0", "0.0.0.0/0 192.0.2.1 0")]
    [InlineData("default via fe80::1 dev d0", "::/0 fe80::1 0")]
    [InlineData("default via inet6 fe80::1 dev d0", "0.0.0.0/0 fe80::1 0")]
    [InlineData("default dev d0 scope link src 192.0.2.10", "0.0.0.0/0 - 0")]
    [InlineData("default dev d0 metric 1024 pref medium", "::/0 - 0")]
    [InlineData("2001:db8::/32 dev d1\ndefault dev d0 scope link", "0.0.0.0/0 - 0", "2001:db8::/32 - 0")]
    [InlineData("default proto bird metric 32 \n\tnexthop via 192.0.2.1 dev d0 weight 1", "0.0.0.0/0 192.0.2.1 0")]
    [InlineData("default metric 1024 pref medium\n\tnexthop via fe80::1 dev d0 weight 1", "::/0 fe80::1 0")]
    [InlineData("default dev d0\n10.0.0.0/8 via 192.0.2.1", "10.0.0.0/8 192.0.2.1 0", "0.0.0.0/0 - 0")]
    [InlineData("default dev d0\n2001:db8::/32 via fe80::1 dev d0", "2001:db8::/32 fe80::1 0", "::/0 - 0")]
    [InlineData("10.0.0.0/8 via 192.0.2.1\ndefault dev d0", "10.0.0.0/8 192.0.2.1 0", "0.0.0.0/0 - 0")]
    [InlineData("2001:db8::/32 via fe80::1 dev d0\ndefault dev d1", "2001:db8::/32 fe80::1 0", "::/0 - 0")]
    [InlineData("default 192.0.2.1 64500", "0.0.0.0/0 192.0.2.1 64500")]
    public void Default_is_of_the_family_that_its_line_or_else_the_list_tells(string text, params string[] expected) =>
        Check(text + "\n", expected, leftOut: 0, further: 0);

    [Theory]
    [InlineData("# of a tunnel\ndefault dev tun0\n", 2, 14)]
    [InlineData("10.0.0.0/8 dev a\n2001:db8::/32 dev a\ndefault dev b\n11.0.0.0/8 dev a\n", 3, 37, "10.0.0.0/8 - 0", "11.0.0.0/8 - 0", "2001:db8::/32 - 0")]
    public void Default_of_no_family_is_damage(string text, long line, long offset, params string[] expected)
    {
        Assert.Equal(expected, TestTables.ReadAll(text, out var damage, out var counts));
        Assert.Equal((line, offset), (Assert.Single(damage.First).Record, damage.First[0].Offset));
        Assert.Equal(1, counts.Damaged);
    }

    [Theory]
    [InlineData("default dev a\n10.0.0.0/8 dev a\n2001:db8::/32 dev a\n")]
    [InlineData("2001:db8::/32 dev a\ndefault dev a\n10.0.0.0/8 dev a\n")]
    public void Default_of_a_list_of_both_families_is_guessed_for_neither(string text)
    {
        var routes = TestTables.ReadAll(text, out var damage, out _);
        Assert.Equal(["10.0.0.0/8 - 0", "2001:db8::/32 - 0"], routes.Order(StringComparer.Ordinal));
        Assert.Contains("whose family", Assert.Single(damage.First).What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("destination,gateway,flags\n10.0.0.0/8,192.0.2.1,UG\n", "10.0.0.0/8 192.0.2.1 0")]
    [InlineData("type,prefix,nexthop\nreject,10.0.0.0/8,\nBlackhole,10.1.0.0/16,\nDiscard,2001:db8::/32,\n,10.2.0.0/16,192.0.2.1\n", "10.2.0.0/16 192.0.2.1 0")]
    [InlineData("10.0.0.0/8 Null0\n2001:db8::/32 discard\n10.2.0.0/16 192.0.2.1\n", "10.2.0.0/16 192.0.2.1 0")]
    [InlineData("# old Mac\r10.1.0.0/16 192.0.2.1\n10.2.0.0/16 192.0.2.1\n", "10.2.0.0/16 192.0.2.1 0")]
    public void Words_that_mean_no_next_hop_lose_no_route_and_make_none(string text, params string[] expected) =>
        Assert.Equal(expected, TestTables.ReadAll(text, out _, out _));

    [Fact]
    public void Further_defaults_without_a_family_are_duplicates()
    {
        var routes = TestTables.ReadAll("default dev a\ndefault dev b\n10.0.0.0/8 dev a\n", out var damage, out var counts);
        Assert.Equal(["10.0.0.0/8 - 0", "0.0.0.0/0 - 0"], routes);
        Assert.Equal((0L, 3L, 1L), (damage.Count, counts.V4, counts.Duplicates));
    }

    [Theory]
    [InlineData("10.0.0.0/8 via")]
    [InlineData("10.0.0.0/8 via eth0")]
    [InlineData("10.0.0.0/8 via 192.0.2.1, eth0, 00:01:02")]
    [InlineData("10.0.0.0/8 via inet6 192.0.2.1 dev d0")]
    [InlineData("10.0.0.0/8 via 010.0.0.1 dev d0")]
    [InlineData("10.0.0.0/8 dev")]
    [InlineData("10.0.0.0/8 dev de!vice")]
    [InlineData("10.0.0.0/8 dev a-name-of-16-byte")]
    [InlineData("2001:db8::/32 via fe80::1%de!vice")]
    [InlineData("10.0.0.0/8 dev d0 metric")]
    [InlineData("10.0.0.0/8 via 192.0.2.1 dev d0 64500")]
    [InlineData("10.0.0.0/8 via 192.0.2.1 frobnicate 7")]
    [InlineData("10.0.0.0/8 unicast [s4 18:23:37.324")]
    [InlineData("10.0.0.0/8 via 192.0.2.1 on d0 [b 1] * (100) [AS4294967296i]")]
    [InlineData("unreachable")]
    [InlineData("unreachable word")]
    [InlineData("6 10.4.0.0/16 nhid 23 dev lo")]
    [InlineData("nexthop via 192.0.2.1 dev d0 weight 1")]
    [InlineData("\tvia 192.0.2.1 on d0")]
    [InlineData("*> 10.0.0.0/8       192.0.2.1                0             0 64500 i")]
    public void A_line_that_is_no_route_as_printed_is_damage(string line)
    {
        var routes = TestTables.ReadAll($"{line}\n198.51.100.0/24 via 192.0.2.9 dev d0\n", out var damage, out _);
        Assert.Equal(["198.51.100.0/24 192.0.2.9 0"], routes);
        Assert.Equal(1, Assert.Single(damage.First).Record);
    }

    [Theory]
    [InlineData("\tnexthop via 300.0.2.1 dev d0 weight 1")]
    [InlineData("\tnexthop via 192.0.2.1 dev d0 frobnicate")]
    [InlineData("\tnexthop via 192.0\0")]
    public void A_route_whose_own_next_hop_is_damaged_does_not_get_the_next_one(string line)
    {
        var routes = TestTables.ReadAll(
            $"10.0.0.0/8 proto bird metric 32 \n{line}\n\tnexthop via 192.0.2.2 dev d1 weight 1 \n11.0.0.0/8 dev d0\n", out var damage, out _);
        Assert.Equal(["11.0.0.0/8 - 0"], routes);
        Assert.Equal(2, Assert.Single(damage.First).Record);
    }

    [Fact]
    public void Next_hops_below_a_damaged_route_belong_to_no_other()
    {
        var routes = TestTables.ReadAll("10.0.0.0/8\n11.0.0.0/33 proto bird\n\tnexthop via 192.0.2.2 dev d1\n", out var damage, out _);
        Assert.Equal(["10.0.0.0/8 - 0"], routes);
        Assert.Equal(1, damage.Count);
    }

    [Fact]
    public void A_link_local_next_hop_is_another_one_on_another_device()
    {
        var table = TestTables.Read(
            "10.0.0.0/8 via inet6 fe80::1 dev d0\n11.0.0.0/8 via inet6 fe80::1 dev d1\n12.0.0.0/8 via inet6 FE80::1 dev d0\n13.0.0.0/8 via 192.0.2.1 dev d0\n14.0.0.0/8 via 192.0.2.1 dev d1\n",
            Family.IPv4, out _, out _);
        Assert.Equal(["fe80::1", "fe80::1%d1", "192.0.2.1"], table.NextHops);
        Assert.Equal([0, 1, 0, 2, 2], table.Routes.Select(route => route.NextHop));
    }

    [Fact]
    public void Link_local_next_hops_of_several_devices_survive_writing_and_reading_back()
    {
        var table = TestTables.Read(
            "2001:db8::/32 via fe80::1 dev d0\n2001:db9::/32 via fe80::1 dev eth0:1\n2001:dba::/32 fe80::2%d7 64500\n", Family.IPv6, out _, out _);
        using var text = new MemoryStream();
        PrefixListWriter.WriteText(table, text);
        text.Position = 0;
        Assert.Equal(TestTables.Flatten(table), TestTables.Flatten(PrefixListReader.Read(text, "x", Family.IPv6, new DamageLog(), out _)));
    }

    [Fact]
    public void Bird_2_is_read_for_what_it_means() => Check(
        """
        BIRD 2.0.12 ready.
        Access restricted
        Table master4:
        0.0.0.0/0            unicast [s4 18:23:37.324] * (200)
        	via 192.0.2.1 on d0
                             unicast [k4 18:23:37.325] (10)
        	via 192.0.2.9 on d0
        10.6.0.0/16          unicast [k4 18:23:37.325] * (10)
        	via fe80::1 on d0
        10.105.0.0/16        unicast [s4 18:23:37.324] * (200)
        	dev d0
                             unicast [bgp1 18:23:37.324 from 192.0.2.9] (100/20) [AS64501i]
        	via 192.0.2.9 on d0
        10.11.0.0/16         prohibited [k4 18:23:37.325] * (10)
        10.102.0.0/16        blackhole [s4 18:23:37.324] * (200)
        10.101.0.0/16        unreachable [bgp1 2026-11-29 from 192.0.2.9] * (100/-) [AS64500i]
                             unicast [s4b 18:23:37.324] (50)
        	via 192.0.2.2 on d0
        10.1.0.0/16          unicast [bgp2 18:23:37.325] * (100) [AS64500e]
        	via 198.51.100.1 on d1 weight 5
        	via 192.0.2.1 on d0 weight 1
        10.7.0.0/16          unicast [bgp3 18:23:37.325] * (100/?) [AS4200000000?]
        	via 203.0.113.7 on d0 onlink
        10.8.0.0/16          unicast [bgp4 18:23:37.325] * (100) [i]
        	via 203.0.113.7 on d0 mpls 100/200

        Table master6:
        ::/0                 unicast [s6 18:23:37.324] * (200)
        	via 2001:db8:1::1 on d0
        2001:db8:101::/48    unreachable [s6 18:23:37.324] * (200)
        2001:db8:12::/48     unicast [bgp6 18:23:37.325] * (100) [AS64502i]
        	via fe80::2 on d1 weight 3
        	via fe80::1 on d0 weight 1
        2001:db8:1::/64      unicast [direct1 18:23:37.325] * (240)
        	dev d0
        """,
        [
            "0.0.0.0/0 192.0.2.1 0", "10.6.0.0/16 fe80::1 0", "10.105.0.0/16 - 0", "10.1.0.0/16 198.51.100.1 64500",
            "10.7.0.0/16 203.0.113.7 4200000000", "10.8.0.0/16 203.0.113.7 0",
            "::/0 2001:db8:1::1 0", "2001:db8:12::/48 fe80::2 64502", "2001:db8:1::/64 - 0",
        ],
        leftOut: 4, further: 4);

    [Fact]
    public void Bird_1_is_read_for_what_it_means() => Check(
        """
        BIRD 1.6.8 ready.
        0.0.0.0/0          via 192.0.2.1 on eth0 [kernel1 2020-01-01] * (10)
        10.0.0.0/8         via 192.0.2.1 on eth0 [bgp1 12:34:56] * (100) [AS64500i]
                           via 192.0.2.2 on eth0 [bgp2 12:34:56 from 192.0.2.99] (100/20) [AS64501i]
        10.1.0.0/16        unreachable [static1 12:34:56] * (200)
        10.2.0.0/16        multipath [static1 12:34:56] * (200)
        	via 192.0.2.3 on eth0 weight 1
        	via 192.0.2.4 on eth0 weight 1
        10.3.0.0/16        dev eth0 [direct1 12:34:56] ! (240)
                           via 192.0.2.2 on eth0 [bgp2 12:34:56] (100) [AS64501i]
        2001:db8::/32      via fe80::1 on eth0 [bgp6 12:34:56] * (100) [AS64502?]
        """,
        ["0.0.0.0/0 192.0.2.1 0", "10.0.0.0/8 192.0.2.1 64500", "10.2.0.0/16 192.0.2.3 0", "10.3.0.0/16 - 0", "2001:db8::/32 fe80::1 64502"],
        leftOut: 1, further: 3);

    [Fact]
    public void Attributes_below_a_route_of_Bird_are_passed_over() => Check(
        """
        BIRD 3.0.1 ready.
        Table master4:
        8.8.8.0/24           unicast [bgp1 17:43:58.084 from 192.0.2.9] * (100) [AS15169i]
        	via 192.0.2.9 on d0
        	Type: BGP univ
        	BGP.as_path: 10965 6509 15169
        	BGP.next_hop: 192.0.2.77
        	BGP.community: (6509,65030) (10965,6509)
        	hostentry: via 192.0.2.78 table master4
        	bgp_path: 
        	Internal route handling values: 0L 5G 0S id 1
        """,
        ["8.8.8.0/24 192.0.2.9 15169"], leftOut: 0, further: 0);

    [Fact]
    public void Route_n_is_read_by_its_header() => Check(
        """
        Kernel IP routing table
        Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
        0.0.0.0         192.0.2.1       0.0.0.0         UG    0      0        0 d0
        10.0.0.0        192.0.2.1       255.0.0.0       UG    32     0        0 d0
        10.4.0.0        0.0.0.0         255.255.0.0     U     0      0        0 lo
        10.8.0.0        *               255.255.0.0     U     0      0        0 d0
        10.9.0.0        -               255.255.0.0     !     0      -        0 -
        10.12.0.0       0.0.0.0         255.255.0.0     U     0      0        0 *
        192.0.2.77      0.0.0.0         255.255.255.255 UH    0      0        0 d0
        default         192.0.2.1       0.0.0.0         UG    0      0        0 d0
        """,
        ["0.0.0.0/0 192.0.2.1 0", "10.0.0.0/8 192.0.2.1 0", "10.8.0.0/16 - 0", "192.0.2.77/32 - 0"], leftOut: 3, further: 0, duplicates: 1);

    [Fact]
    public void Route_6_n_is_read_by_its_header() => Check(
        """
        Kernel IPv6 routing table
        Destination                    Next Hop                   Flag Met Ref  Use If
        2001:db8:1::/64                ::                         U    256 3      0 d0
        2001:db8:10::/48               fe80::1                    UG   32  5      0 d0
        2001:db8:14::/48               ::                         !n   1024 3      0 lo
        [::]/0                         fe80::1                    UG   1024 1      0 d1
        2001:db8:1::10/128             ::                         Un   0   3      0 d0
        ff00::/8                       ::                         U    256 2      0 d0
        ::/0                           ::                         !n   -1  2      0 lo
        """,
        ["2001:db8:1::/64 - 0", "2001:db8:10::/48 fe80::1 0", "::/0 fe80::1%d1 0"], leftOut: 4, further: 0);

    [Fact]
    public void Netstat_rn_of_both_families_is_read_by_its_headers() => Check(
        """
        Kernel IP routing table
        Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface
        10.17.0.0       192.0.2.1       255.255.0.0     UG        0 100       30 d0
        Kernel IPv6 routing table
        Destination                    Next Hop                   Flag Met Ref  Use If
        2001:db8:10::/48               fe80::1                    UG   32  5      0 d0
        """,
        ["10.17.0.0/16 192.0.2.1 0", "2001:db8:10::/48 fe80::1 0"], leftOut: 0, further: 0);

    private static void Check(string text, string[] expected, int leftOut, int further, int duplicates = 0)
    {
        var routes = TestTables.ReadAll(text, out var damage, out var counts);
        Assert.True(damage.Count == 0, $"{string.Join("; ", damage.First)}");
        Assert.Equal(expected, routes);
        Assert.Equal((leftOut, further, duplicates), (counts.LeftOut, counts.FurtherNextHops, counts.Duplicates));
        Assert.Equal(expected.Length + duplicates, counts.V4 + counts.V6);
    }
}
