// SPDX-License-Identifier: MIT
using System.Text.RegularExpressions;
using Sim.Figures;
using Sim.Files;
using Sim.Lab;
using Sim.Runner.Tests.Commands;
using Sim.Validation.RealDaemons;
using Xunit;

namespace Sim.Runner.Tests.Validation;

/// <summary>Figures from rows of full-table.sh. daemon-rows.csv has made-up rows of two rounds, with every name that the script gives.</summary>
public sealed partial class DaemonRowsTests
{
    public const string Header = "name,value,unit,daemon,way,family,prefixes,seconds,failover";

    public static string Fixture => Path.Combine(AppContext.BaseDirectory, "daemon-rows.csv");

    [Fact]
    public void Rows_of_both_families_become_medians_with_quartiles_in_the_metrics_unit()
    {
        var figures = DaemonRows.Read([Fixture]);
        Figure Of(Metric metric, int family, string way, string item = "") =>
            Assert.Single(figures, f => f.Metric == metric && f.Family == family && f.Scheme == way && (item.Length == 0 || f.Item == item));
        var complete = Of(Metrics.FibComplete, 4, SchemeName.Gateway);
        Assert.Equal((31, 30.5, 31.5, 2, "s", Basis.Measured), (complete.Value, complete.Low, complete.High, complete.N, complete.Unit, complete.Basis));
        Assert.Equal(("daemons", "bird", "load", 8, 1000L), (complete.Experiment, complete.Structure, complete.Operation, complete.Peers, complete.Prefixes));
        Assert.Equal(15, Of(Metrics.FibComplete, 6, SchemeName.Gateway).Value);
        Assert.Equal(10240 * 1024, Of(Metrics.PeakMemory, 4, SchemeName.Agent, "bird").Value);
        Assert.Equal(512 * 1024, Of(Metrics.PeakMemory, 6, SchemeName.Agent, "full").Value);
        Assert.Equal(1, Of(Metrics.LostPackets, 6, SchemeName.Agent, "session").Value);
        Assert.Equal(2, figures.Count(f => f.Metric == Metrics.CpuDaemon && f is { Family: 4, Scheme: "gateway" }));
        Assert.All(figures, f => Assert.Same(f.Metric, Metrics.Find(f.Metric.Name, f.Experiment)));
    }

    [Theory]
    [InlineData("load_kernel_VmallocUsed", "kernel-vmallocused", "load", "")]
    [InlineData("peak_memory_hub-bird", "peak-memory", "load", "hub-bird")]
    [InlineData("failover_overruns", "failover-overruns", "failover", "")]
    [InlineData("failover_request_time", "request-time", "failover", "")]
    [InlineData("hold_last_wrong", "last-wrong", "hold", "")]
    [InlineData("hold_end", "failover-end", "hold", "")]
    [InlineData("replay_lag_p99", "lag-p99", "replay", "")]
    [InlineData("replay_cpu_daemon", "cpu-daemon", "replay", "")]
    [InlineData("replay_seconds", "replay-seconds", "replay", "")]
    [InlineData("scan_cpu_daemon", "cpu-daemon", "scan", "")]
    public void A_name_is_a_metric_of_a_step(string row, string metric, string operation, string process)
    {
        var found = Metrics.OfDaemon(row);
        Assert.Equal((metric, operation, process), (found?.Metric.Name, found?.Operation, found?.Process));
    }

    [Fact]
    public void Every_name_that_the_lab_prints_has_a_metric()
    {
        // "%s_last_lost %.3f s\n" of C programs, with the step's name before it, and row "$1_cpu_agent" of scripts.
        var folder = Path.Combine(LabBuild.FindCheckout(), "kernel-patch/daemons/full-table");
        var names = Directory.EnumerateFiles(folder).Select(File.ReadAllText)
            .SelectMany(text => PrintedName.Matches(text)).Select(match => match.Groups["name"].Value).Distinct()
            .SelectMany(name => name.StartsWith('_') ? (string[])[$"failover{name}", $"load{name}"] : [name]).ToList();
        Assert.True(names.Count > 45, $"{names.Count} names");
        Assert.DoesNotContain(names, name => Metrics.OfDaemon(name) is null);
    }

    [GeneratedRegex("""(?<=\\n|"|%s)(?<name>[a-z0-9_]+)(?= %[a-z0-9.]+ [a-z]+\\n)|row "?(\$1)?(?<name>[a-z0-9_]+)"? """, RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PrintedName { get; }

    [Fact]
    public void A_ratio_to_plain_routes_is_that_of_the_same_round()
    {
        var ratios = DaemonRows.Read([Fixture]).Where(f => f.Metric == Metrics.FibCompleteRatio).ToDictionary(f => (f.Family, f.Scheme));
        Assert.Equal([(4, "agent"), (4, "gateway"), (6, "agent"), (6, "gateway")], ratios.Keys.Order());
        // 30 / 20 and 32 / 20; 15 / 12 and 15 / 10.
        Assert.Equal(1.55, ratios[(4, "gateway")].Value, 12);
        Assert.Equal(1.375, ratios[(6, "gateway")].Value, 12);
    }

    [Fact]
    public void Runs_of_other_failovers_add_rounds_to_loads_and_rows_of_their_own_to_failovers()
    {
        using var scratch = new Scratch();
        var removal = scratch.Write("removal.csv", File.ReadAllText(Fixture).Replace(",session\n", ",removal\n", StringComparison.Ordinal));
        var figures = DaemonRows.Read([Fixture, removal]);
        Assert.All(figures.Where(f => f.Operation == Operations.Load), f => Assert.Equal(4, f.N));
        Assert.Equal(["removal", "session"], figures.Where(f => f.Metric == Metrics.LastWrong).Select(f => f.Item).Distinct().Order());
        Assert.All(figures.Where(f => f.Operation == Operations.Failover), f => Assert.Equal(2, f.N));
    }

    [Fact]
    public void A_trace_has_rows_of_its_speed_and_family_and_adds_rounds_to_loads()
    {
        using var scratch = new Scratch();
        var rows = from family in (int[])[4, 6] from speed in (int[])[10, 100] select $"""
            fib_complete,20,s,bird,gateway,{family},1000,1,replay-{speed}
            replay_lag_median,0.0{speed},s,bird,gateway,{family},1000,1,replay-{speed}
            replay_netlink_messages,{speed * 1000},messages,bird,gateway,{family},1000,1,replay-{speed}
            """;
        var figures = DaemonRows.Read([scratch.Write("rows.csv", $"{Header}\n{string.Join('\n', rows)}\n")]);
        Assert.All(figures.Where(f => f.Operation == Operations.Load), f => Assert.Equal(2, f.N));
        Assert.Equal(
            [(4, "speed 10", 0.010), (4, "speed 100", 0.0100), (6, "speed 10", 0.010), (6, "speed 100", 0.0100)],
            figures.Where(f => f.Metric == Metrics.LagMedian).Select(f => (f.Family, f.Item, f.Value)));
        Assert.Equal(100_000, Assert.Single(figures, f => f.Metric == Metrics.NetlinkMessages && f is { Family: 6, Item: "speed 100" }).Value);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_scan_has_rows_of_its_own_and_its_guests_load_is_left_out(int family)
    {
        using var scratch = new Scratch();
        var figures = DaemonRows.Read([scratch.Write("rows.csv", $"""
            {Header}
            fib_complete,20,s,bird,gateway,{family},1000,1,scan
            load_cpu_daemon,19,s,bird,gateway,{family},1000,1,scan
            scan_cpu_daemon,2,s,bird,gateway,{family},1000,1,scan

            """)]);
        var scan = Assert.Single(figures);
        Assert.Equal((Metrics.CpuDaemon, "scan", family, 2.0), (scan.Metric, scan.Operation, scan.Family, scan.Value));
    }

    [Theory]
    [InlineData("fib_compleat,1,s,bird,gateway,4,10,1,session", "no metric for the row 'fib_compleat'")]
    [InlineData("time,1,s,bird,gateway,4,10,1,session", "no metric for the row 'time'")]
    [InlineData("load_last_wrong,1,packets,bird,gateway,4,10,1,session", "load_last_wrong in packets, not in s")]
    [InlineData("failover_last_wrong,1,s,bird,gateway,4,10,1,fire", "no such failover or speed: 'fire'")]
    [InlineData("replay_lag_most,1,s,bird,gateway,4,10,1,session", "no such failover or speed: 'session'")]
    [InlineData("replay_lag_most,1,s,bird,gateway,4,10,1,replay-fast", "no such failover or speed: 'replay-fast'")]
    [InlineData("fib_complete,1,s,bird,tunnel,4,10,1,session", "no such daemon or way: bird, tunnel")]
    [InlineData("fib_complete,1,s,routed,gateway,4,10,1,session", "no such daemon or way: routed, gateway")]
    [InlineData("fib_complete,nan,s,bird,gateway,4,10,1,session", "not a row of a family and a number")]
    [InlineData("fib_complete,1,s,bird,gateway,5,10,1,session", "not a row of a family and a number")]
    [InlineData("fib_complete,1,s,bird,gateway,4,10,1", "not a row of a family and a number")]
    public void A_line_that_is_no_row_is_refused_with_file_and_line(string line, string reason)
    {
        using var scratch = new Scratch();
        var file = scratch.Write("rows.csv", $"{Header}\nfib_complete,1,s,bird,gateway,4,10,1,session\n{line}\n");
        var error = Assert.Throws<UserException>(() => DaemonRows.Read([file]));
        Assert.StartsWith($"{file}, line 3: {reason}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_with_other_columns_are_refused()
    {
        using var scratch = new Scratch();
        var file = scratch.Write("rows.csv", "name,value,unit,daemon,way,family,prefixes,seconds\n");
        Assert.StartsWith($"{file}, line 1: ", Assert.Throws<UserException>(() => DaemonRows.Read([file])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_matrix_has_the_claims_about_packets_that_hold_with_their_settings()
    {
        var matrix = new DaemonMatrix();
        foreach (var line in new[]
        {
            "# packets: gateway off strict 0/12", "ok - babel: without the flag no packet passes", "ok - babel: a claim about routes",
            "# packets: gateway link-local loose 6/12", "not ok - babel: half pass", "ok - babel: a claim about routes",
            "# packets: auto off strict 9/12", "# anything", "ok - bgp: some pass",
        })
            matrix.Take(line);
        Assert.Equal(
            [(4, "babel", "gateway", "multicast off, source check strict", 0.0), (6, "babel", "gateway", "multicast off, source check strict", 0.0),
                (4, "bgp", "auto", "multicast off, source check strict", 0.75), (6, "bgp", "auto", "multicast off, source check strict", 0.75)],
            matrix.Figures.Select(f => (f.Family, f.Structure, f.Scheme, f.Item, f.Value)));
        Assert.All(matrix.Figures, f => Assert.Equal(("daemon-matrix", Metrics.PairsPassed), (f.Experiment, f.Metric)));
    }
}
