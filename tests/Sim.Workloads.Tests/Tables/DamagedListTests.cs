// SPDX-License-Identifier: MIT
using System.IO.Compression;
using System.Text;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Input;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

/// <summary>Lists that were cut off, or have holes.</summary>
public sealed class DamagedListTests
{
    [Theory]
    [InlineData(12_288)]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public void A_tail_of_NUL_bytes_is_named_where_it_begins(int length)
    {
        var routes = TestTables.ReadAll("10.0.0.0/8\n2001:db8::/32\n192.0.2" + new string('\0', length), out var damage, out var counts);
        Assert.Equal(["10.0.0.0/8 - 0", "2001:db8::/32 - 0"], routes);
        var place = Assert.Single(damage.First);
        Assert.Equal((3L, 32L), (place.Record, place.Offset));
        Assert.StartsWith("a NUL byte", place.What, StringComparison.Ordinal);
        Assert.Equal(1, counts.Damaged);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(100_000)]
    public void A_hole_in_the_middle_takes_one_line_with_it(int length)
    {
        var routes = TestTables.ReadAll($"10.0.0.0/8\n11.0{new string('\0', length)}0.0.0/2\n12.0.0.0/8\n", out var damage, out _);
        Assert.Equal(["10.0.0.0/8 - 0", "12.0.0.0/8 - 0"], routes);
        Assert.Equal((2L, 15L), (Assert.Single(damage.First).Record, damage.First[0].Offset));
    }

    [Fact]
    public void NUL_bytes_in_a_comment_are_damage_too()
    {
        TestTables.ReadAll("# a\0b\n10.0.0.0/8 # c\0\n", out var damage, out _);
        Assert.Equal([3L, 20L], damage.First.Select(place => place.Offset));
    }

    [Theory]
    [InlineData("10.0.0.0/8 192.0.2.1 65001\n198.51.100.0/2", 2, "10.0.0.0/8 192.0.2.1 65001")]
    [InlineData("2001:db8::/32\n2001:db8::/3", 2, "2001:db8::/32 - 0")]
    [InlineData("10.0.0.0/8\n", 0, "10.0.0.0/8 - 0")]
    [InlineData("10.0.0.0/8\n11.0.0.0/8 proto bird\n\tnexthop via 192.0.2.1", 3, "10.0.0.0/8 - 0")]
    public void The_line_that_damage_cut_is_no_line(string text, int cut, params string[] expected)
    {
        foreach (var family in (Family[])[Family.IPv4, Family.IPv6])
        {
            var damage = new DamageLog();
            using var input = CompressedInput.Open(new MemoryStream(CutOff(text)));
            var table = PrefixListReader.Read(input, "list.gz", family, damage, out var counts);
            Assert.Equal(
                expected.Where(line => line.Contains(':', StringComparison.Ordinal) == (family == Family.IPv6)),
                TestTables.Flatten(table).Select(route => $"{route.Prefix} {route.NextHop} {route.OriginAs}"));
            var what = Assert.Single(damage.First).What;
            Assert.Equal(cut > 0, what.EndsWith($"line {cut} is cut off there and left out", StringComparison.Ordinal));
            Assert.True(counts.IsCut);
        }
    }

    [Fact]
    public void Both_families_are_counted_in_one_reading()
    {
        const string text = "10.0.0.0/8\n10.0.0.0/8\n2001:db8::/32\nunreachable 11.0.0.0/8\nword\n2001:db8::/32\n2001:db8::/33\n";
        var damage = new DamageLog();
        var counts = PrefixListReader.Count(new MemoryStream(Encoding.ASCII.GetBytes(text)), "x", damage);
        Assert.Equal((1, 2, 2L, 1L, 1L), (counts.DistinctV4, counts.DistinctV6, counts.Duplicates, counts.LeftOut, counts.Damaged));
        Assert.False(counts.HasNothing);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("# nothing\n\n", true)]
    [InlineData("10.0.0.0/33\nword\n", true)]
    [InlineData("prefix,asn\n", true)]
    [InlineData("unreachable 10.0.0.0/8\n", false)]
    [InlineData("2001:db8::/32\n", false)]
    public void A_list_without_a_route_is_told_from_one_with_some(string text, bool expected) =>
        Assert.Equal(expected, PrefixListReader.Count(new MemoryStream(Encoding.ASCII.GetBytes(text)), "x", new DamageLog()).HasNothing);

    private static byte[] CutOff(string text)
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.ASCII.GetBytes(text));
        // Without CRC and length, all of the content comes before the damage.
        return file.ToArray()[..^8];
    }
}
