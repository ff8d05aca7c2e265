// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>The plot that shows why IPv4 and IPv6 differ: three counts, with one family below the other.</summary>
internal static class FamilyPlot
{
    public const string Name = "families";

    private static readonly string[] s_looked = [.. Names.Structures, Names.LevelCompression];

    private static readonly string[] s_forms = [.. Names.Structures, Names.PlainRoutes, Names.NexthopObjects, Names.SharedStates, Names.LevelCompression];

    public static PlotSpec? For(Rows rows)
    {
        var families = FamilyCosts.Of(rows);
        if (families.Count == 0)
            return null;
        (string Label, string[] Structures, Func<FamilyCosts, string, Figure?> Row)[] counts =
        [
            ("nodes per lookup", s_looked, (family, structure) => family.Nodes(structure)),
            ("cache lines per lookup", s_looked, (family, structure) => family.Lines(structure)),
            ("bytes per prefix", s_forms, (family, structure) => family.Bytes(structure)),
        ];
        var drawn = counts.SelectMany(count => families.Select(family => (Label: $"{count.Label}, IPv{family.Family}",
            Figures: count.Structures.Select(structure => count.Row(family, structure)).OfType<Figure>().ToList()))).Where(group => group.Figures.Count > 0).ToList();
        return new(Name, "How much does a lookup read, and how much memory does a prefix take?", Reading(families), drawn.SelectMany(group => group.Figures).Bases(),
            new MarkChart
            {
                ValueLabel = "nodes, cache lines of 64 bytes, or bytes", Log = true,
                Groups = [.. drawn.Select(group => new MarkGroup(group.Label, [.. group.Figures.Select(Mark)]))],
            });
    }

    private static string Reading(IReadOnlyList<FamilyCosts> families) =>
        string.Join(' ', families.Select(family =>
            $"Compared with allowedips, an IPv{family.Family} lookup in the FIB visits {Share(family.Nodes)} nodes and touches {Share(family.Lines)} cache lines."));

    private static string Share(Func<string, Figure?> row) => (row(Names.Fib)!.Value / row(Names.AllowedIps)!.Value) switch
    {
        < 1 and var ratio => $"{Phrases.Percent(1 - ratio)} fewer",
        > 2 and var ratio => $"{Numbers.Digits(ratio, 2)} times as many",
        > 1 and var ratio => $"{Phrases.Percent(ratio - 1)} more",
        _ => "as many",
    };

    private static Mark Mark(Figure f) =>
        new(PlotSet.Series(f), f.Value, f.Range.Low > 0 ? f.Range.Low : f.Value, f.Range.High, $"{f.Structure} {Numbers.Digits(f.Value, 3)}");
}
