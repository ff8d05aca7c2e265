// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Pages;

/// <summary>The answers to lookups during an update: no peer, a wrong one, and for how long.</summary>
internal static class ReaderSection
{
    private static readonly (string Metric, string Title)[] s_tables =
    [
        ("gap-longest", "Longest time that a prefix was wrong, seen by readers"),
        ("gap-simulated", "Longest time that a prefix was wrong, at the update’s mean time for an operation"),
    ];

    /// <summary>Behind these times; most of it is zeros, and is folded.</summary>
    private static readonly (string Title, string[] Metrics)[] s_folded =
    [
        ("Share of lookups during the update that were wrong", ["wrong-ratio"]),
        ("Most operations of the trie for which a prefix had no peer", ["steps-none"]),
        ("Most operations for which it led to a peer that has it neither before nor after", ["steps-other"]),
        ("Prefixes that were wrong after some operation", ["prefixes-hit"]),
        ("Lookups during the update", ["lookups"]),
        ("The update itself", ["steps", "time", "time-beside-readers"]),
    ];

    /// <summary>The section; empty where the run has no such rows.</summary>
    public static Section Of(ChurnView view) => new("reader", "Readers", "What packets see during an update", Html.If(view.Has("reader"), $"""
        {Html.Concat(Sentences(view), sentence => $"<p>{sentence}</p>\n")}
        <p>Reader threads look up addresses while the writer makes the update, with RCU as in the kernel. During the update the old peer and the new peer are both
        right. A prefix that does not change has only one right peer. A time runs from the start of a prefix’s first wrong lookup to the end of its last. The same
        update is also taken apart: after each operation of the trie, a fixed sample of the prefixes is looked up, and those counts are exact. The update concerns the peer with the
        most prefixes: one of its prefixes moves to another peer, one is withdrawn, all move to another peer, or its whole set is sent again. AllowedIPs send the
        set with REPLACE; other schemes send routes that replace routes. Columns name the prefixes that were looked up: those that <em>changed</em>,
        those that the peer <em>kept</em>, and those of <em>other</em> peers.</p>
        {Html.Concat(s_tables, table => Table(view, table.Title, table.Metric))}{Html.Concat(s_folded, table => Folded(view, table.Title, table.Metrics))}
        """));

    private static IEnumerable<Figure> ReaderFigures(ChurnView view) =>
        view.Figures.Where(f => f.Experiment == "reader" && f.Scheme.Length > 0 && double.IsFinite(f.Value));

    private static IEnumerable<Html> Sentences(ChurnView view)
    {
        var wrong = view.Reader("wrong-ratio", "kept").Where(f => f.Operation == "delete" && f.Value > 0).MaxBy(f => f.Value);
        Figure? Beside(string metric) => wrong is null ? null
            : view.Reader(metric, "kept").FirstOrDefault(f => f.Operation == "delete" && f.Scheme == wrong.Scheme);
        if (wrong is not null && Beside("gap-longest") is { } gap)
        {
            Html text = $"""
                Under {wrong.Scheme}, withdrawing one prefix of a peer disturbs all its others. A share of {ChurnSection.Link(view, wrong)} of their lookups during the update was wrong,
                and one prefix was wrong for {ChurnSection.Link(view, gap)}.
                """;
            if (Beside("steps-none") is { } none)
                text.Append($" Step by step, it had no peer for {ChurnSection.Link(view, none)} operations of the trie.");
            if (Beside("gap-simulated") is { } alone)
                text.Append($" If nothing else slows the writer down, they take {ChurnSection.Link(view, alone)} {Markup.BasisTag(alone.Basis)}.");
            yield return text;
        }

        var single = ReaderFigures(view).Where(f => f.Operation != "replace").ToList();
        var harmless = view.Schemes.Where(scheme => single.Exists(f => f.Scheme == scheme)
            && single.TrueForAll(f => f.Scheme != scheme || f.Metric is not ("wrong-none" or "wrong-other" or "prefixes-hit") || f.Value == 0)).ToList();
        if (harmless.Count == 0)
            yield break;
        var lookups = single.Where(f => f.Metric == "lookups" && harmless.Contains(f.Scheme)).Sum(f => f.Value);
        yield return $"""
            {Words.Join(harmless)} gave no wrong answer in {Numbers.Show(lookups)} lookups during a move, a withdrawal and the loss of a peer, and none after any operation of the trie.
            """;
    }

    private static Html Folded(ChurnView view, string title, string[] metrics) => Table(view, title, metrics) is { IsEmpty: false } table
        ? $"<details><summary>{title}</summary>\n{table}</details>\n" : new Html();

    private static Html Table(ChurnView view, string title, params string[] metrics)
    {
        var rows = ReaderFigures(view).Where(f => Array.IndexOf(metrics, f.Metric) >= 0).ToList();
        var columns = rows.Select(f => (f.Operation, f.Keys, Metric: f.Keys.Length == 0 ? f.Metric : "")).Distinct().ToList();
        var heads = columns.Select(column => $"{Words.ReaderOperation(column.Operation)}: {(column.Metric.Length == 0 ? column.Keys : Words.Metric(column.Metric))}");
        var lines = rows.Select(f => f.Scheme).Distinct().Select(scheme => Markup.Row(scheme, columns.Select(column => rows.Find(f =>
            f.Scheme == scheme && f.Operation == column.Operation && f.Keys == column.Keys && (column.Metric.Length == 0 || f.Metric == column.Metric))
            is { } figure ? ChurnSection.Link(view, figure) : null)));
        return Html.If(rows.Count > 0, Markup.Table(title, Markup.Head(1, ["scheme", .. heads]), Markup.Body(lines), "costs", Markup.BasisTags(rows)));
    }
}
