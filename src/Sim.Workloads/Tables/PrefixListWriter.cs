// SPDX-License-Identifier: MIT
using System.Buffers.Text;
using System.Text;

namespace Sim.Workloads.Tables;

/// <summary>Writes tables as text that <see cref="PrefixListReader"/> reads back equal.</summary>
public static class PrefixListWriter
{
    private const int LongestLine = 256;

    /// <summary>Writes <c>PREFIX NEXTHOP AS</c>, one a line; next hop and AS only if the table states any. A character
    /// that cannot be in the name of a next hop becomes an underscore.</summary>
    public static void WriteText(RouteTable table, Stream stream)
    {
        var names = table.NextHops.Select(Word).ToArray();
        var hasNextHops = names.Any(name => name is not [(byte)'-']);
        using var lines = new Lines(stream);
        foreach (var route in table.Routes)
        {
            lines.Begin(route.Prefix, '/');
            if (hasNextHops || route.OriginAs != 0)
            {
                lines.Byte(' ');
                lines.Bytes(hasNextHops ? names[route.NextHop] : "-"u8);
            }

            if (route.OriginAs != 0)
            {
                lines.Byte(' ');
                lines.Number(route.OriginAs);
            }

            lines.Byte('\n');
        }
    }

    /// <summary>Writes CAIDA pfx2as: address, length and origin AS, separated by tabs, without next hops.</summary>
    public static void WritePfx2As(RouteTable table, Stream stream)
    {
        using var lines = new Lines(stream);
        foreach (var route in table.Routes)
        {
            lines.Begin(route.Prefix, '\t');
            lines.Byte('\t');
            lines.Number(route.OriginAs);
            lines.Byte('\n');
        }
    }

    /// <summary>Returns a name that is read back as a next hop, with underscores for characters that it cannot hold.</summary>
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

    /// <summary>A buffer that always has room for the line that <see cref="Begin"/> begins.</summary>
    private sealed class Lines(Stream stream) : IDisposable
    {
        private readonly byte[] _buffer = new byte[1 << 16];
        private int _used;

        /// <summary>Begins a line with a prefix's address and length.</summary>
        public void Begin(Prefix prefix, char separator)
        {
            if (_used > _buffer.Length - LongestLine)
                Dispose();
            Address(prefix);
            Byte(separator);
            Number(prefix.Length);
        }

        public void Byte(char ascii) => _buffer[_used++] = (byte)ascii;

        public void Bytes(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_buffer.AsSpan(_used));
            _used += bytes.Length;
        }

        public void Number(uint value)
        {
            Utf8Formatter.TryFormat(value, _buffer.AsSpan(_used), out var written);
            _used += written;
        }

        private void Address(Prefix prefix)
        {
            if (prefix.Family == Family.IPv6)
            {
                _used += Encoding.ASCII.GetBytes(AddressText.Format(Family.IPv6, prefix.Address), _buffer.AsSpan(_used));
                return;
            }

            for (var shift = 24; shift >= 0; shift -= 8)
            {
                Number((prefix.V4 >> shift) & 255);
                if (shift > 0)
                    Byte('.');
            }
        }

        /// <summary>Writes out what is held. The stream stays open.</summary>
        public void Dispose()
        {
            stream.Write(_buffer, 0, _used);
            _used = 0;
        }
    }
}
