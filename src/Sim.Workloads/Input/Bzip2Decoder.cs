// SPDX-License-Identifier: MIT
using System.Numerics;

namespace Sim.Workloads.Input;

/// <summary>
/// bzip2 on every core. The thread that reads cuts the file at its magics and keeps a queue of blocks being decoded by
/// the others; it takes them in order and delivers them.
/// <code>
///   "BZh9" | block | block | ... | end magic, combined CRC, padding | "BZh9" | ...
///            ^ each must begin at the bit where the last one ended: a segment that begins elsewhere was cut at
///              bits that only look like a magic, and is dropped
/// </code>
/// In flight are as many blocks as workers and two more, about 6 MB each.
/// </summary>
internal sealed class Bzip2Decoder : Decoder
{
    private readonly Bzip2Splitter _splitter;
    private readonly int _depth;
    private readonly List<Job> _jobs = [];
    private readonly Stack<Bzip2Block> _idle = new();
    private Bzip2Block? _current;
    private Bzip2Runs _runs;
    private long _expectedBit;
    private uint _combined;
    private int _capacity;
    private IOException? _failure;
    private bool _ended;

    public Bzip2Decoder(ByteFeed feed, int workers)
    {
        _depth = (workers > 0 ? workers : Environment.ProcessorCount) + 2;
        _capacity = feed.Buffered[3] is >= (byte)'1' and <= (byte)'9' ? (feed.Buffered[3] - '0') * 100_000 : 0;
        feed.Consume(4);
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
                var written = _runs.Expand(_current.Content, buffer);
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

    protected override void Dispose(bool disposing)
    {
        // A block takes a fraction of a second, so the workers are waited for rather than interrupted.
        foreach (var job in _jobs)
            job.Work?.Wait();
        _jobs.Clear();
        base.Dispose(disposing);
    }

    /// <summary>Takes the next segment in order: a block becomes current, an end opens the next stream or ends the file.</summary>
    private void Advance()
    {
        while (_jobs.Count < _depth && TryCut())
        {
        }

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
        else if (begins == 0 && job.Segment.IsEnd)
            EndStream(job.Segment);
        else if (begins == 0)
            Accept(job);
        // What begins earlier lies inside a block already delivered: its magic was none.
    }

    private bool TryCut()
    {
        if (!_splitter.TryNext(out var segment))
            return false;
        // A file full of false magics may have many segments waiting to be joined: they are decoded only when due.
        if (segment.IsEnd || _jobs.Count >= _depth)
            _jobs.Add(new Job(segment, null, null));
        else
            _jobs.Add(Start(segment));
        return true;
    }

    private Job Start(Bzip2Segment segment)
    {
        var block = _idle.Count > 0 ? _idle.Pop() : new Bzip2Block();
        (block.Data, block.DataLength) = (segment.Bytes, segment.Bytes.Length);
        var startBit = (int)(segment.StartBit & 7);
        return new Job(segment, block, Task.Run(() => block.Decode(startBit)));
    }

    private void Accept(Job job)
    {
        if (job.Work is null)
            job = Start(job.Segment);
        job.Work!.GetAwaiter().GetResult();
        var block = job.Block!;
        if (block.Status == Bzip2Status.NeedsMore)
            Join(job.Segment, block);
        if (block.Status == Bzip2Status.Sound && block.Content.Length <= _capacity)
        {
            _combined = BitOperations.RotateLeft(_combined, 1) ^ block.Crc;
            (_current, _runs) = (block, default);
            _expectedBit = (job.Segment.StartBit & ~7L) + block.EndBit;
            return;
        }

        if (block.Status == Bzip2Status.Unsupported)
        {
            _failure = new UnsupportedContainerException(block.What, "bzip2 -dc FILE", _expectedBit / 8);
            return;
        }

        Fail(block.Status switch
        {
            Bzip2Status.Sound when _capacity == 0 => "the level in the header is none of 1 to 9",
            Bzip2Status.Sound => Bzip2Block.TooLarge,
            Bzip2Status.NeedsMore when _splitter.Lost => "the bzip2 block does not end where the largest would",
            _ => block.What,
        });
    }

    /// <summary>
    /// The data of the block may hold bits that look like a magic, so that it was cut short: appends what follows.
    /// Each attempt doubles the data where it can, so that a file full of such bits costs little more.
    /// </summary>
    private void Join(Bzip2Segment segment, Bzip2Block block)
    {
        var origin = segment.StartBit / 8;
        var joined = new MemoryStream();
        joined.Write(segment.Bytes);
        for (var next = 0; block.Status == Bzip2Status.NeedsMore && joined.Length < Bzip2Splitter.MaxBlockBytes;)
        {
            var goal = joined.Length * 2;
            var before = joined.Length;
            while (joined.Length < goal && (next < _jobs.Count || TryCut()))
            {
                // Segments overlap: each holds the whole of the next one's magic.
                var more = _jobs[next++].Segment;
                joined.Position = more.StartBit / 8 - origin;
                joined.Write(more.Bytes);
            }

            if (joined.Length == before)
                return;
            (block.Data, block.DataLength) = (joined.GetBuffer(), (int)joined.Length);
            block.Decode((int)(segment.StartBit & 7));
        }
    }

    private void EndStream(Bzip2Segment segment)
    {
        var bits = new BitReader(segment.Bytes, (int)(segment.StartBit & 7));
        bits.Read(24);
        bits.Read(24);
        var check = bits.Read(32);
        if (bits.Overrun)
        {
            Fail("the bzip2 stream is cut off in its end");
            return;
        }

        if (check != _combined)
        {
            Fail("the bzip2 stream's CRC does not match its blocks");
            return;
        }

        var end = (int)((bits.Position + 7) / 8);
        _expectedBit = (segment.StartBit / 8 + end) * 8;
        var rest = segment.Bytes.AsSpan(end);
        if (rest.IsEmpty)
        {
            _ended = true;
            return;
        }

        if (rest.Length < 4 || ContainerMagic.Recognise(rest) != ContainerFormat.Bzip2)
        {
            Fail("garbage after the end");
            return;
        }

        _capacity = (rest[3] - '0') * 100_000;
        _combined = 0;
        _expectedBit += 32;
    }

    private void Fail(string what) =>
        _failure = new ContainerDamageException(ContainerFormat.Bzip2, _expectedBit / 8, what);

    /// <param name="Segment">What was cut off.</param>
    /// <param name="Block">Where it is decoded to; null for a stream's end and for a segment not begun.</param>
    /// <param name="Work">The decoding, or null.</param>
    private readonly record struct Job(Bzip2Segment Segment, Bzip2Block? Block, Task? Work);
}
