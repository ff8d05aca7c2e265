// SPDX-License-Identifier: MIT
using System.Text.RegularExpressions;
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Files;
using Sim.Kernel;
using Sim.Reports.Compare;
using Sim.Reports.Runs;
using Sim.Runner.Commands;
using Sim.Schemes;
using Xunit;

namespace Sim.Runner.Tests.Reports.Runs;

public sealed partial class RunComparisonTests
{
    private static readonly string[] s_before = ["b1", "b2", "b3", "b4"];
    private static readonly string[] s_after = ["a1", "a2", "a3", "a4"];

    [Fact]
    public void Runs_of_the_same_program_show_no_change()
    {
        var found = 0;
        for (var seed = 1u; seed <= 20; seed++)
        {
            var view = View(RunsOf.Program(s_before, 0.02, seed), RunsOf.Program(s_after, 0.02, seed + 100));
            Assert.Empty(view.Exact);
            Assert.Equal(Tester.ByWelch, view.Method);
            found += view.Changed.Count > 0 ? 1 : 0;
        }

        // At 5% a comparison, 4 of 20 would be a chance of 1 in 60.
        Assert.InRange(found, 0, 3);
    }

    [Theory]
    [InlineData(4, Tester.ByWelch)]
    [InlineData(3, Tester.ByWelch)]
    [InlineData(1, Tester.ByQuartiles)]
    public void Ten_percent_more_in_one_row_is_found_and_nothing_else(int runs, string method)
    {
        static bool Which(Figure f) => f is { Experiment: "lookup", Structure: "fib", Keys: "zipf", Chain: "dependent", Metric.Name: "time" };
        var narrow = new FabricatedRun { Noise = 0.005 }.Build();
        narrow = narrow with { Figures = [.. narrow.Figures.Select(f => Which(f) ? f with { Low = f.Value * 0.99, High = f.Value * 1.01 } : f)] };
        var view = View(
            RunsOf.Program(s_before[..runs], 0.0005, 1, run: narrow),
            RunsOf.Program(s_after[..runs], 0.0005, 2, RunsOf.Slower(Which, 1.1), narrow));
        Assert.Equal(method, view.Method);
        var change = Assert.Single(view.Changed);
        Assert.True(Which(change.After with { Experiment = "lookup", Metric = Metrics.Time }));
        Assert.InRange(change.Ratio.Value, 1.097, 1.103);
        Assert.InRange(1.1, change.Ratio.Low, change.Ratio.High);
        Assert.Contains("1 is slower", string.Join(' ', view.Sentences()));
        Assert.Equal(runs == 1, view.Rows.Result.Warnings.Any(w => w.Contains("single run", StringComparison.Ordinal)));
        Assert.Equal(runs == 1 ? "±0.95 %" : "±0 %", Numbers.Percent(change.Ratio.Bound!.Value));
    }

    [Fact]
    public void With_one_run_a_side_what_lies_within_the_A_A_noise_is_no_change()
    {
        RunResult Run(double noise) => new FabricatedRun { Noise = noise }.Build();
        static Figure Slower(Figure f) => f is { Experiment: "lookup", Metric.Name: "time" }
            ? f with { Value = f.Value * 1.04, Low = f.Value * 1.039, High = f.Value * 1.041, N = 41 } : f;
        static Figure Narrow(Figure f) => f is { Experiment: "lookup", Metric.Name: "time" } ? f with { Low = f.Value * 0.999, High = f.Value * 1.001, N = 41 } : f;
        int Changed(RunResult run, double? noise = null) =>
            View([new StoredRun("b", run).WithFigures(Narrow)], [new StoredRun("a", run with { Seed = run.Seed, Started = run.Started.AddDays(1) }).WithFigures(Slower)], noise).Changed.Count;

        Assert.Equal(16, Changed(Run(0.01)));
        Assert.Equal(0, Changed(Run(0.06)));
        Assert.Equal(16, Changed(Run(0.06), noise: 1));
        Assert.Equal(0, Changed(Run(0.01), noise: 1.2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_row_that_is_not_settled_on_a_side_is_not_tested_and_said_to_be(int runs)
    {
        static bool Which(Figure f) => f is { Experiment: "lookup", Structure: "fib", Keys: "zipf", Chain: "dependent", Metric.Name: "time" };
        var after = RunsOf.Program(s_after[..runs], 0.0005, 2, f => Which(f) ? RunsOf.Slower(Which, 3)(f) with { Flag = Figure.Busy } : f);
        var view = View(RunsOf.Program(s_before[..runs], 0.0005, 1), after);
        Assert.Empty(view.Changed);
        Assert.Equal(Figure.Busy, Assert.Single(view.Measured, change => change.After.Flag.Length > 0).After.Flag);
        Assert.Contains("1 measured row is left open, because a side’s row is not settled.", view.Sentences());
    }

    [Fact]
    public void Without_an_A_A_row_five_percent_are_taken_for_noise_and_said_to_be()
    {
        var run = new FabricatedRun { WithAa = false }.Build();
        var view = View([new("b", run)], [new("a", run with { Started = run.Started.AddDays(1) })]);
        Assert.All(view.Measured.Where(c => c.Adjusted is not null), c => Assert.Equal(RunComparison.AssumedNoise, c.Ratio.Bound));
        Assert.Contains(view.Rows.Result.Warnings, w => w.Contains("no A/A row: ±5.0 %", StringComparison.Ordinal));
    }

    [Fact]
    public void A_A_rows_of_churn_are_the_noise_of_their_own_case_and_not_compared()
    {
        Figure Ratio(double high) => new()
        {
            Experiment = "replay", Scheme = "AllowedIPs, REMOVE_ME", Operation = "update", X = 0, Item = "A/A", Metric = Metrics.WarmRatio, Unit = "ratio",
            Value = 1, Low = 1 / high, High = high, N = 12, Basis = Basis.Measured, Family = 4,
        };
        Figure Time(double value) => Ratio(1) with { Item = "", Metric = Metrics.TimePerChange, Unit = "ns", Value = value, Low = value * 0.99, High = value * 1.01 };
        var run = new FabricatedRun().Build() with { Figures = [Time(100), Ratio(1.2), Ratio(1.03) with { Operation = "delete" }] };
        var slower = run with { Figures = [Time(110), .. run.Figures.Skip(1)], Started = run.Started.AddDays(1) };
        var view = View([new("b", run)], [new("a", slower)]);
        Assert.Equal(1.2, Assert.Single(view.Measured).Ratio.Bound!.Value, 6);
        Assert.Equal(2, view.OfSide(RunComparison.NoiseAfter).Count);
        Assert.Empty(view.Changed);
    }

    [Fact]
    public void Counted_rows_are_compared_to_the_last_digit_and_the_difference_is_a_row()
    {
        var at = new FabricatedRun().Build().Figures.ToList().FindIndex(f => f is { Experiment: "memory", Metric.Name: "page-bytes", Structure: "fib" });
        var before = RunsOf.Program(s_before, 0.01, 1);
        var after = RunsOf.Program(s_after, 0.01, 2).ConvertAll(run => run.With(r => r with
        {
            Figures = [.. r.Figures.Select((f, i) => i == at ? f with { Value = f.Value + 4096, Low = f.Value + 4096, High = f.Value + 4096 } : f)],
        }));
        var view = View(before, after);
        var change = Assert.Single(view.Exact);
        Assert.Equal((4096, Basis.Counted, "memory/page-bytes"), (change.Difference.Value, change.Difference.Basis, change.Before.Metric.Name));
        Assert.Equal(view.Summary(Metrics.ExactCompared)!.Value, before[0].Result.Figures.Count(f => f.Basis == Basis.Counted));
        Assert.StartsWith($"1 of {view.Summary(Metrics.ExactCompared)!.Value:0} counted rows differs.", view.Sentences().First(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("speed", 2, "1 is larger (better), at most ")]
    [InlineData("speed", 0.5, "1 is smaller (worse), at most ")]
    [InlineData("wrong-ratio", 2, "1 is larger (worse), at most ")]
    [InlineData("ratio", 0.5, "1 is smaller, at most ")]
    [InlineData("batch-worst", 0.5, "1 is faster, at most ")]
    public void A_change_is_told_by_the_side_on_which_its_metric_is_better(string metric, double factor, string told)
    {
        var row = Metrics.Of(metric, Experiment.Replay).Row(Figure.At(Experiment.Replay, 4), new Spread(10, 9, 11, 5));
        var run = new FabricatedRun().Build() with { Figures = [row] };
        var view = View(RunsOf.Program(s_before, 0.01, 1, run: run), RunsOf.Program(s_after, 0.01, 2, RunsOf.Slower(_ => true, factor), run));
        Assert.Contains(told, string.Join(' ', view.Sentences()));
    }

    [Fact]
    public void Every_row_without_its_like_is_listed_and_counted()
    {
        var before = RunsOf.Program(s_before, 0.01, 1);
        var after = RunsOf.Program(s_after, 0.01, 2).ConvertAll(run => run.With(r => r with { Figures = [.. r.Figures.Where(f => f.Experiment != "touch"), r.Figures[0] with { Item = "new" }] }));
        after[2] = after[2].With(r => r with { Figures = [.. r.Figures.Where(f => f.Experiment != "update")] });
        var view = View(before, after);
        var touched = before[0].Result.Figures.Count(f => f.Experiment == "touch");
        var updated = before[0].Result.Figures.Count(f => f is { Experiment: "update", Basis: Basis.Measured });
        Assert.Equal((touched, 1, updated), (view.OfSide(Metrics.OnlyBefore).Count, view.OfSide(Metrics.OnlyAfter).Count, view.OfSide(Metrics.InSome).Count));
        Assert.Equal((touched, 1, updated), ((int)view.Summary(Metrics.OnlyBefore)!.Value, (int)view.Summary(Metrics.OnlyAfter)!.Value, (int)view.Summary(Metrics.InSome)!.Value));
        Assert.Contains($"{touched} rows only before", string.Join(' ', view.Sentences()));
    }

    [Fact]
    public void Every_row_of_both_sides_is_compared_listed_or_noise()
    {
        var view = View(RunsOf.Program(s_before, 0.01, 1), RunsOf.Program(s_after, 0.01, 2));
        var run = new FabricatedRun().Build();
        Assert.Equal(run.Figures.Count, (int)view.Summary(Metrics.ExactCompared)!.Value + view.Measured.Count + run.Figures.Count(f => f.Experiment == "aa"));
        Assert.Equal(run.Figures.Count(f => f.Experiment == "aa"), view.OfSide(RunComparison.NoiseAfter).Count);
    }

    [Theory]
    [InlineData("no row of b1 has a counterpart")]
    [InlineData("IPv4 table")]
    [InlineData("seed")]
    [InlineData("must be equal")]
    [InlineData("the same run")]
    public void What_cannot_be_compared_is_refused(string what)
    {
        var before = RunsOf.Program(s_before, 0.01, 1);
        var after = RunsOf.Program(s_after, 0.01, 2);
        after = [.. after.Select((run, i) => run.With(r => what switch
        {
            "no row of b1 has a counterpart" => r with { Figures = [.. r.Figures.Select(f => f with { Peers = 9 })] },
            "IPv4 table" => r with { Table = r.Table with { Sha256 = "other" } },
            "seed" => r with { Seed = 1 },
            "must be equal" => i == 1 ? r with { Figures = [.. r.Figures.Select(f => f.Basis == Basis.Counted ? f with { Value = f.Value + 1 } : f)] } : r,
            _ => i == 0 ? before[0].Result : r,
        }))];
        Assert.Contains(what, Assert.Throws<UserException>(() => RunComparison.Of(before, after, null, "report")).Message);
    }

    [Fact]
    public void Machines_that_differ_are_warned_about()
    {
        var after = RunsOf.Program(s_after, 0.01, 2).ConvertAll(run => run.With(r => r with { Environment = [new("processor", "another")] }));
        var view = View(RunsOf.Program(s_before, 0.01, 1), after);
        Assert.Contains(view.Rows.Result.Warnings, w => w.Contains("processor differs", StringComparison.Ordinal) && w.Contains("another", StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_links_every_number_to_its_row_and_comes_out_the_same_when_rendered_again()
    {
        static bool Which(Figure f) => f is { Experiment: "lookup", Metric.Name: "time" };
        var before = RunsOf.Program(s_before, 0.001, 1);
        var after = RunsOf.Program(s_after, 0.001, 2, RunsOf.Slower(Which, 1.2)).ConvertAll(run => run.With(r => r with
        {
            Figures = [.. r.Figures.Where(f => f.Experiment != "touch").Select(f => f.Metric.Name == "nodes" ? f with { Value = f.Value - 1, Low = f.Value - 1, High = f.Value - 1 } : f)],
        }));
        var result = RunComparison.Of(before, after, null, "report --before b1 b2 b3 b4 --after a1 a2 a3 a4");
        using var folder = ReportFolder.Of(result);
        using var again = ReportFolder.Of(ReportFolder.Results(folder.At("results.json")));
        Assert.Equal(["index.html", "plot-changes.png", "results.csv", "results.json"], folder.Files);
        Assert.All(folder.Files, name => Assert.Equal(File.ReadAllBytes(folder.At(name)), File.ReadAllBytes(again.At(name))));
        var ids = Id().Matches(folder.Html).Select(m => m.Groups["id"].Value).ToList();
        Assert.Equal(ids.Distinct().Order(), ids.Order());
        var links = Link().Matches(folder.Html).Select(m => m.Groups["to"].Value).Distinct().ToList();
        Assert.Empty(links.Except(ids));
        // Every row is linked from a table.
        Assert.Empty(Enumerable.Range(1, result.Figures.Count).Select(id => $"row-{id}").Except(links));
        Assert.Contains("16 are slower", folder.Html);
    }

    [Fact]
    public void A_comparison_is_no_run_to_compare_or_to_merge()
    {
        var before = RunsOf.Program(s_before, 0.01, 1);
        var made = new StoredRun("made", RunComparison.Of(before[..1], before[1..2], null, "report"));
        Assert.Contains("made of 2 runs", Assert.Throws<UserException>(() => RunComparison.Of(before, [made], null, "report")).Message);
        Assert.Contains("made of 2 runs", Assert.Throws<UserException>(() => Merger.Merge([made, before[0]], "report")).Message);
    }

    [Fact]
    public void Values_no_clock_should_give_are_not_tested_and_do_not_stop_the_page()
    {
        double[] odd = [0, -1, double.NaN, double.PositiveInfinity, 1e-300, 1e300];
        List<StoredRun> Odd(string[] names, ulong seed) => RunsOf.Program(names, 0.01, seed, f => f.Basis == Basis.Measured && f.Experiment == "lookup"
            ? f with { Value = odd[f.Keys.Length % odd.Length], Low = 0, High = f.Value } : f);
        foreach (var count in (int[])[1, 4])
        {
            using var folder = ReportFolder.Of(RunComparison.Of(Odd(s_before[..count], 1), Odd(s_after[..count], 2), null, "report"));
            Assert.DoesNotContain("NaN", folder.Html, StringComparison.Ordinal);
        }
    }

    private static CompareView View(IReadOnlyList<StoredRun> before, IReadOnlyList<StoredRun> after, double? noise = null) =>
        CompareView.Of(new Rows(RunComparison.Of(before, after, noise, "report")))!;

    [GeneratedRegex("(?<![a-z-])id=\"(?<id>[^\"]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex Id();

    [GeneratedRegex("href=\"#(?<to>[^\"]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex Link();
}
