// SPDX-License-Identifier: MIT
using Sim.Fib;
using Xunit;
using static Sim.Fib.KeyVector;

namespace Sim.Fib.Tests;

/// <summary>Suffix lengths, which lower bounds of the random tests leave open above.</summary>
public sealed unsafe class SuffixTests
{
    [Fact]
    public void A_shorter_prefix_pushes_the_suffix_up_to_the_root()
    {
        using var fib = Table();
        Assert.Equal((30, 8), Slens(fib));
        Assert.Equal(0, fib.Add("10.0.0.0/7"));
        Assert.Equal((30, 25), Slens(fib));
        Assert.Equal(0, fib.Add("0.0.0.0/0"));
        Assert.Equal(32, GetChild(fib.Table.Trie, 0)->slen);
    }

    [Fact]
    public void A_leaf_that_loses_its_shortest_prefix_pulls_the_suffix_in()
    {
        using var fib = Table();
        Assert.Equal(0, fib.Add("10.0.0.0/7"));
        Assert.Equal(0, fib.Delete("10.0.0.0/7"));
        Assert.Equal((30, 8), Slens(fib));
        TrieInvariants.Check(fib.Net, insertedOnly: true);
    }

    /// <summary>
    /// fib_remove_alias recomputes the suffix before it unlinks the emptied leaf, and so finds what it was: the node
    /// stays worth coming back to, in the kernel and here, until it is resized or another leaf goes.
    /// </summary>
    [Fact]
    public void A_leaf_that_goes_leaves_its_suffix_behind()
    {
        using var fib = new Fixture();
        foreach (var i in new[] { 0, 64, 128, 192 })
            Assert.Equal(0, fib.Add($"{i}.0.0.0/{(i == 128 ? 1 : 24)}"));
        var root = GetChild(fib.Table.Trie, 0);
        Assert.Equal(31, root->slen);
        Assert.Equal(0, fib.Delete("128.0.0.0/1"));
        Assert.True(GetChild(fib.Table.Trie, 0) == root);
        Assert.Equal(31, root->slen);
        TrieInvariants.Check(fib.Net);
    }

    /// <summary>The root reads bits 31 and 30; under index 0 a node reads bits 8 and 7.</summary>
    private static Fixture Table()
    {
        var fib = new Fixture();
        foreach (var prefix in new[] { "10.0.0.0/24", "10.0.1.128/25", "192.168.0.0/16" })
            Assert.Equal(0, fib.Add(prefix));
        return fib;
    }

    private static (int Root, int Below) Slens(Fixture fib)
    {
        var root = GetChild(fib.Table.Trie, 0);
        var below = GetChild(root, 0);
        Assert.Equal((30, 2, 7, 2), (root->pos, root->bits, below->pos, below->bits));
        return (root->slen, below->slen);
    }
}
