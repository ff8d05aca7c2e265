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
        UInt128 address;
        if (size <= 4 && _left.Length >= 5)
        {
            // The usual case; the bytes after the prefix are masked away.
            address = (UInt128)BinaryPrimitives.ReadUInt32BigEndian(_left[1..]) << 96;
        }
        else
        {
            Span<byte> padded = stackalloc byte[16];
            padded.Clear();
            _left.Slice(1, size).CopyTo(padded);
            address = BinaryPrimitives.ReadUInt128BigEndian(padded);
        }

        HostBits |= (_left[size] & 0xFF >> (bits & 7)) != 0 && (bits & 7) != 0;
        Prefix = new Prefix(family, address, bits);
        _left = _left[(1 + size)..];
        return null;
    }
}

/// <summary>
/// Looks through a whole field before any of it is delivered. A field is refused whole where it is syntactically wrong
/// (RFC 7606, 5.3), where it has a prefix twice, which no sender has a reason for, or where it makes sense only as what its record
/// type says it is not: prefixes with path identifiers, or without. Collectors have written both (RFC 8050 gave ADD-PATH record
/// types of its own). A small identifier, read as prefixes, is 0.0.0.0/0 or ::/0 several times over.
/// </summary>
/// <remarks>
/// A large identifier may look like one prefix more. The record type is doubted only where its reading has host bits, which
/// routers clear, and the other reading has none and is sound throughout; where both make sense the record type decides.
/// </remarks>
internal sealed class NlriCheck
{
    // A slot is taken if its upper half is the field's stamp; the lower half is where in the field the prefix begins.
    private readonly uint[] _slots = new uint[1 << 16];
    private uint _stamp;

    /// <summary>What is wrong with a field, or null; its time is in proportion to the field's length. Allocates nothing.</summary>
    /// <param name="field">At most 65,535 bytes.</param>
    /// <param name="family">Family of the prefixes.</param>
    /// <param name="addPath">Whether the record type has path identifiers.</param>
    public string? Check(ReadOnlySpan<byte> field, Family family, bool addPath)
    {
        var wrong = Walk(field, family, addPath, out var hostBits);
        if (wrong is null && !hostBits)
            return null;
        if (Walk(field, family, !addPath, out var othersHostBits) is not null || othersHostBits)
            return wrong;
        return addPath
            ? "its prefixes have no path identifiers, which its record type says they have"
            : "its prefixes have path identifiers, which its record type has not";
    }

    private string? Walk(ReadOnlySpan<byte> field, Family family, bool addPath, out bool hostBits)
    {
        var reader = new NlriReader(field, family, addPath);
        string? wrong = null;
        var mask = 0;
        while (reader.Left > 0 && wrong is null)
        {
            var at = field.Length - reader.Left;
            wrong = reader.TryRead();
            // Most fields hold one prefix, which repeats nothing.
            if (wrong is not null || at == 0 && reader.Left == 0)
                break;
            if (mask == 0)
                mask = Open(field.Length);
            if (!TryAdd(field, family, addPath, reader, at, mask))
                wrong = $"it has {reader.Prefix} more than once";
        }

        hostBits = reader.HostBits;
        return wrong;
    }

    /// <summary>Empties the slots and returns the mask for a field, which has fewer prefixes than bytes.</summary>
    private int Open(int length)
    {
        if (++_stamp > ushort.MaxValue)
        {
            _slots.AsSpan().Clear();
            _stamp = 1;
        }

        return (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)length + 1), (uint)_slots.Length) - 1;
    }

    private bool TryAdd(ReadOnlySpan<byte> field, Family family, bool addPath, NlriReader reader, int at, int mask)
    {
        // The seed of HashCode is drawn by the runtime: no file can aim at one slot.
        var slot = HashCode.Combine((ulong)(reader.Prefix.Address >> 64), (ulong)reader.Prefix.Address, reader.Prefix.Length, reader.PathId) & mask;
        for (; _slots[slot] >> 16 == _stamp; slot = slot + 1 & mask)
        {
            var other = new NlriReader(field[(int)(_slots[slot] & 0xFFFF)..], family, addPath);
            other.TryRead();
            if (other.Prefix == reader.Prefix && other.PathId == reader.PathId)
                return false;
        }

        _slots[slot] = _stamp << 16 | (uint)at;
        return true;
    }
}
