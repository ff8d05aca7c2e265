// SPDX-License-Identifier: MIT
namespace Sim.Reports.Pages;

/// <summary>Chooses the page for a result from its rows, and composes its sections. The plot files of each part have a different
/// suffix.</summary>
internal sealed class PageComposer(Func<PlotSpec, string, PagePlot> draw)
{
    /// <summary>The suffix of the plot files in every part except the first. The number of the part follows the suffix.</summary>
    public const string PartSuffix = "-part";

    public Html Render(Rows rows)
    {
        if (CompareView.Of(rows) is { } compared)
            return Comparison(rows, compared).Render(rows);
        var parts = rows.Parts();
        return parts.Count == 1
            ? OfRun(rows, "").Render(rows)
            : Page.Join(rows, Families(rows, parts), [.. parts.Select((part, i) => (Name(part.Result.Runs[0]), OfRun(part, i == 0 ? "" : $"{PartSuffix}{i + 1}")))]);
    }

    private static string Name(RunFacts run) => $"{run.Part.Command}, IPv{run.Part.Family}";

    private static Html RunOn(RunResult result) =>
        $"Run on {result.Started:yyyy-MM-dd HH:mm zzz}{(result.Quick ? ", with fewer repetitions (--quick)" : "")}.";

    private List<PagePlot> Drawn(IEnumerable<PlotSpec> plots, string suffix) => [.. plots.Select(plot => draw(plot, suffix))];

    private Page OfRun(Rows rows, string suffix)
    {
        if (DaemonView.Of(rows) is { } daemons)
            return Daemon(rows, daemons, suffix);
        var (view, churn, scaling) = (ValidationView.Of(rows), ChurnView.Of(rows), ScalingView.Of(rows));
        if (HubView.Of(rows) is { } hub)
            return Hub(rows, hub, view, suffix);
        // A run without any row counts as a bench.
        var others = (view?.Figures.Count ?? 0) + (churn?.Figures.Count ?? 0) + (scaling?.Figures.Count ?? 0);
        if (others == 0 || rows.All.Count > others)
            return Bench(rows, view, suffix);
        return view is not null ? Validation(rows, view, suffix)
            : churn is not null ? Churn(rows, churn, scaling, suffix)
            : Scaling(rows, scaling!, suffix);
    }

    private Page Bench(Rows rows, ValidationView? view, string suffix)
    {
        var (table, verdict) = (rows.Result.Table, new Verdict(rows));
        var falls = BenchWaterfalls.Of(rows, verdict.Comparisons);
        var plots = Drawn(PlotSet.For(rows, verdict), suffix);
        var families = plots.FindAll(plot => plot.Spec.Name == FamilyPlot.Name);
        return new(
            $"AllowedIPs or a route attribute: {table.Source}",
            $"Should a route attribute replace WireGuard’s AllowedIPs{(table.Family == 6 ? " for IPv6" : "")}?",
            $"""
            Memory, lookups and updates of the allowedips trie and of the IPv{table.Family} FIB, side by side. The table is {table.Source}:
            {Numbers.Show(table.Prefixes)} prefixes, {Numbers.Show(table.NextHops)} next hops. {RunOn(rows.Result)}
            """,
            [
                AnswerSection.Of(rows, verdict), FamilySection.Of(rows, Html.Concat(families, Page.Figure)), WhatIfSection.Of(rows),
                TrieSection.OfBench(rows, falls, Html.Concat(Drawn(WaterfallPlots.For(falls), suffix), Page.Figure)),
                Page.Plots("plots", "Plots", "One plot per question", $"""
                    Bars and dots are medians or counts, the thin marks quartiles. Orange is allowedips and blue is fib, as the text beside every mark says.
                    """, [.. plots.Except(families)]),
                DetailSection.Of(rows), .. view is null ? (Section[])[] : ValidationSections(view, suffix, warn: false), ConditionSection.Of(rows, view, verdict),
            ]);
    }

    private Page Validation(Rows rows, ValidationView view, string suffix) => new(
        $"The ports compared with the kernel: {rows.Result.Table.Source}",
        "Do the ports do what the kernel does?",
        $"""
        The ports of the allowedips trie and of the FIB are compared with {(view.Kernel.Length > 0 ? view.Kernel : "a kernel")}. The table is
        {rows.Result.Table.Source}{(view.Prefixes() is { Length: > 0 } prefixes ? $": {prefixes} prefixes" : "")}. {RunOn(rows.Result)}
        """,
        [.. ValidationSections(view, suffix, warn: true), ConditionSection.Of(rows, view)]);

    private Section[] ValidationSections(ValidationView view, string suffix, bool warn) =>
    [
        ValidationSection.Of(view, warn),
        Page.Plots("validation-plots", "Plots of kernel and port", "Kernel and port in plots", $"""
            Orange is allowedips and blue is fib, as the text beside every mark says.
            """, Drawn(ValidationPlots.For(view), suffix)),
    ];

    private Page Churn(Rows rows, ChurnView churn, ScalingView? scaling, string suffix)
    {
        var table = rows.Result.Table;
        var falls = ChurnWaterfalls.Of(churn);
        string Traced(Metric metric) => Numbers.Show(Math.Round(churn.Trace(metric)?.Value ?? 0));
        return new(
            $"Schemes under churn: {table.Source}",
            "What does churn cost with AllowedIPs, and with routes?",
            $"""
            {Traced(Metrics.Events)} BGP events in {Traced(Metrics.Clock)} s make {Traced(Metrics.Changes)} changes. The table is {table.Source} with {Numbers.Show(table.Prefixes)}
            IPv{table.Family} prefixes. {Numbers.Count(churn.Schemes.Count, "scheme")} of binding prefixes to peers replay{(churn.Schemes.Count == 1 ? "s" : "")} these changes. {RunOn(rows.Result)}
            """,
            [
                ChurnAnswer.Of(churn),
                Page.Plots("plots", "Plots", "One plot per question", $"""
                    Orange schemes bind prefixes in the allowedips trie, blue ones in routes, as the text beside every mark says.
                    """, Drawn(ChurnPlots.For(churn), suffix)),
                TrieSection.OfChurn(rows, falls, Html.Concat(Drawn(WaterfallPlots.For(falls), suffix), Page.Figure)),
                ReaderSection.Of(churn), .. scaling is null ? (Section[])[] : [ScalingSection.Of(scaling, Drawn(ScalingPlots.For(scaling), suffix), warn: false)],
                ChurnSection.Of(churn), ConditionSection.Of(rows),
            ]);
    }

    private Page Scaling(Rows rows, ScalingView scaling, string suffix) => new(
        $"Schemes over sizes: {rows.Result.Table.Source}",
        "How do costs grow with AllowedIPs, and with routes?",
        $"""
        {Numbers.Count(scaling.Schemes.Count, "scheme")} of binding prefixes to peers, measured over numbers of prefixes and of peers. The tables are {rows.Result.Table.Source}
        with {Numbers.Show(rows.Result.Table.Prefixes)} prefixes, and smaller and larger tables of the same structure. {RunOn(rows.Result)}
        """,
        [ScalingSection.Of(scaling, Drawn(ScalingPlots.For(scaling), suffix), warn: true), ConditionSection.Of(rows)]);

    private Page Daemon(Rows rows, DaemonView daemons, string suffix) => new(
        $"Routing daemons on WireGuard: {rows.Result.Table.Source}",
        "What does a full table cost a real routing daemon on one WireGuard device?",
        $"""
        A hub with eight WireGuard peers learns prefixes of {rows.Result.Table.Source} by BGP from an unchanged daemon, in a kernel with the patches. Then a peer fails.
        {RunOn(rows.Result)}
        """,
        [DaemonSection.Of(daemons, Drawn(DaemonPlots.For(daemons), suffix)), ConditionSection.Of(rows)]);

    /// <summary>Returns the page of packets and peers. Runs of other parts of <c>validate</c> may have been merged into the result.</summary>
    private Page Hub(Rows rows, HubView hub, ValidationView? view, string suffix) => new(
        $"Packets and peers in the kernel: {rows.Result.Table.Source}",
        hub.Has(Experiment.HubPackets) ? "What does a packet cost if a route names its peer?" : "Why not a WireGuard device per peer?",
        $"""
        A hub with WireGuard peers in a kernel with the patches. The prefixes are those of {rows.Result.Table.Source}. {RunOn(rows.Result)}
        """,
        [
            HubSection.Of(hub, Drawn(HubPlots.OfPackets(hub), suffix)), DeviceSection.Of(hub, Drawn(HubPlots.OfDevices(hub), suffix)),
            .. view is null ? (Section[])[] : ValidationSections(view, suffix, warn: false), ConditionSection.Of(rows, view),
        ]);

    private Page Comparison(Rows rows, CompareView view) => new(
        $"Before and after: {rows.Result.Table.Source}",
        "Which figures changed?",
        $"""
        Before: {Named(rows.Result, RunComparison.Before)}. After: {Named(rows.Result, RunComparison.After)}. The table is
        {rows.Result.Table.Source} with {Numbers.Show(rows.Result.Table.Prefixes)} prefixes.
        """,
        [
            CompareSection.Answer(view),
            Page.Plots("plots", "Plot", "The largest changes", $"Dots are ratios, lines their intervals.", Drawn(new[] { ComparePlots.For(view) }.OfType<PlotSpec>(), "")),
            CompareSection.Details(view), ConditionSection.Of(rows),
        ]);

    /// <summary>Returns the names of the runs of one side, with the program's version: a, b (version 0.1.0+4c2f...).</summary>
    private static string Named(RunResult result, string side)
    {
        var runs = result.Runs.Where(run => run.Side == side).ToList();
        var version = runs is [{ Versions: [var own, ..] }, ..] ? $" (version {own.Value})" : "";
        return string.Join(", ", runs.Select(run => run.Name)) + version;
    }

    /// <summary>Returns the section with a verdict on each family and a plot for both; null if all parts are of one family.</summary>
    private Section? Families(Rows rows, IReadOnlyList<Rows> parts)
    {
        if (FamilyCosts.Of(rows).Count < 2)
            return null;
        var compared = parts.Where(part => FamilyCosts.Of(part).Count > 0).OrderBy(part => part.Family);
        return FamilySection.OfBoth(rows, compared.SelectMany(Verdicts), Page.Figure(draw(FamilyPlot.For(rows)!, $"{PartSuffix}s")));
    }

    private static string[] Verdicts(Rows part)
    {
        var verdict = new Verdict(part);
        return BenchWaterfalls.Of(part, verdict.Comparisons) is { Count: > 0 } falls
            ? [verdict.Headline(), TrieSection.Headline(part.Family, falls)] : [verdict.Headline()];
    }
}
