// SPDX-License-Identifier: MIT
using System.Security.Cryptography;

namespace Sim.Workloads.Input;

/// <summary>Compares the blocks that were read from a stream with the stream's index (the .xz file format 1.2, 4). A file may have millions
/// of blocks, so only a hash of the block sizes is kept.
/// <code>
///   00 | records | (unpadded size, content size) for each | 0 to 3 zeros | CRC-32       numbers of 7 bits a byte
/// </code></summary>
internal sealed class XzIndex(ByteFeed feed) : IDisposable
{
    private const int LongestNumber = 9;

    private readonly IncrementalHash _blocks = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _records = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _count;
    private readonly Crc32 _crc = new();
    private long _start;

    /// <summary>Records the two sizes of a block in bytes: header, data and check without padding, and the content.</summary>
    public void Add(long unpadded, long content)
    {
        _count++;
        Append(_blocks, unpadded, content);
    }

    /// <summary>Reads the index, which is next in the feed, and clears the recorded blocks. Returns the error in the index, or
    /// null.</summary>
    public string? Read(out long size)
    {
        _crc.Reset();
        (_start, size) = (feed.Consumed, 0);
        Take(1);
        var count = ReadNumber();
        if (count != _count)
            return count < 0 ? "the xz index is cut off or corrupt" : $"the xz index has {count} records for {_count} blocks";
        for (; _count > 0; _count--)
        {
            var (unpadded, content) = (ReadNumber(), ReadNumber());
            if (unpadded < 0 || content < 0)
                return "the xz index is cut off or corrupt";
            Append(_records, unpadded, content);
        }

        if (!_records.GetHashAndReset().AsSpan().SequenceEqual(_blocks.GetHashAndReset()))
            return "the xz index does not have the sizes of the blocks";
        while ((feed.Consumed - _start) % 4 != 0)
        {
            if (!feed.Fill(1) || feed.Buffered[0] != 0)
                return "the xz index is cut off or its padding is not zero";
            Take(1);
        }

        if (!feed.Fill(4) || BitConverter.ToUInt32(feed.Buffered) != _crc.GetCurrentHashAsUInt32())
            return "the xz index is cut off or its CRC does not match";
        feed.Consume(4);
        size = feed.Consumed - _start;
        return null;
    }

    /// <summary>Reads a number that is stored with 7 bits per byte, the least significant bits first. Also gives the number's length in
    /// bytes. Returns -1 if there is no valid number.</summary>
    public static long Number(ReadOnlySpan<byte> bytes, out int length)
    {
        var value = 0L;
        for (length = 0; length < Math.Min(bytes.Length, LongestNumber);)
        {
            var next = bytes[length];
            value |= (long)(next & 0x7F) << (7 * length++);
            // A last byte of zero would be another way of writing the same number, and is not allowed.
            if (next < 0x80)
                return next == 0 && length > 1 ? -1 : value;
        }

        return -1;
    }

    public void Dispose()
    {
        _blocks.Dispose();
        _records.Dispose();
    }

    private long ReadNumber()
    {
        feed.Fill(LongestNumber);
        var value = Number(feed.Buffered, out var length);
        Take(value < 0 ? 0 : length);
        return value;
    }

    private void Take(int count)
    {
        _crc.Append(feed.Buffered[..count]);
        feed.Consume(count);
    }

    private static void Append(IncrementalHash hash, long unpadded, long content)
    {
        ReadOnlySpan<long> sizes = [unpadded, content];
        hash.AppendData(MemoryMarshal.AsBytes(sizes));
    }
}
