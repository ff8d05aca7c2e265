// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

/// <summary>What single lines of lists say: prefixes, lengths, masks, next hops, ASes.</summary>
public sealed class ListFieldTests
{
    [Theory]
    [InlineData("10.0.0.0 8", "10.0.0.0/8 - 0")]
    [InlineData("10.0.0.0\t8", "10.0.0.0/8 - 0")]
    [InlineData("0.0.0.0 0", "0.0.0.0/0 - 0")]
    [InlineData("2001:db8:: 32", "2001:db8::/32 - 0")]
    [InlineData(":: 0", "::/0 - 0")]
    [InlineData("10.0.0.0 8 16", "10.0.0.0/8 - 16")]
    [InlineData("2001:db8:: 32 64", "2001:db8::/32 - 64")]
    [InlineData("10.0.0.0 8 192.0.2.1 64500", "10.0.0.0/8 192.0.2.1 64500")]
    [InlineData("2001:db8:: 32 2001:db8::1 64500", "2001:db8::/32 2001:db8::1 64500")]
    [InlineData("10.0.0.0 255.0.0.0", "10.0.0.0/8 - 0")]
    [InlineData("10.0.0.0 0xff000000", "10.0.0.0/8 - 0")]
    [InlineData("10.0.0.0/255.0.0.0", "10.0.0.0/8 - 0")]
    [InlineData("192.0.2.7 255.255.255.255 192.0.2.1", "192.0.2.7/32 192.0.2.1 0")]
    [InlineData("0.0.0.0 0.0.0.0 192.0.2.1 64500", "0.0.0.0/0 192.0.2.1 64500")]
    [InlineData("2001:db8:: ffff:ffff::", "2001:db8::/32 - 0")]
    [InlineData("10.0.0.0,8", "10.0.0.0/8 - 0")]
    [InlineData("2001:db8::;32;64500", "2001:db8::/32 - 64500")]
    public void A_number_or_netmask_after_an_address_is_its_length(string line, string expected) => Reads(line, expected);

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7/32 - 0")]
    [InlineData("2001:db8::7", "2001:db8::7/128 - 0")]
    [InlineData("192.0.2.7 AS64500", "192.0.2.7/32 - 64500")]
    [InlineData("2001:db8::7 - 64500", "2001:db8::7/128 - 64500")]
    [InlineData("192.0.2.7 peer-a 64500", "192.0.2.7/32 peer-a 64500")]
    public void An_address_with_nothing_that_can_be_a_length_is_a_host(string line, string expected) => Reads(line, expected);

    [Theory]
    [InlineData("10.0.0.0 33")]
    [InlineData("2001:db8:: 129")]
    [InlineData("10.0.0.0 64500")]
    [InlineData("2001:db8::7 64500")]
    [InlineData("10.0.0.0 08")]
    [InlineData("2001:db8:: 032")]
    [InlineData("10.0.0.1 8")]
    [InlineData("2001:db8::1 32")]
    [InlineData("192.168.1.1 0.0.0.0")]
    [InlineData("10.0.0.0 0.255.255.255")]
    [InlineData("10.0.0.0 255.0.255.0")]
    [InlineData("10.0.0.0 0xff00ff00")]
    [InlineData("2001:db8:: ffff::ffff")]
    [InlineData("192.0.2.77 192.0.2.1")]
    [InlineData("192.0.2.77 192.0.2.1 64500")]
    [InlineData("2001:db8::7 2001:db8::1")]
    [InlineData("10.0.0.0 2001:db8::1")]
    [InlineData("10.0.0.0 8,9")]
    [InlineData("10.0.0.0 8 word")]
    [InlineData("2001:db8:: 32 word 64500")]
    [InlineData("10.0.0.0/255.0.255.0")]
    [InlineData("10.0.0.0/0.0.0.255")]
    public void What_is_no_length_after_an_address_is_damage(string line) => Refuses(line);

    [Theory]
    [InlineData("010.0.0.0/8", "leading zeros")]
    [InlineData("10.000.0.0/8", "leading zeros")]
    [InlineData("10.0.0.0/08", "leading zeros")]
    [InlineData("010.0.0.0 8", "leading zeros")]
    [InlineData("2001:db8::/032", "not an IP prefix")]
    [InlineData("::ffff:01.2.3.4/128", "not an IP prefix")]
    [InlineData("10/8", "not an IP prefix")]
    [InlineData("10.0.0.0/+8", "not an IP prefix")]
    [InlineData("10.0.0.0/8x", "not an IP prefix")]
    [InlineData("10.0.0.0/ 8", "not an IP prefix")]
    [InlineData("10.0.0.0 /8", "neither")]
    [InlineData("10.0.0.0/33", "not an IP prefix")]
    [InlineData("10.0.0.0//8", "not an IP prefix")]
    [InlineData("10.0.0.0/8,", "")]
    [InlineData("10.0.0.0/8;", "")]
    [InlineData("10.0.0.0/8.", "not an IP prefix")]
    [InlineData("10.0.0.256/8", "not an IP prefix")]
    [InlineData("1e1.0.0.0/8", "not an IP prefix")]
    [InlineData("2001:db8::/129", "not an IP prefix")]
    [InlineData("2001:db8:::/32", "not an IP prefix")]
    [InlineData("2001:db8:00000::/32", "not an IP prefix")]
    [InlineData("fe80::%eth0/64", "not an IP prefix")]
    [InlineData("fe80::1%eth0", "not an IP prefix")]
    [InlineData("[2001:db8::]/32", "not an IP prefix")]
    [InlineData("1:2:3:4:5:6:7:8::/64", "not an IP prefix")]
    [InlineData("10.0.0.0-10.0.0.255", "not an IP prefix")]
    [InlineData("10.0.0.0/8-24 AS64500", "not an IP prefix")]
    public void Spellings_that_programs_read_differently_are_refused(string line, string why)
    {
        TestTables.ReadAll(line, out var damage, out _);
        Assert.Contains(why, Assert.Single(damage.First).What, StringComparison.Ordinal);
        Refuses(line);
    }

    [Theory]
    [InlineData("2001:0db8:0000::/32", "2001:db8::/32 - 0")]
    [InlineData("2001:DB8::/32", "2001:db8::/32 - 0")]
    [InlineData("::ffff:1.2.3.4/128", "::ffff:1.2.3.4/128 - 0")]
    [InlineData("2001:db8:0:0:0:0:0:0/32", "2001:db8::/32 - 0")]
    public void What_RFC_4291_allows_is_read(string line, string expected) => Reads(line, expected);

    [Theory]
    [InlineData("10.0.0.0/8 64500", "- 64500")]
    [InlineData("10.0.0.0/8 AS64500", "- 64500")]
    [InlineData("10.0.0.0/8 as64500", "- 64500")]
    [InlineData("10.0.0.0/8 As64500", "- 64500")]
    [InlineData("10.0.0.0/8 4294967295", "- 4294967295")]
    [InlineData("10.0.0.0/8 AS1.10", "- 65546")]
    [InlineData("10.0.0.0/8 192.0.2.1 1.10", "192.0.2.1 65546")]
    [InlineData("10.0.0.0/8 192.0.2.1 65535.65535", "192.0.2.1 4294967295")]
    [InlineData("10.0.0.0/8 - 1.10", "- 65546")]
    [InlineData("10.0.0.0/8 {64500,64501}", "- 64500")]
    [InlineData("10.0.0.0/8 64500,64501", "- 64500")]
    [InlineData("10.0.0.0/8 64500_64501", "- 64500")]
    [InlineData("10.0.0.0/8 192.0.2.1 -", "192.0.2.1 0")]
    [InlineData("10.0.0.0/8 192.0.2.1", "192.0.2.1 0")]
    [InlineData("10.0.0.0/8 0.0.0.0 64500", "- 64500")]
    [InlineData("10.0.0.0/8 :: 64500", "- 64500")]
    [InlineData("10.0.0.0/8 2001:DB8:0::1 64500", "2001:db8::1 64500")]
    [InlineData("10.0.0.0/8 fe80::1%eth0 64500", "fe80::1%eth0 64500")]
    [InlineData("10.0.0.0/8 wg_peer.7 64500", "wg_peer.7 64500")]
    [InlineData("10.0.0.0/8 asia 64500", "asia 64500")]
    [InlineData("10.0.0.0/8 xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqnk1g= 64500", "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqnk1g= 64500")]
    [InlineData("10.0.0.0/8 ; remark", "- 0")]
    [InlineData("10.0.0.0/8 // remark", "- 0")]
    [InlineData("10.0.0.0/8 192.0.2.1 64500 % remark", "192.0.2.1 64500")]
    public void Next_hop_and_AS_follow_in_both_families(string line, string expected)
    {
        Reads(line, $"10.0.0.0/8 {expected}");
        Reads(line.Replace("10.0.0.0/8", "2001:db8::/32", StringComparison.Ordinal), $"2001:db8::/32 {expected}");
    }

    [Theory]
    [InlineData("65001x")]
    [InlineData("192.0.2.1 65001x")]
    [InlineData("192.0.2.1 AS65536.1")]
    [InlineData("192.0.2.1 1.65536")]
    [InlineData("192.0.2.1 1.2.3")]
    [InlineData("1.10")]
    [InlineData("AS-FOO")]
    [InlineData("AS64500:AS-FOO")]
    [InlineData("AS")]
    [InlineData("65001,")]
    [InlineData("{65001")]
    [InlineData("{65001,}")]
    [InlineData("{}")]
    [InlineData("(65001)")]
    [InlineData("4294967296")]
    [InlineData("192.0.2.1 4294967296")]
    [InlineData("192.0.2.1 18446744073709616116")]
    [InlineData("192.0.2.1 {64500,4294967296}")]
    [InlineData("192.0.2.1 064500")]
    [InlineData("+64500")]
    [InlineData("-64500")]
    [InlineData("192.0.2.1 i 64500")]
    [InlineData("192.0.2.1 64500 64501")]
    [InlineData("192.0.2.1 via 64500")]
    [InlineData("none 64500")]
    [InlineData("IGP")]
    [InlineData("le 24")]
    [InlineData("fe80::zz")]
    [InlineData("two words here")]
    [InlineData("192.0.2.256")]
    [InlineData("192.0.2.1/32")]
    [InlineData("192.0.2.1%eth0")]
    [InlineData("fe80::1%")]
    [InlineData("link#2")]
    [InlineData("; 64500")]
    [InlineData("; 192.0.2.1")]
    public void A_field_that_is_neither_is_damage_in_both_families(string fields)
    {
        Refuses($"10.0.0.0/8 {fields}");
        Refuses($"2001:db8::/32 {fields}");
    }

    [Fact]
    public void Every_comment_mark_begins_a_comment_and_none_is_too_long()
    {
        var long_ = new string('x', 10_000);
        string[] lines = [$"# {long_}", $";{long_}", $"% {long_}", $"  // {long_}", "% RIPE", "; Spamhaus", "// C", "10.0.0.0/8", ""];
        var routes = TestTables.ReadAll(string.Join('\n', lines), out var damage, out var counts);
        Assert.Equal(["10.0.0.0/8 - 0"], routes);
        Assert.Equal((0L, 8L), (damage.Count, counts.Lines));
    }

    [Theory]
    [InlineData("13335\t1.0.0.0/24\t342", "1.0.0.0/24 - 13335")]
    [InlineData("{64500,64501}\t2001:db8::/32\t3", "2001:db8::/32 - 64500")]
    public void Riswhois_lines_give_the_origin_before_the_prefix(string line, string expected) => Reads(line, expected);

    [Theory]
    [InlineData("7 10.9.0.0/16")]
    [InlineData("64500 10.0.0.0/8 192.0.2.1")]
    [InlineData("64500 10.0.0.0/8 3 4")]
    [InlineData("64500 10.0.0.0 8")]
    public void Other_lines_that_begin_with_a_number_are_damage(string line) => Refuses(line);

    [Fact]
    public void Host_bits_are_masked_and_counted()
    {
        var routes = TestTables.ReadAll("10.0.0.1/8\n11.0.0.0/8\n2001:db8::1/32\n", out _, out var counts);
        Assert.Equal(["10.0.0.0/8 - 0", "11.0.0.0/8 - 0", "2001:db8::/32 - 0"], routes);
        Assert.Equal(2, counts.HostBits);
    }

    [Fact]
    public void Names_as_next_hops_are_counted()
    {
        TestTables.ReadAll("10.0.0.0/8 peer-a\n11.0.0.0/8 192.0.2.1\n2001:db8::/32 peer-a\n", out _, out var counts);
        Assert.Equal(2, counts.Notes().Single(note => note.What == "routes with a name as next hop").Count);
        Assert.Contains(("routes with a name as next hop", 2L, "first in line 1"), counts.Notes());
    }

    [Fact]
    public void One_address_in_two_spellings_is_one_next_hop()
    {
        var table = TestTables.Read("10.0.0.0/8 2001:db8::1\n11.0.0.0/8 2001:DB8:0:0::1\n12.0.0.0/8 2001:db8::2\n", Family.IPv4, out _, out _);
        Assert.Equal(["2001:db8::1", "2001:db8::2"], table.NextHops);
        Assert.Equal([0, 0, 1], table.Routes.Select(route => route.NextHop));
    }

    private static void Reads(string line, string expected)
    {
        var routes = TestTables.ReadAll(line + "\n", out var damage, out _);
        Assert.True(damage.Count == 0, $"{line}: {string.Join("; ", damage.First)}");
        Assert.Equal([expected], routes);
    }

    private static void Refuses(string line)
    {
        var routes = TestTables.ReadAll($"{line}\n198.51.100.0/24\n", out var damage, out var counts);
        Assert.Equal(["198.51.100.0/24 - 0"], routes);
        Assert.Equal((1L, 0L, "line"), (Assert.Single(damage.First).Record, damage.First[0].Offset, damage.First[0].Unit));
        Assert.Equal(1, counts.Damaged);
    }
}
