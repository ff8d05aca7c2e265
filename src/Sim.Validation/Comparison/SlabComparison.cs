// SPDX-License-Identifier: MIT
namespace Sim.Validation.Comparison;

/// <summary>Compares slab caches of a port with /proc/slabinfo.</summary>
public static class SlabComparison
{
    /// <summary>The share of objects by which two estimates of <c>count_partial_free_approx</c> may differ.</summary>
    private const double EstimateError = 0.02;

    /// <summary>
    /// Returns the objects in use, and the error bound if the kernel estimates them; 0 if both sides count. With sheaves, whose
    /// free objects the kernel counts, these are active objects.
    /// </summary>
    public static (long Active, double Error) ActiveObjects(KmemCache cache) => cache.ActiveObjectsAreEstimated
        ? (cache.ActiveObjects, Math.Ceiling(EstimateError * cache.ActiveObjects))
        : (cache.HasSheaves ? cache.ActiveObjects : cache.Objects, 0);

    /// <summary>
    /// The free objects that sheaves can hold (7.3): interrupts and the other users of a cache decide how many they are and of
    /// which slabs, so the kernel may hold so many more than the port, or fewer.
    /// </summary>
    public static int InSheaves(ValidationContext context, KmemCache cache) => cache.MostInSheaves(context.Cpus);

    /// <summary>
    /// Compares caches that have one user. Objects and pages per slab must be equal. Slabs may differ by one per processor, and
    /// active objects by the slabs that a processor keeps, whose free objects count as active. (A processor's own slab can
    /// hold objects of the kernel's other tables, and callbacks of a grace period may run a moment earlier than here.) In 7.3 no
    /// slab is a processor's: free objects in sheaves count as active instead, and each can pin a slab (<see cref="InSheaves"/>).
    /// The kernel may hold <paramref name="held"/> objects longer than the port: those dropped in a call of many messages, which
    /// the kernel frees after the call and the port after each message. Objects allocated meanwhile lie in other slabs.
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
                bound: (context.Cpus + Math.Ceiling(held / (double)cache.ObjectsPerSlab) + InSheaves(context, cache)) * pages, item: cache.Name);
            // If there are more than 10,000 partial slabs, the kernel looks at 10,000 and extrapolates: a few slabs at another
            // place in the list become hundreds of objects. A walk of the trie compares the objects themselves exactly.
            double kept = context.Cpus * (1 + cache.CpuPartialSlabs) * cache.ObjectsPerSlab + InSheaves(context, cache);
            var (_, error) = ActiveObjects(cache);
            context.Compare(
                at, Metrics.ActiveObjects, cache.ActiveObjects, line.Active, bound: kept + error, item: cache.Name);
        }
    }
}
