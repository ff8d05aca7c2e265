// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Numerics;
using Sim.Kernel;

namespace Sim.Workloads.Mrt;

/// <summary>
/// Goes through a field of prefixes (RFC 4271, 4.3; RFC 7911, 3):
/// <code>[path identifier(4)] length in bits(1) as many bytes as hold them | ...</code>
/// </summary>
internal ref struct NlriReader(ReadOnlySpan<byte> field, Family family, bool addPath)
{
    private const string RunsOver = "a prefix runs past the end of its field";

    private ReadOnlySpan<byte> _left = field;

    /// <summary>The prefix that <see cref="TryRead"/> came to; its host bits are masked.</summary>
    public Prefix Prefix;

    /// <summary>Its path identifier; 0 where there is none.</summary>
    public uint PathId;

    /// <summary>Whether a prefix so far had host bits, which RFC 4271 allows and no router sends.</summary>
    public bool HostBits;

    /// <summary>Bytes that are left.</summary>
    public readonly int Left => _left.Length;

    /// <summary>Reads the next prefix; what is wrong with it, or null.</summary>
    public string? TryRead()
    {
        if (addPath)
        {
            if (_left.Length < 4)
                return RunsOver;
            PathId = BinaryPrimitives.ReadUInt32BigEndian(_left);
            _left = _left[4..];
        }

        if (_left.IsEmpty)
            return RunsOver;
        int bits = _left[0];
        if (bits > family.Bits())
            return "a prefix is longer than its family's addresses";
        var size = (bits + 7) / 8;
        if (_left.Length < 1 + size)
            return RunsOver;
        // The bytes behind the prefix are masked away.
        var (upper, lower) = (0ul, 0ul);
        if (size <= 4 && _left.Length >= 5)
            upper = (ulong)BinaryPrimitives.ReadUInt32BigEndian(_left[1..]) << 32;
        else if (size <= 8 && _left.Length >= 9)
            upper = BinaryPrimitives.ReadUInt64BigEndian(_left[1..]);
        else
            ReadBytes(_left.Slice(1, size), out upper, out lower);
        HostBits |= (bits & 7) != 0 && (_left[size] & 0xFF >> (bits & 7)) != 0;
        Prefix = new Prefix(family, new UInt128(upper, lower), bits);
        _left = _left[(1 + size)..];
        return null;
    }

    private static void ReadBytes(ReadOnlySpan<byte> bytes, out ulong upper, out ulong lower)
    {
        Span<byte> padded = stackalloc byte[16];
        padded.Clear();
        bytes.CopyTo(padded);
        (upper, lower) = (BinaryPrimitives.ReadUInt64BigEndian(padded), BinaryPrimitives.ReadUInt64BigEndian(padded[8..]));
    }
}

/// <summary>A prefix of an UPDATE.</summary>
internal struct NlriEntry
{
    public Prefix Prefix;

    /// <summary>Its path identifier; 0 where there is none.</summary>
    public uint PathId;

    /// <summary>Of both.</summary>
    public uint Hash;
}

/// <summary>
/// The prefixes of one UPDATE, read before any of them is delivered. A field is refused whole where it is syntactically wrong
/// (RFC 7606, 5.3), where it has a prefix twice, which no sender has a reason for, or where it makes sense only as what its record
/// type says it is not: prefixes with path identifiers, or without. Collectors have written both (RFC 8050 gave ADD-PATH record
/// types of its own). A small identifier, read as prefixes, is 0.0.0.0/0 or ::/0 several times over.
/// </summary>
/// <remarks>
/// A field is sound in a reading, with path identifiers or without, if it is syntactically right, repeats nothing and has no host
/// bits, which routers clear. Sound in the record type's reading alone, or in neither, it is read as the record type says; sound in
/// the other one alone, it is refused. Sound in both, the fields of that peer that are sound in one alone decide; see
/// <see cref="PathIdSigns"/>.
/// </remarks>
internal sealed class NlriFields
{
    // Speakers number the paths of a prefix; an identifier that does not begin with a zero looks like a prefix (RFC 7911, 3).
    private const uint FirstLargeId = 1 << 24;

    // A slot is taken if its upper half is the field's stamp; the lower half is the entry.
    private uint[] _slots = [];
    private readonly ulong _seed = (ulong)Random.Shared.NextInt64();
    private NlriEntry[] _entries = new NlriEntry[256];
    private uint _stamp;

    /// <summary>Prefixes of the fields taken so far.</summary>
    public int Count { get; private set; }

    /// <summary>Prefixes by number, in the order of the fields.</summary>
    public ReadOnlySpan<NlriEntry> this[Range range] => _entries.AsSpan(0, Count)[range];

    /// <summary>Begins another UPDATE.</summary>
    public void Clear() => Count = 0;

    /// <summary>
    /// Takes the prefixes of a field, or says what is wrong with it. Takes time in proportion to the field's length, and allocates
    /// nothing, except for more prefixes than ever before.
    /// </summary>
    /// <param name="field">All fields of an UPDATE have at most 65,535 bytes.</param>
    /// <param name="family">Family of the prefixes.</param>
    /// <param name="addPath">Whether the record type has path identifiers.</param>
    /// <param name="signs">What other fields of the peer have shown; this one adds to it.</param>
    /// <param name="isDoubtful">
    /// Whether both readings are sound, nothing else of the peer decides, and the identifiers are against the record type: they would
    /// be small ones, as routers count them, where there should be none, or large ones where there should be some.
    /// </param>
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
        var first = Count;
        var mask = 0u;
        (hostBits, ids) = (false, 0);
        while (reader.Left > 0)
        {
            if (reader.TryRead() is { } wrong)
                return wrong;
            if (Count == _entries.Length)
                Array.Resize(ref _entries, 2 * Count);
            ref var entry = ref _entries[Count++];
            (entry.Prefix, entry.PathId) = (reader.Prefix, reader.PathId);
            ids |= reader.PathId;
            // Most fields hold one prefix, which repeats nothing.
            if (mask == 0 && reader.Left > 0)
                mask = Open(field.Length);
            if (mask != 0 && !TryAdd(first, mask, (ulong)(reader.Prefix.Address >> 64), (ulong)reader.Prefix.Address ^ reader.Prefix.Length ^ (ulong)reader.PathId << 8))
                return $"it has {reader.Prefix} more than once";
        }

        hostBits = reader.HostBits;
        return null;
    }

    /// <summary>Empties the slots and returns the mask for a field, which has fewer prefixes than bytes.</summary>
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

    /// <summary>Adds the last entry to the slots; false where it is there.</summary>
    private bool TryAdd(int first, uint mask, ulong upper, ulong lower)
    {
        var at = Count - 1;
        ref var entry = ref _entries[at];
        // With the seed no file can aim at one slot.
        var mixed = (upper ^ _seed) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ mixed >> 32 ^ lower) * 0xD6E8FEB86659FD93;
        entry.Hash = (uint)(mixed >> 32);
        for (var slot = entry.Hash & mask; ; slot = slot + 1 & mask)
        {
            var taken = _slots[slot];
            if (taken >> 16 != _stamp)
            {
                _slots[slot] = _stamp << 16 | (uint)(at - first);
                return true;
            }

            ref var other = ref _entries[first + (int)(taken & 0xFFFF)];
            if (other.Hash == entry.Hash && other.PathId == entry.PathId && other.Prefix == entry.Prefix)
                return false;
        }
    }
}
