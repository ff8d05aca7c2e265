// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Runner.Reports.Plots;

namespace Sim.Runner.Reports.Html;

/// <summary>A plot as the page needs it: drawn for wide and for narrow screens.</summary>
internal sealed record PagePlot(PlotSpec Spec, string WideSvg, string NarrowSvg);

/// <summary>
/// index.html: the answer, a plot a question, every table, the conditions, every row. One file that loads nothing and
/// runs no script.
/// </summary>
internal static class Page
{
    public static string Render(Rows rows, Verdict verdict, IReadOnlyList<PagePlot> plots)
    {
        var table = rows.Result.Table;
        var title = $"AllowedIPs or a route attribute: {table.Source}";
        var html = new StringBuilder();
        html.Append($"""
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
            <header>
            <h1>Should a route attribute replace WireGuard’s AllowedIPs?</h1>
            <p class="about">Memory, lookups and updates of the allowedips trie against those of the IPv{table.Family} FIB, on
            {Markup.Text(table.Source)}: {Numbers.Show(table.Prefixes)} prefixes, {Numbers.Show(table.NextHops)} next hops.
            Run on {rows.Result.Started:yyyy-MM-dd HH:mm zzz}{(rows.Result.Quick ? ", with fewer repetitions (--quick)" : "")}.</p>
            <nav aria-label="Sections"><a href="#answer">The answer</a> <a href="#plots">Plots</a> <a href="#details">Details</a>
            <a href="#conditions">Conditions</a> <a href="#rows">All rows</a></nav>
            </header>
            <main>

            """);
        AnswerSection.Append(html, rows, verdict);
        AppendPlots(html, plots);
        DetailSection.Append(html, rows);
        ConditionSection.Append(html, rows, verdict);
        RowSection.Append(html, rows);
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
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
        {
            var name = plot.Spec.Name;
            html.Append($"""
                <figure id="plot-{name}">
                <h3>{Markup.Text(plot.Spec.Question)}</h3>
                {plot.WideSvg}
                {plot.NarrowSvg}
                <figcaption>{Markup.Text(plot.Spec.Reading)} {Markup.BasisTag(plot.Spec.Basis)}
                <span class="files">Also as <a href="plot-{name}.png">PNG</a> and <a href="plot-{name}.svg">SVG</a>.</span></figcaption>
                </figure>

                """);
        }
        html.Append("</section>\n");
    }
}
