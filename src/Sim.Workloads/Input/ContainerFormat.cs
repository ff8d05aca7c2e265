// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>The containers that are read.</summary>
public enum ContainerFormat
{
    Plain,
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

/// <summary>Containers by their first bytes.</summary>
internal static class ContainerMagic
{
    /// <summary>Bytes that <see cref="Recognise"/> and <see cref="ForeignContainer"/> want to see: a tar header.</summary>
    public const int Length = 512;

    private static ReadOnlySpan<byte> Gzip => [0x1F, 0x8B];

    private static ReadOnlySpan<byte> Xz => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    private static ReadOnlySpan<byte> Zstd => [0x28, 0xB5, 0x2F, 0xFD];

    private static ReadOnlySpan<byte> Bzip2Block => [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];

    /// <summary>
    /// Recognises a container by its first bytes: gzip RFC 1952, bzip2 <c>BZh1</c> to <c>BZh9</c>, xz file format 1.2, zstd
    /// RFC 8878 (a frame or a skippable frame). Anything else is plain.
    /// </summary>
    public static ContainerFormat Recognise(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith(Gzip))
            return ContainerFormat.Gzip;
        if (head.StartsWith(Xz))
            return ContainerFormat.Xz;
        if (IsMrt(head))
            return ContainerFormat.Plain;
        if (head.StartsWith("BZh"u8) && head.Length > 3 && (IsLevel(head[3]) || head[4..].StartsWith(Bzip2Block)))
            return ContainerFormat.Bzip2;
        return IsZstd(head) ? ContainerFormat.Zstd : ContainerFormat.Plain;
    }

    /// <summary>Returns the container in whose magic a whole file ends; plain if it ends in none or is empty.</summary>
    public static ContainerFormat CutOff(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty)
            return ContainerFormat.Plain;
        if (Gzip.StartsWith(file))
            return ContainerFormat.Gzip;
        if ("BZh"u8.StartsWith(file))
            return ContainerFormat.Bzip2;
        if (Xz.StartsWith(file))
            return ContainerFormat.Xz;
        return Zstd.StartsWith(file) ? ContainerFormat.Zstd : ContainerFormat.Plain;
    }

    public static bool IsZstd(ReadOnlySpan<byte> head) =>
        head.StartsWith(Zstd)
        || (head.Length >= 4 && (head[0] & 0xF0) == 0x50 && head[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2A, 0x4D, 0x18]));

    /// <summary>
    /// Returns whether this is the header of an MRT record that RFC 6396 (4) or RFC 8050 assigns. Its time may spell a magic:
    /// <c>BZh1</c> to <c>BZh9</c> are nine seconds of 2005-04-11, and <c>PK 03 04</c> is one of 2012-09-08.
    /// </summary>
    public static bool IsMrt(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && head[4] == 0 && head[5] is 11 or 12 or 13 or 16 or 17 or 32 or 33 or 48 or 49 && head[6] == 0 && head[7] <= 12 && head[8] == 0;

    private static bool IsLevel(byte value) => value is >= (byte)'1' and <= (byte)'9';
}
