// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Churn;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tests.Synthesis;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Churn;

/// <summary>Which times of a trace are believed; all of it for both readings, that of the structure and that of the changes.</summary>
public sealed class TraceClockTests
{
    private const long Start = 1_700_000_000;
    private const long Day = 86_400;
    private const uint Never = uint.MaxValue;

    [Theory]
    [InlineData(59, 1, false)]
    [InlineData(31_449_600, 31_449_541, true)]
    [InlineData(90_000, 86_400, true)]
    [InlineData(900, 890, false)]
    [InlineData(200_000, 86_400, false)]
    public void A_trace_that_is_nearly_all_one_pause_says_so(double seconds, double pause, bool said) =>
        Assert.Equal(said, TraceFigures.PauseRemark("trace", seconds, pause) is not null);

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void One_time_far_off_is_set_aside_wherever_it_stands(Family family)
    {
        foreach (var bad in (long[])[0, 1, 946_684_800, Start - 3 * Day * 366, Start + 3 * Day * 366, Never])
        {
            foreach (var at in (int[])[0, 1, 7, 59])
            {
                var times = Clean(60);
                times[at] = bad;
                var (structure, changes, log) = Both(family, Made(family, times));
                var (first, last) = (at == 0 ? 1 : 0, at == 59 ? 58 : 59);
                Assert.Equal((last - first, 1L, 60L), (structure.Seconds, structure.SetAside, structure.Events));
                var named = Assert.Single(log.First);
                Assert.Equal(at + 1, named.Record);
                Assert.True(named.Offset > 0 || at == 0);
                // Every other event has its own instant.
                Assert.Equal(59, changes.Distinct().Count());
                Assert.Equal(Start + last, changes[^1]);
            }
        }
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    [InlineData(30 * Day)]
    [InlineData(-30 * Day)]
    [InlineData(10)]
    [InlineData(-10)]
    public void A_time_that_is_off_by_little_is_set_aside_where_those_after_it_tell(long by)
    {
        var times = Clean(60);
        times[20] += by;
        times[40] += by;
        var (structure, changes, log) = Both(Family.IPv4, Made(Family.IPv4, times));
        Assert.Equal((59, 2), (structure.Seconds, log.Count));
        Assert.Equal(58, changes.Distinct().Count());
        Assert.Equal([21, 41], log.First.Select(damage => damage.Record));
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(0, 20_000)]
    [InlineData(Never, 19)]
    [InlineData(Never, 9_999)]
    public void Half_of_the_times_may_be_wrong_however_they_are_mixed(uint bad, int count)
    {
        foreach (var step in (int[])[1, 2])
        {
            // Bad ones first, or every other one.
            var times = Clean(count);
            for (var at = 0; at < count / 2; at++)
                times[at * step] = bad;
            var good = times.Where(time => time != bad).ToArray();
            var (structure, changes, log) = Both(Family.IPv6, Made(Family.IPv6, times));
            Assert.Equal(good[^1] - good[0], structure.Seconds);
            Assert.Equal((count / 2, count / 2), (structure.SetAside, log.Count));
            Assert.Equal(good.Length, changes.Distinct().Count());
        }
    }

    [Fact]
    public void Clocks_that_were_never_set_may_be_most_of_them()
    {
        var times = Clean(100);
        for (var at = 0; at < 90; at++)
            times[at] = at / 10;
        var (structure, _, log) = Both(Family.IPv4, Made(Family.IPv4, times));
        Assert.Equal((9, 90), (structure.Seconds, log.Count));
    }

    [Fact]
    public void A_trace_with_no_time_after_1993_keeps_its_clock_and_says_so()
    {
        var (structure, _, log) = Both(Family.IPv4, Made(Family.IPv4, [.. Enumerable.Range(0, 30).Select(at => (long)at)]));
        Assert.Equal((29, 0L), (structure.Seconds, structure.SetAside));
        Assert.Contains("before 1994", Assert.Single(log.First).What);
    }

    [Fact]
    public void Random_times_among_others_are_set_aside()
    {
        var rng = new Rng(7);
        var times = Clean(20_000);
        for (var at = 0; at < times.Length; at++)
        {
            if (rng.Below(10) < 3)
                times[at] = rng.NextUInt();
        }

        var (structure, changes, log) = Both(Family.IPv4, Made(Family.IPv4, times));
        Assert.InRange(structure.Seconds, 19_980, 20_000);
        // 30% are random; hardly any of these fit.
        Assert.InRange(structure.SetAside, 5_700, 6_300);
        Assert.Equal(structure.SetAside, log.Count);
        Assert.InRange(changes.Distinct().Count(), 13_500, 14_500);
    }

    [Theory]
    [InlineData(Day)]
    [InlineData(30 * Day)]
    [InlineData(300 * Day)]
    public void A_pause_is_no_damage(long pause)
    {
        foreach (var at in (int[])[6, 30, 53])
        {
            var times = Clean(59);
            for (var later = at; later < 59; later++)
                times[later] += pause;
            var (structure, _, log) = Both(Family.IPv4, Made(Family.IPv4, times));
            Assert.Empty(log.First);
            Assert.Equal((58 + pause, 1 + pause), (structure.Seconds, structure.LongestPause));
        }
    }

    [Fact]
    public void A_day_of_pauses_and_bursts_is_no_damage_whatever_the_stretches_it_falls_into()
    {
        var rng = new Rng(3);
        var times = new long[30_000];
        for (var at = 1; at < times.Length; at++)
            times[at] = times[at - 1] + (rng.Below(2) == 0 ? 0 : rng.Below(4) == 0 ? rng.Below(5_000) : 2);
        var (structure, changes, log) = Both(Family.IPv4, Made(Family.IPv4, [.. times.Select(time => Start + time)]));
        Assert.Empty(log.First);
        Assert.Equal((0L, times[^1]), (structure.OutOfOrder, structure.Seconds));
        Assert.Equal(times.Distinct().Count(), changes.Distinct().Count());
    }

    [Fact]
    public void A_clock_that_is_set_back_stands_still_until_it_has_caught_up()
    {
        long[] times = [.. Clean(100), .. Clean(100).Select(time => time + 70)];
        var (structure, changes, log) = Both(Family.IPv4, Made(Family.IPv4, times));
        Assert.Equal((169, 0L), (structure.Seconds, structure.SetAside));
        Assert.Equal(170, changes.Distinct().Count());
        // From 70 to 97 of 99 seconds; lesser disorder is not named.
        Assert.Equal((29L, 28), (structure.OutOfOrder, log.Count));
    }

    [Fact]
    public void Disorder_within_a_second_is_counted_and_no_damage()
    {
        var made = new List<byte>();
        for (var at = 0; at < 50; at++)
            made.AddRange(Micro(Start, (uint)(at % 2 == 0 ? 20_000 + at * 10_000 : at * 10_000 + 5_000), at));
        var (structure, _, log) = Both(Family.IPv4, [.. made]);
        Assert.Empty(log.First);
        Assert.Equal((25L, 0L), (structure.OutOfOrder, structure.SetAside));
    }

    [Fact]
    public void Microseconds_of_a_second_or_more_leave_the_second_and_are_named()
    {
        var (structure, changes, log) = Both(
            Family.IPv4, [.. Micro(Start, 999_999, 0), .. Micro(Start + 1, 1_000_000, 1), .. Micro(Start + 2, Never, 2), .. Micro(Start + 3, 5, 3)]);
        Assert.Equal(4, structure.Events);
        Assert.Equal([Start, Start + 1, Start + 2, Start + 3], changes);
        Assert.Equal([2, 3], log.First.Select(damage => damage.Record));
        Assert.All(log.First, damage => Assert.Contains("microseconds", damage.What));
    }

    [Fact]
    public void A_clock_asked_for_each_event_allocates_only_for_its_stretches()
    {
        var clock = new TraceClock();
        clock.At(Start * 1_000_000, 1, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var at = 0; at < 10_000; at++)
            clock.At(Start * 1_000_000 + at, at, 0);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    internal static long[] Clean(int count) => [.. Enumerable.Range(0, count).Select(at => Start + at)];

    /// <summary>Two next hops by turns for one prefix: each event is a change.</summary>
    internal static byte[] Made(Family family, long[] times) => [.. times.SelectMany((time, at) => (byte[])[.. U32((uint)time), .. Event(family, at)[4..]])];

    internal static byte[] Event(Family family, int at)
    {
        byte[] path = [.. Attribute(1, 0), .. Attribute(2, Sequence(1))];
        return Message(MrtTypes.MessageAs4, family == Family.IPv4
            ? Update([], [.. path, .. Attribute(3, 192, 0, 2, (byte)(1 + at % 2))], Nlri("10.0.0.0/8"))
            : Update([], [.. path, .. Attribute(14, [0, 2, 1, 16, .. Address($"2001:db8::{1 + at % 2}"), 0, .. Nlri("2001:db8::/32")])], []));
    }

    private static byte[] Micro(long second, uint micro, int at)
    {
        var plain = Event(Family.IPv4, at);
        return [.. U32((uint)second), .. U16(MrtTypes.Bgp4mpEt), .. plain[6..8], .. U32((uint)(plain.Length - 12 + 4)), .. U32(micro), .. plain[12..]];
    }

    /// <summary>Reads both ways and returns the structure, the changes' times in seconds, and the damage, which is the same.</summary>
    internal static (TraceStructure Structure, List<long> Times, DamageLog Log) Both(Family family, params byte[][] contents)
    {
        TraceFile[] files = [.. contents.Select((content, at) => new TraceFile($"{at}", () => new MemoryStream(content)))];
        var (log, other) = (new DamageLog(), new DamageLog());
        var structure = TraceStructure.Measure(files, family, log);
        using var trace = ChurnTrace.Compile(files, family, BestPathRule.Default, new TraceRouter(2), other);
        Assert.Equal(structure.Seconds, trace.Seconds);
        Assert.Equal((structure.OutOfOrder, structure.SetAside), (trace.Counts.OutOfOrder, trace.Counts.SetAside));
        Assert.Equal(structure.Events, trace.Counts.Events);
        Assert.Equal(log.Count, other.Count);
        Assert.Equal(log.First, other.First);
        var times = new List<long>();
        foreach (var change in trace.Changes)
        {
            Assert.InRange(change.Time, trace.First, trace.Last);
            times.Add(change.Time / 1_000_000);
        }

        return (structure, times, log);
    }
}
