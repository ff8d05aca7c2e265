// SPDX-License-Identifier: MIT
using Xunit;

namespace Sim.Kernel.Tests;

/// <summary>
/// SLUB on one processor, slowly: a slab is the set of its objects that are in use. It is told every object that the cache
/// hands out and takes back, says from which slab the next one must come, and counts by going through all sets.
/// </summary>
internal sealed class SlabModel(KmemCache cache)
{
    private const int MinPartial = 5;

    private readonly Dictionary<nint, HashSet<nint>> _slabs = [];
    private readonly List<nint> _nodePartial = [];
    private readonly List<nint> _cpuPartial = [];
    private readonly int _slabBytes = 4096 << cache.Order;
    private nint _cpuSlab;

    public long Slabs => _slabs.Count;

    public int NodePartial => _nodePartial.Count;

    public int CpuPartial => _cpuPartial.Count;

    /// <summary><c>objects_show</c>: what is on the node's partial list, and free, is not active; all the rest is.</summary>
    public long ActiveObjects => (Slabs * cache.ObjectsPerSlab) - _nodePartial.Sum(slab => (long)(cache.ObjectsPerSlab - _slabs[slab].Count));

    public void Allocated(nint obj)
    {
        var slab = SlabOf(obj);
        if (slab != _cpuSlab)
        {
            if (_cpuSlab != 0)
                Assert.Equal(cache.ObjectsPerSlab, _slabs[_cpuSlab].Count);
            Assert.Equal(NextSlab(slab), slab);
            _cpuSlab = slab;
        }

        Assert.True(_slabs[slab].Add(obj));
    }

    public void Freed(nint obj)
    {
        var slab = SlabOf(obj);
        var wasFull = _slabs[slab].Count == cache.ObjectsPerSlab;
        Assert.True(_slabs[slab].Remove(obj));
        if (slab == _cpuSlab)
            return;
        if (wasFull && cache.CpuPartialSlabs > 0)
            PutCpuPartial(slab);
        else if (wasFull)
            _nodePartial.Add(slab);
        else if (_slabs[slab].Count == 0 && _nodePartial.Count >= MinPartial && _nodePartial.Remove(slab))
            _slabs.Remove(slab);
    }

    /// <summary><c>___slab_alloc</c>: the processor's partial slabs, the newest first; the node's, the oldest first; a new one.</summary>
    private nint NextSlab(nint given)
    {
        if (_cpuPartial.Count > 0)
            return TakeFirst(_cpuPartial);
        if (_nodePartial.Count == 0)
        {
            _slabs.Add(given, []);
            return given;
        }

        var next = TakeFirst(_nodePartial);
        // get_partial_node: the processor takes half of what it may keep, and one.
        for (var more = cache.CpuPartialSlabs == 0 ? 0 : (cache.CpuPartialSlabs / 2) + 1; more > 0 && _nodePartial.Count > 0; more--)
            _cpuPartial.Insert(0, TakeFirst(_nodePartial));
        return next;
    }

    /// <summary>A list that is full goes to the node as a whole, without its empty slabs where the node has enough.</summary>
    private void PutCpuPartial(nint slab)
    {
        if (_cpuPartial.Count >= cache.CpuPartialSlabs)
        {
            foreach (var old in _cpuPartial)
            {
                if (_slabs[old].Count == 0 && _nodePartial.Count >= MinPartial)
                    _slabs.Remove(old);
                else
                    _nodePartial.Add(old);
            }

            _cpuPartial.Clear();
        }

        _cpuPartial.Insert(0, slab);
    }

    private nint SlabOf(nint obj) => obj & -_slabBytes;

    private static nint TakeFirst(List<nint> list)
    {
        var first = list[0];
        list.RemoveAt(0);
        return first;
    }
}
