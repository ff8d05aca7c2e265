// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Kernel;
using Sim.Runner.Commands;
using Sim.Runner.Tests.Commands;
using Sim.Runner.Tests.Reports;
using Xunit;

namespace Sim.Runner.Tests.Validation;

public sealed class ValidateCommandTests
{
    private static readonly string s_both = Text(Family.IPv4) + Text(Family.IPv6);

    [Fact]
    public void Help_shows_examples_and_every_option()
    {
        var ran = Commands.Program.Run("validate", "--help");
        Assert.Equal(0, ran.Code);
        foreach (var word in new[] { "Examples:", "validate --quick --kernel qemu", "--table", "--kernel", "uml-unhashed (", "qemu (", "--parts", "unchanged (", "uml-smp (", "readers (", "packets (", "peers (", "--seed", "--best", "--bgp-peer", "--quick", "--out" })
            Assert.Contains(word, ran.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", "--kernel", "nonsense")]
    [InlineData("no-such-file", "--table", "no-such-file")]
    [InlineData("worst", "--best", "worst")]
    public void A_command_line_that_cannot_be_used_is_named_and_leaves_no_report(string named, params string[] args)
    {
        using var scratch = new Scratch();
        var ran = Commands.Program.Run(["validate", .. args, "--out", scratch["report"]]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(named, ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(scratch["report"]));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("# no prefix here\n", "without a prefix")]
    public void A_table_without_a_prefix_is_refused_before_any_kernel_is_started(string table, string message)
    {
        using var lab = new FakeLab();
        var ran = lab.Validate(table);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(lab.Report));
    }

    [Fact]
    public void A_kernel_that_does_what_the_ports_do_agrees_in_every_row()
    {
        using var lab = new FakeLab();
        var ran = lab.Validate(s_both);
        Assert.Equal("", ran.Error);
        Assert.Equal(0, ran.Code);
        var run = ReportFolder.Results(Path.Combine(lab.Report, "results.json"));
        var checks = ValidationRows.Checks(run.Figures).ToList();
        Assert.All(checks, check => Assert.True(check.Port.Value.Equals(check.Kernel.Value), ValidationSummary.Place(check.Port)));
        Assert.Contains($"{checks.Count:N0} checks, 0 differ", ran.Out, StringComparison.Ordinal);
        // Every part took place.
        Assert.Equal(
            ["allowedips 4", "allowedips 6", "fib 4", "fib 6", "layout 4"], checks.Select(check => $"{check.Port.Structure} {check.Port.Family}").Distinct().Order());
        Assert.Equal(
            ["delete-all", "delete-foreign", "delete-single", "delete-third", "delete-third-dummy", "dump", "flush", "insert-single", "load", "mix", "move", "reload", "remove-peer", "replace", "replace-first"],
            checks.Where(check => check.Port is { Structure: "allowedips", Family: 6 }).Select(check => check.Port.Operation).Distinct().Order(StringComparer.Ordinal));
        foreach (var metric in new[] { "trie-digest", "answer-digest", "message-digest", "listing-digest", "triestat", "slab-pages", "active-objects", "kmalloc-objects", "sizeof" })
            Assert.Contains(checks, check => check.Port.Metric.Name == metric);
        foreach (var metric in new[] { "nodes", "valued", "routes", "trie-digest", "nodes-at-depth", "rt6-stats", "answer-digest", "message-digest", "listing-digest", "slab-pages", "kmalloc-objects" })
            Assert.Contains(checks, check => check.Port is { Structure: "fib", Family: 6 } && check.Port.Metric.Name == metric);
        string[] siblings = ["append-again", "append-second", "append-third", "delete-first", "delete-siblings", "load-siblings", "replace-siblings"];
        Assert.Equal(Operations(4).Concat(siblings).Order(StringComparer.Ordinal), Operations(6).Order(StringComparer.Ordinal));
        Assert.Contains(run.Environment, fact => fact.Value.Contains("7.3.0-ports", StringComparison.Ordinal));

        IEnumerable<string> Operations(int family) =>
            checks.Where(check => check.Port.Structure == "fib" && check.Port.Family == family).Select(check => check.Port.Operation).Distinct();
    }

    [Fact]
    public void A_table_of_ipv6_alone_is_validated()
    {
        using var lab = new FakeLab();
        var ran = lab.Validate(Text(Family.IPv6));
        Assert.Equal("", ran.Error);
        Assert.Equal(0, ran.Code);
        var run = ReportFolder.Results(Path.Combine(lab.Report, "results.json"));
        Assert.Equal(6, run.Table.Family);
        Assert.All(run.Figures, row => Assert.Equal(6, row.Family));
        Assert.Contains(run.Figures, row => row.Structure == "fib");
        Assert.DoesNotContain(run.Figures, row => double.IsNaN(row.Value));
    }

    [Fact]
    public void A_table_of_one_prefix_is_validated()
    {
        using var lab = new FakeLab();
        var ran = lab.Validate("192.0.2.0/24\n");
        Assert.Equal("", ran.Error);
        Assert.Equal(0, ran.Code);
    }

    /// <summary>One row wrong in each of six ways, among thousands: those are named, and nothing else.</summary>
    [Fact]
    public void A_kernel_that_lies_fails_with_each_lie_named()
    {
        using var lab = new FakeLab();
        var (loads, rows6, stats6) = (0, 0, 0);
        var ran = lab.Validate(s_both, (command, row) => command switch
        {
            // The table is loaded in four orders; the third is the shuffled one.
            "module trie fib 100" when ++loads == 3 => More(row, "leaves"),
            "module trie fib6 100" when ++rows6 == 1 => More(row, "routes"),
            "rt6stats" when ++stats6 == 2 => More(row, "entries"),
            "wg remove 1" => row.Replace(Value(row, "digest"), "0123456789abcdef", StringComparison.Ordinal),
            "wg dump 32768" => More(row, "received-calls"),
            "triestat 100" when loads == 2 && row.Contains("Null_ptrs", StringComparison.Ordinal) => row + "0",
            _ => row,
        });
        Assert.Equal(1, ran.Code);
        var named = ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(named, line => Assert.StartsWith("Differs: ", line, StringComparison.Ordinal));
        Assert.Equal(
            [
                "allowedips, IPv4, file, dump, received-calls",
                "allowedips, IPv4, file, remove-peer, message-digest",
                "allowedips, IPv6, file, dump, received-calls",
                "allowedips, IPv6, file, remove-peer, message-digest",
                "fib, IPv4, shuffled, load, Null ptrs, triestat",
                "fib, IPv4, shuffled, load, leaves",
                "fib, IPv6, sorted, load, entries, rt6-stats",
                "fib, IPv6, sorted, load, routes",
            ],
            named.Select(line => line["Differs: ".Length..].Split(": port")[0]).Order(StringComparer.Ordinal));
        Assert.Contains(" checks, 8 differ", ran.Out, StringComparison.Ordinal);
        var run = ReportFolder.Results(Path.Combine(lab.Report, "results.json"));
        var (port, kernel) = ValidationRows.Checks(run.Figures).Single(check => check.Port is { Metric.Name: "leaves", Order: "shuffled" });
        Assert.Equal(port.Value + 1, kernel.Value);
    }

    [Fact]
    public void What_the_agent_refuses_is_named_and_leaves_the_older_report()
    {
        using var lab = new FakeLab();
        Directory.CreateDirectory(lab.Report);
        File.WriteAllText(Path.Combine(lab.Report, "index.html"), "older");
        var ran = lab.Validate(s_both, (command, row) => command == "wg dump 32768" ? throw new InvalidOperationException("no dump today") : row);
        Assert.Equal(1, ran.Code);
        Assert.Contains("'wg dump 32768': no dump today", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
        Assert.Equal(["index.html"], Directory.GetFileSystemEntries(lab.Report).Select(Path.GetFileName));
        Assert.Equal("older", File.ReadAllText(Path.Combine(lab.Report, "index.html")));
    }

    /// <summary>Damage is told and the valid prefixes are used: the exit code is 3 where all agrees.</summary>
    [Fact]
    public void Damaged_input_is_validated_as_far_as_it_is_valid()
    {
        using var lab = new FakeLab();
        var ran = lab.Validate("192.0.2.0/24\n192.0.2.0/33\n198.51.100.0/24\n");
        Assert.Contains("Damaged input", ran.Error, StringComparison.Ordinal);
        Assert.Equal(3, ran.Code);
        Assert.True(File.Exists(Path.Combine(lab.Report, "index.html")));
    }

    private static string Text(Family family) => string.Concat(Tables.Random(family, 200).Routes.Select(route => $"{route.Prefix}\n"));

    private static string Value(string row, string key)
    {
        var words = row.Split(' ');
        return words[Array.IndexOf(words, key) + 1];
    }

    private static string More(string row, string key) =>
        row.Replace($"{key} {Value(row, key)}", $"{key} {long.Parse(Value(row, key)) + 1}", StringComparison.Ordinal);
}
