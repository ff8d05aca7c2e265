// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>A container is cut off, corrupt, or followed by something else. <see cref="CompressedInput.Read(Span{byte})"/> throws this
/// exception once all sound content before the damage has been delivered, and again on every later call.</summary>
/// <remarks>Content is sound if a check of the container has confirmed it. Checks confirm whole bzip2 blocks, xz blocks, gzip members and
/// zstd frames. If a file is cut off, everything before the cut is sound too. Most gzip files have one member with one check at its end. If
/// gzip content waited for this check, one wrong bit would lose the whole file. Therefore gzip members are delivered as they are decoded.
/// Xz blocks and zstd frames with more than 32 MiB of content are also delivered as they are decoded. If content delivered in this way
/// becomes corrupt, the last 1,024 (gzip) or 4,096 (xz) bytes before the corrupt data are dropped. <see cref="Unconfirmed"/> and the
/// message say how many delivered bytes are unconfirmed.</remarks>
public sealed class ContainerDamageException : IOException
{
    internal ContainerDamageException(ContainerFormat format, long compressedOffset, string what, Exception? inner = null)
        : base($"{format.ToString().ToLowerInvariant()} container damaged at byte {compressedOffset}: {what}", inner) =>
        (Format, CompressedOffset, What) = (format, compressedOffset, what);

    public ContainerFormat Format { get; }
    public long CompressedOffset { get; }
    public string What { get; }

    /// <summary>The number of bytes at the end of the delivered content that no check confirms because of this damage; 0 if the file is cut
    /// off.</summary>
    public long Unconfirmed { get; private init; }

    /// <summary>Whether the only damage is that the file ends too early, so that all decoded content is sound.</summary>
    internal bool IsCutOff { get; init; }

    /// <summary>Returns the same damage with a longer message, which says how much unconfirmed content was delivered.</summary>
    internal ContainerDamageException AfterContent(long bytes) => bytes == 0
        ? this
        : new(Format, CompressedOffset, $"{What}; the last {bytes:N0} bytes of content before it are used, and no check confirms them", InnerException)
        { Unconfirmed = bytes };

    /// <summary>Returns the same damage with a longer message, which says how much content is left out because of the damage.</summary>
    internal ContainerDamageException WithoutContent(long bytes) =>
        new(Format, CompressedOffset, $"{What}; {bytes:N0} bytes of content that no check confirms are left out", this);
}

/// <summary>A container is sound as far as it was read, but needs something unsupported: a filter, a large window, a dictionary, another
/// program. The message names the unsupported part, and a command that reads the file.</summary>
public sealed class UnsupportedContainerException : IOException
{
    internal UnsupportedContainerException(string what, string? command, long compressedOffset = 0)
        : base(command is null ? what : $"{what}; {command} reads it") =>
        (What, Command, CompressedOffset) = (what, command, compressedOffset);

    /// <summary>A clause that names the unsupported format or feature, such as <c>the xz filter delta is not supported</c>.</summary>
    public string What { get; }

    /// <summary>A command that writes the content to standard output, with FILE in place of the file's name; null if no such command is
    /// known.</summary>
    public string? Command { get; }

    /// <summary>The number of bytes from the start of the compressed file to the unsupported part.</summary>
    public long CompressedOffset { get; }
}
