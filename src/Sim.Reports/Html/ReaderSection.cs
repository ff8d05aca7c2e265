// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>What lookups beside an update found: no peer, a wrong one, and for how long.</summary>
internal static class ReaderSection
{
    private static readonly (string Metric, string Title)[] s_tables =
    [
        ("gap-longest", "Longest time that a prefix was wrong, seen by readers"),
        ("gap-simulated", "Longest time that a prefix was wrong, at the update’s mean time for an operation"),
    ];

    /// <summary>What these times are made of: most of it is noughts, and is folded.</summary>
    private static readonly (string Metric, string Title)[] s_folded =
    [
        ("wrong-ratio", "Share of lookups during the update that were wrong"),
        ("steps-none", "Most operations of the trie for which a prefix had no peer"),
        ("steps-other", "Most operations for which it led to a peer that has it neither before nor after"),
        ("prefixes-hit", "Prefixes that were wrong after some operation"),
        ("lookups", "Lookups during the update"),
    ];

    /// <summary>The section; nothing where the run has no such rows.</summary>
    public static void Append(StringBuilder html, ChurnView view)
    {
        if (!view.Has("reader"))
            return;
        html.Append("""
            <section id="reader">
            <h2>What packets see of an update</h2>

            """);
        foreach (var sentence in Sentences(view))
            html.Append($"<p>{sentence}</p>\n");
        html.Append("""
            <p>Threads look up while another makes the update, with RCU between them as in the kernel. An answer is right while the
            update is under way if it is the peer of before or of after; for what does not change the two are one. A time is from the
            beginning of a prefix’s first wrong lookup to the end of its last. The same update is also taken apart: after each
            operation of the trie a sample of the prefixes, drawn once, is looked up; those counts are exact. The update is of the
            peer with the most prefixes: one of its prefixes moves to another peer, one goes, all move to one other peer, or the whole
            set is sent again: by REPLACE where AllowedIPs bind, as routes in the place of routes elsewhere. Columns name whose
            prefixes were looked up: those that are <em>changed</em>, those that the same peer has <em>kept</em>, and
            <em>others</em>, of other peers.</p>

            """);
        foreach (var (metric, title) in s_tables)
            AppendTable(html, view, title, metric);
        foreach (var (metric, title) in s_folded)
            AppendFolded(html, view, title, metric);
        AppendFolded(html, view, "The update itself", "steps", "time", "time-beside-readers");
        html.Append("</section>\n");
    }

    private static IEnumerable<Figure> ReaderFigures(ChurnView view) =>
        view.Figures.Where(f => f.Experiment == "reader" && f.Scheme.Length > 0 && double.IsFinite(f.Value));

    private static IEnumerable<string> Sentences(ChurnView view)
    {
        var wrong = view.Reader("wrong-ratio", "kept").Where(f => f.Operation == "delete" && f.Value > 0).MaxBy(f => f.Value);
        Figure? Beside(string metric) => wrong is null ? null
            : view.Reader(metric, "kept").FirstOrDefault(f => f.Operation == "delete" && f.Scheme == wrong.Scheme);
        if (wrong is not null && Beside("gap-longest") is { } gap)
        {
            var steps = Beside("steps-none") is { } none ? $"; step by step, {ChurnSection.Link(view, none)} operations of the trie without a peer" : "";
            if (Beside("gap-simulated") is { } alone)
                steps += $", or {ChurnSection.Link(view, alone)} where nothing else slows the writer down {Markup.BasisTag(alone.Basis)}";
            yield return $"Under {Markup.Text(wrong.Scheme)}, taking one prefix from a peer disturbs all the others that it has: of the lookups of "
                + $"these during the update a share of {ChurnSection.Link(view, wrong)} was wrong, and one prefix was so for {ChurnSection.Link(view, gap)}{steps}.";
        }

        var single = ReaderFigures(view).Where(f => f.Operation != "replace").ToList();
        var harmless = view.Schemes.Where(scheme => single.Exists(f => f.Scheme == scheme)
            && single.TrueForAll(f => f.Scheme != scheme || f.Metric is not ("wrong-none" or "wrong-other" or "prefixes-hit") || f.Value == 0)).ToList();
        if (harmless.Count == 0)
            yield break;
        var lookups = single.Where(f => f.Metric == "lookups" && harmless.Contains(f.Scheme)).Sum(f => f.Value);
        yield return $"Of {Numbers.Show(lookups)} lookups beside a move, a removal and the loss of a peer, none was wrong under "
            + $"{Words.Join([.. harmless.Select(Markup.Text)])}, and no sampled prefix was after any operation of the trie.";
    }

    private static void AppendFolded(StringBuilder html, ChurnView view, string title, params string[] metrics)
    {
        var table = new StringBuilder();
        AppendTable(table, view, title, metrics);
        if (table.Length > 0)
            html.Append($"<details><summary>{Markup.Text(title)}</summary>\n").Append(table).Append("</details>\n");
    }

    private static void AppendTable(StringBuilder html, ChurnView view, string title, params string[] metrics)
    {
        var rows = ReaderFigures(view).Where(f => Array.IndexOf(metrics, f.Metric) >= 0).ToList();
        if (rows.Count == 0)
            return;
        var columns = rows.Select(f => (f.Operation, f.Keys, Metric: f.Keys.Length == 0 ? f.Metric : "")).Distinct().ToList();
        var body = new StringBuilder("<tbody>\n");
        foreach (var scheme in rows.Select(f => f.Scheme).Distinct())
        {
            body.Append($"<tr><th scope=\"row\">{Markup.Text(scheme)}</th>");
            foreach (var (operation, keys, metric) in columns)
            {
                var figure = rows.Find(f => f.Scheme == scheme && f.Operation == operation && f.Keys == keys && (metric.Length == 0 || f.Metric == metric));
                body.Append(figure is null ? "<td>–</td>" : $"<td>{ChurnSection.Link(view, figure)}</td>");
            }

            body.Append("</tr>\n");
        }

        var heads = columns.Select(column => $"{Words.ReaderOperation(column.Operation)}: {(column.Metric.Length == 0 ? column.Keys : Words.Metric(column.Metric))}");
        html.Append(Markup.Table(title, Markup.Head(1, ["scheme", .. heads]), body.Append("</tbody>").ToString(), "costs", Markup.BasisTags(rows)));
    }
}
