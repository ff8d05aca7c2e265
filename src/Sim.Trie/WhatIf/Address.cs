// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>An address of one family in host order. The family is a type, so that the compiler makes one copy of each what-if structure per
/// family. Offsets count bits from the first bit of the address.</summary>
public interface IAddress<TSelf> : IEquatable<TSelf>
    where TSelf : unmanaged, IAddress<TSelf>
{
    static abstract Family Family { get; }

    /// <summary>The bits of an address: 32 or 128.</summary>
    static abstract int Bits { get; }

    /// <summary>Returns the address that a left-aligned number holds.</summary>
    static abstract TSelf Of(UInt128 leftAligned);

    UInt128 LeftAligned { get; }

    /// <summary>Returns byte <paramref name="depth"/> of the address.</summary>
    uint Octet(int depth);

    /// <summary>Returns the 1 to 32 bits from an offset on. Bits behind the end of the address are 0.</summary>
    uint BitsAt(int offset, int count);

    /// <summary>Returns a negative number if this address comes before the other, 0 if they are equal, otherwise a positive
    /// number.</summary>
    int OrderTo(TSelf other);

    /// <summary>Returns whether the first <paramref name="length"/> bits of both addresses are equal.</summary>
    bool SharesPrefix(TSelf other, int length);

    /// <summary>Returns the bits in which two addresses differ, without the last <paramref name="pos"/> bits. If more than 64 bits are left
    /// and an upper one differs, returns the greatest number.</summary>
    ulong DifferenceAbove(TSelf other, int pos);

    /// <summary>Returns the number of the highest bit in which two addresses differ, counted from the last bit.</summary>
    int HighestDifference(TSelf other);

    /// <summary>Returns the address with its last <paramref name="count"/> bits cleared.</summary>
    TSelf WithoutLast(int count);

    /// <summary>Returns the address with a bit set, counted from the last bit.</summary>
    TSelf WithBit(int pos);

    /// <summary>Returns whether two addresses differ at or above the lowest 1-bit of the other.</summary>
    bool DiffersFromPrefix(TSelf other);
}

/// <summary>An IPv4 address.</summary>
public readonly record struct Address32(uint Value) : IAddress<Address32>
{
    public static Family Family => Family.IPv4;

    public static int Bits => 32;

    public UInt128 LeftAligned => (UInt128)Value << 96;

    public static Address32 Of(UInt128 leftAligned) => new((uint)(leftAligned >> 96));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Octet(int depth) => (byte)(Value >> (24 - 8 * depth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint BitsAt(int offset, int count) => (uint)(((ulong)Value << 32 << offset) >> (64 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool SharesPrefix(Address32 other, int length) => (ulong)(Value ^ other.Value) >> (32 - length) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong DifferenceAbove(Address32 other, int pos) => (ulong)(Value ^ other.Value) >> pos;

    public int HighestDifference(Address32 other) => BitOperations.Log2(Value ^ other.Value);

    public Address32 WithoutLast(int count) => new((uint)((ulong)Value >> count << count));

    public Address32 WithBit(int pos) => new(Value | 1u << pos);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool DiffersFromPrefix(Address32 other) => ((Value ^ other.Value) & (other.Value | (0 - other.Value))) != 0;

    public int OrderTo(Address32 other) => Value.CompareTo(other.Value);
}

/// <summary>An IPv6 address.</summary>
public readonly record struct Address128(ulong Upper, ulong Lower) : IAddress<Address128>
{
    public static Family Family => Family.IPv6;

    public static int Bits => 128;

    public UInt128 LeftAligned => new(Upper, Lower);

    public static Address128 Of(UInt128 leftAligned) => new((ulong)(leftAligned >> 64), (ulong)leftAligned);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Octet(int depth) => (byte)((depth < 8 ? Upper : Lower) >> (56 - 8 * depth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint BitsAt(int offset, int count)
    {
        var word = offset >= 64 ? Lower << (offset - 64) : offset == 0 ? Upper : Upper << offset | Lower >> (64 - offset);
        return (uint)(word >> (64 - count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool SharesPrefix(Address128 other, int length)
    {
        var differ = Upper ^ other.Upper;
        if (length < 64)
            return differ >> 1 >> (63 - length) == 0;
        return differ == 0 && (length == 128 ? Lower == other.Lower : (Lower ^ other.Lower) >> 1 >> (127 - length) == 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong DifferenceAbove(Address128 other, int pos)
    {
        var (upper, lower) = (Upper ^ other.Upper, Lower ^ other.Lower);
        if (pos >= 64)
            return pos == 128 ? 0 : upper >> (pos - 64);
        return upper >> pos != 0 ? ulong.MaxValue : pos == 0 ? lower : upper << (64 - pos) | lower >> pos;
    }

    public int HighestDifference(Address128 other) =>
        Upper != other.Upper ? 64 + BitOperations.Log2(Upper ^ other.Upper) : BitOperations.Log2(Lower ^ other.Lower);

    public Address128 WithoutLast(int count) => Of(count == 128 ? 0 : LeftAligned >> count << count);

    public Address128 WithBit(int pos) => Of(LeftAligned | UInt128.One << pos);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool DiffersFromPrefix(Address128 other)
    {
        var (upper, lower) = (Upper ^ other.Upper, Lower ^ other.Lower);
        return other.Lower != 0
            ? (upper | (lower & (other.Lower | (0 - other.Lower)))) != 0
            : (upper & (other.Upper | (0 - other.Upper))) != 0;
    }

    public int OrderTo(Address128 other) => Upper != other.Upper ? Upper.CompareTo(other.Upper) : Lower.CompareTo(other.Lower);
}

/// <summary>A prefix as the what-if structures store it, packed: 5 bytes for IPv4, 17 bytes for IPv6. The host bits are zero. Prefixes are
/// ordered by address, then by length.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public readonly record struct StoredPrefix<TAddress>(TAddress Address, byte Length)
    where TAddress : unmanaged, IAddress<TAddress>
{
    public StoredPrefix(Prefix prefix) : this(TAddress.Of(prefix.Address), prefix.Length) { }

    public Prefix ToPrefix() => new(TAddress.Family, Address.LeftAligned, Length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int OrderTo(StoredPrefix<TAddress> other)
    {
        var byAddress = Address.OrderTo(other.Address);
        return byAddress != 0 ? byAddress : Length - other.Length;
    }
}
