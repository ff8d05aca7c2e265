// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

public sealed record MrtDumpOptions
{
    /// <summary>The number of peers that send each table, 1 to <see cref="MadePeers.Most"/>.</summary>
    public int Peers { get; init; } = 20;

    /// <summary>The share of prefixes that each peer does not send, from 0 to below 1. At least one peer sends each prefix.</summary>
    public double Missing { get; init; } = 0.1;

    public ulong Seed { get; init; } = 1;

    /// <summary>Whether next hops are taken from the table instead of being the peers' own addresses. Only next hops whose names are
    /// addresses of the table's family are taken. If there is only one peer, the dump then holds the same routes as the table.</summary>
    public bool NextHopsOfTable { get; init; }
}

public readonly record struct WrittenMrt(long Records, long Entries, long Bytes);

/// <summary>Writes a RIB dump in TABLE_DUMP_V2 (RFC 6396, 4.3): one PEER_INDEX_TABLE, then a RIB_IPV4_UNICAST or RIB_IPV6_UNICAST record
/// per prefix. Memory: one record. The same table, options and seed give the same bytes. One dump can hold a table of each family. Each
/// table of a dump has its own peers.
/// <code>
///   MRT header   timestamp 4 | type 2 = 13 | subtype 2 | length 4
///   RIB record   sequence 4 | prefix | entries 2 | entry: peer index 2, originated 4, attributes' length 2, attributes
/// </code></summary>
public static class MrtWriter
{
    /// <summary>The total length in bytes of the MRT header, the sequence number, the longest prefix and the entry count.</summary>
    private const int RecordOverhead = 12 + 4 + 17 + 2;
    private const int EntryOverhead = 8;
    private const uint OldestRoute = 30 * 86_400, Timestamp = 1_700_000_000;

    /// <summary>Writes a dump of one table, or of one table per family, in the given order. The output stays open. The progress is called
    /// from time to time with the number of prefixes written.</summary>
    /// <exception cref="ArgumentException">Thrown if there is no table, two tables have the same family, or an option is out of
    /// range.</exception>
    public static WrittenMrt WriteDump(
        IReadOnlyList<RouteTable> tables, Stream output, MrtDumpOptions options, Action<long>? progress = null, CancellationToken cancel = default)
    {
        if (tables.Count == 0 || tables.DistinctBy(table => table.Family).Count() != tables.Count)
            throw new ArgumentException("a dump takes one or two tables, at most one per family", nameof(tables));
        if (options.Peers < 1 || options.Peers * tables.Count > MadePeers.Most)
            throw new ArgumentException($"1 to {MadePeers.Most} peers, not {options.Peers}", nameof(options));
        if (options.Missing is not (>= 0 and < 1))
            throw new ArgumentException($"the missing share must be from 0 to below 1, not {options.Missing}", nameof(options));
        return new Dump(tables, new MrtBuffer(output), options).Run(progress, cancel);
    }

    /// <summary>Begins a record. Returns the position of its body, for <see cref="EndRecord"/>.</summary>
    internal static int BeginRecord(MrtBuffer buffer, uint timestamp, int type, int subtype)
    {
        buffer.U32(timestamp);
        buffer.U16(type);
        buffer.U16(subtype);
        buffer.U32(0);
        return buffer.Position;
    }

    /// <summary>Patches the length of the record whose body began at <paramref name="body"/>.</summary>
    internal static void EndRecord(MrtBuffer buffer, int body) => buffer.PatchU32(body - 4, (uint)(buffer.Position - body));

    private sealed class Dump(IReadOnlyList<RouteTable> tables, MrtBuffer buffer, MrtDumpOptions options)
    {
        private readonly uint _missing = (uint)(options.Missing * uint.MaxValue);
        private uint _sequence;
        private long _entries;

        public WrittenMrt Run(Action<long>? progress, CancellationToken cancel)
        {
            WritePeerIndex();
            for (var i = 0; i < tables.Count; i++)
                WriteTable(tables[i], i * options.Peers, progress, cancel);
            buffer.Flush();
            return new WrittenMrt(_sequence + 1, _entries, buffer.Flushed);
        }

        private void WritePeerIndex()
        {
            buffer.Reserve(64 + tables.Count * options.Peers * 25);
            var body = BeginRecord(buffer, Timestamp, MrtTypes.TableDumpV2, MrtTypes.PeerIndexTable);
            buffer.U32((uint)(MadePeers.Collector(Family.IPv4) >> 96));
            buffer.U16(0);
            buffer.U16(tables.Count * options.Peers);
            foreach (var table in tables)
            {
                for (var i = 0; i < options.Peers; i++)
                {
                    var peer = MadePeers.Make(table.Family, i);
                    // Bit 0: the address is IPv6. Bit 1: the AS number has 4 bytes.
                    buffer.U8(2 | (peer.Family == Family.IPv6 ? 1 : 0));
                    buffer.U32(peer.BgpId);
                    buffer.Address(peer.Family, peer.Address);
                    buffer.U32(peer.As);
                }
            }

            EndRecord(buffer, body);
        }

        private void WriteTable(RouteTable table, int firstPeer, Action<long>? progress, CancellationToken cancel)
        {
            Feed[] feeds = [.. Enumerable.Range(0, options.Peers).Select(i => new Feed(MadePeers.Make(table.Family, i), options.Seed))];
            var nextHops = options.NextHopsOfTable ? Addresses(table) : null;
            var subtype = table.Family == Family.IPv4 ? MrtTypes.RibIPv4Unicast : MrtTypes.RibIPv6Unicast;
            var chance = Rng.Derive(options.Seed, (ulong)table.Family);
            foreach (var route in table.Routes)
            {
                buffer.Reserve(RecordOverhead + feeds.Length * (EntryOverhead + MrtAttributes.MaxLength));
                var body = BeginRecord(buffer, Timestamp, MrtTypes.TableDumpV2, subtype);
                buffer.U32(_sequence++);
                buffer.Nlri(route.Prefix);
                var countAt = buffer.Position;
                buffer.U16(0);
                var count = WriteEntries(route, feeds, firstPeer, nextHops?[route.NextHop], ref chance);
                buffer.PatchU16(countAt, count);
                EndRecord(buffer, body);
                _entries += count;
                if ((_sequence & 0xFFF) != 0)
                    continue;
                progress?.Invoke(_sequence);
                cancel.ThrowIfCancellationRequested();
            }

            progress?.Invoke(_sequence);
        }

        private int WriteEntries(Route route, Feed[] feeds, int firstPeer, UInt128? nextHop, ref Rng chance)
        {
            var group = MrtAttributes.GroupOf(route.Prefix, route.OriginAs);
            var certain = chance.Below(feeds.Length);
            var count = 0;
            for (var i = 0; i < feeds.Length; i++)
            {
                var luck = chance.Next();
                if ((uint)luck < _missing && i != certain)
                    continue;
                var attributes = feeds[i].Attributes(group, route, nextHop);
                buffer.U16(firstPeer + i);
                buffer.U32(Timestamp - (uint)((luck >> 32) * OldestRoute >> 32));
                buffer.U16(attributes.Length);
                buffer.Bytes(attributes);
                count++;
            }

            return count;
        }

        /// <summary>Returns the next hops as addresses; null for names that are not addresses.</summary>
        private static UInt128?[] Addresses(RouteTable table) =>
        [
            .. table.NextHops.Select(name =>
                AddressText.TryParse(name, out var family, out var address) && family == table.Family ? address : (UInt128?)null),
        ];
    }

    /// <summary>One peer's attributes, which are reused for as long as successive prefixes share them.</summary>
    private sealed class Feed(MrtPeer peer, ulong seed)
    {
        private readonly MrtAttributes _attributes = new();
        private ulong _group = ulong.MaxValue;
        private UInt128 _nextHop;

        public ReadOnlySpan<byte> Attributes(ulong group, Route route, UInt128? nextHop)
        {
            var wanted = nextHop ?? peer.Address;
            if (group != _group || wanted != _nextHop)
            {
                (_group, _nextHop) = (group, wanted);
                _attributes.Write(peer, group, route.OriginAs, wanted, 0, seed);
                if (peer.Family == Family.IPv6)
                    _attributes.AppendShortReach(wanted);
            }

            return _attributes.Bytes;
        }
    }
}
