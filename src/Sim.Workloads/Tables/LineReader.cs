// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>
/// Cuts a stream into lines without making strings: each line is a span into one buffer. A line longer than
/// <see cref="MaxLine"/> comes out as its first bytes, so memory is bounded by the buffer whatever the input.
/// </summary>
internal sealed class LineReader(Stream stream)
{
    /// <summary>Longest line taken, in bytes without its end.</summary>
    public const int MaxLine = 4096;

    private readonly byte[] _buffer = new byte[1 << 16];
    private readonly byte[] _longHead = new byte[MaxLine];
    private int _start;
    private int _end;
    private long _bufferOffset;
    private bool _ended;

    /// <summary>Number of the line last read, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Bytes from the start of the stream to the line last read.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether the line last read was longer than <see cref="MaxLine"/>; its first bytes come out.</summary>
    public bool TooLong { get; private set; }

    /// <summary>Bytes from the start of the stream to the first NUL byte of the line last read; -1 if it has none.</summary>
    public long NulOffset { get; private set; }

    /// <summary>Reads the next line, without its line feed and carriage return. It is valid until the next call.</summary>
    /// <returns>False at the end of the stream.</returns>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        TooLong = false;
        line = default;
        var length = FindLineEnd();
        if (length < 0)
            return false;
        Number++;
        Offset = _bufferOffset + _start;
        NulOffset = -1;
        if (length > MaxLine)
        {
            _buffer.AsSpan(_start, MaxLine).CopyTo(_longHead);
            line = _longHead;
            SkipLongLine();
            return true;
        }

        line = _buffer.AsSpan(_start, length);
        FindNul(line);
        _start = Math.Min(_start + length + 1, _end);
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        return true;
    }

    /// <summary>Returns whether a line has begun that <see cref="TryRead"/> has not returned, as when the stream throws.</summary>
    /// <param name="begun">Its first bytes.</param>
    public bool IsUnfinished(out ReadOnlySpan<byte> begun)
    {
        begun = TooLong ? _longHead : _buffer.AsSpan(_start, Math.Min(_end - _start, MaxLine));
        return begun.Length > 0;
    }

    /// <summary>
    /// Bytes of the line at <see cref="_start"/>, filling the buffer as needed: -1 at the end of the stream, more
    /// than <see cref="MaxLine"/> where no line feed is near.
    /// </summary>
    private int FindLineEnd()
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
                return length;
            var held = _end - _start;
            if (held > MaxLine)
                return held;
            if (_ended)
                return held > 0 ? held : -1;
            Fill();
        }
    }

    private void SkipLongLine()
    {
        TooLong = true;
        while (true)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            var feed = rest.IndexOf((byte)'\n');
            FindNul(feed < 0 ? rest : rest[..feed]);
            _start = feed < 0 ? _end : _start + feed + 1;
            if (feed >= 0 || _ended)
                return;
            Fill();
        }
    }

    /// <summary>Notes the first NUL byte of a piece of the line that begins at <see cref="_start"/>.</summary>
    private void FindNul(ReadOnlySpan<byte> piece)
    {
        var at = NulOffset >= 0 ? -1 : piece.IndexOf((byte)0);
        if (at >= 0)
            NulOffset = _bufferOffset + _start + at;
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _bufferOffset += _start;
        _end -= _start;
        _start = 0;
        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _ended = read == 0;
        _end += read;
    }
}
