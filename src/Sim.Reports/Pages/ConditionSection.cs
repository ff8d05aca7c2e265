// SPDX-License-Identifier: MIT
using Sim.Figures.Measuring;

namespace Sim.Reports.Pages;

/// <summary>The conditions of the run, the meaning of the labels, and the way to repeat the run.</summary>
internal static class ConditionSection
{
    /// <summary>Returns the section. The section lists the noise if there is a verdict on a bench, and the prefixes if there is a
    /// validation.</summary>
    public static Section Of(Rows rows, ValidationView? view = null, Verdict? verdict = null)
    {
        var result = rows.Result;
        var table = result.Table;
        return new("conditions", "Conditions", "Conditions", $"""
            {Markup.Pairs("The table",
            [
                new("source", table.Source), new("family", $"IPv{table.Family}"), new("prefixes", Numbers.Show(table.Prefixes)),
                new("next hops", Numbers.Show(table.NextHops)), new("SHA-256 of the sorted prefixes", table.Sha256),
                .. view?.Prefixes() is { Length: > 0 } prefixes ? (NamedFact[])[new("prefixes validated", prefixes)] : [],
            ])}{Run(result)}{Runs(result)}{Markup.Pairs("The machine", result.Environment)}{Markup.Pairs("Versions", result.Versions)}{(verdict is null ? null : Noise(rows, verdict))}
            <h3 id="{new Anchor("warnings")}">Warnings</h3>
            {(result.Warnings.Count == 0 ? (Html)$"<p>None.</p>" : $"<ul>\n{Html.Concat(result.Warnings, warning => $"<li>{warning}</li>\n")}</ul>")}
            {Labels(rows)}{Repeat(result)}
            """);
    }

    private static Html Run(RunResult result)
    {
        var several = result.Runs.Count > 0;
        return Markup.Pairs(several ? "This report" : "The run",
        [
            new("command", ShellWords.WithProgram(result.Command)), new("seed", result.Seed.ToString(CultureInfo.InvariantCulture)),
            new(several ? "first run started" : "started", Time(result.Started)),
            new(several ? "duration of all runs" : "duration", $"{Numbers.Show(result.Duration.TotalSeconds)} s"),
            new("repetitions", result.Quick ? "few (--quick)" : "full"), new("rows", Numbers.Show(result.Figures.Count)),
        ]);
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);

    private static Html Runs(RunResult result)
    {
        var sides = result.Runs.Any(run => run.Side.Length > 0);
        Html Line(RunFacts run)
        {
            string[] cells =
            [
                .. sides ? (string[])[run.Side] : [], run.Command, Time(run.Started), $"{Numbers.Show(run.Duration.TotalSeconds)} s",
                $"IPv{run.Table.Family}, {Numbers.Show(run.Table.Prefixes)} prefixes of {run.Table.Source}", run.Versions is [var version, ..] ? version.Value : "",
                Fact(run, "processor"), Fact(run, HostFacts.LoadFact), Fact(run, HostFacts.OthersFact),
            ];
            return $"<tr><th scope=\"row\" class=\"text\">{run.Name}</th>{Html.Concat(cells, cell => $"<td class=\"text\">{cell}</td>")}</tr>\n";
        }

        string[] head = ["folder", .. sides ? (string[])["side"] : [], "command", "started", "duration", "table", "version", "processor", "load at start", HostFacts.OthersFact];
        return Html.If(result.Runs.Count > 0, $"""
            <h3 id="{new Anchor("runs")}">The runs</h3>
            <p>{Merger.Rule}</p>
            {Markup.Table("Runs behind this report", Markup.Head(head.Length, head), Markup.Body(result.Runs.Select(Line)))}
            """);
    }

    private static string Fact(RunFacts run, string name) => Fit.Value(run.Environment, name) ?? "";

    private static Html Noise(Rows rows, Verdict verdict)
    {
        var aa = verdict.Comparisons.AaRows;
        if (aa.Count == 0)
        {
            return $"""
                <h3 id="{new Anchor("noise")}">The noise: A/A</h3>
                <p>This run did not measure allowedips against itself (no A/A row). The run’s noise is not known, so no measured difference counts.</p>

                """;
        }

        var lines = aa.Select(f => Markup.Row(
            Words.Case(f.Keys, f.Chain, f.Operation) is { Length: > 0 } label ? label : "all",
            [
                Markup.Value(rows, f, Scale.Ratio), $"{Numbers.Percent(verdict.Comparisons.NoiseFor(f)!.Value)}", $"{Numbers.Show(f.N)}", Markup.BasisTag(f.Basis),
            ]));
        return $"""
            <h3 id="{new Anchor("noise")}">The noise: A/A</h3>
            <p>allowedips was measured against itself, in the same pairs. Ideal is 1;
            the widest quartile of all {Numbers.Count(aa.Count, "row")} is {Numbers.Percent(verdict.Comparisons.WidestNoise!.Value)}. The noise of a case is that of the A/A row with the same keys and operation, or the widest of all A/A rows if there is none. {Passes.Rule}</p>
            {Markup.Table("allowedips / allowedips", Markup.Head(1, ["case", "ratio", "noise", "pairs", ""]), Markup.Body(lines))}
            """;
    }

    private static Html Labels(Rows rows)
    {
        Html Line(Basis basis, string meaning) =>
            $"<li>{Markup.BasisTag(basis)} {meaning} {Numbers.Count(rows.All.Count(f => f.Basis == basis), "row")}.</li>\n";
        Html Further(Basis basis, string meaning) => Html.If(rows.All.Any(f => f.Basis == basis), Line(basis, meaning));
        return $"""
            <h3 id="{new Anchor("labels")}">Measured, counted, modelled</h3>
            <ul>
            {Line(Basis.Measured, "A clock was read, or the system was asked. The value is the median of n repetitions, and low and high are its quartiles. Another machine gives other values.")}{
            Line(Basis.Counted, "Counted in the live structure: exact, and the same on every machine. If n is above 1, the value is a mean over keys, with quartiles over keys.")}{
            Line(Basis.Modelled, "Follows from a formula or from a model of the kernel.")}{
            Further(Basis.Simulated, "A queue on the trace’s own clock, with service times that were measured at full speed.")}{
            Further(Basis.Estimated, "Extrapolated from a sample, as the section says; low and high are a 95 % interval.")}</ul>
            {Html.If(rows.All.Any(f => f.Basis == Basis.Counted), $"""
            <p>Kernel memory is counted in the ported structures, with the x86-64 layout and the slab, kmalloc and vmalloc allocators of {Followed(rows.Result)}. The memory
            of the .NET process is not part of it, and is listed apart.</p>

            """)}
            """;
    }

    /// <summary>Returns the release of Linux that the run's ports follow, such as Linux 7.3.</summary>
    private static string Followed(RunResult result) =>
        result.Versions.FirstOrDefault(version => version.Value.StartsWith("Linux ", StringComparison.Ordinal))?.Value.Split(" (")[0] ?? "Linux";

    private static Html Repeat(RunResult result) => $"""
        <h3 id="{new Anchor("repeat")}">To repeat this</h3>
        <pre><code>{ShellWords.WithProgram(result.Command)}</code></pre>
        <p>Run it from a checkout of the version above. A table with the same SHA-256 and the same seed give the same counted figures to the last digit.
        Measured ratios should agree within the noise; measured times will not. <a href="results.csv">results.csv</a> and
        <a href="results.json">results.json</a> hold all rows.</p>

        """;
}
