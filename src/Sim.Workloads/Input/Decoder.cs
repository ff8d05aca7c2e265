// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>One container format being decoded from a <see cref="ByteFeed"/>.</summary>
internal abstract class Decoder : IDisposable
{
    /// <summary>Compressed bytes that the delivered content has used, for progress.</summary>
    public abstract long CompressedPosition { get; }

    /// <summary>Bytes of the content read that a check has confirmed. Decoders that check everything before they deliver it need not say.</summary>
    public virtual long Verified { get; protected set; }

    /// <summary>Reads content into a non-empty buffer. Returns 0 only at a sound end.</summary>
    /// <exception cref="ContainerDamageException">The container is damaged; all content before that was delivered.</exception>
    /// <exception cref="UnsupportedContainerException">It needs something that is not read here.</exception>
    public abstract int Read(Span<byte> buffer);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>A file that ends inside a container's magic.</summary>
internal sealed class CutOffDecoder(ContainerFormat format, int length) : Decoder
{
    public override long CompressedPosition => length;

    public override int Read(Span<byte> buffer) =>
        throw new ContainerDamageException(format, length, "the file is cut off in its first bytes");
}

/// <summary>No container: the bytes themselves.</summary>
internal sealed class PlainDecoder(ByteFeed feed, Stream source) : Decoder
{
    private long _direct;

    public override long CompressedPosition => feed.Consumed + _direct;

    public override int Read(Span<byte> buffer)
    {
        // What was read ahead to recognise the container comes first; after that, straight into the caller's buffer.
        if (!feed.Buffered.IsEmpty)
            return feed.Read(buffer);
        var read = source.Read(buffer);
        _direct += read;
        return read;
    }
}
