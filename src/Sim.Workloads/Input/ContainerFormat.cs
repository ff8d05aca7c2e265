// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>How the bytes of an input are wrapped.</summary>
public enum ContainerFormat
{
    Plain,
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

internal static class ContainerMagic
{
    /// <summary>Bytes that <see cref="Recognise"/> wants to see.</summary>
    public const int Length = 6;

    /// <summary>
    /// The container by its first bytes: gzip RFC 1952, bzip2 <c>BZh1</c> to <c>BZh9</c>, xz file format 1.2, zstd
    /// RFC 8878 (a frame or a skippable frame). Anything else is plain, also a file too short to tell.
    /// </summary>
    public static ContainerFormat Recognise(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            return ContainerFormat.Gzip;
        if (head.StartsWith("BZh"u8) && head.Length > 3 && head[3] is >= (byte)'1' and <= (byte)'9')
            return ContainerFormat.Bzip2;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]))
            return ContainerFormat.Xz;
        return IsZstd(head) ? ContainerFormat.Zstd : ContainerFormat.Plain;
    }

    public static bool IsZstd(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])
        || (head.Length >= 4 && (head[0] & 0xF0) == 0x50 && head[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2A, 0x4D, 0x18]));
}
