// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Input;

/// <summary>Decodes xz: any number of streams with padding between them (the .xz file format 1.2, 2). All checks of the format are
/// verified.
/// <code>
///   FD "7zXZ" 00 | flags (2) | CRC-32 (4) | blocks | index | CRC-32 (4) | index size / 4 - 1 (4) | flags (2) | "YZ"
/// </code></summary>
internal sealed class XzDecoder(ByteFeed feed) : Decoder
{
    private const int HeaderBytes = 12, FooterBytes = 12;

    private readonly XzBlock _block = new(feed);
    private readonly XzIndex _index = new(feed);
    private XzCheck? _check;
    private ushort _flags;
    private bool _inBlock;
    private long _delivered;

    public override long CompressedPosition => feed.Consumed;

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (_check is null && !OpenStream())
                return 0;
            if (!_inBlock && !OpenBlock())
            {
                CloseStream();
                continue;
            }

            var read = _block.Read(buffer);
            if (read == 0)
            {
                _block.Close(_check!, _index);
                (_inBlock, Verified) = (false, _delivered);
                continue;
            }

            _check!.Update(buffer[..read]);
            _delivered += read;
            return read;
        }
    }

    /// <summary>Makes the exception for a file that ends too early. If the file ends in a footer, it was not cut off.</summary>
    public static ContainerDamageException Cut(ByteFeed feed, string what, Exception? inner = null) =>
        IsFooter(feed.Tail)
            ? Damaged(feed.Consumed, "the xz stream is corrupt: a size in it leads past the end of the file", inner)
            : new(ContainerFormat.Xz, feed.Consumed, what, inner) { IsCutOff = true };

    public static ContainerDamageException Damaged(long offset, string what, Exception? inner = null) =>
        new(ContainerFormat.Xz, offset, what, inner);

    public override void Dispose()
    {
        _block.Dispose();
        _index.Dispose();
        _check?.Dispose();
    }

    private bool OpenStream()
    {
        var first = feed.Consumed == 0;
        while (!first && feed.Fill(4) && feed.Buffered[..4].IndexOfAnyExcept((byte)0) < 0)
            feed.Consume(4);
        if (!feed.Fill(1))
            return false;
        feed.Fill(HeaderBytes);
        if (ContainerMagic.Recognise(feed.Buffered) != ContainerFormat.Xz)
            throw Damaged(feed.Consumed, "garbage after the end");
        if (feed.Buffered.Length < HeaderBytes)
            throw Cut(feed, "the xz stream is cut off in its header");
        var header = feed.Buffered[..HeaderBytes];
        if (Crc32.HashToUInt32(header[6..8]) != BinaryPrimitives.ReadUInt32LittleEndian(header[8..]))
            throw Damaged(feed.Consumed, "the CRC of the xz stream's header does not match");
        if (header[6] != 0 || !XzCheck.IsKnown(header[7]))
            throw new UnsupportedContainerException(
                $"xz with the check 0x{header[6]:X2}{header[7]:X2} is not supported", "xz -dc FILE", feed.Consumed);
        _flags = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        _check = new XzCheck(header[7]);
        feed.Consume(HeaderBytes);
        return true;
    }

    /// <summary>Opens the next block. Returns false if the index follows.</summary>
    private bool OpenBlock()
    {
        if (!feed.Fill(1))
            throw Cut(feed, "the xz stream is cut off: no block and no index");
        if (feed.Buffered[0] == 0)
            return false;
        _block.Open();
        return _inBlock = true;
    }

    private void CloseStream()
    {
        var start = feed.Consumed;
        if (_index.Read(out var size) is { } what)
            throw Damaged(start, what);
        if (!feed.Fill(FooterBytes))
            throw Cut(feed, "the xz stream is cut off in its footer");
        var footer = feed.Buffered[..FooterBytes];
        if (!IsFooter(footer))
            throw Damaged(feed.Consumed, "the xz stream's footer is corrupt");
        if ((BinaryPrimitives.ReadUInt32LittleEndian(footer[4..]) + 1L) * 4 != size)
            throw Damaged(feed.Consumed, "the size of the index in the xz stream's footer is not that of the index");
        if (BinaryPrimitives.ReadUInt16LittleEndian(footer[8..]) != _flags)
            throw Damaged(feed.Consumed, "the flags in the xz stream's footer are not those of its header");
        feed.Consume(FooterBytes);
        _check!.Dispose();
        _check = null;
    }

    private static bool IsFooter(ReadOnlySpan<byte> bytes) =>
        bytes.Length == FooterBytes && bytes.EndsWith("YZ"u8)
        && Crc32.HashToUInt32(bytes[4..10]) == BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
