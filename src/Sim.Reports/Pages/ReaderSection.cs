// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>The wrong answers to lookups during an update, and how long the answers stay wrong.</summary>
internal static class ReaderSection
{
    private static readonly (string Title, Metric[] Metrics)[] s_tables =
    [
        ("Longest time that a prefix was wrong, seen by readers", [Metrics.LongestGap]),
        ("Longest time that a prefix was wrong: number of operations × their mean time", [Metrics.SimulatedGap]),
    ];

    /// <summary>The tables below the times. Most of their values are 0, so these tables are folded.</summary>
    private static readonly (string Title, Metric[] Metrics)[] s_folded =
    [
        ("Share of lookups during the update that were wrong", [Metrics.WrongRatio]),
        ("Largest number of trie operations for which a prefix had no peer", [Metrics.StepsNone]),
        ("Largest number of trie operations for which a prefix led to a wrong peer", [Metrics.StepsOther]),
        ("Prefixes that were wrong after some operation", [Metrics.PrefixesHit]),
        ("Lookups during the update", [Metrics.ReaderLookups]),
        ("The update itself", [Metrics.TrieSteps, Metrics.Time, Metrics.TimeBesideReaders]),
    ];

    /// <summary>The counts of wrong lookups, and of prefixes with wrong lookups.</summary>
    private static readonly Metric[] s_wrong = [Metrics.WrongNone, Metrics.WrongOther, Metrics.PrefixesHit];

    public static Section Of(ChurnView view) => new("reader", "Readers", "What packets see during an update", Html.If(view.Has(Experiment.Reader), $"""
        {Html.Concat(Sentences(view), sentence => $"<p>{sentence}</p>\n")}
        <p>Reader threads look up addresses while the writer makes the update, with RCU as in the kernel. During the update the old peer and the new peer are both
        right. A prefix that does not change has only one right peer. A time runs from the start of a prefix’s first wrong lookup to the end of its last. The
        same update is also made step by step: after each operation of the trie, a fixed sample of the prefixes is looked up, and those counts are exact. The
        update concerns the peer with the most prefixes: one of its prefixes moves to another peer, one is withdrawn, all move to another peer, or its whole set is sent again. AllowedIPs send the set with REPLACE; other schemes replace each route by the same route. Columns name the prefixes that were looked up: those that <em>changed</em>,
        those that the peer <em>kept</em>, and those of <em>other</em> peers.</p>
        {Html.Concat(s_tables, table => Table(view, table.Title, table.Metrics))}{Html.Concat(s_folded, table => Folded(view, table.Title, table.Metrics))}
        """));

    private static IEnumerable<Figure> ReaderFigures(ChurnView view) =>
        view.Figures.Where(f => f.Experiment == Experiment.Reader && f.Scheme.Length > 0 && double.IsFinite(f.Value));

    private static IEnumerable<Html> Sentences(ChurnView view)
    {
        var wrong = view.Reader(Metrics.WrongRatio, KeyPatterns.Kept).Where(f => f.Operation == Operations.Delete && f.Value > 0).MaxBy(f => f.Value);
        Figure? Beside(Metric metric) => wrong is null ? null
            : view.Reader(metric, KeyPatterns.Kept).FirstOrDefault(f => f.Operation == Operations.Delete && f.Scheme == wrong.Scheme);
        if (wrong is not null && Beside(Metrics.LongestGap) is { } gap)
        {
            Html text = $"""
                Under {wrong.Scheme}, withdrawing one prefix of a peer disturbs all other prefixes of that peer. During the update
                {Markup.Link(view.Rows, wrong, string.Create(CultureInfo.InvariantCulture, $"{100 * wrong.Value:0.##}%"))} of the lookups of these prefixes were wrong, and one prefix was
                wrong for {Markup.Value(view.Rows, gap)}.
                """;
            if (Beside(Metrics.StepsNone) is { } none)
                text.Append($" Step by step, one prefix had no peer for {Markup.Value(view.Rows, none)} operations of the trie.");
            if (Beside(Metrics.SimulatedGap) is { } alone)
                text.Append($" If nothing else slows the writer down, these operations take {Markup.Value(view.Rows, alone)} {Markup.BasisTag(alone.Basis)}.");
            yield return text;
        }

        var single = ReaderFigures(view).Where(f => f.Operation != Operations.Replace).ToList();
        var harmless = view.Schemes.Where(scheme => single.Exists(f => f.Scheme == scheme)
            && single.TrueForAll(f => f.Scheme != scheme || !s_wrong.Contains(f.Metric) || f.Value == 0)).ToList();
        if (harmless.Count == 0)
            yield break;
        var lookups = single.Where(f => f.Metric == Metrics.ReaderLookups && harmless.Contains(f.Scheme)).Sum(f => f.Value);
        yield return $"""
            {Words.Join(harmless)} gave no wrong answer in {Numbers.Show(lookups)} lookups during a move, a withdrawal and the loss of a peer, and none after any operation of the trie.
            """;
    }

    private static Html Folded(ChurnView view, string title, Metric[] metrics) => Table(view, title, metrics) is { IsEmpty: false } table
        ? $"<details><summary>{title}</summary>\n{table}</details>\n" : new Html();

    private static Html Table(ChurnView view, string title, Metric[] metrics) => Markup.Matrix(
        view.Rows, title, "scheme", ReaderFigures(view).Where(f => metrics.Contains(f.Metric)), f => f.Scheme, scheme => scheme,
        f => (f.Operation, f.Keys, Metric: f.Keys.Length == 0 ? f.Metric : null),
        column => $"{Words.ReaderOperation(column.Operation)}: {column.Metric?.Words ?? column.Keys}");
}
