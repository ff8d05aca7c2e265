// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Text.RegularExpressions;
using Sim.Figures;
using Sim.Kernel;
using Sim.Runner.Tests.Reports;
using Sim.Runner.Tests.Validation;
using Sim.Workloads.Synthesis;
using Xunit;

namespace Sim.Runner.Tests.Commands;

/// <summary>The command <c>daemons</c> in a checkout whose scripts are faked: they print lines, and copy made-up rows.</summary>
public sealed class DaemonsCommandTests : IDisposable
{
    private const string Rows = """for ((i = 1; i <= $#; i++)); do [ "${!i}" != --rows ] || { i=$((i + 1)) && cp "$ROWS" "${!i}"; }; done""";

    private readonly Scratch _scratch = new();

    public DaemonsCommandTests()
    {
        Directory.CreateDirectory(_scratch["kernel-patch/vm"]);
        Directory.CreateDirectory(_scratch["kernel-patch/daemons"]);
        _scratch.Write("Sim.sln", "");
        _scratch.Write("kernel-patch/vm/build.sh", "");
        _scratch.Write("table", string.Concat(Enumerable.Range(0, 300).Select(at => $"10.0.{at % 250}.{at / 250 * 4}/30\n2001:db8:{at:x}::/48\n")));
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_run_shows_the_lines_of_the_scripts_and_writes_rows_and_page()
    {
        var ran = Run(
            $"""
            echo "words: $*"; echo "# with Linux 7.3.4, bird2 2.0.12-7"; {Rows}
            """,
            """
            echo '# packets: gateway off strict 12/12'; echo 'ok - bgp: every packet passes'
            """,
            "--matrix", "--rounds", "2", "--way", "gateway,dummy,agent");
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Contains("words: --daemon bird --family both --rounds 2 --way gateway --way dummy --way agent --streams ", ran.Out, StringComparison.Ordinal);
        Assert.Contains("ok - bgp: every packet passes\n", ran.Out, StringComparison.Ordinal);
        var run = ReportFolder.Results(_scratch["report/results.json"]);
        Assert.Contains(new NamedFact("kernel under test", "User-Mode Linux: Linux 7.3.4, bird2 2.0.12-7"), run.Environment);
        Assert.Equal((300, 1ul), (run.Table.Prefixes, run.Seed));
        Assert.Equal(1.55, Assert.Single(run.Figures, f => f.Metric == Metrics.FibCompleteRatio && f is { Family: 4, Scheme: "gateway", Flag: "" }).Value, 12);
        Assert.Equal([4, 6], run.Figures.Where(f => f.Metric == Metrics.PairsPassed).Select(f => f.Family));
        Assert.True(File.Exists(_scratch["report/results.csv"]));
        Assert.Contains("BIRD fills the FIB in", File.ReadAllText(_scratch["report/index.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_is_played_at_each_speed_after_the_failovers_and_the_script_gets_the_messages_of_both_families()
    {
        using (var file = File.Create(_scratch["updates"]))
        {
            using var writer = new MrtUpdateWriter(file, 1);
            foreach (var prefix in (string[])["10.0.7.0/30", "2001:db8:7::/48"])
                writer.Write(new RouteUpdate(1_700_000_000_000_000, Prefix.Parse(prefix), 0, Announce: true));
        }

        var ran = Run(
            $"""
            echo "words: $*"; while [ "$1" != --streams ]; do shift; done
            for of in 4 6; do wc -l <"$2/$of/list"; [ -s "$2/$of/tunnel/1.own" ] && [ -s "$2/$of/tunnel/1.backup" ] && [ -s "$2/$of/dummy/8.own" ] && grep -x 'changes 1' "$2/$of/trace"; done
            {Rows}
            """,
            "exit 1", "--updates", _scratch["updates"], "--speed", "1,50", "--failover", "session");
        Assert.True(ran.Code == 0, ran.Error);
        var words = ran.Out.Split('\n').Where(line => line.StartsWith("words: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, words.Count);
        foreach (var (line, end) in words.Zip((string[])["--failover session", "--speed 1", "--speed 50"]))
            Assert.Contains($" {end} --rows ", line, StringComparison.Ordinal);
        Assert.Equal(6, Regex.Count(ran.Out, "^300\nchanges 1$", RegexOptions.Multiline));
    }

    [Fact]
    public void Without_a_failover_a_trace_alone_is_played()
    {
        using (var file = File.Create(_scratch["updates"]))
        {
            using var writer = new MrtUpdateWriter(file, 1);
            writer.Write(new RouteUpdate(1_700_000_000_000_000, Prefix.Parse("10.0.7.0/30"), 0, Announce: true));
        }

        var ran = Run($"echo \"words: $*\"; {Rows}", "exit 1", "--updates", _scratch["updates"], "--failover", "none", "--family", "4");
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Contains(" --speed 100 --rows ", Assert.Single(ran.Out.Split('\n'), line => line.StartsWith("words: ", StringComparison.Ordinal)), StringComparison.Ordinal);
        var other = Run("echo started", "exit 1", "--updates", _scratch["updates"], "--family", "6");
        Assert.Equal(2, other.Code);
        Assert.Contains("no change of an IPv6 prefix", other.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("started", other.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_on_a_busy_machine_has_no_verdict_on_times()
    {
        var ran = Run($"echo '# The machine was busy with other work (load 3.00): do not compare these times.'; {Rows}", "exit 1");
        Assert.True(ran.Code == 0, ran.Error);
        var run = ReportFolder.Results(_scratch["report/results.json"]);
        Assert.Contains("The machine was busy with other work (load 3.00): do not compare these times.", run.Warnings);
        Assert.All(run.Figures, f => Assert.Equal(f.Unit is "s" or "ratio" ? Figure.Busy : "", f.Flag));
        Assert.Contains("The machine was busy: this run has no verdict on times.", File.ReadAllText(_scratch["report/index.html"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo 'not ok - the FIB has all prefixes'; exit 1", "exit 0", 1, "not all claims of kernel-patch/daemons/full-table.sh hold")]
    [InlineData("COPY", "exit 1", 1, "not all claims of kernel-patch/daemons/run.sh hold")]
    [InlineData("echo 'lab: missing packages' >&2; exit 69", "exit 0", 2, "lab: missing packages")]
    [InlineData("exit 64", "exit 0", 2, "full-table.sh refuses these options together")]
    [InlineData("exit 70", "exit 0", 1, "full-table.sh ended with code 70")]
    [InlineData("sed -i 's/^fib_complete/fib_compleat/' \"$ROWS\"; COPY", "exit 0", 2, ".csv, line 2: no metric for the row 'fib_compleat'")]
    public void Without_claims_that_hold_and_rows_that_are_known_the_old_report_stays(string fullTable, string matrix, int code, string message)
    {
        Directory.CreateDirectory(_scratch["report"]);
        _scratch.Write("report/index.html", "old");
        var ran = Run(fullTable.Replace("COPY", Rows, StringComparison.Ordinal), matrix, "--matrix");
        Assert.Equal(code, ran.Code);
        Assert.Contains(message, ran.Error, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(_scratch["report/index.html"]));
    }

    [Theory]
    [InlineData("--way", "tunnel")]
    [InlineData("--failover", "fire")]
    [InlineData("--prefixes", "7")]
    [InlineData("--rounds", "0")]
    [InlineData("--speed", "0")]
    public void An_option_that_the_script_would_refuse_is_refused_at_once(string option, string value)
    {
        var ran = Run("echo started", "echo started", option, value);
        Assert.Equal(2, ran.Code);
        Assert.Contains($"{option} takes", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("started", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_run_waits_until_the_script_has_ended_its_guests()
    {
        var fifo = Signals.Fifo(_scratch["fifo"]);
        Scripts($"trap 'sleep 0.1; touch \"{_scratch["ended"]}\"; exit 143' TERM; read -r _ <\"{fifo}\"; echo started; while :; do sleep 0.05; done", "exit 1");
        using var process = Program.StartInterruptibleIn(_scratch.Folder, "daemons", "--table", _scratch["table"], "--out", _scratch["report"]);
        await Signals.Feed(process, fifo, "go\n");
        await Signals.Interrupt(process);
        Assert.True(File.Exists(_scratch["ended"]));
        Assert.False(File.Exists(_scratch["report/index.html"]));
    }

    private Ran Run(string fullTable, string matrix, params string[] more)
    {
        Scripts(fullTable, matrix);
        return Program.RunIn(_scratch.Folder, ["daemons", "--table", _scratch["table"], "--out", _scratch["report"], .. more]);
    }

    private void Scripts(string fullTable, string matrix)
    {
        File.Copy(DaemonRowsTests.Fixture, _scratch["rows.csv"], overwrite: true);
        _scratch.Write("kernel-patch/daemons/full-table.sh", $"set -e\nROWS='{_scratch["rows.csv"]}'\n{fullTable}\n");
        _scratch.Write("kernel-patch/daemons/run.sh", matrix);
    }
}
