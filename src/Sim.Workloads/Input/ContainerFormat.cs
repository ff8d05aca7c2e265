// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

public enum ContainerFormat { Plain, Gzip, Bzip2, Xz, Zstd }

/// <summary>Recognises containers by their first bytes.</summary>
internal static class ContainerMagic
{
    /// <summary>The number of bytes that <see cref="Recognise"/> and <see cref="ForeignContainer"/> need: the length of a tar
    /// header.</summary>
    public const int Length = 512;

    private static ReadOnlySpan<byte> Gzip => [0x1F, 0x8B];
    private static ReadOnlySpan<byte> Xz => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];
    private static ReadOnlySpan<byte> Zstd => [0x28, 0xB5, 0x2F, 0xFD];
    private static ReadOnlySpan<byte> Bzip2Block => [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];

    /// <summary>Recognises a container by its first bytes: gzip RFC 1952, bzip2 <c>BZh1</c> to <c>BZh9</c>, xz file format 1.2, zstd RFC
    /// 8878 (a frame or a skippable frame). Any other content is plain.</summary>
    public static ContainerFormat Recognise(ReadOnlySpan<byte> head) =>
        head.StartsWith(Gzip) ? ContainerFormat.Gzip
        : head.StartsWith(Xz) ? ContainerFormat.Xz
        : IsMrt(head) ? ContainerFormat.Plain
        : head.StartsWith("BZh"u8) && head.Length > 3 && (head[3] is >= (byte)'1' and <= (byte)'9' || head[4..].StartsWith(Bzip2Block)) ? ContainerFormat.Bzip2
        : IsZstd(head) ? ContainerFormat.Zstd
        : ContainerFormat.Plain;

    /// <summary>Returns the container format whose magic begins with all bytes of the file; plain if no format matches. A file that matches
    /// is cut off within its magic.</summary>
    public static ContainerFormat CutOff(ReadOnlySpan<byte> file) =>
        file.IsEmpty ? ContainerFormat.Plain
        : Gzip.StartsWith(file) ? ContainerFormat.Gzip
        : "BZh"u8.StartsWith(file) ? ContainerFormat.Bzip2
        : Xz.StartsWith(file) ? ContainerFormat.Xz
        : Zstd.StartsWith(file) ? ContainerFormat.Zstd
        : ContainerFormat.Plain;

    public static bool IsZstd(ReadOnlySpan<byte> head) =>
        head.StartsWith(Zstd)
        || (head.Length >= 4 && (head[0] & 0xF0) == 0x50 && head[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2A, 0x4D, 0x18]));

    /// <summary>Returns whether the bytes are the header of an MRT record whose type RFC 6396 (4) or RFC 8050 assigns. The record's time
    /// may equal a magic: BZh1 to BZh9 are times on 2005-04-11, and PK 03 04 is a time on 2012-09-08.</summary>
    public static bool IsMrt(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && head[4] == 0 && head[5] is 11 or 12 or 13 or 16 or 17 or 32 or 33 or 48 or 49 && head[6] == 0 && head[7] <= 12 && head[8] == 0;
}

/// <summary>Recognises containers that only other programs read.</summary>
internal static class ForeignContainer
{
    private const int TarMagicAt = 257;

    /// <summary>Recognises a foreign container by its first bytes, up to <see cref="ContainerMagic.Length"/>. Returns the container's name
    /// and the command that writes its content; null if the bytes are no foreign container.</summary>
    public static (string What, string? Command)? Find(ReadOnlySpan<byte> head) => ContainerMagic.IsMrt(head) ? null : head switch
    {
        [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] or [(byte)'P', (byte)'K', 7, 8, ..] => ("a zip archive", "unzip -p FILE"),
        [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => ("a 7z archive", "7z x -so FILE"),
        [(byte)'R', (byte)'a', (byte)'r', (byte)'!', 0x1A, 7, ..] => ("a rar archive", "unrar p -inul FILE"),
        _ when head.Length > TarMagicAt + 5 && head[TarMagicAt..].StartsWith("ustar"u8) && head[TarMagicAt + 5] is 0 or (byte)' ' =>
            ("a tar archive", "tar -xOf FILE"),
        [0x04, 0x22, 0x4D, 0x18, ..] or [0x02, 0x21, 0x4C, 0x18, ..] => ("an lz4 file", "lz4 -dc FILE"),
        [(byte)'L', (byte)'Z', (byte)'I', (byte)'P', <= 1, ..] => ("an lzip file", "lzip -dc FILE"),
        [0x89, (byte)'L', (byte)'Z', (byte)'O', 0, ..] => ("an lzop file", "lzop -dc FILE"),
        _ when IsLzma(head) => ("an lzma file", "xz --format=lzma -dc FILE"),
        [0x1F, 0x9D, _, _, ..] => ("a file of compress (.Z)", "gzip -dc FILE"),
        [0x1F, 0x1E, _, _, ..] => ("a file of pack (.z)", "gzip -dc FILE"),
        [0x1F, 0xA0, _, _, ..] => ("an lzh file", "gzip -dc FILE"),
        [(byte)'B', (byte)'Z', (byte)'0', >= (byte)'1' and <= (byte)'9', ..] => ("a file of bzip 1", "bzip -dc FILE"),
        [(>= 0x22 and <= 0x27) or 0x1E, 0xB5, 0x2F, 0xFD, ..] => ("a zstd file of a version before 1.0", "zstd -dc FILE"),
        _ => null,
    };

    /// <summary>Returns whether the bytes are an lzma header: properties (1), dictionary (4), content size (8). If lzma does not know the
    /// size, it writes -1.</summary>
    private static bool IsLzma(ReadOnlySpan<byte> head) =>
        head.Length >= 13 && head[0] == 0x5D && head[1] == 0 && !head[5..13].ContainsAnyExcept((byte)0xFF);
}
