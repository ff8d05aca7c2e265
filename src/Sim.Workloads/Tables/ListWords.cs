// SPDX-License-Identifier: MIT
using System.Buffers;
using System.Globalization;

namespace Sim.Workloads.Tables;

/// <summary>Parses single words of a prefix list: destinations, next hops, ASes. <see cref="PrefixListReader"/> has the grammar.</summary>
internal static class ListWords
{
    public const int LongestDevice = 15;

    private const string LeadingZeros = "leading zeros, which are octal to some programs and decimal to others";

    /// <summary>The types of routes that lead to no peer, in the words of iproute2, BIRD, Junos and IOS.</summary>
    private static ReadOnlySpan<byte> NoPeerTypes =>
        " unreachable blackhole prohibit prohibited throw local broadcast multicast anycast nat xresolve reject discard drop null0 receive "u8;

    /// <summary>Words that cannot be the name of a next hop, in addition to the types of routes.</summary>
    private static ReadOnlySpan<byte> NoNames =>
        " default none null nil n/a na unknown undefined igp egp incomplete self direct connected permit deny any le ge eq upto exact orlonger "u8;

    private static readonly SearchValues<byte> s_nameBytes = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.@+=/"u8);

    private static readonly SearchValues<byte> s_deviceBytes = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.@+=:"u8);

    private static readonly SearchValues<byte> s_v4Bytes = SearchValues.Create("0123456789./"u8);

    private static readonly SearchValues<byte> s_base64 = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"u8);

    /// <summary>Returns whether a word is in a list. The list has a blank before and after each word.</summary>
    public static bool IsOneOf(this ReadOnlySpan<byte> word, ReadOnlySpan<byte> list)
    {
        if (word.IsEmpty || word.Contains((byte)' '))
            return false;
        var from = 1;
        while (from < list.Length && list[from..].IndexOf(word) is >= 0 and var at)
        {
            var found = from + at;
            if (list[found - 1] == (byte)' ' && list[found + word.Length] == (byte)' ')
                return true;
            from = found + 1;
        }

        return false;
    }

    public static bool IsNoPeerType(ReadOnlySpan<byte> word)
    {
        Span<byte> lower = stackalloc byte[16];
        return word.Length <= lower.Length && Ascii.ToLower(word, lower, out var length) == OperationStatus.Done
            && ((ReadOnlySpan<byte>)lower[..length]).IsOneOf(NoPeerTypes);
    }

    /// <summary>Returns whether a field begins a comment: <c>#</c>, <c>;</c>, <c>%</c> or <c>//</c>.</summary>
    public static bool IsComment(ReadOnlySpan<byte> text) => text is [(byte)'#' or (byte)';' or (byte)'%', ..] or [(byte)'/', (byte)'/', ..];

    public static bool IsNumber(ReadOnlySpan<byte> word) => !word.IsEmpty && !word.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    /// <summary>Reads <c>ADDRESS/LENGTH</c>, <c>ADDRESS/NETMASK</c> or <c>ADDRESS</c> (a host). Host bits are masked.</summary>
    public static bool TryParseDestination(ReadOnlySpan<byte> word, out Prefix prefix, out bool hostBits)
    {
        (prefix, hostBits) = (default, false);
        var slash = word.IndexOf((byte)'/');
        if (!AddressText.TryParse(slash < 0 ? word : word[..slash], out var family, out var address))
            return false;
        var length = family.Bits();
        if (slash >= 0 && !AddressText.TryParseSmall(word[(slash + 1)..], family.Bits(), out length)
            && ParseMask(word[(slash + 1)..], family, out length) is not null)
        {
            return false;
        }

        prefix = new Prefix(family, address, length);
        hostBits = prefix.Address != address;
        return true;
    }

    /// <summary>Reads a length, or a netmask as an address or as <c>0xff000000</c>. Returns the error in the word, or null.</summary>
    public static string? ParseMask(ReadOnlySpan<byte> word, Family family, out int length)
    {
        if (AddressText.TryParseSmall(word, family.Bits(), out length))
            return null;
        if (IsNumber(word))
            return HasLeadingZero(word) ? LeadingZeros : $"no prefix length of IPv{(int)family}: 0 to {family.Bits()}";
        if (!TryParseHexMask(word, family, out var mask)
            && !(AddressText.TryParse(word, out var maskFamily, out mask) && maskFamily == family))
        {
            return "neither a prefix length nor a netmask after an address";
        }

        length = (int)UInt128.LeadingZeroCount(~mask);
        if (mask == Prefix.Mask(length))
            return null;
        return mask >> 127 == 0
            ? "a wildcard mask or a next hop after an address without a length"
            : "no netmask after an address without a length: its ones are not contiguous";
    }

    private static bool TryParseHexMask(ReadOnlySpan<byte> word, Family family, out UInt128 mask)
    {
        var bits = 0u;
        var isMask = family == Family.IPv4 && word.Length == 10 && word.StartsWith("0x"u8)
            && uint.TryParse(word[2..], NumberStyles.AllowHexSpecifier, null, out bits);
        mask = (UInt128)bits << 96;
        return isMask;
    }

    public static string WhyNoDestination(ReadOnlySpan<byte> word) =>
        word.ContainsAnyExcept(s_v4Bytes) ? "not an IP prefix, a comment or a blank line"
        : HasLeadingZero(word) ? LeadingZeros : "not an IP prefix";

    private static bool HasLeadingZero(ReadOnlySpan<byte> word)
    {
        for (var i = 0; i + 1 < word.Length; i++)
        {
            if (word[i] == (byte)'0' && char.IsAsciiDigit((char)word[i + 1]) && (i == 0 || !char.IsAsciiDigit((char)word[i - 1])))
                return true;
        }

        return false;
    }

    /// <summary>Reads an AS: 64500 or AS64500. Asdot (RFC 5396: 1.10 is 65546) is read only if the field can be nothing
    /// else (<paramref name="alone"/>) or begins with AS. Of several ASes ({1,2}, 1,2 or 1_2), the first
    /// counts.</summary>
    public static bool TryParseAs(ReadOnlySpan<byte> field, bool alone, out uint number)
    {
        number = 0;
        var marked = field.Length > 2 && (field[0] | 0x20) == 'a' && (field[1] | 0x20) == 's';
        if (marked)
            field = field[2..];
        else if (field is [(byte)'{', .., (byte)'}'])
            field = field[1..^1];
        if (TryParseNumber(field, uint.MaxValue, out number))
            return true;
        var dot = field.IndexOf((byte)'.');
        if (dot >= 0)
        {
            var valid = TryParseNumber(field[..dot], ushort.MaxValue, out var high)
                & TryParseNumber(field[(dot + 1)..], ushort.MaxValue, out var low);
            number = high << 16 | low;
            return valid && (alone || marked);
        }

        var first = field.IndexOfAny((byte)',', (byte)'_');
        if (first < 0 || !TryParseNumber(field[..first], uint.MaxValue, out number))
            return false;
        foreach (var range in field.SplitAny((byte)',', (byte)'_'))
        {
            if (!TryParseNumber(field[range], uint.MaxValue, out _))
                return false;
        }

        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> digits, uint most, out uint number) =>
        uint.TryParse(digits, NumberStyles.None, null, out number) && number <= most && (digits.Length == 1 || digits[0] != (byte)'0');

    /// <summary>Reads a next hop that is an address; IPv6 may have a zone. Tables write 0.0.0.0 or :: if there is no next hop, so these two
    /// addresses do not count as a next hop.</summary>
    public static bool TryParseAddress(ReadOnlySpan<byte> word, out Family family, out bool isStated)
    {
        var zone = word.IndexOf((byte)'%');
        var valid = AddressText.TryParse(zone < 0 ? word : word[..zone], out family, out var address);
        isStated = address != 0;
        return valid && (zone < 0 || (family == Family.IPv6 && IsDevice(word[(zone + 1)..])));
    }

    /// <summary>Returns whether a word can name a device: it has at most 15 bytes (IFNAMSIZ), and each byte is a colon or allowed in a
    /// name.</summary>
    public static bool IsDevice(ReadOnlySpan<byte> word) =>
        word.Length is > 0 and <= LongestDevice && !word.ContainsAnyExcept(s_deviceBytes);

    /// <summary>Returns whether a word can name a next hop: it is a letter or underscore followed by letters, digits and <c>_-.@+=/</c>; or
    /// a WireGuard key. Words with another meaning in some list are not names.</summary>
    public static bool IsName(ReadOnlySpan<byte> word)
    {
        if (word.Length is 0 or > PrefixListReader.MaxNextHop)
            return false;
        if (word is { Length: 44 } and [.., (byte)'='] && !word[..43].ContainsAnyExcept(s_base64))
            return true;
        if (!(char.IsAsciiLetter((char)word[0]) || word[0] == (byte)'_') || word.ContainsAnyExcept(s_nameBytes))
            return false;
        Span<byte> lower = stackalloc byte[word.Length];
        Ascii.ToLower(word, lower, out _);
        ReadOnlySpan<byte> plain = lower;
        return !(plain.StartsWith("as"u8) && (plain.Length == 2 || !char.IsAsciiLetter((char)plain[2])))
            && !plain.IsOneOf(NoNames) && !plain.IsOneOf(NoPeerTypes) && !RouteWords.IsKeyword(plain);
    }
}
