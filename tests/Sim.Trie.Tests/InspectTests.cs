// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Trie.Tests;

public sealed unsafe class InspectTests
{
    [Fact]
    public void The_path_to_an_address_ends_with_the_node_that_does_not_match()
    {
        using var harness = new TrieHarness(2);
        harness.Insert(Prefix.Parse("10.0.0.0/8"), 0);
        harness.Insert(Prefix.Parse("10.0.0.0/25"), 1);
        harness.Insert(Prefix.Parse("10.0.0.128/25"), 1);
        Span<PathStep> path = new PathStep[AllowedIps.MaxAllowedIpsDepth];
        var visited = harness.Trie.Walk(Family.IPv4, Prefix.Parse("10.0.1.1").Address, path);
        Assert.Equal(
            ["1 10.0.0.0/8 owned match", "2 10.0.0.0/24 joint mismatch"],
            Describe(path[..visited]));
        visited = harness.Trie.Walk(Family.IPv4, Prefix.Parse("10.0.0.129").Address, path);
        Assert.Equal(
            ["1 10.0.0.0/8 owned match", "2 10.0.0.0/24 joint match", "3 10.0.0.128/25 owned match"],
            Describe(path[..visited]));
        Assert.Equal(0, harness.Trie.Walk(Family.IPv6, 0, path));
        Assert.Equal(new LookupCost(0, 0, 0), harness.Cost(Family.IPv6, 0));
        Assert.Equal(1, harness.Cost(Family.IPv4, Prefix.Parse("10.0.1.1").Address).FoundDepth);
    }

    /// <summary>
    /// The nodes of a fresh slab lie 72 bytes apart from a line's edge on, so the lines of each are arithmetic: a lookup
    /// that matches node k reads bytes 72k to 72k+35 (IPv4) or 72k+47 (IPv6).
    /// </summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Cache_lines_are_counted_from_the_bytes_read_at_the_nodes_real_addresses(Family family)
    {
        using var harness = new TrieHarness(1);
        var bits = family.Bits();
        var lengths = Enumerable.Range(0, 30).ToArray();
        foreach (var length in lengths)
            harness.Insert(new Prefix(family, 0, length), 0);
        var expected = new HashSet<int>();
        foreach (var length in lengths)
        {
            for (var at = 72 * length; at < 72 * length + 32 + bits / 8; at += 4)
                expected.Add(at / 64);
        }

        var cost = harness.Cost(family, 0);
        Assert.Equal(new LookupCost(30, expected.Count, 30), cost);
        // Each node reaches into a line that the node before did not read. The nodes are read one after the other.
        Assert.Equal(30, harness.Lines.Steps);
    }

    /// <summary>
    /// Object 6 of a slab spans lines 6 and 7, with cidr and bits in line 7; five nodes of the other family keep it
    /// away from the root, which is object 0:
    /// <code>
    ///   384          432    448 456          480   504
    ///   | line 6      peer   |  cidr, bits    |     |
    /// </code>
    /// </summary>
    [Theory]
    [InlineData(Family.IPv4, Family.IPv6)]
    [InlineData(Family.IPv6, Family.IPv4)]
    public void A_node_that_does_not_match_is_read_from_its_length_on(Family family, Family other)
    {
        using var harness = new TrieHarness(1);
        harness.Insert(new Prefix(family, 0, 0), 0);
        for (var length = 0; length < 5; length++)
            harness.Insert(new Prefix(other, 0, length), 0);
        harness.Insert(new Prefix(family, 0, 8), 0);
        Assert.Equal(new LookupCost(Nodes: 2, CacheLines: 3, FoundDepth: 2), harness.Cost(family, 0));
        Assert.Equal(
            new LookupCost(Nodes: 2, CacheLines: 2, FoundDepth: 1), harness.Cost(family, UInt128.One << 120));
    }

    /// <summary>Object 3 of a slab begins at byte 216, so that its lower word of bits, and that alone, is in line 4.</summary>
    [Fact]
    public void The_lower_word_of_an_IPv6_node_is_read_only_when_the_upper_words_are_equal()
    {
        using var harness = new TrieHarness(1);
        for (var length = 0; length < 3; length++)
            harness.Insert(Prefix.OfV4(0, length), 0);
        harness.Insert(Prefix.Parse("2001:db8::/32"), 0);
        Assert.Equal(new LookupCost(1, 2, 1), harness.Cost(Family.IPv6, Prefix.Parse("2001:db8::1").Address));
        Assert.Equal(new LookupCost(1, 1, 1), harness.Cost(Family.IPv6, Prefix.Parse("2001:db8:1::").Address));
        Assert.Equal(new LookupCost(1, 1, 0), harness.Cost(Family.IPv6, Prefix.Parse("3001::").Address));
    }

    [Fact]
    public void A_joint_without_an_owner_is_told_from_an_owned_node_in_the_shape()
    {
        using var harness = new TrieHarness(1);
        harness.Insert(Prefix.Parse("10.0.0.0/25"), 0);
        harness.Insert(Prefix.Parse("10.0.0.128/25"), 0);
        harness.Insert(Prefix.Parse("10.0.0.192/26"), 0);
        var shape = harness.Trie.Shape(Family.IPv4);
        Assert.Equal((4L, 3L, 3), (shape.Nodes, shape.Valued, shape.MaxDepth));
        Assert.Equal([0, 1, 2, 1], shape.NodesAtDepth);
        Assert.Equal([0, 0, 2, 1], shape.ValuedAtDepth);
    }

    private static string[] Describe(ReadOnlySpan<PathStep> path)
    {
        var lines = new List<string>();
        foreach (var step in path)
            lines.Add($"{step.Depth} {step.Prefix} {(step.Peer == null ? "joint" : "owned")} {(step.Matches ? "match" : "mismatch")}");
        return [.. lines];
    }
}
