// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Trie.Tests;

public sealed unsafe class AllocationTests
{
    private const uint Count = 20_000;

    private static readonly TouchedLines s_lines = new();

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Inserts_lookups_moves_and_removals_allocate_no_managed_memory(Family family)
    {
        using var memory = new KernelMemory();
        using var trie = new AllowedIps(memory);
        var peer = trie.PeerCreate(1);
        var other = trie.PeerCreate(2);
        // Two rounds bring the list of slab chunks and both queues of deferred frees (they alternate) to their size.
        Cycle(trie, memory, family, peer, other);
        Cycle(trie, memory, family, peer, other);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = Cycle(trie, memory, family, peer, other);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(Count, found);
    }

    private static uint Cycle(AllowedIps trie, KernelMemory memory, Family family, wg_peer* peer, wg_peer* other)
    {
        var found = 0u;
        for (var i = 0u; i < Count; i++)
            trie.Insert(At(family, i), peer);
        for (var i = 0u; i < Count; i++)
        {
            var address = At(family, i).Address;
            var owner = family == Family.IPv4 ? trie.LookupDstV4((uint)(address >> 96)) : trie.LookupDstV6(address);
            if (owner == peer)
                found++;
            trie.PeerPut(owner);
            trie.Cost(family, address, s_lines);
        }

        for (var i = 0u; i < Count; i++)
            trie.Insert(At(family, i), other);
        for (var i = 0u; i < Count / 2; i++)
            trie.Remove(At(family, i), other);
        foreach (var prefix in AllowedIps.Prefixes(other))
            found += prefix.Length > 128 ? 1u : 0u;
        foreach (var node in trie.Nodes(family))
            found += node.Depth > 129 ? 1u : 0u;
        trie.RemoveByPeer(other);
        memory.Rcu.GracePeriod();
        return found;
    }

    private static Prefix At(Family family, uint index) =>
        family == Family.IPv4
            ? Prefix.OfV4(index * 0x9E3779B1, 32)
            : Prefix.OfV6((UInt128)(index * 0x9E3779B97F4A7C15) << 40, 96);
}
