// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Kernel.Tests;

public sealed unsafe class KmemCacheTests
{
    private static readonly SlubConfig s_uniprocessor = SlubConfig.Uniprocessor with { Release = KernelRelease.Linux6_12 };
    private static readonly SlubConfig s_smp = new SlubConfig(2, Multiprocessor: true) with { Release = KernelRelease.Linux6_12 };

    [Theory]
    [InlineData(72, 56)] // allowedips_node: 56 objects a page (slabinfo of 6.12)
    [InlineData(56, 73)] // ip_fib_alias
    [InlineData(48, 85)] // ip_fib_trie
    public void Objects_of_the_kernels_sizes_fill_a_page_as_slabinfo_shows(int size, int perSlab)
    {
        using var cache = new KmemCache("test", size, s_uniprocessor);
        Assert.Equal(0, cache.Order);
        Assert.Equal(perSlab, cache.ObjectsPerSlab);
    }

    [Fact]
    public void A_million_sorted_nodes_take_the_fewest_pages_there_can_be()
    {
        using var cache = new KmemCache("allowedips_node", 72, s_uniprocessor);
        for (var i = 0; i < 1_000_000; i++)
            cache.Alloc();
        Assert.Equal((1_000_000 + 55) / 56, cache.Slabs);
        Assert.Equal(cache.Slabs * 4096, cache.PageBytes);
        Assert.Equal(72_000_000, cache.ObjectBytes);
    }

    [Fact]
    public void One_object_left_in_each_slab_pins_every_page()
    {
        using var cache = new KmemCache("test", 64, s_uniprocessor);
        var objects = Enumerable.Range(0, 6400).Select(_ => (nint)cache.Alloc()).ToArray();
        for (var i = 0; i < objects.Length; i++)
        {
            if (i % 64 != 0)
                cache.Free((void*)objects[i]);
        }

        Assert.Equal(100, cache.Slabs);
        Assert.Equal(100, cache.Objects);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_use_never_hands_out_an_object_twice_and_counts_every_slab(bool smp)
    {
        var random = new Random(1);
        using var cache = new KmemCache("test", 72, smp ? s_smp : s_uniprocessor);
        var live = new List<nint>();
        var seen = new HashSet<nint>();
        for (var step = 0; step < 200_000; step++)
        {
            var growing = step / 20_000 % 2 == 0;
            if (live.Count == 0 || random.Next(100) < (growing ? 70 : 30))
            {
                var obj = (nint)cache.Alloc();
                Assert.True(seen.Add(obj));
                Assert.InRange((obj & 4095) + 72, 72, 4096);
                live.Add(obj);
            }
            else
            {
                var index = random.Next(live.Count);
                cache.Free((void*)live[index]);
                seen.Remove(live[index]);
                live[index] = live[^1];
                live.RemoveAt(live.Count - 1);
            }

            Assert.Equal(live.Count, cache.Objects);
        }

        Assert.InRange(cache.Slabs, live.Select(obj => obj >> 12).Distinct().Count(), long.MaxValue);
    }

    [Fact]
    public void Empty_slabs_beyond_min_partial_go_back_to_the_page_allocator()
    {
        using var cache = new KmemCache("test", 64, s_uniprocessor);
        var objects = Enumerable.Range(0, 6400).Select(_ => (nint)cache.Alloc()).ToArray();
        foreach (var obj in objects)
            cache.Free((void*)obj);
        // A slab that empties counts itself among the min_partial of 5: four stay, and the processor's own.
        Assert.Equal(5, cache.Slabs);
    }

    [Fact]
    public void Objects_waiting_for_a_grace_period_are_still_in_use()
    {
        using var memory = new KernelMemory();
        var cache = memory.CreateCache("test", 64);
        memory.Rcu.Call(new Freer(cache), (nint)cache.Alloc(), 0);
        Assert.Equal(1, cache.Objects);
        memory.Rcu.GracePeriod();
        Assert.Equal(0, cache.Objects);
    }

    [Theory]
    [InlineData(56, "kmalloc-64", 64)] // a tnode of 1 bit
    [InlineData(72, "kmalloc-96", 96)]
    [InlineData(104, "kmalloc-128", 128)]
    [InlineData(168, "kmalloc-192", 192)]
    [InlineData(2088, "kmalloc-4k", 4096)]
    public void A_tnode_lands_in_the_kmalloc_class_that_the_kernel_takes(int bytes, string name, int size)
    {
        using var memory = new KernelMemory();
        memory.Kzalloc(bytes);
        var line = Assert.Single(memory.Account());
        Assert.Equal((name, size, 1L), (line.Cache, line.ObjectSize, line.Objects));
    }

    private sealed class Freer(KmemCache cache) : IRcuReclaimer
    {
        public void Reclaim(nint obj, int tag) => cache.Free((void*)obj);
    }
}
