// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Trie.Tests;

public sealed unsafe class UpdateTests
{
    private static Prefix P(string text) => Prefix.Parse(text);

    [Fact]
    public void A_new_table_is_empty_and_its_sequence_number_is_1()
    {
        using var harness = new TrieHarness(1);
        Assert.Equal(1ul, harness.Trie.Seq);
        harness.CheckLookup(Family.IPv4, default);
        harness.CheckLookup(Family.IPv6, default);
        harness.Check();
        Assert.Equal(0, harness.Trie.Shape(Family.IPv4).MaxDepth);
    }

    [Theory]
    [InlineData(33)]
    [InlineData(128)]
    [InlineData(255)]
    public void An_IPv4_length_beyond_32_is_refused_but_counted(byte cidr)
    {
        using var harness = new TrieHarness(1);
        Assert.Equal(-Errno.EINVAL, harness.Trie.InsertV4(0, cidr, harness.Peer(0)));
        Assert.Equal(-Errno.EINVAL, harness.Trie.RemoveV4(0, cidr, harness.Peer(0)));
        Assert.Equal(3ul, harness.Trie.Seq);
        Assert.Equal(0, harness.Trie.NodeCache.Objects);
    }

    [Fact]
    public void An_IPv6_length_beyond_128_is_refused_but_counted()
    {
        using var harness = new TrieHarness(1);
        Assert.Equal(-Errno.EINVAL, harness.Trie.InsertV6(0, 129, harness.Peer(0)));
        Assert.Equal(-Errno.EINVAL, harness.Trie.RemoveV6(0, 129, harness.Peer(0)));
        Assert.Equal(3ul, harness.Trie.Seq);
    }

    [Fact]
    public void A_prefix_for_no_peer_is_refused()
    {
        using var harness = new TrieHarness(1);
        Assert.Equal(-Errno.EINVAL, harness.Trie.Insert(P("10.0.0.0/8"), null));
        Assert.Equal(0, harness.Trie.NodeCache.Objects);
    }

    [Fact]
    public void Removing_an_absent_prefix_succeeds_without_effect_but_is_counted()
    {
        using var harness = new TrieHarness(2);
        harness.Remove(P("10.0.0.0/8"), 0);
        harness.Insert(P("10.0.0.0/8"), 0);
        foreach (var absent in (string[])["10.0.0.0/7", "10.0.0.0/9", "11.0.0.0/8", "0.0.0.0/0", "a00::/8"])
            harness.Remove(P(absent), 0);
        harness.Check();
        Assert.Equal(8ul, harness.Trie.Seq);
        Assert.Equal(0, harness.Memory.Rcu.Pending);
    }

    [Fact]
    public void Removing_another_peers_prefix_succeeds_without_effect_but_is_counted()
    {
        using var harness = new TrieHarness(2);
        harness.Insert(P("10.0.0.0/8"), 0);
        harness.Remove(P("10.0.0.0/8"), 1);
        Assert.Equal(3ul, harness.Trie.Seq);
        harness.Check();
        harness.CheckLookupsAround(P("10.0.0.0/8"));
    }

    [Fact]
    public void Removing_by_peer_counts_once_and_not_at_all_when_there_is_nothing()
    {
        using var harness = new TrieHarness(2);
        harness.RemoveByPeer(0);
        Assert.Equal(1ul, harness.Trie.Seq);
        harness.Insert(P("10.0.0.0/8"), 0);
        harness.Insert(P("2001:db8::/32"), 0);
        harness.RemoveByPeer(0);
        Assert.Equal(4ul, harness.Trie.Seq);
        harness.Check();
    }

    [Fact]
    public void A_prefix_moves_to_the_tail_of_its_new_owners_list_and_allocates_no_node()
    {
        using var harness = new TrieHarness(2);
        foreach (var prefix in (string[])["10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8"])
            harness.Insert(P(prefix), 0);
        harness.Insert(P("13.0.0.0/8"), 1);
        var allocated = harness.Trie.NodeCache.Allocations;
        harness.Insert(P("11.0.0.0/8"), 1);
        harness.Insert(P("10.0.0.0/8"), 0);
        harness.Check();
        Assert.Equal(["12.0.0.0/8", "10.0.0.0/8"], List(harness.Peer(0)));
        Assert.Equal(["13.0.0.0/8", "11.0.0.0/8"], List(harness.Peer(1)));
        Assert.Equal(allocated, harness.Trie.NodeCache.Allocations);
        Assert.Equal(0, harness.Memory.Rcu.Pending);
    }

    [Fact]
    public void Two_siblings_take_a_joint_that_goes_with_the_first_of_them()
    {
        using var harness = new TrieHarness(1);
        harness.Insert(P("10.0.0.0/25"), 0);
        Assert.Equal(1, harness.Trie.NodeCache.Objects);
        harness.Insert(P("10.0.0.128/25"), 0);
        Assert.Equal(3, harness.Trie.NodeCache.Objects);
        harness.Remove(P("10.0.0.0/25"), 0);
        harness.Check();
        Assert.Equal(2, harness.Memory.Rcu.Pending);
        harness.GracePeriod();
        Assert.Equal(1, harness.Trie.NodeCache.Objects);
    }

    [Fact]
    public void A_removed_prefix_with_two_children_stays_as_their_joint_and_can_be_owned_again()
    {
        using var harness = new TrieHarness(2);
        harness.Insert(P("10.0.0.0/24"), 0);
        harness.Insert(P("10.0.0.0/25"), 1);
        harness.Insert(P("10.0.0.128/25"), 1);
        harness.Remove(P("10.0.0.0/24"), 0);
        harness.Check();
        Assert.Equal(0, harness.Memory.Rcu.Pending);
        Assert.Equal(3, harness.Trie.NodeCache.Objects);
        harness.Insert(P("10.0.0.0/24"), 1);
        harness.Check();
        harness.RemoveByPeer(1);
        harness.GracePeriod();
        Assert.Equal(0, harness.Trie.NodeCache.Objects);
    }

    [Fact]
    public void Replacing_a_peers_set_frees_every_node_it_owned()
    {
        using var harness = new TrieHarness(2);
        for (var i = 0u; i < 200; i++)
            harness.Insert(Prefix.OfV4(i * 0x01010101, (int)(i % 33)), 0);
        harness.Replace(0, [P("192.0.2.0/24")]);
        harness.Check();
        harness.GracePeriod();
        Assert.Equal(1, harness.Trie.NodeCache.Objects);
    }

    [Fact]
    public void Nodes_taken_out_stay_in_use_until_the_grace_period_ends()
    {
        using var harness = new TrieHarness(1);
        harness.Insert(P("10.0.0.0/8"), 0);
        var node = harness.Trie.FindNodeV4(0x0A000001);
        harness.RemoveByPeer(0);
        Assert.Equal(1, harness.Trie.NodeCache.Objects);
        Assert.Equal(8, node->cidr);
        harness.GracePeriod();
        Assert.Equal(0, harness.Trie.NodeCache.Objects);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Without_memory_an_insertion_fails_and_leaves_the_table_as_it_was(long allocations)
    {
        using var harness = new TrieHarness(1);
        harness.Insert(P("10.0.0.0/25"), 0);
        harness.Trie.AllocationsLeft = allocations;
        Assert.Equal(-Errno.ENOMEM, harness.Trie.Insert(P("10.0.0.128/25"), harness.Peer(0)));
        harness.Trie.AllocationsLeft = long.MaxValue;
        Assert.Equal(["10.0.0.0/25"], List(harness.Peer(0)));
        Assert.Equal((1L, 1L), (harness.Trie.NodeCache.Objects, harness.Trie.Shape(Family.IPv4).Nodes));
        harness.CheckLookupsAround(P("10.0.0.128/25"));
        harness.Trie.AllocationsLeft = 0;
        Assert.Equal(-Errno.ENOMEM, harness.Trie.Insert(P("::/0"), harness.Peer(0)));
        Assert.Equal(3ul + 1, harness.Trie.Seq);
    }

    [Fact]
    public void Freeing_the_table_empties_every_list_at_once_and_every_slab_after_the_grace_period()
    {
        using var harness = new TrieHarness(3);
        for (var i = 0u; i < 500; i++)
        {
            harness.Insert(Prefix.OfV4(i * 0x9E3779B9, (int)(i % 33)), (int)(i % 3));
            harness.Insert(Prefix.OfV6((UInt128)i * UInt128.MaxValue / 499, (int)(i % 129)), (int)(i % 3));
        }

        var nodes = harness.Trie.NodeCache.Objects;
        harness.Free();
        harness.Check();
        Assert.Equal((nodes, 2), (harness.Trie.NodeCache.Objects, harness.Memory.Rcu.Pending));
        harness.GracePeriod();
        Assert.Equal(0, harness.Trie.NodeCache.Objects);
        harness.Insert(P("10.0.0.0/8"), 0);
        harness.Check();
    }

    [Fact]
    public void Nodes_removed_before_the_table_is_freed_are_freed_once()
    {
        using var harness = new TrieHarness(2);
        for (var i = 0u; i < 64; i++)
            harness.Insert(Prefix.OfV4(i << 26, 6), (int)(i % 2));
        harness.RemoveByPeer(0);
        harness.Free();
        harness.GracePeriod();
        Assert.Equal(0, harness.Trie.NodeCache.Objects);
    }

    private static string[] List(wg_peer* peer)
    {
        var list = new List<string>();
        foreach (var prefix in AllowedIps.Prefixes(peer))
            list.Add(prefix.ToString());
        return [.. list];
    }
}
