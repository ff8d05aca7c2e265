// SPDX-License-Identifier: MIT
namespace Sim.Validation.Comparison;

/// <summary>Compares the slab caches of a port with the kernel's (/proc/slabinfo and /sys/kernel/slab).</summary>
public static class SlabComparison
{
    /// <summary>Returns the number of objects in use. In a cache with sheaves it returns the active objects, because the kernel counts free
    /// objects in sheaves as active.</summary>
    public static long ActiveObjects(KmemCache cache) => cache.HasSheaves ? cache.ActiveObjects : cache.Objects;

    /// <summary>
    /// Compares caches that have one user. Objects per slab and pages per slab must be equal. The number of slabs may differ by one per
    /// processor. The number of active objects may differ by the objects in the slabs that a processor keeps, because free objects in these
    /// slabs count as active. (A processor's own slab can hold objects of the kernel's other tables, and the kernel may run callbacks a
    /// moment earlier than the port.) In Linux 7.3, processors keep no slabs. Instead, free objects in sheaves count as active, and each
    /// such object can pin a slab. The number of such objects depends on interrupts and on other users of the cache. The kernel may also
    /// free <paramref name="held"/> dropped objects later than the port. The kernel frees dropped objects after a call of many messages,
    /// and the port frees them after each message. Objects allocated in the meantime lie in other slabs.
    /// </summary>
    public static void Compare(ValidationContext context, Figure at, IEnumerable<KmemCache> caches, int held = 0)
    {
        if (!context.ComparesSlabs)
            return;
        var slabs = context.Machine.Slabs();
        foreach (var cache in caches)
        {
            if (!slabs.TryGetValue(cache.Name, out var line))
                throw new UserException($"/proc/slabinfo has no {cache.Name}: was the kernel started without slab_nomerge?");
            var pages = 1 << cache.Order;
            context.Compare(at, Metrics.ObjectsPerSlab, cache.ObjectsPerSlab, line.PerSlab, item: cache.Name);
            context.Compare(at, Metrics.PagesPerSlab, pages, line.PagesPerSlab, item: cache.Name);
            context.Compare(at, Metrics.SlabPages, cache.Slabs * pages, line.Pages,
                bound: (context.Cpus + Math.Ceiling(held / (double)cache.ObjectsPerSlab) + cache.MostInSheaves(context.Cpus)) * pages, item: cache.Name);
            double kept = context.Cpus * (1 + cache.CpuPartialSlabs) * cache.ObjectsPerSlab + cache.MostInSheaves(context.Cpus);
            context.Compare(at, Metrics.ActiveObjects, cache.ActiveObjects, line.Active, bound: kept, item: cache.Name);
        }
    }
}
