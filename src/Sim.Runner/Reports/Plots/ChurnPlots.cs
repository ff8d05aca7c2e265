// SPDX-License-Identifier: MIT
namespace Sim.Runner.Reports.Plots;

/// <summary>The plots of a replay, a mark for each scheme.</summary>
internal static class ChurnPlots
{
    /// <summary>Every name such a plot can have.</summary>
    public static readonly string[] AllNames = ["churn-update", "churn-delete", "churn-bytes", "churn-loss"];

    public static IReadOnlyList<PlotSpec> For(ChurnView view)
    {
        PlotSpec?[] plots =
        [
            Plot(AllNames[0], "What does a change of one prefix cost the kernel’s structures?", "time a change", [.. view.Uncoalesced("time-per-change")]),
            Plot(AllNames[1], "What does taking one prefix away cost?", "time a removal", [.. view.Uncoalesced("time-per-change", "delete")]),
            Plot(AllNames[2], "How much has a daemon to send for a change?", "bytes a change", [.. view.Uncoalesced("bytes-per-change")]),
            Plot(AllNames[3], "How long until the largest peer’s prefixes are another’s?", "time",
                [.. view.Convergence("time").Where(f => f.Operation == "lose-to-one")]),
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
        return new PlotSpec(name, question, reading + estimated, rows[0].Basis == Basis.Counted ? Basis.Counted : Basis.Measured, new MarkChart
        {
            ValueLabel = PlotSet.Axis(axis, scale),
            Log = PlotSet.WideSpan(rows),
            Groups = [.. rows.Select(f => new MarkGroup(f.Scheme, [Mark(f, scale)]))],
        });
    }

    private static Mark Mark(Figure f, Scale scale)
    {
        var (low, high) = f.Range();
        return new(ChurnView.Series(f.Scheme), f.Value / scale.Divisor, low / scale.Divisor, high / scale.Divisor,
            Scale.For(f.Unit, [f.Value]).Show(f.Value));
    }
}
