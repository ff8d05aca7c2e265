// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>Explains from the rows why the verdicts on IPv4 and IPv6 differ. The page of a run with one family explains only the verdict on
/// that family.</summary>
internal static class FamilySection
{
    /// <summary>Two counts that differ by less than this share are called about the same.</summary>
    private const double Alike = 0.1;

    /// <summary>Returns the section for a run of one family; empty if the rows do not compare both structures.</summary>
    public static Section Of(Rows rows, Html plot) => new("why", "Why", "Why IPv4 and IPv6 differ", Body(rows, FamilyCosts.Of(rows), plot));

    /// <summary>Returns the section for both families: the verdicts on both, the difference between the families, and the plot of this
    /// difference.</summary>
    public static Section OfBoth(Rows rows, IEnumerable<string> verdicts, Html plot)
    {
        var families = FamilyCosts.Of(rows);
        return new("families", "IPv4 and IPv6", "IPv4 and IPv6, and why they differ", $"""
            {Html.Concat(verdicts, verdict => $"<p class=\"headline\">{verdict}</p>\n")}<p>{Beside(rows, families[0], families[^1])} {Markup.BasisTag(Basis.Counted)}</p>
            {Body(rows, families, plot)}
            """);
    }

    private static Html Body(Rows rows, IReadOnlyList<FamilyCosts> families, Html plot) => Html.If(families.Count > 0, $"""
        {Html.Concat(families, family => $"<p>{Lookup(rows, family)} {Memory(rows, family)} {Markup.BasisTag(Basis.Counted)}</p>\n")}{
        // On a page of several runs, another part may show the other family.
        Html.If(families.Count == 1 && rows.Result.Runs.Count == 0, Missing(rows.Family))}{plot}
        """);

    private static Html Beside(Rows rows, FamilyCosts v4, FamilyCosts v6)
    {
        Html text = $"""
            A node of IPv6’s FIB reads one bit; a node of IPv4’s FIB reads several. An IPv6 lookup visits {Link(rows, v6.Nodes(Names.Fib)!)} nodes and touches
            {Link(rows, v6.Lines(Names.Fib)!)} cache lines. An IPv4 lookup visits {Link(rows, v4.Nodes(Names.Fib)!)} nodes and touches {Link(rows, v4.Lines(Names.Fib)!)} cache lines.
            allowedips is the same trie in both families.
            """;
        return v4.Bytes(Names.Fib) is not { } four || v6.Bytes(Names.Fib) is not { } six ? text : text.Append($"""
             In IPv6 a route that names a peer takes {Link(rows, six)}, because every route has a structure and a state of its own. In IPv4 such a route takes
            {Link(rows, four)}, because all routes of a peer share one structure and one state.
            """);
    }

    private static Html Lookup(Rows rows, FamilyCosts family)
    {
        var nodes = (AllowedIps: family.Nodes(Names.AllowedIps)!, Fib: family.Nodes(Names.Fib)!);
        var lines = (AllowedIps: family.Lines(Names.AllowedIps)!, Fib: family.Lines(Names.Fib)!);
        Html text = $"""
            <strong>IPv{family.Family}.</strong> A lookup in the FIB visits {Link(rows, nodes.Fib)} nodes, {Against(nodes)} in allowedips
            ({Link(rows, nodes.AllowedIps)}). The lookup touches {Link(rows, lines.Fib)} cache lines, {Against(lines)} in allowedips ({Link(rows, lines.AllowedIps)}). {(family.Family == 4
                ? "An inner node of the FIB reads more bits where the table is denser."
                : "The lookup compares no node on the way down. On the way up the lookup compares every node that has routes, and reads the prefix from the route.")}
            """;
        foreach (var ratio in new[] { family.Ratio(Chains.Independent), family.Ratio(Chains.Dependent) }.OfType<Figure>().Where(ratio => ratio.Flag.Length == 0))
            text.Append($" With {(ratio.Chain == Chains.Dependent ? "each key waiting for the last answer" : "independent keys")} it is {Markup.Speed(rows, ratio)}.");
        return text;
    }

    private static Html Memory(Rows rows, FamilyCosts family)
    {
        if (family.Bytes(Names.Fib) is not { } attribute || family.Bytes(Names.AllowedIps) is not { } allowed)
            return new Html();
        Html text = $"A prefix takes {Link(rows, attribute)} as a route that names its peer, and {Link(rows, allowed)} in allowedips.";
        if (family.Bytes(Names.PlainRoutes) is not { } plain || family.Bytes(Names.NexthopObjects) is not { } objects)
            return text;
        var state = attribute.Value - plain.Value;
        return text.Append($" A route to the device alone takes {Link(rows, plain)}, and a route through a nexthop object {Link(rows, objects)}. ").Append(state >= 1
            ? (Html)$"Naming the peer costs {Numbers.Digits(state, 3)} bytes per route, because each route has its own state. A nexthop object saves the route’s own nexthop, {Numbers.Digits(attribute.Value - objects.Value, 3)} bytes."
            : $"Naming the peer costs no memory per route: routes of one peer share the structure that names it.");
    }

    private static Html Missing(int family) => $"""
        <p>This run is of IPv{family}. <code>bench --family {(family == 4 ? 6 : 4)}</code> measures the other family, and <code>report</code> with both folders puts
        the two on one page.</p>

        """;

    private static string Against((Figure AllowedIps, Figure Fib) pair)
    {
        var ratio = pair.Fib.Value / pair.AllowedIps.Value;
        return Math.Abs(ratio - 1) < Alike ? "about as many as" : ratio > 1 ? $"{Numbers.Digits(ratio, 2)} times as many as" : $"{Phrases.Percent(1 - ratio)} fewer than";
    }

    /// <summary>Returns the unit of a cost per prefix or lookup. Bytes are not scaled.</summary>
    public static Scale ScaleOf(Figure figure) => figure.Unit == Units.Bytes ? new Scale(1, "bytes") : Scale.Of(figure);

    private static Html Link(Rows rows, Figure figure) => Markup.Link(rows, figure, ScaleOf(figure));
}
