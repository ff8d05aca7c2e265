// SPDX-License-Identifier: MIT
using ICSharpCode.SharpZipLib.BZip2;
using Sim.Workloads.Input;
using Xunit;

namespace Sim.Workloads.Tests.Input;

public sealed class Bzip2Tests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(9, 4)]
    public void Many_blocks_decoded_side_by_side_come_out_in_order(int level, int workers)
    {
        var content = Mixed(1_300_000);
        var file = Samples.Compress(ContainerFormat.Bzip2, content, level);
        var (decoded, damage) = Samples.ReadAll([.. file, .. file], 77_777, workers);
        Assert.Null(damage);
        Assert.True(decoded.AsSpan().SequenceEqual((byte[])[.. content, .. content]));
    }

    [Fact]
    public void Every_block_before_a_corrupt_one_is_delivered_and_none_after()
    {
        var content = Mixed(1_500_000);
        var file = Samples.Compress(ContainerFormat.Bzip2, content, 1);
        var starts = BlockStarts(file);
        Assert.True(starts.Count >= 4);
        var whole = Samples.ReadAll(file[..(int)(starts[3] / 8 + 100)]).Content.Length;
        for (var at = (int)(starts[3] / 8) + 1; at < starts[4] / 8; at += 997)
        {
            var wrong = (byte[])file.Clone();
            wrong[at] ^= 0x10;
            var (decoded, damage) = Samples.ReadAll(wrong);
            Assert.NotNull(damage);
            Assert.Equal(whole, decoded.Length);
            Assert.True(content.AsSpan().StartsWith(decoded));
            Assert.InRange(damage.CompressedOffset, starts[3] / 8, starts[4] / 8);
        }
    }

    [Fact]
    public void Each_stream_is_held_to_the_level_in_its_own_header()
    {
        var content = Mixed(900_000);
        var (low, high) = (Samples.Compress(ContainerFormat.Bzip2, content, 1), Samples.Compress(ContainerFormat.Bzip2, content, 9));
        var (decoded, damage) = Samples.ReadAll([.. low, .. high, .. low]);
        Assert.Null(damage);
        Assert.True(decoded.AsSpan().SequenceEqual((byte[])[.. content, .. content, .. content]));

        high[3] = (byte)'1';
        (decoded, damage) = Samples.ReadAll([.. low, .. high, .. low]);
        Assert.NotNull(damage);
        Assert.True(decoded.AsSpan().SequenceEqual(content));
    }

    [Fact]
    public void Long_runs_expand_without_being_held_in_memory()
    {
        // 60 MB of zeros by bzip2 1.0.8.
        var file = Convert.FromBase64String("QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZpertMgBsAOAAwAAAEAAIIAAwzAUppoAKWwgBS8XckU4UJC5+SiMA");
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var input = CompressedInput.Open(new MemoryStream(file), workers: 2);
        var buffer = new byte[1 << 16];
        long total = 0;
        for (int read; (read = input.Read(buffer)) > 0; total += read)
            Assert.Equal(-1, buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0));
        Assert.Equal(60_000_000, total);
        // Each of the two blocks is decoded for its check and again for delivery, by this thread or by a worker.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30_000_000);

        // A worker keeps 2 MB of content; the library takes five bytes for each of the 900,000 before expansion.
        before = GC.GetAllocatedBytesForCurrentThread();
        var splitter = new Bzip2Splitter(new ByteFeed(new MemoryStream(file)));
        Assert.True(splitter.TryNext(out var segment));
        var block = new Bzip2Block();
        block.Decode(segment.Bytes, segment.FirstBit, segment.NextBit, level: 9);
        Assert.Null(block.What);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Theory]
    [InlineData(0x314159265359)]
    [InlineData(0x177245385090)]
    public void A_magic_inside_the_data_of_a_block_does_not_split_it(long magic)
    {
        // Flat 8-bit codes let the data spell any bytes: 254 symbols used, so RUNA, RUNB, 253 places and the end.
        byte[] spelled = [.. Enumerable.Range(0, 6).Select(at => (byte)(magic >> (40 - 8 * at)))];
        byte[] codes = [250, 9, 200, .. spelled, 33, .. spelled, .. spelled, 5, 5];
        var (file, content) = Bzip2Crafted.Build(codes);
        Assert.Equal(content, BySharpZipLib(file));
        Assert.Equal(5, BlockStarts(file).Count);

        byte[] twice = [.. file, .. Samples.Compress(ContainerFormat.Bzip2, Samples.Content)];
        var (decoded, damage) = Samples.ReadAll(twice);
        Assert.Null(damage);
        Assert.Equal([.. content, .. Samples.Content], decoded);
    }

    [Fact]
    public void A_block_full_of_magics_is_joined_in_few_steps()
    {
        byte[] codes = [.. Enumerable.Range(0, 2000).SelectMany(_ => (byte[])[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])];
        var (file, content) = Bzip2Crafted.Build(codes);
        var (decoded, damage) = Samples.ReadAll(file);
        Assert.Null(damage);
        Assert.Equal(content, decoded);
    }

    [Fact]
    public void Megabytes_without_a_magic_are_refused_without_being_read_to_their_end()
    {
        var (file, _) = Bzip2Crafted.Build([1, 2, 3]);
        using var input = CompressedInput.Open(new MemoryStream([.. file[..30], .. new byte[40_000_000]]));
        Assert.Throws<ContainerDamageException>(() => input.CopyTo(Stream.Null));
        Assert.InRange(input.CompressedPosition, 0, 100);
    }

    [Fact]
    public void Disposal_in_mid_file_waits_for_the_workers()
    {
        var file = Samples.Compress(ContainerFormat.Bzip2, Mixed(900_000), 1);
        for (var round = 0; round < 5; round++)
        {
            using var input = CompressedInput.Open(new MemoryStream(file), workers: 4);
            Assert.Equal(100, input.Read(new byte[100]));
        }
    }

    private static byte[] BySharpZipLib(byte[] file)
    {
        using var oracle = new BZip2InputStream(new MemoryStream(file));
        using var content = new MemoryStream();
        oracle.CopyTo(content);
        return content.ToArray();
    }

    private static List<long> BlockStarts(byte[] file)
    {
        var splitter = new Bzip2Splitter(new ByteFeed(new MemoryStream(file)));
        var starts = new List<long>();
        while (splitter.TryNext(out var segment))
            starts.Add(segment.StartBit);
        return starts;
    }

    /// <summary>Noise, text and runs of every length near the limits of the run-length code.</summary>
    private static byte[] Mixed(int length)
    {
        var random = new Random(3);
        var content = new byte[length];
        for (var at = 0; at < length;)
        {
            var count = Math.Min(length - at, random.Next(4) == 0 ? random.Next(250, 270) : random.Next(1, 12));
            if (random.Next(3) == 0)
                random.NextBytes(content.AsSpan(at, count));
            else
                content.AsSpan(at, count).Fill((byte)random.Next(256));
            at += count;
        }

        return content;
    }
}
