// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>The containers that are read.</summary>
public enum ContainerFormat { Plain, Gzip, Bzip2, Xz, Zstd }

/// <summary>Containers by their first bytes.</summary>
internal static class ContainerMagic
{
    /// <summary>Bytes that <see cref="Recognise"/> and <see cref="ForeignContainer"/> want to see: a tar header.</summary>
    public const int Length = 512;

    private static ReadOnlySpan<byte> Gzip => [0x1F, 0x8B];
    private static ReadOnlySpan<byte> Xz => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];
    private static ReadOnlySpan<byte> Zstd => [0x28, 0xB5, 0x2F, 0xFD];
    private static ReadOnlySpan<byte> Bzip2Block => [0x31, 0x41, 0x59, 0x26, 0x53, 0x59];

    /// <summary>Recognises a container by its first bytes: gzip RFC 1952, bzip2 <c>BZh1</c> to <c>BZh9</c>, xz file
    /// format 1.2, zstd RFC 8878 (a frame or a skippable frame). Anything else is plain.</summary>
    public static ContainerFormat Recognise(ReadOnlySpan<byte> head) =>
        head.StartsWith(Gzip) ? ContainerFormat.Gzip
        : head.StartsWith(Xz) ? ContainerFormat.Xz
        : IsMrt(head) ? ContainerFormat.Plain
        : head.StartsWith("BZh"u8) && head.Length > 3 && (head[3] is >= (byte)'1' and <= (byte)'9' || head[4..].StartsWith(Bzip2Block)) ? ContainerFormat.Bzip2
        : IsZstd(head) ? ContainerFormat.Zstd
        : ContainerFormat.Plain;

    /// <summary>Returns the container with whose magic's beginning the whole file ends; plain if there is none.</summary>
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

    /// <summary>Returns whether this is the header of an MRT record that RFC 6396 (4) or RFC 8050 assigns. Its time may
    /// spell a magic: <c>BZh1</c> to <c>BZh9</c> are seconds of 2005-04-11, <c>PK 03 04</c> one of 2012-09-08.</summary>
    public static bool IsMrt(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && head[4] == 0 && head[5] is 11 or 12 or 13 or 16 or 17 or 32 or 33 or 48 or 49 && head[6] == 0 && head[7] <= 12 && head[8] == 0;
}

/// <summary>Containers that other programs read.</summary>
internal static class ForeignContainer
{
    private const int TarMagicAt = 257;

    /// <summary>Recognises a foreign container by its first bytes, up to <see cref="ContainerMagic.Length"/>. Returns
    /// its name and the command that writes its content, or null.</summary>
    public static (string What, string? Command)? Find(ReadOnlySpan<byte> head)
    {
        if (ContainerMagic.IsMrt(head) || head.Length < 4)
            return null;
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8) || head.StartsWith("PK\x07\x08"u8))
            return ("a zip archive", "unzip -p FILE");
        if (head.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C]))
            return ("a 7z archive", "7z x -so FILE");
        if (head.StartsWith("Rar!\x1A\x07"u8))
            return ("a rar archive", "unrar p -inul FILE");
        if (head.Length > TarMagicAt + 5 && head[TarMagicAt..].StartsWith("ustar"u8) && head[TarMagicAt + 5] is 0 or (byte)' ')
            return ("a tar archive", "tar -xOf FILE");
        if (head.StartsWith((ReadOnlySpan<byte>)[0x04, 0x22, 0x4D, 0x18]) || head.StartsWith((ReadOnlySpan<byte>)[0x02, 0x21, 0x4C, 0x18]))
            return ("an lz4 file", "lz4 -dc FILE");
        if (head.StartsWith("LZIP"u8) && head.Length > 4 && head[4] <= 1)
            return ("an lzip file", "lzip -dc FILE");
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'L', (byte)'Z', (byte)'O', 0]))
            return ("an lzop file", "lzop -dc FILE");
        if (IsLzma(head))
            return ("an lzma file", "xz --format=lzma -dc FILE");
        if (head[0] == 0x1F && head[1] is 0x9D or 0xA0 or 0x1E)
            return (head[1] switch { 0x9D => "a file of compress (.Z)", 0x1E => "a file of pack (.z)", _ => "an lzh file" }, "gzip -dc FILE");
        if (head.StartsWith("BZ0"u8) && head[3] is >= (byte)'1' and <= (byte)'9')
            return ("a file of bzip 1", "bzip -dc FILE");
        if (head[0] is >= 0x22 and <= 0x27 or 0x1E && head[1..4].SequenceEqual((ReadOnlySpan<byte>)[0xB5, 0x2F, 0xFD]))
            return ("a zstd file of a version before 1.0", "zstd -dc FILE");
        return null;
    }

    /// <summary>The header of <c>lzma</c>: properties (1), dictionary (4), content size (8), which it leaves open as -1.</summary>
    private static bool IsLzma(ReadOnlySpan<byte> head) =>
        head.Length >= 13 && head[0] == 0x5D && head[1] == 0 && !head[5..13].ContainsAnyExcept((byte)0xFF);
}
