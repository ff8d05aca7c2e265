// SPDX-License-Identifier: MIT
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;

namespace Sim.Workloads.Input;

/// <summary>One bzip2 block, decoded and checked by SharpZipLib before any content is delivered. The library reads only whole streams, so
/// the block is wrapped in a stream of its own. The block's bits move to a byte boundary, and the stream's CRC is the block's CRC.
/// <code>
///   file     ...bbbbb bbbbbbbb bbb.....      a block begins and ends at any bit
///   stream   "BZh9" | bbbbbbbb bbbbbbbb | end magic (48) | the block's CRC (32)
/// </code>
/// The object is reused for many blocks. Only one thread at a time may use the object.</summary>
internal sealed class Bzip2Block
{
    public const int MagicBits = 48, HeaderBytes = 4;
    public const ulong BlockMagic = 0x314159265359, EndMagic = 0x177245385090;
    public const string CutOff = "the bzip2 block is cut off";
    private const string Corrupt = "the bzip2 block's data is corrupt";
    private const string WrongCrc = "the bzip2 block's CRC does not match its content";
    private const int TrailerBytes = 11;

    // A block of long runs may expand to 46 MB. If it is longer than this, it is decoded again on delivery.
    private const int Held = 2 << 20;

    private byte[] _stream = [], _content = [];
    private int _streamBits, _count, _delivered;
    private bool _isHeld;
    private BZip2InputStream? _again;

    /// <summary>The error in the block; null if the block's content matches its CRC.</summary>
    public string? What { get; private set; }

    /// <summary>The number of bits from the start of the data to the end of a sound block.</summary>
    public int EndBit { get; private set; }

    public uint Crc { get; private set; }

    /// <summary>Decodes a block that ends at a known bit. The block's magic begins within the first byte of the data. A block holds at most
    /// 100 kB times the level of its stream, 1 to 9.</summary>
    public void Decode(ReadOnlySpan<byte> data, int startBit, int endBit, int level)
    {
        Wrap(data, startBit, endBit, level);
        Append(EndMagic, MagicBits);
        Append(Crc, 32);
        EndBit = endBit;
        (_count, _isHeld, _delivered, _again) = (0, true, 0, null);
        What = Corrupt;
        var source = Source();
        long codes = 0;
        try
        {
            using var library = new BZip2InputStream(source) { IsStreamOwner = false };
            codes = source.Position;
            while (Take(library)) { }
            What = _count > 0 ? null : "the bzip2 block is empty";
        }
        catch (Exception error) when (IsDamage(error))
        {
            // The library compares the CRC before it looks for the next magic.
            if (source.Position == codes)
                What = WrongCrc;
        }
    }

    /// <summary>Finds the end of a block, and decodes the block. As in <see cref="Decode"/>, its magic begins within the first byte of the
    /// data. Returns false if the data ends before the block does.</summary>
    public bool TryFindEnd(ReadOnlySpan<byte> data, int startBit, int level)
    {
        Wrap(data, startBit, data.Length * 8, level);
        var source = Source();
        What = Corrupt;
        try
        {
            // The library reads the block's codes at once and byte by byte: the block ends in the last byte that it took.
            _ = new BZip2InputStream(source);
        }
        catch (EndOfStreamException)
        {
            What = CutOff;
            return false;
        }
        catch (Exception error) when (IsDamage(error))
        {
            return true;
        }

        // The block ends at one of eight bits. If the end magic is appended at the right one, the library finds it there. A
        // later bit gives the same content.
        var last = Math.Min((int)(source.Position - HeaderBytes) * 8 + startBit, data.Length * 8);
        for (var end = last; end > last - 8 && What == Corrupt; end--)
            Decode(data, startBit, end, level);
        return true;
    }

    /// <summary>Delivers content of a sound block. Returns 0 at the end of the block.</summary>
    public int Read(Span<byte> target)
    {
        if (!_isHeld)
            return (_again ??= new BZip2InputStream(Source())).Read(target);
        var read = Math.Min(target.Length, _count - _delivered);
        _content.AsSpan(_delivered, read).CopyTo(target);
        _delivered += read;
        return read;
    }

    /// <summary>Returns 1 to 57 bits, the most significant first. Bits past the end of the bytes are zero.</summary>
    public static ulong Bits(ReadOnlySpan<byte> bytes, int bit, int count)
    {
        Span<byte> padded = stackalloc byte[8];
        padded.Clear();
        var there = bytes[Math.Min(bit / 8, bytes.Length)..];
        there[..Math.Min(8, there.Length)].CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded) << (bit & 7) >> (64 - count);
    }

    /// <summary>Returns whether an exception is of a kind that the library throws for corrupt data.</summary>
    private static bool IsDamage(Exception error) =>
        error is SharpZipBaseException or EndOfStreamException or IndexOutOfRangeException;

    private MemoryStream Source() => new(_stream, 0, (_streamBits + 7) / 8);

    /// <summary>Reads a piece of content from the library. Returns false at the end. A block with more content than the buffer can hold is
    /// only checked.</summary>
    private bool Take(BZip2InputStream library)
    {
        if (_count == _content.Length && _content.Length < Held)
            Array.Resize(ref _content, Math.Clamp(_count * 4, 1 << 16, Held));
        if (_count == Held)
            (_count, _isHeld) = (0, false);
        var read = library.Read(_content, _count, _content.Length - _count);
        _count += read;
        return read > 0;
    }

    /// <summary>Makes a bzip2 stream from a header and some bits of the data.</summary>
    private void Wrap(ReadOnlySpan<byte> data, int startBit, int endBit, int level)
    {
        Crc = (uint)Bits(data, startBit + MagicBits, 32);
        var bits = endBit - startBit;
        var bytes = (bits + 7) / 8;
        if (_stream.Length < HeaderBytes + bytes + TrailerBytes)
            _stream = new byte[HeaderBytes + bytes + TrailerBytes];
        "BZh"u8.CopyTo(_stream);
        _stream[3] = (byte)('0' + level);
        var target = _stream.AsSpan(HeaderBytes);
        for (var at = 0; at < bytes; at++)
            target[at] = (byte)(data[at] << startBit | (at + 1 < data.Length ? data[at + 1] : 0) >> (8 - startBit));
        if (bits % 8 != 0)
            target[bytes - 1] &= (byte)(0xFF00 >> bits % 8);
        target.Slice(bytes, TrailerBytes).Clear();
        _streamBits = HeaderBytes * 8 + bits;
    }

    private void Append(ulong value, int bits)
    {
        for (var bit = bits - 1; bit >= 0; bit--, _streamBits++)
            _stream[_streamBits / 8] |= (byte)((value >> bit & 1) << (7 - _streamBits % 8));
    }
}
