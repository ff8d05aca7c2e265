// SPDX-License-Identifier: MIT
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Sim.Runner.Reports.Html;

/// <summary>Pieces of HTML. Everything that comes from a run goes through <see cref="Text"/> and nothing else does.</summary>
internal static class Markup
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Text made safe for content and for quoted attributes.</summary>
    public static string Text(string text) => Encoder.Encode(text);

    public static string BasisTag(Basis basis) => $"""<span class="basis {basis.Label()}">{basis.Label()}</span>""";

    /// <summary>The tags of all bases that occur, in the order measured, counted, modelled.</summary>
    public static string BasisTags(IEnumerable<Figure> figures) =>
        string.Join(' ', figures.Select(f => f.Basis).Distinct().Order().Select(BasisTag));

    /// <summary>A value linked to its row, with its quartiles if it has any.</summary>
    public static string Value(Rows rows, Figure figure, Scale scale, bool best = false)
    {
        var link = $"""<a class="value" href="#row-{rows.Id(figure)}">{Text(scale.Show(figure.Value))}</a>""";
        if (best)
            link = $"""<strong class="best">{link}</strong>""";
        return figure.HasSpread() ? $"{link} {Spread(figure.Low, figure.High, scale)}" : link;
    }

    /// <summary>Quartiles, small.</summary>
    public static string Spread(double low, double high, Scale scale) =>
        $"""<span class="spread" title="lower and upper quartile">{Text(scale.Bare(low))} – {Text(scale.Bare(high))}</span>""";

    /// <summary>A table that scrolls inside itself when it is wider than the page.</summary>
    public static string Table(string caption, string head, string body) => $"""
        <div class="scroll" tabindex="0" role="group" aria-label="{caption}"><table>
        <caption>{caption}</caption>
        <thead><tr>{head}</tr></thead>
        {body}
        </table></div>

        """;

    public static string Head(IEnumerable<string> columns) =>
        string.Concat(columns.Select(c => $"""<th scope="col">{Text(c)}</th>"""));

    /// <summary>Names and values, as a table of two columns.</summary>
    public static string Pairs(string caption, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var body = new StringBuilder("<tbody>\n");
        foreach (var (name, value) in pairs)
            body.Append($"""<tr><th scope="row">{Text(name)}</th><td class="text">{Text(value)}</td></tr>""").Append('\n');
        return Table(caption, Head(["what", "value"]), body.Append("</tbody>").ToString());
    }
}
