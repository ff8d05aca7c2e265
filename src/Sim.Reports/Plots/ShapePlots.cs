// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The counts that explain the times: nodes and cache lines per lookup, depths, sizes of internal nodes.</summary>
internal static class ShapePlots
{
    public static PlotSpec? Touch(Rows rows)
    {
        var lines = rows.Of(Experiment.Touch, Metrics.CacheLines).ToList();
        if (lines.Count == 0)
            return null;
        var chart = new MarkChart
        {
            ValueLabel = "cache lines of 64 bytes per lookup: mean, with quartiles over keys",
            Groups = PlotSet.Groups(lines, f => Words.Case(f.Keys, f.Chain, f.Operation)),
        };
        var reading = lines.GroupBy(f => f.Structure).OrderBy(g => PlotSet.Series(g.First())).Select(g =>
            $"{g.Key} touches {Numbers.Span(g.Min(f => f.Value), g.Max(f => f.Value))} lines on average{Visits(rows, g.Key)}");
        return new("touch", "How many cache lines does a lookup touch?", $"Over the patterns of keys, {string.Join("; ", reading)}.",
            lines.Bases(), chart);
    }

    public static PlotSpec? Depth(Rows rows)
    {
        var (curves, readings, drawn) = (new List<Curve>(), new List<string>(), new List<Figure>());
        foreach (var structure in Names.Structures)
        {
            var points = Histogram(rows, Metrics.DepthHistogram, structure);
            if (points.Count == 0)
                continue;
            drawn.AddRange(points);
            var all = points.Sum(f => f.Value);
            var mean = points.Sum(f => f.Value * f.X!.Value) / all;
            var what = structure != Names.Fib ? "nodes with a peer" : points[0].Family == 4 ? "leaves" : "nodes with routes";
            curves.Add(new(PlotSet.Series(points[0]), $"{structure}: {what}", [.. points.Select(f => (f.X!.Value, f.Value))]));
            readings.Add($"the {Numbers.Show(all)} {what} of {structure} have an average depth of {Numbers.Show(mean)} and a greatest depth of {Numbers.Show(points[^1].X!.Value)}");
        }
        if (drawn.Count == 0)
            return null;
        var chart = new CurveChart { ValueLabel = "number of nodes", XLabel = "depth in nodes", Curves = curves };
        return new("depth", "How deep do the prefixes lie?", $"{Words.Capital(string.Join("; ", readings))}.", drawn.Bases(), chart);
    }

    public static PlotSpec? Tnodes(Rows rows)
    {
        var sizes = Histogram(rows, Metrics.NodeSize, Names.Fib);
        if (sizes.Count == 0)
            return null;
        var (children, nodes, largest) = (sizes.Sum(f => f.Value * Math.Pow(2, f.X!.Value)), sizes.Sum(f => f.Value), sizes[^1].X!.Value);
        var chart = new MarkChart
        {
            ValueLabel = "internal nodes", Log = PlotSet.WideSpan(sizes),
            Groups = [.. sizes.Select(f => new MarkGroup(
                $"{Numbers.Show(Math.Pow(2, f.X!.Value))} children ({Numbers.Count((int)f.X!.Value, "bit")})",
                [new Mark(1, f.Value, f.Value, f.Value, Numbers.Show(f.Value))]))],
        };
        return new(Metrics.Tnodes, "How large are fib’s internal nodes?",
            $"{Numbers.Show(nodes)} internal nodes have {Numbers.Show(children / nodes)} children on average; the largest indexes "
            + $"{Numbers.Show(largest)} bits at once ({Numbers.Show(Math.Pow(2, largest))} children).", sizes.Bases(), chart);
    }

    private static List<Figure> Histogram(Rows rows, Metric metric, string structure) =>
        [.. rows.Of(Experiment.Shape, metric, structure)
            .Where(f => f.Order == rows.MainOrder(Experiment.Shape) && f.X is { } x && double.IsFinite(x) && f.Value > 0)
            .OrderBy(f => f.X)];

    private static string Visits(Rows rows, string structure) =>
        rows.Of(Experiment.Touch, Metrics.NodesVisited, structure).Select(f => f.Value).ToList() is { Count: > 0 } nodes
            ? $" ({Numbers.Span(nodes.Min(), nodes.Max())} nodes)" : "";
}
