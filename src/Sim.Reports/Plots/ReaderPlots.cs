// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Plots;

/// <summary>The plot of what readers beside an update saw.</summary>
internal static class ReaderPlots
{
    private static readonly string[] s_operations = ["move", "delete", "lose-to-one", "replace"];

    /// <summary>Every name such a plot can have.</summary>
    public static readonly string[] AllNames = ["churn-readers"];

    public static IReadOnlyList<PlotSpec> For(ChurnView view)
    {
        // Of each update the prefix that was wrong for the longest time, whoever's it was.
        var rows = view.Of("reader", "gap-longest").GroupBy(f => (f.Scheme, f.Operation)).Select(group => group.MaxBy(f => f.Value)!).ToList();
        // What disturbs no scheme needs no mark; but for removal, which is the question.
        var quiet = rows.GroupBy(f => f.Operation).Where(group => group.All(f => f.Value == 0)).Select(group => group.Key).Except(["delete", "replace"]).ToList();
        rows.RemoveAll(f => quiet.Contains(f.Operation));
        if (rows.Count == 0)
            return [];
        var scale = PlotSet.ScaleOf(rows);
        var groups = rows.GroupBy(f => f.Scheme).Select(scheme => new MarkGroup(
            scheme.Key, [.. scheme.OrderBy(f => Array.IndexOf(s_operations, f.Operation)).Select(f => Mark(f, scale))]));
        return
        [
            new PlotSpec(AllNames[0], "For how long does a lookup find no peer, or a wrong one, during an update?", Reading(rows), rows.Bases(),
                new MarkChart { ValueLabel = PlotSet.Axis("longest time that a prefix was wrong", scale), Groups = [.. groups] }),
        ];
    }

    private static string Reading(List<Figure> rows)
    {
        var worst = rows.MaxBy(f => f.Value)!;
        if (worst.Value == 0)
            return "No lookup was wrong.";
        var never = rows.GroupBy(f => f.Scheme).Where(scheme => scheme.All(f => f.Value == 0)).Select(scheme => scheme.Key).ToList();
        return $"The longest is under {worst.Scheme}, {Words.ReaderOperation(worst.Operation)}: {Scale.For(worst.Unit, [worst.Value]).Show(worst.Value)}. "
            + (never.Count == 0 ? "Under each scheme some lookup was wrong." : $"No lookup was wrong under {Words.Join(never)}.");
    }

    private static Mark Mark(Figure f, Scale scale) => new(
        ChurnView.Series(f.Scheme), f.Value / scale.Divisor, f.Value / scale.Divisor, f.Value / scale.Divisor,
        $"{Words.ReaderOperation(f.Operation)} {Scale.For(f.Unit, [f.Value]).Show(f.Value)}");
}
