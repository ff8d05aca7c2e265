// SPDX-License-Identifier: MIT
using Xunit;

namespace Sim.Kernel.Tests;

/// <summary><c>active_objs</c> of /proc/slabinfo, and which slab each object comes from, held to <see cref="SlabModel"/>.</summary>
public sealed unsafe class ActiveObjectsTests
{
    private static readonly SlubConfig s_uniprocessor = SlubConfig.Uniprocessor with { Release = KernelRelease.Linux6_12 };
    private static readonly SlubConfig s_smp = new SlubConfig(2, Multiprocessor: true) with { Release = KernelRelease.Linux6_12 };

    [Theory]
    [InlineData(72, false)]
    [InlineData(72, true)]
    [InlineData(512, false)]
    [InlineData(512, true)]
    [InlineData(1024, true)] // slabs of more than one page
    [InlineData(2048, false)]
    public void Active_objects_are_those_of_a_model_that_keeps_sets_under_random_use(int size, bool smp)
    {
        using var cache = new KmemCache("test", size, smp ? s_smp : s_uniprocessor);
        var model = new SlabModel(cache);
        var random = new Random(size);
        var live = new List<nint>();
        var (mostNode, mostCpu) = (0, 0);
        for (var step = 0; step < 30_000; step++)
        {
            var growing = step / 3_000 % 2 == 0;
            if (live.Count == 0 || random.Next(100) < (growing ? 75 : 25))
                Allocate(cache, model, live);
            else
                Free(cache, model, live, random.Next(live.Count));
            Assert.Equal(model.Slabs, cache.Slabs);
            if (step % 16 == 0)
                Assert.Equal(model.ActiveObjects, cache.ActiveObjects);
            mostNode = Math.Max(mostNode, model.NodePartial);
            mostCpu = Math.Max(mostCpu, model.CpuPartial);
        }

        // The lists that the figure depends on were in use.
        Assert.InRange(mostNode, 5, int.MaxValue);
        Assert.Equal(cache.CpuPartialSlabs, mostCpu);
        while (live.Count > 0)
            Free(cache, model, live, live.Count - 1);
        Assert.Equal((model.Slabs, model.ActiveObjects), (cache.Slabs, cache.ActiveObjects));
    }

    [Fact]
    public void Without_a_free_object_on_the_nodes_list_all_objects_of_all_slabs_are_active()
    {
        using var cache = new KmemCache("allowedips_node", 72, s_uniprocessor);
        Assert.Equal(0, cache.ActiveObjects);
        var first = cache.Alloc();
        Assert.Equal(56, cache.ActiveObjects);
        cache.Free(first);
        Assert.Equal(56, cache.ActiveObjects);
    }

    /// <summary>
    /// In the order of the list 5,000 slabs with 1 free object, some with 7, 5,000 with 3. Up to 10,000 each is counted;
    /// of 12,000 only both ends: (5,000 + 15,000) * 12,000 / 10,000 = 24,000, where 34,000 are free.
    /// </summary>
    [Theory]
    [InlineData(0, 20_000)]
    [InlineData(2_000, 24_000)]
    [InlineData(1, 20_002)]
    public void Beyond_ten_thousand_partial_slabs_both_ends_stand_for_the_list(int between, int free)
    {
        using var cache = new KmemCache("test", 512, s_uniprocessor);
        var model = new SlabModel(cache);
        int[] freed = [.. Enumerable.Repeat(1, 5_000), .. Enumerable.Repeat(7, between), .. Enumerable.Repeat(3, 5_000)];
        var live = new List<nint>();
        // One slab more: the processor's own is on no list.
        for (var i = 0; i < (freed.Length + 1) * 8; i++)
            Allocate(cache, model, live);
        for (var slab = 0; slab < freed.Length; slab++)
        {
            for (var i = 0; i < freed[slab]; i++)
            {
                cache.Free((void*)live[(slab * 8) + i]);
                model.Freed(live[(slab * 8) + i]);
            }
        }

        Assert.Equal(freed.Length, model.NodePartial);
        Assert.Equal(((freed.Length + 1) * 8) - free, cache.ActiveObjects);
        Assert.Equal(model.ActiveObjects, cache.ActiveObjects);
        Assert.Equal(((freed.Length + 1) * 8) - freed.Sum(), cache.Objects);
    }

    private static void Allocate(KmemCache cache, SlabModel model, List<nint> live)
    {
        live.Add((nint)cache.Alloc());
        model.Allocated(live[^1]);
    }

    private static void Free(KmemCache cache, SlabModel model, List<nint> live, int place)
    {
        cache.Free((void*)live[place]);
        model.Freed(live[place]);
        live[place] = live[^1];
        live.RemoveAt(live.Count - 1);
    }
}
