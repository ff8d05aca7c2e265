// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>All rows, each with the anchor that the numbers of the page link to.</summary>
internal static class RowSection
{
    public static Html Of(Rows rows)
    {
        // A bench has neither sides nor bounds, so its table needs no columns for them.
        var sides = rows.All.Any(f => f.Side.Length > 0 || f.Bound is not null);
        string[] texts = ["id", "experiment", "structure", "scheme", .. sides ? (string[])["side"] : [], "case", "metric"];
        string[] numbers = ["value", "low", "high", .. sides ? (string[])["bound"] : [], "unit", "n", "basis"];
        return $"""
            <section id="rows" class="rows">
            <h2>All rows</h2>
            <p>{Numbers.Count(rows.All.Count, "row")}, as in <a href="results.csv">results.csv</a>, in their original units.</p>
            <p class="onpaper">The rows are left out on paper; they are in results.csv.</p>
            {Markup.Table("All rows", Markup.Head(texts.Length, [.. texts, .. numbers]), Markup.Body(rows.All.Select(f => Row(rows.Id(f), f, sides))), sides ? "sides" : "")}</section>

            """;
    }

    private static Html Row(int id, Figure f, bool sides)
    {
        string[] texts = [f.Experiment, f.Structure, f.Scheme, .. sides ? (string[])[f.Side] : [], Case(f), f.Metric];
        // A digest has no quartiles, and is too long to be shown three times.
        string[] numbers =
        [
            Exact(f.Value), .. f.Unit == "digest" ? ["", ""] : (string[])[Exact(f.Low), Exact(f.High)],
            .. sides ? (string[])[f.Bound is { } bound ? Exact(bound) : ""] : [],
        ];
        return $"""
            <tr id="row-{id}"><th scope="row">{id}</th>{Html.Concat(texts, text => $"<td class=\"text\">{text}</td>")}{Html.Concat(numbers, number => $"<td>{number}</td>")}<td class="text">{f.Unit}</td><td>{f.N}</td><td>{Markup.BasisTag(f.Basis)}{Markup.FlagTag(f)}</td></tr>

            """;
    }

    private static string Case(Figure f) => Words.Listed(
        $"IPv{f.Family}", f.Order, f.Keys, f.Chain, f.Operation, f.Item, f.X is { } x ? $"x={x}" : "", f.Peers is { } peers ? $"{peers} peers" : "",
        f.Prefixes is { } n ? $"{n} prefixes" : "");

    // Six digits after the point are more than any clock gives. results.csv has all digits.
    private static string Exact(double value) => double.IsFinite(value) ? value.ToString("0.######", CultureInfo.InvariantCulture) : "n/a";
}
