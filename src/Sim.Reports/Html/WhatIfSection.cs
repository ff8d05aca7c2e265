// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>What would help the IPv6 FIB: structures that no kernel has, beside the one that it has, in the same run.</summary>
internal static class WhatIfSection
{
    private static readonly (string Structure, string Title)[] s_structures =
    [
        (Names.Fib, "the kernel’s FIB"), (Names.SharedStates, "what if: shared states"), (Names.LevelCompression, "what if: level compression"),
    ];

    /// <summary>Costs in the order of the columns: counts first, then ratios of times to those of the kernel's FIB.</summary>
    private static readonly (string Title, Func<FamilyCosts, string, Figure?> Row)[] s_columns =
    [
        ("bytes a prefix", (costs, structure) => costs.Bytes(structure)),
        ("nodes a lookup visits", (costs, structure) => costs.Nodes(structure)),
        ("cache lines it touches", (costs, structure) => costs.Lines(structure)),
        ("lookups, independent", (costs, structure) => costs.Ratio("independent", OverFib(structure))),
        ("lookups, dependent", (costs, structure) => costs.Ratio("dependent", OverFib(structure))),
        ("insert", (costs, structure) => costs.UpdateRatio("insert", OverFib(structure))),
        ("delete", (costs, structure) => costs.UpdateRatio("delete", OverFib(structure))),
        ("move to another peer", (costs, structure) => costs.UpdateRatio("move", OverFib(structure))),
    ];

    public static bool Has(Rows rows) => Costs(rows).Any();

    /// <summary>Nothing where the run has no such structure.</summary>
    public static void Append(StringBuilder html, Rows rows)
    {
        foreach (var costs in Costs(rows))
        {
            html.Append("<section id=\"what-if\">\n<h2>What would help the IPv6 FIB</h2>\n");
            html.Append($"<p>{Sentences(rows, costs)}</p>\n");
            html.Append("""
                <p>No kernel has either: the port shows what they would change, each alone. <strong>Shared states:</strong> routes through nexthops of their
                own that name the same peer have one state, as IPv4’s have through their fib_info. <strong>Level compression:</strong> routes as they are
                hang off the trie of IPv4’s FIB, with keys of 128 bits, in place of the binary tree. Ratios are of times, in turns (A B B A) with the
                kernel’s FIB; lookups are of addresses spread over the prefixes.</p>

                """);
            html.Append(Table(rows, costs)).Append("</section>\n");
        }
    }

    private static IEnumerable<FamilyCosts> Costs(Rows rows) => FamilyCosts.Of(rows).Where(costs => costs.Bytes(Names.LevelCompression) is not null);

    private static string OverFib(string structure) => $"{structure}/{Names.Fib}";

    private static string Sentences(Rows rows, FamilyCosts costs)
    {
        var text = "";
        if (costs.Bytes(Names.Fib) is { } today && costs.Bytes(Names.SharedStates) is { } shared)
        {
            text = $"If routes of one peer shared its state, a prefix would take {Link(rows, shared)}, "
                + $"{Numbers.Digits(today.Value - shared.Value, 3)} less than now ({Link(rows, today)}).";
        }

        if (costs.Nodes(Names.Fib) is { } nodes && costs.Nodes(Names.LevelCompression) is { } fewer && costs.Bytes(Names.LevelCompression) is { } bytes)
        {
            text += $" On IPv4’s trie a lookup would visit {Link(rows, fewer)} nodes in place of {Link(rows, nodes)}, and a prefix would take {Link(rows, bytes)}.";
            if (costs.Ratio("dependent", OverFib(Names.LevelCompression)) is { } ratio)
                text += $" A lookup would take {Markup.Value(rows, ratio, Scale.Ratio)} times as long.";
        }

        return text.TrimStart();
    }

    private static string Table(Rows rows, FamilyCosts costs)
    {
        var shown = new List<Figure>();
        var body = new StringBuilder("<tbody>\n");
        foreach (var (structure, title) in s_structures)
        {
            body.Append($"<tr><th scope=\"row\">{Markup.Text(title)}</th>");
            foreach (var (_, row) in s_columns)
            {
                var figure = row(costs, structure);
                if (figure is not null)
                    shown.Add(figure);
                body.Append(figure is null ? "<td>–</td>" : $"<td>{Markup.Value(rows, figure, ScaleOf(figure))}</td>");
            }

            body.Append("</tr>\n");
        }

        return Markup.Table(
            "IPv6: bytes and counts, and times as ratios to the kernel’s FIB", Markup.Head(1, ["", .. s_columns.Select(column => column.Title)]),
            body.Append("</tbody>").ToString(), "costs", Markup.BasisTags(shown));
    }

    private static string Link(Rows rows, Figure figure) => Markup.Link(rows, figure, ScaleOf(figure));

    private static Scale ScaleOf(Figure figure) => figure.Unit == "bytes" ? new Scale(1, "bytes") : Scale.For(figure.Unit, [figure.Value]);
}
