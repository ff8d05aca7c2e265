// SPDX-License-Identifier: MIT
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

/// <summary>
/// A list is one table: routes of other tables, of one type of service and without a live next hop are set aside, and named.
/// Lines of <c>ip route show table all</c> are of iproute2 6.1 in a network namespace, where one device had lost its carrier.
/// </summary>
public sealed class ListTableTests
{
    private const string OtherTables = "routes of other tables, not read";
    private const string Tos = "routes for one tos, not read";
    private const string Dead = "routes with dead next hops only";
    private const string DeadHops = "dead next hops, not used";

    [Fact]
    public void Ip_route_of_all_tables_gives_the_main_table() => Check(
        """
        10.0.0.0/8 via 198.51.100.1 dev d1 table 100 
        default via 192.0.2.1 dev d0 
        10.0.0.0/8 tos 0x10 via 198.51.100.1 dev d1 
        10.0.0.0/8 via 192.0.2.1 dev d0 
        10.1.0.0/16 
        	nexthop via 203.0.113.1 dev d2 weight 1 dead linkdown 
        	nexthop via 192.0.2.1 dev d0 weight 1 
        10.2.0.0/16 via 203.0.113.1 dev d2 dead linkdown 
        10.3.0.0/16 tos 0x08 via 192.0.2.1 dev d0 
        10.9.0.0/16 linkdown 
        	nexthop via 203.0.113.1 dev d2 weight 1 dead linkdown 
        	nexthop via 203.0.113.2 dev d2 weight 1 dead linkdown 
        203.0.113.0/24 dev d2 proto kernel scope link src 203.0.113.10 dead linkdown 
        local 192.0.2.10 dev d0 table local proto kernel scope host src 192.0.2.10 
        broadcast 192.0.2.255 dev d0 table local proto kernel scope link src 192.0.2.10 
        """,
        ["0.0.0.0/0 192.0.2.1 0", "10.0.0.0/8 192.0.2.1 0", "10.1.0.0/16 192.0.2.1 0"],
        (OtherTables, 3, "first in line 1: table 100"), (Tos, 2, "first in line 3: tos 0x10"), (Dead, 3, "first in line 8"), (DeadHops, 1, "first in line 5"));

    [Fact]
    public void Ip_6_route_of_all_tables_gives_the_main_table() => Check(
        """
        2001:db8:10::/48 via 2001:db8:2::1 dev d1 table 100 metric 1024 pref medium
        2001:db8:1::/64 dev d0 proto kernel metric 256 pref medium
        2001:db8:10::/48 via 2001:db8:1::1 dev d0 metric 1024 pref medium
        2001:db8:11::/48 metric 1024 pref medium
        	nexthop via 2001:db8:2::1 dev d1 weight 1 dead linkdown 
        	nexthop via 2001:db8:1::1 dev d0 weight 1 
        2001:db8:12::/48 via 2001:db8:2::1 dev d1 metric 1024 dead linkdown pref medium
        2001:db8:14::/48 tos 0x10 via 2001:db8:1::1 dev d0 metric 1024 pref medium
        2001:db8:15::/48 dev d1 metric 1024 linkdown pref medium
        local 2001:db8:1::10 dev d0 table local proto kernel metric 0 pref medium
        multicast ff00::/8 dev d0 table local proto kernel metric 256 pref medium
        """,
        ["2001:db8:1::/64 - 0", "2001:db8:10::/48 2001:db8:1::1 0", "2001:db8:11::/48 2001:db8:1::1 0", "2001:db8:15::/48 - 0"],
        (OtherTables, 3, "first in line 1: table 100"), (Tos, 1, "first in line 8: tos 0x10"), (Dead, 1, "first in line 7"), (DeadHops, 1, "first in line 4"));

    [Theory]
    [InlineData("10.0.0.0/8", "192.0.2.1", "192.0.2.2", "192.0.2.3")]
    [InlineData("2001:db8::/32", "2001:db8::1", "2001:db8::2", "2001:db8::3")]
    public void One_line_a_route_tells_the_dead_next_hops_apart(string prefix, string one, string two, string three)
    {
        static string Hop(string address, string flags = "") => $@"\	nexthop via {address} dev d0 weight 1 {flags}";
        Check($"{prefix} proto bird {Hop(one, "dead ")}{Hop(two)}{Hop(three, "dead linkdown ")}\n", [$"{prefix} {two} 0"], (DeadHops, 2, "first in line 1"));
        Check(
            $"{prefix} proto bird {Hop(one)}{Hop(two, "dead ")}{Hop(three)}\n", [$"{prefix} {one} 0"],
            (DeadHops, 1, "first in line 1"), ("further next hops, not used", 1, "first in line 1"));
        Check($"{prefix} proto bird {Hop(one, "dead ")}{Hop(two, "dead ")}\n", [], (Dead, 1, "first in line 1"));
    }

    [Theory]
    [InlineData("table main")]
    [InlineData("table 254")]
    [InlineData("tos 0")]
    [InlineData("tos 0x00")]
    [InlineData("linkdown")]
    public void Words_that_change_no_route_set_none_aside(string words)
    {
        Check($"10.0.0.0/8 via 192.0.2.1 dev d0 {words} metric 5 \n", ["10.0.0.0/8 192.0.2.1 0"]);
        Check($"2001:db8::/32 via fe80::1 dev d0 {words} metric 5 pref medium\n", ["2001:db8::/32 fe80::1 0"]);
    }

    [Theory]
    [InlineData("table 51820", OtherTables)]
    [InlineData("table default", OtherTables)]
    [InlineData("dsfield 0x20", Tos)]
    [InlineData("tos CS1", Tos)]
    public void Words_of_another_table_or_tos_are_named(string words, string note)
    {
        Check($"10.0.0.0/8 dev d0 {words}\n", [], (note, 1, "first in line 1: " + words));
        Check($"# v6\n2001:db8::/32 dev d0 {words} metric 1024\n", [], (note, 1, "first in line 2: " + words));
    }

    [Fact]
    public void Of_Birds_tables_the_first_of_each_family_is_read() => Check(
        """
        BIRD 2.0.12 ready.
        Table master4:
        10.0.0.0/8           unicast [s4 18:23:37.324] * (200)
        	via 192.0.2.1 on d0
        Table master6:
        2001:db8::/32        unicast [s6 18:23:37.324] * (200)
        	via fe80::1 on d0
        Table other4:
        10.0.0.0/8           unicast [s4 18:23:37.324] * (200)
        	via 192.0.2.2 on d0
        11.0.0.0/8           unicast [s4 18:23:37.324] * (200)
        	via 192.0.2.2 on d0
        Table other6:
        2001:db9::/32        unicast [s6 18:23:37.324] * (200)
        	via fe80::2 on d0
        Table master4:
        12.0.0.0/8           unicast [s4 18:23:37.324] * (200)
        	via 192.0.2.1 on d0
        4 of 5 routes for 5 networks in table master4
        Total: 6 of 7 routes for 7 networks in 4 tables
        """,
        ["10.0.0.0/8 192.0.2.1 0", "12.0.0.0/8 192.0.2.1 0", "2001:db8::/32 fe80::1 0"],
        (OtherTables, 3, "first in line 9: table other4"));

    [Theory]
    [InlineData("10.1.0.0/16", "192.0.2.1", "192.0.2.2")]
    [InlineData("2001:db8::/32", "fe80::1", "fe80::2")]
    public void Birds_types_of_OSPF_routes_are_read(string prefix, string hop, string further)
    {
        foreach (var type in (string[])["* I (150/20)", "* IA (150/20)", "* E1 (150/20)", "* E2 (150/10/10000)", "E2 (150/10/10000)", "I (150/20)"])
        {
            Check(
                $"{prefix}          unicast [ospf1 2026-11-29 12:00:00.000] {type} [192.0.2.9]\n\tvia {hop} on d0\n                     unicast [ospf1 12:00:00] IA (150/40) [192.0.2.8]\n\tvia {further} on d0 weight 1\n",
                [$"{prefix} {hop} 0"], ("further next hops, not used", 1, "first in line 1"));
            Check($"{prefix}          via {hop} on d0 [ospf1 12:00:00] {type} [192.0.2.9]\n", [$"{prefix} {hop} 0"]);
        }
    }

    [Theory]
    [InlineData("10.0.0.0/8 via 192.0.2.1 dev d0 E2")]
    [InlineData("2001:db8::/32 via fe80::1 dev d0 IA")]
    [InlineData("10.0.0.0/8 unicast [ospf1 12:00:00] * E3 (150/20) [192.0.2.9]")]
    public void A_type_of_OSPF_stands_only_behind_its_protocol(string line)
    {
        Assert.Empty(TestTables.ReadAll(line + "\n", out var damage, out _));
        Assert.Equal(1, Assert.Single(damage.First).Record);
    }

    [Theory]
    [InlineData("Prefixes")]
    [InlineData("prefix")]
    [InlineData("routes")]
    [InlineData("Routes:")]
    [InlineData("\"Network\"")]
    [InlineData("\uFEFFnetworks")]
    [InlineData("addresses:")]
    public void A_title_of_one_word_names_no_columns(string title) => Check(
        $"{title}\n10.0.0.0/8 192.0.2.1 64500\n2001:db8::/32 via fe80::1 dev d0\n11.0.0.0/8\n",
        ["10.0.0.0/8 192.0.2.1 64500", "11.0.0.0/8 - 0", "2001:db8::/32 fe80::1 0"]);

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0/24x")]
    [InlineData("l0.0.0.0/8")]
    [InlineData("l0.0.0.0/8,ip,64500")]
    [InlineData("fd00::/129,net,64500")]
    [InlineData("fd00::/129")]
    [InlineData("fe80::zz,route")]
    [InlineData("Blocklist")]
    [InlineData("Prefix list")]
    public void A_first_line_that_is_neither_route_nor_title_is_named(string line)
    {
        var routes = TestTables.ReadAll($"{line}\n10.0.0.0/8,192.0.2.1,64500\n2001:db8::/32,fe80::1\n", out var damage, out _);
        Assert.Equal(["10.0.0.0/8 192.0.2.1 64500", "2001:db8::/32 fe80::1 0"], routes);
        Assert.Equal(1, Assert.Single(damage.First).Record);
    }

    [Fact]
    public void A_title_among_the_rows_of_columns_is_damage_and_ends_no_columns()
    {
        var routes = TestTables.ReadAll("asn,prefix\n1,10.0.0.0/8\nprefix\n2,2001:db8::/32\n", out var damage, out _);
        Assert.Equal(["10.0.0.0/8 - 1", "2001:db8::/32 - 2"], routes);
        Assert.Equal(3, Assert.Single(damage.First).Record);
    }

    private static void Check(string text, string[] expected, params (string, long, string)[] notes)
    {
        var routes = TestTables.ReadAll(text, out var damage, out var counts);
        Assert.True(damage.Count == 0, $"{string.Join("; ", damage.First)}");
        Assert.Equal(expected, routes);
        Assert.Equal(notes, counts.Notes());
    }
}
