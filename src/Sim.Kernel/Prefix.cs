// SPDX-License-Identifier: MIT
using System.Text;

namespace Sim.Kernel;

/// <summary>The two address families. The values are the numbers that users type (<c>--family 4</c>).</summary>
public enum Family : byte
{
    IPv4 = 4,
    IPv6 = 6,
}

/// <summary>An IP prefix. Both families keep the address left-aligned in 128 bits, so that the same code masks, orders and compares the
/// prefixes of both:
/// <code>
///   IPv4  10.1.0.0/16   0A01 0000 | 96 zero bits        bit 127 is the first bit of the address
///   IPv6  2001:db8::/32 2001 0DB8 | 96 more bits
/// </code>
/// Bits beyond <see cref="Length"/> are always zero, because the constructor masks them.</summary>
public readonly record struct Prefix : IComparable<Prefix>
{
    /// <summary>Makes a prefix from the first <paramref name="length"/> bits of a left-aligned address.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Thrown if the length exceeds the family's bits.</exception>
    public Prefix(Family family, UInt128 address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)family.Bits(), nameof(length));
        Address = address & Mask(length);
        Length = (byte)length;
        Family = family;
    }

    /// <summary>The left-aligned address. The host bits of the address are zero.</summary>
    public UInt128 Address { get; }

    /// <summary>The prefix length in bits, 0 to 32 or 0 to 128.</summary>
    public byte Length { get; }

    public Family Family { get; }

    /// <summary>The IPv4 address in host byte order, like the kernel's <c>ntohl(daddr)</c>.</summary>
    public uint V4 => (uint)(Address >> 96);

    public static Prefix OfV4(uint address, int length) => new(Family.IPv4, (UInt128)address << 96, length);

    public static Prefix OfV6(UInt128 address, int length) => new(Family.IPv6, address, length);

    /// <summary>Returns the left-aligned mask of <paramref name="length"/> 1-bits.</summary>
    public static UInt128 Mask(int length) => length <= 64
        ? new(length == 64 ? ulong.MaxValue : ~(ulong.MaxValue >> length), 0)
        : new(ulong.MaxValue, ulong.MaxValue << (128 - length));

    /// <summary>Returns whether a left-aligned address lies inside this prefix.</summary>
    public bool Contains(UInt128 address) => (address & Mask(Length)) == Address;

    public bool Contains(Prefix other) => other.Family == Family && other.Length >= Length && Contains(other.Address);

    /// <summary>Reads <c>a.b.c.d/len</c> or <c>x:y::/len</c>, and masks the host bits. An address without a length becomes a host
    /// prefix.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Prefix prefix)
    {
        prefix = default;
        var slash = utf8.IndexOf((byte)'/');
        if (!AddressText.TryParse(slash < 0 ? utf8 : utf8[..slash], out var family, out var address))
            return false;
        var length = family.Bits();
        if (slash >= 0 && !AddressText.TryParseSmall(utf8[(slash + 1)..], family.Bits(), out length))
            return false;
        prefix = new Prefix(family, address, length);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out Prefix)"/>
    public static bool TryParse(string text, out Prefix prefix) => TryParse(Encoding.UTF8.GetBytes(text), out prefix);

    /// <summary>Reads a prefix as <see cref="TryParse(string, out Prefix)"/> does.</summary>
    /// <exception cref="FormatException">Thrown if the text is not a prefix.</exception>
    public static Prefix Parse(string text) => TryParse(text, out var prefix)
        ? prefix
        : throw new FormatException($"'{text}' is not an IP prefix; write 192.0.2.0/24 or 2001:db8::/32");

    /// <summary>Compares by family, then address, then length. Commands call this order <c>sorted</c>.</summary>
    public int CompareTo(Prefix other)
    {
        if (Family != other.Family)
            return Family.CompareTo(other.Family);
        var byAddress = Address.CompareTo(other.Address);
        return byAddress != 0 ? byAddress : Length.CompareTo(other.Length);
    }

    /// <summary>Compares by family, then length, then address. Commands call this order <c>by-length</c>.</summary>
    public static int CompareByLength(Prefix left, Prefix right)
    {
        if (left.Family != right.Family)
            return left.Family.CompareTo(right.Family);
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.Address.CompareTo(right.Address);
    }

    public bool Equals(Prefix other) => Address == other.Address && Length == other.Length && Family == other.Family;

    public override int GetHashCode()
    {
        // The high bits of addresses are regular. A multiplication spreads them over the buckets.
        var mixed = ((ulong)(Address >> 64) ^ ((ulong)Address * 0x9E3779B97F4A7C15) ^ Length) * 0xD6E8FEB86659FD93;
        return (int)(mixed >> 32);
    }

    public static bool operator <(Prefix left, Prefix right) => left.CompareTo(right) < 0;

    public static bool operator <=(Prefix left, Prefix right) => left.CompareTo(right) <= 0;

    public static bool operator >(Prefix left, Prefix right) => left.CompareTo(right) > 0;

    public static bool operator >=(Prefix left, Prefix right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{AddressText.Format(Family, Address)}/{Length}";
}

/// <summary>Numbers that belong to a family.</summary>
public static class FamilyExtensions
{
    /// <summary>Returns the bits of an address: 32 or 128.</summary>
    public static int Bits(this Family family) => family == Family.IPv4 ? 32 : 128;

    /// <summary>Returns the bytes of an address: 4 or 16.</summary>
    public static int AddressBytes(this Family family) => family.Bits() / 8;

    /// <summary>Returns the kernel's number of the family: AF_INET or AF_INET6.</summary>
    public static byte Number(this Family family) => (byte)(family == Family.IPv4 ? GatewayFamily.IPv4 : GatewayFamily.IPv6);
}
