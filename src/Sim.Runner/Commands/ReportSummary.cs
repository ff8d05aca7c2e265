// SPDX-License-Identifier: MIT
using Sim.Reports.Compare;

namespace Sim.Runner.Commands;

/// <summary>Prints a summary of a report, at most a screen long.</summary>
internal static class ReportSummary
{
    private const int MostLines = 15;

    public static void Print(RunResult result)
    {
        if (CompareView.Of(new Sim.Figures.Rows(result)) is { } view)
        {
            foreach (var sentence in view.Sentences())
                Console.Out.WriteLine(sentence);
            PrintChanges(view);
        }
        else
        {
            PrintExperiments(result);
        }

        foreach (var warning in result.Warnings.Take(MostLines))
            Console.Out.WriteLine($"Warning: {warning}");
        if (result.Warnings.Count > MostLines)
            Console.Out.WriteLine($"and {result.Warnings.Count - MostLines} more warnings; the report has them");
    }

    private static void PrintExperiments(RunResult result) => Terminal.Print(
        result.Runs.Count > 0 ? $"{result.Runs.Count} runs merged" : $"{result.Command}, {result.Started:yyyy-MM-dd HH:mm zzz}",
        ["experiment", "family", "rows", "counted", "measured", "other"],
        result.Figures.GroupBy(row => (row.Experiment, row.Family)).Select(group =>
        {
            var (rows, counted) = (group.Count(), group.Count(row => row.Basis == Basis.Counted));
            var measured = group.Count(row => row.Basis == Basis.Measured);
            return (string[])
            [
                group.Key.Experiment, $"IPv{group.Key.Family}", $"{rows:N0}", $"{counted:N0}", $"{measured:N0}",
                $"{rows - counted - measured:N0}",
            ];
        }), 140);

    private static void PrintChanges(CompareView view)
    {
        string[] Line(Figure before, Figure after, string change, string p)
        {
            var scale = CompareView.ScaleOf(before, after);
            return [view.Label(before), scale.Show(before.Value), scale.Show(after.Value), change, p];
        }

        var exact = view.Exact.Take(MostLines / 2).Select(c => Line(c.Before, c.After, c.ShowDifference(), "exact"));
        var measured = view.Changed.Select(c => Line(
            c.Before, c.After, $"{Numbers.Ratio(c.Ratio.Value)} ({Numbers.Span(c.Ratio.Low, c.Ratio.High)})", Numbers.P(c.Adjusted!.Value)));
        Terminal.Print(
            "The largest changes", ["row", "before", "after", "change", "p, corrected"], exact.Concat(measured).Take(MostLines), 140);
    }
}
