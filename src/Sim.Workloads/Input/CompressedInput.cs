// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>
/// A file read forward, whatever it is wrapped in: plain, gzip (any number of members), bzip2 (any number of
/// streams, decoded on every core), xz and zstd, recognised by content and never by name.
/// </summary>
/// <remarks>
/// Damage to the container (cut off, a check that does not match, something after the end) is thrown as
/// <see cref="ContainerDamageException"/>, after all sound content before it has been delivered. A caller that wants to
/// keep what it got catches that exception and goes on with what it has. A container that is sound but not supported is
/// an <see cref="UnsupportedContainerException"/>; after content has been delivered, it is damage that says so.
/// </remarks>
#pragma warning disable CA1710 // It is the input that callers name; that it is a stream is how they read it.
public sealed class CompressedInput : ForwardStream
#pragma warning restore CA1710
{
    private readonly Stream _source;
    private readonly Decoder _decoder;
    private readonly bool _leaveOpen;
    private readonly long _length;
    private long _position;

    private CompressedInput(Stream source, string name, int workers, bool leaveOpen)
    {
        (_source, Name, _leaveOpen) = (source, name, leaveOpen);
        _length = source.CanSeek ? source.Length - source.Position : -1;
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
            _ => new PlainDecoder(feed, source),
        };
    }

    /// <summary>The file as it was named, for messages.</summary>
    public string Name { get; }

    public ContainerFormat Format { get; }

    /// <summary>Bytes of the file used so far: with <see cref="CompressedLength"/>, the progress.</summary>
    public long CompressedPosition => _decoder.CompressedPosition;

    /// <summary>Bytes of the file, or -1 where the source cannot say (a pipe).</summary>
    public long CompressedLength => _length;

    /// <summary>The damage met so far, or null.</summary>
    public ContainerDamageException? Damage { get; private set; }

    /// <summary>Bytes of content delivered.</summary>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="workers">Cores that decode bzip2 blocks; 0 means all.</param>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    /// <exception cref="UnsupportedContainerException">It is a container that only other programs read.</exception>
    public static CompressedInput Open(string path, int workers = 0)
    {
        // No buffer in the FileStream: every reader above has a large one of its own.
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        try
        {
            return new CompressedInput(file, path, workers, leaveOpen: false);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a stream from where it stands.</summary>
    /// <param name="source">The compressed or plain bytes; need not be seekable.</param>
    /// <param name="name">How messages call it.</param>
    /// <param name="workers">Cores that decode bzip2 blocks; 0 means all.</param>
    /// <param name="leaveOpen">Whether the source stays open when this is disposed of.</param>
    /// <exception cref="UnsupportedContainerException">It is a container that only other programs read.</exception>
    public static CompressedInput Open(Stream source, string name, int workers = 0, bool leaveOpen = false) =>
        new(source, name, workers, leaveOpen);

    /// <inheritdoc/>
    /// <exception cref="ContainerDamageException">The container is damaged here. All sound content before was delivered.</exception>
    /// <exception cref="UnsupportedContainerException">Its beginning uses a feature that no decoder here reads.</exception>
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

    /// <summary>Refuses content that is itself a container, such as a compressed tar archive.</summary>
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
            if (!_leaveOpen)
                _source.Dispose();
        }

        base.Dispose(disposing);
    }
}
