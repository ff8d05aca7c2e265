// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>The answer: a few sentences and one table, all computed from the rows.</summary>
internal static class AnswerSection
{
    private const int MostWarnings = 5;

    public static void Append(StringBuilder html, Rows rows, Verdict verdict)
    {
        html.Append($"""
            <section id="answer">
            <h2>The answer</h2>
            <p class="headline">{Markup.Text(verdict.Headline())}</p>
            <ul>

            """);
        foreach (var area in verdict.Areas)
            html.Append($"<li>{Markup.Text(verdict.Sentence(area))} {Tags(area)}</li>\n");
        html.Append("</ul>\n");
        AppendWarnings(html, rows.Result);
        html.Append(CacheFit.Of(rows));
        AppendTable(html, rows, verdict);
        AppendBesides(html, rows);
        html.Append("""
            <p>Memory is the kernel’s, counted as the kernel would allocate it. Times are of the same algorithms on the same
            layout of nodes in user space, without locks and without the rest of the packet’s path: read the ratios, not the
            nanoseconds. A lookup in allowedips takes a reference to the peer and drops it, as wg_xmit does; one in the FIB takes
            none, as on the data path, and is of one table, without policy rules. Every change includes freeing what it replaced, its grace period ending at once. A measured difference is called one only where the quartiles of the ratio lie clear of what allowedips
            shows against itself (A/A), and where two passes apart in time agree. Both tell of noise inside the run only: on a shared machine,
            repeat the run.</p>
            </section>

            """);
    }

    /// <summary>AllowedIPs alone forward nothing: the routes to the device are held besides them.</summary>
    private static void AppendBesides(StringBuilder html, Rows rows)
    {
        if (rows.Of("memory", "page-bytes", Names.Both).FirstOrDefault() is not { } both)
            return;
        html.Append($"""
            <p>AllowedIPs say which peer gets a packet; a route must still bring it to the device. One default route adds
            nothing to the figures above. A daemon that also puts every prefix into the routing table holds both structures:
            {Markup.Value(rows, both, Scale.For(both.Unit, [both.Value]))} in pages {Markup.BasisTag(both.Basis)}, where the route attribute needs the routes alone.</p>

            """);
    }

    private static string Tags(Area area) =>
        string.Join(' ', area.Cases.Select(c => c.Basis).Distinct().Order().Select(Markup.BasisTag));

    /// <summary>The first warnings, where the reader cannot miss them; nothing where there is none.</summary>
    public static void AppendWarnings(StringBuilder html, RunResult result)
    {
        if (result.Warnings.Count == 0)
            return;
        html.Append("""<div class="warnings" role="note"><strong>Before you rely on this run</strong><ul>""");
        foreach (var warning in result.Warnings.Take(MostWarnings))
            html.Append($"<li>{Markup.Text(warning)}</li>");
        if (result.Warnings.Count > MostWarnings)
            html.Append($"""<li>and {result.Warnings.Count - MostWarnings} more, <a href="#warnings">under Conditions</a></li>""");
        html.Append("</ul></div>\n");
    }

    private static void AppendTable(StringBuilder html, Rows rows, Verdict verdict)
    {
        var body = new StringBuilder();
        var order = rows.MainOrder("memory");
        AppendGroup(body, rows, $"Memory{(order.Length > 0 ? $", {Words.Order(order)}" : "")}", MemoryCases(verdict, order));
        AppendGroup(body, rows, "Lookup, time per lookup", verdict.Lookup.Cases.Select(c => (c.Case, c)));
        AppendGroup(body, rows, "Update, time per prefix", verdict.Update.Cases.Select(c => (c.Case, c)));
        AppendGroup(body, rows, "Load, time for the whole table", verdict.Load.Cases.Select(c => (c.Case, c)));
        if (body.Length == 0)
        {
            html.Append("<p>There is no case to put side by side; the figures that were taken are under Details.</p>\n");
            return;
        }
        html.Append(Markup.Table("allowedips against fib: the better marked, quartiles beside",
            Markup.Head(1, ["", "allowedips", "fib (route attribute)", "fib / allowedips", "better", ""]), body.ToString(), "answer"));
    }

    private static IEnumerable<(string Label, Comparison Case)> MemoryCases(Verdict verdict, string order)
    {
        foreach (var metric in (string[])["page-bytes", "object-bytes", "page-bytes-per-prefix", "bytes-per-prefix"])
        {
            foreach (var c in verdict.Comparisons.Of("memory", metric).Where(c => c.AllowedIps!.Order == order))
                yield return (Words.Metric(metric), c);
        }
    }

    private static void AppendGroup(StringBuilder body, Rows rows, string title, IEnumerable<(string Label, Comparison Case)> cases)
    {
        var list = cases.ToList();
        if (list.Count == 0)
            return;
        body.Append($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"6\">{Markup.Text(title)}</th></tr>\n");
        foreach (var (label, c) in list)
        {
            body.Append($"<tr><th scope=\"row\">{Markup.Text(label)}</th>")
                .Append(Cell(rows, c.AllowedIps, c, Winner.AllowedIps))
                .Append(Cell(rows, c.Fib, c, Winner.Fib))
                .Append($"<td>{Ratio(rows, c)}</td><td>{Better(c)}</td><td>{Markup.BasisTag(c.Basis)}</td></tr>\n");
        }
        body.Append("</tbody>\n");
    }

    private static string Cell(Rows rows, Figure? figure, Comparison c, Winner self)
    {
        if (figure is null)
            return "<td>–</td>";
        var both = new[] { c.AllowedIps, c.Fib }.OfType<Figure>().Select(f => f.Value);
        return $"<td>{Markup.Value(rows, figure, Scale.For(figure.Unit, both), c.Winner == self)}</td>";
    }

    private static string Ratio(Rows rows, Comparison c)
    {
        var none = Scale.Ratio;
        if (c.RatioRow is not null)
            return Markup.Value(rows, c.RatioRow, none);
        var text = Markup.Text(Numbers.Ratio(c.Ratio));
        // Not a row of its own: the quotient of the two cells to the left.
        return c.Exact ? text : $"""{text} {Markup.Spread(c.Low, c.High, none)} <span class="spread">unpaired</span>""";
    }

    private static string Better(Comparison c) => c.Winner switch
    {
        Winner.AllowedIps => Names.AllowedIps,
        Winner.Fib => Names.Fib,
        Winner.Same => "the same",
        _ when c.Flag.Length > 0 => $"not settled<br><span class=\"spread\">{Markup.Text(Words.FlagReason(c.Flag))}</span>",
        _ when c.Noise is { } noise => $"cannot tell<br><span class=\"spread\">A/A {Numbers.Percent(noise)}</span>",
        _ => "cannot tell<br><span class=\"spread\">no A/A row</span>",
    };
}
