// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>What lookups and updates cost on both sides, with the target beside; and what netlink makes incomparable.</summary>
internal static class ValidationCosts
{
    public const string NotAComparison = "kernel with netlink, port without: not a comparison";

    /// <summary>The targets in sentences, for the top of the section.</summary>
    public static void AppendSummary(StringBuilder html, ValidationView view)
    {
        var sentences = new[] { Sentence(view, lookups: true), Sentence(view, lookups: false) }.Where(s => s.Length > 0).ToList();
        if (sentences.Count > 0)
            html.Append($"<p id=\"targets\">{Markup.Text(string.Join(' ', sentences))}</p>\n");
    }

    public static void Append(StringBuilder html, ValidationView view)
    {
        var (times, counts) = (view.Costs.Where(c => c.IsTime).ToList(), view.Costs.Where(c => !c.IsTime).ToList());
        if (times.Count > 0)
        {
            html.Append("""
                <h3 id="times">Times</h3>
                <p>Kernel: the trie’s own functions, called by a module inside the kernel, without netlink. The ratio port / kernel is the median over
                neighbouring pairs, not the quotient of the two medians. Small beside each median: its quartiles.</p>

                """);
            html.Append(Table(view, "Lookups, time each", times.Where(c => c.IsLookup)));
            html.Append(Table(view, "Single updates, time each", times.Where(c => !c.IsLookup)));
        }
        foreach (var unit in counts.GroupBy(c => c.Unit))
        {
            if (unit.Key == "instructions")
            {
                html.Append("""
                    <h3 id="instructions">Instructions</h3>
                    <p>Instructions executed, not time: no cache, no branch predictor and no clock rate is in them. They have no target.</p>

                    """);
            }
            html.Append(Table(view, $"Lookups, {unit.Key} each", unit.Where(c => c.IsLookup)));
            html.Append(Table(view, $"Single updates, {unit.Key} each", unit.Where(c => !c.IsLookup)));
        }
        AppendNetlink(html, view);
    }

    private static string Sentence(ValidationView view, bool lookups)
    {
        var cases = view.Costs.Where(c => c.IsLookup == lookups && c.Target is not null).ToList();
        if (cases.Count == 0)
            return "";
        var what = lookups ? "lookups" : "single updates";
        var target = Numbers.Ratio(cases[0].Target!.Value);
        var above = cases.Where(c => c.IsAboveTarget).ToList();
        var doubt = cases.Count(c => c.StraddlesTarget) is > 0 and var n ? $" In {n} the quartiles lie on both sides of it." : "";
        if (above.Count == 0)
            return $"In all {Numbers.Count(cases.Count, "case")} of {what}, the port takes at most {target} of the kernel’s time at the median, which is the target.{doubt}";
        return $"In {above.Count} of {Numbers.Count(cases.Count, "case")} of {what}, the port takes more than the target of {target} of the kernel’s "
            + $"time at the median: {string.Join("; ", above.Select(c => $"{Words.Subject(c.Any)}, {c.Name} ({Numbers.Ratio(c.Ratio!.Value)})"))}.{doubt}";
    }

    private static string Table(ValidationView view, string caption, IEnumerable<CostCase> cases)
    {
        var list = cases.ToList();
        if (list.Count == 0)
            return "";
        var targets = list.Exists(c => c.Target is not null);
        var body = new StringBuilder();
        foreach (var subject in list.GroupBy(c => Words.Subject(c.Any)))
        {
            body.Append($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{(targets ? 7 : 5)}\">{Markup.Text(subject.Key)}</th></tr>\n");
            foreach (var c in subject)
            {
                body.Append($"<tr><th scope=\"row\">{Markup.Text(c.Name)}</th>{Cell(view, c.Kernel, c)}{Cell(view, c.Port, c)}")
                    .Append($"<td>{Ratio(view, c)}</td><td>{Numbers.Show(c.Any.N)}</td>")
                    .Append(targets ? TargetCells(c) : "").Append("</tr>\n");
            }
            body.Append("</tbody>\n");
        }
        string[] columns = ["", "kernel", "port", "port / kernel", "n", .. targets ? (string[])["target", "within"] : []];
        return Markup.Table(caption, Markup.Head(1, columns), body.ToString(), "costs", Markup.BasisTags(list.Select(c => c.Any)));
    }

    private static string Cell(ValidationView view, Figure? figure, CostCase c)
    {
        if (figure is null)
            return "<td>–</td>";
        var both = new[] { c.Kernel, c.Port }.OfType<Figure>().Select(f => f.Value);
        var scale = figure.Unit == "instructions" ? new Scale(1, "") : Scale.For(figure.Unit, both);
        // Of instructions the fraction says nothing.
        return scale.Unit.Length > 0
            ? $"<td>{Markup.Value(view.Rows, figure, scale)}</td>"
            : $"""<td><a class="value" href="#row-{view.Rows.Id(figure)}">{Numbers.Digits(figure.Value, figure.Value < 100 ? 3 : 4)}</a></td>""";
    }

    private static string Ratio(ValidationView view, CostCase c) => c switch
    {
        { RatioRow: { } row } => Markup.Value(view.Rows, row, Scale.Ratio),
        { Ratio: { } ratio } => Markup.Text(Numbers.Ratio(ratio)),
        _ => "–",
    };

    private static string TargetCells(CostCase c)
    {
        if (c.Target is not { } target)
            return "<td>–</td><td></td>";
        var held = c.IsAboveTarget ? "<strong class=\"bad above\">above</strong>" : "yes";
        var doubt = c.StraddlesTarget ? "<span class=\"spread\">quartiles on both sides</span>" : "";
        return $"<td>{Numbers.Ratio(target)}</td><td>{held}{doubt}</td>";
    }

    /// <summary>The kernel's side has message handling in it, and in a VM its system calls: no ratio is given.</summary>
    private static void AppendNetlink(StringBuilder html, ValidationView view)
    {
        var rows = view.Figures.Where(f => f.Metric is "time-with-netlink" or "time-of-removal" && double.IsFinite(f.Value)).ToList();
        if (rows.Count == 0)
            return;
        html.Append($"<details id=\"netlink-times\"><summary>Costs with netlink ({NotAComparison})</summary>\n");
        foreach (var metric in rows.GroupBy(f => f.Metric))
        {
            var each = metric.Key == "time-of-removal" ? "of a whole removal" : "a prefix";
            html.Append(NetlinkTable(view, $"Cost {each}: {NotAComparison}", [.. metric]));
        }
        html.Append("</details>\n");
    }

    private static string NetlinkTable(ValidationView view, string caption, List<Figure> rows)
    {
        var body = new StringBuilder();
        foreach (var subject in rows.GroupBy(Words.Subject))
        {
            body.Append($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"3\">{Markup.Text(subject.Key)}</th></tr>\n");
            foreach (var moment in subject.GroupBy(f => Words.Moment(f)))
            {
                body.Append($"<tr><th scope=\"row\">{Markup.Text(moment.Key)}</th>");
                foreach (var side in (string[])[ValidationRows.Kernel, ValidationRows.Port])
                {
                    var cells = moment.Where(f => f.Side == side).Select(f => Markup.Value(view.Rows, f, Scale.For(f.Unit, [f.Value])));
                    body.Append($"<td>{string.Join("<br>", cells.DefaultIfEmpty("–"))}</td>");
                }
                body.Append("</tr>\n");
            }
            body.Append("</tbody>\n");
        }
        return Markup.Table(caption, Markup.Head(1, ["", "kernel, with netlink", "port, without"]), body.ToString());
    }
}
