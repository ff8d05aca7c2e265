// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>The costs of lookups and updates on both sides, with their targets. The costs with netlink come last, because they cannot be
/// compared.</summary>
internal static class ValidationCosts
{
    public const string NotAComparison = "kernel with netlink, port without: not a comparison";

    public static Html Summary(ValidationView view)
    {
        var sentences = new[] { Sentence(view, lookups: true), Sentence(view, lookups: false) }.Where(s => s.Length > 0).ToList();
        return Html.If(sentences.Count > 0, $"<p id=\"{new Anchor("targets")}\">{string.Join(' ', sentences)}</p>\n");
    }

    public static Html Times(ValidationView view)
    {
        var times = view.Costs.Where(c => c.IsTime).ToList();
        return Html.If(times.Count > 0, $"""
            <h3 id="{new Anchor("times")}">Times</h3>
            <p>Kernel: a module inside the kernel calls the trie’s own functions, without netlink. The ratio port / kernel is the median over neighbouring pairs, not the
            quotient of the two medians. Quartiles stand below each median.</p>
            {Table(view, "Lookups, time each", times.Where(c => c.IsLookup))}{Table(view, "Single updates, time each", times.Where(c => !c.IsLookup))}
            """);
    }

    public static Html Counts(ValidationView view) => Html.Concat(view.Costs.Where(c => !c.IsTime).GroupBy(c => c.Unit), unit => $"""
        {Html.If(unit.Key == "instructions", $"""
            <h3 id="{new Anchor("instructions")}">Instructions</h3>
            <p>These are executed instructions, not time: caches, branch prediction and clock rate do not affect them. Instructions have no target.</p>

            """)}{Table(view, $"Lookups, {unit.Key} each", unit.Where(c => c.IsLookup))}{Table(view, $"Single updates, {unit.Key} each", unit.Where(c => !c.IsLookup))}
        """);

    /// <summary>Returns the costs with netlink. The costs with netlink have no ratio, because the kernel's side includes message handling
    /// and, in a VM, system calls.</summary>
    public static Html WithNetlink(ValidationView view)
    {
        var rows = view.Figures.Where(f => (f.Metric == Metrics.TimeWithNetlink || f.Metric == Metrics.TimeOfRemoval) && double.IsFinite(f.Value)).ToList();
        return Html.If(rows.Count > 0, $"""
            <details id="{new Anchor("netlink-times")}"><summary>Costs with netlink ({NotAComparison})</summary>
            {Html.Concat(rows.GroupBy(f => f.Metric), metric => NetlinkTable(
                view, $"Cost {(metric.Key == Metrics.TimeOfRemoval ? "of a whole removal" : "per prefix")}: {NotAComparison}", [.. metric]))}</details>

            """);
    }

    private static string Sentence(ValidationView view, bool lookups)
    {
        var cases = view.Costs.Where(c => c.IsLookup == lookups && c.Target is not null).ToList();
        if (cases.Count == 0)
            return "";
        var what = lookups ? "lookups" : "single updates";
        var target = $"the target of at most {Phrases.Percent(cases[0].Target!.Value - 1)} more time than the kernel";
        var above = cases.Where(c => c.IsAboveTarget).ToList();
        var doubt = cases.Count(c => c.StraddlesTarget) is > 0 and var n ? $" In {n} of these the quartiles lie on both sides of the target." : "";
        if (above.Count == 0)
            return $"In all {Numbers.Count(cases.Count, "case")} of {what}, the port’s median meets {target}.{doubt}";
        return $"In {above.Count} of {Numbers.Count(cases.Count, "case")} of {what}, the port’s median exceeds {target}. "
            + $"Port / kernel is {string.Join("; ", above.Select(c => $"{Numbers.Ratio(c.Ratio!.Value)} ({Words.Subject(c.Any)}, {c.Name})"))}.{doubt}";
    }

    private static Html Table(ValidationView view, string caption, IEnumerable<CostCase> cases)
    {
        var list = cases.ToList();
        if (list.Count == 0)
            return new Html();
        var targets = list.Exists(c => c.Target is not null);
        var body = list.GroupBy(c => Words.Subject(c.Any)).Select(subject => Markup.Group(targets ? 7 : 5, subject.Key, subject.Select(c => Markup.Row(
            c.Name, [Value(view, c.Kernel, c), Value(view, c.Port, c), Ratio(view, c), $"{Numbers.Show(c.Any.N)}", .. targets ? TargetCells(c) : []]))));
        string[] columns = ["", "kernel", "port", "port / kernel", "n", .. targets ? (string[])["target", "within"] : []];
        return Markup.Table(caption, Markup.Head(1, columns), Html.Join("", body), "costs", Markup.BasisTags(list.Select(c => c.Any)));
    }

    private static Html? Value(ValidationView view, Figure? figure, CostCase c)
    {
        if (figure is null)
            return null;
        var both = new[] { c.Kernel, c.Port }.OfType<Figure>().Select(f => f.Value);
        // Fractions of an instruction are not shown.
        return figure.Unit == "instructions"
            ? Markup.Link(view.Rows, figure, Numbers.Digits(figure.Value, figure.Value < 100 ? 3 : 4))
            : Markup.Value(view.Rows, figure, Scale.For(figure.Unit, both));
    }

    private static Html? Ratio(ValidationView view, CostCase c) => c switch
    {
        { RatioRow: { } row } => Markup.Value(view.Rows, row, Scale.Ratio),
        { Ratio: { } ratio } => $"{Numbers.Ratio(ratio)}",
        _ => null,
    };

    private static Html?[] TargetCells(CostCase c) => c.Target is not { } target ? [null, new Html()] :
    [
        $"{Numbers.Ratio(target)}",
        $"{(c.IsAboveTarget ? (Html)$"<strong class=\"bad above\">above</strong>" : $"yes")}{Html.If(c.StraddlesTarget, $"<span class=\"spread\">quartiles on both sides</span>")}",
    ];

    private static Html NetlinkTable(ValidationView view, string caption, List<Figure> rows)
    {
        Html? Of(IEnumerable<Figure> moment, string side) => moment.Where(f => f.Side == side).ToList() is { Count: > 0 } some
            ? Html.Join("<br>", some.Select(f => Markup.Value(view.Rows, f))) : null;
        var body = rows.GroupBy(Words.Subject).Select(subject => Markup.Group(3, subject.Key, subject.GroupBy(Words.Moment).Select(moment =>
            Markup.Row(moment.Key, [Of(moment, Sides.Kernel), Of(moment, Sides.Port)]))));
        return Markup.Table(caption, Markup.Head(1, ["", "kernel, with netlink", "port, without"]), Html.Join("", body));
    }
}
