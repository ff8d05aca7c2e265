// SPDX-License-Identifier: MIT
using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Sim.Kernel;

/// <summary>Reads and writes addresses as text. An address is left-aligned in 128 bits, as in <see cref="Prefix"/>.</summary>
public static class AddressText
{
    /// <summary>Reads an address without allocating: IPv6 as in RFC 4291, section 2.2, without a zone, or IPv4 as four decimal octets. The
    /// method refuses the shorter, hexadecimal and zero-padded forms of <c>inet_aton</c>, because such forms in a table are typing
    /// errors.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Family family, out UInt128 address)
    {
        family = utf8.Contains((byte)':') ? Family.IPv6 : Family.IPv4;
        if (family == Family.IPv6)
            return TryParseV6(utf8, out address);
        var valid = TryParseV4(utf8, out var v4);
        address = (UInt128)v4 << 96;
        return valid;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out Family, out UInt128)"/>
    public static bool TryParse(string text, out Family family, out UInt128 address) =>
        TryParse(Encoding.UTF8.GetBytes(text), out family, out address);

    public static string Format(Family family, UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new IPAddress(bytes[..family.AddressBytes()]).ToString();
    }

    /// <summary>Reads a decimal number of one to three digits without leading zeros, at most <paramref name="max"/>.</summary>
    public static bool TryParseSmall(ReadOnlySpan<byte> digits, int max, out int value)
    {
        value = 0;
        if (digits.Length is 0 or > 3 || (digits.Length > 1 && digits[0] == (byte)'0'))
            return false;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            value = value * 10 + (digit - '0');
        }

        return value <= max;
    }

    private static bool TryParseV4(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        for (var octet = 0; octet < 4; octet++)
        {
            var end = octet == 3 ? text.Length : text.IndexOf((byte)'.');
            if (end < 0 || !TryParseSmall(text[..end], 255, out var value))
                return false;
            address = address << 8 | (uint)value;
            text = text[Math.Min(end + 1, text.Length)..];
        }

        return true;
    }

    /// <summary>Reads an IPv6 address. Groups are shifted in from the right. The zeros that a "::" stands for are inserted at the
    /// end.</summary>
    private static bool TryParseV6(ReadOnlySpan<byte> text, out UInt128 address)
    {
        address = default;
        var (groups, gap) = (0, -1);
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            text = text[2..];
        }

        while (gap != groups || !text.IsEmpty)
        {
            var end = text.IndexOf((byte)':');
            if (!TryShiftIn(end < 0 ? text : text[..end], isLast: end < 0, ref address, ref groups))
                return false;
            if (end < 0)
                break;
            text = text[(end + 1)..];
            if (!text.StartsWith(":"u8))
                continue;
            if (gap >= 0)
                return false;
            gap = groups;
            text = text[1..];
        }

        // "::" stands for at least one group.
        if (gap < 0)
            return groups == 8;
        if (groups > 7)
            return false;
        var after = 16 * (groups - gap);
        var low = address & ((UInt128.One << after) - 1);
        address = (gap == 0 ? default : (address >> after) << (128 - 16 * gap)) | low;
        return true;
    }

    /// <summary>Shifts a group of one to four hexadecimal digits into the address, or a dotted decimal IPv4 address as the last two
    /// groups.</summary>
    private static bool TryShiftIn(ReadOnlySpan<byte> part, bool isLast, ref UInt128 address, ref int groups)
    {
        if (isLast && groups <= 6 && part.Contains((byte)'.'))
        {
            if (!TryParseV4(part, out var v4))
                return false;
            address = address << 32 | v4;
            groups += 2;
            return true;
        }

        if (groups == 8 || part.Length is 0 or > 4)
            return false;
        var group = 0u;
        foreach (var digit in part)
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return false;
            group = group << 4 | (uint)(digit <= (byte)'9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        address = address << 16 | group;
        groups++;
        return true;
    }
}
