// SPDX-License-Identifier: MIT
using System.Buffers;
using Sim.Kernel;

namespace Sim.Workloads.Tables;

/// <summary>The fields of one line of a prefix list; see <see cref="PrefixListReader"/> for the grammar.</summary>
internal static class PrefixListFields
{
    private static readonly SearchValues<byte> SetBytes = SearchValues.Create("0123456789,_{}"u8);

    /// <summary>Reads a line that is neither blank nor a comment.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="prefix">The prefix, host bits masked.</param>
    /// <param name="nextHop">The name of the next hop, empty where not stated.</param>
    /// <param name="originAs">The origin AS, 0 where not stated.</param>
    /// <returns>What is wrong with the line, null where nothing is.</returns>
    public static string? Parse(
        ReadOnlySpan<byte> line, out Prefix prefix, out ReadOnlySpan<byte> nextHop, out uint originAs)
    {
        nextHop = [];
        originAs = 0;
        var first = Next(ref line);
        var second = Next(ref line);
        if (!first.Contains((byte)'/') && !line.IsEmpty
            && AddressText.TryParseSmall(second, 128, out var length) && line[0] != (byte)'#')
        {
            return ParsePfx2As(first, length, Next(ref line), out prefix, out originAs);
        }

        if (!Prefix.TryParse(first, out prefix))
            return "not an IP prefix, a comment or a blank line";
        if (IsAbsent(second))
            return null;
        if (TryParseAs(second, out originAs))
            return null;
        // What `ip route` prints: PREFIX via ADDRESS ...
        if (second.SequenceEqual("via"u8))
            second = Next(ref line);
        nextHop = second is [(byte)'-'] ? default : second;
        if (!TryParseAs(Next(ref line), out originAs))
            originAs = 0;
        return null;
    }

    /// <summary>Takes the next field and the space after it off the line; empty at its end.</summary>
    public static ReadOnlySpan<byte> Next(scoped ref ReadOnlySpan<byte> line)
    {
        var end = line.IndexOfAny((byte)' ', (byte)'\t');
        if (end < 0)
            end = line.Length;
        var field = line[..end];
        line = line[end..].TrimStart(" \t"u8);
        return field;
    }

    private static string? ParsePfx2As(
        ReadOnlySpan<byte> text, int length, ReadOnlySpan<byte> origin, out Prefix prefix, out uint originAs)
    {
        prefix = default;
        if (!TryParseAs(origin, out originAs))
            return "the third field of pfx2as is not an AS number";
        if (!AddressText.TryParse(text, out var family, out var address))
            return "the first field of pfx2as is not an address";
        if (length > family.Bits())
            return $"a prefix length of {length} in an IPv{(int)family} line";
        prefix = new Prefix(family, address, length);
        return null;
    }

    private static bool IsAbsent(ReadOnlySpan<byte> field) => field.IsEmpty || field[0] == (byte)'#';

    /// <summary>Reads 64500, AS64500, and the first of {1,2}, 1,2 or 1_2.</summary>
    private static bool TryParseAs(ReadOnlySpan<byte> field, out uint number)
    {
        number = 0;
        if (field.StartsWith("AS"u8) || field.StartsWith("as"u8))
            field = field[2..];
        else if (field.StartsWith("{"u8))
            field = field[1..];
        var digits = field.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits < 0)
            digits = field.Length;
        if (digits is 0 or > 10 || (digits < field.Length && !field[digits..].ContainsOnlySet()))
            return false;
        ulong value = 0;
        foreach (var digit in field[..digits])
            value = value * 10 + (uint)(digit - '0');
        number = (uint)value;
        return value <= uint.MaxValue;
    }

    /// <summary>Whether what follows the first AS is more ASes and the marks between them.</summary>
    private static bool ContainsOnlySet(this ReadOnlySpan<byte> rest) =>
        rest[0] is (byte)',' or (byte)'_' or (byte)'}' && rest.IndexOfAnyExcept(SetBytes) < 0;
}
