// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Runner.Tests.Reports;
using Sim.Runner.Tests.Validation;
using Xunit;

namespace Sim.Runner.Tests.Commands;

/// <summary>The parts of <c>validate</c> that run scripts, in a checkout whose scripts are faked: they print lines, and copy made-up rows.</summary>
public sealed class PacketScriptsTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public PacketScriptsTests()
    {
        Directory.CreateDirectory(_scratch["kernel-patch/vm"]);
        Directory.CreateDirectory(_scratch["kernel-patch/packets"]);
        _scratch.Write("Sim.sln", "");
        _scratch.Write("kernel-patch/vm/build.sh", "");
        _scratch.Write("table", string.Concat(Enumerable.Range(0, 300).Select(at => $"10.0.{at % 250}.{at / 250 * 4}/30\n2001:db8:{at:x}::/48\n")) + "127.0.0.0/9\n" + Inside);
        _scratch.Write("packets.csv", HubRows.Packets);
        _scratch.Write("smp.csv", HubRows.Changes);
        _scratch.Write("instructions.csv", HubRows.Instructions);
        _scratch.Write("peers.csv", HubRows.Peers);
    }

    public void Dispose() => _scratch.Dispose();

    /// <summary>A prefix of each family that lies in another one.</summary>
    private const string Inside = "10.0.1.0/31\n2001:db8:1:8000::/49\n";

    [Fact]
    public void Packets_run_three_scripts_with_the_tables_of_both_families_and_write_one_report()
    {
        var ran = Run("packets", Say("packets", "words: $*"), Say("instructions", "words: $*"), "exit 1");
        Assert.True(ran.Code == 0, ran.Error);
        var words = ran.Out.Split('\n').Where(line => line.StartsWith("words: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, words.Count);
        Assert.All(words, line => Assert.Contains("--family both --list ", line, StringComparison.Ordinal));
        Assert.StartsWith("words: --smp --family", words[1], StringComparison.Ordinal);
        // A daemon would refuse a prefix of loopback, and so does the lab.
        Assert.Equal(3, ran.Out.Split('\n').Count(line => line == "602 prefixes"));
        var run = ReportFolder.Results(_scratch["report/results.json"]);
        Assert.Contains(new NamedFact("kernel under test", "User-Mode Linux: Linux 7.3.4; QEMU: Linux 7.3.4"), run.Environment);
        Assert.Equal(1.25, run.Figures.First(f => f.Metric == Metrics.PacketRate.AsRatio && f is { Family: 4, Scheme: "gateway", Structure: "", Flag: "" }).Value, 12);
        Assert.Contains(run.Figures, f => f is { Structure: Names.TwoProcessors, Family: 6, Item: "rate-100" });
        Assert.Contains(run.Figures, f => f.Metric == Metrics.UnusedOverhead && f.Family == 6);
        Assert.Contains("a hub in mode gateway encrypts", File.ReadAllText(_scratch["report/index.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Quick_packets_run_no_kernels_in_QEMU()
    {
        var ran = Run("packets", Say("packets", "words: $*"), "exit 1", "exit 1", "--quick");
        Assert.True(ran.Code == 0, ran.Error);
        var words = ran.Out.Split('\n').Where(line => line.StartsWith("words: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(["words: --quick --family both", "words: --smp --quick --family both"], words.Select(line => line[..line.IndexOf(" --list", StringComparison.Ordinal)]));
        Assert.True(ReportFolder.Results(_scratch["report/results.json"]).Quick);
    }

    [Fact]
    public void Peers_run_their_script_for_each_family_with_the_prefixes_of_that_family()
    {
        var ran = Run("peers", "exit 1", "exit 1", """
            echo "words: $*"
            for ((i = 1; i <= $#; i++)); do
                case ${!i} in
                --family) i=$((i + 1)) && family=${!i} ;;
                --list) i=$((i + 1)) && wc -l <"${!i}" ;;
                --rows) i=$((i + 1)) && awk -F, -v family="$family" 'NR == 1 || $5 == family' "$HERE/peers.csv" >"${!i}" ;;
                esac
            done
            """);
        Assert.True(ran.Code == 0, ran.Error);
        var lines = ran.Out.Split('\n');
        Assert.Equal(["words: --family 4 --list", "words: --family 6 --list"], lines.Where(line => line.StartsWith("words: ", StringComparison.Ordinal)).Select(line => line[..line.IndexOf(" /", StringComparison.Ordinal)]));
        // The two prefixes that lie in another one are left out.
        Assert.Equal(2, lines.Count(line => line == "300"));
        var run = ReportFolder.Results(_scratch["report/results.json"]);
        Assert.Equal([4, 6], run.Figures.Where(f => f.Metric == Metrics.SetUpTime.AsRatio && f is { Scheme: "devices", Peers: 100 }).Select(f => f.Family));
        Assert.Contains("a device per peer takes 2.0 times as much kernel memory", File.ReadAllText(_scratch["report/index.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_busy_machine_marks_rates_and_times_and_no_instructions()
    {
        var ran = Run("packets", Say("packets", "# The machine was busy with other work (90 % of a processor): do not compare these times."), Say("instructions", "counted"), "exit 1");
        Assert.True(ran.Code == 0, ran.Error);
        var figures = ReportFolder.Results(_scratch["report/results.json"]).Figures;
        Assert.All(figures, f => Assert.Equal(
            f.Metric == Metrics.PacketRate || f.Metric == Metrics.PacketRate.AsRatio || f.Metric == Metrics.IdleShare || f.Unit == Units.Nanoseconds || f.Metric == Metrics.RateOfChanges ? Figure.Busy : "", f.Flag));
        Assert.Contains(figures, f => f.Metric == Metrics.PacketInstructions.AsRatio);
    }

    [Theory]
    [InlineData("echo 'not ok - every packet arrives'; exit 1", "exit 0", 1, "not all claims of kernel-patch/packets/packets.sh hold")]
    [InlineData("echo 'lab: missing packages' >&2; exit 69", "exit 0", 2, "lab: missing packages")]
    [InlineData("exit 64", "exit 0", 2, "packets.sh refuses these options together")]
    [InlineData("sed -i 's/^pps/pbs/' \"$HERE/packets.csv\"; PACKETS", "exit 0", 2, "rows.csv, line 2: no metric for the row 'pbs'")]
    public void Without_claims_that_hold_and_rows_that_are_known_the_old_report_stays(string packets, string instructions, int code, string message)
    {
        Directory.CreateDirectory(_scratch["report"]);
        _scratch.Write("report/index.html", "old");
        var ran = Run("packets", packets.Replace("PACKETS", Say("packets", "packets"), StringComparison.Ordinal), instructions, "exit 0");
        Assert.Equal(code, ran.Code);
        Assert.Contains(message, ran.Error, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(_scratch["report/index.html"]));
    }

    [Theory]
    [InlineData("echo 'not ok - the unused series costs less than 1 %'; exit 1", 1, "not all claims of kernel-patch/packets/instructions.sh hold")]
    [InlineData("echo 'lab: missing packages' >&2; exit 69", 2, "lab: missing packages")]
    public void The_figures_of_the_scripts_before_one_that_fails_are_kept_and_the_old_report_stays(string instructions, int code, string message)
    {
        Directory.CreateDirectory(_scratch["report"]);
        _scratch.Write("report/index.html", "old");
        var ran = Run("packets", Say("packets", "packets"), instructions, "exit 0");
        Assert.Equal(code, ran.Code);
        Assert.Contains(message, ran.Error, StringComparison.Ordinal);
        var place = ran.Error.Split("The figures of the scripts before it are in ")[1].Split(": ")[0];
        var figures = ReportFolder.Results(Path.Combine(place, "results.json")).Figures;
        Directory.Delete(place, recursive: true);
        Assert.Contains(figures, f => f.Metric == Metrics.PacketRate && f.Family == 6);
        Assert.DoesNotContain(figures, f => f.Metric == Metrics.PacketInstructions);
        Assert.Equal("old", File.ReadAllText(_scratch["report/index.html"]));
    }

    [Theory]
    [InlineData("packets", "--kernel", "uml-patched")]
    [InlineData("peers", "--kernel", "uml")]
    [InlineData("peers", "--release", "6.12")]
    [InlineData("packets", "--updates", "table")]
    public void An_option_that_scripts_do_not_take_is_refused_at_once(string part, string option, string value)
    {
        var ran = Run(part, "echo started", "echo started", "echo started", option, value);
        Assert.Equal(2, ran.Code);
        Assert.Contains($"--parts {part} starts patched kernels of its own", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("started", ran.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_run_waits_until_the_script_has_ended_its_guests()
    {
        var fifo = Signals.Fifo(_scratch["fifo"]);
        Scripts($"trap 'sleep 0.1; touch \"{_scratch["ended"]}\"; exit 143' TERM; read -r _ <\"{fifo}\"; echo started; while :; do sleep 0.05; done", "exit 1", "exit 1");
        using var process = Program.StartInterruptibleIn(_scratch.Folder, "validate", "--parts", "packets", "--table", _scratch["table"], "--out", _scratch["report"]);
        await Signals.Feed(process, fifo, "go\n");
        await Signals.Interrupt(process);
        Assert.True(File.Exists(_scratch["ended"]));
        Assert.False(File.Exists(_scratch["report/index.html"]));
    }

    private Ran Run(string part, string packets, string instructions, string peers, params string[] more)
    {
        Scripts(packets, instructions, peers);
        return Program.RunIn(_scratch.Folder, ["validate", "--parts", part, "--table", _scratch["table"], "--out", _scratch["report"], .. more]);
    }

    /// <summary>A script that prints a line and the length of its list, and copies the rows of that name; those of smp.csv for --smp.</summary>
    private static string Say(string rows, string line) => $$"""
        echo "{{line}}"; echo "# with Linux 7.3.4"
        name={{rows}}
        for ((i = 1; i <= $#; i++)); do
            case ${!i} in
            --smp) name=smp ;;
            --list) i=$((i + 1)) && echo "$(wc -l <"${!i}") prefixes" ;;
            --rows) i=$((i + 1)) && cp "$HERE/$name.csv" "${!i}" ;;
            esac
        done
        """;

    private void Scripts(string packets, string instructions, string peers)
    {
        foreach (var (name, text) in new[] { ("packets", packets), ("instructions", instructions), ("peers", peers) })
            _scratch.Write($"kernel-patch/packets/{name}.sh", $"set -e\nHERE='{_scratch.Folder}'\n{text}\n");
    }
}
