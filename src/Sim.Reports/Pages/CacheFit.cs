// SPDX-License-Identifier: MIT
using Sim.Figures.Measuring;

namespace Sim.Reports.Pages;

/// <summary>The line that says which structures fit in the last-level cache, and how to read the times of these structures.</summary>
internal static class CacheFit
{
    /// <summary>Returns the line for a bench; empty if neither structure fits, or if the size of the cache is unknown.</summary>
    public static Html Of(Rows rows)
    {
        var cache = Cache(rows.Result);
        var order = rows.MainOrder(Experiment.Memory);
        var sizes = Names.Structures
            .Select(structure => rows.Of(Experiment.Memory, Metrics.PageBytes, structure).FirstOrDefault(f => f.Order == order)).OfType<Figure>().ToList();
        var fitting = sizes.Where(f => f.Value <= cache).ToList();
        if (fitting.Count == 0)
            return new Html();
        var together = sizes.Sum(f => f.Value);
        var named = Html.Join(" and ", fitting.Select(f => (Html)$"{f.Structure} ({Markup.Link(rows, f)})"));
        return Line(cache, $"{named}{(fitting.Count < sizes.Count ? " alone" : together <= cache ? " together" : " each, but not together")}", (long)together);
    }

    /// <summary>Returns the line for a run of <c>churn</c>, where each scheme shares the cache with the reference; empty if no scheme
    /// fits.</summary>
    public static Html Of(ChurnView view)
    {
        var cache = Cache(view.Rows.Result);
        var sizes = view.Memory.Where(f => !SchemeName.IsOfNoKernel(f.Scheme)).ToList();
        var fitting = sizes.Where(f => f.Value <= cache).ToList();
        if (fitting.Count == 0)
            return new Html();
        var largest = fitting.MaxBy(f => f.Value)!;
        var what = fitting.Count == sizes.Count ? "every scheme’s structures" : $"the structures of {fitting.Count} of {sizes.Count} schemes";
        return Line(cache, $"{what} ({Markup.Link(view.Rows, largest)} at most)", (long)largest.Value * 2);
    }

    private static Html Line(long cache, Html what, long together) => $"""
        <p class="cache">The last-level cache ({CacheSize.Show(cache)}) holds {what}. Times are for warm caches{(CacheSweep.Fits(together, cache) ? "" : ", after the first touch")}.
        A router with a smaller cache, or with a cache full of packets, sees longer times and larger differences.</p>

        """;

    private static long Cache(RunResult result) =>
        CacheSize.OfFact(Fit.Value(result.Environment, HostFacts.CacheFact) ?? "");
}
