// SPDX-License-Identifier: MIT
using System.Text.Unicode;

namespace Sim.Workloads.Tables;

/// <summary>Writes tables as text. <see cref="PrefixListReader"/> reads an equal table from this text.</summary>
public static class PrefixListWriter
{
    private const int LongestLine = 256, LongestAddress = 64;

    /// <summary>Writes one <c>PREFIX NEXTHOP AS</c> per line. An unknown AS is left out. Next hops are left out if the table has no next
    /// hops. A character that cannot be in the name of a next hop becomes an underscore.</summary>
    public static void WriteText(RouteTable table, Stream stream)
    {
        var names = table.NextHops.Select(Word).ToArray();
        var hasNextHops = names.Any(name => name is not [(byte)'-']);
        Span<byte> line = stackalloc byte[LongestLine], text = stackalloc byte[LongestAddress];
        foreach (var (prefix, nextHop, origin) in table.Routes)
        {
            var address = Address(prefix, text);
            var hop = hasNextHops ? names[nextHop] : "-"u8;
            int length;
            if (origin != 0)
                Utf8.TryWrite(line, $"{address}/{prefix.Length} {hop} {origin}\n", out length);
            else if (hasNextHops)
                Utf8.TryWrite(line, $"{address}/{prefix.Length} {hop}\n", out length);
            else
                Utf8.TryWrite(line, $"{address}/{prefix.Length}\n", out length);
            stream.Write(line[..length]);
        }
    }

    /// <summary>Writes CAIDA pfx2as: address, length and origin AS, separated by tabs, without next hops.</summary>
    public static void WritePfx2As(RouteTable table, Stream stream)
    {
        Span<byte> line = stackalloc byte[LongestLine], text = stackalloc byte[LongestAddress];
        foreach (var (prefix, _, origin) in table.Routes)
        {
            Utf8.TryWrite(line, $"{Address(prefix, text)}\t{prefix.Length}\t{origin}\n", out var length);
            stream.Write(line[..length]);
        }
    }

    private static ReadOnlySpan<byte> Address(Prefix prefix, Span<byte> text)
    {
        int length;
        if (prefix.Family == Family.IPv6)
            Utf8.TryWrite(text, $"{AddressText.Format(Family.IPv6, prefix.Address)}", out length);
        else
            Utf8.TryWrite(text, $"{prefix.V4 >> 24}.{prefix.V4 >> 16 & 255}.{prefix.V4 >> 8 & 255}.{prefix.V4 & 255}", out length);
        return text[..length];
    }

    /// <summary>Returns a name that can be read back as a next hop. Underscores replace characters that such a name cannot
    /// contain.</summary>
    private static byte[] Word(string name)
    {
        var word = Encoding.UTF8.GetBytes(name);
        if (word is [] or [(byte)'-'])
            return "-"u8.ToArray();
        if (ListWords.IsName(word) || ListWords.TryParseAddress(word, out _, out _))
            return word;
        word = Encoding.ASCII.GetBytes(string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || "_-.@+=/".Contains(c, StringComparison.Ordinal) ? c : '_')));
        return ListWords.IsName(word) ? word : [(byte)'_', .. word[..Math.Min(word.Length, PrefixListReader.MaxNextHop - 1)]];
    }
}
