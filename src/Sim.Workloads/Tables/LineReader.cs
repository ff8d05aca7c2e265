// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Splits a stream into lines and makes no strings: each line is a span into one buffer. If a line is longer than
/// <see cref="MaxLine"/>, only its first bytes are returned, so the memory is bounded.</summary>
public sealed class LineReader(ByteFeed feed)
{
    /// <summary>The maximum length of a line in bytes, without its line feed.</summary>
    public const int MaxLine = 4096;

    private readonly byte[] _longHead = new byte[MaxLine];

    public long Number { get; private set; }

    /// <summary>Bytes from the start of the stream to the line last read.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether the line last read was longer than <see cref="MaxLine"/>.</summary>
    public bool TooLong { get; private set; }

    /// <summary>Bytes from the start of the stream to the first NUL byte of the line last read; -1 if the line has no NUL byte.</summary>
    public long NulOffset { get; private set; }

    /// <summary>Reads the next line, without its line feed and carriage return, and without a byte order mark. The line is valid until the
    /// next call. Returns false at the end of the stream.</summary>
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

    /// <summary>Returns whether the stream threw within a line, which <see cref="TryRead"/> therefore has not returned. Gives the first
    /// bytes of this line.</summary>
    public bool IsUnfinished(out ReadOnlySpan<byte> begun)
    {
        begun = TooLong ? _longHead : feed.Buffered[..Math.Min(feed.Buffered.Length, MaxLine)];
        return begun.Length > 0;
    }

    /// <summary>Fills the buffer as needed and returns the length of the next line; -1 at the end of the stream. If no line feed is found
    /// within <see cref="MaxLine"/> bytes, the result is more than <see cref="MaxLine"/>.</summary>
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

    /// <summary>Records the place of the first NUL byte in a piece of the line. The piece begins at the feed's position.</summary>
    private void FindNul(ReadOnlySpan<byte> piece)
    {
        var at = NulOffset >= 0 ? -1 : piece.IndexOf((byte)0);
        if (at >= 0)
            NulOffset = feed.Consumed + at;
    }
}
