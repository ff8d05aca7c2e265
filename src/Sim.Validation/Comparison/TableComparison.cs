// SPDX-License-Identifier: MIT
namespace Sim.Validation.Comparison;

/// <summary>
/// Compares a table of a FIB port with the kernel's table: every node, the statistics in /proc, and the memory. The memory consists of the
/// FIB's own slab caches, the vmalloc areas of IPv4's tnodes, and the kmalloc classes of tnodes, IPv6 routes and nexthops. The rest of the
/// kernel uses these kmalloc classes too. If the port frees after each message, <paramref name="held"/> is the maximum number of routes
/// that one call drops.
/// </summary>
public sealed class TableComparison(ValidationContext context, FibStructure fib, int held = 0)
{
    /// <summary>The bound, in slabs, for the few objects that other users have in a kmalloc class. One object can keep a whole slab in
    /// use.</summary>
    private const int OtherUsersSlabs = 16;

    private IReadOnlyDictionary<string, SlabLine> _slabs = new Dictionary<string, SlabLine>();
    private Dictionary<string, long> _objects = [];
    private long _percpuBytes;
    private Row? _kernelStatistics;
    private Rt6Statistics _portStatistics;

    /// <summary>
    /// Reads the baselines of the kernel and of the port before the table is filled. If <paramref name="isNew"/> is true, the port holds
    /// only objects that are compared, so the port's baseline is 0.
    /// </summary>
    public void Remember(bool isNew = false)
    {
        if (context.ComparesSlabs)
        {
            _slabs = context.Machine.Slabs();
            _percpuBytes = fib.Family == Family.IPv6 ? PercpuBytes() : 0;
            _objects = isNew ? [] : fib.Memory.Account().Where(line => line.Slabs > 0)
                .ToDictionary(line => line.Cache, line => SlabComparison.ActiveObjects(fib.Memory.Find(line.Cache)!), StringComparer.Ordinal);
        }

        if (fib is Fib6Structure fib6)
            (_kernelStatistics, _portStatistics) = (context.Machine.One("rt6stats"), isNew ? default : fib6.Statistics);
    }

    public void Compare(Figure at)
    {
        if (fib is Fib6Structure fib6)
        {
            CompareStatistics(at, fib6.Statistics);
            ShapeComparison.Fib6(context, at, fib6.Table, FibStructure.TableId);
        }
        else
        {
            ShapeComparison.Fib(context, at, ((Fib4Structure)fib).Table, FibStructure.TableId);
        }

        if (context.ComparesSlabs)
            CompareMemory(at);
    }

    /// <summary>Compares how much /proc/net/rt6_stats has changed since the baseline. This file counts all tables since the boot.</summary>
    private void CompareStatistics(Figure at, Rt6Statistics port)
    {
        var (kernel, before) = (context.Machine.One("rt6stats"), _portStatistics);
        CompareOne("nodes", (long)port.FibNodes - before.FibNodes);
        CompareOne("route-nodes", (long)port.FibRouteNodes - before.FibRouteNodes);
        CompareOne("entries", (long)port.FibRtEntries - before.FibRtEntries);
        CompareOne("discarded", (long)port.FibDiscardedRoutes - before.FibDiscardedRoutes);

        void CompareOne(string name, long more) =>
            context.Compare(at, Metrics.Rt6Stats, more, kernel.Long(name) - _kernelStatistics!.Long(name), item: name);
    }

    private void CompareMemory(Figure at)
    {
        SlabComparison.Compare(context, at, fib.Caches, held);
        var (slabs, lines) = (context.Machine.Slabs(), fib.Memory.Account());
        foreach (var line in lines.Where(line => line.Cache.StartsWith("kmalloc-", StringComparison.Ordinal)))
        {
            if (!slabs.TryGetValue(line.Cache, out var now) || !_slabs.TryGetValue(line.Cache, out var before))
                continue;
            var cache = fib.Memory.Find(line.Cache)!;
            var bound = OtherUsersSlabs * now.PerSlab + cache.MostInSheaves(context.Cpus);
            context.Compare(at, Metrics.KmallocObjects, SlabComparison.ActiveObjects(cache) - _objects.GetValueOrDefault(line.Cache), now.Active - before.Active, bound, line.Cache);
        }

        if (fib.Family == Family.IPv6)
        {
            // Per-CPU memory of nexthops is recorded, not compared: the port counts objects, the kernel counts pages of chunks.
            var (port, kernel) = (lines.FirstOrDefault(line => line.Cache == "percpu").ObjectBytes * context.Cpus, PercpuBytes() - _percpuBytes);
            context.Figures.Add(Metrics.PercpuBytes.Row(at, port) with { Side = Sides.Port });
            context.Figures.Add(Metrics.PercpuBytes.Row(at, kernel) with { Side = Sides.Kernel });
            return;
        }

        var pages = lines.FirstOrDefault(line => line.Cache == "vmalloc").PageBytes / KernelMemory.PageSize;
        context.Compare(at, Metrics.VmallocPages, pages, context.Machine.One("vmalloc").Long("pages"), item: "vmalloc");
    }

    private long PercpuBytes() => 1024 * context.Machine.Rows("meminfo").Single(row => row["name"] == "Percpu").Long("kb");
}
