// SPDX-License-Identifier: MIT
using System.Net;
using System.Text;
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Kernel.Tests;

public sealed class AddressTextTests
{
    [Theory]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("1::")]
    [InlineData("1:2:3:4:5:6:7:8")]
    [InlineData("1:2:3:4:5:6:7::")]
    [InlineData("::2:3:4:5:6:7:8")]
    [InlineData("1:2::7:8")]
    [InlineData("0001:00a0::FfFf")]
    [InlineData("::ffff:192.0.2.1")]
    [InlineData("1:2:3:4:5:6:192.0.2.1")]
    [InlineData("64:ff9b::192.0.2.33")]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    public void An_address_is_read_as_the_framework_reads_it(string text)
    {
        Assert.True(AddressText.TryParse(text, out var family, out var address));
        Assert.Equal(IPAddress.Parse(text).ToString(), AddressText.Format(family, address));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1:")]
    [InlineData(":1")]
    [InlineData("1:::2")]
    [InlineData("1::2::3")]
    [InlineData("::1:")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7:8::")]
    [InlineData("::1:2:3:4:5:6:7:8")]
    [InlineData("00001::")]
    [InlineData("g::")]
    [InlineData("::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("::1/64")]
    [InlineData("1:2:3:4:5:6:7:192.0.2.1")]
    [InlineData("::192.0.2")]
    [InlineData("::192.0.2.1:1")]
    [InlineData("::192.0.2.01")]
    [InlineData("192.0.2.01")]
    [InlineData("010.0.0.1")]
    [InlineData("192.0.2")]
    [InlineData("192.0.2.1.")]
    [InlineData("192.0.2.256")]
    [InlineData("192.0.2.+1")]
    [InlineData("0xc0.0.2.1")]
    [InlineData(" 192.0.2.1")]
    public void What_programs_read_differently_is_refused(string text) => Assert.False(AddressText.TryParse(text, out _, out _));

    [Fact, Property]
    public void Every_address_is_read_back_as_it_was_formatted() =>
        Gen.Select(Gen.ULong, Gen.ULong, Gen.Int[0, 16], Gen.Int[0, 16]).Check(
            (high, low, before, after) =>
            {
                // Long runs of zeros are what "::" is for.
                var address = new UInt128(high, low) >> (8 * before) << (8 * before) << (8 * after) >> (8 * after);
                var text = AddressText.Format(Family.IPv6, address);
                Assert.True(AddressText.TryParse(text, out var family, out var read));
                Assert.Equal((Family.IPv6, address), (family, read));
                Assert.True(AddressText.TryParse(AddressText.Format(Family.IPv4, (UInt128)(uint)low << 96), out family, out read));
                Assert.Equal((Family.IPv4, (UInt128)(uint)low << 96), (family, read));
            },
            iter: 2000);

    [Fact, Property]
    public void Random_text_is_accepted_only_where_the_framework_accepts_it() =>
        Gen.Char["0123:::af.%/"].Array[1, 24].Check(
            chars =>
            {
                var text = new string(chars);
                if (!AddressText.TryParse(text, out var family, out var address))
                    return;
                Assert.True(IPAddress.TryParse(text, out var expected), text);
                Assert.Equal(expected.ToString(), AddressText.Format(family, address));
            },
            iter: 20_000);

    [Fact]
    public void Reading_allocates_nothing()
    {
        var texts = Array.ConvertAll(["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8", "1:2"], Encoding.ASCII.GetBytes);
        var read = AddressText.TryParse(texts[0], out _, out _) ? 0 : -1;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            read += AddressText.TryParse(texts[i % texts.Length], out _, out _) ? 1 : 0;
        Assert.Equal((0, 800), (GC.GetAllocatedBytesForCurrentThread() - before, read));
    }
}
