// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>Two structures that would help the IPv6 FIB, compared with the kernel’s own FIB. No kernel has the two structures.</summary>
internal static class WhatIfSection
{
    private static readonly (string Structure, string Title)[] s_structures =
    [
        (Names.Fib, "the kernel’s FIB"), (Names.SharedStates, "what if: shared states"), (Names.LevelCompression, "what if: level compression"),
    ];

    /// <summary>The costs in the order of the columns. Counts come first, then ratios of times to the times of the kernel's FIB.</summary>
    private static readonly (string Title, Func<FamilyCosts, string, Figure?> Row)[] s_columns =
    [
        ("bytes per prefix", (costs, structure) => costs.Bytes(structure)),
        ("nodes a lookup visits", (costs, structure) => costs.Nodes(structure)),
        ("cache lines it touches", (costs, structure) => costs.Lines(structure)),
        ("lookups, independent", (costs, structure) => costs.Ratio(Chains.Independent, OverFib(structure))),
        ("lookups, dependent", (costs, structure) => costs.Ratio(Chains.Dependent, OverFib(structure))),
        ("insert", (costs, structure) => costs.UpdateRatio(Operations.Insert, OverFib(structure))),
        ("delete", (costs, structure) => costs.UpdateRatio(Operations.Delete, OverFib(structure))),
        ("move to another peer", (costs, structure) => costs.UpdateRatio(Operations.Move, OverFib(structure))),
    ];

    public static Section Of(Rows rows) => new("what-if", "What would help", "What would help the IPv6 FIB", Html.Concat(Costs(rows), costs => $"""
        <p>{Sentences(rows, costs)}</p>
        <p>No kernel has either structure. The port shows the effect of each structure alone. <strong>Shared states:</strong> routes through nexthops of their own
        share one state if they name the same peer, as IPv4’s routes do through their fib_info. <strong>Level compression:</strong> today’s routes are kept in the trie of IPv4’s FIB, with keys of 128 bits, instead of the binary tree. Ratios compare times, interleaved (A B B A) with the
        kernel’s FIB. Addresses to look up are spread over the prefixes.</p>
        {Table(rows, costs)}
        """));

    private static IEnumerable<FamilyCosts> Costs(Rows rows) => FamilyCosts.Of(rows).Where(costs => costs.Bytes(Names.LevelCompression) is not null);

    private static string OverFib(string structure) => $"{structure}/{Names.Fib}";

    private static Html Sentences(Rows rows, FamilyCosts costs)
    {
        var text = new Html();
        if (costs.Bytes(Names.Fib) is { } today && costs.Bytes(Names.SharedStates) is { } shared)
        {
            text.Append($"""
                If routes of one peer shared one state, a prefix would take {Link(rows, shared)} instead of {Link(rows, today)},
                {Numbers.Digits(today.Value - shared.Value, 3)} bytes less.
                """);
        }

        if (costs.Nodes(Names.Fib) is not { } nodes || costs.Nodes(Names.LevelCompression) is not { } fewer || costs.Bytes(Names.LevelCompression) is not { } bytes)
            return text;
        text.Append($" On IPv4’s trie a lookup would visit {Link(rows, fewer)} nodes instead of {Link(rows, nodes)}, and a prefix would take {Link(rows, bytes)}.");
        return costs.Ratio(Chains.Dependent, OverFib(Names.LevelCompression)) is not { Flag: "" } ratio ? text
            : text.Append($" A lookup would be {Markup.Speed(rows, ratio)}.");
    }

    private static Html Table(Rows rows, FamilyCosts costs)
    {
        var lines = s_structures.Select(structure => (structure.Title, Figures: s_columns.Select(column => column.Row(costs, structure.Structure)).ToList())).ToList();
        return Markup.Costs(
            "IPv6: bytes and counts, and times as ratios to the kernel’s FIB", ["", .. s_columns.Select(column => column.Title)],
            lines.Select(line => Markup.Row(line.Title, line.Figures.Select(f => Markup.Value(rows, f, f is null ? null : FamilySection.ScaleOf(f))))),
            lines.SelectMany(line => line.Figures.OfType<Figure>()));
    }

    private static Html Link(Rows rows, Figure figure) => Markup.Link(rows, figure, FamilySection.ScaleOf(figure));
}
