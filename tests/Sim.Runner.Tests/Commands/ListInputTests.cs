// SPDX-License-Identifier: MIT
using System.Text;
using System.Text.Json;
using Xunit;

namespace Sim.Runner.Tests.Commands;

/// <summary>Text files as people have them, given to the program.</summary>
public sealed class ListInputTests
{
    [Theory]
    [InlineData("<!DOCTYPE html><html><body>404</body></html>\n", "HTML, such as an error page without a prefix in 1 line")]
    [InlineData("{\"error\": \"not found\"}\n", "JSON without a prefix in 1 line")]
    [InlineData("[{\"dst\":\"10.0.0.0/8\",\"gateway\":\"192.0.2.1\"}]\n", "JSON without a prefix in 1 line")]
    [InlineData("[ {\n        \"dst\": \"2001:db8::/32\"\n    } ]\n", "JSON without a prefix in 3 lines")]
    [InlineData("[\n\"2001:db8::/32\"\n]\n", "JSON without a prefix in 3 lines")]
    [InlineData("BGP table version is 2\n\n   Network          Next Hop            Metric LocPrf Weight Path\n*> 10.0.0.0/8       192.0.2.1    0 64500 i\n", "line 3: a table of BGP paths")]
    [InlineData("no ipv6 prefix-list NN\nipv6 prefix-list NN permit 2001:db8::/32\n", "line 1: a filter of a router's configuration")]
    [InlineData("[\n  \"10.0.0.0/8\",\n  \"11.0.0.0/8\"\n]\n", "JSON without a prefix in 4 lines")]
    [InlineData("010.0.0.0/8\n10.0.0.0/33\n", "text without a prefix in 2 lines (line 1: leading zeros")]
    [InlineData("# nothing yet\n", "text without a prefix in 1 line")]
    [InlineData("x", "text without a prefix in 1 line")]
    public void A_text_without_a_prefix_is_refused_and_a_good_file_is_left_alone(string content, string expected)
    {
        using var scratch = new Scratch();
        var (file, kept) = (scratch.Write("dump.txt", content), scratch.Write("kept.txt", "10.0.0.0/8\n"));
        foreach (var ran in (Ran[])[Program.Run("table", "info", file), Program.Run("table", "convert", file, kept)])
        {
            Assert.Equal(2, ran.Code);
            Assert.Contains($"dump.txt: {expected}", ran.Error);
            Assert.Equal(expected.StartsWith("JSON", StringComparison.Ordinal), ran.Error.Contains("'ip route' without -j", StringComparison.Ordinal));
            Assert.Single(ran.Error.TrimEnd().Split('\n'));
        }

        Assert.Equal("10.0.0.0/8\n", File.ReadAllText(kept));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Text_in_UTF_16_is_not_supported_and_the_message_says_what_converts_it(string encoding)
    {
        using var scratch = new Scratch();
        File.WriteAllText(scratch["wide.txt"], "10.0.0.0/8\r\n2001:db8::/32\r\n", Encoding.GetEncoding(encoding));
        var ran = Program.Run("table", "info", scratch["wide.txt"]);
        Assert.Equal(2, ran.Code);
        Assert.Contains("UTF-16 is not supported; 'iconv", ran.Error);
    }

    [Theory]
    [InlineData("4", "10.0.0.0/8 via 192.0.2.1 dev d0\nunreachable 10.1.0.0/16\nlocal 192.0.2.9 dev lo\n10.0.0.1/9 dev d0\n", "10.0.0.0/8 192.0.2.1\n10.0.0.0/9 -\n")]
    [InlineData("6", "2001:db8::/32 via fe80::1 dev d0\nunreachable 2001:db8:1::/48\nlocal ::1 dev lo\n2001:db8::1/33 dev d0\n", "2001:db8::/32 fe80::1\n2001:db8::/33 -\n")]
    public void What_is_left_out_is_counted_and_shown_and_no_damage(string family, string list, string expected)
    {
        using var scratch = new Scratch();
        var converted = Program.Run("table", "convert", scratch.Write("routes.txt", list), scratch["out.txt"], "--family", family);
        Assert.Equal(0, converted.Code);
        Assert.Contains("2 routes to no peer, left out", converted.Error);
        Assert.Contains("1 prefixes with host bits, masked", converted.Error);
        Assert.Equal(expected, File.ReadAllText(scratch["out.txt"]));
        var info = Program.Run("table", "info", scratch["routes.txt"]);
        Assert.Equal(0, info.Code);
        Assert.Matches(@"routes to no peer, left out +2\b", info.Out);
        var json = JsonDocument.Parse(Program.Run("table", "info", scratch["routes.txt"], "--json").Out).RootElement;
        Assert.Equal((2, 0, 1, 0), (
            json.GetProperty("left_out").GetInt32(), json.GetProperty("further_next_hops").GetInt32(),
            json.GetProperty("host_bits").GetInt32(), json.GetProperty("damage").GetInt32()));
        Assert.Equal(2, json.GetProperty("prefixes").GetProperty($"ipv{family}").GetInt32());
    }

    [Fact]
    public void A_damaged_line_is_named_as_a_line_and_the_rest_is_used()
    {
        using var scratch = new Scratch();
        var ran = Program.Run("table", "convert", scratch.Write("list.txt", "10.0.0.0/33\n10.0.0.0/8\n2001:db8::/32\n"), scratch["out.txt"]);
        Assert.Equal(3, ran.Code);
        Assert.Contains("list.txt: line 1 at offset 0: not an IP prefix: '10.0.0.0/33'", ran.Error);
        Assert.Equal("10.0.0.0/8\n", File.ReadAllText(scratch["out.txt"]));
    }
}
