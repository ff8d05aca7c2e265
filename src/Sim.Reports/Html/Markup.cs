// SPDX-License-Identifier: MIT
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Sim.Figures;

namespace Sim.Reports.Html;

/// <summary>Pieces of HTML. Everything that comes from a run goes through <see cref="Text"/> and nothing else does.</summary>
internal static class Markup
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Text made safe for content and for quoted attributes.</summary>
    public static string Text(string text) => Encoder.Encode(text);

    public static string BasisTag(Basis basis) => $"""<span class="basis {basis.Label()}">{basis.Label()}</span>""";

    /// <summary>The tags of all bases that occur.</summary>
    public static string BasisTags(IEnumerable<Figure> figures) => BasisTags(figures.Bases());

    public static string BasisTags(IReadOnlyList<Basis> bases) => string.Join(' ', bases.Select(BasisTag));

    /// <summary>A value linked to its row, with its quartiles if it has any.</summary>
    public static string Value(Rows rows, Figure figure, Scale scale, bool best = false)
    {
        var link = Link(rows, figure, scale);
        if (best)
            link = $"""<strong class="best">{link}</strong>""";
        return figure.HasSpread() ? $"{link} {Spread(figure.Low, figure.High, scale)}" : link;
    }

    /// <summary>A value linked to its row, alone; one that settles nothing says so.</summary>
    public static string Link(Rows rows, Figure figure, Scale scale) =>
        $"""<a class="value" href="#row-{rows.Id(figure)}">{Text(scale.Show(figure.Value))}</a>{FlagTag(figure)}""";

    /// <summary>Why a row is not to be relied on; nothing where it is.</summary>
    public static string FlagTag(Figure figure) => figure.Flag.Length == 0 ? ""
        : $""" <span class="flag" title="{Text(Words.FlagReason(figure.Flag))}">{Text(Words.Flag(figure.Flag))}</span>""";

    /// <summary>Quartiles, small.</summary>
    public static string Spread(double low, double high, Scale scale) =>
        $"""<span class="spread" title="lower and upper quartile">{Text(scale.Bare(low))} – {Text(scale.Bare(high))}</span>""";

    /// <summary>A table that scrolls inside itself when it is wider than the page.</summary>
    /// <param name="caption">Plain text.</param>
    /// <param name="head">Markup of the head's cells.</param>
    /// <param name="body">Markup of the body or bodies.</param>
    /// <param name="cssClass">Class of the element around the table.</param>
    /// <param name="tags">Markup that follows the caption.</param>
    public static string Table(string caption, string head, string body, string cssClass = "", string tags = "") => $"""
        <div class="{$"scroll {cssClass}".TrimEnd()}" tabindex="0" role="group" aria-label="{Text(caption)}"><table>
        <caption>{Text(caption)} {tags}</caption>
        <thead><tr>{head}</tr></thead>
        {body}
        </table></div>

        """;

    /// <summary>Cells of a head; the first <paramref name="texts"/> columns hold text, the others numbers.</summary>
    public static string Head(int texts, IEnumerable<string> columns) => string.Concat(columns.Select((c, i) => c.Length == 0
        ? "<td></td>"
        : $"""<th scope="col"{(i < texts ? " class=\"text\"" : "")}>{Text(c)}</th>"""));

    /// <summary>Names and values, as a table of two columns.</summary>
    public static string Pairs(string caption, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var body = new StringBuilder("<tbody>\n");
        foreach (var (name, value) in pairs)
            body.Append($"""<tr><th scope="row">{Text(name)}</th><td class="text">{Text(value)}</td></tr>""").Append('\n');
        return Table(caption, Head(2, ["what", "value"]), body.Append("</tbody>").ToString(), "pairs");
    }
}
