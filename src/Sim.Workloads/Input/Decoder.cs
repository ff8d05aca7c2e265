// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>Decodes one container format from a <see cref="ByteFeed"/>.</summary>
internal abstract class Decoder : IDisposable
{
    /// <summary>Compressed bytes that the delivered content has used, for progress.</summary>
    public abstract long CompressedPosition { get; }

    /// <summary>Bytes of the delivered content that a check has confirmed. A decoder that checks all content before it
    /// delivers it need not set this.</summary>
    public virtual long Verified { get; protected set; }

    /// <summary>Reads content into a non-empty buffer. Returns 0 only at a sound end.</summary>
    /// <exception cref="ContainerDamageException">The container is damaged; all content before that was delivered.</exception>
    /// <exception cref="UnsupportedContainerException">The container needs something unsupported.</exception>
    public abstract int Read(Span<byte> buffer);

    public abstract void Dispose();
}

/// <summary>A file that ends inside a container's magic.</summary>
internal sealed class CutOffDecoder(ContainerFormat format, int length) : Decoder
{
    public override long CompressedPosition => length;
    public override void Dispose() { }

    public override int Read(Span<byte> buffer) =>
        throw new ContainerDamageException(format, length, "the file is cut off in its first bytes");
}

/// <summary>No container: the bytes themselves.</summary>
internal sealed class PlainDecoder(ByteFeed feed, Stream source) : Decoder
{
    private long _direct;

    public override long CompressedPosition => feed.Consumed + _direct;
    public override void Dispose() { }

    public override int Read(Span<byte> buffer)
    {
        // The bytes read ahead to recognise the container come first. Then the source reads into the caller's buffer.
        if (!feed.Buffered.IsEmpty)
            return feed.Read(buffer);
        var read = source.Read(buffer);
        _direct += read;
        return read;
    }
}
