// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Splits a stream into lines without making strings: each line is a span into one buffer. Only the first
/// bytes of a line longer than <see cref="MaxLine"/> are returned, so the buffer bounds the memory.</summary>
public sealed class LineReader(ByteFeed feed)
{
    /// <summary>The longest line in bytes, without its end.</summary>
    public const int MaxLine = 4096;

    private readonly byte[] _longHead = new byte[MaxLine];

    public long Number { get; private set; }

    /// <summary>Bytes from the start of the stream to the line last read.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether the line last read was longer than <see cref="MaxLine"/>.</summary>
    public bool TooLong { get; private set; }

    /// <summary>Bytes from the start of the stream to the first NUL byte of the line last read; -1 if it has none.</summary>
    public long NulOffset { get; private set; }

    /// <summary>Reads the next line, without its line feed and carriage return, and without a byte order mark. It is
    /// valid until the next call. Returns false at the end of the stream.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        TooLong = false;
        line = default;
        var length = FindLineEnd();
        if (length < 0)
            return false;
        Number++;
        (Offset, NulOffset) = (feed.Consumed, -1);
        if (length > MaxLine)
        {
            feed.Buffered[..MaxLine].CopyTo(_longHead);
            line = _longHead;
            SkipLongLine();
        }
        else
        {
            line = feed.Buffered[..length];
            FindNul(line);
            feed.Consume(Math.Min(length + 1, feed.Buffered.Length));
            line = line.EndsWith("\r"u8) ? line[..^1] : line;
        }

        if (Number == 1 && line.StartsWith("\uFEFF"u8))
            line = line[3..];
        return true;
    }

    /// <summary>Returns whether a line has begun that <see cref="TryRead"/> has not returned because the stream threw.
    /// Gives the line's first bytes.</summary>
    public bool IsUnfinished(out ReadOnlySpan<byte> begun)
    {
        begun = TooLong ? _longHead : feed.Buffered[..Math.Min(feed.Buffered.Length, MaxLine)];
        return begun.Length > 0;
    }

    /// <summary>Returns the length of the next line, filling the buffer as needed: -1 at the end of the stream, more
    /// than <see cref="MaxLine"/> if no line feed is near.</summary>
    private int FindLineEnd()
    {
        while (true)
        {
            var length = feed.Buffered.IndexOf((byte)'\n');
            if (length >= 0)
                return length;
            var held = feed.Buffered.Length;
            if (held > MaxLine)
                return held;
            if (!feed.Fill(held + 1))
                return held > 0 ? held : -1;
        }
    }

    private void SkipLongLine()
    {
        TooLong = true;
        while (true)
        {
            var end = feed.Buffered.IndexOf((byte)'\n');
            var rest = end < 0 ? feed.Buffered : feed.Buffered[..end];
            FindNul(rest);
            feed.Consume(rest.Length + (end < 0 ? 0 : 1));
            if (end >= 0 || !feed.Fill(1))
                return;
        }
    }

    /// <summary>Notes the first NUL byte of a piece of the line. The piece begins at the feed's position.</summary>
    private void FindNul(ReadOnlySpan<byte> piece)
    {
        var at = NulOffset >= 0 ? -1 : piece.IndexOf((byte)0);
        if (at >= 0)
            NulOffset = feed.Consumed + at;
    }
}
