// SPDX-License-Identifier: MIT
using System.Numerics;
using System.Runtime.InteropServices;

namespace Sim.Kernel;

/// <summary>The facts of a machine that change what SLUB allocates.</summary>
/// <param name="Cpus">Processors: sets the least number of objects a slab should hold (<c>calculate_order</c>).</param>
/// <param name="Multiprocessor">
/// CONFIG_SMP, which uniprocessor kernels (UML) lack. With it 6.12 keeps partly filled slabs for each processor
/// (SLUB_CPU_PARTIAL), and 7.3 batches <c>kfree_rcu</c> (KVFREE_RCU_BATCHED).
/// </param>
public sealed record SlubConfig(int Cpus, bool Multiprocessor)
{
    /// <summary>A uniprocessor kernel, as User-Mode Linux is; the default of every command.</summary>
    public static SlubConfig Uniprocessor { get; } = new(1, Multiprocessor: false);

    /// <summary>The release of Linux. Structures in this memory follow it too.</summary>
    public KernelRelease Release { get; init; } = KernelReleases.Default;
}

/// <summary>
/// One line of a memory account: a slab cache or kmalloc size class of /proc/slabinfo, or <c>vmalloc</c>, which has no object size
/// and no slabs. Objects are those in use, their bytes counted at the size class; pages are those held.
/// </summary>
public readonly record struct MemoryLine(string Cache, int ObjectSize, long Objects, long ObjectBytes, long Slabs, long PageBytes);

/// <summary>
/// The kernel's allocators over native memory, accounted as the kernel accounts them: slab caches by name,
/// the kmalloc size classes, vmalloc, and the objects that wait for an RCU grace period.
/// </summary>
/// <remarks>Give each structure its own instance, so that it shares no page. Sources: mm/slub.c,
/// mm/slab_common.c (<c>kmalloc_info</c>), mm/vmalloc.c of Linux 6.12 and 7.3.</remarks>
public sealed unsafe class KernelMemory(SlubConfig? config = null) : IDisposable
{
    public const int PageSize = 4096;

    /// <summary><c>kmalloc_info</c> on x86-64: powers of two, with 96 and 192 between.</summary>
    private static readonly int[] s_kmallocSizes = [8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192];

    private const int LargestClass = 2 * PageSize;

    private readonly List<KmemCache> _caches = [];

    /// <summary>The caches, then the kmalloc classes in use; an array, as replays sum allocations around every change.</summary>
    private KmemCache[] _all = [];
    private readonly KmemCache?[] _kmalloc = new KmemCache?[s_kmallocSizes.Length];
    private readonly Dictionary<nint, long> _vmallocAreas = [];
    private KmemCache? _percpu;
    private long _vmallocObjects, _vmallocPages, _vmallocAllocations;

    public SlubConfig Config { get; } = config ?? SlubConfig.Uniprocessor;

    /// <summary>Deferred frees of the structures that live in this memory.</summary>
    public Rcu Rcu { get; } = new();

    /// <summary>Bytes in objects over all lines, at the size class.</summary>
    public long ObjectBytes => Account().Sum(line => line.ObjectBytes);

    /// <summary>Bytes in pages over all lines.</summary>
    public long PageBytes => Account().Sum(line => line.PageBytes);

    /// <summary>Objects in use over all lines, including those that wait for a grace period.</summary>
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

    /// <summary>Objects allocated since the start, freed ones included.</summary>
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

    /// <summary>Finds the cache or kmalloc size class of this name; null for a size class that was never used.</summary>
    public KmemCache? Find(string name) => Array.Find(_all, cache => cache.Name == name);

    /// <summary>Makes a cache of its own (as with <c>slab_nomerge</c>: caches of one size are never merged).</summary>
    public KmemCache CreateCache(string name, int objectSize, int align = 8)
    {
        var cache = new KmemCache(name, objectSize, Config, align);
        _caches.Add(cache);
        ListAll();
        return cache;
    }

    /// <summary><c>kzalloc</c>: takes zeroed memory from the smallest size class that fits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 8 KiB: the ports use vmalloc beyond a page.</exception>
    public void* Kzalloc(int bytes) => Kmalloc(bytes).Zalloc();

    /// <summary><c>kfree</c>; <paramref name="bytes"/> is the size that was asked for.</summary>
    public void Kfree(void* obj, int bytes) => Kmalloc(bytes).Free(obj);

    /// <summary><c>alloc_percpu</c> of a pointer: takes 8 zeroed bytes, for the one processor that is counted.</summary>
    /// <remarks>
    /// This is the account's line <c>percpu</c> and /proc/meminfo's Percpu; slabinfo has none. Its pages are counted like a
    /// slab's. The kernel takes them in chunks (32 KiB on a uniprocessor kernel) and keeps bitmaps of about a tenth more in
    /// kmalloc, which are left out.
    /// </remarks>
    public void* AllocPercpu() => (_percpu ??= CreateCache("percpu", sizeof(nint))).Zalloc();

    /// <summary><c>free_percpu</c>; null is allowed.</summary>
    public void FreePercpu(void* obj)
    {
        if (obj != null)
            _percpu!.Free(obj);
    }

    /// <summary><c>vzalloc</c>: takes zeroed whole pages and, for more than 512 pages, the array that lists them.</summary>
    /// <remarks>
    /// <c>__vmalloc_area_node</c> allocates that array, 8 bytes a page, by vmalloc once it exceeds a page. Shorter arrays
    /// come from kmalloc and are left out, as are the area's <c>vm_struct</c> and <c>vmap_area</c>: together at most
    /// 4.2 KiB an area.
    /// </remarks>
    public void* Vzalloc(long bytes)
    {
        var size = (bytes + PageSize - 1) & -PageSize;
        var area = NativeMemory.AlignedAlloc((nuint)size, PageSize);
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

    /// <summary>
    /// <c>kvzalloc</c>: takes zeroed memory from a size class or, beyond 8 KiB, whole pages, whose number kmalloc makes a power
    /// of two.
    /// </summary>
    /// <remarks>The kernel takes those pages from vmalloc only if there are no contiguous ones. Here they are in the line
    /// <c>vmalloc</c>.</remarks>
    public void* Kvzalloc(long bytes) =>
        bytes <= LargestClass ? Kzalloc((int)bytes) : Vzalloc((long)BitOperations.RoundUpToPowerOf2((ulong)bytes));

    /// <summary><c>kvfree</c>; <paramref name="bytes"/> is the size that was asked for. Null is allowed.</summary>
    public void Kvfree(void* area, long bytes)
    {
        if (area == null)
            return;
        if (bytes <= LargestClass)
            Kfree(area, (int)bytes);
        else
            Vfree(area);
    }

    /// <summary>Returns a line for each cache, then for each kmalloc class used so far, then for vmalloc if in use.</summary>
    public IReadOnlyList<MemoryLine> Account()
    {
        var lines = _all.Select(cache => cache.Line).ToList();
        if (_vmallocObjects > 0)
            lines.Add(new("vmalloc", 0, _vmallocObjects, _vmallocPages * PageSize, 0, _vmallocPages * PageSize));
        return lines;
    }

    /// <summary>Gives all native memory back. Objects still in use die with it.</summary>
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
