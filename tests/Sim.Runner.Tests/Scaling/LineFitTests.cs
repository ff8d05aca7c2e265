// SPDX-License-Identifier: MIT
using Sim.Experiments.Scaling;
using Sim.Figures;
using Sim.Workloads.Keys;
using Xunit;

namespace Sim.Runner.Tests.Scaling;

public sealed class LineFitTests
{
    private static readonly double[] s_places = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000];

    [Fact]
    public void The_textbooks_line_comes_out_with_its_interval()
    {
        // By hand: slope 6/10, residuals' squares 2.4, standard error sqrt(2.4 / 3 / 10), t(3; 0.975) = 3.18245.
        var fit = LineFit.Of([1, 2, 3, 4, 5], [2, 4, 5, 4, 5])!.Value;
        Assert.Equal(0.6, fit.Slope, 12);
        Assert.Equal(2.2, fit.Intercept, 12);
        Assert.Equal(0.6, fit.RSquared, 12);
        Assert.Equal(0.6 - 3.182446 * Math.Sqrt(0.08), fit.Low, 5);
        Assert.Equal(0.6 + 3.182446 * Math.Sqrt(0.08), fit.High, 5);
        Assert.Equal(5, fit.N);
    }

    [Theory]
    [InlineData(0.7, 3)]
    [InlineData(-1, 2000)]
    [InlineData(0, 40)]
    public void A_power_law_without_noise_gives_its_exponent_and_factor(double exponent, double factor)
    {
        var fit = LineFit.OfPower(s_places, Array.ConvertAll(s_places, x => factor * Math.Pow(x, exponent)))!.Value;
        Assert.Equal(exponent, fit.Slope, 9);
        Assert.Equal(factor, fit.Intercept, factor * 1e-9);
        Assert.InRange(fit.High - fit.Low, 0, 1e-6);
    }

    [Fact]
    public void Under_noise_nineteen_intervals_of_twenty_hold_the_true_exponent()
    {
        const int trials = 2000;
        var rng = new Rng(5);
        var held = 0;
        for (var trial = 0; trial < trials; trial++)
        {
            // Twelve uniform numbers make a normal one; a tenth of a decade of it is what times have.
            var values = Array.ConvertAll(s_places, x => 50 * Math.Pow(x, 0.4) * Math.Pow(10, 0.1 * (Enumerable.Range(0, 12).Sum(_ => rng.NextDouble()) - 6)));
            var fit = LineFit.OfPower(s_places, values)!.Value;
            Assert.True(fit.Low < fit.Slope && fit.Slope < fit.High);
            held += fit.Low <= 0.4 && 0.4 <= fit.High ? 1 : 0;
        }

        Assert.InRange(held / (double)trials, 0.935, 0.965);
    }

    [Fact]
    public void What_does_not_vary_has_exponent_0_and_no_share_of_variance_explained()
    {
        var fit = LineFit.OfPower(s_places, Array.ConvertAll(s_places, _ => 104.0))!.Value;
        Assert.Equal(0, fit.Slope, 12);
        Assert.True(double.IsNaN(fit.RSquared));
    }

    [Fact]
    public void Two_points_one_place_or_a_zero_make_no_line()
    {
        Assert.Null(LineFit.Of([1, 2], [1, 2]));
        Assert.Null(LineFit.Of([3, 3, 3], [1, 2, 3]));
        Assert.Null(LineFit.Of([], []));
        Assert.Throws<ArgumentException>(() => LineFit.OfPower([1, 2, 3], [1, 0, 2]));
    }
}
