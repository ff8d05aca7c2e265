// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Measuring;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

public sealed class InterleavedTests
{
    [Fact]
    public void Repetitions_run_in_the_order_a_b_b_a()
    {
        var order = "";
        Interleaved.Run(2, () => Note('A'), () => Note('B'), CancellationToken.None);
        Assert.Equal("ABBAABBA", order);

        double Note(char which)
        {
            order += which;
            return 1;
        }
    }

    [Fact]
    public void A_machine_that_slows_steadily_does_not_favour_either_side()
    {
        // Each repetition takes 1 % longer than the one before; both sides do the same work.
        var clock = 1.0;
        double Slower() => clock *= 1.01;
        var times = Interleaved.Run(8, Slower, Slower, CancellationToken.None);
        Assert.Equal(1.0, times.Ratio.Median, 3);
        Assert.True(times.Ratio.Low < 1 && times.Ratio.High > 1);
    }

    [Fact]
    public void Ratios_are_of_neighbours_in_time()
    {
        double[] a = [1, 4, 10, 40];
        double[] b = [2, 8, 30, 80];
        var (nextA, nextB) = (0, 0);
        var times = Interleaved.Run(2, () => a[nextA++], () => b[nextB++], CancellationToken.None);
        Assert.Equal([2, 2, 3, 2], times.Ratios);
    }

    [Fact]
    public void Runs_that_give_several_times_keep_the_order_and_the_pairs_of_each()
    {
        var order = "";
        double[][] a = [[1, 10], [4, 20], [10, 5], [40, 1]];
        double[][] b = [[2, 30], [8, 10], [30, 5], [80, 3]];
        var (nextA, nextB) = (0, 0);
        var times = Interleaved.RunMany(2, () => Note('A', a[nextA++]), () => Note('B', b[nextB++]), CancellationToken.None);
        Assert.Equal("ABBAABBA", order);
        Assert.Equal(2, times.Length);
        Assert.Equal([1, 4, 10, 40], times[0].A);
        Assert.Equal([2, 8, 30, 80], times[0].B);
        Assert.Equal([2, 2, 3, 2], times[0].Ratios);
        Assert.Equal([10, 20, 5, 1], times[1].A);
        Assert.Equal([30, 10, 5, 3], times[1].B);
        Assert.Equal([3, 0.5, 1, 3], times[1].Ratios);

        double[] Note(char which, double[] run)
        {
            order += which;
            return run;
        }
    }

    [Fact]
    public void Both_of_a_pair_follow_one_preparation()
    {
        var order = "";
        Interleaved.Run(done => done < 2, () => Note('A'), () => Note('B'), CancellationToken.None, () => order += ' ');
        Assert.Equal(" AB BA AB BA", order);

        double Note(char which)
        {
            order += which;
            return 1;
        }
    }

    [Fact]
    public void Groups_follow_as_long_as_another_is_wanted_and_one_is_always_made()
    {
        Assert.Equal(2, Interleaved.Run(_ => false, () => 1, () => 1, CancellationToken.None).Ratios.Length);
        Assert.Equal(6, Interleaved.Run(done => done < 3, () => 1, () => 1, CancellationToken.None).Ratios.Length);
    }

    [Fact]
    public void Equals_are_the_repetitions_of_one_side_in_a_group()
    {
        var times = new InterleavedTimes([1, 3, 10, 20], [2, 8, 30, 15], [2, 2.67, 3, 0.75]);
        Assert.Equal([3, 2, 4, 0.5], times.Selves);
        Assert.Equal([3, 2, 3, 2, 4, 0.5, 4, 0.5], InterleavedTimes.Join([times, times]).Selves);
    }

    [Fact]
    public void Quartiles_are_those_that_r_shows()
    {
        var spread = Spread.Of([1, 2, 3, 4]);
        Assert.Equal((2.5, 1.75, 3.25, 4), (spread.Median, spread.Low, spread.High, spread.N));
    }

    [Fact]
    public void Cancelling_stops_between_repetitions()
    {
        using var cancel = new CancellationTokenSource();
        var runs = 0;
        Assert.Throws<OperationCanceledException>(() => Interleaved.Run(100, Once, Once, cancel.Token));
        Assert.InRange(runs, 3, 4);

        double Once()
        {
            if (++runs == 3)
                cancel.Cancel();
            return 1;
        }
    }
}
