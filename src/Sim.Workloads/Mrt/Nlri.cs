// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>Reads a field of prefixes, one after the other (RFC 4271, 4.3; RFC 7911, 3):
/// <code>[path identifier(4)] length in bits(1) as many bytes as hold them | ...</code></summary>
internal ref struct NlriReader(ReadOnlySpan<byte> field, Family family, bool addPath)
{
    private const string RunsOver = "a prefix runs past the end of its field";

    private readonly int _bits = family.Bits();
    private ReadOnlySpan<byte> _left = field;
    private uint _hostBits;

    /// <summary>Whether one of the prefixes so far had host bits. RFC 4271 allows host bits, but no router sends them.</summary>
    public readonly bool HostBits => _hostBits != 0;
    public readonly int Left => _left.Length;

    /// <summary>Reads the next prefix. Returns the error in the prefix, or null. The entry is written in place, because a copy of fields
    /// just written would wait for the writes.</summary>
    public string? TryRead(ref NlriEntry entry)
    {
        var head = addPath ? 5 : 1;
        if (_left.Length < head)
            return RunsOver;
        entry.PathId = addPath ? BinaryPrimitives.ReadUInt32BigEndian(_left) : 0;
        int bits = _left[head - 1];
        if (bits > _bits)
            return "a prefix is longer than its family's addresses";
        var size = (bits + 7) >> 3;
        var rest = _left[head..];
        if (rest.Length < size)
            return RunsOver;
        // The bytes behind the prefix are masked away.
        var lower = 0ul;
        var upper = rest.Length >= 8 ? BinaryPrimitives.ReadUInt64BigEndian(rest) : ReadFew(rest[..size]);
        if (size > 8)
            lower = rest.Length >= 16 ? BinaryPrimitives.ReadUInt64BigEndian(rest[8..]) : ReadFew(rest[8..size]);
        if (size > 0)
            _hostBits |= (uint)rest[size - 1] & 0xFFu >> ((bits - 1 & 7) + 1);
        (entry.Upper, entry.Lower) = (upper & Mask(bits), lower & Mask(bits - 64));
        (entry.Length, entry.Family) = ((byte)bits, family);
        _left = rest[size..];
        return null;
    }

    /// <summary>Returns a 64-bit mask whose first <paramref name="bits"/> bits are set. A negative number sets no bit, and 64 or more set
    /// all bits.</summary>
    private static ulong Mask(int bits) => bits <= 0 ? 0 : ulong.MaxValue << Math.Max(64 - bits, 0);

    /// <summary>Returns up to 7 bytes at the end of a field, left-aligned.</summary>
    private static ulong ReadFew(ReadOnlySpan<byte> bytes)
    {
        var read = 0ul;
        var shift = 64;
        foreach (var value in bytes)
            read |= (ulong)value << (shift -= 8);
        return read;
    }
}

/// <summary>A prefix of a field, with its host bits cleared.</summary>
internal struct NlriEntry
{
    /// <summary>The first 64 bits of the address.</summary>
    public ulong Upper;

    /// <summary>The last 64 bits of the address; 0 in IPv4.</summary>
    public ulong Lower;
    public uint PathId;

    public byte Length;
    public Family Family;

    public readonly Prefix Prefix => new(Family, new UInt128(Upper, Lower), Length);

    public readonly bool Repeats(ref readonly NlriEntry other) =>
        Upper == other.Upper && Lower == other.Lower && PathId == other.PathId && Length == other.Length;
}

/// <summary>The prefixes of one UPDATE. All prefixes are read before the first prefix is delivered. A field is refused whole in three
/// cases: it is syntactically wrong (RFC 7606, 5.3); it repeats a prefix, which no sender does; or its record type is wrong about path
/// identifiers. Collectors have written fields with the wrong record type, because RFC 8050 gave ADD-PATH its own record types late. If a
/// small path identifier is read as prefixes, 0.0.0.0/0 or ::/0 occurs repeatedly.</summary>
/// <remarks>A field can be read with path identifiers or without them. A reading of a field is sound if it gives correct syntax, no
/// repeated prefix, and no host bits, which routers clear.
/// <code>
///   sound as the record type says it   sound in the other reading
///            yes                               no                   read as the record type says
///            no                                no                   read as the record type says
///            no                                yes                  refused
///            yes                               yes                  the peer's other fields decide: PathIdSigns
/// </code></remarks>
internal sealed class NlriFields
{
    // Routers number the paths of a prefix upwards from small numbers (RFC 7911, 3). An identifier that does not begin with a
    // zero byte looks like a prefix.
    private const uint FirstLargeId = 1 << 24;

    // A slot is taken if its upper half is the field's stamp; the lower half is the entry.
    private uint[] _slots = [];
    private readonly ulong _seed = (ulong)Random.Shared.NextInt64();
    private NlriEntry[] _entries = new NlriEntry[256];
    private uint _stamp;

    public int Count { get; private set; }

    /// <summary>A range of the prefixes, which are numbered in the order of the fields.</summary>
    public ReadOnlySpan<NlriEntry> this[Range range] => _entries.AsSpan(0, Count)[range];

    public void Clear() => Count = 0;

    /// <summary>Takes the prefixes of a field, and adds to the evidence about the peer. Returns the error in the field, or null. All fields
    /// of an UPDATE together have at most 65,535 bytes. The time is proportional to the field's length. Memory is allocated only if an
    /// UPDATE has more prefixes than every UPDATE before. The field is doubtful if three conditions hold: both readings are sound, no other
    /// field of the peer decides, and the identifiers contradict the record type. Routers number paths with small identifiers. So small
    /// identifiers contradict a record type that has none, and large ones contradict a record type that has identifiers.</summary>
    public string? Take(ReadOnlySpan<byte> field, Family family, bool addPath, ref PathIds signs, out bool isDoubtful)
    {
        isDoubtful = false;
        var (said, other) = addPath ? (PathIds.Present, PathIds.Absent) : (PathIds.Absent, PathIds.Present);
        var before = Count;
        var wrong = Walk(field, family, addPath, out var hostBits, out var ids);
        var isSound = wrong is null && !hostBits;
        if (isSound && signs == said)
            return null;
        var taken = wrong is null ? Count : before;
        var otherIsSound = Walk(field, family, !addPath, out hostBits, out var otherIds) is null && !hostBits;
        Count = taken;
        if (isSound != otherIsSound)
            signs |= isSound ? said : other;
        if (!otherIsSound)
            return wrong;
        if (isSound && signs != other)
        {
            isDoubtful = (ids | otherIds) >= FirstLargeId == addPath;
            return null;
        }

        Count = before;
        return addPath
            ? "its prefixes have no path identifiers, which its record type says they have"
            : "its prefixes have path identifiers, which its record type has not";
    }

    private string? Walk(ReadOnlySpan<byte> field, Family family, bool addPath, out bool hostBits, out uint ids)
    {
        var reader = new NlriReader(field, family, addPath);
        var (first, count) = (Count, Count);
        var mask = 0u;
        var allIds = 0u;
        (hostBits, ids) = (false, 0);
        while (reader.Left > 0)
        {
            if (count == _entries.Length)
                Array.Resize(ref _entries, 2 * count);
            ref var entry = ref _entries[count++];
            if (reader.TryRead(ref entry) is { } wrong)
                return wrong;
            allIds |= entry.PathId;
            // Most fields hold one prefix, which repeats nothing.
            if (mask == 0 && reader.Left > 0)
                mask = Open(field.Length);
            if (mask != 0 && !TryAdd(first, mask, in entry, count - 1 - first))
                return $"it has {entry.Prefix} more than once";
        }

        (Count, hostBits, ids) = (count, reader.HostBits, allIds);
        return null;
    }

    /// <summary>Empties the slots, and returns the mask for a field of <c>length</c> bytes. A field has at most one prefix per
    /// byte.</summary>
    private uint Open(int length)
    {
        if (_slots.Length == 0)
            _slots = new uint[1 << 16];
        if (++_stamp > ushort.MaxValue)
        {
            _slots.AsSpan().Clear();
            _stamp = 1;
        }

        return Math.Min(BitOperations.RoundUpToPowerOf2((uint)length + 1), (uint)_slots.Length) - 1;
    }

    /// <summary>Adds an entry to the slots by its number in the field. Returns false if the slots already hold an equal entry.</summary>
    private bool TryAdd(int first, uint mask, ref readonly NlriEntry entry, int number)
    {
        // Because of the random seed, no file can be made to fill one slot.
        var mixed = (entry.Upper ^ _seed) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ mixed >> 32 ^ entry.Lower ^ entry.Length ^ (ulong)entry.PathId << 8) * 0xD6E8FEB86659FD93;
        for (var slot = (uint)(mixed >> 32) & mask; ; slot = slot + 1 & mask)
        {
            ref var taken = ref _slots[slot];
            if (taken >> 16 != _stamp)
            {
                taken = _stamp << 16 | (uint)number;
                return true;
            }

            if (_entries[first + (int)(taken & 0xFFFF)].Repeats(in entry))
                return false;
        }
    }
}

/// <summary>The evidence from a peer's fields that make sense in only one reading. Both flags are set if the fields
/// contradict each other.</summary>
[Flags]
internal enum PathIds : byte { Unknown = 0, Absent = 1, Present = 2 }

/// <summary>Remembers whether a peer's prefixes of a family have path identifiers. The evidence is the peer's fields, not their record
/// types. The class also remembers doubtful fields, which make sense in both readings and were read as their record type says. Memory: two
/// bytes per peer, and one entry per peer with doubtful fields.</summary>
internal sealed class PathIdSigns
{
    private readonly Dictionary<(int Peer, Family Family, bool AddPath), (long Fields, long Record, long Offset)> _doubts = [];
    private PathIds[] _signs = new PathIds[64];

    public ref PathIds this[int peer, Family family]
    {
        get
        {
            var at = 2 * peer + (family == Family.IPv6 ? 1 : 0);
            if (at >= _signs.Length)
                Array.Resize(ref _signs, 2 * at);
            return ref _signs[at];
        }
    }

    /// <summary>Remembers a field that was read as its record type says, because no evidence decided between the two readings.</summary>
    public void Doubt(ref readonly MrtRoute route, Family family, bool addPath)
    {
        var key = (route.Peer, family, addPath);
        var (fields, record, offset) = _doubts.GetValueOrDefault(key, (0, route.Record, route.Offset));
        _doubts[key] = (fields + 1, record, offset);
    }

    /// <summary>Logs the doubtful fields that no later field has confirmed.</summary>
    public void Report(string name, MrtPeers peers, DamageLog damage)
    {
        foreach (var ((peer, family, addPath), (fields, record, offset)) in _doubts)
        {
            var signs = this[peer, family];
            if (signs == (addPath ? PathIds.Present : PathIds.Absent))
                continue;
            var against = signs == PathIds.Unknown ? "" : ", against other fields of that peer";
            damage.Add(
                name, record, offset,
                $"{fields:N0} {(fields == 1 ? "field" : "fields")} of IPv{(int)family} prefixes from peer {peers[peer]}, this one first, "
                    + $"are sound with and without path identifiers: read {(addPath ? "with" : "without")} them as the record type says{against}");
        }
    }
}
