// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>Hands the chunks of LZMA2 data to the library one at a time. The library sees neither the end marker of a block nor bytes of
/// another chunk. Therefore one decoder, with its window, serves all blocks.
/// <code>
///   00                                       the end
///   01, 02      size - 1 (2)               | content as it is       01 resets the dictionary
///   80 to FF    content size - 1 (21 bits, 5 of them in the first byte), size - 1 (2), [properties (1)] | LZMA
///               80 nothing is reset, A0 the state, C0 with new properties, E0 the dictionary too
/// </code></summary>
internal sealed class Lzma2Chunks(ByteFeed feed) : ForwardStream
{
    private const int LongestHeader = 6;

    private int _left;
    private bool _started;

    /// <summary>The length of the chunk's content in bytes.</summary>
    public int Content { get; private set; }

    /// <summary>Whether the decoder asked for more bytes than the chunk has. In that case the decoder makes up content.</summary>
    public bool Overrun { get; private set; }

    /// <summary>Whether the file ends inside the chunk.</summary>
    public bool IsCut { get; private set; }
    public bool IsUsedUp => _left == 0;

    /// <summary>Begins the chunks of another block.</summary>
    public void Restart() => _started = false;

    /// <summary>Moves to the next chunk. The library receives the chunk's header too. Returns false at the end of the data
    /// (<paramref name="what"/> is null) or if the header is wrong (<paramref name="what"/> is the error).</summary>
    public bool TryNext(out string? what)
    {
        (what, _left, Content, Overrun) = (null, 0, 0, false);
        if (!feed.Fill(1))
        {
            IsCut = true;
            return true;
        }

        feed.Fill(LongestHeader);
        var control = feed.Buffered[0];
        if (control == 0)
        {
            feed.Consume(1);
            return false;
        }

        var isLzma = control >= 0x80;
        if ((!isLzma && control > 2) || (!_started && control is not (1 or >= 0xE0)))
        {
            what = "a chunk of its data begins with an impossible byte";
            return false;
        }

        var header = isLzma ? (control >= 0xC0 ? LongestHeader : LongestHeader - 1) : 3;
        if (feed.Buffered.Length < header)
        {
            (IsCut, Content) = (true, 0);
            return true;
        }

        Content = BinaryPrimitives.ReadUInt16BigEndian(feed.Buffered[1..]) + 1 + (isLzma ? (control & 0x1F) << 16 : 0);
        _left = header + (isLzma ? BinaryPrimitives.ReadUInt16BigEndian(feed.Buffered[3..]) + 1 : Content);
        if (header == LongestHeader && !AreProperties(feed.Buffered[5]))
        {
            what = "a chunk of its data has impossible properties";
            return false;
        }

        _started = true;
        IsCut = !feed.Fill(_left);
        // The first byte of the range coder is zero, and the library does not look at it.
        if (isLzma && feed.Buffered.Length > header && feed.Buffered[header] != 0)
            what = "the LZMA data of a chunk begins with an impossible byte";
        return what is null;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_left == 0 && !buffer.IsEmpty)
            Overrun = true;
        var read = feed.Read(buffer[..Math.Min(buffer.Length, _left)]);
        _left -= read;
        return read;
    }

    /// <summary>Returns whether a byte holds valid properties: (pb * 5 + lp) * 9 + lc, with lc + lp of at most 4.</summary>
    private static bool AreProperties(int value) => value < 225 && value % 9 + value / 9 % 5 <= 4;
}
