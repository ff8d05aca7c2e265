// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>Decodes one container format from a <see cref="ByteFeed"/>.</summary>
internal abstract class Decoder : IDisposable
{
    /// <summary>The number of compressed bytes that the delivered content took, for progress.</summary>
    public abstract long CompressedPosition { get; }

    /// <summary>The number of delivered bytes that a check has confirmed. A decoder that checks all content before delivery need not set
    /// this number.</summary>
    public virtual long Verified { get; protected set; }

    /// <summary>Reads content into a non-empty buffer. Returns 0 only at the end of a sound container.</summary>
    /// <exception cref="ContainerDamageException">Thrown if the container is damaged. All content before the damage was
    /// delivered.</exception>
    /// <exception cref="UnsupportedContainerException">Thrown if the container needs an unsupported feature.</exception>
    public abstract int Read(Span<byte> buffer);

    public abstract void Dispose();
}

/// <summary>Reports the damage of a file that ends inside a container's magic.</summary>
internal sealed class CutOffDecoder(ContainerFormat format, int length) : Decoder
{
    public override long CompressedPosition => length;
    public override void Dispose() { }

    public override int Read(Span<byte> buffer) =>
        throw new ContainerDamageException(format, length, "the file is cut off in its first bytes");
}

/// <summary>Delivers the bytes of a file that is not in a container.</summary>
internal sealed class PlainDecoder(ByteFeed feed) : Decoder
{
    public override long CompressedPosition => feed.Consumed;
    public override int Read(Span<byte> buffer) => feed.Read(buffer);
    public override void Dispose() { }
}
