// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Files;
using Sim.Kernel;
using Sim.Reports.Runs;
using Sim.Runner.Commands;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Reports.Runs;

public sealed class MergerTests
{
    private static readonly string[] s_names = ["one", "two", "three"];

    [Fact]
    public void A_measured_row_becomes_the_median_over_the_runs_with_their_quartiles_and_their_number()
    {
        var runs = Three();
        var at = At(runs[0], "lookup", "time");
        double[] values = [100, 140, 104];
        runs = [.. runs.Select((run, i) => run.With(r => r with { Figures = [.. r.Figures.Select((f, j) => j == at ? f with { Value = values[i], Low = 1, High = 1000, N = 21 } : f)] }))];
        var merged = Merger.Merge(runs, "report").Figures[at];
        Assert.Equal((104, 102, 122, 3), (merged.Value, merged.Low, merged.High, merged.N));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "")]
    [InlineData(2, Figure.Busy)]
    [InlineData(3, Figure.Busy)]
    public void A_row_that_most_runs_did_not_settle_is_not_settled(int flagged, string flag)
    {
        var runs = Three();
        var at = At(runs[0], "lookup", "time");
        runs = [.. runs.Select((run, i) => i >= flagged ? run
            : run.With(r => r with { Figures = [.. r.Figures.Select((f, j) => j == at ? f with { Flag = Figure.Busy } : f)] }))];
        Assert.Equal(flag, Merger.Merge(runs, "report").Figures[at].Flag);
    }

    [Fact]
    public void Counted_rows_stay_as_they_are_with_the_quartiles_and_the_n_of_their_keys()
    {
        var runs = Three();
        var merged = Merger.Merge(runs, "report").Figures;
        var counted = Enumerable.Range(0, merged.Count).Where(i => merged[i].Basis == Basis.Counted).ToList();
        Assert.True(counted.Count > 100);
        Assert.All(counted, i => Assert.Equal(runs[0].Result.Figures[i], merged[i]));
    }

    [Theory]
    [InlineData("Value")]
    [InlineData("High")]
    [InlineData("N")]
    public void Counted_rows_that_differ_are_refused_and_named_with_the_value_of_each_run(string what)
    {
        var runs = Three();
        var at = At(runs[0], "touch", "cache-lines");
        runs[1] = runs[1].With(r => r with
        {
            Figures = [.. r.Figures.Select((f, i) => i != at ? f : what switch
            {
                "Value" => f with { Value = f.Value + 1 },
                "High" => f with { High = f.High + 1 },
                _ => f with { N = f.N + 1 },
            })],
        });
        var error = Assert.Throws<UserException>(() => Merger.Merge(runs, "report"));
        Assert.Contains("1 row that must be equal", error.Message);
        Assert.Contains("touch, allowedips", error.Message);
        Assert.Contains("in two", error.Message);
    }

    [Fact]
    public void A_kernels_count_may_vary_within_its_bound_and_not_beyond()
    {
        var run = new FabricatedValidation().Build();
        StoredRun Other(double more) => new StoredRun("other", run with { Started = run.Started.AddHours(1) })
            .WithFigures(f => f.Bound is > 0 ? f with { Value = f.Value + more * f.Bound!.Value, Low = f.Value, High = f.Value } : f);
        var stored = new StoredRun("one", run);
        Assert.Equal(run.Figures.Count, Merger.Merge([stored, Other(1)], "report").Figures.Count);
        Assert.Throws<UserException>(() => Merger.Merge([stored, Other(2.5)], "report"));
    }

    [Fact]
    public void A_A_rows_keep_the_widest_quartiles_of_any_run()
    {
        var runs = Three();
        runs[2] = runs[2].WithFigures(f => f.Experiment == "aa" ? f with { High = 1.5 } : f);
        Assert.All(Merger.Merge(runs, "report").Figures.Where(f => f.Experiment == "aa"), f => Assert.Equal(1.5, f.High));
    }

    [Fact]
    public void Other_experiments_stand_side_by_side_and_rows_of_some_runs_alone_are_counted_in_a_warning()
    {
        var runs = Three();
        runs[2] = runs[2].With(r => r with { Figures = [.. r.Figures.Where(f => f.Experiment is not "lookup"), r.Figures[0] with { Experiment = "churned" }] });
        var merged = Merger.Merge(runs, "report");
        Assert.Equal(runs[0].Result.Figures.Count + 1, merged.Figures.Count);
        Assert.Contains(merged.Figures, f => f.Experiment == "churned" && f.N == runs[0].Result.Figures[0].N);
        Assert.All(merged.Figures.Where(f => f is { Experiment: "lookup", Basis: Basis.Measured }), f => Assert.Equal(2, f.N));
        Assert.Contains(merged.Warnings, w => w.Contains("not in every run", StringComparison.Ordinal) && w.Contains("1 in three alone", StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_that_a_run_has_twice_are_matched_in_their_order()
    {
        var runs = Three();
        var row = runs[0].Result.Figures[At(runs[0], "lookup", "time")];
        runs = [.. runs.Select((run, i) => run.With(r => r with { Figures = [row with { Value = 10 + i }, row with { Value = 20 + i }] }))];
        Assert.Equal([11, 21], Merger.Merge(runs, "report").Figures.Select(f => f.Value));
    }

    [Fact]
    public void Where_the_runs_come_from_is_kept()
    {
        var runs = Three();
        var merged = Merger.Merge(runs, "report one two three");
        Assert.Equal(s_names, merged.Runs.Select(run => run.Name));
        Assert.Equal(runs.Select(run => run.Result.Started), merged.Runs.Select(run => run.Started));
        Assert.All(runs, run => Assert.Contains(merged.Warnings, w => w == $"{run.Name}: {run.Result.Warnings[0]}"));
        using var folder = ReportFolder.Of(merged);
        var back = ReportFolder.Results(folder.At("results.json"));
        Assert.Equal(merged.Runs.Select(r => (r.Name, r.Command, r.Started, r.Duration, r.Table)), back.Runs.Select(r => (r.Name, r.Command, r.Started, r.Duration, r.Table)));
        Assert.Contains("Runs behind this report", folder.Html);
        Assert.All(s_names, name => Assert.Contains($"class=\"text\">{name}</th>", folder.Html));
    }

    [Theory]
    [InlineData("table")]
    [InlineData("seed")]
    [InlineData("version of sim")]
    [InlineData("--quick")]
    [InlineData("peers in")]
    [InlineData("trace")]
    [InlineData("are the same run")]
    [InlineData("made of")]
    public void Runs_that_do_not_fit_together_are_refused_with_what_differs(string what)
    {
        var runs = Three();
        runs[0] = runs[0].With(r => r with { Environment = [.. r.Environment, new("trace", "a trace")] });
        runs[1] = runs[1].With(r => what switch
        {
            "table" => r with { Table = r.Table with { Sha256 = new string('b', 64) } },
            "seed" => r with { Seed = 43 },
            "version of sim" => r with { Versions = [new("sim", "0.2.0"), .. r.Versions.Skip(1)] },
            "--quick" => r with { Quick = true },
            "peers in" => r with { Figures = [.. r.Figures.Select(f => f with { Peers = 7 })] },
            "trace" => r with { Environment = [.. r.Environment, new("trace", "another")] },
            "are the same run" => runs[0].Result,
            _ => r with { Runs = [runs[0].Facts("")] },
        });
        var error = Assert.Throws<UserException>(() => Merger.Merge(runs, "report"));
        Assert.Contains(what, error.Message);
        Assert.Contains("two", error.Message);
    }

    [Fact]
    public void A_table_of_another_family_is_no_other_table_and_a_machine_that_differs_is_a_warning()
    {
        var runs = Three();
        var six = new FabricatedRun { Family = 6, WithFib = false }.Build();
        runs.Add(new StoredRun("six", six with
        {
            Started = six.Started.AddDays(1), Table = six.Table with { Sha256 = new string('c', 64) }, Environment = [new("processor", "another")],
        }));
        var merged = Merger.Merge(runs, "report");
        Assert.Equal(runs[0].Result.Figures.Count + six.Figures.Count, merged.Figures.Count);
        Assert.Contains(merged.Warnings, w => w.StartsWith("The machines differ: processor", StringComparison.Ordinal));
    }

    private static List<StoredRun> Three() => RunsOf.Program(s_names, 0.02, seed: 5);

    private static int At(StoredRun run, string experiment, string metric) =>
        run.Result.Figures.ToList().FindIndex(f => f.Experiment == experiment && f.Metric.Name == metric);
}
