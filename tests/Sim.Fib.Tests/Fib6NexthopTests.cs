// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>Gateways, nexthop objects, and round robin.</summary>
public sealed class Fib6NexthopTests
{
    [Fact]
    public void A_gateway_must_be_reached_without_a_gateway()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(-Errno.EHOSTUNREACH, fib.AddVia("2001:db8:1::/48", "2001:db8::1"));
        Assert.Equal(0, fib.Add("2001:db8::/64", oif: 2));
        Assert.Equal(0, fib.AddVia("2001:db8:1::/48", "2001:db8::1", oif: 0));
        Assert.Equal(2, fib.OifOf("2001:db8:1::9"));
        Assert.Equal(0, fib.AddVia("2001:db8:2::/48", "2001:db8::1", oif: 2));
        Assert.Equal(-Errno.EHOSTUNREACH, fib.AddVia("2001:db8:3::/48", "2001:db8::1", oif: 3));
        Assert.Equal(-Errno.EHOSTUNREACH, fib.AddVia("2001:db8:3::/48", "2001:db8:1::1", oif: 2));
        Assert.Equal(-Errno.EINVAL, fib.AddVia("2001:db8:3::/48", "ff02::1"));
        Assert.Equal(-Errno.EINVAL, fib.AddVia("2001:db8:3::/48", "fe80::1", oif: 0));
        Assert.Equal(-Errno.EINVAL, fib.AddVia("2001:db8:3::/48", "fe80::1", oif: Fib6Net.Loopback));
        Fib6Invariants.Check(fib.Table);
    }

    [Fact]
    public void A_gateway_is_looked_up_in_the_main_table_if_its_own_does_not_know_it()
    {
        using var fib = new Fib6Fixture(id: 100);
        using var main = new Fib6Table(fib.Net, RouteTableId.Main);
        Assert.Equal(-Errno.EHOSTUNREACH, fib.AddVia("2001:db8:1::/48", "2001:db8::1"));
        Assert.Equal(0, main.Insert(Fib6Fixture.Request("2001:db8::/64")));
        Assert.Equal(0, fib.AddVia("2001:db8:1::/48", "2001:db8::1"));
    }

    [Fact]
    public void An_onlink_gateway_is_believed_unless_the_main_table_knows_better()
    {
        using var fib = new Fib6Fixture();
        var request = Fib6Fixture.Request("2001:db8:1::/48") with
        {
            Gateway = Fib6Fixture.Address("2001:db8::1"),
            Flags = RtnhFlags.OnLink,
            NlFlags = NlmFlags.Create,
        };
        Assert.Equal(-Errno.ENODEV, fib.Table.Insert(request with { Oif = 0 }));
        Assert.Equal(0, fib.Table.Insert(request));
        Assert.Equal(0, fib.Add("::/0", oif: 5));
        Assert.Equal(0, fib.Table.Insert(request with { Metric = 7 }));
        Assert.Equal(0, fib.Add("2001:db8::/64", oif: 3));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(request with { Metric = 8 }));
    }

    [Fact]
    public void Routes_through_an_object_share_its_state_and_go_with_it()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Net.AddNexthop(7, oif: 2, peer: 3));
        Assert.Equal(-Errno.EEXIST, fib.Net.AddNexthop(7, oif: 2));
        Assert.Equal(-Errno.EINVAL, fib.Net.AddNexthop(0, oif: 2));
        Assert.Equal(-Errno.ENODEV, fib.Net.AddNexthop(8, oif: 0));
        for (var i = 0; i < 50; i++)
            Assert.Equal(0, fib.Table.Insert(Fib6Fixture.Request($"2001:db8:{i:x}::/48", oif: 0) with { NhId = 7 }));
        Assert.Equal(0, fib.Add("2001:db8::/32", peer: 9));
        Assert.Equal(3, fib.PeerOf("2001:db8:1::1"));
        Fib6Invariants.Check(fib.Table);
        Assert.Equal(2, fib.Objects("kmalloc-64"));
        Assert.Equal(50, fib.Net.DeleteNexthop(7));
        Assert.Equal(-Errno.ENOENT, fib.Net.DeleteNexthop(7));
        Assert.Equal(9, fib.PeerOf("2001:db8:1::1"));
        Fib6Invariants.Check(fib.Table);
    }

    [Fact]
    public void The_interface_asked_for_is_preferred_within_the_metric_and_required_when_strict()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add("2001:db8::/32", oif: 2));
        Assert.Equal(0, fib.Add("2001:db8::/32", oif: 3, flags: NlmFlags.Create));
        Assert.Equal(0, fib.Add("2001:db8::/32", oif: 4, metric: 2000));
        Assert.Equal(0, fib.Add("::/0", oif: 5));
        Assert.Equal(3, fib.OifOf("2001:db8::1", oif: 3));
        Assert.Equal(2, fib.OifOf("2001:db8::1", oif: 4));
        Assert.Equal(4, fib.OifOf("2001:db8::1", oif: 4, Rt6LookupFlags.Iface));
        Assert.Equal(5, fib.OifOf("2001:db8::1", oif: 5, Rt6LookupFlags.Iface));
        Assert.Equal(-Errno.EAGAIN, fib.OifOf("2001:db8::1", oif: 6, Rt6LookupFlags.Iface));
        Assert.Equal(2, fib.OifOf("2001:db8::1", oif: 6));
    }

    /// <summary>No neighbour is known: without CONFIG_IPV6_ROUTER_PREF gateways of a metric take turns, lookup by lookup.</summary>
    [Fact]
    public void A_host_tries_its_gateways_in_turn_and_a_router_takes_the_first()
    {
        using var fib = new Fib6Fixture();
        foreach (var oif in new[] { 2, 3, 4 })
            Assert.Equal(0, fib.AddVia("2001:db8::/32", "fe80::1", oif));
        int[] Lookups(Rt6LookupFlags strict) => [.. Enumerable.Range(0, 5).Select(_ => fib.OifOf("2001:db8::1", 0, strict))];
        Assert.Equal([2, 2, 2, 2, 2], Lookups(Rt6LookupFlags.None));
        Assert.Equal([2, 3, 4, 2, 3], Lookups(Rt6LookupFlags.Reachable));
        Fib6Invariants.Check(fib.Table);
        // The turn is at 4, and with it goes the memory of the turn.
        Assert.Equal(0, fib.Table.Delete(Fib6Config.Delete(Prefix.Parse("2001:db8::/32")) with { Oif = 4, Gateway = Fib6Fixture.Address("fe80::1") }));
        Assert.Equal([2, 3, 2, 3, 2], Lookups(Rt6LookupFlags.Reachable));
        using var preferring = new Fib6Fixture(options: new Fib6Options { RouterPref = true });
        Assert.Equal(0, preferring.AddVia("2001:db8::/32", "fe80::1", 2));
        Assert.Equal(0, preferring.AddVia("2001:db8::/32", "fe80::1", 3));
        Assert.Equal([2, 2], new[] { 0, 1 }.Select(_ => preferring.OifOf("2001:db8::1", 0, Rt6LookupFlags.Reachable)));
    }
}
