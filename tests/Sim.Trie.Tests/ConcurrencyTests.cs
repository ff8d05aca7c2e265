// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Trie.Tests;

public sealed unsafe class ConcurrencyTests
{
    /// <summary>
    /// A reader beside a writer that adds, moves and removes around it: what is not touched is found at all times, and
    /// what is touched belongs to one of the two peers it moves between or to the default.
    /// </summary>
    [Fact]
    public void A_lookup_beside_a_writer_finds_what_the_writer_does_not_touch()
    {
        using var memory = new KernelMemory();
        using var trie = new AllowedIps(memory);
        var fallback = trie.PeerCreate(0);
        var stable = trie.PeerCreate(1);
        nint[] moving = [(nint)trie.PeerCreate(2), (nint)trie.PeerCreate(3)];
        trie.Insert(Prefix.Parse("0.0.0.0/0"), fallback);
        trie.Insert(Prefix.Parse("10.128.77.0/24"), stable);
        var (fallbackAddress, stableAddress) = ((nint)fallback, (nint)stable);
        var (wrong, lookups, done) = (0L, 0L, 0);
        var registered = memory.Rcu.AddReader();
        var reader = new Thread(() =>
        {
            using var ends = registered;
            for (var i = 0u; Volatile.Read(ref done) == 0 || i < 1000; i++)
            {
                if ((nint)LookupAndPut(trie, 0x0A804D00 | (i & 255)) != stableAddress)
                    wrong++;
                var touched = (nint)LookupAndPut(trie, 0x0A800000 | (i * 0x9E3779B1 >> 20));
                if (touched != fallbackAddress && touched != stableAddress && !moving.Contains(touched))
                    wrong++;
                lookups++;
                registered.QuiescentState();
            }
        });
        reader.Start();
        var random = new Random(3);
        for (var step = 0; step < 150_000; step++)
        {
            // The lower 12 bits vary: lengths up to 17 lie around the stable /24, longer ones beside it, none within.
            var prefix = Prefix.OfV4(0x0A800000 | (uint)random.Next(1 << 12), random.Next(9, 33));
            var owner = (wg_peer*)moving[random.Next(2)];
            if (random.Next(3) == 0)
                trie.Remove(prefix, owner);
            else
                trie.Insert(prefix, owner);
            if (step % 10_000 == 0)
                trie.RemoveByPeer(owner);
            // What was taken out is freed beside the reader, and used again.
            if (step % 50 == 0)
                memory.Rcu.GracePeriod();
        }

        Volatile.Write(ref done, 1);
        reader.Join();
        memory.Rcu.GracePeriod();
        Assert.Equal(0, wrong);
        Assert.True(lookups >= 1000);
        Assert.Equal(trie.Shape(Family.IPv4).Nodes, trie.NodeCache.Objects);
        Assert.Equal((1, 1), (fallback->refcount, stable->refcount));
    }

    /// <summary>Removal through a dummy peer: the reader may hold the dummy's last reference but one, never its last.</summary>
    [Fact]
    public void A_peer_that_is_removed_beside_lookups_is_freed_by_the_writer()
    {
        using var memory = new KernelMemory();
        using var trie = new AllowedIps(memory);
        var owner = trie.PeerCreate(1);
        var prefix = Prefix.Parse("10.128.77.0/24");
        trie.Insert(prefix, owner);
        var (wrong, seen, done) = (0L, 0L, 0);
        var registered = memory.Rcu.AddReader();
        var reader = new Thread(() =>
        {
            using var ends = registered;
            while (Volatile.Read(ref done) == 0)
            {
                var peer = trie.LookupDstV4(0x0A804D01);
                if (peer != null && peer->internal_id is not (1 or 2))
                    wrong++;
                if (peer != null && peer->internal_id == 2)
                    seen++;
                trie.PeerPut(peer);
                registered.QuiescentState();
            }
        });
        reader.Start();
        for (var step = 0; step < 5000; step++)
        {
            var dummy = trie.PeerCreate(2);
            trie.Insert(prefix, dummy);
            trie.PeerRemove(dummy);
            memory.Rcu.GracePeriod();
            trie.Insert(prefix, owner);
            // Without waiting for lookups the reader's put would have been the last, and queued the free a step later.
            Assert.Equal(1, trie.PeerCache.Objects);
        }

        Volatile.Write(ref done, 1);
        reader.Join();
        Assert.Equal(0, wrong);
        Assert.Equal((1, 1), (owner->refcount, trie.PeerCount));
        TestContext.Current.TestOutputHelper?.WriteLine($"the dummy was found {seen} times");
    }

    private static wg_peer* LookupAndPut(AllowedIps trie, uint address)
    {
        var peer = trie.LookupSrcV4(address);
        trie.PeerPut(peer);
        return peer;
    }
}
