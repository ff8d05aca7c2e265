// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Plots;

/// <summary>The plots of a replay, a mark for each scheme.</summary>
internal static class ChurnPlots
{
    /// <summary>Every name such a plot can have.</summary>
    public static readonly string[] AllNames =
        ["churn-memory", "churn-packet", "churn-update", "churn-delete", "churn-bytes", "churn-loss", "churn-staleness"];

    public static IReadOnlyList<PlotSpec> For(ChurnView view)
    {
        PlotSpec?[] plots =
        [
            Plot("churn-memory", "What does the table take in the kernel?", "memory in pages", [.. view.Memory]),
            Packet(view),
            Plot("churn-update", "What does a change of one prefix cost the kernel’s structures?", "time a change", [.. view.Uncoalesced("time-per-change")]),
            Plot("churn-delete", "What does taking one prefix away cost?", "time a removal", [.. view.Uncoalesced("time-per-change", "delete")]),
            Plot("churn-bytes", "How much has a daemon to send for a change?", "bytes a change", [.. view.Uncoalesced("bytes-per-change")]),
            Plot("churn-loss", "How long until the largest peer’s prefixes are another’s?", "time",
                [.. view.Convergence("time").Where(f => f.Operation == "lose-to-one")]),
            Plot("churn-staleness", "How late does who listens know of a change?", "mean staleness",
                [.. view.Schemes.Select(scheme => view.Staleness(scheme) is { } row ? row with { Scheme = scheme } : null).OfType<Figure>()]),
        ];
        return [.. plots.OfType<PlotSpec>()];
    }

    private static PlotSpec? Plot(string name, string question, string axis, List<Figure> rows)
    {
        if (rows.Count == 0)
            return null;
        var scale = PlotSet.ScaleOf(rows);
        var least = rows.MinBy(f => f.Value)!;
        var most = rows.MaxBy(f => f.Value)!;
        var reading = $"{most.Scheme} takes {Numbers.Digits(most.Value / least.Value, 3)} times as much as {least.Scheme}.";
        var estimated = rows.Exists(f => f.Basis == Basis.Estimated) ? " REPLACE is estimated, with a 95% interval." : "";
        return new PlotSpec(name, question, reading + estimated, rows.Bases(), new MarkChart
        {
            ValueLabel = PlotSet.Axis(axis, scale),
            Log = PlotSet.WideSpan(rows),
            Groups = [.. rows.Select(f => new MarkGroup(f.Scheme, [Mark(f, scale)]))],
        });
    }

    /// <summary>Two marks a scheme: sent and received.</summary>
    private static PlotSpec? Packet(ChurnView view)
    {
        (string Operation, string Label)[] ways = [("transmit", "sent"), ("receive", "received"), ("receive-rp-filter", "with rp_filter")];
        var rows = ways.SelectMany(way => view.Packet(way.Operation)).ToList();
        if (rows.Count == 0)
            return null;
        var scale = PlotSet.ScaleOf(rows);
        string Label(Figure f) => ways.First(way => way.Operation == f.Operation).Label;
        var sent = rows.Where(f => f.Operation == "transmit").ToList();
        var reading = $"A packet that is sent waits least for {sent.MinBy(f => f.Value)!.Scheme} and most for {sent.MaxBy(f => f.Value)!.Scheme}. "
            + "A device of the peer’s own lets every source through.";
        return new PlotSpec("churn-packet", "What do a packet’s lookups take?", reading, rows.Bases(), new MarkChart
        {
            ValueLabel = PlotSet.Axis("time a packet", scale),
            Groups = [.. rows.GroupBy(f => f.Scheme).Select(group => new MarkGroup(group.Key, [.. group.Select(f => Mark(f, scale, Label(f)))]))],
        });
    }

    private static Mark Mark(Figure f, Scale scale, string label = "")
    {
        var (low, high) = f.Range();
        return new(ChurnView.Series(f.Scheme), f.Value / scale.Divisor, low / scale.Divisor, high / scale.Divisor,
            $"{label} {Scale.For(f.Unit, [f.Value]).Show(f.Value)}{(f.Flag.Length > 0 ? $", {Words.Flag(f.Flag)}" : "")}".TrimStart());
    }
}
