// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Machine;
using Sim.Figures.Measuring;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

/// <summary>Which passes over a pair agree, of made-up times.</summary>
public sealed class PassesTests
{
    private static readonly double[] s_quiet = [0.99, 1, 1.01, 1];

    private double _now;

    [Fact]
    public void Passes_agree_within_the_floor_and_not_beyond_it()
    {
        Assert.True(Agree(Pass(0.50), Pass(0.52)));
        Assert.False(Agree(Pass(0.50), Pass(0.53)));
        Assert.True(Agree(Pass(0.50), Pass(0.53), Passes.TimeFloor));
    }

    [Fact]
    public void The_ratio_seen_beside_a_kernel_build_does_not_agree_with_the_quiet_one()
    {
        Assert.False(Agree(Pass(0.88), Pass(0.49)));
        Assert.False(Agree(Pass(0.49), Pass(0.88)));
    }

    [Fact]
    public void What_equals_differ_in_both_passes_together_is_no_disagreement()
    {
        // The quartiles of three lie half way to the ends.
        var (ten, twenty) = (Pass(1, 1 / 1.1, 1, 1.1), Pass(1.3, 1 / 1.2, 1, 1.2));
        Assert.Equal(Math.Log(1.1) / 2, ten.Width, 9);
        Assert.True(Agree(Pass(1, 0.9, 0.9, 1.1, 1.1), Pass(1.2, 0.9, 0.9, 1.1, 1.1)));
        Assert.False(Agree(ten, twenty));
        Assert.False(Agree(Pass(1, 0.9, 0.9, 1.1, 1.1), Pass(1.3, 0.9, 0.9, 1.1, 1.1)));
    }

    [Fact]
    public void A_shift_of_all_equals_is_noise_as_their_spread_is() =>
        Assert.True(Agree(Pass(1, 1.3, 1.3, 1.3), Pass(1.28)));

    [Fact]
    public void Times_that_the_clock_does_not_show_contradict_nothing()
    {
        var none = Passes.Of([0, double.NaN, double.PositiveInfinity], [double.NaN, 0]);
        Assert.True(Agree(none, Pass(3)));
        Assert.Equal(0, none.Width);
    }

    [Fact]
    public void All_passes_are_kept_where_all_agree() => Expect([0, 1, 2], true, 1, 1.01, 0.99);

    [Fact]
    public void Two_passes_that_disagree_settle_nothing() => Expect([0, 1], false, 0.49, 0.88);

    [Theory]
    [InlineData(0.49, 0.88, 0.50, 0, 2)]
    [InlineData(0.88, 0.49, 0.50, 1, 2)]
    [InlineData(0.49, 0.88, 0.86, 1, 2)]
    public void A_third_pass_decides_between_the_two(double first, double second, double third, int one, int other) =>
        Expect([one, other], true, first, second, third);

    [Fact]
    public void Three_passes_of_which_no_two_agree_settle_nothing() => Expect([0, 1, 2], false, 0.49, 0.88, 0.65);

    [Fact]
    public void A_chain_of_neighbours_keeps_the_nearest_two() => Expect([1, 2], true, 1, 1.045, 1.06);

    [Fact]
    public void A_case_whose_passes_agree_is_measured_twice_and_its_row_has_the_repetitions_of_both()
    {
        var (result, passes) = Run(MachineWatch.None, 0.5, 0.5);
        Assert.Equal(2, passes);
        Assert.Equal(("", 4, 4), (result.Flag, result.Pair.Ratios.Length, result.Pair.A.Length));
    }

    [Fact]
    public void A_pass_that_two_others_contradict_is_left_out_of_the_row()
    {
        var (result, passes) = Run(MachineWatch.None, 0.88, 0.49, 0.49);
        Assert.Equal(3, passes);
        Assert.Equal("", result.Flag);
        Assert.Equal([0.49, 0.49, 0.49, 0.49], result.Pair.Ratios);
    }

    [Fact]
    public void A_case_that_three_passes_do_not_settle_keeps_all_of_them_and_is_flagged()
    {
        var (result, passes) = Run(MachineWatch.None, 0.88, 0.49, 0.65);
        Assert.Equal(3, passes);
        Assert.Equal((Figure.Unsettled, 6), (result.Flag, result.Pair.Ratios.Length));
    }

    [Fact]
    public void A_case_is_busy_if_others_used_the_machine_in_every_pass_and_not_if_one_was_quiet()
    {
        Assert.Equal(Figure.Busy, Run(Others(_ => 1), 0.5, 0.5).Result.Flag);
        Assert.Equal("", Run(Others(_ => 0), 0.5, 0.5).Result.Flag);
        _now = 0;
        Assert.Equal("", Run(Others(second => second < 1 ? 1 : 0), 0.5, 0.5).Result.Flag);
    }

    /// <summary>A machine on which others use so much in each second.</summary>
    private MachineWatch Others(Func<double, double> share)
    {
        var (busy, last) = (0.0, _now);
        return new(
            () =>
            {
                busy += share(last) * (_now - last);
                last = _now;
                return new(_now, busy, 0, 0, 0);
            },
            DateTimeOffset.UnixEpoch, processors: 2);
    }

    /// <summary>Passes of one second each, in which the second takes these times as long as the first.</summary>
    private (SettledTimes Result, int Passes) Run(MachineWatch watch, params double[] ratios)
    {
        SettledTimes? result = null;
        var (runner, made) = (new PassRunner(TimeBudget.Unlimited, watch, new NoProgress(), CancellationToken.None), 0);
        var one = new PairedCase(
            "made up", 4, 1,
            another =>
            {
                var ratio = ratios[made++];
                _now += 1;
                return [new(Interleaved.Run(another, () => 1, () => ratio, CancellationToken.None), null)];
            },
            settled => result = settled[0]);
        runner.Pass([one]);
        runner.Pass([one]);
        runner.Finish([one]);
        return (result!, made);
    }

    private static void Expect(int[] kept, bool settled, params double[] medians)
    {
        var result = Passes.Settle([.. medians.Select(median => Pass(median, s_quiet))]);
        Assert.Equal(kept, result.Kept);
        Assert.Equal(settled, result.Settled);
    }

    private static bool Agree(Passes.Pass one, Passes.Pass other, double floor = Passes.Floor) => Passes.Agree(one, other, floor);

    private static Passes.Pass Pass(double median, params double[] selves) => Passes.Of([median], selves);
}
