// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>The main counts of model and kernel side by side, step by step, and their answers.</summary>
internal static class ValidationFigures
{
    /// <summary>What a reader asks first; all others are among the rows.</summary>
    private static readonly string[] Main =
        ["nodes", "leaves", "tnodes", "slab-pages", "vmalloc-pages", "message-bytes", "received-bytes"];

    /// <summary>Without those of flushing a routing table: a message for each nexthop object, many rows that say little.</summary>
    public static IEnumerable<Check> MainChecks(ValidationView view) => view.Checks.Where(check =>
        Main.Contains(check.Kernel.Metric) && !check.Kernel.Operation.StartsWith("flush-nexthop", StringComparison.Ordinal));

    public static void AppendCounts(StringBuilder html, ValidationView view)
    {
        var main = MainChecks(view).ToList();
        if (main.Count == 0)
            return;
        html.Append("""
            <h3 id="figures">Counts, step by step</h3>
            <p>Model: what the port holds, or what the netlink model says is sent and received. Difference and ratio are those of the model to
            the kernel; a difference within its bound is not marked.</p>

            """);
        AppendByOrder(html, main, (caption, checks) => FigureTable(view, caption, checks));
    }

    public static void AppendAnswers(StringBuilder html, ValidationView view)
    {
        var answers = view.Checks.Where(check => check.Kind == CheckKind.Answers).ToList();
        if (answers.Count == 0)
            return;
        html.Append($"<h3 id=\"answers\">Answers</h3>\n<p>{Markup.Text(AnswerSentence(answers))}</p>\n");
        AppendByOrder(html, answers, (caption, checks) => AnswerTable(view, caption, checks));
    }

    /// <summary>A table for each structure and family in the file's order; the other orders behind a click.</summary>
    private static void AppendByOrder(StringBuilder html, List<Check> checks, Func<string, List<Check>, string> table)
    {
        foreach (var subject in checks.GroupBy(check => Words.Subject(check.Kernel)))
        {
            var orders = subject.GroupBy(check => check.Kernel.Order).OrderBy(g => g.Key != "file").ToList();
            html.Append(table(Caption(subject.Key, orders[0].Key), [.. orders[0]]));
            if (orders.Count == 1)
                continue;
            var others = Words.Join([.. orders.Skip(1).Select(g => Words.Order(g.Key))]);
            html.Append($"<details><summary>{Markup.Text($"{subject.Key}, the other orders: {others}")}</summary>\n");
            foreach (var order in orders.Skip(1))
                html.Append(table(Caption(subject.Key, order.Key), [.. order]));
            html.Append("</details>\n");
        }
    }

    private static string Caption(string subject, string order) => order.Length > 0 ? $"{subject}, {Words.Order(order)}" : subject;

    private static string FigureTable(ValidationView view, string caption, List<Check> checks)
    {
        var body = new StringBuilder();
        foreach (var step in checks.GroupBy(check => check.Kernel.Operation))
        {
            body.Append($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"5\">{Markup.Text(Words.Step(step.Key))}</th></tr>\n");
            foreach (var check in step)
            {
                var difference = check.Agrees
                    ? ValidationSection.Difference(check)
                    : $"<strong class=\"bad\">{ValidationSection.Difference(check)}</strong>";
                body.Append($"<tr><th scope=\"row\">{Markup.Text(Words.What(check.Kernel))}</th>")
                    .Append($"<td>{ValidationSection.Link(view, check.Port)}</td><td>{ValidationSection.Link(view, check.Kernel)}</td>")
                    .Append($"<td>{difference}</td><td>{Ratio(check)}</td></tr>\n");
            }
            body.Append("</tbody>\n");
        }
        return Markup.Table(caption, Markup.Head(1, ["", "model", "kernel", "difference", "ratio"]), body.ToString());
    }

    private static string Ratio(Check check) => check.Kernel.Value == 0 ? "–"
        : check.IsEqual ? "1" : Numbers.Digits(check.Port.Value / check.Kernel.Value, 5);

    private static string AnswerSentence(List<Check> answers)
    {
        var digests = answers.Where(check => check.IsDigest).ToList();
        var equal = digests.Count(check => check.IsEqual);
        var most = answers.Where(check => check.Kernel.Metric == "keys").Select(check => check.Kernel.Value).DefaultIfEmpty(0).Max();
        var size = most > 0 ? $", of up to {Numbers.Show(most)} keys each" : "";
        var found = equal == digests.Count
            ? $"All {Numbers.Show(digests.Count)} sets of answers{size}, are equal."
            : $"{Numbers.Show(digests.Count - equal)} of {Numbers.Show(digests.Count)} sets of answers{size}, differ.";
        return $"{(size.Length > 0 ? found : found.Replace(",", ""))} A digest holds every answer of a set: of allowedips the peer, of fib the "
            + "nexthop, the prefix and its length.";
    }

    private static string AnswerTable(ValidationView view, string caption, List<Check> checks)
    {
        var body = new StringBuilder("<tbody>\n");
        foreach (var set in checks.GroupBy(check => (check.Kernel.Operation, check.Kernel.Keys)))
        {
            Check? Find(string metric) => set.FirstOrDefault(check => check.Kernel.Metric == metric);
            string Cell(Check? check, Func<Check, Figure> side) => check is null ? "–" : ValidationSection.Link(view, side(check));
            body.Append($"<tr><th scope=\"row\">{Markup.Text(Words.Step(set.Key.Operation))}</th>")
                .Append($"<td class=\"text\">{Markup.Text(Words.Keys(set.Key.Keys))}</td><td>{Cell(Find("keys"), c => c.Kernel)}</td>")
                .Append($"<td>{Cell(Find("hits"), c => c.Port)}</td><td>{Cell(Find("hits"), c => c.Kernel)}</td>")
                .Append($"<td>{Verdict(view, Find("answer-digest"))}</td></tr>\n");
        }
        return Markup.Table(caption, Markup.Head(2, ["after", "keys", "number of keys", "hits, port", "hits, kernel", "answers"]),
            body.Append("</tbody>").ToString());
    }

    private static string Verdict(ValidationView view, Check? digest)
    {
        if (digest is null)
            return "–";
        var link = $"""<a class="value" href="#row-{view.Rows.Id(digest.Kernel)}">{(digest.IsEqual ? "equal" : "differ")}</a>""";
        return digest.IsEqual ? link : $"<strong class=\"bad\">{link}</strong>";
    }
}
