// SPDX-License-Identifier: MIT
using System.Text;
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

public sealed class PrefixListTests
{
    [Fact]
    public void Text_is_read_with_its_trailing_fields()
    {
        var table = TestTables.Read(
            """
            # a comment

            10.0.0.0/8
            10.1.0.0/16 192.0.2.1
              10.2.0.0/16	192.0.2.2	64500  # more words
            10.3.0.0/16 AS64501
            10.4.0.0/16 64502 # remark
            10.5.0.0/16 via 192.0.2.1 dev eth0
            10.6.0.0/16 - 64503
            192.0.2.77 peer-a 64504,64505
            10.7.0.1/16 # host bits
            2001:db8::/32 2001:db8::1
            """,
            Family.IPv4, out var damage, out var counts);
        Assert.Equal(0, damage.Count);
        Assert.Equal(
            [
                ("10.0.0.0/8", "-", 0u), ("10.1.0.0/16", "192.0.2.1", 0u), ("10.2.0.0/16", "192.0.2.2", 64500u),
                ("10.3.0.0/16", "-", 64501u), ("10.4.0.0/16", "-", 64502u), ("10.5.0.0/16", "192.0.2.1", 0u),
                ("10.6.0.0/16", "-", 64503u), ("192.0.2.77/32", "peer-a", 64504u), ("10.7.0.0/16", "-", 0u),
            ],
            Flatten(table));
        Assert.Equal((9L, 1L, 0L, 0L, 12L), (counts.V4, counts.V6, counts.Duplicates, counts.Damaged, counts.Lines));
    }

    [Fact]
    public void Pfx2as_is_read_with_its_sets()
    {
        var table = TestTables.Read(
            "1.0.0.0\t24\t13335\n1.0.4.0\t22\t38803_56203\n1.0.6.0\t24\t4,5_6\n1.0.7.0\t24\t{7,8}\n2001:db8::\t32\t9\n",
            Family.IPv4, out var damage, out _);
        Assert.Equal(0, damage.Count);
        Assert.Equal(
            [("1.0.0.0/24", "-", 13335u), ("1.0.4.0/22", "-", 38803u), ("1.0.6.0/24", "-", 4u), ("1.0.7.0/24", "-", 7u)],
            Flatten(table));
    }

    [Fact]
    public void The_first_of_several_lines_with_one_prefix_counts()
    {
        var table = TestTables.Read(
            "10.0.0.0/8 a 1\n10.0.0.1/8 b 2\n10.0.0.0/9 c 3\n10.0.0.0/8 d 4\n", Family.IPv4, out _, out var counts);
        Assert.Equal([("10.0.0.0/8", "a", 1u), ("10.0.0.0/9", "c", 3u)], Flatten(table));
        Assert.Equal((4L, 2L), (counts.V4, counts.Duplicates));
        Assert.Equal(["a", "c"], table.NextHops);
    }

    [Theory]
    [InlineData("hello world")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0/8")]
    [InlineData("1.0.0.0\t33\t5")]
    [InlineData("1.0.0.0\t24\tx5")]
    [InlineData("1.0.0.0\t24\t99999999999")]
    [InlineData("nonsense\t24\t5")]
    [InlineData("2001:db8::/129")]
    [InlineData("10.0.0.0/8 192.0.2.1 64500 more words")]
    [InlineData("10.0.0.0/8 192.0.2.1 64500 64501")]
    [InlineData("\u0001\u0002")]
    public void A_malformed_line_is_reported_with_its_line_and_offset_and_the_rest_is_read(string line)
    {
        var table = TestTables.Read($"10.0.0.0/8\r\n\r\n{line}\n11.0.0.0/8", Family.IPv4, out var damage, out var counts);
        Assert.Equal(["10.0.0.0/8", "11.0.0.0/8"], table.Routes.Select(route => route.Prefix.ToString()));
        var place = Assert.Single(damage.First);
        Assert.Equal(("test.txt", 3L, 14L), (place.File, place.Record, place.Offset));
        Assert.Equal(1, counts.Damaged);
        Assert.Equal(4, counts.Lines);
    }

    [Theory]
    [InlineData(LineReader.MaxLine + 1)]
    [InlineData(65_536)]
    [InlineData(1_000_000)]
    public void An_over_long_line_is_reported_and_skipped(int length)
    {
        var text = $"10.0.0.0/8\n{new string('1', length)}\n11.0.0.0/8\n";
        var table = TestTables.Read(text, Family.IPv4, out var damage, out _);
        Assert.Equal(2, table.Routes.Length);
        var place = Assert.Single(damage.First);
        Assert.Equal((2L, 11L), (place.Record, place.Offset));
        Assert.Contains("longer", place.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_and_offsets_are_right_far_into_a_file()
    {
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(i => i % 20_000 == 19_999 ? "bad\n" : "10.0.0.0/8\n"));
        TestTables.Read(text, Family.IPv4, out var damage, out _);
        Assert.Equal(
            [(20_000L, 11L * 19_999), (40_000L, 11L * 39_998 + 4), (60_000L, 11L * 59_997 + 8)],
            damage.First.Select(place => (place.Record, place.Offset)));
    }

    [Fact]
    public void The_longest_line_allowed_is_read_and_so_is_one_without_an_end()
    {
        var comment = "10.0.0.0/8 #".PadRight(LineReader.MaxLine, '.');
        var table = TestTables.Read($"{comment}\n11.0.0.0/8", Family.IPv4, out var damage, out _);
        Assert.Equal(0, damage.Count);
        Assert.Equal(2, table.Routes.Length);
    }

    [Fact]
    public void A_byte_order_mark_is_skipped() =>
        Assert.Single(TestTables.Read("\uFEFF10.0.0.0/8\n", Family.IPv4, out _, out _).Routes);

    [Fact]
    public void Nothing_gives_an_empty_table() =>
        Assert.Empty(TestTables.Read("", Family.IPv6, out _, out _).Routes);

    [Fact, Property]
    public void Any_bytes_in_any_portions_are_read_without_an_exception_and_every_line_is_accounted_for() =>
        Gen.Select(Gen.Int[0, 255].Select(value => (byte)"10./:a\n\n\t #29f,_"[value % 16]).Array[0, 400], Gen.Int[1, 50])
            .Check(
                (bytes, portion) =>
                {
                    var damage = new DamageLog();
                    using var whole = new MemoryStream(bytes);
                    var table = PrefixListReader.Read(whole, "x", Family.IPv4, damage, out var counts);
                    using var slow = new PortionStream(bytes, portion);
                    var again = PrefixListReader.Read(slow, "x", Family.IPv4, new DamageLog(), out _);
                    Assert.Equal(table.Routes, again.Routes);
                    var lines = Encoding.ASCII.GetString(bytes).Split('\n');
                    Assert.Equal(lines.Length - (lines[^1].Length == 0 ? 1 : 0), counts.Lines);
                    var silent = lines.Count(line => line.Trim(' ', '\t') is var text && (text.Length == 0 || text[0] == '#' || text.StartsWith("//", StringComparison.Ordinal)))
                        - (lines[^1].Length == 0 ? 1 : 0);
                    Assert.Equal(counts.Lines, silent + counts.V4 + counts.V6 + counts.Damaged);
                    Assert.Equal(damage.Count, counts.Damaged);
                    Assert.Equal(counts.V4, table.Routes.Length + counts.Duplicates);
                },
                iter: 2000);

    [Theory, Property]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void What_the_writers_write_is_read_back_equal(Family family) =>
        Gen.Select(TestTables.PrefixSets(family, 50), Gen.UInt, Gen.Bool).Check(
            (prefixes, number, plain) =>
            {
                string[] names = plain ? ["-"] : ["192.0.2.1", "2001:db8::1", "wg peer"];
                var routes = prefixes.Select((prefix, i) => new Route(prefix, i % names.Length, plain ? 0 : number)).ToArray();
                var table = new RouteTable("t", family, routes, names);
                using var text = new MemoryStream();
                PrefixListWriter.WriteText(table, text);
                var expected = Flatten(table).Select(route => (route.Item1, route.Item2.Replace(' ', '_'), route.Item3));
                Assert.Equal(expected, Flatten(ReadBack(text, family)));
                using var pfx2as = new MemoryStream();
                PrefixListWriter.WritePfx2As(table, pfx2as);
                Assert.Equal(
                    routes.Select(route => (route.Prefix, route.OriginAs)),
                    ReadBack(pfx2as, family).Routes.Select(route => (route.Prefix, route.OriginAs)));
            },
            iter: 200);

    private static readonly (string Path, int V4, int V6)[] s_tables =
        [("tables/bart-prefixes.txt.gz", 901_899, 160_147), ("tables/libloc-20221029-announced.txt.gz", 968_428, 177_846)];

    public static TheoryData<string, int, int> FullTables => [("embedded", 968_428, 177_846), .. SharedData.Rows(s_tables, row => row.Path)];

    [Theory]
    [MemberData(nameof(FullTables))]
    public void Full_tables_have_the_counts_of_their_README(string path, int v4, int v6)
    {
        using var text = TestTables.Text(path);
        var damage = new DamageLog();
        var table = PrefixListReader.Read(text, path, Family.IPv4, damage, out var counts);
        Assert.Equal(v4, table.Routes.Length);
        Assert.Equal((v4, v6, 0L, 0L), (counts.V4, counts.V6, counts.Duplicates, damage.Count));
        text.Position = 0;
        Assert.Equal(v6, PrefixListReader.Read(text, path, Family.IPv6, damage, out _).Routes.Length);
    }

    [Theory]
    [InlineData(Family.IPv4, "", "10.0.0.0/8 192.0.2.1 64500")]
    [InlineData(Family.IPv6, "", "2001:db8::/32 2001:db8::1 64500")]
    [InlineData(Family.IPv4, "", "10.0.0.0/8 nhid 20 via inet6 fe80::1 dev eth0 proto bgp metric 20")]
    [InlineData(Family.IPv6, "", "2001:db8::/32 proto bgp metric 20 pref medium\n\tnexthop via fe80::1 dev eth0 weight 1")]
    [InlineData(Family.IPv6, "", "2001:db8::/32 unicast [bgp1 12:34:56] * (100) [AS64500i]\n\tvia fe80::1 on eth0")]
    [InlineData(Family.IPv4, "prefix,next_hop,asn\n", "10.0.0.0/8,\"peer-a\",{64500,64501}")]
    [InlineData(Family.IPv6, "", "# a comment that is as long as a line\n2001:db8::/32")]
    public void Reading_allocates_by_the_prefix_not_by_the_line(Family family, string header, string line)
    {
        const int repeats = 100_000;
        var text = new MemoryStream(Encoding.ASCII.GetBytes(header + string.Concat(Enumerable.Repeat(line + "\n", repeats))));
        var (first, whole) = (Allocated(1), Allocated(text.Length));
        // From a pipe, the tables are sized alike beforehand. A string a line would be 2 MB and more.
        Assert.True(whole - first < repeats, $"{whole - first} bytes for {repeats} lines");

        long Allocated(long length)
        {
            using var part = new PipeStream(text.ToArray(), length);
            PrefixListReader.Read(part, "x", family, new DamageLog(), out _);
            part.Position = 0;
            var before = GC.GetAllocatedBytesForCurrentThread();
            var table = PrefixListReader.Read(part, "x", family, new DamageLog(), out _);
            Assert.InRange(table.Routes.Length, 0, 1);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static RouteTable ReadBack(MemoryStream text, Family family)
    {
        var damage = new DamageLog();
        text.Position = 0;
        var table = PrefixListReader.Read(text, "t", family, damage, out _);
        Assert.Equal(0, damage.Count);
        return table;
    }

    private static (string, string, uint)[] Flatten(RouteTable table) => TestTables.Flatten(table);

    /// <summary>The first bytes of a text, from a stream whose length its reader cannot know.</summary>
    private sealed class PipeStream(byte[] bytes, long length) : MemoryStream(bytes, 0, (int)length)
    {
        public override bool CanSeek => false;
    }

    /// <summary>Gives a few bytes at a time, as a pipe may, and cannot seek.</summary>
    private sealed class PortionStream(byte[] bytes, int portion) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, portion));
    }
}
