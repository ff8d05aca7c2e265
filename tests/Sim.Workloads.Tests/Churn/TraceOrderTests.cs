// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Churn;
using Xunit;
using static Sim.Workloads.Tests.Churn.TraceClockTests;

namespace Sim.Workloads.Tests.Churn;

/// <summary>In which order the files of a trace are taken.</summary>
public sealed class TraceOrderTests
{
    private const long Start = 1_700_000_000;
    private const uint Never = uint.MaxValue;

    [Fact]
    public void Files_in_the_wrong_order_are_taken_in_order_of_time_and_named()
    {
        byte[][] files = [.. Enumerable.Range(0, 3).Select(file => Made(Family.IPv4, [.. Clean(50).Select(time => time + file * 900)]))];
        var (right, rightChanges, rightLog) = Both(Family.IPv4, files);
        Assert.Empty(rightLog.First);
        var (wrong, wrongChanges, wrongLog) = Both(Family.IPv4, files[2], files[0], files[1]);
        Assert.Equal((right.Seconds, right.Kinds, 0L), (wrong.Seconds, wrong.Kinds, wrong.OutOfOrder));
        Assert.Equal(rightChanges, wrongChanges);
        var named = Assert.Single(wrongLog.First);
        Assert.Equal("1", named.File);
        Assert.Contains("sorted by time", named.What);
    }

    [Fact]
    public void A_file_is_put_in_order_by_its_first_times_not_by_its_very_first()
    {
        var first = Clean(50);
        first[0] = Never;
        var second = Clean(50).Select(time => time + 900).ToArray();
        second[0] = 0;
        var (structure, _, log) = Both(Family.IPv4, Made(Family.IPv4, first), Made(Family.IPv4, second));
        Assert.Equal((948, 2), (structure.Seconds, log.Count));
        Assert.Equal(["0", "1"], log.First.Select(damage => damage.File));
    }

    [Theory]
    [InlineData(Family.IPv4, 1)]
    [InlineData(Family.IPv4, 2)]
    [InlineData(Family.IPv6, 1)]
    [InlineData(Family.IPv6, 2)]
    public void One_wrong_time_of_two_does_not_move_a_file_that_was_named_in_its_place(Family family, int bad)
    {
        foreach (var time in (long[])[Never, Start - 86_400, Start + 86_400, 1_000_000_000])
        {
            long[][] times = [[Start, Start + 1], [Start + 900, Start + 901], [Start + 1800, Start + 1801]];
            times[bad][0] = time;
            Assert.Equal(["0", "1", "2"], Sorted(family, times, out var damage));
            Assert.Empty(damage.First);
        }
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_wrong_time_does_not_hide_that_a_file_was_named_too_late(Family family)
    {
        foreach (var time in (long[])[Never, Start - 86_400, Start + 86_400])
        {
            long[][] times = [Clean(9), [.. Clean(9).Select(at => at + 1800)], [.. Clean(9).Select(at => at + 900)]];
            times[1][0] = times[2][0] = time;
            Assert.Equal(["0", "2", "1"], Sorted(family, times, out var damage));
            Assert.Equal("2", Assert.Single(damage.First).File);
        }
    }

    private static string[] Sorted(Family family, long[][] times, out DamageLog damage)
    {
        damage = new DamageLog();
        TraceFile[] files = [.. times.Select((file, at) => new TraceFile($"{at}", () => new MemoryStream(Made(family, file))))];
        return [.. TraceOrder.Sort(files, damage).Select(file => file.Name)];
    }
}
