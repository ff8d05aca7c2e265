// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using Sim.Kernel;
using Sim.Workloads.Keys;
using Sim.Workloads.Synthesis;
using Sim.Workloads.Tables;
using Sim.Workloads.Tests.Mrt;
using Xunit;

namespace Sim.Workloads.Tests.Synthesis;

public sealed class MrtWriterTests
{
    private static readonly MrtDumpOptions ThreePeers = new() { Peers = 3, Seed = 5 };

    [Fact]
    public void A_dump_is_framed_as_RFC_6396_says_and_holds_every_prefix_once()
    {
        var tables = Tables(3000);
        using var file = new MemoryStream();
        var counts = Write(tables, file, ThreePeers);
        Assert.Equal(counts.Bytes, file.Length);
        var records = Records(file.ToArray()).ToArray();
        Assert.Equal(counts.Records, records.Length);
        Assert.Equal((13, 1), (records[0].Type, records[0].Subtype));
        Assert.All(records[1..3001], record => Assert.Equal((13, 2), (record.Type, record.Subtype)));
        Assert.All(records[3001..], record => Assert.Equal((13, 4), (record.Type, record.Subtype)));
        Assert.Equal(
            Enumerable.Range(0, 6000), records[1..].Select(record => (int)BinaryPrimitives.ReadUInt32BigEndian(record.Body)));
        Assert.Equal(
            tables.SelectMany(table => table.Routes).Select(route => route.Prefix),
            records[1..].Select(record => Nlri(record.Subtype == 2 ? Family.IPv4 : Family.IPv6, record.Body.AsSpan(4))));
        var entries = records[1..].Sum(record => (long)BinaryPrimitives.ReadUInt16BigEndian(record.Body.AsSpan(5 + (record.Body[4] + 7) / 8)));
        Assert.Equal(counts.Entries, entries);
        Assert.InRange(entries / 18_000.0, 0.9, 0.96);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_one_others()
    {
        Assert.Equal(Dump(ThreePeers), Dump(ThreePeers));
        Assert.NotEqual(Dump(ThreePeers), Dump(ThreePeers with { Seed = 6 }));
    }

    [Fact]
    public void No_prefix_is_left_without_an_entry_however_many_are_missing()
    {
        using var file = new MemoryStream();
        var counts = Write([Tables(2000)[0]], file, ThreePeers with { Missing = 0.999 });
        Assert.InRange(counts.Entries, 2000, 2030);
    }

    [Fact]
    public void More_peers_than_fit_the_buffer_are_written_too()
    {
        using var file = new MemoryStream();
        var table = TestTables.Of("10.0.0.0/8", "11.0.0.0/8");
        var counts = Write([table], file, new() { Peers = 20_000, Missing = 0 });
        Assert.Equal(40_000, counts.Entries);
        Assert.Equal(3, Records(file.ToArray()).Count());
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var table = TestTables.Of("10.0.0.0/8");
        foreach (var options in new MrtDumpOptions[] { new() { Peers = 0 }, new() { Peers = 70_000 }, new() { Missing = 1 }, new() { Missing = double.NaN } })
            Assert.Throws<ArgumentException>(() => Write([table], Stream.Null, options));
        Assert.Throws<ArgumentException>(() => Write([table, table], Stream.Null, ThreePeers));
        Assert.Throws<ArgumentException>(() => Write([], Stream.Null, ThreePeers));
    }

    [Fact]
    public void Peers_have_addresses_and_AS_numbers_of_their_own()
    {
        foreach (var family in Enum.GetValues<Family>())
        {
            var peers = Enumerable.Range(0, MadePeers.Most).Select(index => MadePeers.Make(family, index)).ToArray();
            Assert.Equal(peers.Length, peers.Select(peer => peer.Address).Distinct().Count());
            Assert.Equal(peers.Length, peers.Select(peer => peer.As).Distinct().Count());
            Assert.DoesNotContain(MadePeers.Collector(family), peers.Select(peer => peer.Address));
            Assert.DoesNotContain(MadePeers.CollectorAs, peers.Select(peer => peer.As));
        }
    }

    [Fact]
    public void A_cancelled_dump_ends_between_records()
    {
        using var cancel = new CancellationTokenSource();
        using var file = new MemoryStream();
        Assert.Throws<OperationCanceledException>(() =>
            MrtWriter.WriteDump(Tables(20_000), file, ThreePeers, _ => cancel.Cancel(), cancel.Token));
    }

    [Fact]
    public void Bgpdump_reads_a_dump_entry_by_entry()
    {
        var tables = Tables(3000);
        var lines = Lines(stream => Write(tables, stream, ThreePeers with { Missing = 0 }));
        Assert.Equal(18_000, lines.Length);
        var expected = tables.SelectMany(table => table.Routes.SelectMany(route =>
            Enumerable.Range(0, 3).Select(index => (Route: route, Peer: MadePeers.Make(table.Family, index))))).ToArray();
        var lengths = new List<int>();
        for (var i = 0; i < lines.Length; i++)
        {
            var (route, peer) = expected[i];
            var fields = lines[i].Split('|');
            var address = AddressText.Format(peer.Family, peer.Address);
            Assert.Equal(
                ["TABLE_DUMP2", "1700000000", "B", address, $"{peer.As}", $"{route.Prefix}"], fields[..6]);
            var path = fields[6].Split(' ');
            Assert.Equal($"{peer.As}", path[0]);
            Assert.Equal($"{route.OriginAs}", path.Last(part => !part.StartsWith('{')));
            lengths.Add(path.Length);
            Assert.Contains(fields[7], new[] { "IGP", "INCOMPLETE" });
            Assert.Equal(address, fields[8]);
        }

        Assert.InRange(lengths.Average(), 3, 4);
        Assert.True(lengths.Distinct().Count() > 5);
        // One peer's prefixes of one origin share their attributes: each such pair is one draw.
        var draws = lines.Select(line => line.Split('|')).DistinctBy(fields => (fields[3], fields[6].Split(' ')[^1])).ToArray();
        Assert.True(draws.Length > 1000);
        Assert.InRange(draws.Count(fields => fields[10] != "0") / (double)draws.Length, 0.07, 0.13);
        Assert.InRange(draws.Count(fields => fields[11].Length > 0) / (double)draws.Length, 0.16, 0.24);
        Assert.Contains(lines, line => line.Contains('{', StringComparison.Ordinal));
    }

    [Fact]
    public void Bgpdump_finds_the_tables_next_hops_where_they_are_asked_for()
    {
        var table = Tables(500)[1];
        var lines = Lines(stream =>
            Write([table], stream, new() { Peers = 1, NextHopsOfTable = true }));
        Assert.Equal(
            table.Routes.Select(route => (route.Prefix.ToString(), table.NextHops[route.NextHop])),
            lines.Select(line => line.Split('|')).Select(fields => (fields[5], fields[8])));
    }

    [Fact]
    public void Bgpdump_reads_a_trace_change_by_change()
    {
        var changes = Changes(4000);
        var lines = Lines(stream => WriteTrace(stream, changes));
        Assert.Equal(changes.Length, lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            var change = changes[i];
            var peer = MadePeers.Make(change.Prefix.Family, change.Peer);
            var address = AddressText.Format(peer.Family, peer.Address);
            var time = $"{change.Microseconds / 1_000_000}.{change.Microseconds % 1_000_000:D6}";
            var fields = lines[i].Split('|');
            Assert.Equal(
                ["BGP4MP_ET", time, change.Announce ? "A" : "W", address, $"{peer.As}", $"{change.Prefix}"], fields[..6]);
            if (!change.Announce)
                continue;
            Assert.Equal($"{peer.As}", fields[6].Split(' ')[0]);
            Assert.Contains($"{change.OriginAs}", fields[6].Split(' '));
            Assert.Equal(address, fields[8]);
        }
    }

    /// <summary>bgpdump forgives lengths that are off by a little; other readers do not.</summary>
    [Fact]
    public void Every_length_in_a_trace_is_exact()
    {
        var changes = Changes(2000);
        var records = Records(Trace(changes)).ToArray();
        Assert.Equal(changes.Length, records.Length);
        for (var i = 0; i < records.Length; i++)
        {
            var (type, subtype, body) = records[i];
            var change = changes[i];
            Assert.Equal((17, 4), (type, subtype));
            var family = change.Prefix.Family;
            // Microseconds, two AS numbers, interface, family, two addresses.
            var message = body.AsSpan(16 + 2 * family.Bits() / 8);
            Assert.Equal(message.Length, BinaryPrimitives.ReadUInt16BigEndian(message[16..]));
            Assert.Equal(2, message[18]);
            var withdrawn = BinaryPrimitives.ReadUInt16BigEndian(message[19..]);
            var attributesLength = BinaryPrimitives.ReadUInt16BigEndian(message[(21 + withdrawn)..]);
            var attributes = Attributes(message.Slice(23 + withdrawn, attributesLength));
            var nlri = message[(23 + withdrawn + attributesLength)..];
            if (family == Family.IPv6)
            {
                Assert.Equal((0, 0), (withdrawn, nlri.Length));
                nlri = change.Announce ? attributes[14].AsSpan(21) : attributes[15].AsSpan(3);
                Assert.Equal(change.Announce, !attributes.ContainsKey(15));
            }
            else if (!change.Announce)
            {
                Assert.Equal((0, 0), (attributesLength, nlri.Length));
                nlri = message.Slice(21, withdrawn);
            }

            Assert.Equal(1 + (change.Prefix.Length + 7) / 8, nlri.Length);
            Assert.Equal(change.Prefix, Nlri(family, nlri));
        }
    }

    [Fact]
    public void Every_length_in_a_dump_is_exact()
    {
        foreach (var record in Records(Dump(ThreePeers)).Skip(1))
        {
            var body = record.Body.AsSpan(5 + (record.Body[4] + 7) / 8);
            var entries = BinaryPrimitives.ReadUInt16BigEndian(body);
            body = body[2..];
            for (var i = 0; i < entries; i++)
            {
                var length = BinaryPrimitives.ReadUInt16BigEndian(body[6..]);
                var attributes = Attributes(body.Slice(8, length));
                Assert.Equal(record.Subtype == 2 ? 4 : 17, attributes[record.Subtype == 2 ? 3 : 14].Length);
                Assert.Contains(1, attributes);
                Assert.Contains(2, attributes);
                body = body[(8 + length)..];
            }

            Assert.Equal(0, body.Length);
        }
    }

    [Fact]
    public void A_variant_repeated_is_the_same_announcement_and_another_variant_is_a_change()
    {
        var change = new RouteUpdate(1_700_000_000_000_000, Prefix.Parse("10.0.0.0/8"), 0, true, 64_500);
        var bytes = Enumerable.Range(0, 20).Select(variant => Convert.ToHexString(Trace(change with { Variant = (uint)variant }))).ToArray();
        Assert.Equal(bytes[3], Convert.ToHexString(Trace(change with { Variant = 3 })));
        Assert.True(bytes.Distinct().Count() > 10);
    }

    [Fact]
    public void Changes_out_of_range_are_refused()
    {
        using var writer = new MrtUpdateWriter(Stream.Null, 1);
        var good = new RouteUpdate(0, Prefix.Parse("10.0.0.0/8"), 0, true);
        foreach (var bad in new[] { good with { Peer = -1 }, good with { Peer = MadePeers.Most }, good with { Microseconds = -1 }, good with { Microseconds = long.MaxValue } })
            Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(bad));
    }

    [Fact]
    public void Writing_an_entry_allocates_nothing()
    {
        var table = Tables(20_000)[0];
        Write([table], Stream.Null, ThreePeers);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var counts = Write([table], Stream.Null, ThreePeers);
        Assert.True(counts.Entries > 50_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    private static RouteTable[] Tables(int size) =>
        [TableGenerator.Generate(Family.IPv4, size, 1), TableGenerator.Generate(Family.IPv6, size, 1)];

    private static RouteUpdate[] Changes(int count)
    {
        var tables = Tables(500);
        var rng = new Rng(9);
        var changes = new RouteUpdate[count];
        for (var i = 0; i < count; i++)
        {
            var route = tables[rng.Below(2)].Routes[rng.Below(500)];
            changes[i] = new RouteUpdate(
                1_700_000_000_000_000 + i * 90_001L, route.Prefix, rng.Below(500), rng.Below(10) > 0, route.OriginAs, (uint)rng.Below(4));
        }

        return changes;
    }

    private static WrittenMrt Write(IReadOnlyList<RouteTable> tables, Stream file, MrtDumpOptions options) =>
        MrtWriter.WriteDump(tables, file, options, progress: null, TestContext.Current.CancellationToken);

    private static byte[] Dump(MrtDumpOptions options)
    {
        using var file = new MemoryStream();
        Write(Tables(1000), file, options);
        return file.ToArray();
    }

    private static byte[] Trace(params RouteUpdate[] changes)
    {
        using var file = new MemoryStream();
        WriteTrace(file, changes);
        return file.ToArray();
    }

    private static void WriteTrace(Stream stream, RouteUpdate[] changes)
    {
        using var writer = new MrtUpdateWriter(stream, 1);
        foreach (var change in changes)
            writer.Write(change);
        Assert.Equal(changes.Length, writer.Counts.Records);
    }

    private static IEnumerable<(int Type, int Subtype, byte[] Body)> Records(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8));
            yield return (
                BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 4)),
                BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 6)), file[(at + 12)..(at + 12 + length)]);
            at += 12 + length;
        }
    }

    /// <summary>Attributes by type; their lengths must add up.</summary>
    private static Dictionary<int, byte[]> Attributes(ReadOnlySpan<byte> bytes)
    {
        var attributes = new Dictionary<int, byte[]>();
        while (bytes.Length > 0)
        {
            attributes.Add(bytes[1], bytes.Slice(3, bytes[2]).ToArray());
            bytes = bytes[(3 + bytes[2])..];
        }

        return attributes;
    }

    private static Prefix Nlri(Family family, ReadOnlySpan<byte> bytes)
    {
        Span<byte> address = stackalloc byte[16];
        bytes.Slice(1, (bytes[0] + 7) / 8).CopyTo(address);
        return new Prefix(family, BinaryPrimitives.ReadUInt128BigEndian(address), bytes[0]);
    }

    private static string[] Lines(Action<Stream> write)
    {
        Bgpdump.Require();
        var path = Path.GetTempFileName();
        try
        {
            using (var file = File.Create(path))
                write(file);
            return [.. Bgpdump.Lines(path)];
        }
        finally
        {
            File.Delete(path);
        }
    }
}
