// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>Decodes bzip2 on every core. The reading thread cuts the file at its magics and queues the blocks, which other threads decode.
/// The reading thread then delivers the decoded blocks in order.
/// <code>
///   "BZh9" | block | block | ... | end magic, combined CRC, padding | "BZh9" | ...
///            ^ each must begin at the bit where the last one ended: a segment that begins elsewhere was cut at
///              bits that only look like a magic, and is dropped
/// </code>
/// The number of blocks in flight is the number of workers plus two. Each block takes about 8 MB.</summary>
internal sealed class Bzip2Decoder : Decoder
{
    private readonly Bzip2Splitter _splitter;
    private readonly int _depth;
    private readonly List<Job> _jobs = [];
    private readonly Stack<Bzip2Block> _idle = new();
    private Bzip2Block? _current;
    private long _expectedBit;
    private uint _combined;
    private int _level, _cutLevel;
    private IOException? _failure;
    private bool _ended;

    public Bzip2Decoder(ByteFeed feed, int workers)
    {
        _depth = (workers > 0 ? workers : Environment.ProcessorCount) + 2;
        _level = _cutLevel = Level(feed.Buffered);
        feed.Consume(Bzip2Block.HeaderBytes);
        _expectedBit = feed.Consumed * 8;
        _splitter = new Bzip2Splitter(feed);
    }

    public override long CompressedPosition => _expectedBit / 8;

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (_current is not null)
            {
                var written = _current.Read(buffer);
                if (written > 0)
                    return written;
                _idle.Push(_current);
                _current = null;
            }

            if (_failure is not null)
                throw _failure;
            if (_ended)
                return 0;
            Advance();
        }
    }

    public override void Dispose()
    {
        // A block takes a fraction of a second, so the workers are waited for rather than interrupted.
        foreach (var job in _jobs)
            job.Work?.Wait();
        _jobs.Clear();
    }

    /// <summary>Takes the next segment. A block becomes the current block. The end of a stream opens the next stream or ends the
    /// file.</summary>
    private void Advance()
    {
        while (_jobs.Count < _depth && TryCut()) { }
        if (_jobs.Count == 0)
        {
            Fail("the bzip2 stream is cut off: no block and no end of stream");
            return;
        }

        var job = _jobs[0];
        _jobs.RemoveAt(0);
        var begins = job.Segment.StartBit.CompareTo(_expectedBit);
        if (begins > 0)
            Fail("neither a bzip2 block nor an end of stream");
        else if (begins == 0 && (job.Segment.IsEnd ? EndStream(job.Segment) : Accept(job)) is { } what)
            Fail(what);
        // A segment that begins earlier lies inside a block already delivered: it was cut at a false magic.
    }

    private bool TryCut()
    {
        if (!_splitter.TryNext(out var segment))
            return false;
        if (segment.IsEnd)
            _cutLevel = Level(AfterEnd(segment), _cutLevel);
        // A file full of false magics may have many segments that wait to be joined: they are decoded only when due.
        _jobs.Add(segment.IsEnd || _cutLevel == 0 || _jobs.Count >= _depth ? new Job(segment, 0, null, null) : Start(segment, _cutLevel));
        return true;
    }

    private Job Start(Bzip2Segment segment, int level)
    {
        var block = _idle.Count > 0 ? _idle.Pop() : new Bzip2Block();
        return new Job(segment, level, block, Task.Run(() =>
        {
            if (segment.NextBit >= 0)
                block.Decode(segment.Bytes, segment.FirstBit, segment.NextBit, level);
            else
                block.TryFindEnd(segment.Bytes, segment.FirstBit, level);
        }));
    }

    /// <summary>Makes a block the current block. Returns the error in the block, or null.</summary>
    private string? Accept(Job job)
    {
        var (segment, block) = (job.Segment, job.Block);
        if (Bzip2Block.Bits(segment.Bytes, segment.FirstBit + Bzip2Block.MagicBits + 32, 1) != 0)
        {
            const string what = "bzip2 with randomised blocks, as only bzip2 0.9.0 made them, is not supported";
            _failure = new UnsupportedContainerException(what, "bzip2 -dc FILE", _expectedBit / 8);
            return null;
        }

        if (_level == 0)
            return "the level in the header is not 1 to 9";
        job.Work?.GetAwaiter().GetResult();
        if (block is null || job.Level != _level)
        {
            job = Start(segment, _level);
            block = job.Block!;
            job.Work!.GetAwaiter().GetResult();
        }

        if (block.What is not null && segment.NextBit >= 0)
            Join(segment, block);
        if (block.What is not null)
            return block.What == Bzip2Block.CutOff && _splitter.Lost ? "the bzip2 block is longer than the largest possible one" : block.What;
        _combined = BitOperations.RotateLeft(_combined, 1) ^ block.Crc;
        _current = block;
        _expectedBit = (segment.StartBit & ~7L) + block.EndBit;
        return null;
    }

    /// <summary>Appends the segments that follow a block, because bits of the block's data may have looked like a magic and cut the block
    /// short. Each attempt doubles the data if possible, so even a file full of false magics costs little more.</summary>
    private void Join(Bzip2Segment segment, Bzip2Block block)
    {
        var origin = segment.StartBit / 8;
        var joined = new MemoryStream();
        joined.Write(segment.Bytes);
        for (var next = 0; !block.TryFindEnd(joined.GetBuffer().AsSpan(0, (int)joined.Length), segment.FirstBit, _level);)
        {
            var (before, goal) = (joined.Length, Math.Min(joined.Length * 2, Bzip2Splitter.MaxBlockBytes));
            while (joined.Length < goal && (next < _jobs.Count || TryCut()))
            {
                // Segments overlap: each holds the whole of the next one's magic.
                var more = _jobs[next++].Segment;
                joined.Position = more.StartBit / 8 - origin;
                joined.Write(more.Bytes);
            }

            if (joined.Length == before)
                return;
        }
    }

    /// <summary>Opens the next stream, or ends the file. Returns the error found, or null.</summary>
    private string? EndStream(Bzip2Segment segment)
    {
        var bits = segment.FirstBit + Bzip2Block.MagicBits;
        if (segment.Bytes.Length * 8 < bits + 32)
            return "the bzip2 stream is cut off in its end";
        if (Bzip2Block.Bits(segment.Bytes, bits, 32) != _combined)
            return "the bzip2 stream's CRC does not match its blocks";
        var rest = AfterEnd(segment);
        _expectedBit = (segment.StartBit / 8 + segment.Bytes.Length - rest.Length) * 8;
        if (rest.IsEmpty)
        {
            _ended = true;
            return null;
        }

        if (rest.Length < Bzip2Block.HeaderBytes || ContainerMagic.Recognise(rest) != ContainerFormat.Bzip2)
            return "garbage after the end";
        _level = Level(rest);
        _combined = 0;
        _expectedBit += Bzip2Block.HeaderBytes * 8;
        return null;
    }

    /// <summary>Returns the bytes that follow the end of a stream, as far as the segment holds them.</summary>
    private static ReadOnlySpan<byte> AfterEnd(Bzip2Segment segment) =>
        segment.Bytes.AsSpan(Math.Min((segment.FirstBit + Bzip2Block.MagicBits + 32 + 7) / 8, segment.Bytes.Length));

    /// <summary>Returns the level in a stream's header, or <paramref name="otherwise"/> if the level is not 1 to 9.</summary>
    private static int Level(ReadOnlySpan<byte> header, int otherwise = 0) =>
        header.StartsWith("BZh"u8) && header.Length > 3 && header[3] is >= (byte)'1' and <= (byte)'9' ? header[3] - '0' : otherwise;

    private void Fail(string what) =>
        _failure = new ContainerDamageException(ContainerFormat.Bzip2, _expectedBit / 8, what);

    /// <summary>A segment, the level of the last header before the segment, and the segment's decoding. The block and the work are null if
    /// the segment is a stream's end, or if its decoding has not begun.</summary>
    private readonly record struct Job(Bzip2Segment Segment, int Level, Bzip2Block? Block, Task? Work);
}
