// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>Containers that other programs read.</summary>
internal static class ForeignContainer
{
    private const int TarMagicAt = 257;

    /// <summary>Recognises a foreign container by its first bytes. Returns its name and the command that writes its content, or null.</summary>
    /// <param name="head">Up to <see cref="ContainerMagic.Length"/> bytes.</param>
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
