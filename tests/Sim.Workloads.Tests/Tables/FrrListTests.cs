// SPDX-License-Identifier: MIT
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

/// <summary>
/// What <c>show ip route</c> and <c>show ipv6 route</c> of FRR print. Most lines were taken from FRR 8.4 in a network namespace;
/// the marks q, r and b, instances and older and newer details follow <c>vty_show_ip_route</c>.
/// </summary>
public sealed class FrrListTests
{
    private const string Legend =
        """
        % Can't open configuration file /etc/frr/vtysh.conf
        Codes: K - kernel route, C - connected, S - static, R - RIP,
               O - OSPF, I - IS-IS, B - BGP, E - EIGRP, N - NHRP,
               f - OpenFabric,
               > - selected route, * - FIB route, q - queued, r - rejected, b - backup
               t - trapped, o - offload failure


        """;

    private const string V4 = Legend +
        """
        S>* 0.0.0.0/0 [1/0] via 192.0.2.1, d0, weight 1, 00:00:02
        S>* 10.0.0.0/8 [1/0] via 192.0.2.1, d0, weight 1, 00:00:02
          *                  via 198.51.100.1, d1, weight 1, 00:00:02
        S>* 10.1.0.0/16 [1/0] unreachable (blackhole), weight 1, 00:00:02
        S>* 10.2.0.0/16 [1/0] unreachable (ICMP unreachable), weight 1, 00:00:02
        S>* 10.3.0.0/16 [1/0] is directly connected, d0, weight 1, 00:00:02
        S>* 10.4.0.0/16 [1/0] via 198.51.100.1, d1, weight 1, 00:00:02
        S   10.4.0.0/16 [200/0] via 192.0.2.1, d0, weight 1, 00:00:02
        B>  10.6.0.0/16 [200/0] via 10.0.0.9 (recursive), weight 1, 00:00:02
          *                     via 192.0.2.1, d0, weight 1, 00:00:02
          *                     via 198.51.100.1, d1 onlink, weight 1, 00:00:02
        K>* 10.99.0.0/16 [0/20] via 192.0.2.99, d0 linkdown, 00:00:03
        S   10.5.0.0/16 [1/0] via 203.0.113.5 inactive, weight 1, 00:00:02
        C>* 192.0.2.0/24 is directly connected, d0, 00:00:03
        L>* 192.0.2.10/32 is directly connected, d0, 00:00:03
        O[1]>* 10.20.0.0/16 [110/20] via 192.0.2.1, d0, label 16/17, weight 1, 02w3d01h
        B>q 10.21.0.0/16 [20/0] via fe80::9, d0, weight 1, 1d02h03m
        B>r 10.22.0.0/16 [20/0] via 192.0.2.1, d0, weight 1, 00:01:00
        S>* 10.23.0.0/16 [1/0] via 192.0.2.1, d0 inactive, weight 1, 00:01:00
          *                    via 198.51.100.1, d1 (vrf red), weight 1, 00:01:00
          b                    via 198.51.100.2, d1, weight 1, 00:01:00

        """;

    private const string V6 = Legend +
        """
        S>* ::/0 [1/0] via 2001:db8:1::1, d0, weight 1, 00:00:02
        C>* 2001:db8:1::/64 is directly connected, d0, 00:00:03
        S>* 2001:db8:10::/48 [1/0] via 2001:db8:1::1, d0, weight 1, 00:00:02
          *                        via 2001:db8:2::1, d1, weight 1, 00:00:02
        S>* 2001:db8:11::/48 [1/0] unreachable (blackhole), weight 1, 00:00:02
        S>* 2001:db8:12::/48 [1/0] via fe80::1, d0, weight 1, 00:00:01
        S>* 2001:db8:13::/48 [1/0] via fe80::1, d1, weight 1, 00:00:01
        S>  2001:db8:14::/48 [1/0] via 2001:db8:10::9 (recursive), weight 1, 00:00:02
          *                          via 2001:db8:1::1, d0, weight 1, 00:00:02
        S   2001:db8:15::/48 [1/0] via fe80::1, d0 inactive, weight 1, 00:00:05
        C * fe80::/64 is directly connected, d1, 00:00:01
        C>* fe80::/64 is directly connected, d0, 00:00:01

        """;

    private static readonly string[] s_v4 =
    [
        "0.0.0.0/0 192.0.2.1 0", "10.0.0.0/8 192.0.2.1 0", "10.3.0.0/16 - 0", "10.4.0.0/16 198.51.100.1 0", "10.6.0.0/16 192.0.2.1 0",
        "10.99.0.0/16 192.0.2.99 0", "192.0.2.0/24 - 0", "10.20.0.0/16 192.0.2.1 0", "10.21.0.0/16 fe80::9 0", "10.23.0.0/16 198.51.100.1 0",
    ];

    private static readonly string[] s_v6 =
    [
        "::/0 2001:db8:1::1 0", "2001:db8:1::/64 - 0", "2001:db8:10::/48 2001:db8:1::1 0", "2001:db8:12::/48 fe80::1 0",
        "2001:db8:13::/48 fe80::1%d1 0", "2001:db8:14::/48 2001:db8:1::1 0", "fe80::/64 - 0",
    ];

    [Fact]
    public void Show_ip_route_gives_the_selected_routes_with_the_next_hops_in_use() => Check(
        V4, s_v4,
        ("routes to no peer, left out", 3, "first in line 11"), ("routes not selected, not read", 2, "first in line 15"),
        ("routes rejected by the kernel", 1, "first in line 25"), ("dead next hops, not used", 2, "first in line 26"),
        ("further next hops, not used", 2, "first in line 9"));

    [Fact]
    public void Show_ipv6_route_gives_the_selected_routes_with_the_next_hops_in_use() => Check(
        V6, s_v6,
        ("routes to no peer, left out", 1, "first in line 12"), ("routes not selected, not read", 2, "first in line 17"),
        ("further next hops, not used", 1, "first in line 10"));

    [Fact]
    public void Both_families_may_stand_in_one_file()
    {
        var routes = TestTables.ReadAll(V4 + V6, out var damage, out _);
        Assert.True(damage.Count == 0, $"{string.Join("; ", damage.First)}");
        Assert.Equal([.. s_v4, .. s_v6], routes);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "192.0.2.1")]
    [InlineData("2001:db8::/32", "2001:db8:1::1")]
    public void A_recursive_next_hop_that_no_line_resolves_is_the_routes(string prefix, string hop) =>
        Check($"B>  {prefix} [200/0] via {hop} (recursive), 00:00:02\n", [$"{prefix} {hop} 0"]);

    [Theory]
    [InlineData("10.0.0.0/8", "192.0.2.1")]
    [InlineData("2001:db8::/32", "2001:db8:1::1")]
    public void A_selected_route_without_an_active_next_hop_is_set_aside(string prefix, string hop) => Check(
        $"S>* {prefix} [1/0] via {hop}, d0 inactive, weight 1, 00:00:02\n", [],
        ("routes with dead next hops only", 1, "first in line 1"));

    [Theory]
    [InlineData("10.0.0.0/8", "11.0.0.0/8", "192.0.2.1")]
    [InlineData("2001:db8::/32", "2001:db9::/32", "fe80::1")]
    public void Routes_of_a_second_VRF_are_set_aside_and_named(string first, string second, string hop) => Check(
        $"VRF default:\nB>* {first} [20/0] via {hop}, d0, weight 1, 00:00:05\n\nVRF red:\nB>* {second} [20/0] via {hop}, d0, weight 1, 00:00:05\n",
        [$"{first} {hop} 0"], ("routes of other tables, not read", 1, "first in line 5: table VRF red"));

    [Theory]
    [InlineData("VRF red:")]
    [InlineData("VRF default table 100:")]
    [InlineData("IPv4 unicast VRF red:")]
    public void A_VRF_or_table_asked_for_by_name_is_read(string title) =>
        Check($"{title}\nK>* 10.98.0.0/16 [0/0] via 192.0.2.98, d0, 00:00:03\n", ["10.98.0.0/16 192.0.2.98 0"]);

    [Theory]
    [InlineData("B>* 10.0.0.0/33 [20/0] via 192.0.2.1, d0, weight 1, 00:00:05")]
    [InlineData("B>* 2001:db8::/129 [20/0] via fe80::1, d0, weight 1, 00:00:05")]
    [InlineData("B>* 10.0.0.0/8 [20/0 via 192.0.2.1, d0, 00:00:05")]
    [InlineData("B>* 10.0.0.0/8 [20/0] via eth0, 00:00:05")]
    [InlineData("B>* 10.0.0.0/8 [20/0] via 192.0.2.1, d0 frobnicated, 00:00:05")]
    [InlineData("B>* 10.0.0.0/8 [20/0] via 192.0.2.1, d0, frobnicated, 00:00:05")]
    [InlineData("B>* 2001:db8::/32 [20/0] 192.0.2.1, d0, 00:00:05")]
    [InlineData("B>* 10.0.0.0/8")]
    [InlineData("S        10.0.0.0/24 [1/0] via 192.0.2.1")]
    [InlineData("  *                  via 198.51.100.1, d1, weight 1, 00:00:02")]
    [InlineData("  *                  via 2001:db8::1, d1, weight 1, 00:00:02")]
    public void A_line_that_FRR_does_not_print_so_is_damage(string line)
    {
        var routes = TestTables.ReadAll($"{line}\n198.51.100.0/24 192.0.2.9\n", out var damage, out _);
        Assert.Equal(["198.51.100.0/24 192.0.2.9 0"], routes);
        Assert.Equal(1, Assert.Single(damage.First).Record);
    }

    [Theory]
    [InlineData("   Network          Next Hop            Metric LocPrf Weight Path\n*> 10.0.0.0/8       192.0.2.1  0             0 64500 i\n")]
    [InlineData("    Network          Next Hop            Metric LocPrf Weight Path\n *> 2001:db8::/32    2001:db8::1  0       0 64500 i\n")]
    [InlineData("no ip prefix-list NN\nip prefix-list NN permit 10.0.0.0/8\n")]
    [InlineData("no ipv6 prefix-list NN\nipv6 prefix-list NN permit 2001:db8::/32\n")]
    [InlineData("NN = [\n    10.0.0.0/8\n];\n")]
    public void A_format_that_is_not_read_is_refused_as_a_whole_and_says_what_is(string text)
    {
        var routes = TestTables.ReadAll("BGP table version is 9\n" + text, out var damage, out var counts);
        Assert.Empty(routes);
        Assert.Matches("(show ip route.*dump bgp|bgpq4 prints)", counts.Refusal);
        Assert.StartsWith(counts.Refusal!, damage.First[^1].What, StringComparison.Ordinal);
        Assert.Equal(2, damage.First[^1].Record);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "ip prefix-list NN permit 10.0.0.0/8")]
    [InlineData("2001:db8::/32", "ipv6 prefix-list NN permit 2001:db8::/32")]
    [InlineData("10.0.0.0/8", "   Network          Next Hop            Metric LocPrf Weight Path")]
    public void Routes_above_such_a_line_are_kept(string prefix, string line)
    {
        var routes = TestTables.ReadAll($"{prefix}\n{line}\n198.51.100.0/24\n", out var damage, out var counts);
        Assert.Equal(new[] { $"{prefix} - 0", "198.51.100.0/24 - 0" }.Order(StringComparer.Ordinal), routes.Order(StringComparer.Ordinal));
        Assert.Equal((2L, null), (Assert.Single(damage.First).Record, counts.Refusal));
    }

    private static void Check(string text, string[] expected, params (string, long, string)[] notes)
    {
        var routes = TestTables.ReadAll(text, out var damage, out var counts);
        Assert.True(damage.Count == 0, $"{string.Join("; ", damage.First)}");
        Assert.Equal(expected, routes);
        Assert.Equal(notes, counts.Notes());
    }
}
