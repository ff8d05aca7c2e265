// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Kernel.Tests;

/// <summary>The sheaves of Linux 7.3: which objects wait in them, and which slabs they pin.</summary>
public sealed unsafe class SheafTests
{
    private const int Capacity = 60;
    private static readonly SlubConfig s_smp = new(2, Multiprocessor: true);
    private const int PerSlab = 64; // of 64 bytes

    [Theory]
    [InlineData(8, 60)]
    [InlineData(192, 60)]
    [InlineData(256, 28)]
    [InlineData(512, 28)]
    [InlineData(1024, 12)]
    [InlineData(2048, 12)]
    [InlineData(4096, 4)]
    public void A_sheaf_fills_a_kmalloc_size_class(int size, int capacity)
    {
        using var cache = New(size);
        Assert.Equal(capacity * (3 + 10), cache.MostInSheaves(cpus: 1));
        Assert.Equal(capacity * (2 * 3 + 10), cache.MostInSheaves(cpus: 2));
    }

    [Fact]
    public void Linux_6_12_has_none()
    {
        using var cache = new KmemCache("test", 64, SlubConfig.Uniprocessor with { Release = KernelRelease.Linux6_12 });
        Assert.Equal(0, cache.MostInSheaves(cpus: 1));
        _ = cache.Alloc();
        Assert.Equal(PerSlab, cache.ActiveObjects); // the processor's slab
    }

    [Fact]
    public void The_first_object_takes_a_whole_sheaf_from_a_slab()
    {
        using var cache = New();
        _ = cache.Alloc();
        Assert.Equal(1, cache.Objects);
        Assert.Equal(1, cache.Slabs);
        Assert.Equal(Capacity, cache.ActiveObjects);
    }

    [Fact]
    public void Refilling_takes_partly_filled_slabs_before_new_ones()
    {
        using var cache = New();
        Take(cache, Capacity + 1);
        // 4 objects were left in the first slab, 56 came from the second.
        Assert.Equal(2, cache.Slabs);
        Assert.Equal(2 * Capacity, cache.ActiveObjects);
        Assert.Equal(Capacity + 1, cache.Objects);
    }

    [Fact]
    public void All_objects_are_different_and_all_come_back()
    {
        using var cache = New();
        var all = Take(cache, 10_000);
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.InRange(cache.Slabs, 10_000 / PerSlab, (10_000 + 2 * Capacity) / PerSlab + 1);
        foreach (var obj in all)
            cache.Free((void*)obj);
        Assert.Equal(0, cache.Objects);
        var again = Take(cache, 10_000);
        Assert.Equal(again.Count, again.Distinct().Count());
    }

    [Fact]
    public void At_most_ten_full_sheaves_wait_in_the_barn_and_two_at_the_processor()
    {
        using var cache = New();
        var all = Take(cache, 100 * PerSlab);
        foreach (var obj in all)
            cache.Free((void*)obj);
        Assert.Equal(0, cache.Objects);
        Assert.InRange(cache.ActiveObjects, 10 * Capacity, 12 * Capacity);
        // The kernel keeps so many empty slabs, and what the sheaves pin.
        Assert.InRange(cache.Slabs, 12 * Capacity / PerSlab, 12 * Capacity + 5);
    }

    [Fact]
    public void Freed_objects_are_used_again_before_any_slab_is_asked()
    {
        using var cache = New();
        var all = Take(cache, 8 * Capacity);
        var slabs = cache.Slabs;
        var freed = all[^300..];
        foreach (var obj in freed)
            cache.Free((void*)obj);
        var again = Take(cache, 300);
        Assert.Equal(slabs, cache.Slabs);
        Assert.Equal(freed.Order(), again.Order());
    }

    [Fact]
    public void Batched_frees_wait_until_their_sheaf_is_full()
    {
        using var cache = New(machine: s_smp);
        var all = Take(cache, 4 * Capacity);
        for (var i = 0; i < Capacity - 1; i++)
            cache.FreeRcu((void*)all[i]);
        Assert.Equal(3 * Capacity + 1, cache.Objects);
        // None of them can be taken again yet.
        Assert.Empty(all[..(Capacity - 1)].Intersect(Take(cache, Capacity)));
        cache.FreeRcu((void*)all[Capacity - 1]);
        // The barn has them now.
        Assert.Equal(all[..Capacity].Order(), Take(cache, 2 * Capacity).Intersect(all[..Capacity]).Order());
    }

    [Fact]
    public void A_uniprocessor_kernel_frees_each_object_at_once()
    {
        using var cache = New();
        var all = Take(cache, Capacity);
        cache.FreeRcu((void*)all[0]);
        Assert.Equal(all[0], (nint)cache.Alloc());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_object_is_lost_or_given_twice(bool smp)
    {
        using var cache = New(72, smp ? s_smp : SlubConfig.Uniprocessor);
        var random = new Random(3);
        var held = new List<nint>();
        var set = new HashSet<nint>();
        for (var i = 0; i < 200_000; i++)
        {
            if (held.Count == 0 || random.Next(100) < (i / 20_000 % 2 == 0 ? 60 : 40))
            {
                var obj = (nint)cache.Alloc();
                Assert.True(set.Add(obj));
                *(long*)obj = i;
                held.Add(obj);
                continue;
            }

            var place = random.Next(held.Count);
            var gone = held[place];
            held[place] = held[^1];
            held.RemoveAt(held.Count - 1);
            set.Remove(gone);
            if (random.Next(2) == 0)
                cache.Free((void*)gone);
            else
                cache.FreeRcu((void*)gone);
        }

        Assert.Equal(held.Count, cache.Objects);
        Assert.InRange(cache.ActiveObjects, held.Count, held.Count + cache.MostInSheaves(cpus: 1));
    }

    private static KmemCache New(int size = 64, SlubConfig? machine = null) =>
        new("test", size, (machine ?? SlubConfig.Uniprocessor) with { Release = KernelRelease.Linux7_3 });

    private static List<nint> Take(KmemCache cache, int count) => [.. Enumerable.Range(0, count).Select(_ => (nint)cache.Alloc())];
}
