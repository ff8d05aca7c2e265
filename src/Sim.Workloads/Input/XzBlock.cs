// SPDX-License-Identifier: MIT
using SharpCompress.Compressors.LZMA;

namespace Sim.Workloads.Input;

/// <summary>One block of an xz stream (the .xz file format 1.2, 3). The library decodes its LZMA2 data; everything around the data is read
/// and verified here. One object decodes all blocks in succession.
/// <code>
///   size / 4 - 1 (1) | flags (1) | [compressed size] [content size] | filters | zeros | CRC-32 (4)
///   LZMA2 data | 0 to 3 zeros | check
/// </code></summary>
internal sealed class XzBlock(ByteFeed feed) : IDisposable
{
    private const string Command = "xz -dc FILE";
    private const int Lzma2 = 0x21;

    /// <summary>The largest supported dictionary: 2 &lt;&lt; 26 bytes (128 MiB), twice that of <c>xz -9</c>. A hostile file may ask for 4
    /// GiB.</summary>
    private const int LargestDictionary = 30;

    // If the library fails in a piece, the piece's good bytes cannot be told from its bad ones. So pieces are small.
    private const int Piece = 4096;

    private readonly Lzma2Chunks _chunks = new(feed);
    private readonly byte[] _piece = new byte[Piece];
    private LzmaStream? _lzma;
    private int _dictionary = -1, _left, _header;
    private long _start, _compressed, _declared, _content;

    public void Open()
    {
        _start = feed.Consumed;
        _header = (feed.Buffered[0] + 1) * 4;
        if (!feed.Fill(_header))
            throw XzDecoder.Cut(feed, "the xz stream is cut off in a block's header");
        var header = feed.Buffered[.._header];
        if (Crc32.HashToUInt32(header[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(header[^4..]))
            throw XzDecoder.Damaged(_start, "the CRC of the xz block's header does not match");
        ReadHeader(header[1..^4]);
        feed.Consume(_header);
        _chunks.Restart();
        (_left, _content) = (0, 0);
    }

    /// <summary>Reads content of the block. Returns 0 at the end of the block.</summary>
    public int Read(Span<byte> buffer)
    {
        while (_left == 0)
        {
            if (!_chunks.TryNext(out var what))
                return what is null ? 0 : throw Corrupt(what);
            _left = _chunks.Content;
            if (_left == 0)
                throw XzDecoder.Cut(feed, "the xz stream is cut off");
        }

        // If the file ends inside the chunk, bytes are content until the decoder asks for more: it is asked for one at a time.
        var read = Decode(_chunks.IsCut ? 1 : Math.Min(Math.Min(buffer.Length, Piece), _left));
        _piece.AsSpan(0, read).CopyTo(buffer);
        _content += read;
        _left -= read;
        if (_declared >= 0 && _content > _declared)
            throw Corrupt("it has more content than its header says");
        return read;
    }

    /// <summary>Verifies the sizes, the padding and the check, and adds the block to the index.</summary>
    public void Close(XzCheck check, XzIndex index)
    {
        var size = feed.Consumed - _start - _header;
        if ((_compressed >= 0 && _compressed != size) || (_declared >= 0 && _declared != _content))
            throw Corrupt("its sizes are not those of its header");
        var padding = (int)(-size & 3);
        if (!feed.Fill(padding + check.Size))
            throw XzDecoder.Cut(feed, "the xz stream is cut off in a block's check");
        if (feed.Buffered[..padding].ContainsAnyExcept((byte)0))
            throw Corrupt("its padding is not zero");
        if (!check.Ends(feed.Buffered.Slice(padding, check.Size)))
            throw Corrupt("its check does not match its content");
        feed.Consume(padding + check.Size);
        index.Add(_header + size + check.Size, _content);
    }

    public void Dispose() => _lzma?.Dispose();

    /// <summary>Reads the header from the flags to the padding.</summary>
    private void ReadHeader(ReadOnlySpan<byte> header)
    {
        var flags = header[0];
        header = header[1..];
        if ((flags & 0x3C) != 0)
            throw Unsupported("block flags of a later version of the format");
        _compressed = (flags & 0x40) != 0 ? TakeNumber(ref header) : -1;
        _declared = (flags & 0x80) != 0 ? TakeNumber(ref header) : -1;
        for (var more = flags & 3; more >= 0; more--)
        {
            var (filter, length) = (TakeNumber(ref header), TakeNumber(ref header));
            if (length > header.Length)
                throw Corrupt("its header is inconsistent");
            if (filter != Lzma2 || more > 0)
                throw Unsupported($"the filter {FilterName(filter)}");
            if (length != 1 || header[0] > 40)
                throw Unsupported("properties of LZMA2 of a later version of the format");
            UseDictionary(header[0]);
            header = header[1..];
        }

        if (header.ContainsAnyExcept((byte)0))
            throw Unsupported("block header fields of a later version of the format");
    }

    private long TakeNumber(ref ReadOnlySpan<byte> header)
    {
        var value = XzIndex.Number(header, out var length);
        if (value < 0)
            throw Corrupt("its header is inconsistent");
        header = header[length..];
        return value;
    }

    private void UseDictionary(int size)
    {
        if (size > LargestDictionary)
            throw Unsupported($"a dictionary of {(2L | size & 1) << (size / 2 + 11) >> 20} MiB (more than 128)");
        // A dictionary larger than the block needs does no harm, and saves making another.
        if (size <= _dictionary)
            return;
        _lzma?.Dispose();
        _lzma = LzmaStream.Create([(byte)size], _chunks, -1, -1, null, isLzma2: true, leaveOpen: true);
        _dictionary = size;
    }

    private int Decode(int count)
    {
        Exception? inner = null;
        var read = 0;
        try
        {
            read = _lzma!.Read(_piece, 0, count);
        }
        catch (Exception error) when (IsDecoderFailure(error))
        {
            inner = error;
        }

        if (feed.RanOut)
            throw XzDecoder.Cut(feed, "the xz stream is cut off", inner);
        if (inner is not null || read != count || _chunks.Overrun || (read == _left && !_chunks.IsUsedUp))
            throw Corrupt("its data cannot be decoded", inner);
        return read;
    }

    // On corrupt input, the library throws whatever its arithmetic runs into.
    private static bool IsDecoderFailure(Exception error) =>
        error is SharpCompress.Common.SharpCompressException or InvalidDataException or EndOfStreamException
            or IndexOutOfRangeException or ArgumentException or OverflowException or NotSupportedException
            or InvalidOperationException or NullReferenceException or DivideByZeroException or NotImplementedException
            or OutOfMemoryException;

    private static string FilterName(long id) => id switch
    {
        3 => "delta", 4 => "x86", 5 => "PowerPC", 6 => "IA-64", 7 => "ARM", 8 => "ARM-Thumb", 9 => "SPARC", 10 => "ARM64", 11 => "RISC-V",
        Lzma2 => "LZMA2 more than once",
        _ => $"0x{id:X}",
    };

    private UnsupportedContainerException Unsupported(string what) => new($"xz with {what} is not supported", Command, _start);

    private ContainerDamageException Corrupt(string what, Exception? inner = null) =>
        XzDecoder.Damaged(feed.Consumed, $"the xz block at byte {_start} is corrupt: {what}", inner);
}
