// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>Builds netlink messages one after the other. The buffer grows and is reused, so later messages allocate nothing. All numbers
/// are little-endian, as on the machines of the lab.
/// <code>
///   nlmsghdr   | length 4 | type 2 | flags 2 | sequence 4 | port 4 |        length without padding behind
///   family     | struct rtmsg, nhmsg, genlmsghdr ...               |
///   attribute  | length 2 | type 2 | payload ... | 0 to 3 zeros    |        length without the zeros
///   nest       | length 2 | type 2 | attributes ...                |        type has NLA_F_NESTED
/// </code>
/// (include/uapi/linux/netlink.h). The class is not thread-safe.</summary>
/// <param name="capacity">The initial size of the buffer in bytes.</param>
public sealed class NetlinkWriter(int capacity = 16384)
{
    /// <summary>Bytes of <c>struct nlmsghdr</c>.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Bytes of <c>struct nlattr</c>.</summary>
    public const int AttributeHeaderBytes = 4;

    /// <summary>The longest attribute or nest in bytes, including its header: <c>nla_len</c> has 16 bits.</summary>
    public const int LongestAttribute = ushort.MaxValue;

    private const ushort Nested = 1 << 15;
    private const int None = -1;

    private byte[] _buffer = new byte[Math.Max(capacity, HeaderBytes)];
    private int _message = None;

    /// <summary>The bytes written since the last <see cref="Clear"/>, including padding.</summary>
    public int Length { get; private set; }

    /// <summary>The number of bytes written so far of the current message.</summary>
    public int MessageLength => Length - _message;

    /// <summary>The messages written since the last <see cref="Clear"/>; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>Returns the bytes that an attribute takes with its header, its payload and padding.</summary>
    public static int AttributeBytes(int payload) => Align(AttributeHeaderBytes + payload);

    /// <summary>Forgets all written messages, and keeps the buffer.</summary>
    public void Clear()
    {
        Length = 0;
        _message = None;
    }

    /// <summary>Begins a message with port id 0. <see cref="EndMessage"/> sets the message's length.</summary>
    /// <exception cref="InvalidOperationException">Thrown if the last message has not ended.</exception>
    public void BeginMessage(ushort type, NlmFlags flags, uint sequence)
    {
        if (_message != None)
            throw new InvalidOperationException("the last message has not ended");
        _message = Length;
        var header = Append(HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)flags);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], sequence);
    }

    /// <summary>Ends the message and sets its length.</summary>
    /// <exception cref="InvalidOperationException">Thrown if no message has begun.</exception>
    public void EndMessage()
    {
        if (_message == None)
            throw new InvalidOperationException("no message has begun");
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_message), MessageLength);
        _message = None;
    }

    /// <summary>Appends zeros for a family's header, padded to four bytes. Returns these bytes for the caller to fill.</summary>
    public Span<byte> Append(int bytes)
    {
        var padded = Align(bytes);
        if (padded > _buffer.Length - Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + padded));
        var space = _buffer.AsSpan(Length, padded);
        space.Clear();
        Length += padded;
        return space[..bytes];
    }

    public void PutU8(ushort attribute, byte value) => Reserve(attribute, sizeof(byte))[0] = value;

    public void PutU16(ushort attribute, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Reserve(attribute, sizeof(ushort)), value);

    public void PutU32(ushort attribute, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(attribute, sizeof(uint)), value);

    public void PutBytes(ushort attribute, ReadOnlySpan<byte> value) => value.CopyTo(Reserve(attribute, value.Length));

    /// <summary>Puts text, and a zero byte behind the text (NLA_NUL_STRING).</summary>
    public void PutString(ushort attribute, ReadOnlySpan<byte> text) => text.CopyTo(Reserve(attribute, text.Length + 1));

    /// <summary>Puts a left-aligned address in network order: 4 or 16 bytes.</summary>
    public void PutAddress(ushort attribute, Family family, UInt128 address) =>
        WriteAddress(Reserve(attribute, family.AddressBytes()), family, address);

    /// <summary>Puts an attribute. Returns its zeroed payload for the caller to fill.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Thrown if the payload exceeds 65,531 bytes.</exception>
    public Span<byte> Reserve(ushort attribute, int payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload, LongestAttribute - AttributeHeaderBytes);
        var space = Append(AttributeHeaderBytes + payload);
        BinaryPrimitives.WriteUInt16LittleEndian(space, (ushort)space.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(space[2..], attribute);
        return space[AttributeHeaderBytes..];
    }

    /// <summary>Begins a nest. The result must be passed to <see cref="EndNest"/>.</summary>
    public int BeginNest(ushort attribute)
    {
        var nest = Length;
        Reserve(attribute, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(nest + 2), (ushort)(attribute | Nested));
        return nest;
    }

    /// <summary>Ends a nest and sets its length.</summary>
    /// <exception cref="InvalidOperationException">Thrown if the nest is longer than 65,535 bytes, because its length field cannot hold
    /// more.</exception>
    public void EndNest(int nest)
    {
        var bytes = Length - nest;
        if (bytes > LongestAttribute)
            throw new InvalidOperationException($"a nest of {bytes} bytes: nla_len has 16 bits, so at most {LongestAttribute}");
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(nest), (ushort)bytes);
    }

    internal static void WriteAddress(Span<byte> space, Family family, UInt128 address)
    {
        if (family == Family.IPv4)
            BinaryPrimitives.WriteUInt32BigEndian(space, (uint)(address >> 96));
        else
            BinaryPrimitives.WriteUInt128BigEndian(space, address);
    }

    private static int Align(int bytes) => (bytes + 3) & ~3;
}
