// SPDX-License-Identifier: MIT
namespace Sim.Kernel;

/// <content>The layer of 7.3 in front of the slabs. A processor allocates and frees objects through sheaves, which are arrays of pointers.
/// A processor exchanges empty and full sheaves with its node's barn. Only whole sheaves reach the slabs.
/// <code>
///   Alloc, Free  --  main, spare       60 objects each (28 from 256 bytes on, 12 from 1 KiB, 4 from a page)
///   kfree_rcu    ->  rcu_free
///                      |  full, after a grace period
///                    barn              at most 10 full sheaves, and empty ones
///                      |  flushed if the barn is full, refilled if it has none
///                    slabs
/// </code>
/// Objects in sheaves count as in use in /proc/slabinfo (<see cref="ActiveObjects"/>) and pin their slabs. The account leaves out the
/// sheaves themselves: at most 23 per processor and cache, each a kmalloc object of at most 512 bytes.
/// </content>
/// <remarks>Follows mm/slub.c of 7.3 for one processor that is never interrupted.</remarks>
public sealed unsafe partial class KmemCache
{
    private const int MaxFullSheaves = 10;
    private const int MaxEmptySheaves = 10;
    private const int Lookahead = 3; // build_detached_freelist

    /// <summary><c>struct slab_sheaf</c>: the head of a stack of objects. The pointers follow the head in memory.</summary>
    private struct Sheaf
    {
        public Sheaf* Next;
        public int Size;
    }

    private readonly int _sheafCapacity;
    private Sheaf* _main, _spare, _rcuFree, _fullSheaves, _emptySheaves;
    private int _nrFull, _nrEmpty;

    /// <summary>Whether the release has sheaves.</summary>
    public bool HasSheaves => _sheafCapacity > 0;

    /// <summary>Returns the maximum number of free objects that sheaves hold: three sheaves per processor, and ten in the barn. Returns 0
    /// in 6.12.</summary>
    public int MostInSheaves(int cpus) => _sheafCapacity * (3 * cpus + MaxFullSheaves);

    /// <summary>Frees an object after its grace period, as <c>kfree_rcu</c> does. SMP kernels (KVFREE_RCU_BATCHED) collect these objects in
    /// a separate sheaf. When the sheaf is full, SMP kernels give it to the barn (<c>__kfree_rcu_sheaf</c>, <c>rcu_free_sheaf</c>). So a
    /// partly filled sheaf waits for more objects. Other kernels free each object at once.</summary>
    public void FreeRcu(void* obj)
    {
        if (_sheafCapacity == 0 || !_batchesKfreeRcu)
        {
            Free(obj);
            return;
        }

        Objects--;
        if (_rcuFree == null)
        {
            var spareIsEmpty = _spare != null && _spare->Size == 0;
            _rcuFree = spareIsEmpty ? _spare : TakeEmpty();
            if (spareIsEmpty)
                _spare = null;
        }

        Push(_rcuFree, obj);
        if (_rcuFree->Size < _sheafCapacity)
            return;
        var sheaf = _rcuFree;
        _rcuFree = null;
        if (_nrFull < MaxFullSheaves)
        {
            PutFull(sheaf);
            return;
        }

        Flush(sheaf);
        if (_nrEmpty < MaxEmptySheaves)
            PutEmpty(sheaf);
        else
            NativeMemory.Free(sheaf);
    }

    /// <summary><c>calculate_sheaf_capacity</c>: returns the number of pointers in a sheaf. With a header of 32 bytes, the pointers fill a
    /// size class. Returns 0 in 6.12.</summary>
    private static int SheafCapacity(int size, SlubConfig config) => config.Release < KernelRelease.Linux7_3 ? 0 : size switch
    {
        >= KernelMemory.PageSize => 4,
        >= 1024 => 12,
        >= 256 => 28,
        _ => 60,
    };

    /// <summary><c>alloc_from_pcs</c>.</summary>
    private void* AllocFromSheaf()
    {
        if (_main->Size == 0)
            ReplaceEmptyMain();
        return (void*)Slots(_main)[--_main->Size];
    }

    /// <summary><c>free_to_pcs</c>.</summary>
    private void FreeToSheaf(void* obj)
    {
        if (_main->Size == _sheafCapacity)
            ReplaceFullMain();
        Push(_main, obj);
    }

    /// <summary><c>__pcs_replace_empty_main</c>: replaces the empty main sheaf by the spare, by a full sheaf of the barn, or by a sheaf
    /// refilled from slabs.</summary>
    private void ReplaceEmptyMain()
    {
        if (_spare != null && _spare->Size > 0)
        {
            SwapMainAndSpare();
            return;
        }

        if (_nrFull > 0)
        {
            PutEmpty(_main);
            _main = Pop(ref _fullSheaves, ref _nrFull);
            return;
        }

        var empty = _spare;
        _spare = null;
        if (empty == null)
            empty = TakeEmpty();
        Refill(empty);
        _spare = _main;
        _main = empty;
    }

    /// <summary><c>__pcs_replace_full_main</c>: replaces the full main sheaf by an empty one. The full sheaf goes into the barn or is
    /// flushed to slabs.</summary>
    private void ReplaceFullMain()
    {
        if (_spare == null)
        {
            _spare = _main;
            _main = TakeEmpty();
            return;
        }

        if (_spare->Size < _sheafCapacity)
        {
            SwapMainAndSpare();
            return;
        }

        if (_nrFull >= MaxFullSheaves)
        {
            Flush(_spare);
            SwapMainAndSpare();
            return;
        }

        PutFull(_main);
        _main = TakeEmpty();
    }

    private void SwapMainAndSpare()
    {
        var main = _main;
        _main = _spare;
        _spare = main;
    }

    /// <summary><c>refill_objects</c>: takes objects from partly filled slabs, from the list's head on, then from new slabs.</summary>
    private void Refill(Sheaf* sheaf)
    {
        while (sheaf->Size < _sheafCapacity && _nodePartialHead != null)
        {
            var slab = _nodePartialHead;
            RemovePartial(slab);
            var obj = slab->FreeList;
            slab->FreeList = null;
            while (obj != null && sheaf->Size < _sheafCapacity)
            {
                var next = *(void**)obj;
                Push(sheaf, obj);
                slab->InUse++;
                obj = next;
            }

            if (obj == null)
                continue;
            // __slab_try_return_freelist: the slab gets the remaining objects back.
            slab->FreeList = obj;
            AddPartialTail(slab);
        }

        while (sheaf->Size < _sheafCapacity)
        {
            // alloc_from_new_slab
            var slab = NewSlab();
            for (var left = Math.Min(ObjectsPerSlab, _sheafCapacity - sheaf->Size); left > 0; left--)
            {
                var obj = slab->FreeList;
                slab->FreeList = *(void**)obj;
                slab->InUse++;
                Push(sheaf, obj);
            }

            if (slab->FreeList != null)
                AddPartialHead(slab);
        }
    }

    /// <summary><c>sheaf_flush_unused</c>, <c>__kmem_cache_free_bulk</c>: frees a sheaf's objects, the last one first. Objects of one slab
    /// are freed together. The search for objects of one slab ends after three objects of other slabs
    /// (<c>build_detached_freelist</c>).</summary>
    private void Flush(Sheaf* sheaf)
    {
        var objects = Slots(sheaf);
        var size = sheaf->Size;
        while (size > 0)
        {
            var head = (void*)objects[--size];
            var slab = SlabOf(head);
            var tail = head;
            var count = 1;
            var same = size;
            for (var lookahead = Lookahead; size > 0;)
            {
                var obj = (void*)objects[--size];
                if (SlabOf(obj) == slab)
                {
                    *(void**)obj = head;
                    head = obj;
                    count++;
                    same--;
                    (objects[size], objects[same]) = (objects[same], objects[size]);
                }
                else if (--lookahead == 0)
                {
                    break;
                }
            }

            SlabFree(slab, head, tail, count);
            size = same;
        }

        sheaf->Size = 0;
    }

    /// <summary><c>__slab_free</c> of 7.3: frees a list of objects of one slab. No slab belongs to a processor.</summary>
    private void SlabFree(Slab* slab, void* head, void* tail, int count)
    {
        var wasFull = slab->FreeList == null;
        *(void**)tail = slab->FreeList;
        slab->FreeList = head;
        slab->InUse -= count;
        if (slab->InUse == 0 && _nrPartial >= _minPartial)
        {
            if (!wasFull)
                RemovePartial(slab);
            DiscardSlab(slab);
        }
        else if (wasFull)
        {
            AddPartialTail(slab);
        }
    }

    private Sheaf* TakeEmpty() => _nrEmpty > 0 ? Pop(ref _emptySheaves, ref _nrEmpty) : NewSheaf();

    private Sheaf* NewSheaf() => (Sheaf*)NativeMemory.AllocZeroed((nuint)(sizeof(Sheaf) + _sheafCapacity * sizeof(nint)));

    private void PutFull(Sheaf* sheaf) => Put(sheaf, ref _fullSheaves, ref _nrFull);

    private void PutEmpty(Sheaf* sheaf) => Put(sheaf, ref _emptySheaves, ref _nrEmpty);

    private static void Put(Sheaf* sheaf, ref Sheaf* list, ref int count)
    {
        sheaf->Next = list;
        list = sheaf;
        count++;
    }

    private static Sheaf* Pop(ref Sheaf* list, ref int count)
    {
        var sheaf = list;
        list = sheaf->Next;
        count--;
        return sheaf;
    }

    private static nint* Slots(Sheaf* sheaf) => (nint*)(sheaf + 1);

    private static void Push(Sheaf* sheaf, void* obj) => Slots(sheaf)[sheaf->Size++] = (nint)obj;

    private void FreeSheaves()
    {
        NativeMemory.Free(_main);
        NativeMemory.Free(_spare);
        NativeMemory.Free(_rcuFree);
        while (_fullSheaves != null)
            NativeMemory.Free(Pop(ref _fullSheaves, ref _nrFull));
        while (_emptySheaves != null)
            NativeMemory.Free(Pop(ref _emptySheaves, ref _nrEmpty));
        _main = _spare = _rcuFree = null;
    }
}
