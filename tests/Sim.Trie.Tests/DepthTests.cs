// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Trie.Tests;

/// <summary>The deepest tries there can be: 129 nodes on a path, and a full stack when they are freed.</summary>
public sealed unsafe class DepthTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_chain_of_every_length_of_one_IPv6_address_is_129_deep_and_works(int ones)
    {
        var address = ones == 0 ? UInt128.Zero : UInt128.MaxValue;
        using var harness = new TrieHarness(129);
        foreach (var length in Enumerable.Range(0, 129).OrderBy(length => length * 37 % 129))
            harness.Insert(Prefix.OfV6(address, length), length);
        harness.Check();
        Assert.Equal(129, harness.Trie.Shape(Family.IPv6).MaxDepth);
        Assert.Equal(129, harness.Trie.NodeCache.Objects);
        for (var length = 0; length <= 128; length++)
            harness.CheckLookupsAround(Prefix.OfV6(address, length));

        Span<PathStep> path = stackalloc PathStep[AllowedIps.MaxAllowedIpsDepth];
        Assert.Equal(129, harness.Trie.Walk(Family.IPv6, address, path));
        Assert.Equal(128, path[128].Prefix.Length);
        Assert.Throws<ArgumentException>(() => harness.Trie.Walk(Family.IPv6, address, new PathStep[128]));

        harness.Free();
        harness.Check();
        harness.GracePeriod();
        Assert.Equal(0, harness.Trie.NodeCache.Objects);
    }

    /// <summary>As the kernel's selftest: the last bits of the address differ one by one, so that each /128 hangs on a joint.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_host_beside_every_joint_of_a_129_deep_trie_fills_the_stack_and_no_more(int ones)
    {
        var spine = ones == 0 ? UInt128.Zero : UInt128.MaxValue;
        using var harness = new TrieHarness(1);
        harness.Insert(Prefix.OfV6(spine, 128), 0);
        for (var bit = 0; bit < 128; bit++)
            harness.Insert(Prefix.OfV6(spine ^ (UInt128.One << bit), 128), 0);
        harness.Check();
        var shape = harness.Trie.Shape(Family.IPv6);
        Assert.Equal((257L, 129L, 129), (shape.Nodes, shape.Valued, shape.MaxDepth));
        harness.Free();
        harness.GracePeriod();
        Assert.Equal(0, harness.Trie.NodeCache.Objects);
    }

    [Fact]
    public void A_chain_of_every_length_of_one_IPv4_address_is_33_deep()
    {
        using var harness = new TrieHarness(1);
        for (var length = 32; length >= 0; length--)
            harness.Insert(Prefix.OfV4(0xC0000201, length), 0);
        harness.Check();
        Assert.Equal(33, harness.Trie.Shape(Family.IPv4).MaxDepth);
        for (var length = 0; length <= 32; length++)
            harness.Remove(Prefix.OfV4(0xC0000201, length), 0);
        harness.Check();
        harness.GracePeriod();
    }
}
