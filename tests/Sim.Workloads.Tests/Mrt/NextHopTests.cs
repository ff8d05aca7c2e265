// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Mrt;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>0.0.0.0 and :: are no next hop, wherever they stand.</summary>
public sealed class NextHopTests
{
    private static readonly byte[] s_path = [.. Attribute(1, 0), .. Attribute(2, Sequence(1))];

    public static readonly TheoryData<string, string> Unspecified = new()
    {
        { "10.0.0.0/8", "0.0.0.0" }, { "10.0.0.0/8", "::" }, { "2001:db8::/32", "::" },
    };

    [Theory]
    [MemberData(nameof(Unspecified))]
    public void A_route_announced_with_a_next_hop_of_zeros_has_the_name_of_its_peer(string prefix, string hop)
    {
        Assert.Equal("192.0.2.9", Only(prefix, Announced(prefix, Address(hop))));
        if (hop == "0.0.0.0")
            Assert.Equal("192.0.2.9", Only(prefix, Message(MrtTypes.MessageAs4, Update([], [.. s_path, .. Attribute(3, Address(hop))], Nlri(prefix)))));
    }

    [Theory]
    [MemberData(nameof(Unspecified))]
    public void An_entry_of_a_dump_with_a_next_hop_of_zeros_has_the_name_of_its_peer(string prefix, string hop)
    {
        var attribute = hop == "0.0.0.0" ? Attribute(3, Address(hop)) : Attribute(14, [16, .. Address(hop)]);
        byte[] Dump(string peer) => [.. PeerTable((peer, 1)), .. Rib(prefix, Entry(0, [.. s_path, .. attribute]))];
        Assert.Equal("192.0.2.9", Only(prefix, Dump("192.0.2.9")));
        Assert.Equal("2001:db8::9", Only(prefix, Dump("2001:db8::9")));
        // A router's own routes: its peer table has an entry of zeros for itself.
        Assert.Equal("-", Only(prefix, Dump("0.0.0.0")));
        Assert.Equal("-", Only(prefix, Dump("::")));
    }

    [Theory]
    [InlineData("10.0.0.0/8", 1)]
    [InlineData("2001:db8::/32", 2)]
    public void An_entry_whose_mp_reach_has_zeros_does_not_take_the_next_hop_beside_it(string prefix, int afi)
    {
        byte[] attributes = [.. s_path, .. Attribute(3, Address("192.0.2.1")), .. Attribute(14, [0, (byte)afi, 1, 16, .. Address("::"), 0, .. Nlri(prefix)])];
        Assert.Equal("192.0.2.9", Only(prefix, [.. PeerTable(("192.0.2.9", 1)), .. Rib(prefix, Entry(0, attributes))]));
    }

    [Theory]
    [InlineData("10.0.0.0/8")]
    [InlineData("2001:db8::/32")]
    public void A_link_local_next_hop_behind_zeros_is_the_next_hop(string prefix)
    {
        Assert.Equal("fe80::1", Only(prefix, Announced(prefix, [.. Address("::"), .. Address("fe80::1")])));
        Assert.Equal("2001:db8::1", Only(prefix, Announced(prefix, [.. Address("2001:db8::1"), .. Address("fe80::1")])));
        Assert.Equal("192.0.2.9", Only(prefix, Announced(prefix, new byte[32])));
    }

    private static byte[] Announced(string prefix, byte[] hop) => Message(MrtTypes.MessageAs4, Update(
        [], [.. s_path, .. Attribute(14, [0, (byte)(prefix.Contains(':') ? 2 : 1), 1, (byte)hop.Length, .. hop, 0, .. Nlri(prefix)])], []));

    private static string Only(string prefix, byte[] file)
    {
        var log = new DamageLog();
        var table = MrtTable.Load(new MemoryStream(file), "made", prefix.Contains(':') ? Family.IPv6 : Family.IPv4, BestPathRule.Default, log);
        Assert.Empty(log.First);
        return table.NextHops[Assert.Single(table.Routes).NextHop];
    }
}
