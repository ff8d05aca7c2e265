// SPDX-License-Identifier: MIT
using System.Diagnostics.CodeAnalysis;

namespace Sim.Reports.Pages;

/// <summary>Pieces of sections: tables, values that link to their rows, and tags.</summary>
internal static class Markup
{
    public static Html BasisTag(Basis basis) => $"""<span class="basis {basis.Label()}">{basis.Label()}</span>""";

    public static Html BasisTags(IEnumerable<Figure> figures) => BasisTags(figures.Bases());

    public static Html BasisTags(IReadOnlyList<Basis> bases) => Html.Join(" ", bases.Select(BasisTag));

    /// <summary>Returns a value that links to its row, with quartiles if the row has any. The value has the shared unit or, without a
    /// shared unit, the row's own unit. Returns null if there is no figure.</summary>
    [return: NotNullIfNotNull(nameof(figure))]
    public static Html? Value(Rows rows, Figure? figure, Scale? shared = null, bool best = false)
    {
        if (figure is null)
            return null;
        var scale = shared ?? Scale.Of(figure);
        var link = Best(Link(rows, figure, scale), best);
        return figure.HasSpread ? $"{link} {Spread(figure.Low, figure.High, scale)}" : link;
    }

    public static Html Best(Html value, bool best) => best ? (Html)$"""<strong class="best">{value}</strong>""" : value;

    /// <summary>Returns a value that links to its row, without quartiles. If the row is flagged, the flag follows the value.</summary>
    public static Html Link(Rows rows, Figure figure, Scale? scale = null) =>
        $"{Link(rows, figure, (scale ?? Scale.Of(figure)).Show(figure.Value))}{FlagTag(figure)}";

    /// <summary>Returns text that links to a row. Rows are numbered through the whole page, so the anchors of rows need no
    /// prefix.</summary>
    public static Html Link(Rows rows, Figure figure, string text) => $"""<a class="value" href="#row-{rows.Id(figure)}">{text}</a>""";

    /// <summary>Returns a ratio of times in words, with the number: <c>1.8 times faster (ratio 0.55)</c>. If the quartiles lie on both
    /// sides of 1, the words say that both are about as fast.</summary>
    public static Html Speed(Rows rows, Figure ratio)
    {
        var (low, high) = ratio.Range;
        var words = low <= 1 && high >= 1 ? "about as fast" : Phrases.Speed(ratio.Value);
        return $"{words} (ratio {Link(rows, ratio, Scale.Ratio)})";
    }

    /// <summary>Returns a tag that says why a row is not reliable; empty if the row is reliable.</summary>
    public static Html FlagTag(Figure figure) => Html.If(
        figure.Flag.Length > 0, $""" <span class="flag" title="{Words.FlagReason(figure.Flag)}">{Words.Flag(figure.Flag)}</span>""");

    public static Html Spread(double low, double high, Scale scale) =>
        $"""<span class="spread" title="lower and upper quartile">{scale.Bare(low)} – {scale.Bare(high)}</span>""";

    /// <summary>Returns a table that scrolls inside itself if it is wider than the page. The tags follow the caption.</summary>
    public static Html Table(string caption, Html head, Html body, string cssClass = "", Html? tags = null) => $"""
        <div class="{$"scroll {cssClass}".TrimEnd()}" tabindex="0" role="group" aria-label="{caption}"><table>
        <caption>{caption} {tags}</caption>
        <thead><tr>{head}</tr></thead>
        {body}
        </table></div>

        """;

    /// <summary>Returns a table of costs, with a head for each column and the tags of the rows; empty without rows.</summary>
    public static Html Costs(string caption, IEnumerable<string> heads, IEnumerable<Html> lines, IEnumerable<Figure> rows) =>
        Html.If(rows.Any(), Table(caption, Head(1, heads), Body(lines), "costs", BasisTags(rows)));

    /// <summary>Returns a table of costs. The columns are the distinct keys of the rows in order of first appearance, and so are the lines,
    /// unless they are given. A line without rows is left out.</summary>
    public static Html Matrix<TLine, TColumn>(
        Rows rows, string caption, string corner, IEnumerable<Figure> figures, Func<Figure, TLine> lineOf, Func<TLine, string> line,
        Func<Figure, TColumn> columnOf, Func<TColumn, string> column, IEnumerable<TLine>? lines = null)
    {
        var all = figures.ToList();
        var (byLine, columns) = (all.ToLookup(lineOf), all.Select(columnOf).Distinct().ToList());
        Html? Shown(Figure? figure) => figure?.Basis != Basis.Estimated ? Value(rows, figure)
            : $"{Value(rows, figure)} {BasisTag(figure.Basis)}";
        var made = (lines ?? all.Select(lineOf).Distinct()).Where(byLine.Contains).Select(key => Row(
            line(key), columns.Select(place => Shown(byLine[key].FirstOrDefault(f => Equals(columnOf(f), place))))));
        return Costs(caption, [corner, .. columns.Select(column)], made, all);
    }

    /// <summary>Returns the head cells of a table. The first <paramref name="texts"/> columns hold text, and the other columns hold
    /// numbers.</summary>
    public static Html Head(int texts, IEnumerable<string> columns) => Html.Concat(columns.Index(), column => column.Item.Length == 0
        ? (Html)$"<td></td>"
        : $"""<th scope="col"{Html.If(column.Index < texts, $" class=\"text\"")}>{column.Item}</th>""");

    public static Html Body(IEnumerable<Html> lines) => $"<tbody>\n{lines}</tbody>";

    public static Html Group(int columns, string title, IEnumerable<Html> lines) =>
        $"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{columns}\">{title}</th></tr>\n{lines}</tbody>\n";

    /// <summary>Returns a line of a table: the head of the line, and a cell for each column. A missing value is a dash.</summary>
    public static Html Row(string head, IEnumerable<Html?> cells) => $"<tr><th scope=\"row\">{head}</th>{Html.Concat(cells, Cell)}</tr>\n";

    public static Html Cell(Html? content) => content is null ? (Html)$"<td>–</td>" : $"<td>{content}</td>";

    public static Html Pairs(string caption, IEnumerable<NamedFact> facts) => Table(
        caption, Head(2, ["fact", "value"]),
        Body(facts.Select(fact => (Html)$"""<tr><th scope="row">{fact.Name}</th><td class="text">{fact.Value}</td></tr>{"\n"}""")), "pairs");
}
