// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

#pragma warning disable CA1710 // Named for what it is to callers, not for its base class.
/// <summary>Reads a file forward and decompresses it: plain, gzip (any number of members), bzip2 (any number of
/// streams, decoded on every core), xz or zstd. The format is recognised by content, never by name.</summary>
/// <remarks>Damage to the container (cut off, a check that does not match, something after the end) throws a
/// <see cref="ContainerDamageException"/>. All sound content before the damage is delivered first. A caller that wants to keep this content
/// catches the exception. A sound container that is not supported throws an <see cref="UnsupportedContainerException"/>. If content was
/// delivered before, the unsupported part counts as damage instead.</remarks>
public sealed class CompressedInput : ForwardStream
#pragma warning restore CA1710
{
    private readonly Stream _source;
    private readonly Decoder _decoder;
    private long _position;

    private CompressedInput(Stream source, int workers)
    {
        _source = source;
        CompressedLength = source.CanSeek ? source.Length - source.Position : -1;
        var feed = new ByteFeed(source);
        var isWhole = !feed.Fill(ContainerMagic.Length);
        if (ForeignContainer.Find(feed.Buffered) is var (what, command))
            throw new UnsupportedContainerException($"{what} is not supported", command);
        Format = isWhole ? ContainerMagic.CutOff(feed.Buffered) : ContainerFormat.Plain;
        if (Format != ContainerFormat.Plain)
        {
            _decoder = new CutOffDecoder(Format, feed.Buffered.Length);
            return;
        }

        Format = ContainerMagic.Recognise(feed.Buffered);
        _decoder = Format switch
        {
            ContainerFormat.Gzip => new GzipDecoder(feed),
            ContainerFormat.Bzip2 => new Bzip2Decoder(feed, workers),
            ContainerFormat.Xz => new VerifiedDecoder(new XzDecoder(feed)),
            ContainerFormat.Zstd => new VerifiedDecoder(new ZstdDecoder(feed)),
            _ => new PlainDecoder(feed),
        };
    }

    public ContainerFormat Format { get; }

    /// <summary>The number of the file's bytes used so far. Progress is this number divided by <see cref="CompressedLength"/>.</summary>
    public long CompressedPosition => _decoder.CompressedPosition;

    /// <summary>The length of the file in bytes; -1 if the length is unknown, as for a pipe.</summary>
    public long CompressedLength { get; }

    public ContainerDamageException? Damage { get; private set; }
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    /// <summary>Reads a stream, compressed or plain, from its current position. Disposing of the input also closes the stream. The stream
    /// need not be seekable. <paramref name="workers"/> is the number of cores that decode bzip2 blocks; 0 means all cores.</summary>
    /// <exception cref="UnsupportedContainerException">Thrown if only other programs can read this container.</exception>
    public static CompressedInput Open(Stream source, int workers = 0) => new(source, workers);

    /// <inheritdoc/>
    /// <exception cref="ContainerDamageException">Thrown if the container is damaged at this point. All sound content before the damage was
    /// delivered.</exception>
    /// <exception cref="UnsupportedContainerException">Thrown if the container's beginning uses an unsupported feature.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (Damage is not null)
            throw Damage;
        if (buffer.IsEmpty)
            return 0;
        try
        {
            var read = _decoder.Read(buffer);
            if (_position == 0 && Format != ContainerFormat.Plain)
                RefuseContainer(buffer[..read]);
            _position += read;
            return read;
        }
        catch (ContainerDamageException damage)
        {
            Damage = damage;
            throw;
        }
        catch (UnsupportedContainerException unsupported) when (_position > 0)
        {
            throw Damage = new ContainerDamageException(Format, unsupported.CompressedOffset, unsupported.What, unsupported);
        }
    }

    /// <summary>Refuses decompressed content that is itself a container, such as a tar archive.</summary>
    private void RefuseContainer(ReadOnlySpan<byte> content)
    {
        var outer = Format.ToString().ToLowerInvariant();
        if (ForeignContainer.Find(content) is var (what, command))
            throw new UnsupportedContainerException($"{what} inside {outer} is not supported", what.EndsWith("tar archive", StringComparison.Ordinal) ? command : null);
        if (ContainerMagic.Recognise(content) is var inner and not ContainerFormat.Plain)
            throw new UnsupportedContainerException($"{inner.ToString().ToLowerInvariant()} inside {outer} is not supported", $"{outer} -dc FILE");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _decoder.Dispose();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }
}
