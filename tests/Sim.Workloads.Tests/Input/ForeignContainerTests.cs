// SPDX-License-Identifier: MIT
using System.IO.Compression;
using Sim.Testing;
using Sim.Workloads.Input;
using Xunit;

namespace Sim.Workloads.Tests.Input;

public sealed class ForeignContainerTests
{
    [Theory]
    [InlineData("zip", "unzip -p FILE", new byte[] { 0x50, 0x4B, 3, 4, 20, 0, 0, 0 })]
    [InlineData("zip", "unzip -p FILE", new byte[] { 0x50, 0x4B, 5, 6, 0, 0, 0, 0 })]
    [InlineData("7z", "7z x -so FILE", new byte[] { 0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4 })]
    [InlineData("rar", "unrar p -inul FILE", new byte[] { 0x52, 0x61, 0x72, 0x21, 0x1A, 7, 1, 0 })]
    [InlineData("lz4", "lz4 -dc FILE", new byte[] { 4, 0x22, 0x4D, 0x18, 0x64, 0x40, 0xA7 })]
    [InlineData("lz4", "lz4 -dc FILE", new byte[] { 2, 0x21, 0x4C, 0x18, 0, 0, 0, 0 })]
    [InlineData("lzip", "lzip -dc FILE", new byte[] { 0x4C, 0x5A, 0x49, 0x50, 1, 0x0C })]
    [InlineData("lzop", "lzop -dc FILE", new byte[] { 0x89, 0x4C, 0x5A, 0x4F, 0, 0x0D, 0x0A, 0x1A, 0x0A })]
    [InlineData("lzma", "xz --format=lzma -dc FILE", new byte[] { 0x5D, 0, 0, 0x80, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0 })]
    [InlineData("compress", "gzip -dc FILE", new byte[] { 0x1F, 0x9D, 0x90, 1, 2 })]
    [InlineData("pack", "gzip -dc FILE", new byte[] { 0x1F, 0x1E, 0, 0, 2 })]
    [InlineData("bzip 1", "bzip -dc FILE", new byte[] { 0x42, 0x5A, 0x30, 0x39, 0x31, 0x41 })]
    [InlineData("zstd", "zstd -dc FILE", new byte[] { 0x27, 0xB5, 0x2F, 0xFD, 0, 0 })]
    public void A_container_of_another_program_is_named_with_the_command_that_reads_it(string name, string command, byte[] head)
    {
        var refused = Assert.Throws<UnsupportedContainerException>(() => Open([.. head, .. new byte[600]]).Dispose());
        Assert.Contains(name, refused.What);
        Assert.Equal(command, refused.Command);
        Assert.Throws<UnsupportedContainerException>(() => Open(head).Dispose());
    }

    [Fact]
    public void A_tar_archive_is_named_whether_it_is_compressed_or_not()
    {
        var tar = new byte[10240];
        "prefixes.txt"u8.CopyTo(tar);
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Assert.Equal("a tar archive is not supported", Assert.Throws<UnsupportedContainerException>(() => Open(tar).Dispose()).What);
        foreach (var format in (ContainerFormat[])[ContainerFormat.Gzip, ContainerFormat.Bzip2, ContainerFormat.Zstd])
        {
            var refused = Assert.IsType<UnsupportedContainerException>(Samples.Outcome(Samples.Compress(format, tar)).Failure);
            Assert.Equal($"a tar archive inside {format.ToString().ToLowerInvariant()} is not supported", refused.What);
            Assert.Equal("tar -xOf FILE", refused.Command);
        }
    }

    [Fact]
    public void A_file_that_was_compressed_twice_is_named()
    {
        var twice = Samples.Compress(ContainerFormat.Gzip, Samples.Compress(ContainerFormat.Bzip2, Samples.Content));
        var refused = Assert.IsType<UnsupportedContainerException>(Samples.Outcome(twice).Failure);
        Assert.Equal(("bzip2 inside gzip is not supported", "gzip -dc FILE"), (refused.What, refused.Command));
    }

    [Theory]
    [InlineData(0x425A6831)]
    [InlineData(0x425A6839)]
    [InlineData(0x504B0304)]
    [InlineData(0x4C5A4950)]
    [InlineData(0x52617221)]
    [InlineData(0x502A4D18)]
    [InlineData(0x5F2A4D18)]
    public void A_record_whose_time_spells_a_magic_is_a_record(uint time)
    {
        foreach (var (type, subtype) in ((byte, byte)[])[(12, 1), (12, 2), (13, 1), (16, 4), (17, 4)])
        {
            byte[] record = [(byte)(time >> 24), (byte)(time >> 16), (byte)(time >> 8), (byte)time, 0, type, 0, subtype, 0, 0, 0, 20, .. new byte[20]];
            using var input = Open(record);
            Assert.Equal(ContainerFormat.Plain, input.Format);
        }
    }

    [Theory]
    [InlineData(2, "compression method")]
    [InlineData(3, "reserved flags")]
    public void Gzip_of_a_later_version_is_not_supported_as_the_first_member_and_damage_as_a_later_one(int at, string what)
    {
        var wrong = (byte[])SmallContainers.Gzip.Clone();
        wrong[at] ^= 0x80;
        Assert.Contains(what, Assert.IsType<UnsupportedContainerException>(Samples.Outcome(wrong).Failure).What);
        var (content, damage) = Samples.ReadAll([.. SmallContainers.Gzip, .. wrong]);
        Assert.Equal(SmallContainers.Content, content);
        Assert.NotNull(damage);
    }

    [Fact]
    public void A_randomised_bzip2_block_is_not_supported()
    {
        var file = (byte[])SmallContainers.Bzip2.Clone();
        file[14] |= 0x80;
        Assert.Contains("randomised", Assert.IsType<UnsupportedContainerException>(Samples.Outcome(file).Failure).What);
    }

    [Fact]
    public void A_zstd_window_is_read_up_to_256_MiB_and_a_larger_one_is_not_supported()
    {
        for (var log = 10; log <= 41; log++)
        {
            // A frame without checksum and size, its window, one raw block that is the last.
            var (content, failure) = Samples.Outcome([0x28, 0xB5, 0x2F, 0xFD, 0, (byte)((log - 10) << 3), 11 << 3 | 1, 0, 0, .. "10.0.0.0/8\n"u8]);
            if (log <= 28)
                Assert.Equal("10.0.0.0/8\n"u8.ToArray(), content);
            else
                Assert.Contains("window", Assert.IsType<UnsupportedContainerException>(failure).What);
        }
    }

    [Fact]
    public void Zstd_with_a_dictionary_or_a_reserved_bit_is_not_supported()
    {
        var dictionary = Samples.Outcome([0x28, 0xB5, 0x2F, 0xFD, 1, 0x58, 7, 11 << 3 | 1, 0, 0, .. "10.0.0.0/8\n"u8]).Failure;
        Assert.Equal("zstd -dc -D DICTIONARY FILE", Assert.IsType<UnsupportedContainerException>(dictionary).Command);
        var reserved = Samples.Outcome([0x28, 0xB5, 0x2F, 0xFD, 8, 0x58, 11 << 3 | 1, 0, 0, .. "10.0.0.0/8\n"u8]).Failure;
        Assert.IsType<UnsupportedContainerException>(reserved);
    }

    [Fact]
    public void A_zstd_frame_longer_than_is_held_back_is_delivered_as_it_comes_and_the_next_one_is_held_again()
    {
        var content = new byte[VerifiedDecoder.Most + (5 << 20)];
        new Random(4).NextBytes(content.AsSpan(0, 1000));
        var large = Samples.Compress(ContainerFormat.Zstd, content);
        var small = SmallContainers.Zstd;
        var wrong = (byte[])small.Clone();
        wrong[^1] ^= 1;
        var (delivered, damage) = Samples.ReadAll([.. large, .. small, .. wrong, .. small], 1 << 20);
        Assert.True(delivered.AsSpan().SequenceEqual([.. content, .. SmallContainers.Content]));
        Assert.EndsWith("are left out", damage?.What);
        Assert.Equal(0, damage?.Unconfirmed);

        large[^1] ^= 1;
        (delivered, damage) = Samples.ReadAll(large, 1 << 20);
        Assert.True(content.AsSpan().StartsWith(delivered));
        Assert.InRange(delivered.Length, VerifiedDecoder.Most, content.Length);
        Assert.Equal(delivered.Length, damage?.Unconfirmed);
    }

    private static CompressedInput Open(byte[] file) => CompressedInput.Open(new MemoryStream(file));
}
