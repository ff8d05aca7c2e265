// SPDX-License-Identifier: MIT
using Sim.Testing;
using Sim.Workloads.Input;
using Xunit;

namespace Sim.Workloads.Tests.Input;

/// <summary>What the format has around its LZMA2 data: headers, checks, index and footer (the .xz file format 1.2).</summary>
public sealed class XzTests
{
    private static readonly byte[] First = [.. "10.0.0.0/8 192.0.2.1\n"u8];
    private static readonly byte[] Second = [.. "2001:db8::/32 2001:db8::1\n"u8];

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(4, false)]
    [InlineData(10, true)]
    public void A_stream_with_any_of_the_checks_is_read(byte check, bool sizes)
    {
        var file = new XzCrafted { Check = check }.Block(First, sizes: sizes).Block(Second, sizes: sizes).ToArray();
        var (content, damage) = Samples.ReadAll([.. file, 0, 0, 0, 0, .. file]);
        Assert.Null(damage);
        Assert.Equal([.. First, .. Second, .. First, .. Second], content);
    }

    [Fact]
    public void The_crc64_of_the_usual_string_is_that_of_the_catalogue()
    {
        using var check = new XzCheck(4);
        check.Update("1234"u8);
        check.Update("56789"u8);
        Assert.True(check.Ends(BitConverter.GetBytes(0x995DC9BBDF1939FAUL)));
    }

    [Fact]
    public void Damage_after_the_blocks_is_named_and_no_content_is_lost()
    {
        AssertKeepsAll("records", new XzCrafted { MoreRecords = 1 });
        AssertKeepsAll("does not have the sizes of the blocks", new XzCrafted { RecordError = 1 });
        AssertKeepsAll("the size of the index", new XzCrafted { BackwardError = 1 });
        AssertKeepsAll("flags in the xz stream's footer", new XzCrafted { FooterCheck = 4 });
    }

    [Fact]
    public void A_block_whose_header_has_other_sizes_is_corrupt_and_the_one_before_is_kept()
    {
        var file = new XzCrafted().Block(First, sizes: true).Block(Second, sizes: true, sizeError: 1).ToArray();
        var (content, damage) = Samples.ReadAll(file);
        Assert.Equal(First, content);
        Assert.Contains("sizes are not those of its header", damage?.What);
    }

    [Fact]
    public void A_check_that_does_not_match_keeps_its_block_back_and_the_one_before_is_delivered()
    {
        foreach (var check in (byte[])[1, 4, 10])
        {
            var file = new XzCrafted { Check = check }.Block(First).Block(Second).ToArray();
            file[file.AsSpan().IndexOf(Second)] ^= 1;
            var (content, damage) = Samples.ReadAll(file);
            Assert.Equal(First, content);
            Assert.Contains($"its check does not match its content; {Second.Length} bytes of content that no check confirms are left out", damage?.What);
            Assert.InRange(damage!.CompressedOffset, file.AsSpan().IndexOf(Second), file.Length);
        }
    }

    [Theory]
    [InlineData("delta", new byte[] { 3, 1, 0 })]
    [InlineData("x86", new byte[] { 4, 0 })]
    [InlineData("PowerPC", new byte[] { 5, 0 })]
    [InlineData("IA-64", new byte[] { 6, 0 })]
    [InlineData("ARM", new byte[] { 7, 0 })]
    [InlineData("ARM-Thumb", new byte[] { 8, 0 })]
    [InlineData("SPARC", new byte[] { 9, 4, 0, 16, 0, 0 })]
    [InlineData("ARM64", new byte[] { 10, 0 })]
    [InlineData("RISC-V", new byte[] { 11, 0 })]
    [InlineData("0x4321", new byte[] { 0xA1, 0x86, 1, 0 })]
    public void A_filter_that_the_decoder_lacks_is_named_as_not_supported(string name, byte[] filter)
    {
        var file = new XzCrafted().Block(First, [.. filter, 0x21, 1, 0], flags: 1).ToArray();
        var refused = Refused(file);
        Assert.Equal($"xz with the filter {name} is not supported", refused.What);
        Assert.Equal("xz -dc FILE", refused.Command);
        Assert.Equal(12, refused.CompressedOffset);
    }

    [Fact]
    public void Later_versions_of_the_format_and_large_dictionaries_are_not_supported()
    {
        Assert.Contains("check", Refused(new XzCrafted { Check = 2 }.Block(First).ToArray()).What);
        Assert.Contains("check", Refused(new XzCrafted { Check = 15 }.Block(First).ToArray()).What);
        Assert.Contains("check", Refused(new XzCrafted { FlagsHigh = 1 }.Block(First).ToArray()).What);
        Assert.Contains("block flags", Refused(new XzCrafted().Block(First, flags: 4).ToArray()).What);
        Assert.Contains("block header fields", Refused(new XzCrafted().Block(First, [0x21, 1, 0, 1]).ToArray()).What);
        Assert.Contains("properties of LZMA2", Refused(new XzCrafted().Block(First, [0x21, 1, 41]).ToArray()).What);
        Assert.Contains("a dictionary of 4096 MiB", Refused(new XzCrafted().Block(First, [0x21, 1, 40]).ToArray()).What);
        Assert.Contains("a dictionary of 192 MiB", Refused(new XzCrafted().Block(First, [0x21, 1, 31]).ToArray()).What);
        Assert.Equal(First, Samples.ReadAll(new XzCrafted().Block(First, [0x21, 1, 30]).ToArray()).Content);
    }

    [Fact]
    public void What_is_not_supported_after_content_is_damage_that_says_so_and_the_content_is_kept()
    {
        var file = new XzCrafted().Block(First).Block(Second, [3, 1, 0, 0x21, 1, 0], flags: 1).ToArray();
        var (content, damage) = Samples.ReadAll(file);
        Assert.Equal(First, content);
        Assert.Equal("xz with the filter delta is not supported", damage?.What);
    }

    [Fact]
    public void Many_blocks_that_ask_for_a_large_dictionary_take_memory_once()
    {
        var crafted = new XzCrafted();
        for (var block = 0; block < 2000; block++)
            crafted.Block(First, [0x21, 1, 26]);
        var file = crafted.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (content, damage) = Samples.ReadAll(file);
        Assert.Null(damage);
        Assert.Equal(2000 * First.Length, content.Length);
        // 32 MiB of dictionary, what is held back and what is collected here.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 48 << 20);
    }

    [Fact]
    public void Crafted_chunks_that_no_encoder_writes_are_corrupt()
    {
        foreach (var control in (byte[])[2, 3, 0x7F, 0x80, 0xA0, 0xC0])
        {
            var file = new XzCrafted().Block(First).ToArray();
            file[12 + 12] = control;
            var (content, damage) = Samples.ReadAll(file);
            Assert.Empty(content);
            Assert.Contains("corrupt", damage?.What);
        }
    }

    private static void AssertKeepsAll(string what, XzCrafted crafted)
    {
        var (content, damage) = Samples.ReadAll(crafted.Block(First).Block(Second).ToArray());
        Assert.Equal([.. First, .. Second], content);
        Assert.Contains(what, damage?.What);
    }

    private static UnsupportedContainerException Refused(byte[] file) =>
        Assert.IsType<UnsupportedContainerException>(Samples.Outcome(file).Failure);
}
