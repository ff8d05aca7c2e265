// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Runner.Validation;

/// <summary>
/// The FIB's memory against the kernel's: its two slab caches, its vmalloc areas, and the kmalloc classes that its tnodes
/// and nexthops come from, which the rest of the kernel uses as well.
/// </summary>
internal sealed class FibMemoryComparison(ValidationContext context, KernelMemory memory, IEnumerable<KmemCache> caches)
{
    /// <summary>
    /// Objects that other users of a kmalloc class may take or give back while a step runs, in slabs: their number is
    /// small, but one object can hold a slab.
    /// </summary>
    private const int OtherUsersSlabs = 16;

    /// <summary>What the size classes hold before the port's first object, where the port is new and the kernel's table empty.</summary>
    public IReadOnlyDictionary<string, SlabLine> Before { get; set; } = new Dictionary<string, SlabLine>();

    /// <summary>Routes that one call drops at most, where the port frees after each message.</summary>
    public int Held { get; init; }

    private Dictionary<string, long> _portBefore = [];

    /// <summary>What the size classes hold before the table is filled.</summary>
    public void RememberBaseline()
    {
        if (!context.ComparesSlabs)
            return;
        Before = context.Machine.Slabs();
        _portBefore = memory.Account().ToDictionary(line => line.Cache, line => line.Objects, StringComparer.Ordinal);
    }

    public void Compare(CheckPoint at)
    {
        if (!context.ComparesSlabs)
            return;
        SlabComparison.Compare(context, at, caches, Held);
        var slabs = context.Machine.Slabs();
        var lines = memory.Account();
        foreach (var line in lines.Where(line => line.Cache.StartsWith("kmalloc-", StringComparison.Ordinal)))
        {
            if (!slabs.TryGetValue(line.Cache, out var now) || !Before.TryGetValue(line.Cache, out var before))
                continue;
            var added = line.Objects - _portBefore.GetValueOrDefault(line.Cache);
            context.Compare(at, "kmalloc-objects", "count", added, now.Active - before.Active, OtherUsersSlabs * now.PerSlab, line.Cache);
        }

        var areas = context.Machine.One("vmalloc");
        var vmalloc = lines.FirstOrDefault(line => line.Cache == "vmalloc");
        context.Compare(at, "vmalloc-pages", "pages", vmalloc.PageBytes / KernelMemory.PageSize, areas.Long("pages"), item: "vmalloc");
    }
}
