// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Kernel;
using Sim.Lab;
using Sim.Netlink;
using Sim.Runner.Commands;
using Sim.Runner.Tests.Churn;
using Sim.Runner.Tests.Reports;
using Sim.Schemes;
using Sim.Schemes.Structures;
using Sim.Validation.Trace;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Validation;

/// <summary><c>validate --updates</c> with a kernel that is played by the ports.</summary>
public sealed class TraceValidationTests
{
    private static readonly string s_table = string.Concat(Enumerable.Range(0, 200).Select(at => $"10.{at / 100}.{at % 100}.0/24\n")) + "2001:db8::/32\n";

    [Fact]
    public void A_kernel_that_does_what_the_ports_do_agrees_under_every_scheme_that_it_can_run()
    {
        using var lab = new FakeLab();
        var ran = Replay(lab, [], "--peers", "4", "--batch", "0,100");
        Assert.True(ran.Error.Length == 0, ran.Error);
        Assert.Equal(0, ran.Code);
        var run = ReportFolder.Results(Path.Combine(lab.Report, "results.json"));
        var checks = ValidationRows.Checks(run.Figures).ToList();
        Assert.All(checks, check => Assert.True(check.Agrees, ValidationSummary.Place(check.Port)));
        foreach (var family in (int[])[4, 6])
        {
            Assert.Equal(
                TraceKinds.Of([.. SchemeKind.All.Select(kind => kind.Word)], LaneKind.Uml, KernelReleases.Default).Select(kind => kind.Name.Name).Order(StringComparer.Ordinal),
                checks.Where(check => check.Port.Family == family).Select(check => check.Port.Scheme).Distinct().Order(StringComparer.Ordinal));
        }

        Assert.Contains(checks, check => check.Port is { Family: 6, Metric.Name: "rt6-stats", Operation: "replay-100", Scheme: "RTA_VIA" });
        Assert.Contains(checks, check => check.Port is { Family: 6, Metric.Name: "nodes-at-depth", Item: "fib", Scheme: "a device per peer" });
        Assert.Equal(
            ["back-0", "back-100", "load", "replay-0", "replay-100", "setup"],
            checks.Select(check => check.Port.Operation).Distinct().Order(StringComparer.Ordinal));
        foreach (var metric in new[] { "messages", "message-bytes", "calls", "message-digest", "acks", "refused", "trie-digest", "listing-digest", "entries", "slab-pages", "triestat" })
            Assert.Contains(checks, check => check.Port.Metric.Name == metric);
        Assert.Equal(2 * 2 * 9, run.Figures.Count(row => row.Experiment == Experiment.TraceReplay && row.Metric == Metrics.Ratio && row.Side == Sides.Kernel));
        Assert.Contains(run.Warnings, warning => warning.Contains("schemes route, private-fib:", StringComparison.Ordinal));
        var page = File.ReadAllText(Path.Combine(lab.Report, "index.html"));
        Assert.Contains("id=\"trace\"", page, StringComparison.Ordinal);
        Assert.Contains("nexthop objects without a peer", page, StringComparison.Ordinal);
    }

    /// <summary>A byte more in one phase, and one dump with another binding: these are named, with scheme and window.</summary>
    [Fact]
    public void A_kernel_that_lies_is_found_out_with_scheme_and_window()
    {
        using var lab = new FakeLab();
        var (scripts, dumps) = (0, 0);
        var ran = Replay(
            lab,
            [(command, row) => command.StartsWith("trace ", StringComparison.Ordinal) && ++scripts == 2 ? More(row, "bytes") : row,
            (command, row) => command.StartsWith("wg dump", StringComparison.Ordinal) && ++dumps == 2 ? row[..^16] + "0123456789abcdef" : row],
            "--peers", "4", "--batch", "100", "--schemes", "dummy");
        Assert.Equal(1, ran.Code);
        Assert.All(ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("Differs: ", line, StringComparison.Ordinal));
        Assert.Equal(
            [
                "trace, IPv4, AllowedIPs, dummy peer, load, message-bytes",
                "trace, IPv4, AllowedIPs, dummy peer, replay-100, allowedips, listing-digest",
            ],
            ran.Error.Split('\n').Where(line => line.StartsWith("Differs: ", StringComparison.Ordinal))
                .Select(line => line["Differs: ".Length..].Split(": port")[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("needs the trace", "--parts", "trace")]
    [InlineData("kernel-patch/series", "--parts", "trace", "--updates", "UPDATES", "--schemes", "route,private-fib")]
    [InlineData("needs --kernel uml-patched", "--parts", "unchanged")]
    [InlineData("takes MRT files", "--parts", "trace", "--updates", "TEXT")]
    [InlineData("private-fib, device, with commas between", "--updates", "UPDATES", "--schemes", "shared-states")]
    public void A_command_line_that_cannot_be_used_starts_no_kernel(string message, params string[] words)
    {
        using var lab = new FakeLab();
        var ran = lab.Validate(s_table, (_, _) => throw new InvalidOperationException("a kernel was started"), [.. words.Select(word => word switch
        {
            "UPDATES" => ChurnCommandTests.Updates(lab.FileOf("updates.mrt"), Family.IPv4),
            "TEXT" => lab.FileOf("table.txt"),
            _ => word,
        })]);
        Assert.Contains(message, ran.Error, StringComparison.Ordinal);
        Assert.Equal(2, ran.Code);
        Assert.False(Directory.Exists(lab.Report));
    }

    [Fact]
    public void Recorded_sockets_write_down_commands_and_operations_and_digest_every_byte()
    {
        var sockets = new RecordingSockets(KernelConfig.Usual with { Device = 5 }, 28);
        BindingChange[] adds = [BindingChange.Insert(Prefix.Parse("192.0.2.0/24"), 1), BindingChange.Insert(Prefix.Parse("198.51.100.0/24"), 2)];
        sockets.Add(adds);
        sockets.Empty(7);
        sockets.Run(adds.AsSpan(1), RouteShape.Via);
        var recording = sockets.Take();
        var operations = recording.Files.Single(file => file.Name.EndsWith(".4", StringComparison.Ordinal));
        Assert.Equal(OperationFile.ToBytes([.. adds, adds[1]]), operations.Content);
        Assert.Equal(
            $"wg add {operations.Name} 0 2 8192\nwg empty 7\nroute run {operations.Name} 2 1 via 100 1\n",
            System.Text.Encoding.ASCII.GetString(recording.Files.Single(file => file.Name == recording.Script).Content));

        var digest = default(Digest64);
        var (wireGuard, routes) = (new WireGuardStream(28), new RouteStream(5));
        wireGuard.Sink = routes.Sink = call => digest.AddBytes(call);
        wireGuard.Add(adds, Scheme.CallBytes);
        wireGuard.Empty(7);
        routes.Run(adds.AsSpan(1), RouteShape.Via, FibStructure.TableId, 1);
        Assert.Equal(digest.Value, recording.Digest);
        Assert.Equal(Digest64.Empty, sockets.Take().Digest);
    }

    /// <summary>The files are written before the kernel has given out its numbers: these must not be in them.</summary>
    [Fact]
    public void Commands_do_not_depend_on_the_numbers_that_a_kernel_gives_out()
    {
        Recording Of(ushort familyId, int ifindex)
        {
            var sockets = new RecordingSockets(KernelConfig.Usual with { Device = ifindex }, familyId);
            using var scheme = SchemeKind.Route.Create(Family.IPv4, 3, sockets);
            scheme.Load([new(0, Prefix.Parse("192.0.2.0/24"), -1, 2)]);
            scheme.Encode([new(0, Prefix.Parse("192.0.2.0/24"), -1, 2)]);
            return sockets.Take();
        }

        var (one, other) = (Of(28, 5), Of(29, 7));
        Assert.Equal(one.Files.Select(file => file.Name), other.Files.Select(file => file.Name));
        Assert.NotEqual(one.Digest, other.Digest);
    }

    private static Commands.Ran Replay(FakeLab lab, Func<string, string, string>[] lies, params string[] more)
    {
        string[] updates = [.. new[] { Family.IPv4, Family.IPv6 }.Select(family => ChurnCommandTests.Updates(lab.FileOf($"updates{(int)family}.mrt"), family))];
        return lab.Validate(
            s_table, (command, row) => lies.Aggregate(row, (said, lie) => lie(command, said)), ["--parts", "trace", "--updates", .. updates, .. more]);
    }

    private static string More(string row, string key)
    {
        var words = row.Split(' ');
        var at = Array.IndexOf(words, key) + 1;
        words[at] = $"{long.Parse(words[at]) + 1}";
        return string.Join(' ', words);
    }
}
