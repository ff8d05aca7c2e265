// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>A stretch of compressed bits from one magic (of a block or of a stream's end) to the next. StartBit counts
/// from the start of the file. Bytes holds the first byte of the magic up to the last byte of the next magic, or up to
/// the end of the file. NextBit is the place of the next magic in Bytes; -1 if there is none.</summary>
internal readonly record struct Bzip2Segment(long StartBit, bool IsEnd, byte[] Bytes, int NextBit)
{
    /// <summary>The number of bits before the magic in its first byte: 0 to 7.</summary>
    public int FirstBit => (int)(StartBit & 7);
}

/// <summary>Cuts a bzip2 file at its magics, which lie at any bit: blocks begin with 0x314159265359, streams end with 0x177245385090. A
/// block is also cut where its data contains the same 48 bits; the decoder notices this and joins the parts.
/// <code>
///   bytes    w0       w1       w2       w3 ...   w6
///   shift 3  ...mmmmm mmmmmmmm mmmmmmmm mmmmmmmm mmm.....    w1 and w2 lie inside the magic at every shift
/// </code></summary>
internal sealed class Bzip2Splitter(ByteFeed feed)
{
    /// <summary>The maximum length of a sound block, rounded up: 900,000 symbols of 20 bits and the block's tables take 2.3 MB.</summary>
    public const int MaxBlockBytes = 3 << 20;

    private const ulong MagicMask = (1UL << 48) - 1;

    // Indexed by w1 w2: the shifts at which a magic may lie, one bit each.
    private static readonly byte[] Shifts = MakeShifts();

    private long _startBit = -1;
    private bool _startIsEnd;
    private bool _ended;

    /// <summary>Whether the splitter gave up because it found no magic within the maximum length of a block.</summary>
    public bool Lost { get; private set; }

    /// <summary>Cuts off the next segment. Returns false at the end of the file.</summary>
    public bool TryNext(out Bzip2Segment segment)
    {
        segment = default;
        if (_ended || (_startBit < 0 && !FindFirst()))
            return false;
        var from = (int)(_startBit - feed.Consumed * 8);
        var found = Find(from + 1, out var next, out var nextIsEnd);
        var length = found ? (next + Bzip2Block.MagicBits + 7) / 8 : feed.Buffered.Length;
        segment = new Bzip2Segment(_startBit, _startIsEnd, feed.Buffered[..length].ToArray(), found ? next : -1);
        _ended = !found;
        if (found)
        {
            (_startBit, _startIsEnd) = (feed.Consumed * 8 + next, nextIsEnd);
            feed.Consume(next / 8);
        }

        return true;
    }

    private bool FindFirst()
    {
        _ended = !Find(0, out var first, out _startIsEnd);
        if (!_ended)
        {
            _startBit = feed.Consumed * 8 + first;
            feed.Consume(first / 8);
        }

        return !_ended;
    }

    /// <summary>Finds the first magic at or after a bit of the buffered bytes. Reads more bytes as needed.</summary>
    private bool Find(int fromBit, out int bit, out bool isEnd)
    {
        for (var at = fromBit / 8; ; at++)
        {
            if (at + 8 > feed.Buffered.Length && !feed.Fill(Math.Min(at + (128 << 10), MaxBlockBytes)) && at + 6 > feed.Buffered.Length)
                break;
            if (at >= MaxBlockBytes)
            {
                Lost = true;
                break;
            }

            at = SkipTo(at);
            if (TryMatch(at, fromBit, out bit, out isEnd))
                return true;
        }

        (bit, isEnd) = (0, false);
        return false;
    }

    /// <summary>Returns the index of the next byte at which a magic may begin. If there is none, it returns the index of the last byte that
    /// can be tested.</summary>
    private int SkipTo(int at)
    {
        var bytes = feed.Buffered;
        while (at + 8 < bytes.Length && Shifts[bytes[at + 1] << 8 | bytes[at + 2]] == 0)
            at++;
        return at;
    }

    private bool TryMatch(int at, int fromBit, out int bit, out bool isEnd)
    {
        (bit, isEnd) = (0, false);
        var word = Bzip2Block.Bits(feed.Buffered, at * 8, Bzip2Block.MagicBits + 7);
        for (var shift = 0; shift < 8 && at * 8 + shift + Bzip2Block.MagicBits <= feed.Buffered.Length * 8; shift++)
        {
            var value = word >> (7 - shift) & MagicMask;
            if ((value is not (Bzip2Block.BlockMagic or Bzip2Block.EndMagic)) || at * 8 + shift < fromBit)
                continue;
            (bit, isEnd) = (at * 8 + shift, value == Bzip2Block.EndMagic);
            return true;
        }

        return false;
    }

    private static byte[] MakeShifts()
    {
        var shifts = new byte[1 << 16];
        foreach (var magic in (ReadOnlySpan<ulong>)[Bzip2Block.BlockMagic, Bzip2Block.EndMagic])
        {
            // Bit 48 - (8 - shift) is where w1 begins; w1 w2 are the 16 bits from there.
            for (var shift = 0; shift < 8; shift++)
                shifts[(int)(magic >> (24 + shift) & 0xFFFF)] |= (byte)(1 << shift);
        }

        return shifts;
    }
}
