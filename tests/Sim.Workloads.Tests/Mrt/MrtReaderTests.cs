// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Input;
using Sim.Workloads.Mrt;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Mrt;

public sealed class MrtReaderTests
{
    [Theory]
    [InlineData("11.15.0.0/13", "11.8.0.0/13")]
    [InlineData("10.128.0.1/1", "0.0.0.0/1")]
    [InlineData("2001:db8:ffff::/33", "2001:db8:8000::/33")]
    public void Host_bits_of_a_prefix_are_masked(string sent, string read)
    {
        byte[] update = sent.Contains(':')
            ? Update([], [.. Attribute(1, 0), .. Attribute(2, Sequence(1)), .. Attribute(14, [0, 2, 1, 16, .. Address("2001:db8::1"), 0, .. Nlri(sent)])], [])
            : Update([], Path(1), Nlri(sent));
        var (lines, _, log) = Read(Message(MrtTypes.MessageAs4, update));
        Assert.Empty(log.First);
        Assert.Equal(read, Assert.Single(lines).What);
    }

    [Theory]
    [InlineData(MrtTypes.MessageAddPath, false)]
    [InlineData(MrtTypes.MessageAs4AddPath, true)]
    [InlineData(MrtTypes.MessageLocalAddPath, false)]
    [InlineData(MrtTypes.MessageAs4LocalAddPath, true)]
    public void Add_path_messages_carry_an_identifier_before_every_prefix(int subtype, bool wide)
    {
        var path = Attribute(2, wide ? Sequence(64500, 7) : Sequence16(64500, 7));
        var (lines, counts, log) = Read(Message(subtype, Update(
            [.. U32(5), .. Nlri("10.0.0.0/8")],
            [.. Attribute(1, 0), .. path, .. Attribute(3, Address("192.0.2.1"))],
            [.. U32(6), .. Nlri("198.51.100.0/24"), .. U32(7), .. Nlri("198.51.100.0/24")])));
        Assert.Equal(0, log.Count);
        Assert.Equal((2, 1), (counts.Announcements, counts.Withdrawals));
        Assert.Equal(["10.0.0.0/8", "6|198.51.100.0/24", "7|198.51.100.0/24"], lines.Select(line => line.What));
        Assert.Equal("64500 7", lines[1].Path);
    }

    [Theory]
    [InlineData(MrtTypes.Message, MrtTypes.MessageLocal)]
    [InlineData(MrtTypes.MessageAs4, MrtTypes.MessageAs4Local)]
    public void Local_messages_read_as_those_from_a_peer(int subtype, int local)
    {
        var update = Update(Nlri("10.0.0.0/8"), [], []);
        Assert.Equal(Read(Message(subtype, update)).Lines, Read(Message(local, update)).Lines);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(11, 3)]
    [InlineData(13, 3)]
    [InlineData(13, 5)]
    [InlineData(13, 6)]
    [InlineData(13, 12)]
    [InlineData(16, 2)]
    [InlineData(16, 3)]
    [InlineData(32, 0)]
    [InlineData(64512, 9)]
    public void Records_of_other_kinds_are_skipped_and_counted(int type, int subtype)
    {
        var (lines, counts, log) = Read(Record(type, subtype, 1, 2, 3), Message(MrtTypes.Message, Update(Nlri("10.0.0.0/8"), [], [])));
        Assert.Equal(0, log.Count);
        Assert.Equal((2, 1), (counts.Records, counts.SkippedRecords));
        Assert.Single(lines);
    }

    [Theory]
    // Sequence 1 2 3: three; the neighbour is the first, the origin the last.
    [InlineData("2 1 2 3", 3, 1, 3)]
    // A set counts once and leaves the origin unknown.
    [InlineData("2 1 2|1 7 8 9", 3, 1, 0)]
    [InlineData("1 7 8|2 5", 2, 0, 5)]
    // Confederation segments (3 sequence, 4 set) count for nothing.
    [InlineData("3 64512 64513|4 64514|2 1 2", 2, 1, 2)]
    [InlineData("", 0, 0, 0)]
    [InlineData("2 1 2|2 3", 3, 1, 3)]
    public void A_path_is_measured_as_the_rfcs_say(string segments, int length, uint neighbour, uint origin)
    {
        foreach (var wide in (bool[])[false, true])
        {
            var bytes = segments.Split('|', StringSplitOptions.RemoveEmptyEntries).SelectMany(segment =>
            {
                var numbers = segment.Split(' ').Select(uint.Parse).ToArray();
                return (byte[])[(byte)numbers[0], (byte)(numbers.Length - 1), .. numbers[1..].SelectMany(number => wide ? U32(number) : U16((int)number))];
            }).ToArray();
            Assert.True(AsPath.TryRead(bytes, wide, out var facts));
            Assert.Equal(new AsPathFacts(length, neighbour, origin), facts);
            for (var cut = 1; cut < bytes.Length; cut++)
            {
                if (AsPath.TryRead(bytes.AsSpan(0, cut), wide, out var part))
                    Assert.True(part.Length < length || length == 0 || segments.StartsWith('3'));
            }
        }
    }

    [Fact]
    public void An_as4_path_replaces_the_end_of_a_2_byte_path_unless_it_is_longer_or_disowned()
    {
        byte[] Attributes(byte[] more, params uint[] wide) =>
            [.. Attribute(1, 0), .. Attribute(2, Sequence16(100, 23456, 23456)), .. Attribute(3, 1, 2, 3, 4), .. Attribute(17, Sequence(wide)), .. more];
        Line One(byte[] attributes) =>
            Assert.Single(Read(Message(MrtTypes.Message, Update([], attributes, Nlri("10.0.0.0/8")))).Lines);

        Assert.Equal("100 200000 300000", One(Attributes([], 200_000, 300_000)).Path);
        Assert.Equal("100000 200000 300000", One(Attributes([], 100_000, 200_000, 300_000)).Path);
        Assert.Equal("100 23456 23456", One(Attributes([], 1, 2, 3, 4)).Path);
        byte[] disowned = [.. Attribute(7, [.. U16(77), 1, 2, 3, 4]), .. Attribute(18, [.. U32(77), 1, 2, 3, 4])];
        Assert.Equal("100 23456 23456", One(Attributes(disowned, 200_000, 300_000)).Path);

        var merged = AsPath.Merge(new AsPathFacts(3, 100, 23456), new AsPathFacts(2, 200_000, 300_000));
        Assert.Equal(new AsPathFacts(3, 100, 300_000), merged);
    }

    [Fact]
    public void The_next_hop_of_an_ipv6_entry_is_read_in_both_forms_of_mp_reach()
    {
        byte[] hop = Address("2001:db8::1");
        byte[] linkLocal = Address("fe80::1");
        byte[][] forms =
        [
            Attribute(14, [16, .. hop]),
            Attribute(14, [32, .. hop, .. linkLocal]),
            Attribute(14, [0, 2, 1, 16, .. hop, 0, .. Nlri("2001:db8::/32")]),
            Attribute(14, [0, 2, 1, 32, .. hop, .. linkLocal, 0]),
            Attribute(14, [0, 2, 1, 16, .. hop]),
        ];
        foreach (var form in forms)
        {
            var (lines, _, log) = Read(PeerTable(("2001:db8::9", 1)), Rib("2001:db8::/32", Entry(0, [.. Attribute(2, Sequence(1)), .. form])));
            Assert.Equal(0, log.Count);
            Assert.Equal("2001:db8::1", Assert.Single(lines).NextHop);
        }
    }

    [Fact]
    public void Other_families_in_an_update_are_passed_over()
    {
        byte[] reach = Attribute(14, [0, 25, 65, 4, 1, 2, 3, 4, 0, 9, 9, 9]);
        byte[] unreach = Attribute(15, [0, 1, 2, 24, 10, 0, 0]);
        var (lines, _, log) = Read(Message(MrtTypes.MessageAs4, Update([], [.. reach, .. unreach], [])));
        Assert.Equal((0, 0), (lines.Count, log.Count));
    }

    [Fact]
    public void A_second_peer_index_table_renumbers_entries_but_not_peers()
    {
        var (lines, counts, log) = Read(
            PeerTable(("192.0.2.1", 1), ("192.0.2.2", 2)),
            Rib("10.0.0.0/8", Entry(0, Path(1)), Entry(1, Path(2))),
            PeerTable(("192.0.2.2", 2), ("192.0.2.3", 3)),
            Rib("11.0.0.0/8", Entry(0, Path(2)), Entry(1, Path(3))));
        Assert.Equal(0, log.Count);
        Assert.Equal([1u, 2u, 2u, 3u], lines.Select(line => line.PeerAs));
        Assert.Equal(3, counts.Peers);
    }

    [Fact]
    public void Reading_a_dump_allocates_per_file_and_not_per_entry()
    {
        byte[] Dump(int records) =>
        [
            .. PeerTable(("192.0.2.1", 1), ("192.0.2.2", 2), ("192.0.2.3", 3)),
            .. Enumerable.Range(0, records).SelectMany(at => Rib(
                $"10.{at / 256 % 256}.{at % 256}.0/24", Entry(0, Path(1, 2, 3)), Entry(1, Path(2, 3)), Entry(2, Path(3, 4, 5, 6)))),
        ];
        var (small, large) = (Dump(10), Dump(10_000));
        Allocated(small);
        Assert.Equal(Allocated(small), Allocated(large));
    }

    [Fact]
    public void Reading_updates_allocates_per_file_and_not_per_update()
    {
        byte[] v4 = Message(MrtTypes.MessageAs4, Update(
            Nlri("10.1.0.0/16"), Path(1, 2), [.. Nlri("10.2.0.0/16"), .. Nlri("10.3.0.0/16"), .. Nlri("10.4.0.0/23")]));
        byte[] v6 = Message(MrtTypes.MessageAs4AddPath, Update(
            [],
            [
                .. Attribute(1, 0), .. Attribute(2, Sequence(1, 2)),
                .. Attribute(14, [0, 2, 1, 16, .. Address("2001:db8::1"), 0, .. U32(1), .. Nlri("2001:db8::/32"), .. U32(2), .. Nlri("2001:db8::/32")]),
                .. Attribute(15, [0, 2, 1, .. U32(1), .. Nlri("2001:db8:1::/48"), .. U32(1), .. Nlri("2001:db8:2::/48")]),
            ],
            []));
        byte[] Updates(int rounds) => [.. Enumerable.Repeat((byte[])[.. v4, .. v6], rounds).SelectMany(bytes => bytes)];
        var (small, large) = (Updates(10), Updates(10_000));
        Allocated(small);
        Assert.Equal(Allocated(small), Allocated(large));
    }

    private static long Allocated(byte[] file)
    {
        var log = new DamageLog();
        var reader = new MrtReader(new MemoryStream(file), "file", log);
        var handler = default(Nothing);
        var before = GC.GetAllocatedBytesForCurrentThread();
        reader.Read(ref handler);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Empty(log.First);
        return allocated;
    }

    private readonly struct Nothing : IMrtHandler
    {
        public void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
        }

        public void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
        }

        public void Withdraw(ref readonly MrtRoute route)
        {
        }

        public void StateChange(int peer, long time, int from, int to)
        {
        }
    }
}
