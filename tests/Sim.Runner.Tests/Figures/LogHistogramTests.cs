// SPDX-License-Identifier: MIT
using Sim.Figures.Measuring;
using Xunit;

namespace Sim.Runner.Tests.Figures;

public sealed class LogHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_are_those_of_the_sorted_times_within_a_step(int seed)
    {
        var random = new Random(seed);
        var histogram = new LogHistogram();
        var times = new long[10_001];
        foreach (ref var time in times.AsSpan())
        {
            time = (long)Math.Exp(random.NextDouble() * 18);
            histogram.Record(time);
        }

        Array.Sort(times);
        Assert.Equal(times.Length, histogram.Count);
        foreach (var share in new[] { 0.0001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1 })
        {
            var exact = times[Math.Max((int)Math.Ceiling(share * times.Length) - 1, 0)];
            Assert.InRange(histogram.Percentile(share), exact * (1 - 1.0 / 64), exact * (1 + 1.0 / 64) + 1);
        }
    }

    [Fact]
    public void Small_times_are_counted_exactly_and_spread_over_their_step()
    {
        var histogram = new LogHistogram();
        for (var i = 0; i < 4; i++)
            histogram.Record(10);
        Assert.Equal((10.25, 10.5, 11), (histogram.Percentile(0.25), histogram.Percentile(0.5), histogram.Percentile(1)));
    }

    /// <summary>The edges of octaves, as the module counts them: octave 0 is below 64, octave n from 64 &lt;&lt; n - 1 on.</summary>
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(63, 0, 63)]
    [InlineData(64, 1, 0)]
    [InlineData(127, 1, 63)]
    [InlineData(128, 2, 0)]
    [InlineData(129, 2, 0)]
    [InlineData(130, 2, 1)]
    [InlineData((64L << 25) - 1, 25, 63)]
    [InlineData(64L << 25, 25, 63)]
    [InlineData(long.MaxValue, 25, 63)]
    public void A_time_is_in_the_step_that_the_module_counts_it_in(long time, int octave, int step)
    {
        var (recorded, added) = (new LogHistogram(), new LogHistogram());
        recorded.Record(time);
        var counts = new long[LogHistogram.Steps];
        counts[step] = 1;
        added.Add(octave, counts);
        Assert.Equal(added.Percentile(1), recorded.Percentile(1));
        Assert.Equal(added.Percentile(0.5), recorded.Percentile(0.5));
    }

    [Fact]
    public void Added_histograms_count_as_one()
    {
        var (one, other, both) = (new LogHistogram(), new LogHistogram(), new LogHistogram());
        for (var time = 1; time < 5000; time++)
        {
            (time % 3 == 0 ? one : other).Record(time);
            both.Record(time);
        }

        one.Add(other);
        Assert.Equal(both.Count, one.Count);
        Assert.Equal(both.Percentile(0.999), one.Percentile(0.999));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = new LogHistogram();
        histogram.Record(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var time = 0L; time < 10_000; time++)
            histogram.Record(time);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void What_is_no_octave_is_refused_and_an_empty_histogram_has_no_percentile()
    {
        Assert.Throws<ArgumentException>(() => new LogHistogram().Add(LogHistogram.Octaves, new long[LogHistogram.Steps]));
        Assert.Throws<ArgumentException>(() => new LogHistogram().Add(-1, new long[LogHistogram.Steps]));
        Assert.Throws<ArgumentException>(() => new LogHistogram().Add(0, new long[LogHistogram.Steps - 1]));
        Assert.Throws<InvalidOperationException>(() => new LogHistogram().Percentile(0.5));
    }
}
