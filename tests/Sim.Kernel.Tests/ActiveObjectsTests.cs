// SPDX-License-Identifier: MIT
using Xunit;

namespace Sim.Kernel.Tests;

/// <summary><c>objects</c> of /sys/kernel/slab, and which slab each object comes from, held to <see cref="SlabModel"/>.</summary>
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
