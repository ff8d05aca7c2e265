// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Trie.Tests;

public sealed unsafe class PeerTests
{
    [Fact]
    public void A_removed_peer_is_freed_after_the_grace_period()
    {
        using var harness = new TrieHarness(2);
        harness.Insert(Prefix.Parse("10.0.0.0/8"), 0);
        harness.Trie.PeerRemove(harness.Peer(0));
        Assert.Equal(1, harness.Trie.PeerCount);
        Assert.Equal(2, harness.Trie.PeerCache.Objects);
        harness.Memory.Rcu.GracePeriod();
        Assert.Equal(1, harness.Trie.PeerCache.Objects);
    }

    [Fact]
    public void A_lookups_reference_keeps_a_removed_peer_alive()
    {
        using var harness = new TrieHarness(1);
        harness.Insert(Prefix.Parse("10.0.0.0/8"), 0);
        var held = harness.Trie.LookupDstV4(0x0A000001);
        harness.Trie.PeerRemove(held);
        harness.Memory.Rcu.GracePeriod();
        Assert.Equal(1, harness.Trie.PeerCache.Objects);
        Assert.Equal((1, (byte)1), (held->refcount, held->is_dead));
        Assert.True(harness.Trie.LookupDstV4(0x0A000001) == null);
        harness.Trie.PeerPut(held);
        harness.Memory.Rcu.GracePeriod();
        Assert.Equal(0, harness.Trie.PeerCache.Objects);
    }

    [Fact]
    public void A_peer_without_references_cannot_be_taken()
    {
        var peer = new wg_peer { refcount = 0 };
        Assert.True(AllowedIps.PeerGetMaybeZero(&peer) == null);
        Assert.Equal(0, peer.refcount);
        Assert.True(AllowedIps.PeerGetMaybeZero(null) == null);
    }

    [Fact]
    public void Putting_one_reference_too_many_and_removing_twice_are_errors()
    {
        using var harness = new TrieHarness(1);
        var peer = harness.Trie.LookupDstV4(1);
        Assert.True(peer == null);
        harness.Trie.PeerPut(null);
        harness.Trie.PeerRemove(null);
        Assert.Throws<InvalidOperationException>(() => harness.Trie.PeerPut(harness.Peer(0)));
        Assert.Equal(1, harness.Peer(0)->refcount);
        harness.Trie.PeerRemove(harness.Peer(0));
        Assert.Throws<InvalidOperationException>(() => harness.Trie.PeerRemove(harness.Peer(0)));
    }

    [Fact]
    public void Removing_all_peers_leaves_nothing()
    {
        using var harness = new TrieHarness(20);
        for (var i = 0; i < 400; i++)
            harness.Insert(Prefix.OfV4((uint)i << 20, 12), i % 20);
        harness.Trie.PeerRemoveAll();
        Assert.Equal(0, harness.Trie.PeerCount);
        Assert.Equal(0, harness.Trie.Shape(Family.IPv4).Nodes);
        harness.Memory.Rcu.GracePeriod();
        Assert.Equal((0L, 0L), (harness.Trie.NodeCache.Objects, harness.Trie.PeerCache.Objects));
    }

    [Fact]
    public void A_peer_carries_the_number_it_was_given()
    {
        using var harness = new TrieHarness(3);
        Assert.Equal([0ul, 1ul, 2ul], [harness.Peer(0)->internal_id, harness.Peer(1)->internal_id, harness.Peer(2)->internal_id]);
    }
}
