// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Runner.Commands;

namespace Sim.Runner.Validation;

/// <summary>Slab caches of a port against /proc/slabinfo.</summary>
internal static class SlabComparison
{
    /// <summary>Share of the objects by which two estimates of <c>count_partial_free_approx</c> may differ.</summary>
    private const double EstimateError = 0.02;

    /// <summary>What the kernel says is in use, and how far its estimate may be from the port's; 0 where both count.</summary>
    public static (long Active, double Error) ActiveObjects(KmemCache cache) =>
        cache.ActiveObjectsAreEstimated ? (cache.ActiveObjects, Math.Ceiling(EstimateError * cache.ActiveObjects)) : (cache.Objects, 0);

    /// <summary>
    /// Caches that have one user: objects a slab and pages a slab exactly, slabs within one a processor, and active
    /// objects within the slabs that a processor keeps, whose free objects count as active. (A processor's own slab can
    /// hold objects of the kernel's other tables, and callbacks of a grace period may run a moment earlier than here.)
    /// </summary>
    /// <param name="context">The kernel.</param>
    /// <param name="at">Where.</param>
    /// <param name="caches">The port's caches.</param>
    /// <param name="held">
    /// Objects that the kernel may hold longer than the port does: those that a call of many messages dropped, which the kernel frees
    /// after the call and the port after each message. What came meanwhile lies in other slabs.
    /// </param>
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
            context.Compare(at, "objects-per-slab", "count", cache.ObjectsPerSlab, line.PerSlab, item: cache.Name);
            context.Compare(at, "pages-per-slab", "count", pages, line.PagesPerSlab, item: cache.Name);
            context.Compare(at, "slab-pages", "pages", cache.Slabs * pages, line.Pages,
                bound: (context.Cpus + Math.Ceiling(held / (double)cache.ObjectsPerSlab)) * pages, item: cache.Name);
            // Of more than 10,000 partial slabs the kernel looks at 10,000 and extrapolates: a few slabs in another place of
            // the list become hundreds of objects. The objects themselves are compared exactly, by a walk of the trie.
            double kept = context.Cpus * (1 + cache.CpuPartialSlabs) * cache.ObjectsPerSlab;
            var (_, error) = ActiveObjects(cache);
            context.Compare(
                at, "active-objects", "count", cache.ActiveObjects, line.Active, bound: kept + error, item: cache.Name);
        }
    }
}
