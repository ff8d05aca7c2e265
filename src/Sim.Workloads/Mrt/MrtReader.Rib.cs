// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <content>Reads RIB dumps (RFC 6396, 4.2 and 4.3; RFC 8050, 4).</content>
public sealed partial class MrtReader
{
    private const string TooManyPeers = "more peers than any collector has";

    // The index in Peers of each peer of the current PEER_INDEX_TABLE.
    private int[] _table = [];
    private int _tableCount = -1;

    /// <summary>Reads one prefix from one peer:
    /// <code>view(2) sequence(2) prefix(4 or 16) length(1) status(1) originated(4) peer(4 or 16) AS(2) size(2) attributes</code></summary>
    private string? ReadTableDump<THandler>(ref THandler handler, ushort subtype, ReadOnlySpan<byte> body)
        where THandler : struct, IMrtHandler
    {
        if (subtype is not (MrtTypes.AfiIPv4 or MrtTypes.AfiIPv6))
            return Skip();
        var family = subtype == MrtTypes.AfiIPv4 ? Family.IPv4 : Family.IPv6;
        var width = family.Bits() / 8;
        var head = 4 + width + 6 + width + 4;
        if (body.Length < head)
            return TooShort;
        int bits = body[4 + width];
        if (bits > family.Bits())
            return "a prefix is longer than its family's addresses";
        var size = BinaryPrimitives.ReadUInt16BigEndian(body[(head - 2)..]);
        if (body.Length != head + size)
            return body.Length < head + size ? TooShort : "bytes follow the entry's attributes";
        var address = ReadAddress(body[(4 + width + 6)..], family);
        var peer = BinaryPrimitives.ReadUInt16BigEndian(body[(head - 4)..]);
        _route.Prefix = new Prefix(family, ReadAddress(body[4..], family), bits);
        _route.Originated = BinaryPrimitives.ReadUInt32BigEndian(body[(4 + width + 2)..]);
        _route.Peer = Peers.Intern(new MrtPeer(family, address, peer, 0));
        if (_route.Peer < 0)
            return TooManyPeers;
        DeliverEntry(ref handler, body.Slice(head, size), wide: false);
        return null;
    }

    private string? ReadTableDumpV2<THandler>(ref THandler handler, ushort subtype, ReadOnlySpan<byte> body)
        where THandler : struct, IMrtHandler => subtype switch
        {
            MrtTypes.PeerIndexTable => ReadPeerTable(body),
            MrtTypes.RibIPv4Unicast => ReadRib(ref handler, Family.IPv4, addPath: false, body),
            MrtTypes.RibIPv6Unicast => ReadRib(ref handler, Family.IPv6, addPath: false, body),
            MrtTypes.RibIPv4UnicastAddPath => ReadRib(ref handler, Family.IPv4, addPath: true, body),
            MrtTypes.RibIPv6UnicastAddPath => ReadRib(ref handler, Family.IPv6, addPath: true, body),
            _ => Skip(),
        };

    /// <summary><code>
    ///   collector(4) name length(2) name peers(2) | flags(1) BGP ID(4) address(4 or 16) AS(2 or 4) | ...
    ///   flags: 1 the address is IPv6, 2 the AS has 4 bytes
    /// </code></summary>
    private string? ReadPeerTable(ReadOnlySpan<byte> body)
    {
        _tableCount = 0;
        if (body.Length < 8)
            return TooShort;
        int nameLength = BinaryPrimitives.ReadUInt16BigEndian(body[4..]);
        if (body.Length < 8 + nameLength)
            return TooShort;
        body = body[(6 + nameLength)..];
        int count = BinaryPrimitives.ReadUInt16BigEndian(body);
        body = body[2..];
        if (_table.Length < count)
            _table = new int[count];
        var place = Peers.OpenTable();
        for (var index = 0; index < count; index++)
        {
            if (body.Length < 5)
                return TooShort;
            var family = (body[0] & 1) != 0 ? Family.IPv6 : Family.IPv4;
            var wide = (body[0] & 2) != 0;
            var asAt = 5 + family.Bits() / 8;
            var size = asAt + (wide ? 4 : 2);
            if (body.Length < size)
                return TooShort;
            var id = BinaryPrimitives.ReadUInt32BigEndian(body[1..]);
            var at = place(new MrtPeer(family, ReadAddress(body[5..], family), AsPath.ReadAs(body[asAt..], wide), id));
            if (at < 0)
                return TooManyPeers;
            _table[_tableCount++] = at;
            body = body[size..];
        }

        return null;
    }

    /// <summary>Reads one prefix from many peers. An entry with malformed attributes is left out, and its size still leads to the next
    /// entry.
    /// <code>
    ///   sequence(4) length(1) prefix(0 to 16) entries(2) | peer(2) originated(4) [path id(4)] size(2) attributes | ...
    /// </code></summary>
    private string? ReadRib<THandler>(ref THandler handler, Family family, bool addPath, ReadOnlySpan<byte> body)
        where THandler : struct, IMrtHandler
    {
        if (_tableCount < 0)
            return "a RIB record without a PEER_INDEX_TABLE before it";
        if (body.Length < 4)
            return TooShort;
        body = body[4..];
        var reader = new NlriReader(body, family, addPath: false);
        var entry = default(NlriEntry);
        if (reader.TryRead(ref entry) is { } wrong)
            return wrong;
        _route.Prefix = entry.Prefix;
        body = body[^reader.Left..];
        if (body.Length < 2)
            return TooShort;
        int entries = BinaryPrimitives.ReadUInt16BigEndian(body);
        body = body[2..];
        var head = addPath ? 12 : 8;
        if (Misfit(body, entries, head) is { } misfit)
            return misfit;
        for (; entries > 0; entries--)
        {
            int peer = BinaryPrimitives.ReadUInt16BigEndian(body);
            int size = BinaryPrimitives.ReadUInt16BigEndian(body[(head - 2)..]);
            _route.Originated = BinaryPrimitives.ReadUInt32BigEndian(body[2..]);
            if (addPath)
                _route.PathId = BinaryPrimitives.ReadUInt32BigEndian(body[6..]);
            if (peer >= _tableCount)
            {
                Complain("an entry names a peer beyond the PEER_INDEX_TABLE");
            }
            else
            {
                _route.Peer = _table[peer];
                DeliverEntry(ref handler, body.Slice(head, size), wide: true);
            }

            body = body[(head + size)..];
        }

        return null;
    }

    /// <summary>Checks that the entries fill the record exactly. Returns null if the entries fill the record. If the entries do not fill
    /// the record, a size is wrong, or the record's type and its entries disagree on path identifiers. No entry of such a record can be
    /// trusted.</summary>
    private static string? Misfit(ReadOnlySpan<byte> body, int entries, int head)
    {
        for (; entries > 0; entries--)
        {
            if (body.Length < head)
                return TooShort;
            int size = BinaryPrimitives.ReadUInt16BigEndian(body[(head - 2)..]);
            if (body.Length < head + size)
                return TooShort;
            body = body[(head + size)..];
        }

        return body.IsEmpty ? null : "the record goes on after its last entry";
    }

    /// <summary>Delivers an entry. If an attribute is malformed and RFC 7606 does not discard the attribute, the entry is logged instead.
    /// Attributes may be missing, because BIRD dumps routes of other protocols without attributes.</summary>
    private void DeliverEntry<THandler>(ref THandler handler, ReadOnlySpan<byte> attributes, bool wide)
        where THandler : struct, IMrtHandler
    {
        PathAttributes.Read(attributes, new AttributeSource(wide, InRib: true, External: false), out var read);
        if (read.Fault != Fault.None)
            Complain(read.Complaint("the entry is left out"));
        if (read.Fault > Fault.Discard)
            return;
        // The short form has no family; the whole form counts only if its family is that of the prefix.
        var afi = _route.Prefix.Family == Family.IPv4 ? MrtTypes.AfiIPv4 : MrtTypes.AfiIPv6;
        if (read.Reach.Present && (!read.Reach.IsWhole || (read.Reach.Afi == afi && read.Reach.Safi == MpReach.UnicastSafi)))
            read.UseReachNextHop();
        Counts.Entries++;
        handler.RibEntry(in _route, in read);
    }

    private static UInt128 ReadAddress(ReadOnlySpan<byte> bytes, Family family) =>
        family == Family.IPv4 ? (UInt128)BinaryPrimitives.ReadUInt32BigEndian(bytes) << 96 : BinaryPrimitives.ReadUInt128BigEndian(bytes);
}
