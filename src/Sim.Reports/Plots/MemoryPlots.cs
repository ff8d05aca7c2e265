// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

internal static class MemoryPlots
{
    public static PlotSpec? Memory(Rows rows, Verdict verdict)
    {
        var pages = rows.Of(Experiment.Memory, Metrics.PageBytes).Where(f => f.Structure != Names.Process).ToList();
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
        var groups = caches.Select(f => new MarkGroup(f.Item, [PlotSet.Mark(f)]));
        var chart = new MarkChart { ValueLabel = "kernel memory in pages", Unit = caches[0].Unit, Groups = [.. groups] };
        return new("caches", $"Which caches hold the memory{(order.Length > 0 ? $" ({Words.Order(order)})" : "")}?",
            string.Join(". ", caches.GroupBy(f => f.Structure).Select(LargestCache)) + ".", caches.Bases(), chart);
    }

    // The cost of half-empty slabs and size classes: pages against objects, in the same order.
    private static string Slack(Rows rows, List<Figure> pages)
    {
        var parts = pages.Where(f => f.Order == rows.MainOrder(Experiment.Memory))
            .Select(page => (Pages: page, Objects: rows.Of(Experiment.Memory, Metrics.ObjectBytes, page.Structure).FirstOrDefault(f => f.Order == page.Order)))
            .Where(pair => pair.Objects?.Value > 0).Select(pair => $"{Phrases.Percent(pair.Pages.Value / pair.Objects!.Value - 1)} for {pair.Pages.Structure}").ToList();
        return parts.Count == 0 ? "" : $" Pages exceed the objects in them by {Words.Join(parts)}.";
    }

    private static string LargestCache(IGrouping<string, Figure> caches) =>
        $"{caches.First().Item} holds {Phrases.Percent(caches.First().Value / caches.Sum(f => f.Value))} of the memory of {caches.Key}";
}
