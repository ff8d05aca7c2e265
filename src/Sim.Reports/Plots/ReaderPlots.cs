// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The plot of what readers beside an update saw.</summary>
internal static class ReaderPlots
{
    /// <summary>Every name such a plot can have.</summary>
    public static readonly string[] AllNames = ["churn-readers"];

    public static IReadOnlyList<PlotSpec> For(ChurnView view)
    {
        // For each update the prefix that was wrong for the longest time, of any peer.
        var rows = view.Of(Experiment.Reader, Metrics.LongestGap).GroupBy(f => (f.Scheme, f.Operation)).Select(group => group.MaxBy(f => f.Value)!).ToList();
        // An update that disturbs no scheme needs no mark, except a withdrawal, which is the question.
        var quiet = rows.GroupBy(f => f.Operation).Where(group => group.All(f => f.Value == 0)).Select(group => group.Key).Except([Operations.Delete, Operations.Replace]).ToList();
        rows.RemoveAll(f => quiet.Contains(f.Operation));
        if (rows.Count == 0)
            return [];
        var groups = rows.GroupBy(f => f.Scheme).Select(scheme => new MarkGroup(
            scheme.Key, [.. scheme.OrderBy(f => Array.IndexOf(Operations.BesideReaders, f.Operation)).Select(f => PlotSet.Mark(f with { Low = f.Value, High = f.Value }, ChurnView.Series(f.Scheme), $"{Words.ReaderOperation(f.Operation)} {PlotSet.Show(f)}"))]));
        return
        [
            new PlotSpec(AllNames[0], "How long do lookups find no peer, or a wrong one, during an update?", Reading(rows), rows.Bases(),
                new MarkChart { ValueLabel = "longest time that a prefix was wrong", Unit = rows[0].Unit, Groups = [.. groups] }),
        ];
    }

    private static string Reading(List<Figure> rows)
    {
        var worst = rows.MaxBy(f => f.Value)!;
        if (worst.Value == 0)
            return "No lookup was wrong.";
        var never = rows.GroupBy(f => f.Scheme).Where(scheme => scheme.All(f => f.Value == 0)).Select(scheme => scheme.Key).ToList();
        return $"The longest gap is {PlotSet.Show(worst)}, under {worst.Scheme} ({Words.ReaderOperation(worst.Operation)}). "
            + (never.Count == 0 ? "Every scheme gave some wrong answer." : $"{Words.Join(never)} gave none.");
    }
}
