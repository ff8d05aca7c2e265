// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>Managed memory and grace periods.</summary>
public sealed class AllocationTests
{
    [Fact]
    public void Insert_lookup_and_delete_allocate_no_managed_memory()
    {
        using var fib = new Fixture(id: 100);
        var prefixes = new Prefix[20_000];
        for (var i = 0; i < prefixes.Length; i++)
            prefixes[i] = Prefix.OfV4(0x0A000000u + ((uint)i << 6), 26);
        // The first round grows the allocators' own lists.
        Round(fib, prefixes);
        Assert.Equal(0, Round(fib, prefixes));
    }

    private static long Round(Fixture fib, Prefix[] prefixes)
    {
        var res = default(FibResult);
        var failures = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var prefix in prefixes)
        {
            failures += fib.Table.Insert(FibConfig.Add(prefix, 1, (int)(prefix.V4 >> 6 & 7))) == 0 ? 0 : 1;
            fib.Memory.Rcu.GracePeriod();
        }

        foreach (var prefix in prefixes)
            failures += fib.Table.Lookup(prefix.V4 | 1, ref res) == 0 ? 0 : 1;
        foreach (var prefix in prefixes)
        {
            failures += fib.Table.Delete(FibConfig.Delete(prefix)) == 0 ? 0 : 1;
            fib.Memory.Rcu.GracePeriod();
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, failures);
        return allocated;
    }

    [Fact]
    public void Deferred_frees_allocate_nothing_however_many_wait()
    {
        using var fib = new Fixture(id: 100);
        fib.Net.SyncMem = uint.MaxValue;
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0u; i < 30_000; i++)
                Assert.Equal(0, fib.Table.Insert(FibConfig.Add(Prefix.OfV4(i << 8, 24), 1)));
            Assert.Equal(30_000u, fib.Table.Stat().Leaves);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0u; i < 30_000; i++)
                fib.Table.Delete(FibConfig.Delete(Prefix.OfV4(i << 8, 24)));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(fib.Net.PendingFrees > 60_000);
            if (round > 0)
                Assert.Equal(0, allocated);
            fib.Memory.Rcu.GracePeriod();
            Assert.Equal(0, fib.Net.PendingFrees);
        }
    }

    [Fact]
    public void Nothing_is_freed_before_the_grace_period_ends()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/24"));
        Assert.Equal(0, fib.Add("192.0.2.0/24"));
        fib.Memory.Rcu.GracePeriod();
        var before = fib.Memory.ObjectBytes;
        Assert.Equal(0, fib.Delete("10.0.0.0/24"));
        // The collapsed root too still waits.
        Assert.Equal(before, fib.Memory.ObjectBytes);
        Assert.Equal(3, fib.Net.PendingFrees);
        fib.Memory.Rcu.GracePeriod();
        Assert.Equal(before - 56 - 48 - 96, fib.Memory.ObjectBytes);
    }

    /// <summary>A slab gives out first what was freed last, so the order of the frees shows in what comes next.</summary>
    [Fact]
    public unsafe void Objects_are_freed_in_the_order_they_were_queued()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/24"));
        Assert.Equal(0, fib.Add("10.0.0.0/16"));
        Assert.Equal(0, fib.Add("10.0.0.0/8"));
        var last = Find(fib, 16);
        Assert.Equal(0, fib.Delete("10.0.0.0/24"));
        Assert.Equal(0, fib.Delete("10.0.0.0/16"));
        fib.Memory.Rcu.GracePeriod();
        Assert.Equal(0, fib.Add("10.0.0.0/20"));
        Assert.True(Find(fib, 20) == last);
    }

    private static unsafe FibAlias* Find(Fixture fib, int length) =>
        fib.Table.FindMatchingAlias(
            Fixture.Address("10.0.0.0"), length, 0, RouteType.Unicast, (FibInfo*)fib.Routes()[0].Info);

    [Fact]
    public void The_writer_waits_for_a_grace_period_once_enough_nodes_were_freed()
    {
        using var fib = new Fixture(id: 100);
        fib.Net.SyncMem = 64 * 1024;
        for (var i = 0u; i < 10_000; i++)
        {
            Assert.Equal(0, fib.Table.Insert(FibConfig.Add(Prefix.OfV4(i << 8, 24), 1)));
            // At most the limit, one resize of the root (2 * 64 KiB of pointers and its split children) and infos.
            Assert.True(fib.Memory.ObjectBytes < 8 << 20);
        }

        Assert.InRange(fib.Net.Synchronizations, 2, 100);
    }

    [Fact]
    public void A_table_takes_its_memory_with_it()
    {
        using var memory = new KernelMemory();
        using (var net = new FibNet(memory))
        {
            using var table = new FibTable(net, 5);
            for (var i = 0u; i < 5_000; i++)
                Assert.Equal(0, table.Insert(FibConfig.Add(Prefix.OfV4(i << 13, 24 + (int)(i % 5)), 1, (int)(i % 9))));
            TrieInvariants.Check(net, insertedOnly: true);
            Assert.Equal(0, net.AddNexthop(3, oif: 2));
        }

        Assert.Equal(0, memory.ObjectBytes);
    }
}
