// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text;
using Sim.Figures;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>The validation: whether port and kernel agree, where not, what both counted, what both cost, how far to trust it.</summary>
internal static class ValidationSection
{
    /// <summary>Differences that are listed in sight; a broken port has thousands.</summary>
    private const int MostDifferences = 60;

    /// <param name="html">The page.</param>
    /// <param name="view">The validation.</param>
    /// <param name="warn">Show the run's warnings: no section before has.</param>
    public static void Append(StringBuilder html, ValidationView view, bool warn)
    {
        html.Append($"""
            <section id="validation">
            <h2>Validation</h2>
            <p class="headline">{Markup.Text(view.Headline())}</p>

            """);
        if (warn)
            AnswerSection.AppendWarnings(html, view.Rows.Result);
        AppendDifferences(html, view);
        AppendAgreement(html, view);
        ValidationCosts.AppendSummary(html, view);
        ValidationFigures.AppendCounts(html, view);
        ValidationCosts.Append(html, view);
        PeerSection.Append(html, view);
        TraceSection.Append(html, view);
        ValidationFigures.AppendAnswers(html, view);
        TrustSection.Append(html, view);
        html.Append("</section>\n");
    }

    /// <summary>Whether the page of this validation has a part: what has no rows has no heading.</summary>
    public static bool HasPart(ValidationView view, string id) => id switch
    {
        "differences" => view.Differences.Count > 0,
        "agreement" => view.Checks.Count > 0,
        "figures" => ValidationFigures.MainChecks(view).Any(),
        "answers" => view.Checks.Any(check => check.Kind == CheckKind.Answers),
        "times" => view.Costs.Any(c => c.IsTime),
        "peers" => PeerSection.Has(view),
        "trace" => TraceSection.Has(view),
        "instructions" => view.Costs.Any(c => c.Unit == "instructions"),
        "validation-plots" => Plots.ValidationPlots.For(view).Count > 0,
        _ => true,
    };

    /// <summary>A counted value to its last digit; of a digest, the digits that tell it apart.</summary>
    public static string Exact(Figure f) => !double.IsFinite(f.Value) ? "n/a"
        : f.Unit == "digest" ? ((long)f.Value).ToString("x", CultureInfo.InvariantCulture)
        : Exact(f.Value);

    public static string Exact(double value) =>
        value == Math.Round(value) ? Numbers.Show(value) : value.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>An exact value that leads to its row.</summary>
    public static string Link(ValidationView view, Figure f) =>
        $"""<a class="value" href="#row-{view.Rows.Id(f)}">{Markup.Text(Exact(f))}</a>""";

    /// <summary>Port less kernel, signed; nothing of a digest.</summary>
    public static string Difference(Check check)
    {
        if (check.IsDigest)
            return check.IsEqual ? "0" : "another";
        var difference = check.Port.Value - check.Kernel.Value;
        return difference > 0 ? $"+{Exact(difference)}" : difference < 0 ? $"−{Exact(-difference)}" : "0";
    }

    private static void AppendDifferences(StringBuilder html, ValidationView view)
    {
        if (view.Differences.Count == 0)
            return;
        html.Append("""
            <h3 id="differences">What differs</h3>
            <p>The model’s value lies further from the kernel’s than is allowed. Each number leads to its row.</p>

            """);
        html.Append(DifferenceTable(view, "Differences", view.Differences.Take(MostDifferences)));
        if (view.Differences.Count <= MostDifferences)
            return;
        var rest = view.Differences.Skip(MostDifferences).ToList();
        html.Append($"<details><summary>The other {Numbers.Show(rest.Count)}</summary>\n")
            .Append(DifferenceTable(view, "The other differences", rest)).Append("</details>\n");
    }

    private static string DifferenceTable(ValidationView view, string caption, IEnumerable<Check> checks)
    {
        var body = new StringBuilder();
        foreach (var subject in checks.GroupBy(check => Words.Subject(check.Kernel)))
        {
            body.Append($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"6\">{Markup.Text(subject.Key)}</th></tr>\n");
            foreach (var check in subject)
            {
                body.Append($"<tr class=\"differs\"><th scope=\"row\">{Markup.Text(Words.What(check.Kernel))}</th>")
                    .Append($"<td>{Link(view, check.Port)}</td><td>{Link(view, check.Kernel)}</td>")
                    .Append($"<td><strong class=\"bad\">{Markup.Text(Difference(check))}</strong></td>")
                    .Append($"<td>{Exact(check.Kernel.Bound!.Value)}</td>")
                    .Append($"<td class=\"text\">{Markup.Text(Words.Moment(check.Kernel))}</td></tr>\n");
            }
            body.Append("</tbody>\n");
        }
        return Markup.Table(caption, Markup.Head(1, ["what", "model", "kernel", "difference", "allowed"]) + TextHead("after"), body.ToString(), "differences");
    }

    private static void AppendAgreement(StringBuilder html, ValidationView view)
    {
        if (view.Checks.Count == 0)
            return;
        html.Append("<h3 id=\"agreement\">What was compared</h3>\n");
        var body = new StringBuilder();
        foreach (var subject in view.Checks.GroupBy(check => Words.Subject(check.Kernel)))
        {
            body.Append($"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"5\">{Markup.Text(subject.Key)}</th></tr>\n");
            foreach (var kind in subject.GroupBy(check => check.Kind).OrderBy(g => g.Key))
                body.Append(AgreementRow(kind.Key, [.. kind]));
            body.Append("</tbody>\n");
        }
        html.Append(Markup.Table("Checks, by structure and kind",
            Markup.Head(1, ["", "checks", "differ", "equal"]) + TextHead("what is demanded"), body.ToString(), "demands"));
        var bounded = view.Checks.Where(check => !check.IsExact).ToList();
        html.Append($"""
            <p>{Numbers.Show(view.Checks.Count - bounded.Count)} checks demand equality. A digest stands for everything it is named after: one
            changed byte, node or answer changes it.{BoundSentence(bounded)}</p>

            """);
    }

    /// <summary>A last column of text, after those of numbers.</summary>
    private static string TextHead(string title) => $"<th scope=\"col\" class=\"text\">{title}</th>";

    private static string BoundSentence(List<Check> bounded) => bounded.Count == 0 ? ""
        : $" {Numbers.Show(bounded.Count)} allow a bound (<a href=\"#bounds\">why</a>); {Numbers.Show(bounded.Count(check => check.IsEqual))} of these are equal "
            + $"all the same. In {Numbers.Show(bounded.Count(check => check.IsWeak))} the bound is no smaller than the kernel’s own number: those say little.";

    private static string AgreementRow(CheckKind kind, IReadOnlyList<Check> checks)
    {
        var differ = checks.Count(check => !check.Agrees);
        var count = differ == 0 ? "0" : $"<strong class=\"bad\">{Numbers.Show(differ)}</strong>";
        return $"<tr><th scope=\"row\">{kind.Label()}</th><td>{Numbers.Show(checks.Count)}</td><td>{count}</td>"
            + $"<td>{Numbers.Show(checks.Count(check => check.IsEqual))}</td><td class=\"text\">{Markup.Text(CheckKinds.Demand(checks))}</td></tr>\n";
    }
}
