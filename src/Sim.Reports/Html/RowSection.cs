// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;

namespace Sim.Reports.Html;

/// <summary>All rows, each with the anchor that the numbers of the page lead to.</summary>
internal static class RowSection
{
    public static void Append(StringBuilder html, Rows rows)
    {
        html.Append($"""
            <section id="rows" class="rows">
            <h2>All rows</h2>
            <p>{Numbers.Count(rows.All.Count, "row")}, as in <a href="results.csv">results.csv</a>, in the units they were taken in.</p>
            <p class="onpaper">The rows are left out on paper; they are in results.csv.</p>

            """);
        var body = new StringBuilder("<tbody>\n");
        // A bench has neither sides nor bounds; its table would be wider for nothing.
        var sides = rows.All.Any(f => f.Side.Length > 0 || f.Bound is not null);
        foreach (var f in rows.All)
            AppendRow(body, rows.Id(f), f, sides);
        string[] texts = ["id", "experiment", "structure", "scheme", .. sides ? (string[])["side"] : [], "case", "metric"];
        string[] numbers = ["value", "low", "high", .. sides ? (string[])["bound"] : [], "unit", "n", "basis"];
        html.Append(Markup.Table("All rows", Markup.Head(texts.Length, [.. texts, .. numbers]), body.Append("</tbody>").ToString(), sides ? "sides" : ""));
        html.Append("</section>\n");
    }

    private static void AppendRow(StringBuilder body, int id, Figure f, bool sides)
    {
        body.Append($"<tr id=\"row-{id}\"><th scope=\"row\">{id}</th>");
        foreach (var text in (string[])[f.Experiment, f.Structure, f.Scheme, .. sides ? (string[])[f.Side] : [], Case(f), f.Metric])
            body.Append($"<td class=\"text\">{Markup.Text(text)}</td>");
        body.Append($"<td>{Exact(f.Value)}</td>");
        // A digest has no quartiles, and is too long to be shown three times.
        foreach (var quartile in (double[])[f.Low, f.High])
            body.Append($"<td>{(f.Unit == "digest" ? "" : Exact(quartile))}</td>");
        if (sides)
            body.Append($"<td>{(f.Bound is { } bound ? Exact(bound) : "")}</td>");
        body.Append($"<td class=\"text\">{Markup.Text(f.Unit)}</td><td>{f.N}</td><td>{Markup.BasisTag(f.Basis)}{Markup.FlagTag(f)}</td></tr>\n");
    }

    private static string Case(Figure f)
    {
        string[] parts =
        [
            $"IPv{f.Family}", f.Order, f.Keys, f.Chain, f.Operation, f.Item,
            f.X is { } x ? $"x={x}" : "", f.Peers is { } peers ? $"{peers} peers" : "", f.Prefixes is { } n ? $"{n} prefixes" : "",
        ];
        return string.Join(", ", parts.Where(p => p.Length > 0));
    }

    // Six digits after the point are more than any clock gives; results.csv has all of them.
    private static string Exact(double value) => double.IsFinite(value) ? value.ToString("0.######") : "n/a";
}
