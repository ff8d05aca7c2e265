// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>Divides the gain of the route attribute into the part that a better structure behind AllowedIPs would bring without a new uapi,
/// and the parts that need the uapi.</summary>
internal static class TrieSection
{
    public static Section OfBench(Rows rows, IReadOnlyList<Waterfall> falls, Html plots) => Of(rows, falls, plots, isBench: true, $"""
        A level of several rows is a sum, and is labelled modelled: each lookup was measured with the caches to itself. In times, dropping the second lookup and dropping its
        table are one step here; <code>churn</code> measures them apart. A move of a prefix to another peer changes only AllowedIPs today, and the route with the attribute.
        """, $"<code>bench --family {rows.Family} --schemes all</code>");

    public static Section OfChurn(Rows rows, IReadOnlyList<Waterfall> falls, Html plots) => Of(rows, falls, plots, isBench: false, $"""
        Today’s level and the route attribute are measured, with all structures of a scheme in the caches. The what-ifs run with a default route, so a level with a what-if and a
        route per prefix is computed, and labelled modelled: today’s level, less the part of allowedips, plus the part of the what-if.
        """, $"<code>churn --family {rows.Family}</code> with <code>--schemes remove-me,route,lc-trie,multibit-trie,poptrie,{(rows.Family == 4 ? "dir-24-8" : "shared-states,level-compression")}</code>");

    private static Section Of(Rows rows, IReadOnlyList<Waterfall> falls, Html plots, bool isBench, Html method, Html command) => new(
        "trie-or-idea", "Trie or idea", "Is it the trie or the idea?", Html.If(falls.Count > 0, $"""
            <p class="headline">{Headline(rows.Family, falls)}</p>
            <p>Each plot starts at today’s AllowedIPs and falls to the route attribute. A better structure behind AllowedIPs keeps WireGuard’s interface, so it needs no new
            uapi. Each plot takes the measured what-if with the least cost, so no single structure need reach all levels. The steps after it need the uapi of the attribute. If two
            steps would bring the same gain, it counts for the first. {method}</p>
            {Html.Concat(Missing(falls, command, isBench ? rows.Family : null), sentence => $"<p>{sentence}</p>\n")}{plots}{Table(rows, falls)}
            """));

    /// <summary>Returns a sentence for each kind of step that the run lacks. Only a bench, which has a family here, can measure the limit and a
    /// receive cache.</summary>
    private static IEnumerable<Html> Missing(IReadOnlyList<Waterfall> falls, Html command, int? family)
    {
        if (falls.Any(LacksStructure))
            yield return $"The step of a better structure is missing where no what-if was measured. {command} measures them.";
        if (family is not { } own)
            yield break;
        if (!falls.Any(fall => fall.Limit is not null && !fall.Cost.IsAmount))
            yield return $"The limit is missing: the time of a lookup’s cache lines alone. <code>bench --family {own} --limit</code> measures it.";
        if (!falls.Any(fall => fall.Cost == WaterfallCost.Train))
            yield return $"A receive cache is missing. <code>bench --family {own} --receive-cache</code> measures it, for packets that come in trains.";
    }

    /// <summary>Returns the verdict on a family: for each cost, the share of the gain that needs no new uapi.</summary>
    public static string Headline(int family, IReadOnlyList<Waterfall> falls)
    {
        string Sentence(string start, Func<Waterfall, bool> where, Func<Waterfall, string> words) =>
            falls.Where(where).Select(words).ToList() is { Count: > 0 } parts ? $"{start} {Words.Join(parts)}." : "";
        string[] sentences =
        [
            Sentence($"In IPv{family} a better structure alone, without a new uapi, would bring these parts of the route attribute’s gain:",
                fall => fall.Share is not null, fall => $"{Part(fall.Share!.Value)} for {fall.Cost.Each}"),
            Sentence($"In IPv{family} the route attribute gains nothing for", fall => fall.Open.Length == 0 && !Gains(fall), fall => fall.Cost.Each),
            Sentence($"In IPv{family} no what-if was measured, so the part that needs no new uapi is unknown for",
                fall => fall.Open.Length == 0 && Gains(fall) && LacksStructure(fall), fall => fall.Cost.Each),
            Sentence("No verdict on", fall => fall.Open.Length > 0, fall => $"{fall.Cost.Each} ({fall.Open})"),
        ];
        return string.Join(' ', sentences.Where(sentence => sentence.Length > 0));
    }

    private static bool LacksStructure(Waterfall fall) => fall.Better is null && fall.Cost != WaterfallCost.Train;

    private static bool Gains(Waterfall fall) => fall.Attribute.Value < fall.Today.Value;

    private static string Part(double share) => share >= 1 ? "all" : share <= 0 ? "nothing" : Phrases.Percent(share);

    private static Html Table(Rows rows, IReadOnlyList<Waterfall> falls) => Markup.Table(
        "The levels and the rows they are computed from", Markup.Head(1, ["level", "value", "less than the level before", "needs", "rows", ""]),
        Html.Concat(falls, fall => Markup.Group(6, Words.Capital(fall.Cost.Words), [Line(rows, fall, fall.Today, null), .. fall.Steps.Select(step => Line(rows, fall, step.Level, step.Gain))])),
        "costs");

    private static Html Line(Rows rows, Waterfall fall, Level level, double? gain) => Markup.Row(level.Step,
    [
        $"{fall.Scale.Show(level.Value)}", gain is { } less ? (Html)$"{fall.ShowGain(less)}" : null, Needs(level.Kind) is { } needs ? (Html)$"{needs}" : null,
        Sum(rows, fall, level), Markup.BasisTag(level.Basis),
    ]);

    private static string? Needs(StepKind kind) => kind switch
    {
        StepKind.Structure => "no new uapi",
        StepKind.Attribute => "a new uapi",
        StepKind.Further => "no further uapi",
        _ => null,
    };

    private static Html Sum(Rows rows, Waterfall fall, Level level) => Html.Join(" ",
    [
        .. level.Plus.Index().Select(row => (Html)$"{(row.Index > 0 ? "+ " : "")}{Term(rows, fall, row.Item)}"),
        .. level.Minus.Select(row => (Html)$"− {Term(rows, fall, row)}"),
    ]);

    /// <summary>Returns a row's value with a link, and the words that tell the row from the other rows of the level.</summary>
    private static Html Term(Rows rows, Waterfall fall, Figure row) =>
        $"{Markup.Link(rows, row, fall.Scale)} ({Words.Listed(row.Structure is "" or Names.AllStructures ? row.Scheme : row.Structure, row.Operation.Length > 0 ? Words.Operation(row.Operation) : "")})";
}
