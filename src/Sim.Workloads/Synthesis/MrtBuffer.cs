// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

/// <summary>A big-endian byte buffer in front of a stream. Records are written into it, lengths are patched in place, and whole records are
/// flushed. The buffer grows if a record needs more room.</summary>
internal sealed class MrtBuffer(Stream stream, int capacity = 1 << 20)
{
    private byte[] _bytes = new byte[capacity];

    /// <summary>The number of bytes held and not yet written to the stream.</summary>
    public int Position { get; private set; }

    public ReadOnlySpan<byte> Held => _bytes.AsSpan(0, Position);
    public long Flushed { get; private set; }

    /// <summary>Makes room for <paramref name="bytes"/> bytes. Call this method only between records, because it may write out the bytes
    /// held.</summary>
    public void Reserve(int bytes)
    {
        if (_bytes.Length - Position >= bytes)
            return;
        Flush();
        if (_bytes.Length < bytes)
            _bytes = new byte[bytes];
    }

    public void Clear() => Position = 0;

    public void Flush()
    {
        stream.Write(_bytes, 0, Position);
        (Flushed, Position) = (Flushed + Position, 0);
    }

    public void U8(int value) => _bytes[Position++] = (byte)value;

    public void U16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(Position), (ushort)value);
        Position += 2;
    }

    public void U32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(Position), value);
        Position += 4;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(Position));
        Position += bytes.Length;
    }

    /// <summary>Writes an address in full: 4 or 16 bytes.</summary>
    public void Address(Family family, UInt128 address)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.AsSpan(Position), (ulong)(address >> 64));
        if (family == Family.IPv6)
            BinaryPrimitives.WriteUInt64BigEndian(_bytes.AsSpan(Position + 8), (ulong)address);
        Position += family.Bits() / 8;
    }

    /// <summary>Writes a prefix as NLRI (RFC 4271, 4.3): its length in bits, then as many bytes as these bits need.</summary>
    public void Nlri(Prefix prefix)
    {
        _bytes[Position] = prefix.Length;
        BinaryPrimitives.WriteUInt128BigEndian(_bytes.AsSpan(Position + 1), prefix.Address);
        Position += 1 + (prefix.Length + 7) / 8;
    }

    public void PatchU16(int at, int value) => BinaryPrimitives.WriteUInt16BigEndian(_bytes.AsSpan(at), (ushort)value);
    public void PatchU32(int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(at), value);
}
