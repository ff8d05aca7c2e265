// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The plots of a bench: one per question, in the order of the page. A question without rows has no plot.</summary>
internal static class PlotSet
{
    /// <summary>All names that plots of a bench can have. The plots of an older report are found by these names.</summary>
    public static readonly string[] AllNames =
        [FamilyPlot.Name, "memory", "caches", "load", "lookup", "update", "ratios", "touch", "depth", "tnodes"];

    public static IEnumerable<PlotSpec> For(Rows rows, Verdict verdict) => new[]
    {
        FamilyPlot.For(rows), MemoryPlots.Memory(rows, verdict), MemoryPlots.Caches(rows), TimePlots.Load(rows), TimePlots.Lookup(rows, verdict),
        TimePlots.Update(rows, verdict), TimePlots.Ratios(verdict), ShapePlots.Touch(rows), ShapePlots.Depth(rows), ShapePlots.Tnodes(rows),
    }.OfType<PlotSpec>();

    /// <summary>Returns the series of a row: 0 for allowedips, 1 for fib, 2 for anything else.</summary>
    public static int Series(Figure f) => Array.IndexOf(Names.Structures, f.Structure) is >= 0 and var i ? i : 2;

    /// <summary>Returns a value in its own unit. Returns the word <c>none</c> for 0.</summary>
    public static string Show(Figure f) => f.Value == 0 ? "none" : Scale.Of(f).Show(f.Value);

    /// <summary>Returns a mark whose label has the structure and the value.</summary>
    public static Mark Mark(Figure f) => Mark(f, Series(f), $"{f.Structure} {Show(f)}".TrimStart());

    public static Mark Mark(Figure f, int series, string label) => new(series, f.Value, f.Range.Low, f.Range.High, label);

    /// <summary>Returns groups in order of first appearance. Within a group, allowedips comes before fib.</summary>
    public static IReadOnlyList<MarkGroup> Groups(IEnumerable<Figure> figures, Func<Figure, string> label) =>
        [.. figures.GroupBy(label).Select(g => new MarkGroup(g.Key, [.. g.OrderBy(Series).Select(Mark)]))];

    /// <summary>Returns whether the positive values differ so much that a linear axis would hide the small values.</summary>
    public static bool WideSpan(IEnumerable<Figure> figures)
    {
        var list = figures.ToList();
        return list.TrueForAll(f => f.Range.Low > 0) && list.Max(f => f.Value) / list.Min(f => f.Value) > 50;
    }
}
