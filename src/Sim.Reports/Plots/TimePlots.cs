// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Plots;

/// <summary>Times: loading, lookups, updates, and the ratios the verdicts rest on.</summary>
internal static class TimePlots
{
    public static PlotSpec? Load(Rows rows)
    {
        var times = rows.Of("load", "time-per-prefix").ToList();
        if (times.Count == 0)
            return null;
        var chart = Times(times, "load time per prefix", f => Words.Order(f.Order), out var scale);
        var reading = times.GroupBy(f => f.Structure).OrderBy(g => PlotSet.Series(g.First())).Select(g =>
        {
            var (best, worst) = (g.MinBy(f => f.Value)!, g.MaxBy(f => f.Value)!);
            return best == worst
                ? $"{g.Key} takes {scale.Show(best.Value)} a prefix"
                : $"{g.Key} takes {scale.Show(best.Value)} a prefix in its best order ({Words.Order(best.Order)}) and "
                    + $"{Numbers.Ratio(worst.Value / best.Value)} times that in its worst ({Words.Order(worst.Order)})";
        });
        return new("load", "How long does loading the whole table take, per prefix?", Words.Join([.. reading]) + ".",
            times.Bases(), chart);
    }

    public static PlotSpec? Lookup(Rows rows, Verdict verdict) =>
        Compared(rows, verdict.Lookup, verdict, "lookup", "How long does one lookup take, for each pattern of keys?", "time per lookup");

    public static PlotSpec? Update(Rows rows, Verdict verdict) =>
        Compared(rows, verdict.Update, verdict, "update", "How long does one change take?", "time per operation");

    /// <summary>Every paired ratio against the A/A noise.</summary>
    public static PlotSpec? Ratios(Verdict verdict)
    {
        var cases = verdict.Lookup.Cases.Concat(verdict.Update.Cases).ToList();
        if (cases.Count == 0)
            return null;
        var noise = verdict.Comparisons.WidestNoise;
        var chart = new MarkChart
        {
            ValueLabel = "time of fib / time of allowedips; left of 1, fib is faster",
            Log = true,
            IsRatio = true,
            Noise = noise,
            Groups = [.. cases.Select(c => new MarkGroup(c.Case, [new Mark(ColorOf(c.Winner), c.Ratio, c.Low, c.High, Label(c))]))],
        };
        return new("ratios", "Which is faster, and is the difference larger than the noise?", RatioReading(cases, noise),
            [Basis.Measured], chart);
    }

    private static PlotSpec? Compared(Rows rows, Area area, Verdict verdict, string experiment, string question, string axis)
    {
        var times = rows.Of(experiment, Names.Time).ToList();
        if (times.Count == 0)
            return null;
        var chart = Times(times, axis, f => Words.Case(f.Keys, f.Chain, f.Operation), out _);
        var ranges = times.GroupBy(f => f.Structure).OrderBy(g => PlotSet.Series(g.First())).Select(Range);
        return new(experiment, question, $"{verdict.Sentence(area)} In all, {Words.Join([.. ranges])}.", times.Bases(), chart);
    }

    private static string Range(IGrouping<string, Figure> times)
    {
        string Show(Figure f) => $"{Scale.For(f.Unit, [f.Value]).Show(f.Value)} ({Words.Case(f.Keys, f.Chain, f.Operation)})";
        var (least, most) = (times.MinBy(f => f.Value)!, times.MaxBy(f => f.Value)!);
        return least == most ? $"{times.Key} takes {Show(least)}" : $"{times.Key} takes {Show(least)} to {Show(most)}";
    }

    private static MarkChart Times(List<Figure> times, string axis, Func<Figure, string> label, out Scale scale)
    {
        var log = PlotSet.WideSpan(times);
        // On a logarithmic axis one unit would hide the small: the axis keeps the rows' own, and each label chooses.
        scale = log ? new Scale(1, times[0].Unit) : PlotSet.ScaleOf(times);
        return new MarkChart
        {
            ValueLabel = PlotSet.Axis(axis, scale) + (log ? " (logarithmic)" : ""),
            Log = log,
            Groups = PlotSet.Groups(times, scale, label, ownLabels: log),
        };
    }

    private static int ColorOf(Winner winner) => winner switch { Winner.AllowedIps => 0, Winner.Fib => 1, _ => 2 };

    private static string Label(Comparison c) => c.Winner switch
    {
        Winner.Fib => $"{Numbers.Ratio(c.Ratio)}, fib faster",
        Winner.AllowedIps => $"{Numbers.Ratio(c.Ratio)}, allowedips faster",
        _ => $"{Numbers.Ratio(c.Ratio)}, {(c.Flag.Length > 0 ? "not settled" : "cannot tell")}",
    };

    private static string RatioReading(List<Comparison> cases, double? noise)
    {
        var count = (Winner w) => cases.Count(c => c.Winner == w);
        var text = $"Of {Numbers.Count(cases.Count, "case")}, fib is faster in {count(Winner.Fib)} and allowedips in "
            + $"{count(Winner.AllowedIps)}; in {count(Winner.CannotTell)} this run cannot tell.";
        text += noise is { } factor
            ? $" Compared with itself, allowedips differs by up to {Numbers.Percent(factor)} (shaded), at the widest quartile of "
                + "any A/A row; a difference counts where its quartiles lie clear of the noise of its own case."
            : " The run has no A/A row, so no difference can be held against the noise.";
        return cases.TrueForAll(c => c.Paired) ? text : text + " Cases without paired runs use the quotient of two medians.";
    }
}
