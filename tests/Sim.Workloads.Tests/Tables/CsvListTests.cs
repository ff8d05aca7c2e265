// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

public sealed class CsvListTests
{
    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    public void Columns_are_read_by_name_in_any_order(char separator)
    {
        var text = """
            id|"Origin AS"|Network|country|next_hop
            1|64500|10.0.0.0/8|"Korea| Republic of"|192.0.2.1
            2|AS64501|"2001:db8::/32"|"a ""quoted"" word"|2001:db8::1
            3||11.0.0.0/8||
            4|{64502,64503}|12.0.0.0/8|DE|peer-a
            5|1.10|13.0.0.0/8|DE|-
            """;
        var routes = TestTables.ReadAll(text.Replace('|', separator), out var damage, out _);
        Assert.Equal(0, damage.Count);
        Assert.Equal(
            ["10.0.0.0/8 192.0.2.1 64500", "11.0.0.0/8 - 0", "12.0.0.0/8 peer-a 64502", "13.0.0.0/8 - 65546", "2001:db8::/32 2001:db8::1 64501"],
            routes);
    }

    [Theory]
    [InlineData("prefix,asn\n10.0.0.0/8,64500\n2001:db8::/32,64501")]
    [InlineData("Prefix , ASN\n10.0.0.0/8 , 64500\n2001:db8::/32 , 64501")]
    [InlineData("\uFEFFprefix,asn\r\n10.0.0.0/8,64500\r\n2001:db8::/32,64501\r\n")]
    [InlineData("\uFEFF\"prefix\";\"asn\"\r\n\"10.0.0.0/8\";\"64500\"\r\n\"2001:db8::/32\";\"64501\"\r\n")]
    [InlineData("asn\tcidr\n64500\t10.0.0.0/8\n64501\t2001:db8::/32")]
    [InlineData("prefix asn\n10.0.0.0/8 64500\n2001:db8::/32 64501")]
    [InlineData("address,length,origin\n10.0.0.0,8,64500\n2001:db8::,32,64501")]
    [InlineData("network,netmask,as\n10.0.0.0,255.0.0.0,64500\n2001:db8::,32,64501")]
    [InlineData("prefix,length,as\n10.0.0.0/8,8,64500\n2001:db8::/32,32,64501")]
    [InlineData("prefix,origin,asn\n10.0.0.0/8,IGP,64500\n2001:db8::/32,?,64501")]
    [InlineData("# made today\n\nprefix,asn\n\n10.0.0.0/8,64500\n# more\n2001:db8::/32,64501")]
    [InlineData("10.0.0.0/8,64500\n2001:db8::/32,64501")]
    [InlineData("\"10.0.0.0/8\",\"64500\"\n\"2001:db8::/32\",\"64501\"")]
    [InlineData("10.0.0.0/8;64500\n2001:db8::/32;64501")]
    [InlineData("10.0.0.0/8,-,64500\n2001:db8::/32,,64501")]
    [InlineData("10.0.0.0,8,64500\n2001:db8::,32,64501")]
    public void The_same_routes_come_out_of_each_way_to_write_them(string text)
    {
        var routes = TestTables.ReadAll(text, out var damage, out _);
        Assert.True(damage.Count == 0, $"{string.Join("; ", damage.First)}");
        Assert.Equal(["10.0.0.0/8 - 64500", "2001:db8::/32 - 64501"], routes);
    }

    [Fact]
    public void Origin_is_the_attribute_where_it_says_so_and_the_AS_elsewhere()
    {
        var routes = TestTables.ReadAll("prefix,origin\n10.0.0.0/8,IGP\n11.0.0.0/8,64500\n12.0.0.0/8,i\n", out var damage, out _);
        Assert.Equal(0, damage.Count);
        Assert.Equal(["10.0.0.0/8 - 0", "11.0.0.0/8 - 64500", "12.0.0.0/8 - 0"], routes);
    }

    [Fact]
    public void Default_in_a_column_is_of_the_family_of_the_next_hop() =>
        Assert.Equal(
            ["0.0.0.0/0 192.0.2.1 0", "::/0 fe80::1 0"],
            TestTables.ReadAll("prefix,gateway\ndefault,192.0.2.1\ndefault,fe80::1\n", out _, out _));

    [Fact]
    public void Types_and_devices_in_columns_mean_what_they_mean_in_ip_route()
    {
        var routes = TestTables.ReadAll(
            "dst,gateway,dev,type\n10.0.0.0/8,,,blackhole\n11.0.0.0/8,fe80::1,d0,unicast\n2001:db8::/32,fe80::1,d0,\n2001:db8:1::/48,fe80::1,d1,\n::/0,,,unreachable\n",
            out var damage, out var counts);
        Assert.Equal(["11.0.0.0/8 fe80::1 0", "2001:db8::/32 fe80::1 0", "2001:db8:1::/48 fe80::1%d1 0"], routes);
        Assert.Equal((0L, 2L), (damage.Count, counts.LeftOut));
    }

    [Theory]
    [InlineData("10.0.0.0/8")]
    [InlineData("10.0.0.0/8,192.0.2.1")]
    [InlineData("10.0.0.0/8,192.0.2.1,64500,more")]
    [InlineData("10.0.0.0/8,192.0.2.1,64500x")]
    [InlineData("10.0.0.0/8,192.0.2.300,64500")]
    [InlineData("10.0.0.0/8,unreachable,64500")]
    [InlineData("10.0.0.0/33,192.0.2.1,64500")]
    [InlineData("010.0.0.0/8,192.0.2.1,64500")]
    [InlineData(",192.0.2.1,64500")]
    [InlineData("10.0.0.0/8,\"192.0.2.1,64500")]
    [InlineData("10.0.0.0/8,\"192.0.2.1\"x,64500")]
    [InlineData("10.0.0.0/8 via 192.0.2.1 dev eth0")]
    public void A_row_that_does_not_fit_its_columns_is_damage(string row)
    {
        var routes = TestTables.ReadAll($"prefix,next_hop,asn\n{row}\n2001:db8::/32,::1,7\n", out var damage, out _);
        Assert.Equal(["2001:db8::/32 ::1 7"], routes);
        Assert.Equal(2, Assert.Single(damage.First).Record);
    }

    [Theory]
    [InlineData("name,city,asn")]
    [InlineData("prefix,network,asn")]
    [InlineData("prefix,asn,as")]
    [InlineData("prefix,gateway,next_hop")]
    [InlineData("Prefix list of the year")]
    public void A_header_that_does_not_say_where_the_prefix_is_is_damage(string header)
    {
        var routes = TestTables.ReadAll($"{header}\n10.0.0.0/8 192.0.2.1 64500\n", out var damage, out _);
        Assert.Equal(["10.0.0.0/8 192.0.2.1 64500"], routes);
        Assert.Equal(1, Assert.Single(damage.First).Record);
    }

    [Fact]
    public void A_length_column_that_contradicts_the_prefix_is_damage()
    {
        var routes = TestTables.ReadAll("prefix,length\n10.0.0.0/8,9\n11.0.0.0/8,8\n2001:db8::/32,33\n", out var damage, out _);
        Assert.Equal(["11.0.0.0/8 - 0"], routes);
        Assert.Equal([2L, 4L], damage.First.Select(place => place.Record));
    }
}
