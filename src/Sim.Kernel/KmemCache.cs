// SPDX-License-Identifier: MIT
using System.Numerics;

namespace Sim.Kernel;

/// <summary><c>struct kmem_cache</c>: hands out objects of one size and counts pages as SLUB does.</summary>
/// <remarks><para>The objects are native memory at the kernel's offsets. So two objects that share a cache line or a page in the kernel
/// share that line or page here too:</para>
/// <code>
///   slab of allowedips_node, order 0            56 objects of 72 bytes, 64 bytes left over
///   | 0 | 72 | 144 | ... | 3960 | waste |       page-aligned
/// </code>
/// <para>The slab that an object comes from decides how many pages stay pinned after deletions. So this class follows the functions of
/// mm/slub.c that choose the slab, for one processor. From 6.12, these functions are <c>___slab_alloc</c>, <c>__slab_free</c>,
/// <c>get_partial_node</c>, <c>put_cpu_partial</c> and <c>calculate_order</c>. In 7.3 sheaves replace a processor's own slabs
/// (KmemCache.Sheaves.cs). Other processors, NUMA and freelist randomisation are left out. The randomisation changes no count.</para>
/// <para>Only one thread may use a cache at a time, as under the kernel's own locks.</para></remarks>
public sealed unsafe partial class KmemCache : IDisposable
{
    private const int ChunkBytes = 2 << 20;
    private const int MinPartial = 5, MaxPartial = 10;

    /// <summary>The fields of <c>struct slab</c>, and the links of the list that the slab is on.</summary>
    private struct Slab
    {
        public byte* Base;
        public void* FreeList;
        public Slab* Next, Prev;
        public int InUse, Slabs;
        public bool OnNodePartial;
    }

    private readonly List<nint> _chunks = [];
    private readonly int _slabShift, _minPartial;
    private readonly bool _batchesKfreeRcu;
    private Slab* _cpuSlab, _cpuPartial, _nodePartialHead, _nodePartialTail, _unused;
    private void* _cpuFreeList;
    private int _nrPartial, _chunkNext, _chunkLimit;

    /// <summary>Makes a cache as <c>kmem_cache_create(name, objectSize, align)</c> does.</summary>
    /// <param name="name">The name in /proc/slabinfo.</param>
    /// <param name="objectSize">The bytes of an object, before they are rounded up to <paramref name="align"/>.</param>
    /// <param name="config">The machine whose allocator this cache follows.</param>
    /// <param name="align">The alignment in bytes, a power of two of at least 8.</param>
    public KmemCache(string name, int objectSize, SlubConfig config, int align = 8)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentOutOfRangeException.ThrowIfLessThan(objectSize, 8);
        Name = name;
        ObjectSize = (objectSize + align - 1) & -align;
        Order = CalculateOrder(ObjectSize, config);
        _slabShift = 12 + Order;
        ObjectsPerSlab = (1 << _slabShift) / ObjectSize;
        // set_min_partial, set_cpu_partial
        _minPartial = Math.Clamp(BitOperations.Log2((uint)ObjectSize) / 2, MinPartial, MaxPartial);
        _sheafCapacity = SheafCapacity(ObjectSize, config);
        _batchesKfreeRcu = config.Multiprocessor;
        _main = HasSheaves ? NewSheaf() : null;
        CpuPartialSlabs = config.Multiprocessor && !HasSheaves
            ? (CpuPartialObjects(ObjectSize) * 2 + ObjectsPerSlab - 1) / ObjectsPerSlab
            : 0;
    }

    public string Name { get; }

    /// <summary>The bytes of an object, rounded up to the alignment.</summary>
    public int ObjectSize { get; }

    /// <summary>The order of a slab, which has 2^Order pages.</summary>
    public int Order { get; }

    public int ObjectsPerSlab { get; }

    /// <summary>The number of slabs that a processor may keep on its partial list; 0 on uniprocessor kernels.</summary>
    public int CpuPartialSlabs { get; }

    /// <summary>The number of objects in use: <c>active_objs</c> without the free objects in per-CPU lists and sheaves.</summary>
    public long Objects { get; private set; }

    /// <summary><c>objects</c> of /sys/kernel/slab (<c>objects_show</c>): the objects of all slabs, minus the free objects of slabs on the
    /// node's partial list. So free objects of the processor's own slabs and in sheaves count as active.</summary>
    public long ActiveObjects
    {
        get
        {
            var active = Slabs * ObjectsPerSlab;
            for (var slab = _nodePartialHead; slab != null; slab = slab->Next)
                active -= ObjectsPerSlab - slab->InUse;
            return active;
        }
    }

    /// <summary>The number of slabs held from the page allocator, including partly filled and empty slabs (<c>num_slabs</c>).</summary>
    public long Slabs { get; private set; }

    /// <summary>The number of objects allocated since the cache was made.</summary>
    public long Allocations { get; private set; }

    public long ObjectBytes => Objects * ObjectSize;

    public long PageBytes => Slabs << _slabShift;

    /// <summary>Takes an object with undefined contents (<c>kmem_cache_alloc</c>).</summary>
    public void* Alloc()
    {
        Objects++;
        Allocations++;
        if (_sheafCapacity > 0)
            return AllocFromSheaf();
        var obj = _cpuFreeList;
        if (obj == null)
            obj = SlabAllocSlow();
        _cpuFreeList = *(void**)obj;
        return obj;
    }

    /// <summary>Takes a zeroed object (<c>kmem_cache_zalloc</c>).</summary>
    public void* Zalloc()
    {
        var obj = Alloc();
        NativeMemory.Clear(obj, (nuint)ObjectSize);
        return obj;
    }

    /// <summary>Frees an object (<c>kmem_cache_free</c>). In a slab, the object's first 8 bytes become the freelist pointer.</summary>
    public void Free(void* obj)
    {
        Objects--;
        if (_sheafCapacity > 0)
        {
            FreeToSheaf(obj);
            return;
        }

        var slab = SlabOf(obj);
        if (slab == _cpuSlab)
        {
            *(void**)obj = _cpuFreeList;
            _cpuFreeList = obj;
            return;
        }

        SlabFreeSlow(slab, obj);
    }

    /// <summary>This cache's line in a memory account.</summary>
    public MemoryLine Line => new(Name, ObjectSize, Objects, ObjectBytes, Slabs, PageBytes);

    public void Dispose()
    {
        FreeSheaves();
        foreach (var chunk in _chunks)
            NativeMemory.AlignedFree((void*)chunk);
        _chunks.Clear();
        _cpuSlab = null;
        _cpuFreeList = null;
    }

    /// <summary><c>calculate_order</c>: returns the smallest order that wastes at most 1/16 of a slab. If no order does, the limit becomes
    /// 1/8, and so on.</summary>
    internal static int CalculateOrder(int size, SlubConfig config)
    {
        const int maxOrder = 3; // PAGE_ALLOC_COSTLY_ORDER
        var minObjects = 4 * (BitOperations.Log2((uint)config.Cpus) + 1 + 1); // 4 * (fls(nr_cpus) + 1)
        minObjects = Math.Min(minObjects, Math.Max((4096 << maxOrder) / size, 1));
        var minOrder = GetOrder(minObjects * size);
        for (var fraction = 16; fraction > 1; fraction /= 2)
        {
            for (var order = minOrder; order <= maxOrder; order++)
            {
                if ((4096 << order) % size <= (4096 << order) / fraction)
                    return order;
            }
        }

        return GetOrder(size);
    }

    private static int GetOrder(int bytes) => bytes <= 4096 ? 0 : BitOperations.Log2((uint)(bytes - 1) >> 12) + 1;

    private static int CpuPartialObjects(int size) => size switch { >= 4096 => 6, >= 1024 => 24, >= 256 => 52, _ => 120 };

    /// <summary><c>___slab_alloc</c>: takes the next slab when the processor's slab is used up. Returns the new slab's freelist.</summary>
    private void* SlabAllocSlow()
    {
        // The processor's old slab is full. It is on no list until one of its objects is freed.
        if (_cpuPartial != null)
        {
            _cpuSlab = _cpuPartial;
            _cpuPartial = _cpuSlab->Next;
        }
        else
        {
            var partial = GetPartialNode();
            _cpuSlab = partial != null ? partial : NewSlab();
        }

        // freeze_slab, get_freelist: the processor takes the whole list.
        var list = _cpuSlab->FreeList;
        _cpuSlab->FreeList = null;
        _cpuSlab->InUse = ObjectsPerSlab;
        return list;
    }

    /// <summary><c>__slab_free</c>: frees an object whose slab is not the processor's own.</summary>
    private void SlabFreeSlow(Slab* slab, void* obj)
    {
        var prior = slab->FreeList;
        *(void**)obj = prior;
        slab->FreeList = obj;
        slab->InUse--;
        if (prior == null && CpuPartialSlabs > 0)
        {
            PutCpuPartial(slab, drain: true);
            return;
        }

        // The slab is on the per-CPU partial list, so only its counts change.
        if (prior != null && !slab->OnNodePartial)
            return;
        if (slab->InUse == 0 && _nrPartial >= _minPartial)
        {
            if (prior != null)
                RemovePartial(slab);
            DiscardSlab(slab);
        }
        else if (prior == null)
        {
            AddPartialTail(slab);
        }
    }

    private Slab* GetPartialNode()
    {
        var partial = _nodePartialHead;
        if (partial == null)
            return null;
        RemovePartial(partial);
        if (CpuPartialSlabs == 0)
            return partial;
        var taken = 0;
        while (_nodePartialHead != null)
        {
            var slab = _nodePartialHead;
            RemovePartial(slab);
            PutCpuPartial(slab, drain: false);
            if (++taken > CpuPartialSlabs / 2)
                break;
        }

        return partial;
    }

    private void PutCpuPartial(Slab* slab, bool drain)
    {
        var old = _cpuPartial;
        Slab* toPut = null;
        if (old != null && drain && old->Slabs >= CpuPartialSlabs)
        {
            toPut = old;
            old = null;
        }

        slab->Slabs = (old == null ? 0 : old->Slabs) + 1;
        slab->Next = old;
        _cpuPartial = slab;
        while (toPut != null)
        {
            var next = toPut->Next;
            if (toPut->InUse == 0 && _nrPartial >= _minPartial)
                DiscardSlab(toPut);
            else
                AddPartialTail(toPut);
            toPut = next;
        }
    }

    private void AddPartialHead(Slab* slab)
    {
        slab->OnNodePartial = true;
        slab->Prev = null;
        slab->Next = _nodePartialHead;
        if (_nodePartialHead != null)
            _nodePartialHead->Prev = slab;
        else
            _nodePartialTail = slab;
        _nodePartialHead = slab;
        _nrPartial++;
    }

    private void AddPartialTail(Slab* slab)
    {
        slab->OnNodePartial = true;
        slab->Next = null;
        slab->Prev = _nodePartialTail;
        if (_nodePartialTail != null)
            _nodePartialTail->Next = slab;
        else
            _nodePartialHead = slab;
        _nodePartialTail = slab;
        _nrPartial++;
    }

    private void RemovePartial(Slab* slab)
    {
        if (slab->Prev != null)
            slab->Prev->Next = slab->Next;
        else
            _nodePartialHead = slab->Next;
        if (slab->Next != null)
            slab->Next->Prev = slab->Prev;
        else
            _nodePartialTail = slab->Prev;
        slab->OnNodePartial = false;
        slab->Next = slab->Prev = null;
        _nrPartial--;
    }

    private Slab* NewSlab()
    {
        var slab = TakeUnusedSlab();
        Slabs++;
        slab->InUse = 0;
        slab->OnNodePartial = false;
        // allocate_slab without freelist randomisation: the freelist is in address order.
        var last = slab->Base + (ObjectsPerSlab - 1) * ObjectSize;
        for (var obj = slab->Base; obj < last; obj += ObjectSize)
            *(void**)obj = obj + ObjectSize;
        *(void**)last = null;
        slab->FreeList = slab->Base;
        return slab;
    }

    private void DiscardSlab(Slab* slab)
    {
        Slabs--;
        slab->Next = _unused;
        _unused = slab;
    }

    /// <summary>Returns a slab from native memory. Chunks of 2 MiB are aligned to their size, so the address of an object gives its chunk
    /// and slab:
    /// <code>
    ///   | Slab headers ... | slab k | slab k+1 | ...  |      slab i begins at chunk + i * slab size
    /// </code></summary>
    private Slab* TakeUnusedSlab()
    {
        if (_unused != null)
        {
            var slab = _unused;
            _unused = slab->Next;
            return slab;
        }

        if (_chunkNext == _chunkLimit)
        {
            var chunk = (byte*)NativeMemory.AlignedAlloc(ChunkBytes, ChunkBytes);
            // The kernel's direct map uses huge pages. The first chunk has none, so that small tables stay small.
            if (_chunks.Count > 0)
                HugePages.Advise(chunk, ChunkBytes);
            _chunks.Add((nint)chunk);
            _chunkLimit = ChunkBytes >> _slabShift;
            var headers = _chunkLimit * sizeof(Slab);
            _chunkNext = (headers + (1 << _slabShift) - 1) >> _slabShift;
        }

        var current = (byte*)_chunks[^1];
        var fresh = (Slab*)current + _chunkNext;
        *fresh = default;
        fresh->Base = current + ((long)_chunkNext << _slabShift);
        _chunkNext++;
        return fresh;
    }

    private Slab* SlabOf(void* obj)
    {
        var chunk = (nuint)obj & ~(nuint)(ChunkBytes - 1);
        return (Slab*)chunk + (((nuint)obj - chunk) >> _slabShift);
    }
}
