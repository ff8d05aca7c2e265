// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>The validation: how port and kernel agree and differ, their counts and costs, and the limits of the validation.</summary>
internal static class ValidationSection
{
    /// <summary>The most differences that are listed unfolded. A broken port has thousands of differences.</summary>
    private const int MostDifferences = 60;

    /// <summary>Returns the section, with the run’s warnings unless the page already shows them.</summary>
    public static Section Of(ValidationView view, bool warn)
    {
        (string Id, string Link, Html Body)[] parts =
        [
            ("differences", "Differences", Differences(view)), ("agreement", "Compared", Agreement(view)), ("targets", "", ValidationCosts.Summary(view)),
            ("figures", "Counts", ValidationFigures.Counts(view)), ("times", "Times", ValidationCosts.Times(view)),
            ("instructions", view.Costs.Any(c => c.Unit == "instructions") ? "Instructions" : "", ValidationCosts.Counts(view)), ("netlink-times", "", ValidationCosts.WithNetlink(view)),
            ("peers", "Route attribute", PeerSection.Of(view)), ("smp", "Readers", SmpSection.Of(view)), ("trace", "Trace", TraceSection.Of(view)), ("answers", "Answers", ValidationFigures.Answers(view)),
            ("trust", "How far to trust it", TrustSection.Of(view)),
        ];
        return new("validation", "Validation", "Validation", $"""
            <p class="headline">{view.Headline()}</p>
            {Html.If(warn, AnswerSection.Warnings(view.Rows.Result))}{Html.Concat(parts, part => part.Body)}
            """)
        {
            Parts = [.. parts.Where(part => part.Link.Length > 0 && !part.Body.IsEmpty).Select(part => (part.Id, part.Link))],
        };
    }

    /// <summary>Returns a counted value to its last digit, and a digest in hexadecimal.</summary>
    public static string Exact(Figure f) => !double.IsFinite(f.Value) ? "n/a"
        : f.Unit == "digest" ? ((long)f.Value).ToString("x", CultureInfo.InvariantCulture)
        : Exact(f.Value);

    public static string Exact(double value) =>
        value == Math.Round(value) ? Numbers.Show(value) : value.ToString("0.######", CultureInfo.InvariantCulture);

    public static Html Link(ValidationView view, Figure f) => Markup.Link(view.Rows, f, Exact(f));

    /// <summary>Returns the signed difference port - kernel. For a digest, returns only whether both sides are equal.</summary>
    public static string Difference(Check check)
    {
        if (check.IsDigest)
            return check.IsEqual ? "0" : "another";
        var difference = check.Port.Value - check.Kernel.Value;
        return difference > 0 ? $"+{Exact(difference)}" : difference < 0 ? $"−{Exact(-difference)}" : "0";
    }

    private static Html Differences(ValidationView view)
    {
        var rest = view.Differences.Skip(MostDifferences).ToList();
        return Html.If(view.Differences.Count > 0, $"""
            <h3 id="{new Anchor("differences")}">What differs</h3>
            <p>In these checks the model’s value lies further from the kernel’s than is allowed. Each number links to its row.</p>
            {DifferenceTable(view, "Differences", view.Differences.Take(MostDifferences))}{Html.If(rest.Count > 0, $"""
                <details><summary>The other {Numbers.Show(rest.Count)}</summary>
                {DifferenceTable(view, "The other differences", rest)}</details>

                """)}
            """);
    }

    private static Html DifferenceTable(ValidationView view, string caption, IEnumerable<Check> checks)
    {
        Html Line(Check check) => $"""
            <tr class="differs"><th scope="row">{Words.What(check.Kernel)}</th><td>{Link(view, check.Port)}</td><td>{Link(view, check.Kernel)}</td><td><strong class="bad">{Difference(check)}</strong></td><td>{Exact(check.Kernel.Bound!.Value)}</td><td class="text">{Words.Moment(check.Kernel)}</td></tr>

            """;
        return Markup.Table(caption, $"{Markup.Head(1, ["metric", "model", "kernel", "difference", "allowed"])}{TextHead("after")}", Html.Concat(
            checks.GroupBy(check => Words.Subject(check.Kernel)), subject => Markup.Group(6, subject.Key, subject.Select(Line))), "differences");
    }

    private static Html Agreement(ValidationView view)
    {
        var bounded = view.Checks.Where(check => !check.IsExact).ToList();
        Html Line(IGrouping<CheckKind, Check> kind)
        {
            var differ = kind.Count(check => !check.Agrees);
            Html count = differ == 0 ? (Html)$"0" : $"<strong class=\"bad\">{Numbers.Show(differ)}</strong>";
            return $"<tr><th scope=\"row\">{kind.Key.Label()}</th><td>{Numbers.Show(kind.Count())}</td><td>{count}</td>"
                + $"<td>{Numbers.Show(kind.Count(check => check.IsEqual))}</td><td class=\"text\">{ValidationRows.Demand([.. kind])}</td></tr>\n";
        }

        var body = Html.Concat(view.Checks.GroupBy(check => Words.Subject(check.Kernel)), subject =>
            Markup.Group(5, subject.Key, subject.GroupBy(check => check.Kind).OrderBy(g => g.Key).Select(Line)));
        return Html.If(view.Checks.Count > 0, $"""
            <h3 id="{new Anchor("agreement")}">What was compared</h3>
            {Markup.Table("Checks, by structure and kind", $"{Markup.Head(1, ["", "checks", "differ", "equal"])}{TextHead("demand")}", body, "demands")}
            <p>{Numbers.Show(view.Checks.Count - bounded.Count)} checks require equality. A digest covers everything in its name: one changed byte, node or answer changes it.{Html.If(bounded.Count > 0, $"""
                 {Numbers.Show(bounded.Count)} allow a bound (<a href="#{new Anchor("bounds")}">why</a>), and {Numbers.Show(bounded.Count(check => check.IsEqual))} of these are equal all the
                same. {Numbers.Show(bounded.Count(check => check.IsWeak))} have a bound no smaller than the kernel’s own number, and say little.
                """)}</p>

            """);
    }

    private static Html TextHead(string title) => $"<th scope=\"col\" class=\"text\">{title}</th>";
}
