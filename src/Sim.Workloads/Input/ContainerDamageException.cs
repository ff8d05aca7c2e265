// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>
/// A container is cut off, corrupt, or followed by something else. <see cref="CompressedInput.Read(Span{byte})"/>
/// throws it once every byte before the damage has been delivered, and again on every later call. What counts as
/// before depends on the format: bzip2 delivers whole blocks whose CRC matches, zstd whole blocks, gzip all but the
/// last 1,024 and xz all but the last 512 bytes before corrupt data.
/// </summary>
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
}
