// SPDX-License-Identifier: MIT
using System.Text;
using Sim.Testing;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

public sealed class ContentRecogniserTests
{
    [Theory]
    [InlineData("10.0.0.0/8\n")]
    [InlineData("2001:db8:")]
    [InlineData("::/0")]
    [InlineData("\uFEFF10.0.0.0/8\n")]
    [InlineData("10.0.0.0/33\n10.0.0.0/8\n")]
    [InlineData("prefix,asn\n10.0.0.0/8,64500\n")]
    [InlineData("% RIPE RISwhois\n\n13335\t1.0.0.0/24\t342\n")]
    [InlineData("default via 192.0.2.1 dev eth0\n")]
    [InlineData("BIRD 2.0.12 ready.\nTable master6:\n2001:db8::/32 unicast [s 1] * (200)\n")]
    [InlineData("# control \u0001 characters in a comment\n10.0.0.0/8\n")]
    [InlineData("10.0.0.0/8\n11.0.\u0001.0/8\n")]
    [InlineData("2001:db8::/32\n\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("::/0\n\0\0\0\0\0\0\0\0")]
    [InlineData("# Zürich\n")]
    [InlineData("hello\n")]
    [InlineData("{\"json\": 1}\n")]
    [InlineData("<!DOCTYPE html>\n")]
    public void Text_is_recognised_whatever_its_first_line_is(string head) =>
        Assert.Equal(ContentKind.Text, ContentRecogniser.Recognise(Encoding.UTF8.GetBytes(head)));

    [Fact]
    public void A_comment_longer_than_the_head_is_text() =>
        Assert.Equal(ContentKind.Text, ContentRecogniser.Recognise(Encoding.UTF8.GetBytes("#".PadRight(4096, 'x'))));

    [Fact]
    public void A_comment_in_Latin_1_is_text() =>
        Assert.Equal(ContentKind.Text, ContentRecogniser.Recognise(Encoding.Latin1.GetBytes("# Züüüürich\n10.0.0.0/8\n")));

    [Theory]
    [InlineData("6553F100000D000100000010")] // TABLE_DUMP_V2
    [InlineData("31302E300011000400000020")] // BGP4MP_ET at a time that reads "10.0"
    [InlineData("0A0A0A0A0010000400000020")]
    [InlineData("6553F100FC00000100000010")] // a type for private use
    [InlineData("000000000000000000000000")]
    [InlineData("6553F100000D400200000010")] // a flipped bit in the subtype
    [InlineData("6553F100000D000140000010")] // and in the length
    [InlineData("6553F100000D")]
    [InlineData("00")]
    public void Mrt_is_not_taken_for_text(string hex) =>
        Assert.Equal(ContentKind.Mrt, ContentRecogniser.Recognise(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("7F454C4602010100000000000000000003003E00")] // ELF
    [InlineData("89504E470D0A1A0A0000000D49484452")] // PNG
    [InlineData("FFD8FFE000104A46494600010100")] // JPEG
    public void What_is_neither_is_told_so(string hex)
    {
        var head = Convert.FromHexString(hex);
        Assert.Equal(ContentKind.Other, ContentRecogniser.Recognise(head));
        Assert.Contains($"neither MRT nor text: it begins with the bytes {hex[..16]}", ContentRecogniser.Refusal(ContentKind.Other, head), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", false)]
    public void Utf_16_is_told_from_all_else(string name, bool mark)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] head = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes("10.0.0.0/8\r\n2001:db8::/32\r\n")];
        Assert.Equal(ContentKind.WideText, ContentRecogniser.Recognise(head));
        Assert.Contains("UTF-16 is not supported", ContentRecogniser.Refusal(ContentKind.WideText, head), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html>", "HTML")]
    [InlineData("\n <HTML>", "HTML")]
    [InlineData("<?xml version=\"1.0\"?>", "XML")]
    [InlineData("{\"error\": \"not found\"}", "JSON")]
    [InlineData("\uFEFF[\n", "JSON")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "Git LFS")]
    [InlineData("404 Not Found\n", "text")]
    public void Text_without_a_prefix_is_told_for_what_it_looks_like(string head, string expected) =>
        Assert.StartsWith(expected, ContentRecogniser.Describe(Encoding.UTF8.GetBytes(head)).Replace("a Git", "Git", StringComparison.Ordinal), StringComparison.Ordinal);
}
