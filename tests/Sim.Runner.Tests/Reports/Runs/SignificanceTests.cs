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
        var row = new FabricatedRun().Build().Figures.First(f => f is { Experiment: "lookup", Metric.Name: "time" });
        Assert.NotNull(Significance.Within(row));
        Assert.Null(Significance.Within(row with { N = 2 }));
        Assert.Null(Significance.Within(row with { Low = row.Value, High = row.Value }));
        Assert.Null(Significance.Within(row with { Low = 0 }));
        Assert.Null(Significance.Within(row with { Value = double.NaN }));
        Assert.Null(Significance.Within(row with { High = double.PositiveInfinity }));
        Assert.Null(Significance.Between([1, 0]));
        Assert.Null(Significance.Welch(Significance.Between([2, 2])!.Value, Significance.Between([2, 2])!.Value, 1));
    }

    /// <summary>The whole family: the share of comparisons of a program with itself that call any row changed.</summary>
    [Theory]
    [InlineData(4, 0.0)]
    [InlineData(4, 0.03)]
    [InlineData(2, 0.03)]
    public void Any_row_of_the_same_program_is_called_changed_in_at_most_one_comparison_in_twenty(int runs, double sharedNoise)
    {
        const int comparisons = 400;
        const int rows = 12;
        var rng = new Rng(15);
        var any = 0;
        for (var i = 0; i < comparisons; i++)
        {
            // Rows of one run share a part of their noise, as on a slow machine.
            var shared = new double[2 * runs];
            for (var run = 0; run < shared.Length; run++)
                shared[run] = sharedNoise * RunsOf.Gauss(ref rng);
            var p = new double[rows];
            for (var row = 0; row < rows; row++)
                p[row] = Welch(ref rng, runs, 0.01 * (row + 1), 0, shared);
            any += Significance.Holm(p).Any(adjusted => adjusted <= 0.05) ? 1 : 0;
        }

        Assert.InRange(any / (double)comparisons, 0.0025, 0.075);
    }

    [Fact]
    public void Ten_percent_in_one_row_among_two_hundred_is_found_by_five_runs_a_side()
    {
        var rng = new Rng(16);
        var p = new double[200];
        for (var row = 0; row < p.Length; row++)
            p[row] = Welch(ref rng, 5, 0.005, row == 77 ? Math.Log(1.1) : 0, new double[10]);
        Assert.Equal([77], Significance.Holm(p).Index().Where(one => one.Item <= 0.05).Select(one => one.Index));
    }

    /// <summary>Returns the p of a row that has <paramref name="runs"/> runs per side.</summary>
    private static double Welch(ref Rng rng, int runs, double deviation, double shift, double[] shared)
    {
        var values = new double[2 * runs];
        for (var run = 0; run < values.Length; run++)
            values[run] = Math.Exp(shared[run] + deviation * RunsOf.Gauss(ref rng) + (run < runs ? 0 : shift));
        return Significance.Welch(Significance.Between(values[..runs])!.Value, Significance.Between(values[runs..])!.Value, noise: 1)!.Value.P;
    }

    private static LogValue Within(ref Rng rng, int n, double center, double deviation)
    {
        var sample = new double[n];
        for (var i = 0; i < n; i++)
            sample[i] = Math.Exp(center + deviation * RunsOf.Gauss(ref rng));
        var spread = Spread.Of(sample);
        var figure = new Figure
        {
            Experiment = "lookup", Family = 4, Metric = Metrics.Time, Unit = "ns", Basis = Basis.Measured, Value = spread.Median, Low = spread.Low, High = spread.High, N = n,
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
