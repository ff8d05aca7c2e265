// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Trie.Tests;

/// <summary>
/// The situations that drivers/net/wireguard/selftest/allowedips.c covers, each as a claim of its own. Every lookup
/// is also held to the linear model.
/// </summary>
public sealed unsafe class SelftestCoverageTests
{
    // Peers by letter, a = 0.
    private const int A = 0, B = 1, C = 2, D = 3, E = 4, F = 5, G = 6, H = 7;

    private static readonly (string Prefix, int Peer)[] s_table =
    [
        ("192.168.4.0/24", A), ("192.168.4.4/32", B), ("192.168.0.0/16", C), ("192.95.5.64/27", D),
        ("192.95.5.65/27", C), // the same /27, its host bits set: C takes it from D
        ("2607:5300:6000:6b00::c05f:543/128", D), ("2607:5300:6000:6b00::/64", C),
        ("0.0.0.0/0", E), ("::/0", E), ("::/0", F), // F takes it from E
        ("2404:6800::/32", G), ("2404:6800:4004:800:dead:beef:dead:beef/64", H),
        ("2404:6800:4004:800:dead:beef:dead:beef/128", A), ("2444:6800:40e4:800:deae:beef:def:beef/128", C),
        ("2444:6800:f0e4:800:eeae:beef::/98", B), ("64.15.112.0/20", G), ("64.15.123.211/25", H),
        ("10.0.0.0/25", A), ("10.0.0.128/25", B), ("10.1.0.0/30", A), ("10.1.0.4/30", B), ("10.1.0.8/29", C),
        ("10.1.0.16/29", D),
    ];

    [Theory]
    [InlineData("192.168.4.20", A)]
    [InlineData("192.168.4.0", A)]
    [InlineData("192.168.4.4", B)]
    [InlineData("192.168.4.5", A)]
    [InlineData("192.168.200.182", C)]
    [InlineData("192.95.5.68", C)]
    [InlineData("192.95.5.96", E)]
    [InlineData("2607:5300:6000:6b00::c05f:543", D)]
    [InlineData("2607:5300:6000:6b00::c02e:1ee", C)]
    [InlineData("2607:5300:6000:6b01::", F)]
    [InlineData("2404:6800:4004:806::1006", G)]
    [InlineData("2404:6800:4004:806:0:1234:0:5678", G)]
    [InlineData("2404:67ff:4004:806:0:1234:0:5678", F)]
    [InlineData("2404:6801:4004:806:0:1234:0:5678", F)]
    [InlineData("2404:6800:4004:800:0:1234:0:5678", H)]
    [InlineData("2404:6800:4004:800::", H)]
    [InlineData("2404:6800:4004:800:1010:1010:1010:1010", H)]
    [InlineData("2404:6800:4004:800:dead:beef:dead:beef", A)]
    [InlineData("2444:6800:40e4:800:deae:beef:def:beef", C)]
    [InlineData("2444:6800:f0e4:800:eeae:beef:0:1", B)]
    [InlineData("64.15.116.26", G)]
    [InlineData("64.15.127.3", G)]
    [InlineData("64.15.123.1", G)]
    [InlineData("64.15.123.128", H)]
    [InlineData("64.15.123.129", H)]
    [InlineData("10.0.0.52", A)]
    [InlineData("10.0.0.220", B)]
    [InlineData("10.1.0.2", A)]
    [InlineData("10.1.0.6", B)]
    [InlineData("10.1.0.10", C)]
    [InlineData("10.1.0.20", D)]
    public void The_longest_prefix_that_contains_an_address_owns_it(string address, int peer)
    {
        using var harness = StaticTable();
        Assert.True(AddressText.TryParse(address, out var family, out var bits));
        harness.CheckLookup(family, bits);
        var found = family == Family.IPv4 ? harness.Trie.FindPeerV4((uint)(bits >> 96)) : harness.Trie.FindPeerV6(bits);
        Assert.Equal((nint)harness.Peer(peer), (nint)found);
    }

    [Fact]
    public void The_static_table_has_exactly_its_models_shape_and_edges()
    {
        using var harness = StaticTable();
        harness.Check();
        foreach (var (text, _) in s_table)
            harness.CheckLookupsAround(Prefix.Parse(text));
    }

    [Fact]
    public void A_removed_peer_owns_no_address_any_more()
    {
        using var harness = StaticTable();
        uint[] hosts = [1u << 24, 64u << 24, 128u << 24, 192u << 24, 255u << 24];
        foreach (var host in hosts)
            harness.Insert(Prefix.OfV4(host, 32), A);
        harness.RemoveByPeer(A);
        harness.Check();
        foreach (var host in hosts)
            Assert.Equal((nint)harness.Peer(E), (nint)harness.Trie.FindPeerV4(host));
    }

    [Fact]
    public void Removing_a_peer_that_owns_a_prefix_and_one_inside_it_leaves_nothing()
    {
        using var harness = new TrieHarness(1);
        harness.Insert(Prefix.Parse("192.168.0.0/16"), A);
        harness.Insert(Prefix.Parse("192.168.0.0/24"), A);
        harness.RemoveByPeer(A);
        harness.Check();
        Assert.True(harness.Trie.FindNodeV4(0xC0A80001) == null);
        harness.GracePeriod();
        Assert.Equal(0, harness.Trie.NodeCache.Objects);
    }

    [Fact]
    public void A_peers_list_holds_exactly_its_masked_prefixes_of_both_families_in_order()
    {
        using var harness = new TrieHarness(1);
        foreach (var text in (string[])["192.95.5.93/27", "2607:5300:6000:6b00::c05f:543/128", "10.1.0.20/29",
            "2607:5300:6d8a:6bf8:dab1:f1df:c05f:1523/83", "2607:5300:6d8a:6bf8:dab1:f1df:c05f:1523/21"])
        {
            var slash = text.IndexOf('/', StringComparison.Ordinal);
            Assert.True(AddressText.TryParse(text[..slash], out _, out var address));
            harness.Insert(Prefix.Parse(text), A, address);
        }

        var list = new List<string>();
        foreach (var prefix in AllowedIps.Prefixes(harness.Peer(A)))
            list.Add(prefix.ToString());
        Assert.Equal(
            ["192.95.5.64/27", "2607:5300:6000:6b00::c05f:543/128", "10.1.0.16/29",
                "2607:5300:6d8a:6bf8:dab1:e000::/83", "2607:5000::/21"],
            list);
    }

    /// <summary>The randomised part: near relatives of random prefixes for many peers, then peer after peer removed.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Mutated_random_routes_of_many_peers_match_the_linear_list_until_the_last_peer_is_gone(Family family)
    {
        const int peers = 100;
        var random = new Random(7);
        using var harness = new TrieHarness(peers);
        var bits = family.Bits();
        for (var route = 0; route < 20; route++)
        {
            var address = RandomAddress(random);
            for (var mutant = 0; mutant < 20; mutant++)
            {
                var kept = Prefix.Mask(random.Next(bits));
                var mutated = (address & kept) | (RandomAddress(random) & ~kept);
                harness.Insert(new Prefix(family, mutated, random.Next(1, bits + 1)), random.Next(peers), mutated);
            }
        }

        var prefixes = harness.Model.Routes.Keys.ToArray();
        for (var peer = 0; peer < peers; peer++)
        {
            for (var query = 0; query < 20; query++)
            {
                harness.CheckLookup(family, RandomAddress(random));
                harness.CheckLookupsAround(prefixes[random.Next(prefixes.Length)]);
            }

            harness.RemoveByPeer(peer);
            harness.Check();
        }

        Assert.Equal(0, harness.Trie.Shape(family).Nodes);
        harness.GracePeriod();
        Assert.Equal(0, harness.Trie.NodeCache.Objects);
    }

    private static UInt128 RandomAddress(Random random) =>
        new((ulong)random.NextInt64(long.MinValue, long.MaxValue), (ulong)random.NextInt64(long.MinValue, long.MaxValue));

    private static TrieHarness StaticTable()
    {
        var harness = new TrieHarness(8);
        foreach (var (text, peer) in s_table)
        {
            var slash = text.IndexOf('/', StringComparison.Ordinal);
            Assert.True(AddressText.TryParse(text[..slash], out _, out var address));
            harness.Insert(Prefix.Parse(text), peer, address);
        }

        return harness;
    }
}
