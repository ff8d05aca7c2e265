// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>The report on a change: first the verdict and the differences, then every measured row and the rows without a
/// counterpart.</summary>
internal static class CompareSection
{
    private const int MostOnPage = 400;

    private static readonly (string Side, string Title)[] s_unmatched =
    [
        (Metrics.OnlyBefore, "Rows only before"), (Metrics.OnlyAfter, "Rows only after"),
        (Metrics.InSome, "Measured rows that are missing in some runs of a side"),
    ];

    public static Section Answer(CompareView view) => new("changed", "What changed", "What changed", $"""
        {Html.Concat(view.Sentences().Index(), sentence => $"<p{Html.If(sentence.Index == 0, $" class=\"headline\"")}>{sentence.Item}</p>\n")}{
        AnswerSection.Warnings(view.Rows.Result)}{Ratios(view, view.Changed, "Measured rows that changed, the largest change first")}{Exact(view)}
        """);

    public static Section Details(CompareView view)
    {
        var (same, open) = (
            view.Measured.Where(change => !view.IsChanged(change) && change.Adjusted is not null).ToList(), view.Measured.Where(change => change.Adjusted is null).ToList());
        return new("compare-details", "Details", "Details", $"""
            {Counts(view)}{Html.If(same.Count > 0, $"""
                <h3 id="{new Anchor("unchanged")}">Measured rows without a significant change</h3>
                <p>This does not prove that nothing changed: the interval shows how large an unnoticed change can be.</p>
                {Ratios(view, same, "No significant change, by the size of the ratio")}
                """)}{Html.If(open.Count > 0, $"""
                <h3 id="{new Anchor("untested")}">Measured rows that are left open</h3>
                <p>These rows cannot be tested: they have one repetition, no spread, a value without a logarithm, or a side that is not settled.</p>
                {Ratios(view, open, "Not tested, by the size of the ratio")}
                """)}{Noise(view)}{Html.Concat(s_unmatched, table => Unmatched(view, table.Side, table.Title))}
            """);
    }

    private static Html Counts(CompareView view) => Markup.Table("Rows of the comparison", Markup.Head(1, ["", "value", ""]), Markup.Body(
        view.OfSide("").Select(f => Markup.Row($"{f.Metric.Words}{(f.Item.Length > 0 ? $" ({f.Item})" : "")}", [Markup.Link(view.Rows, f, Numbers.Tick(f.Value)), Markup.BasisTag(f.Basis)]))));

    private static Html Exact(CompareView view)
    {
        Html Line(ExactChange change)
        {
            var scale = change.Before.Unit == Units.Digest ? new Scale(1, "") : CompareView.ScaleOf(change.Before, change.After);
            return Row(view.Label(change.Before),
            [
                Markup.Value(view.Rows, change.Before, scale), Markup.Value(view.Rows, change.After, scale),
                Markup.Link(view.Rows, change.Difference, change.ShowDifference()), $"{change.ShowFactor()}", Markup.BasisTag(change.Before.Basis),
            ]);
        }

        return Html.If(view.Exact.Count > 0, Markup.Table($"Counted rows that differ, the largest change first{Left(view.Exact.Count)}",
            Markup.Head(1, ["row", "before", "after", "difference", "after / before", ""]), Markup.Body(view.Exact.Take(MostOnPage).Select(Line))));
    }

    private static Html Ratios(CompareView view, IReadOnlyList<RatioChange> changes, string caption)
    {
        var noise = changes.Any(change => change.Ratio.Bound > 1);
        var tested = changes.Any(change => change.Adjusted is not null);
        Html Line(RatioChange change)
        {
            var scale = CompareView.ScaleOf(change.Before, change.After);
            var ratio = change.Ratio;
            return Row(view.Label(change.Before),
            [
                Markup.Value(view.Rows, change.Before, scale), Markup.Value(view.Rows, change.After, scale),
                $"{Markup.Link(view.Rows, ratio, Numbers.Ratio(ratio.Value))}{(change.Adjusted is null ? null : Interval(ratio))}",
                .. tested ? (Html[])[change.Adjusted is { } p ? Markup.Link(view.Rows, p, Numbers.P(p.Value)) : new Html()] : [],
                .. noise ? (Html[])[Html.If(ratio.Bound is not null, $"<span class=\"spread\">{Numbers.Percent(ratio.Bound ?? 1)}</span>")] : [],
                Markup.BasisTag(change.Before.Basis),
            ]);
        }

        string[] columns = ["row", "before", "after", "after / before", .. tested ? (string[])["p, corrected"] : [], .. noise ? (string[])["noise"] : [], ""];
        return Html.If(changes.Count > 0, Markup.Table(caption + Left(changes.Count), Markup.Head(1, columns), Markup.Body(changes.Take(MostOnPage).Select(Line))));
    }

    /// <summary>Returns a line whose long head is aligned to the left.</summary>
    private static Html Row(string head, IEnumerable<Html> cells) => $"<tr><th scope=\"row\" class=\"text\">{head}</th>{Html.Concat(cells, Markup.Cell)}</tr>\n";

    private static string Left(int count) => count > MostOnPage ? $" (the first {MostOnPage} of {count}; results.csv has all)" : "";

    private static Html Interval(Figure ratio) =>
        $""" <span class="spread" title="95 % interval">{Numbers.Ratio(ratio.Low)} – {Numbers.Ratio(ratio.High)}</span>""";

    private static Html Noise(CompareView view)
    {
        var rows = view.OfSide(RunComparison.NoiseBefore).Concat(view.OfSide(RunComparison.NoiseAfter)).ToList();
        var lines = rows.Select(f => (Html)$"""
            <tr><th scope="row" class="text">{view.Label(f)}</th><td class="text">{(f.Side == RunComparison.NoiseBefore ? "before" : "after")}</td><td>{Markup.Value(view.Rows, f, Scale.Ratio)}</td><td>{Markup.BasisTag(f.Basis)}</td></tr>

            """);
        return Html.If(rows.Count > 0, $"""
            <h3 id="{new Anchor("noise")}">The noise: A/A</h3>
            <p>Each run measured a structure against itself. Ideal is 1. With one run on a side, a change must exceed the widest quartile of the A/A rows of its case, or of all A/A rows
            if its case has none. Several runs show the noise by themselves.</p>
            {Markup.Table("A/A rows", Markup.Head(2, ["row", "side", "ratio", ""]), Markup.Body(lines))}
            """);
    }

    private static Html Unmatched(CompareView view, string side, string title)
    {
        var rows = view.OfSide(side);
        var lines = rows.Take(MostOnPage).Select(f => Row(view.Label(f), [Markup.Value(view.Rows, f), Markup.BasisTag(f.Basis)]));
        return Html.If(rows.Count > 0, $"""
            <h3 id="{new Anchor(side)}">{title}</h3>
            {Markup.Table($"{title}: {Numbers.Show(rows.Count)}{Left(rows.Count)}", Markup.Head(1, ["row", "value", ""]), Markup.Body(lines))}
            """);
    }
}
