// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Input;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;
using Sim.Workloads.Tests.Input;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Mrt;

public sealed class DamageTests
{
    private static readonly string[] s_small =
    [
        "bgpdump-bview.64k_stream_overflow.gz", "bgpdump-bview.ipv4_unicast_add_path.gz",
        "bgpdump-bview.ipv6_unicast_add_path.gz", "bgpdump-updates.nlri_mask_trailing_bits.gz",
        "mrtparse-bird-mrtdump_rib.mrt", "mrtparse-bird_bgp.mrt", "mrtparse-quagga_rib.mrt",
    ];

    public static TheoryData<string> SmallFiles => [.. SharedData.Rows(s_small, file => "mrt/" + file)];

    public static TheoryData<string> MadeNames => [.. MadeFiles.All.Select(file => file.Name)];

    private static byte[] Sound { get; } =
    [
        .. PeerTable(("192.0.2.1", 1), ("2001:db8::2", 2)),
        .. Rib("10.0.0.0/8", Entry(0, Path(1, 2, 3)), Entry(1, Path(2, 3))),
        .. Rib("2001:db8::/32", Entry(1, [.. Attribute(2, Sequence(2)), .. Attribute(14, [16, .. Address("2001:db8::1")])])),
        .. Record(MrtTypes.TableDump, 1,
            [.. U32(0), .. Address("10.0.0.0"), 8, 1, .. U32(9), .. Address("192.0.2.1"), .. U16(1), .. U16(9), .. Attribute(2, Sequence16(1, 2))]),
        .. Message(MrtTypes.MessageAs4, Update(Nlri("10.1.0.0/16"), Path(64500, 2), [.. Nlri("10.2.0.0/16"), .. Nlri("10.3.0.0/16")])),
        .. Message(MrtTypes.StateChangeAs4, [0, 6, 0, 1]),
        .. Record(MrtTypes.Bgp4mpEt, MrtTypes.Message,
            [.. U32(123_456), .. Message(MrtTypes.Message, Update(Nlri("10.4.0.0/16"), [], []))[12..]]),
    ];

    [Fact]
    public void The_sound_file_of_these_tests_is_sound()
    {
        var (lines, counts, log) = Read(Sound);
        Assert.Empty(log.First);
        Assert.Equal((4, 2, 2, 1), (counts.Entries, counts.Announcements, counts.Withdrawals, counts.StateChanges));
        Assert.EndsWith(".123456", lines[^1].Time);
    }

    [Fact]
    public void A_file_cut_anywhere_but_between_records_is_reported_and_read_up_to_the_last_whole_record()
    {
        var ends = RecordEnds(Sound);
        var whole = Read(Sound).Lines;
        for (var cut = 0; cut < Sound.Length; cut++)
        {
            var (lines, counts, log) = Read(Sound[..cut]);
            Assert.Equal(whole[..lines.Count], lines);
            var records = ends.Count(end => end <= cut);
            Assert.Equal(ends.Contains(cut) || cut == 0 ? 0 : 1, log.Count);
            if (log.Count == 0)
                continue;
            Assert.Equal(records + 1, log.First[0].Record);
            Assert.Equal(records == 0 ? 0 : ends[records - 1], log.First[0].Offset);
            Assert.InRange(counts.Records, records, records + 1);
        }
    }

    [Theory]
    [InlineData(0xFFFFFFFF)]
    [InlineData(0x80000000)]
    [InlineData(MrtReader.MaxRecord + 1)]
    public void An_absurd_record_length_stops_the_reading_without_a_buffer_of_that_size(uint length)
    {
        byte[] bad = [.. U32(0), .. U16(13), .. U16(2), .. U32(length)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (lines, counts, log) = Read(Sound, bad, Sound);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        Assert.Equal(Read(Sound).Lines, lines);
        var damage = Assert.Single(log.First);
        Assert.Equal((RecordEnds(Sound).Count + 1L, (long)Sound.Length), (damage.Record, damage.Offset));
        Assert.Equal(1, counts.Damage);
    }

    [Fact]
    public void A_damaged_record_is_skipped_and_the_next_is_read()
    {
        byte[][] damaged =
        [
            Record(13, 2, [0, 0]),
            Record(13, 2, [.. U32(0), 33, 1, 2, 3, 4, 5, 0, 0]),
            Record(13, 2, [.. U32(0), 8, 10, .. U16(2), .. Entry(0, Path(1))]),
            Record(13, 2, [.. U32(0), 8, 10, .. U16(1), .. Entry(0, Path(1)), 99]),
            Record(13, 1, [.. U32(0), .. U16(5), 0]),
            Record(12, 1, new byte[10]),
            Record(16, 4, new byte[3]),
            Record(16, 4, [.. U32(1), .. U32(2), .. U16(0), .. U16(77)]),
            Message(MrtTypes.MessageAs4, new byte[19]),
            Message(MrtTypes.MessageAs4, [.. Update([], [], [])[..16], 0, 18, 2, 0, 0, 0, 0]),
            Message(MrtTypes.MessageAs4, Update([], Attribute(2, 2, 9, 1), [])),
            Message(MrtTypes.MessageAs4, Update([], Attribute(3, 1, 2, 3), [])),
            Message(MrtTypes.MessageAs4, Update([], [0x40, 14, 2, 0, 2], [])),
            Message(MrtTypes.MessageAs4, Update([], [0x50, 2, 0xFF, 0xFF], [])),
            Record(99, 0, 1, 2, 3),
        ];
        var table = PeerTable(("192.0.2.1", 1));
        var after = Message(MrtTypes.MessageAs4, Update(Nlri("10.9.0.0/16"), [], []));
        foreach (var record in damaged)
        {
            var (lines, counts, log) = Read(table, record, after);
            var damage = Assert.Single(log.First);
            Assert.Equal((2L, (long)table.Length), (damage.Record, damage.Offset));
            Assert.Equal("10.9.0.0/16", lines[^1].What);
            Assert.Equal(3, counts.Records);
        }
    }

    [Fact]
    public void A_damaged_entry_is_left_out_and_the_next_is_read()
    {
        var (lines, _, log) = Read(
            PeerTable(("192.0.2.1", 1), ("192.0.2.2", 2)),
            Rib("10.0.0.0/8", Entry(7, Path(1)), Entry(0, 0x40, 2, 9), Entry(0, Attribute(2, 9, 1)), Entry(1, Path(2))));
        Assert.Equal(3, log.Count);
        Assert.Equal(2u, Assert.Single(lines).PeerAs);
    }

    [Fact]
    public void A_file_that_is_no_mrt_is_refused_at_its_first_record()
    {
        var (lines, counts, log) = Read("GIF89a, and then a good deal of something that is not MRT at all"u8.ToArray());
        Assert.Empty(lines);
        Assert.Equal((0L, 1L), (counts.Records, log.Count));
        (_, counts, log) = Read(Record(99, 0, 1), Sound);
        Assert.Equal((1L, 1L), (counts.Records, log.Count));
    }

    [Fact]
    public void Two_records_of_strange_types_in_a_row_mean_that_the_framing_is_lost()
    {
        var (lines, counts, log) = Read(Sound, Record(99, 0, 1), Record(98, 0, 1), Sound);
        Assert.Equal(Read(Sound).Lines, lines);
        Assert.Equal(2, log.Count);
        Assert.Equal(RecordEnds(Sound).Count + 2, counts.Records);
    }

    [Fact]
    public void A_rib_record_needs_a_peer_index_table()
    {
        var (lines, _, log) = Read(Rib("10.0.0.0/8", Entry(0, Path(1))));
        Assert.Empty(lines);
        Assert.Contains("PEER_INDEX_TABLE", Assert.Single(log.First).What);
    }

    [Fact]
    public void Thousands_of_mutations_never_escape_as_an_exception()
    {
        var random = new Random(4);
        for (var round = 0; round < 6000; round++)
            ReadEveryWay(Mutate(Sound, random));
    }

    [Theory]
    [MemberData(nameof(SmallFiles))]
    public void Mutations_and_cuts_of_real_files_never_escape_as_an_exception(string file)
    {
        using var input = CompressedInput.Open(File.OpenRead(SharedData.File("mrt/" + file)));
        using var content = new MemoryStream();
        input.CopyTo(content);
        MutateAndCut(content.ToArray());
    }

    [Theory]
    [MemberData(nameof(MadeNames))]
    public void Mutations_and_cuts_of_made_files_never_escape_as_an_exception(string name) => MutateAndCut(MadeFiles.Of(name).Content);

    private static void MutateAndCut(byte[] bytes)
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
            ReadEveryWay(Mutate(bytes, random));
        for (var round = 0; round < 100; round++)
            ReadEveryWay(bytes[..random.Next(bytes.Length)]);
    }

    [Theory]
    [InlineData(ContainerFormat.Gzip)]
    [InlineData(ContainerFormat.Bzip2)]
    [InlineData(ContainerFormat.Zstd)]
    public void Damage_to_the_container_is_logged_beside_what_could_be_read(ContainerFormat format)
    {
        byte[] content = [.. Enumerable.Repeat(Sound, 40).SelectMany(bytes => bytes)];
        var file = Samples.Compress(format, content);
        var whole = Count(file);
        Assert.Equal((0L, 160L), (whole.Damage, whole.Entries));
        var random = new Random(6);
        for (var round = 0; round < 150; round++)
        {
            var cut = file[..random.Next(4, file.Length)];
            var counts = Count(cut);
            Assert.True(counts.Damage > 0);
            Assert.InRange(counts.Entries, 0, whole.Entries);
            try
            {
                Count(Mutate(file, random));
            }
            catch (UnsupportedContainerException)
            {
                // A changed header may ask for what no decoder has: that is not damage, and no other failure either.
            }
        }

        Assert.Equal(1, Count([.. file, 1, 2, 3]).Damage);
        Assert.Equal(160, Count([.. file, 1, 2, 3]).Entries);
    }

    [Fact]
    public void The_records_of_a_gzip_file_with_a_wrong_crc_are_read_and_the_file_is_called_damaged()
    {
        var file = Samples.Compress(ContainerFormat.Gzip, [.. Enumerable.Repeat(Sound, 40).SelectMany(bytes => bytes)]);
        file[^8] ^= 1;
        var counts = Count(file);
        Assert.Equal((1L, 160L), (counts.Damage, counts.Entries));
    }

    [Fact]
    public void Xz_damage_is_logged_as_damage_of_the_container()
    {
        // So short that no content comes out: what did would be damage too, for the sample's content is no MRT.
        var file = Samples.Compress(ContainerFormat.Xz, Samples.Content);
        var log = new DamageLog();
        using var input = CompressedInput.Open(new MemoryStream(file[..40]));
        MrtSummary.Read(input, "cut", log);
        Assert.Contains(log.First, damage => damage.Record == 0 && damage.What.Contains("xz container"));
    }

    [Fact]
    public void A_flood_of_peers_is_refused_before_it_fills_memory()
    {
        var peers = new MrtPeers();
        for (var at = 0; at < MrtPeers.Most; at++)
            Assert.Equal(at, peers.Intern(new MrtPeer(Family.IPv4, (UInt128)(uint)at << 96, 1, 0)));
        Assert.Equal(-1, peers.Intern(new MrtPeer(Family.IPv6, 1, 1, 0)));
        Assert.Equal(MrtPeers.Most, peers.Count);
    }

    private static MrtCounts Count(byte[] file)
    {
        using var input = CompressedInput.Open(new MemoryStream(file), workers: 2);
        return MrtSummary.Read(input, "file", new DamageLog());
    }

    private static void ReadEveryWay(byte[] bytes)
    {
        Read(bytes);
        foreach (var family in (Family[])[Family.IPv4, Family.IPv6])
        {
            var log = new DamageLog();
            var table = MrtTable.Load(new MemoryStream(bytes), "mutated", family, BestPathRule.Parse("preference", null), log);
            Assert.Equal(table.Routes.Length, table.Routes.DistinctBy(route => route.Prefix).Count());
            Assert.All(table.Routes, route => Assert.InRange(route.NextHop, 0, table.NextHops.Count - 1));
        }
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var mutated = (byte[])bytes.Clone();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(mutated.Length);
            mutated[at] = random.Next(3) switch { 0 => (byte)(mutated[at] ^ 1 << random.Next(8)), 1 => 0xFF, _ => (byte)random.Next(256) };
        }

        return mutated;
    }

    private static List<int> RecordEnds(byte[] file)
    {
        var ends = new List<int>();
        for (var at = 0; at < file.Length; ends.Add(at))
            at += 12 + (file[at + 10] << 8 | file[at + 11]);
        return ends;
    }
}
