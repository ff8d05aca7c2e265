// SPDX-License-Identifier: MIT
using System.IO.Compression;

namespace Sim.Workloads.Tables;

/// <summary>Stores a set of prefixes in few bytes. The prefixes are sorted by (address, length). Each prefix is stored as its length and
/// its distance from the previous prefix, and the result is compressed with Brotli. In a real table an IPv4 prefix takes 3.5 bits, and an
/// IPv6 prefix takes 4.6 bits. The header's numbers are big-endian.
/// <code>
///   file    "SIMT" | version 2 | family 4 or 6 | number of prefixes, u32 | coded bytes, u32 | Brotli of the prefixes
///   prefix  length, 1 byte | gap, little-endian base 128 (the high bit says that another byte follows)
///   gap     in prefixes of this length, from the first one that does not begin before the last address
/// </code></summary>
public static class EmbeddedTableCodec
{
    private const uint Magic = 0x53494D54;
    private const byte Version = 2;
    private const int HeaderLength = 14;

    /// <summary>The maximum number of prefixes that <see cref="Decode"/> accepts. This limit bounds the memory that a damaged header can
    /// ask for.</summary>
    public const int MaxPrefixes = 1 << 24;

    /// <summary>Encodes prefixes of one family. The order and the repetitions of the prefixes are not kept.</summary>
    /// <exception cref="ArgumentException">Thrown if a prefix is not of the given family.</exception>
    public static byte[] Encode(Family family, IEnumerable<Prefix> prefixes)
    {
        var sorted = prefixes.Distinct().Order().ToArray();
        if (Array.Exists(sorted, prefix => prefix.Family != family))
            throw new ArgumentException($"a prefix is not IPv{(int)family}", nameof(prefixes));
        using var content = new MemoryStream();
        content.Position = HeaderLength;
        using (var coded = new BufferedStream(new BrotliStream(content, CompressionLevel.SmallestSize, leaveOpen: true)))
        {
            var last = UInt128.Zero;
            foreach (var prefix in sorted)
            {
                coded.WriteByte(prefix.Length);
                WriteNumber(coded, Index(prefix.Address, prefix.Length) - Index(last, prefix.Length));
                last = prefix.Address;
            }
        }

        var file = content.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(file, Magic);
        (file[4], file[5]) = (Version, (byte)family);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(6), sorted.Length);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(10), file.Length - HeaderLength);
        return file;
    }

    /// <summary>Returns the prefixes of a coded table, sorted by (address, length), and their family.</summary>
    /// <exception cref="InvalidDataException">Thrown if the bytes are not a coded table, or they are damaged.</exception>
    public static Prefix[] Decode(byte[] file, out Family family)
    {
        if (file.Length < HeaderLength || BinaryPrimitives.ReadUInt32BigEndian(file) != Magic || file[4] != Version)
            throw new InvalidDataException($"not a coded table of version {Version}");
        family = (Family)file[5];
        var count = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(6));
        if (family is not (Family.IPv4 or Family.IPv6) || count > MaxPrefixes
            || BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(10)) != (uint)(file.Length - HeaderLength))
        {
            throw new InvalidDataException("the header of the coded table is damaged, or the table is cut off");
        }

        var content = new MemoryStream(file, HeaderLength, file.Length - HeaderLength);
        using var coded = new BufferedStream(new BrotliStream(content, CompressionMode.Decompress), 1 << 16);
        try
        {
            var prefixes = ReadPrefixes(coded, family, (int)count);
            return coded.ReadByte() < 0 ? prefixes : throw new InvalidDataException($"it does not end after {count} prefixes");
        }
        // BrotliStream calls damage an invalid operation.
        catch (Exception error) when (error is InvalidDataException or InvalidOperationException)
        {
            throw new InvalidDataException($"the coded table is damaged: {error.Message}", error);
        }
    }

    private static Prefix[] ReadPrefixes(Stream coded, Family family, int count)
    {
        // A damaged header may ask for more than the file holds, so the array grows with the prefixes found.
        var prefixes = new Prefix[Math.Min(count, 1 << 16)];
        var last = UInt128.Zero;
        for (var found = 0; found < count; found++)
        {
            if (found == prefixes.Length)
                Array.Resize(ref prefixes, Math.Min(count, found * 2));
            var length = ReadByte(coded);
            if (length > family.Bits())
                throw new InvalidDataException($"a prefix length of {length}");
            var index = Index(last, length) + ReadNumber(coded);
            last = length == 0 ? 0 : index << (128 - length);
            prefixes[found] = new Prefix(family, last, length);
        }

        return prefixes;
    }

    /// <summary>Returns the number of the first prefix that has the given length and does not begin before the given address.</summary>
    private static UInt128 Index(UInt128 address, int length)
    {
        if (length == 0)
            return 0;
        var size = UInt128.One << (128 - length);
        return (address >> (128 - length)) + ((address & (size - 1)) == 0 ? UInt128.Zero : UInt128.One);
    }

    private static void WriteNumber(Stream stream, UInt128 number)
    {
        for (; number >= 128; number >>= 7)
            stream.WriteByte((byte)(number | 128));
        stream.WriteByte((byte)number);
    }

    private static UInt128 ReadNumber(Stream stream)
    {
        var number = UInt128.Zero;
        for (var shift = 0; ; shift += 7)
        {
            var next = ReadByte(stream);
            number |= (UInt128)(next & 127) << shift;
            if (next < 128)
                return number;
            if (shift > 126)
                throw new InvalidDataException("a gap of more than 128 bits");
        }
    }

    private static int ReadByte(Stream stream)
    {
        var next = stream.ReadByte();
        return next >= 0 ? next : throw new InvalidDataException("it is cut off");
    }
}
