// SPDX-License-Identifier: MIT
namespace Sim.Validation.Comparison;

/// <summary>Compares the slab caches of a port with /proc/slabinfo.</summary>
public static class SlabComparison
{
    /// <summary>Two estimates by <c>count_partial_free_approx</c> may differ by this share of the objects.</summary>
    private const double EstimateError = 0.02;

    /// <summary>
    /// Returns the number of objects in use. Also returns the error bound if the kernel estimates this number, otherwise 0. In a cache with
    /// sheaves it returns the active objects, because the kernel counts free objects in sheaves as active.
    /// </summary>
    public static (long Active, double Error) ActiveObjects(KmemCache cache) => cache.ActiveObjectsAreEstimated
        ? (cache.ActiveObjects, Math.Ceiling(EstimateError * cache.ActiveObjects))
        : (cache.HasSheaves ? cache.ActiveObjects : cache.Objects, 0);

    /// <summary>
    /// Compares caches that have one user. Objects per slab and pages per slab must be equal. The number of slabs may differ by one per
    /// processor. The number of active objects may differ by the objects in the slabs that a processor keeps, because free objects in these
    /// slabs count as active. (A processor's own slab can hold objects of the kernel's other tables, and the kernel may run callbacks a
    /// moment earlier than the port.) In Linux 7.3, processors keep no slabs. Instead, free objects in sheaves count as active, and each
    /// such object can pin a slab. The number of such objects depends on interrupts and on other users of the cache. The kernel may also
    /// free <paramref name="held"/> dropped objects later than the port. The kernel frees dropped objects after a call of many messages,
    /// and the port frees them after each message. Objects allocated in the meantime lie in other slabs.
    /// </summary>
    public static void Compare(ValidationContext context, CheckPoint at, IEnumerable<KmemCache> caches, int held = 0)
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
            // The kernel samples 10,000 partial slabs and extrapolates. So a few slabs at another place in a longer list change the
            // estimate by hundreds of objects. A walk of the trie compares the objects themselves exactly.
            double kept = context.Cpus * (1 + cache.CpuPartialSlabs) * cache.ObjectsPerSlab + cache.MostInSheaves(context.Cpus);
            var (_, error) = ActiveObjects(cache);
            context.Compare(at, Metrics.ActiveObjects, cache.ActiveObjects, line.Active, bound: kept + error, item: cache.Name);
        }
    }
}
