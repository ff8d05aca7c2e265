// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Machine;
using Sim.Kernel;
using Sim.Lab;
using Sim.Runner.Commands;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

public sealed class MachineWatchTests
{
    private static readonly DateTimeOffset s_started = new(2026, 11, 29, 18, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Busy_is_all_but_idle_and_waiting_for_disks_and_what_guests_use_counts_once()
    {
        // Of a host with a guest: user 12146 includes guest 500.
        var (busy, steal) = MachineReading.OfStat("cpu  12146 100 3276 61341 171 7 29 26 500 0");
        Assert.Equal((12146 + 100 + 3276 + 7 + 29) / 100.0, busy!.Value, 9);
        Assert.Equal(0.26, steal);
    }

    [Theory]
    [InlineData("cpu  2255 34 2290 22625563 6290 127 456", 51.62, null)]
    [InlineData("cpu  2255 34 2290 22625563", 45.79, null)]
    [InlineData("cpu  2255 34 2290 22625563 6290 127 456 18", 51.62, 0.18)]
    public void Kernels_that_count_less_are_read_as_far_as_they_go(string line, double busy, double? steal)
    {
        var reading = MachineReading.OfStat(line);
        Assert.Equal(busy, reading.Busy!.Value, 9);
        Assert.Equal(steal, reading.Steal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("cpu")]
    [InlineData("cpu0 1 2 3 4 5 6 7 8 9 10")]
    [InlineData("cpu  1 2 x 4 5 6 7 8")]
    [InlineData("cpu  1 2 -3 4 5 6 7 8")]
    [InlineData("processes 1 2 3 4 5")]
    public void What_is_no_line_of_proc_stat_is_unknown(string? line) => Assert.Equal((null, null), MachineReading.OfStat(line));

    [Theory]
    [InlineData("some avg10=82.79 avg60=26.82 avg300=10.17 total=53431978", 53.431978)]
    [InlineData("some avg10=0.00 avg60=0.00 avg300=0.00 total=0", 0.0)]
    [InlineData("full avg10=0.00 avg60=0.00 avg300=0.00 total=7", null)]
    [InlineData("some avg10=0.00", null)]
    [InlineData("some total=x", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Pressure_is_the_total_of_its_first_line(string? line, double? seconds) => Assert.Equal(seconds, MachineReading.OfPressure(line));

    [Theory]
    [InlineData("7 (a) b)) S 1 7 7 0 -1 4194304 100 200 0 0 11 12 250 50 20 0 1 0", 3.0)]
    [InlineData("7 (a) S 1 7", 0.0)]
    [InlineData("", 0.0)]
    [InlineData(null, 0.0)]
    public void Ended_child_processes_are_in_the_16th_and_17th_field_of_their_parent(string? line, double seconds) =>
        Assert.Equal(seconds, MachineReading.OfChildren(line));

    [Fact]
    public void This_machine_is_read_without_an_exception_and_its_counters_do_not_fall()
    {
        var (first, next) = (MachineReading.At(1), MachineReading.At(2));
        Assert.Equal((1, 2), (first.Seconds, next.Seconds));
        Assert.False(next.Busy < first.Busy);
        Assert.False(next.Own < first.Own);
    }

    [Fact]
    public void Others_use_what_this_process_does_not()
    {
        // 4 s of two processors: 5 s busy, 3.8 of them our own.
        var watch = Watch(2, new(0, 100, 1, 0, 0), new(4, 105, 4.8, 0, 0));
        Assert.Equal(0.3, watch.Others(1, 3)!.Value, 9);
        Assert.True(watch.IsBusy(1, 3));
        Assert.False(Watch(2, new(0, 100, 1, 0, 0), new(4, 104, 4.8, 0, 0)).IsBusy(1, 3));
    }

    [Fact]
    public void What_a_hypervisor_takes_is_used_by_others()
    {
        var watch = Watch(2, new(0, 100, 1, 0, 0), new(4, 104, 5, 2, 0));
        Assert.Equal(0.5, watch.Others(0, 4)!.Value, 9);
        Assert.Contains(watch.Facts(), fact => fact is { Name: HostFacts.StealFact, Value: "25.0 % of the time" });
    }

    [Fact]
    public void Of_many_processors_others_may_use_two_percent()
    {
        Assert.Equal(0.25, Watch(2).Threshold);
        Assert.Equal(1.28, Watch(64).Threshold, 9);
    }

    [Fact]
    public void A_measurement_is_judged_by_the_readings_around_it()
    {
        // Others use one processor from second 2 to 4.
        var watch = Watch(2, new(0, 0, 0, 0, 0), new(2, 0, 0, 0, 0), new(4, 2, 0, 0, 0), new(6, 2, 0, 0, 0));
        Assert.False(watch.IsBusy(0.5, 1.5));
        Assert.True(watch.IsBusy(2.5, 2.6));
        Assert.True(watch.IsBusy(1, 3));
        Assert.False(watch.IsBusy(4, 9));
        Assert.Equal(1.0 / 3, watch.Others(0, 6)!.Value, 9);
    }

    [Fact]
    public void Readings_that_follow_too_fast_are_not_kept()
    {
        // A tick that falls into a millisecond would look like ten processors.
        var watch = Watch(2, new(0, 0, 0, 0, 0), new(1, 0, 0, 0, 0), new(1.001, 0.01, 0, 0, 0), new(2, 0.01, 0, 0, 0));
        Assert.False(watch.IsBusy(1, 1.001));
        Assert.Null(watch.Warning());
    }

    [Fact]
    public void A_busy_run_says_how_busy_and_when()
    {
        var watch = Watch(2, new(0, 0, 0, 0, 0), new(10, 1, 0, 0, 3), new(14, 5, 0, 0, 4), new(20, 5.6, 0, 0, 4));
        var warning = watch.Warning()!;
        Assert.Contains("0.10 of a processor in the median, 1.00 at worst (at 18:00:10)", warning);
        Assert.Contains("For 20 % of the run they used more than 0.25.", warning);
        Assert.Contains(watch.Facts(), fact => fact is { Name: HostFacts.PressureFact, Value: "20.0 % of the time" });
    }

    [Fact]
    public void A_moment_of_others_is_no_busy_run() =>
        Assert.Null(Watch(2, new(0, 0, 0, 0, 0), new(95, 1, 0, 0, 0), new(100, 6, 0, 0, 0)).Warning());

    [Fact]
    public void Where_the_system_says_nothing_nothing_is_known_and_nothing_is_busy()
    {
        var watch = Watch(2, new(0, null, 0, null, null), new(4, null, 4, null, null));
        Assert.Null(watch.Others(0, 4));
        Assert.False(watch.IsBusy(0, 4));
        Assert.Null(watch.Warning());
        Assert.All(watch.Facts(), fact => Assert.Equal("unknown", fact.Value));
        Assert.False(MachineWatch.None.IsBusy(0, 1));
    }

    [Fact]
    public void Rows_that_are_measured_on_a_busy_machine_are_marked_and_counts_are_not()
    {
        Figure Row(Basis basis) => new() { Experiment = "e", Family = 4, Metric = Metrics.Of("m", "e"), Unit = "u", Value = 1, Basis = basis };
        MachineReading[] readings = [new(0, 0, 0, 0, 0), new(1, 0, 0, 0, 0), new(2, 1, 0, 0, 0)];
        var figures = new List<Figure> { Row(Basis.Measured) };
        Reading(2, readings).Run(figures, () => figures.AddRange([Row(Basis.Measured), Row(Basis.Counted), Row(Basis.Estimated), Row(Basis.Measured) with { Flag = Figure.Unsettled }]));
        Assert.Equal(["", Figure.Busy, "", Figure.Busy, Figure.Unsettled], figures.Select(f => f.Flag));
    }

    /// <summary>A watch that has taken all of these readings in.</summary>
    private static MachineWatch Watch(int processors, params MachineReading[] readings)
    {
        var watch = Reading(processors, readings);
        for (var at = 1; at < readings.Length; at++)
            watch.Sample();
        return watch;
    }

    private static MachineWatch Reading(int processors, params MachineReading[] readings)
    {
        var next = 0;
        return new(() => readings.Length == 0 ? default : readings[Math.Min(next++, readings.Length - 1)], s_started, processors);
    }
}
