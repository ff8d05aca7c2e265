// SPDX-License-Identifier: MIT
using System.Numerics;

namespace Sim.Kernel;

/// <summary>The properties of a machine that change how much memory SLUB allocates.</summary>
/// <param name="Cpus">The number of processors. This number determines the minimum number of objects in a slab
/// (<c>calculate_order</c>).</param>
/// <param name="Multiprocessor">Whether CONFIG_SMP is set. With CONFIG_SMP, 6.12 keeps partly filled slabs for each processor
/// (SLUB_CPU_PARTIAL), and 7.3 batches <c>kfree_rcu</c> (KVFREE_RCU_BATCHED).</param>
public sealed record SlubConfig(int Cpus, bool Multiprocessor)
{
    /// <summary>A uniprocessor kernel, such as User-Mode Linux: the default of every command.</summary>
    public static SlubConfig Uniprocessor { get; } = new(1, Multiprocessor: false);

    /// <summary>The release of Linux that the allocator and the structures in its memory follow.</summary>
    public KernelRelease Release { get; init; } = KernelReleases.Default;
}

/// <summary>One line of a memory account: a slab cache or kmalloc size class of /proc/slabinfo, or <c>vmalloc</c>, which has no object size
/// and no slabs. The line counts the objects in use, the objects' bytes (rounded up to the size class), and the pages held.</summary>
public readonly record struct MemoryLine(string Cache, int ObjectSize, long Objects, long ObjectBytes, long Slabs, long PageBytes);

/// <summary>The kernel's allocators over native memory, with the kernel's counts: slab caches by name, the kmalloc size classes, vmalloc,
/// and the objects that wait for an RCU grace period.</summary>
/// <remarks>Give each structure its own instance, so that no two structures share a page. Sources: mm/slub.c, mm/slab_common.c
/// (<c>kmalloc_info</c>) and mm/vmalloc.c of Linux 6.12 and 7.3.</remarks>
public sealed unsafe class KernelMemory(SlubConfig? config = null) : IDisposable
{
    public const int PageSize = 4096;

    /// <summary><c>kmalloc_info</c> on x86-64: the size classes are 96, 192 and powers of two.</summary>
    private static readonly int[] s_kmallocSizes = [8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192];

    private const int LargestClass = 2 * PageSize;

    private const int HugePageSize = 2 << 20;

    private readonly List<KmemCache> _caches = [];

    /// <summary>The caches, then the kmalloc classes in use. The field is an array because replays sum the allocations before and after
    /// every change.</summary>
    private KmemCache[] _all = [];
    private readonly KmemCache?[] _kmalloc = new KmemCache?[s_kmallocSizes.Length];
    private readonly Dictionary<nint, long> _vmallocAreas = [];
    private KmemCache? _percpu;
    private long _vmallocObjects, _vmallocPages, _vmallocAllocations;

    public SlubConfig Config { get; } = config ?? SlubConfig.Uniprocessor;

    /// <summary>The deferred frees of the structures in this memory.</summary>
    public Rcu Rcu { get; } = new();

    /// <summary>The bytes of all objects in use. Each object counts with the bytes of its size class.</summary>
    public long ObjectBytes => Account().Sum(line => line.ObjectBytes);

    /// <summary>The bytes of all pages held.</summary>
    public long PageBytes => Account().Sum(line => line.PageBytes);

    /// <summary>The number of objects in use, including objects that wait for a grace period.</summary>
    public long Objects
    {
        get
        {
            var objects = _vmallocObjects;
            foreach (var cache in _all)
                objects += cache.Objects;
            return objects;
        }
    }

    /// <summary>The number of objects allocated since the start, including freed objects.</summary>
    public long Allocations
    {
        get
        {
            var allocations = _vmallocAllocations;
            foreach (var cache in _all)
                allocations += cache.Allocations;
            return allocations;
        }
    }

    /// <summary>Returns the cache or kmalloc size class of this name; null for a size class that was never used.</summary>
    public KmemCache? Find(string name) => Array.Find(_all, cache => cache.Name == name);

    /// <summary>Makes a new cache. Caches of one size are never merged, as with <c>slab_nomerge</c>.</summary>
    public KmemCache CreateCache(string name, int objectSize, int align = 8)
    {
        var cache = new KmemCache(name, objectSize, Config, align);
        _caches.Add(cache);
        ListAll();
        return cache;
    }

    /// <summary><c>kzalloc</c>: takes zeroed memory from the smallest size class that fits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Thrown if the size exceeds 8 KiB. For more than a page the ports use
    /// vmalloc.</exception>
    public void* Kzalloc(int bytes) => Kmalloc(bytes).Zalloc();

    /// <summary><c>kfree</c>: frees an object that was allocated with this size.</summary>
    public void Kfree(void* obj, int bytes) => Kmalloc(bytes).Free(obj);

    /// <summary><c>alloc_percpu</c> of a pointer: takes 8 zeroed bytes, because only one processor is counted.</summary>
    /// <remarks>The account counts these bytes in line <c>percpu</c>; the kernel counts them in Percpu of /proc/meminfo. The account counts
    /// pages as for a slab; the kernel takes pages in chunks (32 KiB on a uniprocessor kernel). Bitmaps in kmalloc, about a tenth more, are
    /// left out.</remarks>
    public void* AllocPercpu() => (_percpu ??= CreateCache("percpu", sizeof(nint))).Zalloc();

    /// <summary><c>free_percpu</c>; null is allowed.</summary>
    public void FreePercpu(void* obj)
    {
        if (obj != null)
            _percpu!.Free(obj);
    }

    /// <summary><c>vzalloc</c>: takes zeroed whole pages. For more than 512 pages, also takes the array that lists the pages.</summary>
    /// <remarks><c>__vmalloc_area_node</c> allocates that array, 8 bytes per page, by vmalloc if the array exceeds a page. Shorter arrays
    /// (from kmalloc), <c>vm_struct</c> and <c>vmap_area</c> are left out: together at most 4.2 KiB per area.</remarks>
    public void* Vzalloc(long bytes) => Vzalloc(bytes, PageSize);

    /// <summary><c>vmalloc_huge</c> with zeroed memory: counts as <see cref="Vzalloc(long)"/>, but the area is mapped by pages of 2 MiB, as
    /// for the kernel's large hash tables.</summary>
    public void* VzallocHuge(long bytes) => Vzalloc(bytes, HugePageSize);

    private void* Vzalloc(long bytes, int alignment)
    {
        var size = (bytes + PageSize - 1) & -PageSize;
        var area = NativeMemory.AlignedAlloc((nuint)size, (nuint)alignment);
        if (alignment == HugePageSize)
            HugePages.Advise(area, (nuint)size);
        NativeMemory.Clear(area, (nuint)size);
        _vmallocAreas.Add((nint)area, size);
        _vmallocPages += PagesWithList(size);
        _vmallocObjects++;
        _vmallocAllocations++;
        return area;
    }

    /// <summary><c>vfree</c>.</summary>
    public void Vfree(void* area)
    {
        _vmallocAreas.Remove((nint)area, out var size);
        _vmallocPages -= PagesWithList(size);
        _vmallocObjects--;
        NativeMemory.AlignedFree(area);
    }

    /// <summary><c>kvzalloc</c>: takes zeroed memory from a size class. Beyond 8 KiB, takes whole pages, and rounds the number of pages up
    /// to a power of two.</summary>
    /// <remarks>The account counts these pages in line <c>vmalloc</c>, although the kernel uses vmalloc only if no contiguous pages are
    /// free.</remarks>
    public void* Kvzalloc(long bytes) =>
        bytes <= LargestClass ? Kzalloc((int)bytes) : Vzalloc((long)BitOperations.RoundUpToPowerOf2((ulong)bytes));

    /// <summary><c>kvfree</c>: frees memory that was allocated with this size. Null is allowed.</summary>
    public void Kvfree(void* area, long bytes)
    {
        if (area == null)
            return;
        if (bytes <= LargestClass)
            Kfree(area, (int)bytes);
        else
            Vfree(area);
    }

    /// <summary>Returns a line for each cache, one for each kmalloc class used so far, and one for vmalloc if it is in use.</summary>
    public IReadOnlyList<MemoryLine> Account()
    {
        var lines = _all.Select(cache => cache.Line).ToList();
        if (_vmallocObjects > 0)
            lines.Add(new("vmalloc", 0, _vmallocObjects, _vmallocPages * PageSize, 0, _vmallocPages * PageSize));
        return lines;
    }

    /// <summary>Frees all native memory, including the memory of objects still in use.</summary>
    public void Dispose()
    {
        foreach (var cache in _all)
            cache.Dispose();
        foreach (var area in _vmallocAreas.Keys)
            NativeMemory.AlignedFree((void*)area);
        _vmallocAreas.Clear();
    }

    private static long PagesWithList(long size)
    {
        var pages = size / PageSize;
        var listBytes = pages * sizeof(long);
        return listBytes <= PageSize ? pages : pages + (listBytes + PageSize - 1) / PageSize;
    }

    private KmemCache Kmalloc(int bytes)
    {
        var index = 0;
        while (s_kmallocSizes[index] < bytes)
        {
            if (++index == s_kmallocSizes.Length)
                throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "kmalloc here ends at 8 KiB");
        }

        return _kmalloc[index] ?? CreateKmalloc(index);
    }

    private KmemCache CreateKmalloc(int index)
    {
        var size = s_kmallocSizes[index];
        var cache = _kmalloc[index] = new KmemCache($"kmalloc-{Name(size)}", size, Config, size & -size);
        ListAll();
        return cache;
    }

    private void ListAll() => _all = [.. _caches, .. _kmalloc.OfType<KmemCache>()];

    private static string Name(int size) => size < 1024 ? $"{size}" : $"{size / 1024}k";
}
