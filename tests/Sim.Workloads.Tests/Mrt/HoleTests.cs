// SPDX-License-Identifier: MIT
using Sim.Workloads.Mrt;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>NUL bytes where a record should begin: power cuts, sparse files.</summary>
public sealed class HoleTests
{
    private static byte[] Before { get; } =
    [
        .. PeerTable(("192.0.2.1", 1)),
        .. Rib("10.0.0.0/8", Entry(0, Path(1))),
        .. Message(MrtTypes.MessageAs4, Update([], Path(1), Nlri("10.1.0.0/16"))),
    ];

    private static byte[] After { get; } = Message(MrtTypes.MessageAs4, Update([], Path(1), Nlri("10.2.0.0/16")));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(24)]
    [InlineData(4096)]
    [InlineData(12_288)]
    [InlineData(5_000_000)]
    [InlineData(5_000_007)]
    public void A_tail_is_one_place_of_damage_and_the_records_before_it_count(int zeros)
    {
        var (lines, counts, log) = Read(Before, new byte[zeros]);
        Assert.Equal(["10.0.0.0/8", "10.1.0.0/16"], lines.Select(line => line.What));
        Assert.Equal((3, Before.Length + zeros), (counts.Records, counts.Bytes));
        Assert.Equal(3, counts.RecordsByType.Count);
        Assert.Equal($"hand-made: record 4 at offset {Before.Length}: {zeros:N0} NUL bytes, and then the file ends", Assert.Single(log.First).ToString());
    }

    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(4096)]
    [InlineData(5_000_001)]
    public void A_hole_is_one_place_of_damage_and_what_follows_it_is_read(int zeros)
    {
        // A hole may also have taken the time of the record that follows.
        byte[] timeless = [0, 0, 0, 0, .. After[4..]];
        foreach (var after in (byte[][])[After, timeless, [.. After, .. After], [.. After, .. new byte[12]]])
        {
            var (lines, _, log) = Read(Before, new byte[zeros], after);
            Assert.Equal("10.2.0.0/16", lines[2].What);
            var named = log.First[0];
            Assert.Equal((4L, (long)Before.Length), (named.Record, named.Offset));
            Assert.Equal($"{zeros:N0} NUL bytes where a record should begin", named.What);
        }
    }

    [Theory]
    [InlineData("10.4.5.0/24")]
    [InlineData("2001:db8:4:5::/64")]
    public void A_record_whose_end_is_in_the_hole_is_refused_and_named(string prefix)
    {
        byte[] update = prefix.Contains(':')
            ? Update([], [.. Attribute(1, 0), .. Attribute(2, Sequence(1)), .. Attribute(14, [0, 2, 1, 16, .. Address("2001:db8::1"), 0, .. Nlri(prefix)])], [])
            : Update([], Path(1), Nlri(prefix));
        foreach (var zeroed in (int[])[1, 2, 8, 20])
        {
            var record = Message(MrtTypes.MessageAs4, update);
            record.AsSpan(record.Length - zeroed).Clear();
            var (lines, counts, log) = Read(Before, record, new byte[4096], After);
            Assert.Equal(["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"], lines.Select(line => line.What));
            Assert.Equal(5, counts.Records);
            Assert.Contains("its end was never written", log.First[0].What);
            Assert.Equal(2, log.Count);
        }
    }

    [Fact]
    public void An_old_rib_entry_of_zeros_is_no_default_route()
    {
        foreach (var (subtype, length) in (((ushort, int)[])[(1, 60), (2, 80)]))
        {
            var (lines, _, log) = Read(Record(MrtTypes.TableDump, subtype, new byte[length]), Before);
            Assert.Equal(["10.0.0.0/8", "10.1.0.0/16"], lines.Select(line => line.What));
            Assert.Equal("bytes follow the entry's attributes", Assert.Single(log.First).What);
        }
    }

    [Fact]
    public void A_change_to_a_state_that_is_none_and_bytes_behind_a_message_are_named_and_not_used()
    {
        byte[] peer = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 192, 0, 2, 1, 192, 0, 2, 2];
        foreach (var states in (byte[][])[[0, 6, 0, 99], [0, 6, 0, 0], [0, 7, 0, 1], [0, 6, 0, 1, 0]])
        {
            var (lines, counts, log) = Read(Before, Record(MrtTypes.Bgp4mp, MrtTypes.StateChangeAs4, [.. peer, .. states]));
            Assert.Equal((2, 0, 1), (lines.Count, counts.StateChanges, log.Count));
        }

        var message = Message(MrtTypes.MessageAs4, Update([], Path(1), Nlri("10.3.0.0/16")));
        byte[] longer = [.. message[..8], .. U32((uint)(message.Length - 12 + 4)), .. message[12..], 1, 2, 3, 4];
        var (read, _, named) = Read(Before, longer);
        Assert.Equal(2, read.Count);
        Assert.Contains("does not fit the record", Assert.Single(named.First).What);
    }

    [Fact]
    public void After_a_hole_that_took_the_beginning_of_a_record_the_framing_is_lost()
    {
        foreach (var cut in (int[])[7, 9, 13, 20, 40])
        {
            var (lines, _, log) = Read(Before, new byte[4096], After[cut..], After);
            Assert.Equal(2, lines.Count);
            Assert.Contains("the framing is lost", Assert.Single(log.First).What);
        }
    }

    [Fact]
    public void A_hole_that_begins_within_a_header_is_no_record_of_type_0()
    {
        for (var kept = 1; kept <= 4; kept++)
        {
            var (lines, counts, log) = Read(Before, After[..kept], new byte[4096]);
            Assert.Equal((2, 3L), (lines.Count, counts.Records));
            Assert.Single(log.First);
        }
    }

    [Fact]
    public void A_file_of_nul_bytes_alone_holds_nothing_but_damage()
    {
        foreach (var zeros in (int[])[1, 12, 24, 100_000])
        {
            var (lines, counts, log) = Read(new byte[zeros]);
            Assert.Equal((0, 0L), (lines.Count, counts.Records));
            Assert.Single(log.First);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(255)]
    public void A_file_of_one_byte_is_damage(byte only) => Assert.Single(Read([only]).Log.First);

    [Fact]
    public void A_deprecated_null_record_between_others_is_skipped_as_before()
    {
        var (lines, counts, log) = Read(Before, Record(0, 0), After);
        Assert.Empty(log.First);
        Assert.Equal((3, 1L), (lines.Count, counts.SkippedRecords));
    }
}
