// SPDX-License-Identifier: MIT
namespace Sim.Validation.Comparison;

/// <summary>
/// Compares a FIB port's memory with the kernel's: the FIB's own slab caches, its vmalloc areas if it has any, and the
/// kmalloc classes of tnodes, IPv6 routes and nexthops, which the rest of the kernel uses as well.
/// </summary>
public sealed class FibMemoryComparison(ValidationContext context, KernelMemory memory, IEnumerable<KmemCache> caches)
{
    /// <summary>
    /// The bound in slabs for objects that other users of a kmalloc class take or give back while a step runs. They are few,
    /// but one object can hold a slab.
    /// </summary>
    private const int OtherUsersSlabs = 16;

    /// <summary>The most routes that one call drops, if the port frees after each message.</summary>
    public int Held { get; init; }

    /// <summary>The family. IPv4's tnodes may be vmalloc areas; IPv6's nexthops have per-CPU memory.</summary>
    public Family Family { get; init; } = Family.IPv4;

    private IReadOnlyDictionary<string, SlabLine> _before = new Dictionary<string, SlabLine>();
    private Dictionary<string, long> _portBefore = [];
    private long _percpuBefore;

    /// <inheritdoc cref="TableComparison.Remember"/>
    public void Remember(bool isNew)
    {
        if (!context.ComparesSlabs)
            return;
        _before = context.Machine.Slabs();
        if (Family == Family.IPv6)
            _percpuBefore = PercpuBytes();
        if (!isNew)
        {
            _portBefore = memory.Account().Where(line => line.Slabs > 0)
                .ToDictionary(line => line.Cache, line => SlabComparison.ActiveObjects(memory.Find(line.Cache)!).Active, StringComparer.Ordinal);
        }
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
            if (!slabs.TryGetValue(line.Cache, out var now) || !_before.TryGetValue(line.Cache, out var before))
                continue;
            // If very many slabs of a size class are partly filled, the kernel estimates; see SlabComparison.
            var cache = memory.Find(line.Cache)!;
            var (active, error) = SlabComparison.ActiveObjects(cache);
            var added = active - _portBefore.GetValueOrDefault(line.Cache);
            context.Compare(at, Metrics.KmallocObjects, added, now.Active - before.Active, (OtherUsersSlabs * now.PerSlab) + error + SlabComparison.InSheaves(context, cache), line.Cache);
        }

        if (Family == Family.IPv6)
        {
            AddPercpu(at, lines);
            return;
        }

        var areas = context.Machine.One("vmalloc");
        var vmalloc = lines.FirstOrDefault(line => line.Cache == "vmalloc");
        context.Compare(at, Metrics.VmallocPages, vmalloc.PageBytes / KernelMemory.PageSize, areas.Long("pages"), item: "vmalloc");
    }

    /// <summary>
    /// Records the per-CPU memory of IPv6 nexthops, without a comparison: the port counts objects, the kernel the pages of
    /// their chunks.
    /// </summary>
    private void AddPercpu(CheckPoint at, IReadOnlyList<MemoryLine> lines)
    {
        var kernel = PercpuBytes() - _percpuBefore;
        var ported = lines.FirstOrDefault(line => line.Cache == "percpu").ObjectBytes * context.Cpus;
        context.Figures.Add(context.Row(at, Metrics.PercpuBytes, ported) with { Side = Sides.Port });
        context.Figures.Add(context.Row(at, Metrics.PercpuBytes, kernel) with { Side = Sides.Kernel });
    }

    private long PercpuBytes() => 1024 * context.Machine.Rows("meminfo").Single(row => row["name"] == "Percpu").Long("kb");
}
