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
        var reader = new Thread(() =>
        {
            for (var i = 0u; Volatile.Read(ref done) == 0 || i < 1000; i++)
            {
                if ((nint)LookupAndPut(trie, 0x0A804D00 | (i & 255)) != stableAddress)
                    wrong++;
                var touched = (nint)LookupAndPut(trie, 0x0A800000 | (i * 0x9E3779B1 >> 20));
                if (touched != fallbackAddress && touched != stableAddress && !moving.Contains(touched))
                    wrong++;
                lookups++;
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
        }

        Volatile.Write(ref done, 1);
        reader.Join();
        memory.Rcu.GracePeriod();
        Assert.Equal(0, wrong);
        Assert.True(lookups >= 1000);
        Assert.Equal(trie.Shape(Family.IPv4).Nodes, trie.NodeCache.Objects);
        Assert.Equal((1, 1), (fallback->refcount, stable->refcount));
    }

    private static wg_peer* LookupAndPut(AllowedIps trie, uint address)
    {
        var peer = trie.LookupSrcV4(address);
        trie.PeerPut(peer);
        return peer;
    }
}
