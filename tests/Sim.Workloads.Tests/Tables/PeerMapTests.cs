// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Synthesis;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

public sealed class PeerMapTests
{
    private static readonly Lazy<RouteTable> Generated = new(() => TableGenerator.Generate(Family.IPv4, 50_000, 3));

    public static TheoryData<PeerRule> Rules => [PeerRule.NextHop, PeerRule.OriginAs, PeerRule.PrefixHash];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_route_gets_a_peer_and_the_seed_decides_which(PeerRule rule)
    {
        foreach (var peers in new[] { 1, 2, 7, 64 })
        {
            var map = PeerMap.Build(Generated.Value, peers, rule, 0, 1);
            Assert.Equal(Generated.Value.Routes.Length, map.Length);
            Assert.Equal(Enumerable.Range(0, peers), map.Distinct().Order());
            Assert.Equal(map, PeerMap.Build(Generated.Value, peers, rule, 0, 1));
        }

        Assert.NotEqual(
            PeerMap.Build(Generated.Value, 7, rule, 0, 1), PeerMap.Build(Generated.Value, 7, rule, 0, 2));
    }

    [Fact]
    public void Routes_of_one_next_hop_go_to_one_peer_and_each_next_hop_can_have_its_own()
    {
        var table = Generated.Value;
        var map = PeerMap.Build(table, table.NextHops.Count, PeerRule.NextHop, 0, 1);
        var pairs = table.Routes.Zip(map, (route, peer) => (route.NextHop, peer)).Distinct().ToArray();
        Assert.Equal(table.NextHops.Count, pairs.Length);
        Assert.Equal(pairs.Length, pairs.Select(pair => pair.peer).Distinct().Count());
    }

    [Fact]
    public void Routes_of_one_origin_go_to_one_peer()
    {
        var map = PeerMap.Build(Generated.Value, 50, PeerRule.OriginAs, 0, 1);
        Assert.All(
            Generated.Value.Routes.Zip(map, (route, peer) => (route.OriginAs, peer)).GroupBy(pair => pair.OriginAs),
            group => Assert.Single(group.Select(pair => pair.peer).Distinct()));
    }

    [Fact]
    public void A_hash_map_is_even_without_skew_and_follows_Zipf_with_it()
    {
        var even = PeerMap.Build(Generated.Value, 10, PeerRule.PrefixHash, 0, 1).CountBy(peer => peer);
        Assert.All(even, peer => Assert.InRange(peer.Value, 4_600, 5_400));
        var skewed = PeerMap.Build(Generated.Value, 10, PeerRule.PrefixHash, 1, 1).CountBy(peer => peer).ToDictionary();
        var harmonic = Enumerable.Range(1, 10).Sum(rank => 1.0 / rank);
        for (var peer = 0; peer < 10; peer++)
            Assert.InRange(skewed[peer] / (50_000 / harmonic / (peer + 1)), 0.9, 1.1);
    }

    [Fact]
    public void A_hashed_peer_does_not_change_when_other_routes_go()
    {
        var table = Generated.Value;
        var half = new RouteTable("half", table.Family, table.Routes.Where((_, i) => i % 2 == 0).ToArray(), table.NextHops);
        foreach (var rule in new[] { PeerRule.PrefixHash, PeerRule.OriginAs })
        {
            var all = PeerMap.Build(table, 9, rule, 1, 1);
            Assert.Equal(all.Where((_, i) => i % 2 == 0), PeerMap.Build(half, 9, rule, 1, 1));
        }
    }

    [Fact]
    public void Mapping_by_an_origin_that_nobody_states_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() =>
            PeerMap.Build(TestTables.Of("10.0.0.0/8"), 2, PeerRule.OriginAs, 0, 1));
        Assert.Contains("origin AS", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Absurd_numbers_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PeerMap.Build(Generated.Value, 0, PeerRule.NextHop, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PeerMap.Build(Generated.Value, 1, PeerRule.NextHop, -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PeerMap.Build(Generated.Value, 1, PeerRule.NextHop, double.NaN, 1));
    }

    [Fact]
    public void Names_are_read_back()
    {
        for (var rule = PeerRule.NextHop; rule <= PeerRule.PrefixHash; rule++)
            Assert.Equal(rule, PeerMap.Parse(PeerMap.Names[(int)rule]));
        Assert.Throws<ArgumentException>(() => PeerMap.Parse("mac"));
    }
}
