// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>Kernel memory: in all, and where it lies.</summary>
internal static class MemoryPlots
{
    public static PlotSpec? Memory(Rows rows, Verdict verdict)
    {
        var pages = Of(rows, Metrics.PageBytes);
        if (pages.Count == 0)
            return null;
        var chart = new MarkChart { ValueLabel = "kernel memory in pages", Unit = pages[0].Unit, Groups = PlotSet.Groups(pages, f => Words.Order(f.Order)) };
        return new("memory", "How much kernel memory does the table take, for each order of insertion?",
            $"{verdict.Sentence(verdict.Memory)}{Slack(rows, pages)}", pages.Bases(), chart);
    }

    public static PlotSpec? Caches(Rows rows)
    {
        var order = rows.MainOrder(Experiment.Memory);
        var caches = rows.Of(Experiment.Memory, Metrics.CachePageBytes)
            .Where(f => f.Order == order && f.Value > 0 && f.Structure != Names.Process)
            .OrderBy(PlotSet.Series).ThenByDescending(f => f.Value).ToList();
        if (caches.Count == 0)
            return null;
        var chart = new MarkChart
        {
            ValueLabel = "kernel memory in pages", Unit = caches[0].Unit, Groups = [.. caches.Select(f => new MarkGroup(f.Item, [PlotSet.Mark(f)]))],
        };
        return new("caches", $"Which caches hold the memory{(order.Length > 0 ? $" ({Words.Order(order)})" : "")}?",
            string.Join(". ", caches.GroupBy(f => f.Structure).Select(LargestCache)) + ".", caches.Bases(), chart);
    }

    private static List<Figure> Of(Rows rows, Metric metric) =>
        [.. rows.Of(Experiment.Memory, metric).Where(f => f.Structure != Names.Process)];

    // Pages against objects in the same order: what half-empty slabs and size classes cost.
    private static string Slack(Rows rows, List<Figure> pages)
    {
        var parts = new List<string>();
        foreach (var page in pages.Where(f => f.Order == rows.MainOrder(Experiment.Memory)))
        {
            var objects = rows.Of(Experiment.Memory, Metrics.ObjectBytes, page.Structure).FirstOrDefault(f => f.Order == page.Order);
            if (objects is not null && objects.Value > 0)
                parts.Add($"{Phrases.Percent(page.Value / objects.Value - 1)} for {page.Structure}");
        }
        return parts.Count == 0 ? "" : $" Pages exceed the objects in them by {Words.Join(parts)}.";
    }

    private static string LargestCache(IGrouping<string, Figure> caches)
    {
        var all = caches.Sum(f => f.Value);
        var first = caches.First();
        return $"{first.Item} holds {Phrases.Percent(first.Value / all)} of the memory of {caches.Key}";
    }
}
