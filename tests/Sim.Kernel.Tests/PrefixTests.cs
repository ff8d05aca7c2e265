// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Kernel.Tests;

public sealed class PrefixTests
{
    [Theory]
    [InlineData("10.1.2.3/8", "10.0.0.0/8")]
    [InlineData("192.0.2.1", "192.0.2.1/32")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:db8::1/32", "2001:db8::/32")]
    [InlineData("::/0", "::/0")]
    [InlineData("::ffff:1.2.3.4/128", "::ffff:1.2.3.4/128")]
    public void Text_is_read_and_host_bits_are_masked(string text, string expected) =>
        Assert.Equal(expected, Prefix.Parse(text).ToString());

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0/8")]
    [InlineData("10.0.0.256/8")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("0x0a.0.0.0/8")]
    [InlineData("2001:db8::/129")]
    [InlineData("fe80::1%eth0/64")]
    [InlineData("")]
    [InlineData("/8")]
    public void Text_that_is_no_prefix_is_refused(string text) => Assert.False(Prefix.TryParse(text, out _));

    [Fact]
    public void A_mask_has_as_many_ones_as_its_length_and_they_come_first()
    {
        for (var length = 0; length <= 128; length++)
        {
            var mask = Prefix.Mask(length);
            Assert.Equal((length, length), ((int)UInt128.PopCount(mask), (int)UInt128.LeadingZeroCount(~mask)));
        }
    }

    [Fact]
    public void Sorted_and_by_length_differ_only_in_which_key_comes_first()
    {
        var wide = Prefix.Parse("11.0.0.0/8");
        var narrow = Prefix.Parse("10.0.0.0/24");
        Assert.True(narrow < wide);
        Assert.True(Prefix.CompareByLength(wide, narrow) < 0);
    }

    [Fact]
    public void A_prefix_contains_itself_and_its_more_specifics_only()
    {
        var net = Prefix.Parse("10.0.0.0/8");
        Assert.True(net.Contains(net));
        Assert.True(net.Contains(Prefix.Parse("10.255.0.0/16")));
        Assert.False(net.Contains(Prefix.Parse("0.0.0.0/0")));
        Assert.False(net.Contains(Prefix.Parse("11.0.0.0/8")));
        Assert.False(net.Contains(Prefix.Parse("a00::/8")));
    }
}
