// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The plots of times: loading, lookups, updates, and the ratios behind the verdicts.</summary>
internal static class TimePlots
{
    public static PlotSpec? Load(Rows rows)
    {
        var times = rows.Of(Experiment.Load, Metrics.TimePerPrefix).ToList();
        if (times.Count == 0)
            return null;
        var reading = times.GroupBy(f => f.Structure).OrderBy(g => PlotSet.Series(g.First())).Select(g =>
        {
            var (best, worst) = (g.MinBy(f => f.Value)!, g.MaxBy(f => f.Value)!);
            return best == worst
                ? $"{g.Key} takes {PlotSet.Show(best)} per prefix"
                : $"{g.Key} takes {PlotSet.Show(best)} per prefix in its best order ({Words.Order(best.Order)}) and {PlotSet.Show(worst)} in its worst ({Words.Order(worst.Order)})";
        });
        return new("load", "How long does loading the whole table take, per prefix?", string.Join(". ", reading) + ".",
            times.Bases(), Times(times, "load time per prefix", f => Words.Order(f.Order)));
    }

    public static PlotSpec? Lookup(Rows rows, Verdict verdict) =>
        Compared(rows, verdict.Lookup, verdict, Experiment.Lookup, "How long does one lookup take, for each pattern of keys?", "time per lookup");

    public static PlotSpec? Update(Rows rows, Verdict verdict) =>
        Compared(rows, verdict.Update, verdict, Experiment.Update, "How long does one change take?", "time per operation");

    public static PlotSpec? Ratios(Verdict verdict)
    {
        var cases = verdict.Lookup.Cases.Concat(verdict.Update.Cases).ToList();
        if (cases.Count == 0)
            return null;
        var noise = verdict.Comparisons.WidestNoise;
        var chart = new MarkChart
        {
            ValueLabel = "time of fib / time of allowedips; left of 1, fib is faster", Log = true, IsRatio = true,
            Noise = noise,
            Groups = [.. cases.Select(c => new MarkGroup(c.Case, [new Mark(ColorOf(c.Winner), c.Ratio, c.Low, c.High, Label(c))]))],
        };
        return new("ratios", "Which is faster, and is the difference larger than the noise?", RatioReading(cases, noise),
            [Basis.Measured], chart);
    }

    private static PlotSpec? Compared(Rows rows, Area area, Verdict verdict, Experiment experiment, string question, string axis)
    {
        var times = rows.Of(experiment, Metrics.Time).ToList();
        if (times.Count == 0)
            return null;
        var chart = Times(times, axis, f => Words.Case(f.Keys, f.Chain, f.Operation));
        var ranges = times.GroupBy(f => f.Structure).OrderBy(g => PlotSet.Series(g.First())).Select(Range);
        return new(experiment, question, $"{verdict.Sentence(area)} Times: {string.Join("; ", ranges)}.", times.Bases(), chart);
    }

    private static string Range(IGrouping<string, Figure> times)
    {
        string Show(Figure f) => $"{PlotSet.Show(f)} ({Words.Case(f.Keys, f.Chain, f.Operation)})";
        var (least, most) = (times.MinBy(f => f.Value)!, times.MaxBy(f => f.Value)!);
        return least == most ? $"{times.Key} takes {Show(least)}" : $"{times.Key} takes {Show(least)} to {Show(most)}";
    }

    private static MarkChart Times(List<Figure> times, string axis, Func<Figure, string> label) => new()
    {
        ValueLabel = axis, Unit = times[0].Unit, Log = PlotSet.WideSpan(times), Groups = PlotSet.Groups(times, label),
    };

    private static int ColorOf(Winner winner) => winner switch { Winner.AllowedIps => 0, Winner.Fib => 1, _ => 2 };

    private static string Label(Comparison c) => c.Winner switch
    {
        Winner.Fib or Winner.AllowedIps => $"{Numbers.Ratio(c.Ratio)}, fib {Phrases.Speed(c.Ratio)}",
        _ => $"{Numbers.Ratio(c.Ratio)}, {(c.Flag.Length > 0 ? "not settled" : "cannot tell")}",
    };

    private static string RatioReading(List<Comparison> cases, double? noise)
    {
        var count = (Winner w) => cases.Count(c => c.Winner == w);
        var text = $"fib is faster in {count(Winner.Fib)} of {Numbers.Count(cases.Count, "case")} and allowedips in {count(Winner.AllowedIps)}"
            + (count(Winner.CannotTell) > 0 ? $"; {count(Winner.CannotTell)} cannot be told apart." : ".");
        text += noise is { } factor
            ? $" allowedips differs from itself by up to {Numbers.Percent(factor)} (shaded: the widest quartile of any A/A row). A difference counts "
                + "if its quartiles lie clear of the noise of its own case."
            : " The run has no A/A row, so no difference counts.";
        return cases.TrueForAll(c => c.Paired) ? text : text + " Cases without paired runs use the quotient of two medians.";
    }
}
