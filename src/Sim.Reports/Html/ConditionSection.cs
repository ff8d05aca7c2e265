// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Figures;
using Sim.Figures.Machine;
using Sim.Figures.Measuring;
using Sim.Reports.Runs;
using Sim.Reports.Views;

namespace Sim.Reports.Html;

/// <summary>Under which conditions the figures were taken, what their labels mean, and how to take them again.</summary>
internal static class ConditionSection
{
    public static void Append(StringBuilder html, Rows rows, Verdict verdict, ValidationView? view, bool bench)
    {
        var result = rows.Result;
        html.Append("<section id=\"conditions\">\n<h2>Conditions</h2>\n");
        html.Append(Markup.Pairs("The table",
        [
            new("source", result.Table.Source),
            new("family", $"IPv{result.Table.Family}"),
            new("prefixes", Numbers.Show(result.Table.Prefixes)),
            new("next hops", Numbers.Show(result.Table.NextHops)),
            new("SHA-256 of the sorted prefixes", result.Table.Sha256),
            .. view?.Prefixes() is { Length: > 0 } prefixes ? (KeyValuePair<string, string>[])[new("prefixes validated", prefixes)] : [],
        ]));
        html.Append(Markup.Pairs(result.Runs.Count > 0 ? "This report" : "The run",
        [
            new("command", ShellWords.WithProgram(result.Command)),
            new("seed", result.Seed.ToString()),
            new(result.Runs.Count > 0 ? "first run started" : "started", result.Started.ToString("yyyy-MM-dd HH:mm:ss zzz")),
            new(result.Runs.Count > 0 ? "duration of all runs" : "duration", $"{Numbers.Show(result.Duration.TotalSeconds)} s"),
            new("repetitions", result.Quick ? "few (--quick)" : "full"),
            new("rows", Numbers.Show(result.Figures.Count)),
        ]));
        AppendRuns(html, result);
        html.Append(Markup.Pairs("The machine", result.Environment));
        html.Append(Markup.Pairs("Versions", result.Versions));
        if (bench)
            AppendNoise(html, rows, verdict);
        AppendWarnings(html, result);
        AppendLabels(html, rows);
        AppendRepeat(html, result);
        html.Append("</section>\n");
    }

    /// <summary>Where the rows of a merged or comparing report come from.</summary>
    private static void AppendRuns(StringBuilder html, RunResult result)
    {
        if (result.Runs.Count == 0)
            return;
        html.Append($"<h3 id=\"runs\">The runs</h3>\n<p>{Markup.Text(Merger.Rule)}</p>\n");
        var sides = result.Runs.Any(run => run.Side.Length > 0);
        var body = new StringBuilder("<tbody>\n");
        foreach (var run in result.Runs)
        {
            string[] cells =
            [
                .. sides ? (string[])[run.Side] : [], run.Command, run.Started.ToString("yyyy-MM-dd HH:mm:ss zzz"), $"{Numbers.Show(run.Duration.TotalSeconds)} s",
                $"IPv{run.Table.Family}, {Numbers.Show(run.Table.Prefixes)} prefixes of {run.Table.Source}", run.Versions is [var version, ..] ? version.Value : "",
                Fact(run, "processor"), Fact(run, HostFacts.LoadFact), Fact(run, HostFacts.OthersFact),
            ];
            body.Append($"<tr><th scope=\"row\" class=\"text\">{Markup.Text(run.Name)}</th>{string.Concat(cells.Select(cell => $"<td class=\"text\">{Markup.Text(cell)}</td>"))}</tr>\n");
        }

        string[] head = ["folder", .. sides ? (string[])["side"] : [], "command", "started", "duration", "table", "version", "processor", "load at start", HostFacts.OthersFact];
        html.Append(Markup.Table("Runs that this was made of", Markup.Head(head.Length, head), body.Append("</tbody>").ToString()));
    }

    private static string Fact(RunFacts run, string name) => Fit.Value(run.Environment, name) ?? "";

    private static void AppendNoise(StringBuilder html, Rows rows, Verdict verdict)
    {
        html.Append("<h3 id=\"noise\">The noise: A/A</h3>\n");
        var aa = verdict.Comparisons.AaRows;
        if (aa.Count == 0)
        {
            html.Append("<p>This run has no A/A row: how much a structure differs from itself is not known, so no measured "
                + "difference is called one.</p>\n");
            return;
        }
        html.Append($"<p>allowedips was run against itself in the same pairs. Ideal is 1; the widest quartile of all "
            + $"{Numbers.Count(aa.Count, "row")} is {Numbers.Percent(verdict.Comparisons.WidestNoise!.Value)}. A case is held against "
            + $"the A/A row of the same keys and operation where there is one, else against the widest of all. {Markup.Text(Passes.Rule)}</p>\n");
        var body = new StringBuilder("<tbody>\n");
        foreach (var f in aa)
        {
            var label = Words.Case(f.Keys, f.Chain, f.Operation) is { Length: > 0 } text ? text : "all";
            body.Append($"<tr><th scope=\"row\">{Markup.Text(label)}</th><td>{Markup.Value(rows, f, Scale.Ratio)}</td>")
                .Append($"<td>{Numbers.Percent(verdict.Comparisons.NoiseFor(f)!.Value)}</td><td>{Numbers.Show(f.N)}</td>")
                .Append($"<td>{Markup.BasisTag(f.Basis)}</td></tr>\n");
        }
        html.Append(Markup.Table("allowedips / allowedips", Markup.Head(1, ["case", "ratio", "noise", "pairs", ""]),
            body.Append("</tbody>").ToString()));
    }

    private static void AppendWarnings(StringBuilder html, RunResult result)
    {
        html.Append("<h3 id=\"warnings\">Warnings</h3>\n");
        if (result.Warnings.Count == 0)
        {
            html.Append("<p>None.</p>\n");
            return;
        }
        html.Append("<ul>\n");
        foreach (var warning in result.Warnings)
            html.Append($"<li>{Markup.Text(warning)}</li>\n");
        html.Append("</ul>\n");
    }

    private static void AppendLabels(StringBuilder html, Rows rows)
    {
        string Count(Basis basis) => Numbers.Count(rows.All.Count(f => f.Basis == basis), "row");
        html.Append($"""
            <h3 id="labels">Measured, counted, modelled</h3>
            <ul>
            <li>{Markup.BasisTag(Basis.Measured)} A clock was read, or the system asked. The value is the median of n repetitions, low
            and high are its quartiles. Another machine gives other values. {Count(Basis.Measured)}.</li>
            <li>{Markup.BasisTag(Basis.Counted)} Counted in the live structure: exact, and the same on every machine. Where n is above 1
            the value is a mean over keys, with quartiles over keys. {Count(Basis.Counted)}.</li>
            <li>{Markup.BasisTag(Basis.Modelled)} Follows from a formula or from a model of the kernel. {Count(Basis.Modelled)}.</li>
            {Further(rows)}</ul>
            <p>Kernel memory is counted in the ported structures as Linux 6.12 lays them out on x86-64 and as its slab, kmalloc and
            vmalloc allocators would place them. It is not the memory of the .NET process, which is listed apart.</p>

            """);
    }

    /// <summary>The labels that only a replay of a trace has.</summary>
    private static string Further(Rows rows)
    {
        var further = "";
        if (rows.All.Any(f => f.Basis == Basis.Simulated))
        {
            further += $"<li>{Markup.BasisTag(Basis.Simulated)} A queue on the trace’s own clock, served in the times that were measured at "
                + "full speed.</li>\n";
        }

        if (rows.All.Any(f => f.Basis == Basis.Estimated))
        {
            further += $"<li>{Markup.BasisTag(Basis.Estimated)} Extrapolated from a sample, as the section says; low and high are a 95% "
                + "interval.</li>\n";
        }

        return further;
    }

    private static void AppendRepeat(StringBuilder html, RunResult result) => html.Append($"""
        <h3 id="repeat">To repeat this</h3>
        <pre><code>{Markup.Text(ShellWords.WithProgram(result.Command))}</code></pre>
        <p>From a checkout of the version above. A table with the same SHA-256 and the same seed give the same counted figures to the
        last digit; measured ratios should come out within the noise, measured times will not. <a href="results.csv">results.csv</a> and
        <a href="results.json">results.json</a> hold all rows.</p>

        """);
}
