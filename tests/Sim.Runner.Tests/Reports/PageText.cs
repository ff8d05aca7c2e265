// SPDX-License-Identifier: MIT
using System.Net;
using System.Text.RegularExpressions;

namespace Sim.Runner.Tests.Reports;

/// <summary>The text of a page as its readers see it.</summary>
internal static partial class PageText
{
    /// <summary>The page's text, without markup, with plain blanks.</summary>
    public static string Of(string html) => Blanks.Replace(WebUtility.HtmlDecode(Tag.Replace(html, " ")).Replace('\u202f', ' '), " ").Replace(" .", ".", StringComparison.Ordinal).Replace(" ,", ",", StringComparison.Ordinal);

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 60_000)]
    private static partial Regex Tag { get; }

    [GeneratedRegex("\\s+", RegexOptions.None, 60_000)]
    private static partial Regex Blanks { get; }
}
