// SPDX-License-Identifier: MIT
using MathNet.Numerics.Distributions;
using Sim.Figures;
using Sim.Kernel;
using Sim.Reports.Compare;
using Sim.Runner.Commands;
using Sim.Workloads.Keys;
using Xunit;

namespace Sim.Runner.Tests.Reports.Runs;

public sealed class SignificanceTests
{
    private const int Trials = 4000;

    /// <summary>Rows of nothing but chance, tested one by one: 5% of them come out below 0.05, within what so many trials can tell.</summary>
    [Theory]
    [InlineData(5, 5)]
    [InlineData(10, 10)]
    [InlineData(21, 21)]
    [InlineData(41, 41)]
    [InlineData(5, 41)]
    public void Quartiles_of_the_same_data_call_about_one_in_twenty_different(int before, int after)
    {
        var rng = new Rng(11);
        var found = 0;
        for (var i = 0; i < Trials; i++)
        {
            var effect = Significance.Welch(Within(ref rng, before, 0, 0.05), Within(ref rng, after, 0, 0.05), noise: 1)!.Value;
            found += effect.P <= 0.05 ? 1 : 0;
            Assert.True(effect.Low <= effect.Ratio && effect.Ratio <= effect.High);
            Assert.Equal(effect.P < 0.05, !(effect.Low <= 1 && 1 <= effect.High));
        }

        Assert.InRange(found / (double)Trials, 0.012, 0.07);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(3, 2)]
    public void Welch_over_runs_of_the_same_program_finds_no_more_than_one_in_twenty(int before, int after)
    {
        var rng = new Rng(12);
        var found = 0;
        for (var i = 0; i < Trials; i++)
            found += Significance.Welch(Between(ref rng, before, 0.02), Between(ref rng, after, 0.02), noise: 1)!.Value.P <= 0.05 ? 1 : 0;
        Assert.InRange(found / (double)Trials, 0.01, 0.065);
    }

    [Fact]
    public void Intervals_cover_the_true_ratio_about_nineteen_times_in_twenty()
    {
        var rng = new Rng(13);
        var covered = 0;
        for (var i = 0; i < Trials; i++)
        {
            var effect = Significance.Welch(Within(ref rng, 15, 0, 0.03), Within(ref rng, 15, Math.Log(1.1), 0.03), noise: 1)!.Value;
            covered += effect.Low <= 1.1 && 1.1 <= effect.High ? 1 : 0;
        }

        Assert.InRange(covered / (double)Trials, 0.93, 0.98);
    }

    [Fact]
    public void Ten_percent_more_with_one_percent_of_noise_is_found_by_quartiles()
    {
        var rng = new Rng(14);
        for (var i = 0; i < 200; i++)
            Assert.True(Significance.Welch(Within(ref rng, 21, 0, 0.01), Within(ref rng, 21, Math.Log(1.1), 0.01), noise: 1.03)!.Value.P < 1e-4);
    }

    [Fact]
    public void A_change_within_the_noise_is_none_however_many_repetitions_agree_on_it()
    {
        var before = new LogValue(0, 1e-6, 1000);
        var effect = Significance.Welch(before, before with { Log = Math.Log(1.04) }, noise: 1.05)!.Value;
        Assert.Equal(1, effect.P, 6);
        Assert.InRange(effect.Low, 0.9, 1);
        Assert.True(Significance.Welch(before, before with { Log = Math.Log(1.06) }, noise: 1.05)!.Value.P < 1e-6);
    }

    [Fact]
    public void Welch_is_the_textbooks()
    {
        // Equal errors and sizes: Student's t with twice the degrees of freedom.
        var effect = Significance.Welch(new(0, 0.1, 4), new(0.3, 0.1, 4), noise: 1)!.Value;
        Assert.Equal(2 * StudentT.CDF(0, 1, 8, -0.3 / Math.Sqrt(0.02)), effect.P, 12);
        Assert.Equal(Math.Exp(0.3), effect.Ratio, 12);
    }

    [Fact]
    public void Holm_is_the_textbooks()
    {
        Assert.Equal([0.03, 0.06, 0.06, 0.02], Significance.Holm([0.01, 0.04, 0.03, 0.005]).Select(p => Math.Round(p, 12)));
        Assert.Equal([1, 1], Significance.Holm([0.7, 0.9]));
        Assert.Empty(Significance.Holm([]));
    }

    [Fact]
    public void What_has_no_spread_or_no_logarithm_is_not_tested()
    {
        var row = new FabricatedRun().Build().Figures.First(f => f is { Experiment: "lookup", Metric: "time" });
        Assert.NotNull(Significance.Within(row));
        Assert.Null(Significance.Within(row with { N = 2 }));
        Assert.Null(Significance.Within(row with { Low = row.Value, High = row.Value }));
        Assert.Null(Significance.Within(row with { Low = 0 }));
        Assert.Null(Significance.Within(row with { Value = double.NaN }));
        Assert.Null(Significance.Within(row with { High = double.PositiveInfinity }));
        Assert.Null(Significance.Between([1, 0]));
        Assert.Null(Significance.Welch(Significance.Between([2, 2])!.Value, Significance.Between([2, 2])!.Value, 1));
    }

    /// <summary>The whole family: in how many comparisons of nothing with nothing is any row called changed.</summary>
    [Fact]
    public void Relabelling_calls_any_row_of_the_same_program_changed_in_at_most_one_comparison_in_twenty()
    {
        const int comparisons = 400;
        var rng = new Rng(15);
        var test = new Relabelling(4, 4);
        var (any, single, rows) = (0, 0, 12);
        for (var i = 0; i < comparisons; i++)
        {
            // Rows of one run share a part of their noise, as a slow machine gives them.
            var shared = Enumerable.Range(0, 8).Select(_ => 0.03 * RunsOf.Gauss(ref rng)).ToArray();
            var logs = Enumerable.Range(0, rows).Select(row => shared.Select(s => s + 0.01 * (row + 1) * RunsOf.Gauss(ref rng)).ToArray()).ToList();
            var results = test.Test(logs, TestContext.Current.CancellationToken);
            any += results.Any(r => r.Adjusted <= 0.05) ? 1 : 0;
            single += results.Count(r => r.P <= 0.05);
            Assert.All(results, r => Assert.True(r.Adjusted >= r.P));
        }

        Assert.InRange(any / (double)comparisons, 0.005, 0.075);
        Assert.InRange(single / (double)(comparisons * rows), 0.015, 0.065);
    }

    [Fact]
    public void Relabelling_finds_ten_percent_in_one_row_among_two_hundred()
    {
        var rng = new Rng(16);
        var logs = Enumerable.Range(0, 200).Select(row => Enumerable.Range(0, 10)
            .Select(run => 0.005 * RunsOf.Gauss(ref rng) + (row == 77 && run >= 5 ? Math.Log(1.1) : 0)).ToArray()).ToList();
        var results = new Relabelling(5, 5).Test(logs, TestContext.Current.CancellationToken);
        Assert.Equal([77], Enumerable.Range(0, 200).Where(row => results[row].Adjusted <= 0.05));
        Assert.Equal(2.0 / 252, results[77].Adjusted, 12);
    }

    [Theory]
    [InlineData(3, 3, 2.0 / 20)]
    [InlineData(4, 4, 2.0 / 70)]
    [InlineData(3, 4, 1.0 / 35)]
    [InlineData(20, 20, 1.0 / Relabelling.MostChoices)]
    [InlineData(8, 190, 1.0 / Relabelling.MostChoices)]
    public void The_least_p_is_that_of_the_choice_that_was_made(int before, int after, double least)
    {
        var test = new Relabelling(before, after);
        Assert.Equal(least, test.LeastP, 12);
        // Perfectly apart, so that no other choice but the mirror image is as extreme.
        var logs = Enumerable.Range(0, before + after).Select(run => run < before ? run * 1e-3 : 100 + run * 1e-3).ToArray();
        var (p, adjusted) = test.Test([logs], TestContext.Current.CancellationToken)[0];
        Assert.Equal(least, p, 12);
        Assert.Equal(p, adjusted);
    }

    [Fact]
    public void Step_down_is_never_below_the_largest_statistic_and_keeps_the_order_of_the_rows()
    {
        var rng = new Rng(17);
        var logs = Enumerable.Range(0, 20).Select(row => Enumerable.Range(0, 8).Select(run => RunsOf.Gauss(ref rng) + (run < 4 ? 0 : row * 0.2)).ToArray()).ToList();
        var results = new Relabelling(4, 4).Test(logs, TestContext.Current.CancellationToken);
        Assert.All(results.OrderBy(r => r.P).ThenBy(r => r.Adjusted).Zip(results.OrderBy(r => r.Adjusted)), pair => Assert.True(pair.Second.Adjusted >= pair.First.P));
        Assert.Contains(results, r => r.Adjusted > r.P);
    }

    private static LogValue Within(ref Rng rng, int n, double center, double deviation)
    {
        var sample = new double[n];
        for (var i = 0; i < n; i++)
            sample[i] = Math.Exp(center + deviation * RunsOf.Gauss(ref rng));
        var spread = Spread.Of(sample);
        var figure = new Figure
        {
            Experiment = "lookup", Family = 4, Metric = "time", Unit = "ns", Basis = Basis.Measured, Value = spread.Median, Low = spread.Low, High = spread.High, N = n,
        };
        return Significance.Within(figure)!.Value;
    }

    private static LogValue Between(ref Rng rng, int runs, double deviation)
    {
        var values = new double[runs];
        for (var i = 0; i < runs; i++)
            values[i] = 100 * Math.Exp(deviation * RunsOf.Gauss(ref rng));
        return Significance.Between(values)!.Value;
    }
}
