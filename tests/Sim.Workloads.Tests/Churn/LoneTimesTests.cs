// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;
using static Sim.Workloads.Tests.Churn.TraceClockTests;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Churn;

/// <summary>Few records at an end of a trace, less than a year from the others.</summary>
public sealed class LoneTimesTests
{
    private const long Start = 1_700_000_000;
    private const long Day = 86_400;

    public static readonly TheoryData<Family, long> Distances = new()
    {
        { Family.IPv4, 3_700 }, { Family.IPv4, Day }, { Family.IPv4, 360 * Day }, { Family.IPv6, 3_700 }, { Family.IPv6, Day }, { Family.IPv6, 360 * Day },
    };

    [Theory]
    [MemberData(nameof(Distances))]
    public void Few_records_far_behind_all_others_are_set_aside(Family family, long by)
    {
        foreach (var lone in (int[])[1, 2, 3])
        {
            var times = Clean(60);
            for (var at = 60 - lone; at < 60; at++)
                times[at] += by;
            var (structure, changes, log) = Both(family, Made(family, times));
            Assert.Equal((59.0 - lone, lone, 60L), (structure.Seconds, structure.SetAside, structure.Events));
            Assert.Equal(Enumerable.Range(61 - lone, lone), log.First.Select(damage => (int)damage.Record));
            Assert.All(log.First, damage => Assert.Contains("does not fit its neighbours", damage.What));
            Assert.Equal(Start + 59 - lone, changes[^1]);
        }
    }

    [Theory]
    [MemberData(nameof(Distances))]
    public void Few_records_far_before_all_others_are_set_aside(Family family, long by)
    {
        foreach (var lone in (int[])[1, 2, 3])
        {
            var times = Clean(60);
            for (var at = 0; at < lone; at++)
                times[at] -= by;
            var (structure, changes, log) = Both(family, Made(family, times));
            Assert.Equal((59.0 - lone, lone, 60L), (structure.Seconds, structure.SetAside, structure.Events));
            Assert.Equal(Enumerable.Range(1, lone), log.First.Select(damage => (int)damage.Record));
            Assert.Equal(Start + lone, changes[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Distances))]
    public void Lone_records_at_both_ends_and_at_different_distances_are_set_aside(Family family, long by)
    {
        var times = Clean(60);
        times[0] -= by;
        times[58] += by;
        times[59] += 2 * by;
        var (structure, _, log) = Both(family, Made(family, times));
        Assert.Equal((56, 3L), (structure.Seconds, structure.SetAside));
        Assert.Equal([1, 59, 60], log.First.Select(damage => damage.Record));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_record_of_many_prefixes_is_one_record(Family family)
    {
        byte[] field = [.. Enumerable.Range(0, 500).SelectMany(at => family == Family.IPv4 ? Nlri($"10.{at / 256}.{at % 256}.0/24") : Nlri($"2001:db8:{at:x}::/48"))];
        var update = family == Family.IPv4 ? Update(field, [], []) : Update([], Attribute(15, [0, 2, 1, .. field]), []);
        byte[] large = [.. U32((uint)(Start + Day)), .. Message(Sim.Workloads.Mrt.MrtTypes.MessageAs4, update)[4..]];
        var (structure, _, log) = Both(family, [.. Made(family, Clean(60)), .. large]);
        // Its 500 events are more than all others, whose times are believed nevertheless.
        Assert.Equal((59, 500L), (structure.Seconds, structure.SetAside));
        Assert.Equal(61, Assert.Single(log.First).Record);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void One_record_in_a_thousand_is_few(Family family)
    {
        var times = Clean(6_000);
        for (var at = 5_994; at < 6_000; at++)
            times[at] += 30 * Day;
        Assert.Equal((5_993.0, 5), Seconds(family, times[..^1]));
        times[5_993] += 30 * Day;
        Assert.Equal((5_999.0 + 30 * Day, 0), Seconds(family, times));
    }

    [Theory]
    [InlineData(60, 4, Day)]
    [InlineData(60, 1, 3_500)]
    [InlineData(10, 1, Day)]
    [InlineData(2, 1, Day)]
    [InlineData(30, 3, Day)]
    public void More_records_or_a_shorter_pause_or_a_shorter_trace_is_believed(int count, int last, long by)
    {
        foreach (var family in (Family[])[Family.IPv4, Family.IPv6])
        {
            var times = Clean(count);
            for (var at = count - last; at < count; at++)
                times[at] += by;
            Assert.Equal((count - 1.0 + by, 0), Seconds(family, times));
        }
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_pause_that_is_shorter_than_the_rest_of_the_trace_is_believed_wherever_it_is(Family family)
    {
        // A record every 20 minutes, and a night without any before the last.
        long[] times = [.. Enumerable.Range(0, 60).Select(at => Start + at * 1_200)];
        times[59] += Day / 2;
        Assert.Equal((59 * 1_200.0 + Day / 2, 0), Seconds(family, times));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Two_files_a_day_apart_are_believed_however_few_records_one_has(Family family)
    {
        foreach (var few in (int[])[1, 3, 50])
        {
            var first = Made(family, Clean(60));
            var second = Made(family, [.. Clean(few).Select(time => time + Day)]);
            var (structure, _, log) = Both(family, first, second);
            Assert.Empty(log.First);
            Assert.Equal(Day + few - 1, structure.Seconds);
            (structure, _, log) = Both(family, Made(family, Clean(few)), Made(family, [.. Clean(60).Select(time => time + Day)]));
            Assert.Empty(log.First);
            Assert.Equal(Day + 59, structure.Seconds);
        }
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void The_last_record_of_the_last_of_several_files_is_judged_by_its_own_file(Family family)
    {
        var second = Clean(60).Select(time => time + 900).ToArray();
        second[59] += Day;
        var (structure, _, log) = Both(family, Made(family, Clean(60)), Made(family, second));
        Assert.Equal((958, 1L), (structure.Seconds, structure.SetAside));
        Assert.Equal(("1", 60L), (Assert.Single(log.First).File, log.First[0].Record));
    }

    private static (double Seconds, int SetAside) Seconds(Family family, long[] times)
    {
        var (structure, _, log) = Both(family, Made(family, times));
        Assert.Equal(structure.SetAside, log.Count);
        return (structure.Seconds, (int)structure.SetAside);
    }
}
