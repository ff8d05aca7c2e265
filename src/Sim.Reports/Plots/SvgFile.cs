// SPDX-License-Identifier: MIT
using System.Net;
using System.Text.RegularExpressions;

namespace Sim.Reports.Plots;

/// <summary>
/// Cleans the SVG that Skia writes. Black becomes <c>currentColor</c>, so that a plot suits light and dark pages. Each text gets one
/// position instead of one per glyph, so that the text is whole and also fits in another font. Identifiers get a prefix, so that several
/// plots can share a page. Identifiers are also renumbered, so that drawing a plot twice gives the same file.
/// </summary>
internal partial class SvgFile
{
    private const string FontFamilies = "DejaVu Sans, Verdana, sans-serif";

    /// <summary>Returns an svg element for a page, without an XML declaration. The label describes the plot to readers who cannot see
    /// it.</summary>
    public static string Inline(Drawing drawing, string idPrefix, string cssClass, string label)
    {
        var (width, height) = (drawing.Width, drawing.Height);
        var body = Body(drawing, idPrefix);
        return $"""
            <svg class="{cssClass}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" fill="currentColor"
            role="img" aria-label="{WebUtility.HtmlEncode(label)}">{body}</svg>
            """;
    }

    private static string Body(Drawing drawing, string idPrefix)
    {
        var svg = drawing.Plot.GetSvgXml(drawing.Width, drawing.Height);
        var start = svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1;
        var body = svg[start..svg.LastIndexOf("</svg>", StringComparison.Ordinal)];
        body = TextElement().Replace(body, Text);
        body = Black().Replace(body, "${name}=\"currentColor\"");
        // Skia numbers identifiers through the whole process. They are numbered again by their order here, so that the same drawing gives
        // the same file.
        var ids = new Dictionary<string, int>();
        body = Identifier().Replace(body, match =>
        {
            var id = match.Groups["id"].Value;
            ids.TryAdd(id, ids.Count + 1);
            return $"{match.Groups["before"].Value}{idPrefix}-{ids[id]}";
        });
        body = LongNumber().Replace(body, m => Round(m.Value, 3));
        return Whitespace().Replace(body, ">\n<").Trim();
    }

    /// <summary>
    /// Returns a text element with one anchor. Skia places each glyph by its left edge relative to ScottPlot’s anchor, so the first
    /// position tells the alignment.
    /// </summary>
    private static string Text(Match match)
    {
        var attributes = Attribute().Matches(match.Groups["attributes"].Value).ToDictionary(found => found.Groups["name"].Value, found => found.Groups["value"].Value);
        var content = match.Groups["content"].Value.Trim();
        if (content.Length == 0)
            return "";
        double[] Positions(string name) => attributes.TryGetValue(name, out var list)
            ? [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(p => double.Parse(p, CultureInfo.InvariantCulture))]
            : [0];
        string Kept(string name) => attributes.TryGetValue(name, out var value) ? $"{name}=\"{value}\"" : "";
        var (x, y) = (Positions("x"), Positions("y"));
        var size = double.Parse(attributes["font-size"], CultureInfo.InvariantCulture);
        var width = PlotFont.Width(WebUtility.HtmlDecode(content), (float)size);
        var share = width > 0 ? -x[0] / width : 0;
        var (anchor, at) = share switch
        {
            < .25 => ("start", x[0]),
            < .75 => ("middle", x[0] + width / 2),
            _ => ("end", x[0] + width),
        };
        return string.Create(CultureInfo.InvariantCulture,
            $"""<text {Kept("transform")} font-size="{size}" font-family="{FontFamilies}" """
            + $"""text-anchor="{anchor}" x="{at:0.##}" y="{y[0]:0.##}" {Kept("fill")}>{content}</text>""");
    }

    private static string Round(string number, int digits) =>
        Math.Round(double.Parse(number, CultureInfo.InvariantCulture), digits).ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("<text (?<attributes>[^>]*)>(?<content>[^<]*)</text>", RegexOptions.None, 1000)]
    private static partial Regex TextElement();

    // Skia writes transparent black as #010101.
    [GeneratedRegex("(?<name>fill|stroke)=\"(?:black|#000000|#010101)\"", RegexOptions.None, 1000)]
    private static partial Regex Black();

    [GeneratedRegex("(?<before>id=\"|url\\(#|href=\"#)(?<id>[A-Za-z0-9_]+)", RegexOptions.None, 1000)]
    private static partial Regex Identifier();

    [GeneratedRegex("[0-9]+\\.[0-9]{4,}", RegexOptions.None, 1000)]
    private static partial Regex LongNumber();

    [GeneratedRegex(">\\s+<", RegexOptions.None, 1000)]
    private static partial Regex Whitespace();

    [GeneratedRegex("(?<name>[a-z-]+)=\"(?<value>[^\"]*)\"", RegexOptions.None, 1000)]
    private static partial Regex Attribute();
}
