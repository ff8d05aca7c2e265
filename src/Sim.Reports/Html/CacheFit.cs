// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Machine;
using Sim.Figures.Measuring;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>The line that says that structures fit in the last-level cache, and how their times are to be read then.</summary>
internal static class CacheFit
{
    private const string Meaning = "A router whose cache is smaller, or full of packets, sees longer times, and ratios farther from 1.";

    /// <summary>Of a bench; empty where neither structure fits, or the cache is not known.</summary>
    public static string Of(Rows rows)
    {
        var cache = Cache(rows.Result);
        var order = rows.MainOrder("memory");
        var sizes = Names.Structures
            .Select(structure => rows.Of("memory", "page-bytes", structure).FirstOrDefault(f => f.Order == order)).OfType<Figure>().ToList();
        var fitting = sizes.Where(f => f.Value <= cache).ToList();
        if (fitting.Count == 0)
            return "";
        var together = sizes.Sum(f => f.Value);
        var named = Words.Join([.. fitting.Select(f => $"{f.Structure} ({Markup.Link(rows, f, Scale.For(f.Unit, [f.Value]))})")]);
        return Line(cache, named + (fitting.Count < sizes.Count ? " alone" : together <= cache ? " together" : " each, but not together"), (long)together);
    }

    /// <summary>Of a run of churn, whose schemes stand beside the reference; empty where none fits.</summary>
    public static string Of(ChurnView view)
    {
        var cache = Cache(view.Rows.Result);
        var sizes = view.Memory.Where(f => !ChurnView.IsWhatIf(f.Scheme)).ToList();
        var fitting = sizes.Where(f => f.Value <= cache).ToList();
        if (fitting.Count == 0)
            return "";
        var largest = fitting.MaxBy(f => f.Value)!;
        var shown = Markup.Link(view.Rows, largest, Scale.For(largest.Unit, [largest.Value]));
        return Line(
            cache, $"{(fitting.Count == sizes.Count ? "every scheme’s structures" : $"the structures of {fitting.Count} of {sizes.Count} schemes")} ({shown} at most)",
            (long)largest.Value * 2);
    }

    /// <summary>One paragraph.</summary>
    private static string Line(long cache, string what, long together) =>
        $"<p class=\"cache\">The last-level cache ({CacheSize.Show(cache)}) holds {what}: times are of warm caches"
        + (CacheSweep.Fits(together, cache) ? "" : ", after the first touch") + $". {Meaning}</p>\n";

    private static long Cache(RunResult result) =>
        CacheSize.OfFact(result.Environment.FirstOrDefault(fact => fact.Key == HostFacts.CacheFact).Value ?? "");
}
