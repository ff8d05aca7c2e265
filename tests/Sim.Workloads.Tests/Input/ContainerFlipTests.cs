// SPDX-License-Identifier: MIT
using Sim.Workloads.Input;
using Xunit;

namespace Sim.Workloads.Tests.Input;

/// <summary>Every byte of small containers damaged, and every length of them cut off.</summary>
public sealed class ContainerFlipTests
{
    /// <summary>
    /// The bytes that carry no information of the content, or not in every bit: gzip's flags, time, level, system and name,
    /// and lengths of unused codes; bzip2's level, where it grows, and the bits after its end; a bit of zstd's header
    /// that decoders ignore, and of its tables, states that nothing uses. An xz file has none.
    /// </summary>
    public static readonly TheoryData<string, int[]> Files = new()
    {
        { nameof(SmallContainers.Gzip), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 62, 172, 253] },
        { nameof(SmallContainers.Bzip2), [3, 254] },
        { nameof(SmallContainers.XzCrc64), [] },
        { nameof(SmallContainers.XzSha256), [] },
        { nameof(SmallContainers.Zstd), [4, 15, 17, 18, 172, 175] },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_flipped_byte_is_reported_and_what_a_check_confirms_is_a_prefix_of_the_content(string name, int[] uninformative)
    {
        var file = File(name);
        var format = ContainerMagic.Recognise(file);
        for (var at = 0; at < file.Length; at++)
        {
            foreach (var flip in (byte[])[1, 2, 4, 8, 16, 32, 64, 128, 255])
            {
                var wrong = (byte[])file.Clone();
                wrong[at] ^= flip;
                if (ContainerMagic.Recognise(wrong) != format)
                    continue;
                var (content, failure) = Samples.Outcome(wrong);
                if (failure is null)
                {
                    Assert.Contains(at, uninformative);
                    Assert.Equal(SmallContainers.Content, content);
                }
                else if (failure is not ContainerDamageException { Format: ContainerFormat.Zstd, IsCutOff: true })
                {
                    // A corrupt length of a zstd block may lead to the end of the file, as if it were cut off there.
                    Assert.True(SmallContainers.Content.AsSpan().StartsWith(Samples.Confirmed(content, failure)), $"byte {at} ^ {flip}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_second_container_that_is_damaged_takes_nothing_from_the_first(string name, int[] uninformative)
    {
        var file = File(name);
        byte[] both = [.. file, .. file];
        for (var at = file.Length; at < both.Length; at++)
        {
            var wrong = (byte[])both.Clone();
            wrong[at] ^= 0x40;
            var (content, failure) = Samples.Outcome(wrong);
            Assert.True(failure is ContainerDamageException || uninformative.Contains(at - file.Length), $"byte {at}: {failure}");
            Assert.True(content.AsSpan().StartsWith(SmallContainers.Content), $"byte {at}");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_cut_off_at_any_length_gives_a_longer_prefix_the_longer_it_is(string name, int[] uninformative)
    {
        Assert.NotNull(uninformative);
        var file = File(name);
        var most = 0;
        for (var length = 1; length < file.Length; length++)
        {
            var (content, damage) = Samples.ReadAll(file[..length]);
            Assert.Contains("cut off", damage?.What);
            Assert.True(SmallContainers.Content.AsSpan().StartsWith(content), $"cut at {length}");
            Assert.True(content.Length >= most, $"cut at {length}: {content.Length} bytes, but {most} from a shorter file");
            most = content.Length;
        }

        Assert.Equal(SmallContainers.Content.Length, most);
    }

    [Theory]
    [InlineData(nameof(SmallContainers.Gzip), 140)]
    [InlineData(nameof(SmallContainers.XzCrc64), 120)]
    public void What_the_decoder_has_made_before_the_cut_is_not_lost(string name, int length)
    {
        var (content, _) = Samples.ReadAll(File(name)[..length]);
        Assert.InRange(content.Length, 200, SmallContainers.Content.Length);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Zeros_after_the_end_are_damage(string name, int[] uninformative)
    {
        Assert.NotNull(uninformative);
        foreach (var zeros in (int[])[1, 2, 3, 511, 4097])
        {
            var (content, damage) = Samples.ReadAll([.. File(name), .. new byte[zeros]]);
            Assert.Equal(SmallContainers.Content, content);
            Assert.Equal("garbage after the end", damage?.What);
        }
    }

    private static byte[] File(string name) => name switch
    {
        nameof(SmallContainers.Gzip) => SmallContainers.Gzip,
        nameof(SmallContainers.Bzip2) => SmallContainers.Bzip2,
        nameof(SmallContainers.XzCrc64) => SmallContainers.XzCrc64,
        nameof(SmallContainers.XzSha256) => SmallContainers.XzSha256,
        _ => SmallContainers.Zstd,
    };
}
