// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Netlink;
using Xunit;

namespace Sim.Netlink.Tests;

public sealed class NetlinkWriterTests
{
    [Fact]
    public void Attributes_are_padded_to_four_bytes_and_their_length_does_not_say_so()
    {
        Assert.Equal(
            Hex.Clean(
                """
                38000000 1200 0100 04030201 00000000
                0500 0100 AB000000
                0600 0200 CDAB0000
                0800 0300 EFCDAB89
                0700 0400 01020300
                0700 0500 61620000
                """),
            Hex.Written(writer =>
            {
                writer.BeginMessage(0x12, NlmFlags.Request, 0x01020304);
                writer.PutU8(1, 0xAB);
                writer.PutU16(2, 0xABCD);
                writer.PutU32(3, 0x89ABCDEF);
                writer.PutBytes(4, [1, 2, 3]);
                writer.PutString(5, "ab"u8);
                writer.EndMessage();
            }));
    }

    [Fact]
    public void A_family_header_is_zeroed_and_padded_even_in_a_used_buffer()
    {
        var writer = new NetlinkWriter();
        writer.Append(64).Fill(0xFF);
        writer.Clear();
        writer.Append(5)[0] = 1;
        Assert.Equal("0100000000000000", Hex.Of(writer.Written));
    }

    [Fact]
    public void A_nest_may_be_empty_and_may_hold_nests()
    {
        Assert.Equal(
            "0C000180" + "04000280" + "04000380",
            Hex.Written(writer =>
            {
                var outer = writer.BeginNest(1);
                writer.EndNest(writer.BeginNest(2));
                writer.EndNest(writer.BeginNest(3));
                writer.EndNest(outer);
            }));
    }

    [Fact]
    public void A_nest_may_have_65532_bytes_and_no_more()
    {
        var writer = new NetlinkWriter();
        var nest = writer.BeginNest(1);
        for (var i = 0; i < 16382; i++)
            writer.Reserve(0, 0);
        writer.EndNest(nest);
        Assert.Equal("FCFF0180", Hex.Of(writer.Written[..4]));
        writer.Reserve(0, 0);
        var refused = Assert.Throws<InvalidOperationException>(() => writer.EndNest(nest));
        Assert.Contains("65536", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_attribute_may_have_65531_bytes_of_payload_and_no_more()
    {
        var writer = new NetlinkWriter();
        Assert.Equal(65531, writer.Reserve(1, 65531).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Reserve(1, 65532).Length);
    }

    [Fact]
    public void Messages_follow_one_another_and_do_not_overlap()
    {
        var writer = new NetlinkWriter(0);
        Assert.Throws<InvalidOperationException>(writer.EndMessage);
        writer.BeginMessage(1, NlmFlags.None, 1);
        Assert.Throws<InvalidOperationException>(() => writer.BeginMessage(1, NlmFlags.None, 2));
        writer.EndMessage();
        writer.BeginMessage(2, NlmFlags.None, 2);
        writer.PutU32(1, 7);
        Assert.Equal(24, writer.MessageLength);
        writer.EndMessage();
        Assert.Equal(40, writer.Length);
        Assert.Equal("1000000001000000", Hex.Of(writer.Written[..8]));
        Assert.Equal("1800000002000000", Hex.Of(writer.Written[16..24]));
    }
}
