// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Keys;

public sealed class LookupKeysTests
{
    private const int Count = 20_000;

    private static readonly Prefix[] Four = Of("10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "198.51.100.7/32", "0.0.0.0/1");

    private static readonly Prefix[] Six = Of("2001:db8::/32", "2a00::/12", "2001:db8:1::/48");

    public static TheoryData<KeyPattern> Patterns =>
        [KeyPattern.Uniform, KeyPattern.Prefixes, KeyPattern.Zipf, KeyPattern.Hot];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void The_same_seed_gives_the_same_keys_and_another_seed_others(KeyPattern pattern)
    {
        Assert.Equal(V4(Four, pattern, 100, 1), V4(Four, pattern, 100, 1));
        Assert.NotEqual(V4(Four, pattern, 100, 1), V4(Four, pattern, 100, 2));
        Assert.Equal(V6(Six, pattern, 100, 1), V6(Six, pattern, 100, 1));
        Assert.NotEqual(V6(Six, pattern, 100, 1), V6(Six, pattern, 100, 2));
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Keys_depend_on_the_set_of_prefixes_not_on_their_order(KeyPattern pattern)
    {
        var reversed = Enumerable.Reverse(Four).ToArray();
        Assert.Equal(V4(Four, pattern, 100, 5), V4(reversed, pattern, 100, 5));
    }

    [Fact]
    public void Uniform_IPv4_keys_cover_the_address_space_evenly()
    {
        var octets = new int[256];
        foreach (var key in V4(Four, KeyPattern.Uniform, 256_000, 1))
            octets[key >> 24]++;
        Assert.All(octets, count => Assert.InRange(count, 800, 1200));
    }

    [Fact]
    public void Uniform_IPv6_keys_lie_in_global_unicast_space_and_cover_it_evenly()
    {
        var space = Prefix.Parse("2000::/3");
        var sixteenths = new int[16];
        foreach (var key in V6(Six, KeyPattern.Uniform, 16_000, 1))
        {
            Assert.True(space.Contains(key));
            sixteenths[(int)(key >> 121) & 15]++;
        }

        Assert.All(sixteenths, count => Assert.InRange(count, 850, 1150));
    }

    [Theory]
    [InlineData(KeyPattern.Prefixes)]
    [InlineData(KeyPattern.Zipf)]
    [InlineData(KeyPattern.Hot)]
    public void Keys_drawn_from_prefixes_all_match_one(KeyPattern pattern)
    {
        Assert.All(V4(Four, pattern, Count, 3), key =>
            Assert.Contains(Four, prefix => prefix.Contains((UInt128)key << 96)));
        Assert.All(V6(Six, pattern, Count, 3), key =>
            Assert.Contains(Six, prefix => prefix.Contains(key)));
    }

    [Fact]
    public void Prefixes_are_drawn_evenly_and_their_host_bits_vary()
    {
        var table = Of("10.0.0.0/8", "11.0.0.0/24", "12.0.0.0/32", "13.0.0.0/30");
        var keys = V4(table, KeyPattern.Prefixes, 40_000, 1);
        Assert.All(table, prefix =>
            Assert.InRange(keys.Count(key => prefix.Contains((UInt128)key << 96)), 9_500, 10_500));
        Assert.Equal(4, keys.Where(key => key >> 24 == 13).Distinct().Count());
        Assert.True(keys.Where(key => key >> 24 == 10).Distinct().Count() > 9_000);
    }

    [Fact]
    public void Zipf_keys_follow_the_law_over_the_prefixes()
    {
        var table = Of(Enumerable.Range(0, 100).Select(i => $"10.0.{i}.0/24").ToArray());
        var keys = V4(table, KeyPattern.Zipf, 100_000, 1);
        var counts = keys.GroupBy(key => key >> 8).Select(group => group.Count()).OrderDescending().ToArray();
        var harmonic = Enumerable.Range(1, 100).Sum(rank => 1.0 / rank);
        for (var rank = 0; rank < 5; rank++)
            Assert.InRange(counts[rank] / (100_000 / harmonic / (rank + 1)), 0.94, 1.06);
    }

    [Fact]
    public void The_hot_pattern_is_one_address()
    {
        Assert.Single(V4(Four, KeyPattern.Hot, Count, 1).Distinct());
        Assert.Single(V6(Six, KeyPattern.Hot, Count, 1).Distinct());
    }

    [Fact]
    public void A_mixed_and_an_empty_table_are_refused()
    {
        Assert.Throws<ArgumentException>(() => LookupKeys.LeftAligned([.. Four, .. Six], KeyPattern.Uniform, 1, 1));
        Assert.Throws<ArgumentException>(() => LookupKeys.LeftAligned([.. Six, .. Four], KeyPattern.Uniform, 1, 1));
        Assert.Throws<ArgumentException>(() => LookupKeys.LeftAligned([], KeyPattern.Uniform, 1, 1));
    }

    private static uint[] V4(Prefix[] prefixes, KeyPattern pattern, int count, ulong seed) =>
        Array.ConvertAll(LookupKeys.LeftAligned(prefixes, pattern, count, seed), key => (uint)(key >> 96));

    private static UInt128[] V6(Prefix[] prefixes, KeyPattern pattern, int count, ulong seed) =>
        LookupKeys.LeftAligned(prefixes, pattern, count, seed);

    private static Prefix[] Of(params string[] prefixes) => Array.ConvertAll(prefixes, Prefix.Parse);

    [Fact]
    public void Names_are_read_back()
    {
        foreach (var pattern in Enum.GetValues<KeyPattern>())
            Assert.Equal(pattern, LookupKeys.Parse(pattern.Name()));
        Assert.Throws<ArgumentException>(() => LookupKeys.Parse("warm"));
    }

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(1000, 0.0)]
    [InlineData(1000, 0.8)]
    [InlineData(1000, 1.0)]
    [InlineData(1000, 2.5)]
    public void Each_rank_takes_its_share_of_the_quantiles(int ranks, double exponent)
    {
        var table = new ZipfTable(ranks, exponent);
        var weights = Enumerable.Range(1, ranks).Select(rank => Math.Pow(rank, -exponent)).ToArray();
        var (sum, below) = (weights.Sum(), 0.0);
        for (var rank = 0; rank < ranks; below += weights[rank++])
        {
            Assert.Equal(rank, table.RankAt((below + weights[rank] * 0.001) / sum));
            Assert.Equal(rank, table.RankAt((below + weights[rank] * 0.999) / sum));
        }

        Assert.Equal(0, table.RankAt(0));
        Assert.Equal(ranks - 1, table.RankAt(1));
    }

    [Fact]
    public void A_chain_visits_every_key_in_order_whatever_the_answers_are()
    {
        var zero = KeyChain.Zero();
        var index = 0;
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(i % 8, index);
            index = KeyChain.Next(index, unchecked((int)0xDEADBEEF) * i, zero, 7);
        }

        Assert.Equal(1024, KeyChain.RingSize(1500));
        Assert.Equal(1, KeyChain.RingSize(1));
    }

    [Fact]
    public void A_chain_would_follow_the_answer_if_zero_were_not_zero() =>
        Assert.Equal(5, KeyChain.Next(1, 3, -1, 7));
}
