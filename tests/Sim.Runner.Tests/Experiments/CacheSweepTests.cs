// SPDX-License-Identifier: MIT
using Sim.Figures.Machine;
using Sim.Figures.Measuring;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

public sealed class CacheSweepTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData("32768K", 32 * MiB)]
    [InlineData("512 KB", MiB / 2)]
    [InlineData("260M", 260 * MiB)]
    [InlineData("260 MiB", 260 * MiB)]
    [InlineData("1G", 1024 * MiB)]
    [InlineData("65536", MiB / 16)]
    public void A_size_is_a_whole_number_and_a_unit(string text, long bytes)
    {
        Assert.True(CacheSize.TryParse(text, out var parsed));
        Assert.Equal(bytes, parsed);
        Assert.Equal(bytes, CacheSize.OfFact($"{CacheSize.Show(bytes)} (--cache-size; the system says 32768K)"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("M")]
    [InlineData("1.5G")]
    [InlineData("0,5G")]
    [InlineData("-1M")]
    [InlineData("+1M")]
    [InlineData("32T")]
    [InlineData("32 M M")]
    [InlineData("99999999999G")]
    [InlineData("99999999999999999999")]
    public void Anything_else_is_none(string text)
    {
        Assert.False(CacheSize.TryParse(text, out _));
        Assert.Equal(0, CacheSize.OfFact(text));
    }

    [Fact]
    public void Four_times_the_cache_are_read_where_that_is_quick_enough() =>
        Assert.Equal(128 * MiB, CacheSweep.BytesFor(32 * MiB, bytesPerSecond: 10e9, seconds: 0.015, arrayBytes: 128 * MiB));

    [Fact]
    public void A_large_cache_is_swept_as_often_as_the_time_allows_and_once_at_least()
    {
        Assert.Equal(520 * MiB, CacheSweep.BytesFor(260 * MiB, 520 * MiB / 0.0625, 0.0625, 1040 * MiB));
        Assert.Equal(260 * MiB, CacheSweep.BytesFor(260 * MiB, 10e9, 0.015, 1040 * MiB));
        Assert.Equal(1040 * MiB, CacheSweep.BytesFor(260 * MiB, 10e9, double.PositiveInfinity, 1040 * MiB));
    }

    [Fact]
    public void A_small_or_unknown_cache_is_swept_with_64_MiB() =>
        Assert.Equal(64 * MiB, CacheSweep.BytesFor(0, 10e9, 1, 64 * MiB));

    [Fact]
    public void No_more_is_read_than_there_is() => Assert.Equal(100 * MiB, CacheSweep.BytesFor(260 * MiB, 1e12, 1, 100 * MiB));

    [Fact]
    public void Structures_that_leave_each_other_room_are_not_swept()
    {
        using var sweep = new CacheSweep(64 * MiB);
        sweep.Run(32 * MiB);
        Assert.Equal(0, sweep.Bytes);
        Assert.StartsWith("none", sweep.Fact, StringComparison.Ordinal);
        // 260 MiB leave both structures of the embedded IPv6 table room, and none to those of the IPv4 table.
        Assert.True(CacheSweep.Fits(90 * MiB, 260 * MiB));
        Assert.False(CacheSweep.Fits(250 * MiB, 260 * MiB));
        Assert.False(CacheSweep.Fits(1, 0));
    }

    [Fact]
    public void Others_are_swept_and_the_report_says_how()
    {
        using var sweep = new CacheSweep(MiB);
        sweep.Run(MiB);
        Assert.Equal(64 * MiB, sweep.Bytes);
        Assert.Equal("64 MiB before each pair of repetitions, 64.0 times the last-level cache", sweep.Fact);
        sweep.Run(MiB);
    }
}
