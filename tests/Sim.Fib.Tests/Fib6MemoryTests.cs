// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>What routes cost in the kernel's memory, and that this program's stays as it is.</summary>
public sealed class Fib6MemoryTests
{
    private const int Routes = 100_000;

    /// <summary>
    /// A kernel's slabs gave 642 bytes a route for plain routes to 100,000 /64, 706 where each names a peer, and 323
    /// through nexthop objects: a route of 512 or 192 bytes, two nodes of 64, a state of 64. Pages cost the rest. In 7.3 the route
    /// through an object has outgrown kmalloc-192.
    /// </summary>
    [Theory]
    [InlineData(KernelRelease.Linux6_12, 0, false, 642)]
    [InlineData(KernelRelease.Linux6_12, 1, false, 706)]
    [InlineData(KernelRelease.Linux6_12, 1, true, 323)]
    [InlineData(KernelRelease.Linux7_3, 0, false, 642)]
    [InlineData(KernelRelease.Linux7_3, 1, false, 706)]
    [InlineData(KernelRelease.Linux7_3, 1, true, 385)]
    public void A_route_costs_what_it_costs_in_the_kernel(KernelRelease release, int peer, bool objects, int bytes)
    {
        using var fib = new Fib6Fixture(id: 100, slub: SlubConfig.Uniprocessor with { Release = release });
        Assert.Equal(0, fib.Net.AddNexthop(1, oif: 2, peer));
        var empty = Slabs(fib);
        foreach (var prefix in Prefixes())
            Assert.Equal(0, fib.Table.Insert(Request(prefix, peer, objects)));
        var perRoute = (double)(Slabs(fib) - empty) / Routes;
        Assert.InRange(perRoute, bytes - 4, bytes + 1);
        // Besides, in no slab: a pointer per processor for output and input each.
        Assert.Equal(objects ? 2 : 2 + 2 * Routes, fib.Objects("percpu"));
        Assert.Equal(2 * Routes - 1, fib.Objects("fib6_node"));
    }

    private static long Slabs(Fib6Fixture fib) =>
        fib.Memory.Account().Where(line => line.Cache != "percpu").Sum(line => line.PageBytes);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_everything_is_deleted_nothing_is_left_but_the_empty_table(bool objects)
    {
        using var fib = new Fib6Fixture(id: 100);
        var baseline = fib.Memory.ObjectBytes;
        Assert.Equal(0, fib.Net.AddNexthop(1, oif: 2, peer: 1));
        var prefixes = Prefixes().ToArray();
        foreach (var prefix in prefixes)
            Assert.Equal(0, fib.Table.Insert(Request(prefix, 1, objects)));
        new Random(7).Shuffle(prefixes);
        foreach (var prefix in prefixes)
            Assert.Equal(0, fib.Table.Delete(Fib6Config.Delete(prefix)));
        Assert.Equal(1, fib.Table.Stat().Nodes);
        Assert.Equal(0, fib.Net.DeleteNexthop(1));
        fib.Settle();
        Assert.Equal(baseline, fib.Memory.ObjectBytes);
        Assert.Equal(0, fib.Net.RoutePeerCount);
        Assert.Equal(new Rt6Statistics(0, 0, 0, Routes), fib.Net.Statistics);
        Assert.Equal("0000 0000 0000 0000 0000 0000 186a0\n", fib.Net.Statistics.Format());
        Assert.Equal(0, fib.Net.Synchronizations);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Insert_lookup_replace_and_delete_allocate_no_managed_memory(bool objects)
    {
        using var fib = new Fib6Fixture(id: 100);
        Assert.Equal(0, fib.Net.AddNexthop(1, oif: 2, peer: 1));
        var prefixes = Prefixes().Take(20_000).ToArray();
        // The first round grows the allocators' own lists.
        Round(fib, prefixes, objects);
        Assert.Equal(0, Round(fib, prefixes, objects));
    }

    [Fact]
    public void Deferred_frees_allocate_nothing_however_many_wait()
    {
        using var fib = new Fib6Fixture(id: 100);
        var prefixes = Prefixes().Take(20_000).ToArray();
        for (var round = 0; round < 2; round++)
        {
            foreach (var prefix in prefixes)
                Assert.Equal(0, fib.Table.Insert(Fib6Config.Add(prefix, 2, 1)));
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var prefix in prefixes)
                fib.Table.Delete(Fib6Config.Delete(prefix));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(3 * prefixes.Length - 1, fib.Net.PendingFrees); // routes and nodes
            if (round > 0)
                Assert.Equal(0, allocated);
            fib.Settle();
        }
    }

    [Fact]
    public void Nothing_is_freed_before_the_grace_period_ends()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add("2001:db8::/32", peer: 1));
        Assert.Equal(0, fib.Add("2001:db9::/32", peer: 2));
        var before = fib.Memory.ObjectBytes;
        Assert.Equal(0, fib.Delete("2001:db8::/32"));
        // The route's node, the one that branched, and the route.
        Assert.Equal(before, fib.Memory.ObjectBytes);
        Assert.Equal(3, fib.Net.PendingFrees);
        fib.Memory.Rcu.GracePeriod();
        // The route's pointers are free, its state and what names the peer wait in turn.
        Assert.Equal(before - 2 * 64 - 512 - 2 * 8, fib.Memory.ObjectBytes);
        Assert.Equal(2, fib.Net.PendingFrees);
        fib.Memory.Rcu.GracePeriod();
        Assert.Equal(before - 2 * 64 - 512 - 2 * 8 - 64 - 128, fib.Memory.ObjectBytes);
    }

    [Fact]
    public void A_table_takes_its_memory_with_it()
    {
        using var memory = new KernelMemory();
        using (var net = new Fib6Net(memory, new Fib6Options { Subtrees = true, RouterPref = true }))
        {
            using var table = new Fib6Table(net, 5);
            foreach (var prefix in Prefixes().Take(5_000))
                Assert.Equal(0, table.Insert(Fib6Config.Add(prefix, 2, 1 + (int)(prefix.Address >> 64 & 7))));
            Fib6Invariants.Check(table);
            Assert.Equal(0, net.AddNexthop(3, oif: 2, peer: 1));
        }

        Assert.Equal(0, memory.ObjectBytes);
    }

    /// <summary>The "what if": 64 bytes a route less, and nothing else changes.</summary>
    [Fact]
    public void Routes_that_shared_their_states_would_cost_as_plain_ones()
    {
        using var kernel = new Fib6Fixture(id: 100);
        using var fib = new Fib6Fixture(id: 100, new Fib6Options { SharesStates = true });
        var prefixes = Prefixes().Take(5_000).ToArray();
        foreach (var prefix in prefixes)
        {
            var request = Fib6Config.Add(prefix, 2, 1 + (int)(prefix.Address >> 64 & 7));
            Assert.Equal(0, kernel.Table.Insert(request));
            Assert.Equal(0, fib.Table.Insert(request));
        }

        Assert.Equal((5_000, 8), (kernel.Objects("kmalloc-64"), fib.Objects("kmalloc-64")));
        Assert.Equal((5_000 - 8) * 64, kernel.Memory.ObjectBytes - fib.Memory.ObjectBytes);
        Assert.Equal((8, 8), (kernel.Net.RoutePeerCount, fib.Net.RoutePeerCount));
        Assert.Equal(4, fib.PeerOf("2001:db8:0:b::1"));
        foreach (var prefix in prefixes)
            Assert.Equal(0, fib.Table.Delete(Fib6Config.Delete(prefix) with { Peer = 1 + (int)(prefix.Address >> 64 & 7) }));
        fib.Settle();
        Assert.Equal((0, 0), (fib.Objects("kmalloc-64"), fib.Net.RoutePeerCount));
        Assert.Equal(0, fib.Add("2001:db8::/32", peer: 3));
        Assert.Equal(3, fib.PeerOf("2001:db8::1"));
    }

    private static long Round(Fib6Fixture fib, Prefix[] prefixes, bool objects)
    {
        var res = default(Fib6Result);
        var failures = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var prefix in prefixes)
        {
            failures += fib.Table.Insert(Request(prefix, 1, objects)) == 0 ? 0 : 1;
            fib.Memory.Rcu.GracePeriod();
        }

        foreach (var prefix in prefixes)
            failures += fib.Table.Lookup(prefix.Address | 1, ref res) == 0 ? 0 : 1;
        foreach (var prefix in prefixes)
        {
            var request = Request(prefix, 2, objects);
            request.NlFlags = NlmFlags.Replace;
            failures += fib.Table.Insert(request) == 0 ? 0 : 1;
            fib.Memory.Rcu.GracePeriod();
            failures += fib.Table.Delete(Fib6Config.Delete(prefix)) == 0 ? 0 : 1;
            fib.Memory.Rcu.GracePeriod();
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, failures);
        return allocated;
    }

    private static Fib6Config Request(Prefix prefix, int peer, bool objects)
    {
        var request = Fib6Config.Add(prefix, objects ? 0 : 2, objects ? 0 : peer);
        request.NhId = objects ? 1u : 0;
        return request;
    }

    /// <summary>/64s side by side: a perfect tree, a node that branches for each but one.</summary>
    private static IEnumerable<Prefix> Prefixes() =>
        Enumerable.Range(0, Routes).Select(i => Prefix.OfV6((UInt128)(0x20010DB800000000 + (ulong)i) << 64, 64));
}
