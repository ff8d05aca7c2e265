// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>The rows of a loaded structure's memory: in all, for each prefix, and for each slab cache.</summary>
public static class MemoryRows
{
    /// <summary>Adds the rows of a structure’s memory, and of each cache if asked for. Returns bytes in pages.</summary>
    public static long Add(BenchContext context, IReadOnlyList<MemoryLine> lines, Func<Figure, Figure> label, bool caches = true)
    {
        void Row(Metric metric, double value, MemoryLine? line = null) => context.Figures.Add(label(
            metric.Row(context.At(Experiment.Memory) with { Item = line?.Cache ?? "", X = line?.ObjectSize }, value)));

        long objects = 0, pages = 0;
        foreach (var line in lines)
        {
            objects += line.ObjectBytes;
            pages += line.PageBytes;
            if (!caches)
                continue;
            Row(Metrics.CacheObjects, line.Objects, line);
            Row(Metrics.CacheObjectBytes, line.ObjectBytes, line);
            Row(Metrics.CachePageBytes, line.PageBytes, line);
        }

        double prefixes = Math.Max(context.Table.Routes.Length, 1);
        Row(Metrics.ObjectBytes, objects);
        Row(Metrics.PageBytes, pages);
        Row(Metrics.BytesPerPrefix, objects / prefixes);
        Row(Metrics.PageBytesPerPrefix, pages / prefixes);
        return pages;
    }
}
