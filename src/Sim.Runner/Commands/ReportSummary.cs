// SPDX-License-Identifier: MIT
using Sim.Reports.Compare;

namespace Sim.Runner.Commands;

/// <summary>Prints a summary of a report, at most a screen long.</summary>
internal static class ReportSummary
{
    private const int MostLines = 15;

    public static void Print(RunResult result)
    {
        var console = Terminal.Summary(140);
        if (CompareView.Of(new Sim.Figures.Rows(result)) is { } view)
        {
            foreach (var sentence in view.Sentences())
                Console.Out.WriteLine(sentence);
            console.Write(Changes(view));
        }
        else
        {
            console.Write(Experiments(result));
        }

        foreach (var warning in result.Warnings.Take(MostLines))
            Console.Out.WriteLine($"Warning: {warning}");
        if (result.Warnings.Count > MostLines)
            Console.Out.WriteLine($"and {result.Warnings.Count - MostLines} more warnings; the report has them");
    }

    private static Table Experiments(RunResult result)
    {
        var title = result.Runs.Count > 0 ? $"{result.Runs.Count} runs merged" : $"{result.Command}, {result.Started:yyyy-MM-dd HH:mm zzz}";
        var table = new Table { Title = new TableTitle(Markup.Escape(title)) };
        table.AddColumns("experiment", "family", "rows", "counted", "measured", "other");
        foreach (var group in result.Figures.GroupBy(row => (row.Experiment, row.Family)))
        {
            var counted = group.Count(row => row.Basis == Basis.Counted);
            var measured = group.Count(row => row.Basis == Basis.Measured);
            table.AddRow(Markup.Escape(group.Key.Experiment), $"IPv{group.Key.Family}", $"{group.Count():N0}", $"{counted:N0}", $"{measured:N0}",
                $"{group.Count() - counted - measured:N0}");
        }

        return table;
    }

    private static Table Changes(CompareView view)
    {
        var table = new Table { Title = new TableTitle("The largest changes") };
        table.AddColumns("row", "before", "after", "change", "p, corrected");
        var changes = view.Exact.Select(c => (c.Before, c.After, Ratio: c.ShowDifference(), P: "exact"))
            .Take(MostLines / 2)
            .Concat(view.Changed.Select(c => (c.Before, c.After,
                Ratio: $"{Numbers.Ratio(c.Ratio.Value)} ({Numbers.Span(c.Ratio.Low, c.Ratio.High)})", P: Numbers.P(c.Adjusted!.Value))))
            .Take(MostLines);
        foreach (var (before, after, ratio, p) in changes)
        {
            string Show(Figure row) => CompareView.ScaleOf(before, after).Show(row.Value);
            table.AddRow(Markup.Escape(view.Label(before)), Markup.Escape(Show(before)), Markup.Escape(Show(after)), ratio, p);
        }

        return table;
    }
}
