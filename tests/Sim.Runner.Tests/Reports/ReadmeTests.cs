// SPDX-License-Identifier: MIT
using System.Globalization;
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Runner.Commands;
using Sim.Schemes;
using Sim.Testing;
using Xunit;

namespace Sim.Runner.Tests.Reports;

/// <summary>
/// Holds the README's answer to the committed results. After new samples, SIM_WRITE_README=1 writes the table instead:
/// <code>SIM_WRITE_README=1 dotnet test --project tests/Sim.Runner.Tests</code>
/// </summary>
public sealed class ReadmeTests
{
    private const string Begin = "<!-- answer: written by ReadmeTests from reports/sample and reports/sample-ipv6 -->\n";
    private const string End = "<!-- /answer -->";

    private static readonly (string Title, Func<RunResult, string> Cell)[] s_rows =
    [
        ("memory, beside a default route", run => Phrases.Amount(Pages(run, Names.Fib) / Pages(run, Names.AllowedIps))),
        ("memory, if a daemon also routes every prefix", run => Phrases.Amount(Pages(run, Names.Fib) / Pages(run, Names.Both))),
        ("lookup of a packet's peer, spread over prefixes", run => Faster(run, "lookup", row => row is { Keys: "prefixes", Chain: "dependent" })),
        ("lookup of a packet's peer, one hot address", run => Faster(run, "lookup", row => row is { Keys: "hot", Chain: "dependent" })),
        ("insert a prefix", run => Faster(run, "update", row => row.Operation == "insert")),
        ("move a prefix to another peer", run => Faster(run, "update", row => row.Operation == "move")),
        ("withdraw a prefix", run => Faster(run, "update", row => row.Operation == "delete")),
        ("remove a peer with all its prefixes", run => Faster(run, "update", row => row.Operation == "remove-peer")),
        ("load the whole table", run => Faster(run, "load", row => row.Order == "file")),
    ];

    [Fact]
    public void The_answer_in_the_readme_is_the_one_of_the_committed_results()
    {
        var path = Path.Combine(SharedData.Root, "README.md");
        var readme = File.ReadAllText(path);
        var (begin, end) = (readme.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, readme.IndexOf(End, StringComparison.Ordinal));
        var answer = Answer(Run("sample"), Run("sample-ipv6"));
        if (Environment.GetEnvironmentVariable("SIM_WRITE_README") == "1")
            File.WriteAllText(path, readme[..begin] + answer + readme[end..]);
        else
            Assert.Equal(answer, readme[begin..end]);
    }

    [Fact]
    public void The_readme_has_at_most_100_lines() =>
        Assert.InRange(File.ReadLines(Path.Combine(SharedData.Root, "README.md")).Count(), 50, 100);

    private static string Answer(RunResult v4, RunResult v6)
    {
        string Fact(string name) => v4.Environment.Single(fact => fact.Key == name).Value;
        var lines = s_rows.Select(row => $"| {row.Title} | {row.Cell(v4)} | {row.Cell(v6)} |");
        return string.Create(CultureInfo.InvariantCulture, $"""
            | | IPv4 | IPv6 |
            |---|---|---|
            {string.Join('\n', lines)}

            Memory is counted; the rest is measured, as medians of interleaved ratios. Embedded table: {v4.Table.Prefixes:N0} IPv4 and {v6.Table.Prefixes:N0} IPv6
            prefixes, 8 peers, {Fact("logical processors")} cores of an {Fact("processor")}, {v4.Started:yyyy-MM-dd}. Spreads and conditions:
            [IPv4](reports/sample/results.csv), [IPv6](reports/sample-ipv6/results.csv).

            """);
    }

    private static RunResult Run(string sample)
    {
        var path = Path.Combine(SharedData.Root, "reports", sample, "results.json");
        using var stream = File.OpenRead(path);
        return ResultsJson.Read(stream, path);
    }

    private static double Pages(RunResult run, string structure) =>
        run.Figures.First(row => row is { Metric: "page-bytes", Order: "file" } && row.Structure == structure).Value;

    /// <summary>The ratio of times as people say it; quartiles that hold 1 are no difference.</summary>
    private static string Faster(RunResult run, string experiment, Func<Figure, bool> which)
    {
        var row = run.Figures.Single(row => row.Experiment == experiment && row.Metric == Metrics.Ratio && row.Structure == Names.FibOverAllowedIps && which(row));
        return row.Low <= 1 && row.High >= 1 ? "no difference" : Phrases.Speed(row.Value);
    }
}
