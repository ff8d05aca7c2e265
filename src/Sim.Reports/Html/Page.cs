// SPDX-License-Identifier: MIT
using System.Text;
using System.Text.RegularExpressions;
using Sim.Figures;
using Sim.Reports.Compare;
using Sim.Reports.Plots;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>A plot as the page needs it: drawn for wide and for narrow screens.</summary>
internal sealed record PagePlot(PlotSpec Spec, string WideSvg, string NarrowSvg);

/// <summary>
/// index.html: of a bench the answer, a plot a question and every table; of a validation what agrees and what not; the
/// conditions, every row. One file that loads nothing and
/// runs no script.
/// </summary>
internal partial class Page
{
    /// <param name="rows">All rows of the run.</param>
    /// <param name="verdict">What a bench decides; without rows of a bench, nothing.</param>
    /// <param name="view">The validation; null where the run has none.</param>
    /// <param name="plots">The bench's plots.</param>
    /// <param name="validationPlots">The validation's plots.</param>
    /// <param name="churn">The replay of a trace; null where the run has none.</param>
    /// <param name="churnPlots">Its plots.</param>
    /// <param name="scaling">Costs over sizes; null where the run has none.</param>
    public static string Render(
        Rows rows, Verdict verdict, ValidationView? view, IReadOnlyList<PagePlot> plots, IReadOnlyList<PagePlot> validationPlots,
        ChurnView? churn = null, IReadOnlyList<PagePlot>? churnPlots = null, ScalingPart? scaling = null)
    {
        // A run without any row is a bench that found nothing.
        var others = (view?.Figures.Count ?? 0) + (churn?.Figures.Count ?? 0) + (scaling?.View.Figures.Count ?? 0);
        var bench = others == 0 || rows.All.Count > others;
        var html = new StringBuilder();
        if (churn is not null && !bench && view is null)
            return RenderChurn(html, rows, verdict, churn, churnPlots ?? [], scaling);
        if (scaling is not null && !bench && view is null)
            return RenderScaling(html, rows, verdict, scaling);
        AppendHead(html, bench ? $"AllowedIPs or a route attribute: {rows.Result.Table.Source}" : $"The ports held to the kernel: {rows.Result.Table.Source}");
        if (bench)
            AppendBenchHeader(html, rows, view, plots.Any(IsFamilies));
        else
            AppendValidationHeader(html, rows, view!);
        html.Append("<main>\n");
        if (bench)
        {
            AnswerSection.Append(html, rows, verdict);
            FamilySection.Append(html, rows, string.Concat(plots.Where(IsFamilies).Select(Figure)));
            WhatIfSection.Append(html, rows);
            AppendPlots(html, [.. plots.Where(plot => !IsFamilies(plot))]);
            DetailSection.Append(html, rows);
        }
        if (view is not null)
        {
            ValidationSection.Append(html, view, warn: !bench);
            AppendValidationPlots(html, validationPlots);
        }
        ConditionSection.Append(html, rows, verdict, view, bench);
        RowSection.Append(html, rows);
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static string RenderChurn(
        StringBuilder html, Rows rows, Verdict verdict, ChurnView churn, IReadOnlyList<PagePlot> plots, ScalingPart? scaling)
    {
        var table = rows.Result.Table;
        AppendHead(html, $"Schemes under churn: {table.Source}");
        html.Append($"""
            <header>
            <h1>What does churn cost, by AllowedIPs and by routes?</h1>
            <p class="about">{Numbers.Show(churn.Trace("changes")?.Value ?? 0)} changes out of {Numbers.Show(churn.Trace("events")?.Value ?? 0)} BGP
            events in {Numbers.Show(Math.Round(churn.Trace("clock")?.Value ?? 0))} s, on {Markup.Text(table.Source)} with
            {Numbers.Show(table.Prefixes)} IPv{table.Family} prefixes, under {Numbers.Count(churn.Schemes.Count, "way")} of binding prefixes to peers.
            {RunOn(rows.Result)}</p>
            <nav aria-label="Sections"><a href="#churn">The answer</a> <a href="#plots">Plots</a>
            {(churn.Has("reader") ? "<a href=\"#reader\">Readers</a> " : "")}{(scaling is null ? "" : "<a href=\"#scaling\">Scaling</a> ")}<a href="#churn-details">Details</a>
            <a href="#conditions">Conditions</a> <a href="#rows">All rows</a></nav>
            </header>
            <main>

            """);
        ChurnAnswer.Append(html, churn);
        html.Append("<section id=\"plots\">\n<h2>One plot a question</h2>\n<p>Orange binds in the allowedips trie, blue in routes; every mark also says so.</p>\n");
        foreach (var plot in plots)
            AppendPlot(html, plot);
        html.Append("</section>\n");
        ReaderSection.Append(html, churn);
        if (scaling is not null)
            ScalingSection.Append(html, scaling);
        ChurnSection.AppendDetails(html, churn);
        ConditionSection.Append(html, rows, verdict, view: null, bench: false);
        RowSection.Append(html, rows);
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    /// <summary>The page of runs of several commands or families: what each kind would have as its own page, one after the other.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="parts">The pages of the parts, as the other methods render them.</param>
    /// <param name="families">What tells the families apart, where there are two; see <see cref="FamilyPlot"/>.</param>
    public static string Join(Rows rows, IReadOnlyList<(RunFacts First, string Page)> parts, (IReadOnlyList<string> Verdicts, PagePlot Plot)? families = null)
    {
        var html = new StringBuilder();
        AppendHead(html, "Several runs side by side");
        html.Append($"""
            <header>
            <h1>{Numbers.Count(rows.Result.Runs.Count, "run")}, side by side</h1>
            <nav aria-label="Parts">{(families is null ? "" : "<a href=\"#families\">IPv4 and IPv6</a>\n")}{string.Join('\n', parts.Select((part, i) => $"<a href=\"#part-{i + 1}\">{PartName(part.First)}</a>"))}
            <a href="#rows">All rows</a></nav>
            </header>
            <main>

            """);
        if (families is { } both)
            FamilySection.AppendBoth(html, rows, both.Verdicts, Figure(both.Plot));
        foreach (var (i, (first, page)) in parts.Index())
        {
            html.Append($"<article id=\"part-{i + 1}\">\n<h2>{PartName(first)}</h2>\n")
                .Append(i == 0 ? Inner(page) : Anchor().Replace(Inner(page), $"${{before}}${{name}}-part{i + 1}${{after}}")).Append("</article>\n");
        }

        RowSection.Append(html, rows);
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static string PartName(RunFacts run) => Markup.Text($"{run.Part.Command}, IPv{run.Part.Family}");

    /// <summary>A page without its head and without its rows, which follow once for all parts.</summary>
    private static string Inner(string page)
    {
        var (start, end) = (page.IndexOf("<header>", StringComparison.Ordinal), page.IndexOf("<section id=\"rows\"", StringComparison.Ordinal));
        return page[start..end].Replace("<main>\n", "", StringComparison.Ordinal);
    }

    /// <summary>Anchors of the page and links to them, but for rows, whose numbers are those of the whole.</summary>
    [GeneratedRegex("(?<before>(?<![a-z-])(?:id=\"|href=\"#|url\\(#))(?!rows?\\b)(?<name>[A-Za-z][A-Za-z0-9_-]*)(?<after>[\")])", RegexOptions.None, 10_000)]
    private static partial Regex Anchor();

    /// <summary>The page of a comparison of runs.</summary>
    public static string Render(Rows rows, Verdict verdict, CompareView view, IReadOnlyList<PagePlot> plots)
    {
        var html = new StringBuilder();
        var table = rows.Result.Table;
        AppendHead(html, $"Before and after: {table.Source}");
        html.Append($"""
            <header>
            <h1>What did the change change?</h1>
            <p class="about">Before: {Markup.Text(Named(rows.Result, RunComparison.Before))}. After: {Markup.Text(Named(rows.Result, RunComparison.After))}.
            On {Markup.Text(table.Source)} with {Numbers.Show(table.Prefixes)} prefixes.</p>
            <nav aria-label="Sections"><a href="#changed">What changed</a> {(plots.Count > 0 ? "<a href=\"#plots\">Plot</a> " : "")}<a href="#compare-details">Details</a>
            <a href="#conditions">Conditions</a> <a href="#rows">All rows</a></nav>
            </header>
            <main>

            """);
        CompareSection.AppendAnswer(html, view);
        if (plots.Count > 0)
        {
            html.Append("<section id=\"plots\">\n<h2>The largest changes</h2>\n");
            foreach (var plot in plots)
                AppendPlot(html, plot);
            html.Append("</section>\n");
        }

        CompareSection.AppendDetails(html, view);
        ConditionSection.Append(html, rows, verdict, view: null, bench: false);
        RowSection.Append(html, rows);
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    /// <summary>The runs of one side with the program's version: <c>a, b (0.1.0+4c2f...)</c>.</summary>
    private static string Named(RunResult result, string side)
    {
        var runs = result.Runs.Where(run => run.Side == side).ToList();
        var version = runs is [{ Versions: [var own, ..] }, ..] ? $" (version {own.Value})" : "";
        return string.Join(", ", runs.Select(run => run.Name)) + version;
    }

    private static string RenderScaling(StringBuilder html, Rows rows, Verdict verdict, ScalingPart scaling)
    {
        var table = rows.Result.Table;
        AppendHead(html, $"Schemes over sizes: {table.Source}");
        html.Append($"""
            <header>
            <h1>How do costs grow, by AllowedIPs and by routes?</h1>
            <p class="about">{Numbers.Count(scaling.View.Schemes.Count, "way")} of binding prefixes to peers over numbers of prefixes and of peers, on
            {Markup.Text(table.Source)} with {Numbers.Show(table.Prefixes)} prefixes, and on smaller and larger tables like it. {RunOn(rows.Result)}</p>
            <nav aria-label="Sections"><a href="#scaling">Scaling</a> <a href="#scaling-plots">Plots</a> <a href="#scaling-fits">Exponents</a>
            <a href="#conditions">Conditions</a> <a href="#rows">All rows</a></nav>
            </header>
            <main>

            """);
        ScalingSection.Append(html, scaling, warn: true);
        ConditionSection.Append(html, rows, verdict, view: null, bench: false);
        RowSection.Append(html, rows);
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void AppendHead(StringBuilder html, string title) => html.Append($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{Markup.Text(title)}</title>
        <style>
        {Css.Sheet}
        </style>
        </head>
        <body>

        """);

    private static void AppendBenchHeader(StringBuilder html, Rows rows, ValidationView? view, bool why)
    {
        var table = rows.Result.Table;
        html.Append($"""
            <header>
            <h1>Should a route attribute replace WireGuard’s AllowedIPs{(table.Family == 6 ? " for IPv6" : "")}?</h1>
            <p class="about">Memory, lookups and updates of the allowedips trie against those of the IPv{table.Family} FIB, on
            {Markup.Text(table.Source)}: {Numbers.Show(table.Prefixes)} prefixes, {Numbers.Show(table.NextHops)} next hops.
            {RunOn(rows.Result)}</p>
            <nav aria-label="Sections"><a href="#answer">The answer</a> {(why ? "<a href=\"#why\">Why</a> " : "")}{(WhatIfSection.Has(rows) ? "<a href=\"#what-if\">What would help</a> " : "")}<a href="#plots">Plots</a>
            <a href="#details">Details</a>
            {(view is null ? "" : "<a href=\"#validation\">Validation</a>\n")}<a href="#conditions">Conditions</a> <a href="#rows">All rows</a></nav>
            </header>

            """);
    }

    private static void AppendValidationHeader(StringBuilder html, Rows rows, ValidationView view)
    {
        (string Id, string Title)[] parts =
        [
            ("differences", "Differences"), ("agreement", "Compared"), ("figures", "Counts"), ("times", "Times"),
            ("instructions", "Instructions"), ("peers", "Route attribute"), ("trace", "Trace"), ("answers", "Answers"), ("trust", "How far to trust it"), ("validation-plots", "Plots"),
        ];
        var links = parts.Where(part => ValidationSection.HasPart(view, part.Id)).Select(part => $"<a href=\"#{part.Id}\">{part.Title}</a>");
        html.Append($"""
            <header>
            <h1>Do the ports do what the kernel does?</h1>
            <p class="about">The ports of the allowedips trie and of the FIB, held to {Markup.Text(view.Kernel.Length > 0 ? view.Kernel : "a kernel")}, on
            {Markup.Text(rows.Result.Table.Source)}{(view.Prefixes() is { Length: > 0 } prefixes ? $": {Markup.Text(prefixes)} prefixes" : "")}.
            {RunOn(rows.Result)}</p>
            <nav aria-label="Sections"><a href="#validation">Validation</a> {string.Join('\n', links)}
            <a href="#conditions">Conditions</a> <a href="#rows">All rows</a></nav>
            </header>

            """);
    }

    private static string RunOn(RunResult result) =>
        $"Run on {result.Started:yyyy-MM-dd HH:mm zzz}{(result.Quick ? ", with fewer repetitions (--quick)" : "")}.";

    private static void AppendValidationPlots(StringBuilder html, IReadOnlyList<PagePlot> plots)
    {
        if (plots.Count == 0)
            return;
        html.Append("<section id=\"validation-plots\">\n<h2>Kernel and port in plots</h2>\n<p>Orange is allowedips, blue is fib; every mark also says so.</p>\n");
        foreach (var plot in plots)
            AppendPlot(html, plot);
        html.Append("</section>\n");
    }

    private static void AppendPlots(StringBuilder html, IReadOnlyList<PagePlot> plots)
    {
        html.Append("""
            <section id="plots">
            <h2>One plot a question</h2>
            <p>Bars and dots are medians or counts, the thin marks quartiles. Orange is allowedips,
            blue is fib; every mark also says so.</p>

            """);
        if (plots.Count == 0)
            html.Append("<p>This run has no rows to plot.</p>\n");
        foreach (var plot in plots)
            AppendPlot(html, plot);
        html.Append("</section>\n");
    }

    private static bool IsFamilies(PagePlot plot) => plot.Spec.Name.StartsWith(FamilyPlot.Name, StringComparison.Ordinal);

    internal static void AppendPlot(StringBuilder html, PagePlot plot) => html.Append(Figure(plot));

    private static string Figure(PagePlot plot)
    {
        var name = plot.Spec.Name;
        return $"""
            <figure id="plot-{name}">
            <h3>{Markup.Text(plot.Spec.Question)}</h3>
            {plot.WideSvg}
            {plot.NarrowSvg}
            <figcaption>{Markup.Text(plot.Spec.Reading)} {Markup.BasisTags(plot.Spec.Bases)}
            <span class="files">Also as <a href="plot-{name}.png">PNG</a> and <a href="plot-{name}.svg">SVG</a>.</span></figcaption>
            </figure>

            """;
    }
}
