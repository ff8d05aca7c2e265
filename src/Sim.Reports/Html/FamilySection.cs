// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>
/// Why the verdicts on IPv4 and IPv6 differ, in words that are computed from the rows; the drawing stands beside them. Of a run of
/// one family it shows that side.
/// </summary>
internal static class FamilySection
{
    /// <summary>Where two counts differ by less, they are called as many.</summary>
    private const double Alike = 0.1;

    /// <summary>The section of one family's run, or nothing where the rows do not compare.</summary>
    public static void Append(StringBuilder html, Rows rows, string plot)
    {
        var families = FamilyCosts.Of(rows);
        if (families.Count == 0)
            return;
        html.Append("<section id=\"why\">\n<h2>Why IPv4 and IPv6 differ</h2>\n");
        AppendBody(html, rows, families, plot);
    }

    /// <summary>Both families' verdicts, and what tells them apart; nothing where the rows are of one family.</summary>
    /// <param name="html">The page.</param>
    /// <param name="rows">The rows of both.</param>
    /// <param name="verdicts">A sentence for each.</param>
    /// <param name="plot">Markup of the drawing.</param>
    public static void AppendBoth(StringBuilder html, Rows rows, IReadOnlyList<string> verdicts, string plot)
    {
        var families = FamilyCosts.Of(rows);
        if (families.Count < 2)
            return;
        html.Append("<section id=\"families\">\n<h2>IPv4 and IPv6, and why they differ</h2>\n");
        foreach (var verdict in verdicts)
            html.Append($"<p class=\"headline\">{Markup.Text(verdict)}</p>\n");
        html.Append($"<p>{Beside(rows, families[0], families[^1])} {Markup.BasisTag(Basis.Counted)}</p>\n");
        AppendBody(html, rows, families, plot);
    }

    private static void AppendBody(StringBuilder html, Rows rows, IReadOnlyList<FamilyCosts> families, string plot)
    {
        foreach (var family in families)
            html.Append($"<p>{Lookup(rows, family)} {Memory(rows, family)} {Markup.BasisTag(Basis.Counted)}</p>\n");
        // A part of several runs has the other part beside it.
        if (families.Count == 1 && rows.Result.Runs.Count == 0)
            html.Append(Missing(families[0].Family));
        html.Append(plot).Append("</section>\n");
    }

    /// <summary>Both FIBs, side by side.</summary>
    private static string Beside(Rows rows, FamilyCosts v4, FamilyCosts v6)
    {
        var text = $"IPv6’s FIB goes down one bit a node, where IPv4’s reads several bits at once: a lookup visits {Link(rows, v6.Nodes(Names.Fib)!)} "
            + $"nodes against {Link(rows, v4.Nodes(Names.Fib)!)}, and touches {Link(rows, v6.Lines(Names.Fib)!)} cache lines against "
            + $"{Link(rows, v4.Lines(Names.Fib)!)}. allowedips is the same trie in both.";
        if (v4.Bytes(Names.Fib) is { } four && v6.Bytes(Names.Fib) is { } six)
        {
            text += $" A route that names a peer takes {Link(rows, six)} in IPv6, each with a structure and a state of its own, and "
                + $"{Link(rows, four)} in IPv4, where all routes of a peer share them.";
        }

        return text;
    }

    private static string Lookup(Rows rows, FamilyCosts family)
    {
        var nodes = (AllowedIps: family.Nodes(Names.AllowedIps)!, Fib: family.Nodes(Names.Fib)!);
        var lines = (AllowedIps: family.Lines(Names.AllowedIps)!, Fib: family.Lines(Names.Fib)!);
        var text = $"<strong>IPv{family.Family}.</strong> A lookup visits {Link(rows, nodes.Fib)} nodes of the FIB, {Against(nodes)} of allowedips "
            + $"({Link(rows, nodes.AllowedIps)}), and touches {Link(rows, lines.Fib)} cache lines, {Against(lines)} there ({Link(rows, lines.AllowedIps)}); "
            + (family.Family == 4
                ? "an inner node of the FIB reads as many bits at once as its part of the table fills."
                : "on the way down no node is compared, and on the way up each with routes is, with the prefix that lies in a route.");
        var ratios = new[] { family.Ratio("independent"), family.Ratio("dependent") }.OfType<Figure>()
            .Select(ratio => $"{Markup.Value(rows, ratio, Scale.Ratio)} ({Words.Chain(ratio.Chain)})").ToList();
        return ratios.Count == 0 ? text : $"{text} It takes {Words.Join(ratios)} times as long.";
    }

    private static string Memory(Rows rows, FamilyCosts family)
    {
        if (family.Bytes(Names.Fib) is not { } attribute || family.Bytes(Names.AllowedIps) is not { } allowed)
            return "";
        var text = $"A prefix takes {Link(rows, attribute)} as a route that names its peer and {Link(rows, allowed)} in allowedips";
        if (family.Bytes(Names.PlainRoutes) is not { } plain || family.Bytes(Names.NexthopObjects) is not { } objects)
            return text + ".";
        var state = attribute.Value - plain.Value;
        return $"{text}; as a route to the device alone {Link(rows, plain)}, and by a nexthop object that names the peer {Link(rows, objects)}. "
            + (state >= 1
                ? $"To name a peer costs {Numbers.Digits(state, 3)} bytes a route, its own state; an object saves "
                    + $"{Numbers.Digits(attribute.Value - objects.Value, 3)}, the whole nexthop."
                : "To name a peer costs no route anything: routes of one peer share the structure that does.")
            + (family.Bytes(Names.SharedStates) is null ? "" : " What would help is measured under “What would help the IPv6 FIB”.");
    }

    private static string Missing(int family)
    {
        var other = family == 4 ? 6 : 4;
        return $"<p>This run is of IPv{family}. <code>bench --family {other}</code> gives IPv{other}’s side, and <code>report</code> with the folders of "
            + "both puts them on one page.</p>\n";
    }

    private static string Against((Figure AllowedIps, Figure Fib) pair)
    {
        var ratio = pair.Fib.Value / pair.AllowedIps.Value;
        return Math.Abs(ratio - 1) < Alike ? "about as many as" : $"{Numbers.Digits(ratio, 2)} times as many as";
    }

    private static string Link(Rows rows, Figure figure) =>
        Markup.Link(rows, figure, figure.Unit == "bytes" ? new Scale(1, "bytes") : Scale.For(figure.Unit, [figure.Value]));
}
