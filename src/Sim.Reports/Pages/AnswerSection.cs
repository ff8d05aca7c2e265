// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>The answer of a bench: a few sentences and one table, all computed from the rows.</summary>
internal static class AnswerSection
{
    private const int MostWarnings = 5;

    public static Section Of(Rows rows, Verdict verdict) => new("answer", "The answer", "The answer", $"""
        <p class="headline">{verdict.Headline()}</p>
        <ul>
        {Html.Concat(verdict.Areas, area => $"<li>{verdict.Sentence(area)} {Tags(area)}</li>\n")}</ul>
        {Warnings(rows.Result)}{CacheFit.Of(rows)}{Table(rows, verdict)}{Both(rows)}
        <p>Memory is kernel memory, counted as the kernel would allocate it. Times are those of the same algorithms on the same nodes in user
        space. Locks and the rest of a packet’s path are left out: read the ratios, not the nanoseconds. A lookup in allowedips takes and drops a
        reference to the peer, as wg_xmit does. A lookup in the FIB takes no reference, as on the data path, and reads one table, without policy rules.
        The time of every change includes freeing the old objects, because the grace period ends at once.</p>
        <p>A measured difference counts only if the quartiles of its ratio lie clear of the noise (A/A: allowedips against itself), and if two passes
        at different times agree. Both rules see noise within this run only. On a shared machine, repeat the run.</p>

        """);

    /// <summary>Returns the first warnings, for the top of the page; empty without warnings.</summary>
    public static Html Warnings(RunResult result) => Html.If(result.Warnings.Count > 0, $"""
        <div class="warnings" role="note"><strong>Before you rely on this run</strong><ul>{Html.Concat(result.Warnings.Take(MostWarnings), warning => $"<li>{warning}</li>")}{Html.If(
            result.Warnings.Count > MostWarnings, $"<li>and {result.Warnings.Count - MostWarnings} more, <a href=\"#{new Anchor("warnings")}\">under Conditions</a></li>")}</ul></div>

        """);

    /// <summary>Returns the paragraph on AllowedIPs with a route per prefix; empty if the run has no row for it.</summary>
    private static Html Both(Rows rows) => rows.Of(Experiment.Memory, Metrics.PageBytes, Names.Both).FirstOrDefault() is not { } both ? new Html() : $"""
        <p>AllowedIPs say which peer gets a packet, but a route must still bring the packet to the device. One default route adds nothing to the figures
        above. A daemon that also puts every prefix into the routing table holds both structures, {Markup.Value(rows, both)}
        in pages {Markup.BasisTag(both.Basis)}; with the route attribute it holds only the routes.</p>

        """;

    private static Html Tags(Area area) => Markup.BasisTags([.. area.Cases.Select(c => c.Basis).Distinct().Order()]);

    private static Html Table(Rows rows, Verdict verdict)
    {
        var order = rows.MainOrder(Experiment.Memory);
        Html[] groups =
        [
            Group(rows, $"Memory{(order.Length > 0 ? $", {Words.Order(order)}" : "")}", MemoryCases(verdict, order)),
            Group(rows, "Lookup, time per lookup", verdict.Lookup.Cases.Select(c => (c.Case, c))),
            Group(rows, "Update, time per prefix", verdict.Update.Cases.Select(c => (c.Case, c))),
            Group(rows, "Load, time for the whole table", verdict.Load.Cases.Select(c => (c.Case, c))),
        ];
        return Array.TrueForAll(groups, group => group.IsEmpty)
            ? $"<p>No case has both structures. The figures of one structure are under Details.</p>\n"
            : Markup.Table("allowedips and fib: the better one is marked, and quartiles stand beside medians",
                Markup.Head(1, ["", "allowedips", "fib (route attribute)", "fib / allowedips", "better", ""]), Html.Join("", groups), "answer");
    }

    private static IEnumerable<(string Label, Comparison Case)> MemoryCases(Verdict verdict, string order) =>
        new[] { Metrics.PageBytes, Metrics.ObjectBytes, Metrics.PageBytesPerPrefix, Metrics.BytesPerPrefix }.SelectMany(metric =>
            verdict.Comparisons.Of(Experiment.Memory, metric).Where(c => c.AllowedIps!.Order == order).Select(c => (metric.Words, c)));

    private static Html Group(Rows rows, string title, IEnumerable<(string Label, Comparison Case)> cases)
    {
        var lines = cases.Select(one => Markup.Row(one.Label,
        [
            Value(rows, one.Case.AllowedIps, one.Case, Winner.AllowedIps), Value(rows, one.Case.Fib, one.Case, Winner.Fib),
            Ratio(rows, one.Case), Better(one.Case), Markup.BasisTag(one.Case.Basis),
        ])).ToList();
        return Html.If(lines.Count > 0, Markup.Group(6, title, lines));
    }

    private static Html? Value(Rows rows, Figure? figure, Comparison c, Winner self) => figure is null ? null
        : Markup.Value(rows, figure, Scale.For(figure.Unit, new[] { c.AllowedIps, c.Fib }.OfType<Figure>().Select(f => f.Value)), c.Winner == self);

    // If the ratio has no row, it is the quotient of the two cells to the left.
    private static Html Ratio(Rows rows, Comparison c) => c.RatioRow is not null ? Markup.Value(rows, c.RatioRow, Scale.Ratio)
        : c.Exact ? (Html)$"{Numbers.Ratio(c.Ratio)}"
        : $"""{Numbers.Ratio(c.Ratio)} {Markup.Spread(c.Low, c.High, Scale.Ratio)} <span class="spread">unpaired</span>""";

    private static Html Better(Comparison c) => c.Winner switch
    {
        Winner.AllowedIps => $"{Names.AllowedIps}",
        Winner.Fib => $"{Names.Fib}",
        Winner.Same => $"the same",
        _ when c.Flag.Length > 0 => $"not settled<br><span class=\"spread\">{Words.FlagReason(c.Flag)}</span>",
        _ when c.Noise is { } noise => $"cannot tell<br><span class=\"spread\">A/A {Numbers.Percent(noise)}</span>",
        _ => $"cannot tell<br><span class=\"spread\">no A/A row</span>",
    };
}
