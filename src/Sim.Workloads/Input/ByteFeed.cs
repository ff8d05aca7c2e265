// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>A forward reader with look-ahead that counts the bytes consumed. A feed reads compressed input, or content whose first bytes
/// are examined. The feed is also a <see cref="Stream"/>, for libraries that need a stream.</summary>
public sealed class ByteFeed(Stream source) : ForwardStream
{
    private const int TailBytes = 12;

    private byte[] _buffer = new byte[64 << 10];
    private int _start, _end;
    private bool _sourceEnded;
    private readonly byte[] _tail = new byte[TailBytes];
    private int _tailLength;

    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, _end - _start);
    public long Consumed { get; private set; }

    /// <summary>Whether a read has asked for more bytes than the file holds. A decoder's failure after such a read means that the file was
    /// cut off.</summary>
    public bool RanOut { get; private set; }

    /// <summary>The last bytes read from the source, at most 12. Once the source has ended, they are the last bytes of the file.</summary>
    public ReadOnlySpan<byte> Tail => _tail.AsSpan(TailBytes - _tailLength);

    public override long Position { get => Consumed; set => throw new NotSupportedException(); }

    /// <summary>Reads ahead until <paramref name="count"/> bytes are buffered. Returns false if the file has fewer bytes left.</summary>
    public bool Fill(int count)
    {
        while (_end - _start < count && !_sourceEnded)
        {
            MakeRoom(count);
            var read = source.Read(_buffer, _end, _buffer.Length - _end);
            KeepTail(_buffer.AsSpan(_end, read));
            _end += read;
            _sourceEnded = read == 0;
        }

        return _end - _start >= count;
    }

    public void Consume(int count)
    {
        _start += count;
        Consumed += count;
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        if (!Fill(1))
        {
            RanOut = true;
            return 0;
        }

        var count = Math.Min(buffer.Length, _end - _start);
        Buffered[..count].CopyTo(buffer);
        Consume(count);
        return count;
    }

    private void KeepTail(ReadOnlySpan<byte> read)
    {
        read = read[Math.Max(read.Length - TailBytes, 0)..];
        _tail.AsSpan(read.Length).CopyTo(_tail);
        read.CopyTo(_tail.AsSpan(TailBytes - read.Length));
        _tailLength = Math.Min(_tailLength + read.Length, TailBytes);
    }

    private void MakeRoom(int count)
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }

        if (_buffer.Length < count)
            Array.Resize(ref _buffer, Math.Max(count, _buffer.Length * 2));
    }
}

/// <summary>A read-only stream that is read forward only. Derived classes implement <see cref="Read(Span{byte})"/>.</summary>
public abstract class ForwardStream : Stream
{
    public sealed override bool CanRead => true;
    public sealed override bool CanSeek => false;
    public sealed override bool CanWrite => false;
    public sealed override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public abstract override int Read(Span<byte> buffer);
    public sealed override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public sealed override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    public sealed override void Flush() { }
    public sealed override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public sealed override void SetLength(long value) => throw new NotSupportedException();
    public sealed override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
