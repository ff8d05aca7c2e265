// SPDX-License-Identifier: MIT
using System.Text.RegularExpressions;
using Sim.Figures;
using Sim.Reports.Runs;
using Sim.Runner.Tests.Validation;
using Sim.Validation.RealDaemons;
using Xunit;

namespace Sim.Runner.Tests.Reports;

/// <summary>The report of routing daemons, from the made-up rows of daemon-rows.csv.</summary>
public sealed class DaemonSectionTests
{
    [Fact]
    public void The_headline_has_times_and_ratios_to_plain_routes()
    {
        using var folder = ReportFolder.Of(Run());
        var text = PageText.Of(folder.Html);
        Assert.Contains(
            "BIRD fills the FIB in 31.0 s (1 000 IPv4 prefixes), 1.55 times the time with plain routes, and in 15.0 s (500 IPv6 prefixes), 1.38 times the time with plain routes.",
            text, StringComparison.Ordinal);
        Assert.Contains("BIRD, IPv4, the spoke closes its session: every packet reaches another spoke after 0.550 s with mode gateway, and after 1.05 s with AllowedIPs by an agent.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("one round", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_families_have_a_table_of_loading_and_one_of_failovers_and_all_links_lead_somewhere()
    {
        using var folder = ReportFolder.Of(Run());
        var html = folder.Html;
        foreach (var caption in (string[])["IPv4, loading, 1 000 prefixes", "IPv4, failover, 1 000 prefixes", "IPv6, loading, 500 prefixes", "IPv6, failover, 500 prefixes", "Scenes"])
            Assert.Contains($"{caption} measured", PageText.Of(html), StringComparison.Ordinal);
        var links = html.Split("href=\"#").Skip(1).Select(part => part[..part.IndexOf('"')]).Distinct().ToList();
        Assert.All(links, link => Assert.Contains($"id=\"{link}\"", html, StringComparison.Ordinal));
        foreach (var (at, row) in Run().Figures.Index().Where(row => row.Item.Operation == Operations.Load && (row.Item.Metric == Metrics.KernelMemory || row.Item.Metric == Metrics.PeakMemory)))
            Assert.Contains($"row-{at + 1}", links);
        Assert.Equal(["plot-daemons-failover.png", "plot-daemons-load.png"], folder.Files.Where(name => name.EndsWith(".png", StringComparison.Ordinal)));
        // The agent is done when AllowedIPs have all prefixes, 2 s after the FIB.
        Assert.Contains("From 11.0 s (BIRD, IPv6, plain routes) to 44.0 s (BIRD, IPv4, AllowedIPs by an agent).", PageText.Of(html), StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_has_a_table_of_lags_for_each_family()
    {
        var rows = from family in (int[])[4, 6] select new Figure[]
        {
            Metrics.ReplayUpdates.Row(Replay(family), 1000), Metrics.LagMedian.Row(Replay(family), 0.02), Metrics.LagP99.Row(Replay(family), 0.5),
        };
        using var folder = ReportFolder.Of(Run() with { Figures = [.. Run().Figures, .. rows.SelectMany(row => row)] });
        var text = PageText.Of(folder.Html);
        Assert.Contains("IPv4, trace, 1 000 prefixes measured", text, StringComparison.Ordinal);
        Assert.Contains("IPv6, trace, 1 000 prefixes measured", text, StringComparison.Ordinal);
        Assert.Contains("Speed 100 times that of the recording BIRD, mode gateway 0.0200 s 0.500 s 1 000", text, StringComparison.Ordinal);
        static Figure Replay(int family) => Figure.At(Experiment.Daemons, family) with
        {
            Structure = Daemons.Bird, Scheme = SchemeName.Gateway, Operation = Operations.Replay, Peers = 8, Prefixes = 1000, Item = "speed 100",
        };
    }

    [Fact]
    public void A_scan_has_a_table_for_each_family()
    {
        var rows = from family in (int[])[4, 6]
                   select Metrics.CpuDaemon.Row(
                       Figure.At(Experiment.Daemons, family) with
                       {
                           Structure = Daemons.Bird, Scheme = SchemeName.Gateway, Operation = Operations.Scan, Peers = 8, Prefixes = 1000, Item = Failovers.Scan,
                       }, 2.5);
        using var folder = ReportFolder.Of(Run() with { Figures = [.. Run().Figures, .. rows] });
        var text = PageText.Of(folder.Html);
        foreach (var family in (int[])[4, 6])
            Assert.Contains($"IPv{family}, one scan, 1 000 prefixes measured CPU, daemon BIRD mode gateway 2.50 s", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_matrix_says_which_packets_pass()
    {
        using var folder = ReportFolder.Of(Run());
        var text = PageText.Of(folder.Html);
        Assert.Contains("babel mode gateway multicast off, source check strict none none", text, StringComparison.Ordinal);
        Assert.Contains("mode gateway multicast link-local, source check strict all packets all packets", text, StringComparison.Ordinal);
        Assert.Contains("75 % of the pairs 75 % of the pairs", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_busy_run_gives_no_verdict_and_marks_its_times()
    {
        var run = Run();
        using var folder = ReportFolder.Of(run with { Figures = [.. run.Figures.Select(f => f.Unit is "s" or "ratio" ? f with { Flag = Figure.Busy } : f)] });
        var text = PageText.Of(folder.Html);
        Assert.Contains("The machine was busy: this run has no verdict on times.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("fills the FIB", text, StringComparison.Ordinal);
        Assert.DoesNotContain("every packet reaches another spoke", text, StringComparison.Ordinal);
        Assert.Contains("31.0 s busy", text, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(text, "The machine was busy: these times give no verdict"));
    }

    [Fact]
    public void Two_runs_are_merged()
    {
        var run = Run();
        using var first = ReportFolder.Of(run);
        using var second = ReportFolder.Of(run with { Started = run.Started.AddHours(1), Figures = [.. run.Figures.Select(f => f.Unit == "s" ? f.Of(f.Value * 2) : f)] });
        var merged = Merger.Merge([StoredRun.Read(first.Path, File.OpenRead), StoredRun.Read(second.Path, File.OpenRead)], "report a b");
        var complete = Assert.Single(merged.Figures, f => f.Metric == Metrics.FibComplete && f is { Family: 4, Scheme: "gateway" });
        Assert.Equal((46.5, 2), (complete.Value, complete.N));
        using var both = ReportFolder.Of(merged);
        Assert.Contains("BIRD fills the FIB in 46.5 s", PageText.Of(both.Html), StringComparison.Ordinal);
    }

    private static RunResult Run()
    {
        var matrix = new DaemonMatrix();
        foreach (var line in new[]
        {
            "# packets: gateway off strict 0/12", "ok - babel: no packet passes", "# packets: gateway link-local strict 12/12", "ok - babel: all pass",
            "# packets: auto off loose 9/12", "ok - bgp: some pass",
        })
            matrix.Take(line);
        return new FabricatedRun().Build() with { Command = "daemons", Figures = [.. DaemonRows.Read([DaemonRowsTests.Fixture]), .. matrix.Figures] };
    }
}
