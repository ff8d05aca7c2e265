// SPDX-License-Identifier: MIT
using SharpCompress.Compressors.Xz;

namespace Sim.Workloads.Input;

/// <summary>
/// xz: any number of streams with padding between them (the .xz file format 1.2, 2.1). The library reads one stream
/// and verifies its checks; what follows it is looked at here.
/// </summary>
internal sealed class XzDecoder(ByteFeed feed) : Decoder
{
    // Of the piece in which the library fails nothing can be told good from bad: it is asked for little at a time.
    private const int Piece = 512;

    private XZStream? _stream;
    private ContainerDamageException? _damage;

    public override long CompressedPosition => feed.Consumed;

    public override int Read(Span<byte> buffer)
    {
        while (_damage is null)
        {
            if (_stream is null && !OpenStream())
                return 0;
            var total = ReadStream(buffer);
            if (total > 0)
                return total;
            if (_damage is null)
                CloseStream();
        }

        throw _damage;
    }

    protected override void Dispose(bool disposing)
    {
        CloseStream();
        base.Dispose(disposing);
    }

    private int ReadStream(Span<byte> buffer)
    {
        var total = 0;
        try
        {
            while (total < buffer.Length)
            {
                var read = _stream!.Read(buffer.Slice(total, Math.Min(Piece, buffer.Length - total)));
                // At the end of a file that is cut off its range decoder goes on, with made-up bytes.
                if (feed.RanOut)
                    throw new EndOfStreamException();
                if (read == 0)
                    break;
                total += read;
            }
        }
        catch (Exception error) when (IsDecoderFailure(error))
        {
            // Some of its parts read in one call what is there, and complain of too little themselves.
            var cutOff = feed.RanOut || !feed.Fill(1);
            var what = cutOff ? "the xz stream is cut off" : $"the xz stream is corrupt ({error.Message})";
            _damage = new ContainerDamageException(ContainerFormat.Xz, feed.Consumed, what, error);
        }

        return total;
    }

    // A decoder written for sound input meets corrupt input with whatever its arithmetic runs into.
    private static bool IsDecoderFailure(Exception error) =>
        error is SharpCompress.Common.SharpCompressException or InvalidDataException or EndOfStreamException
            or IndexOutOfRangeException or ArgumentException or OverflowException or NotSupportedException
            or InvalidOperationException or NullReferenceException or DivideByZeroException or NotImplementedException
            or OutOfMemoryException;

    private bool OpenStream()
    {
        var first = feed.Consumed == 0;
        while (!first && feed.Fill(4) && feed.Buffered[..4].IndexOfAnyExcept((byte)0) < 0)
            feed.Consume(4);
        if (!feed.Fill(1))
            return false;
        feed.Fill(ContainerMagic.Length);
        if (ContainerMagic.Recognise(feed.Buffered) != ContainerFormat.Xz)
            throw new ContainerDamageException(ContainerFormat.Xz, feed.Consumed, "garbage after the end");
        _stream = new XZStream(feed);
        return true;
    }

    private void CloseStream()
    {
        _stream?.Dispose();
        _stream = null;
    }
}
