// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>
/// A container is cut off, corrupt, or followed by something else. <see cref="CompressedInput.Read(Span{byte})"/>
/// throws it once all sound content before the damage has been delivered, and again on every later call.
/// </summary>
/// <remarks>
/// Sound is what a check of the container has confirmed: whole bzip2 blocks, xz blocks, gzip members and zstd frames,
/// and all that comes before the place where a file is cut off. Members, xz blocks and frames with more than 32 MiB of
/// content are delivered as they are decoded, up to the last 1,024 (gzip) or 4,096 (xz) bytes before corrupt data.
/// </remarks>
public sealed class ContainerDamageException : IOException
{
    internal ContainerDamageException(ContainerFormat format, long compressedOffset, string what, Exception? inner = null)
        : base($"{format.ToString().ToLowerInvariant()} container damaged at byte {compressedOffset}: {what}", inner)
    {
        Format = format;
        CompressedOffset = compressedOffset;
        What = what;
    }

    public ContainerFormat Format { get; }

    /// <summary>Bytes from the start of the compressed file to where the damage shows.</summary>
    public long CompressedOffset { get; }

    /// <summary>What is wrong, in words.</summary>
    public string What { get; }

    /// <summary>Whether the file ends too early, and nothing else is wrong: all that was decoded is sound.</summary>
    internal bool IsCutOff { get; init; }

    /// <summary>The same damage, with a word on content that is left out because of it.</summary>
    internal ContainerDamageException WithoutContent(long bytes) =>
        new(Format, CompressedOffset, $"{What}; {bytes:N0} bytes of content that no check confirms are left out", this);
}
