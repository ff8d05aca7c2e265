// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Compare;

namespace Sim.Reports.Html;

/// <summary>What a change changed: the verdict and what differs first, then every measured row, then what has no like.</summary>
internal static class CompareSection
{
    private const int MostOnPage = 400;

    /// <summary>The first screen.</summary>
    public static void AppendAnswer(StringBuilder html, CompareView view)
    {
        html.Append("<section id=\"changed\">\n<h2>What changed</h2>\n");
        var first = true;
        foreach (var sentence in view.Sentences())
        {
            html.Append($"<p{(first ? " class=\"headline\"" : "")}>{Markup.Text(sentence)}</p>\n");
            first = false;
        }

        AnswerSection.AppendWarnings(html, view.Rows.Result);
        if (view.Changed.Count > 0)
            html.Append(Ratios(view, view.Changed, "Measured rows that changed, the largest change first"));
        if (view.Exact.Count > 0)
            html.Append(Exact(view));
        html.Append("</section>\n");
    }

    /// <summary>Every measured row, the noise, and what could not be compared.</summary>
    public static void AppendDetails(StringBuilder html, CompareView view)
    {
        html.Append("<section id=\"compare-details\">\n<h2>Details</h2>\n");
        AppendCounts(html, view);
        var others = view.Measured.Where(change => !view.IsChanged(change)).ToList();
        if (others.Where(change => change.Adjusted is not null).ToList() is { Count: > 0 } same)
        {
            html.Append("<h3 id=\"unchanged\">Measured rows without a significant change</h3>\n<p>Not a proof that nothing changed: the interval says how large a "
                + "change may have gone unnoticed.</p>\n");
            html.Append(Ratios(view, same, "No significant change, by the size of the ratio"));
        }

        if (others.Where(change => change.Adjusted is null).ToList() is { Count: > 0 } untested)
        {
            html.Append("<h3 id=\"untested\">Measured rows that cannot be tested</h3>\n<p>One repetition, no spread at all, a value that has no logarithm, or a "
                + "side that is not settled: there is nothing to hold the difference against.</p>\n");
            html.Append(Ratios(view, untested, "Not tested, by the size of the ratio"));
        }

        AppendNoise(html, view);
        AppendUnmatched(html, view);
        html.Append("</section>\n");
    }

    private static void AppendCounts(StringBuilder html, CompareView view)
    {
        var body = new StringBuilder("<tbody>\n");
        foreach (var f in view.OfSide(""))
        {
            body.Append($"<tr><th scope=\"row\">{Markup.Text(CountInWords(f))}</th><td>{Linked(view, f, Numbers.Tick(f.Value))}</td>")
                .Append($"<td>{Markup.BasisTag(f.Basis)}</td></tr>\n");
        }

        html.Append(Markup.Table("Rows of the comparison", Markup.Head(1, ["", "value", ""]), body.Append("</tbody>").ToString()));
    }

    private static string CountInWords(Figure f) => f.Metric switch
    {
        "exact-compared" => "counted rows in both",
        "exact-differ" => "of these, different",
        RunComparison.Unsettled => "of these, not settled on a side and not tested",
        "measured-compared" => "measured rows in all runs of both",
        "measured-tested" => "of these, tested",
        "measured-changed" => "of these, changed",
        RunComparison.OnlyBefore => "rows only before",
        RunComparison.OnlyAfter => "rows only after",
        RunComparison.InSome => "measured rows in some runs of a side only",
        "alpha" => "chance to call any row changed that is not",
        "test" => $"least p that the test ({f.Item}) can give",
        _ => f.Metric,
    };

    private static string Exact(CompareView view)
    {
        var body = new StringBuilder("<tbody>\n");
        foreach (var change in view.Exact.Take(MostOnPage))
        {
            var digest = change.Before.Unit == "digest";
            var scale = digest ? new Scale(1, "") : CompareView.ScaleOf(change.Before, change.After);
            body.Append($"<tr><th scope=\"row\" class=\"text\">{Markup.Text(view.Label(change.Before))}</th>")
                .Append($"<td>{Markup.Value(view.Rows, change.Before, scale)}</td><td>{Markup.Value(view.Rows, change.After, scale)}</td>")
                .Append($"<td>{Linked(view, change.Difference, Markup.Text(change.ShowDifference()))}</td><td>{change.ShowFactor()}</td><td>{Markup.BasisTag(change.Before.Basis)}</td></tr>\n");
        }

        return Markup.Table($"Counted rows that differ, the largest change first{Left(view.Exact.Count)}",
            Markup.Head(1, ["row", "before", "after", "difference", "after / before", ""]), body.Append("</tbody>").ToString());
    }

    private static string Ratios(CompareView view, IReadOnlyList<RatioChange> changes, string caption)
    {
        var noise = changes.Any(change => change.Ratio.Bound > 1);
        var tested = changes.Any(change => change.Adjusted is not null);
        var body = new StringBuilder("<tbody>\n");
        foreach (var change in changes.Take(MostOnPage))
        {
            var scale = CompareView.ScaleOf(change.Before, change.After);
            var ratio = change.Ratio;
            body.Append($"<tr><th scope=\"row\" class=\"text\">{Markup.Text(view.Label(change.Before))}</th>")
                .Append($"<td>{Markup.Value(view.Rows, change.Before, scale)}</td><td>{Markup.Value(view.Rows, change.After, scale)}</td>")
                .Append($"<td>{Linked(view, ratio, Numbers.Ratio(ratio.Value))} {(change.Adjusted is null ? "" : Interval(ratio))}</td>");
            if (tested)
                body.Append($"<td>{Probability(view, change.P)}</td><td>{Probability(view, change.Adjusted)}</td>");
            if (noise)
                body.Append($"<td>{(ratio.Bound is { } bound ? $"<span class=\"spread\">{Numbers.Percent(bound)}</span>" : "")}</td>");
            body.Append($"<td>{Markup.BasisTag(change.Before.Basis)}</td></tr>\n");
        }

        string[] columns = ["row", "before", "after", "after / before", .. tested ? (string[])["p", "p, all rows"] : [], .. noise ? (string[])["noise"] : [], ""];
        return Markup.Table(caption + Left(changes.Count), Markup.Head(1, columns), body.Append("</tbody>").ToString());
    }

    private static string Left(int count) => count > MostOnPage ? $" (the first {MostOnPage} of {count}; results.csv has all)" : "";

    private static string Interval(Figure ratio) =>
        $"""<span class="spread" title="95% interval">{Numbers.Ratio(ratio.Low)} – {Numbers.Ratio(ratio.High)}</span>""";

    private static string Probability(CompareView view, Figure? p) => p is null ? "" : Linked(view, p, Markup.Text(Numbers.P(p.Value)));

    private static string Linked(CompareView view, Figure figure, string text) =>
        $"""<a class="value" href="#row-{view.Rows.Id(figure)}">{text}</a>""";

    private static void AppendNoise(StringBuilder html, CompareView view)
    {
        var rows = view.OfSide(RunComparison.NoiseBefore).Concat(view.OfSide(RunComparison.NoiseAfter)).ToList();
        if (rows.Count == 0)
            return;
        html.Append("<h3 id=\"noise\">The noise: A/A</h3>\n<p>Each run held a structure against itself. Ideal is 1. With one run on a side a change must be "
            + "beyond the widest quartile of the A/A rows of its case, or of all where it has none; with more, the runs show their noise themselves.</p>\n");
        var body = new StringBuilder("<tbody>\n");
        foreach (var f in rows)
        {
            body.Append($"<tr><th scope=\"row\" class=\"text\">{Markup.Text(view.Label(f))}</th><td class=\"text\">{(f.Side == RunComparison.NoiseBefore ? "before" : "after")}</td>")
                .Append($"<td>{Markup.Value(view.Rows, f, Scale.Ratio)}</td><td>{Markup.BasisTag(f.Basis)}</td></tr>\n");
        }

        html.Append(Markup.Table("A/A rows", Markup.Head(2, ["row", "side", "ratio", ""]), body.Append("</tbody>").ToString()));
    }

    private static void AppendUnmatched(StringBuilder html, CompareView view)
    {
        foreach (var (side, title) in new[]
        {
            (RunComparison.OnlyBefore, "Rows only before"), (RunComparison.OnlyAfter, "Rows only after"),
            (RunComparison.InSome, "Measured rows that some runs of a side do not have"),
        })
        {
            var rows = view.OfSide(side);
            if (rows.Count == 0)
                continue;
            var body = new StringBuilder("<tbody>\n");
            foreach (var f in rows.Take(MostOnPage))
            {
                body.Append($"<tr><th scope=\"row\" class=\"text\">{Markup.Text(view.Label(f))}</th>")
                    .Append($"<td>{Markup.Value(view.Rows, f, Scale.For(f.Unit, [f.Value]))}</td><td>{Markup.BasisTag(f.Basis)}</td></tr>\n");
            }

            html.Append($"<h3 id=\"{side}\">{title}</h3>\n");
            html.Append(Markup.Table($"{title}: {Numbers.Show(rows.Count)}{Left(rows.Count)}", Markup.Head(1, ["row", "value", ""]), body.Append("</tbody>").ToString()));
        }
    }
}
