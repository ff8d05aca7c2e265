// SPDX-License-Identifier: MIT
using System.IO.Compression;

namespace Sim.Workloads.Input;

/// <summary>Decodes gzip (RFC 1952), any number of members. <see cref="GZipStream"/> mistakes a cut-off file for a complete, shorter file.
/// Therefore this class parses the members, and the framework only inflates their deflate data:
/// <code>
///   1F 8B 08 flags mtime(4) xfl os [extra] [name\0] [comment\0] [crc16] | deflate data | CRC-32 length   (trailer, LE)
/// </code>
/// Content is delivered as it is decoded. A member has only one check, at its end; if content waited for the check, one wrong bit would
/// lose the whole file. <see cref="ContainerDamageException.Unconfirmed"/> says how much delivered content was not confirmed.
/// <see cref="DeflateStream"/> does not say where the deflate data ended, but the trailer shows the place. The trailer's eight bytes can be
/// computed from the content, so they are searched for in the last piece that the inflater was given.</summary>
internal sealed class GzipDecoder(ByteFeed feed) : Decoder
{
    private const int Trailer = 8;
    private const string CutData = "the deflate data is cut off";

    // Content is taken in small pieces: when the deflate data turns out corrupt, the piece being made is lost.
    private const int Piece = 1024;

    private readonly MemberFeed _member = new(feed);
    private DeflateStream? _inflater;
    private readonly Crc32 _crc = new();
    private uint _length;
    private long _delivered;
    private bool _isFirst = true;
    private ContainerDamageException? _damage;

    public override long CompressedPosition => feed.Consumed + _member.Held;

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (_inflater is null && !OpenMember())
                return 0;
            var read = Inflate(buffer);
            if (read > 0)
                return read;
            if (_damage is not null)
                throw _damage;
            CloseMember();
        }
    }

    public override void Dispose() => _inflater?.Dispose();

    private int Inflate(Span<byte> buffer)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var piece = buffer.Slice(total, Math.Min(Piece, buffer.Length - total));
            int read;
            try
            {
                read = _inflater!.Read(piece);
            }
            catch (InvalidDataException error)
            {
                _damage = _member.RanOut ? Cut(CutData, error) : Damaged("the deflate data is corrupt", error);
                break;
            }

            if (read == 0)
                break;
            _crc.Append(piece[..read]);
            _length += (uint)read;
            _delivered += read;
            total += read;
        }

        return total;
    }

    private bool OpenMember()
    {
        if (!feed.Fill(1))
            return false;
        feed.Fill(3);
        if (!_isFirst && !feed.Buffered.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]))
            throw Damaged("garbage after the end");
        SkipHeader();
        _crc.Reset();
        (_length, _isFirst) = (0, false);
        _member.RanOut = false;
        _inflater = new DeflateStream(_member, CompressionMode.Decompress, leaveOpen: true);
        return true;
    }

    private void SkipHeader()
    {
        const int extra = 4, name = 8, comment = 16, headerCrc = 2, reserved = 0xE0;
        Need(10);
        var (method, flags) = (feed.Buffered[2], feed.Buffered[3]);
        if (method != 8)
            throw new UnsupportedContainerException($"gzip with the compression method {method} is not supported (RFC 1952 defines 8 alone)", null, feed.Consumed);
        if ((flags & reserved) != 0)
            throw new UnsupportedContainerException($"gzip with the reserved flags 0x{flags & reserved:X2} is not supported (RFC 1952 2.3.1)", null, feed.Consumed);
        _crc.Reset();
        Take(10);
        if ((flags & extra) != 0)
        {
            Need(2);
            var length = BinaryPrimitives.ReadUInt16LittleEndian(feed.Buffered);
            Need(2 + length);
            Take(2 + length);
        }

        if ((flags & name) != 0)
            SkipText();
        if ((flags & comment) != 0)
            SkipText();
        if ((flags & headerCrc) == 0)
            return;
        Need(2);
        if (BinaryPrimitives.ReadUInt16LittleEndian(feed.Buffered) != (ushort)_crc.GetCurrentHashAsUInt32())
            throw Damaged("the CRC of the gzip header does not match");
        feed.Consume(2);
    }

    private void SkipText()
    {
        do
            Need(1);
        while (Take(1) != 0);
    }

    /// <summary>Consumes bytes of the header and adds them to the header's CRC. Returns the last of these bytes.</summary>
    private byte Take(int count)
    {
        var taken = feed.Buffered[..count];
        var last = taken[^1];
        _crc.Append(taken);
        feed.Consume(count);
        return last;
    }

    private void Need(int count)
    {
        if (!feed.Fill(count))
            throw Damaged("the gzip header is cut off or its fields lead past the end of the file");
    }

    private void CloseMember()
    {
        Span<byte> trailer = stackalloc byte[Trailer];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _length);
        if (_member.RanOut)
            throw Cut(CutData);
        if (!_member.TakeThrough(trailer))
            throw WrongTrailer(trailer);
        Verified = _delivered;
        _inflater!.Dispose();
        _inflater = null;
    }

    private ContainerDamageException WrongTrailer(ReadOnlySpan<byte> trailer)
    {
        if (_member.IsCutShort)
            return Cut("the trailer (CRC-32, length) is cut off");
        if (!_member.Holds(trailer[..4]))
            return Damaged("the CRC-32 in the trailer does not match the content");
        Verified = _delivered; // by the CRC-32
        return Damaged("the length in the trailer does not match the content");
    }

    /// <summary>Makes the exception for a file that ends before the member does. If the last four bytes, read as a number, are close to the
    /// content's length, they belong to a trailer: the file is not cut off, but corrupt data led the inflater past the trailer.</summary>
    private ContainerDamageException Cut(string what, Exception? inner = null)
    {
        var isWhole = feed.Tail.Length >= Trailer
            && Math.Abs((long)BinaryPrimitives.ReadUInt32LittleEndian(feed.Tail[^4..]) - _length) < 256 + _length / 4;
        return isWhole
            ? Damaged("the deflate data is corrupt", inner)
            : new(ContainerFormat.Gzip, CompressedPosition, what, inner) { IsCutOff = true };
    }

    private ContainerDamageException Damaged(string what, Exception? inner = null) =>
        new ContainerDamageException(ContainerFormat.Gzip, CompressedPosition, what, inner).AfterContent(_delivered - Verified);

    /// <summary>Hands the inflater one piece at a time. Each piece stays unconsumed in the feed until the inflater asks for the next piece,
    /// so the piece can still be searched for the end of the deflate data.</summary>
    private sealed class MemberFeed(ByteFeed feed) : ForwardStream
    {
        private const int Most = 16 << 10;

        // The last bytes before the end of the file, or before bytes like a member's first, go out one at a time. This shows
        // where the deflate data ends among them, and that its trailer follows at once.
        private const int Last = 4 * Trailer;

        /// <summary>The number of bytes that the inflater has received and that are still unconsumed in the feed.</summary>
        public int Held { get; private set; }

        public bool RanOut { get; set; }

        /// <summary>Consumes the held piece up to the end of <paramref name="trailer"/>. Returns false if the trailer is not
        /// found.</summary>
        public bool TakeThrough(ReadOnlySpan<byte> trailer)
        {
            feed.Fill(Held + trailer.Length + 2);
            var near = feed.Buffered[..Math.Min(Held + trailer.Length, feed.Buffered.Length)];
            // The inflater asked for this piece, so its first byte is deflate data.
            var at = near[1..].IndexOf(trailer) + 1;
            if (at == 0)
                return false;
            // An empty member's trailer is eight zeros, and zeros may come before it: take the place before the next member or
            // the end of the file.
            for (var next = at; !EndsSoundly(next + trailer.Length) && next + 1 + trailer.Length <= near.Length;)
            {
                next++;
                if (!near[next..].StartsWith(trailer))
                    break;
                if (EndsSoundly(next + trailer.Length))
                    at = next;
            }

            feed.Consume(at + trailer.Length);
            Held = 0;
            return true;
        }

        /// <summary>Whether the file ends after the deflate data with fewer bytes than a trailer has.</summary>
        public bool IsCutShort => Held <= 1 && !feed.Fill(Held + Trailer);

        /// <summary>Returns whether the inflater's piece and the bytes after it contain <paramref name="bytes"/>.</summary>
        public bool Holds(ReadOnlySpan<byte> bytes) => feed.Buffered[..Math.Min(Held + bytes.Length, feed.Buffered.Length)].IndexOf(bytes) >= 0;

        private bool EndsSoundly(int at) =>
            at == feed.Buffered.Length || feed.Buffered[at..].StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);

        public override int Read(Span<byte> buffer)
        {
            feed.Consume(Held);
            Held = 0;
            if (!feed.Fill(1))
            {
                RanOut = true;
                return 0;
            }

            feed.Fill(Most + Last);
            var ahead = feed.Buffered[..Math.Min(feed.Buffered.Length, Most + Last)];
            var next = ahead[1..].IndexOf((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]) + 1;
            Held = Math.Min(buffer.Length, Math.Max((next > 0 ? next : ahead.Length) - Last, 1));
            feed.Buffered[..Held].CopyTo(buffer);
            return Held;
        }
    }
}
