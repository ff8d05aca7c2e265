// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Mrt;
using Xunit;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>The MRT files of the shared folder of cases, with what its README calls right.</summary>
public sealed class CaseFilesTests
{
    private const string V6Hop = "2001:db8::2";

    [Theory]
    [InlineData("m13-pathid0.mrt", 1, "")]
    [InlineData("m13-pathid0-withdraw.mrt", 1, "0.0.0.0/0 192.0.2.1, 10.1.0.0/16 192.0.2.1")]
    [InlineData("m13-addpath-in-plain.mrt", 3, "")]
    [InlineData("m25-7606.mrt", 2, "10.3.0.0/16 192.0.2.1")]
    [InlineData("m24-dup.mrt", 2, "10.1.0.0/16 192.0.2.1")]
    [InlineData("m26-rfc8950.mrt", 0, $"10.1.0.0/16 {V6Hop}, 10.2.0.0/16 {V6Hop}, 10.3.0.0/16 {V6Hop}, 10.4.0.0/16 {V6Hop}, 10.5.0.0/16 0.0.0.0")]
    [InlineData("m12-clock.mrt", 2, "10.1.0.0/16 192.0.2.1, 10.2.0.0/16 192.0.2.1, 10.3.0.0/16 192.0.2.1, 10.4.0.0/16 192.0.2.1, 10.5.0.0/16 192.0.2.1, 10.6.0.0/16 192.0.2.1")]
    [InlineData("m28-zerotail12288.mrt", 1, "10.0.0.0/16 192.0.2.1")]
    public void A_case_gives_this_ipv4_table_and_so_many_places_of_damage(string file, int damage, string routes)
    {
        var log = new DamageLog();
        Assert.Equal(routes, Routes(file, Family.IPv4, log));
        Assert.Equal(damage, log.Count);
        Assert.Equal("", Routes(file, Family.IPv6, new DamageLog()));
    }

    [Fact]
    public void The_nul_tail_is_named_once_with_where_it_begins_and_how_long_it_is()
    {
        var log = new DamageLog();
        using var input = File.OpenRead(SharedData.File("cases/m28-zerotail12288.mrt"));
        var counts = MrtSummary.Read(input, "tail", log);
        Assert.Equal("tail: record 3 at offset 86: 12,288 NUL bytes, and then the file ends", Assert.Single(log.First).ToString());
        Assert.Equal((2, 1, 12_374), (counts.Records, counts.Entries, counts.Bytes));
        Assert.Equal(2, counts.RecordsByType.Count);
    }

    private static string Routes(string file, Family family, DamageLog log)
    {
        using var input = File.OpenRead(SharedData.File("cases/" + file));
        var table = MrtTable.Load(input, file, family, BestPathRule.Default, log);
        return string.Join(", ", table.Routes.Select(route => $"{route.Prefix} {table.NextHops[route.NextHop]}"));
    }
}
