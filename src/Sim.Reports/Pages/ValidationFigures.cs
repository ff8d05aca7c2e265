// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>The main counts and the answers of model and kernel, side by side for each step.</summary>
internal static class ValidationFigures
{
    /// <summary>The counts that readers ask for first. All other counts are among the rows.</summary>
    private static readonly Metric[] Main =
        [Metrics.Nodes, Metrics.Leaves, Metrics.Tnodes, Metrics.SlabPages, Metrics.VmallocPages, Metrics.MessageBytes, Metrics.ReceivedBytes];

    /// <summary>Returns the main checks. The checks of flushing a routing table are left out, because their many rows say little.</summary>
    public static IEnumerable<Check> MainChecks(ValidationView view) => view.Checks.Where(check =>
        Main.Contains(check.Kernel.Metric) && Steps.FlushNexthop.PartOf(check.Kernel.Operation) is null);

    public static Html Counts(ValidationView view)
    {
        var main = MainChecks(view).ToList();
        return Html.If(main.Count > 0, $"""
            <h3 id="{new Anchor("figures")}">Counts, step by step</h3>
            <p>Model: the port’s own count, or the netlink model’s count of bytes sent and received. Difference and ratio compare the model with the kernel. A difference
            within its bound is not marked.</p>
            {ByOrder(main, (caption, checks) => FigureTable(view, caption, checks))}
            """);
    }

    public static Html Answers(ValidationView view)
    {
        var answers = view.Checks.Where(check => check.Kind == CheckKind.Answers).ToList();
        return Html.If(answers.Count > 0, $"""
            <h3 id="{new Anchor("answers")}">Answers</h3>
            <p>{AnswerSentence(answers)}</p>
            {ByOrder(answers, (caption, checks) => AnswerTable(view, caption, checks))}
            """);
    }

    /// <summary>Returns the tables for each structure and family. The table for the file's order is shown, and the tables for other orders
    /// are folded.</summary>
    private static Html ByOrder(List<Check> checks, Func<string, List<Check>, Html> table)
    {
        Html Subject(IGrouping<string, Check> subject)
        {
            var orders = subject.GroupBy(check => check.Kernel.Order).OrderBy(g => g.Key != Orders.File).ToList();
            Html Of(IGrouping<string, Check> order) => table(Caption(subject.Key, order.Key), [.. order]);
            return $"""
                {Of(orders[0])}{Html.If(orders.Count > 1, $"""
                    <details><summary>{subject.Key}, the other orders: {Words.Join([.. orders.Skip(1).Select(g => Words.Order(g.Key))])}</summary>
                    {Html.Concat(orders.Skip(1), Of)}</details>

                    """)}
                """;
        }

        return Html.Concat(checks.GroupBy(check => Words.Subject(check.Kernel)), Subject);
    }

    private static string Caption(string subject, string order) => order.Length > 0 ? $"{subject}, {Words.Order(order)}" : subject;

    private static Html FigureTable(ValidationView view, string caption, List<Check> checks)
    {
        Html Line(Check check)
        {
            Html difference = $"{ValidationSection.Difference(check)}";
            return Markup.Row(Words.What(check.Kernel),
            [
                ValidationSection.Link(view, check.Port), ValidationSection.Link(view, check.Kernel),
                check.Agrees ? difference : $"<strong class=\"bad\">{difference}</strong>", Ratio(check),
            ]);
        }

        return Markup.Table(caption, Markup.Head(1, ["", "model", "kernel", "difference", "ratio"]), Html.Concat(
            checks.GroupBy(check => check.Kernel.Operation), step => Markup.Group(5, Words.Step(step.Key), step.Select(Line))));
    }

    private static Html? Ratio(Check check) => check.Kernel.Value == 0 ? null
        : (Html)$"{(check.IsEqual ? "1" : Numbers.Digits(check.Port.Value / check.Kernel.Value, 5))}";

    private static string AnswerSentence(List<Check> answers)
    {
        var digests = answers.Where(check => check.IsDigest).ToList();
        var differ = digests.Count(check => !check.IsEqual);
        var most = answers.Where(check => check.Kernel.Metric == Metrics.Keys).Select(check => check.Kernel.Value).DefaultIfEmpty(0).Max();
        return (differ == 0 ? $"All {Numbers.Show(digests.Count)} sets of answers are equal." : $"{Numbers.Show(differ)} of {Numbers.Show(digests.Count)} sets of answers differ.")
            + (most > 0 ? $" A set has up to {Numbers.Show(most)} keys." : "")
            + " A digest covers every answer of a set: the peer in allowedips; the nexthop, the prefix and its length in fib.";
    }

    private static Html AnswerTable(ValidationView view, string caption, List<Check> checks)
    {
        Html Line(IGrouping<(string Operation, string Keys), Check> set)
        {
            Check? Find(Metric metric) => set.FirstOrDefault(check => check.Kernel.Metric == metric);
            Html? Of(Check? check, Func<Check, Figure> side) => check is null ? null : ValidationSection.Link(view, side(check));
            return $"""
                <tr><th scope="row">{Words.Step(set.Key.Operation)}</th><td class="text">{Words.Keys(set.Key.Keys)}</td>{Html.Concat(
                    [Of(Find(Metrics.Keys), c => c.Kernel), Of(Find(Metrics.Hits), c => c.Port), Of(Find(Metrics.Hits), c => c.Kernel), Verdict(view, Find(Metrics.AnswerDigest))], Markup.Cell)}</tr>

                """;
        }

        return Markup.Table(caption, Markup.Head(2, ["after", "keys", "number of keys", "hits, port", "hits, kernel", "answers"]),
            Markup.Body(checks.GroupBy(check => (check.Kernel.Operation, check.Kernel.Keys)).Select(Line)));
    }

    private static Html? Verdict(ValidationView view, Check? digest)
    {
        if (digest is null)
            return null;
        var link = Markup.Link(view.Rows, digest.Kernel, digest.IsEqual ? "equal" : "differ");
        return digest.IsEqual ? link : $"<strong class=\"bad\">{link}</strong>";
    }
}
