// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>What the flags of a request do: each case as fib6_add_1 and fib6_add_rt2node decide it.</summary>
public sealed class Fib6InsertFlagTests
{
    private const string P = "2001:db8::/32";

    [Fact]
    public void Routes_of_a_prefix_stand_by_metric_and_one_without_gets_1024()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add(P, oif: 2));
        Assert.Equal(0, fib.Add(P, oif: 3, metric: 5));
        Assert.Equal(0, fib.Add(P, oif: 4, metric: 2000));
        Assert.Equal($"{P} 5 dev 3; {P} 1024 dev 2; {P} 2000 dev 4", fib.Dump());
        Assert.Equal(3, fib.OifOf("2001:db8::1"));
    }

    [Fact]
    public void Exclusive_refuses_a_second_route_of_the_same_metric_alone()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add(P, oif: 2));
        Assert.Equal(-Errno.EEXIST, fib.Add(P, oif: 3));
        Assert.Equal(0, fib.Add(P, oif: 3, metric: 7));
        Fib6Invariants.Check(fib.Table);
    }

    [Fact]
    public void Without_exclusive_only_an_equal_nexthop_is_refused()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add(P, oif: 2, peer: 1));
        Assert.Equal(-Errno.EEXIST, fib.Add(P, oif: 2, peer: 1, flags: NlmFlags.Create));
        Assert.Equal(0, fib.Add(P, oif: 2, peer: 2, flags: NlmFlags.Create));
        Assert.Equal(0, fib.Add(P, oif: 3, peer: 1, flags: NlmFlags.Create | NlmFlags.Append));
        Assert.Equal([1, 2, 1], fib.Routes().Select(route => route.Peer));
        // The first of the list answers; without gateways they are no multipath route.
        Assert.Equal(1, fib.PeerOf("2001:db8::1"));
    }

    [Fact]
    public void Replace_takes_the_place_of_the_first_of_the_metric()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add(P, oif: 2));
        Assert.Equal(0, fib.Add(P, oif: 3, flags: NlmFlags.Create));
        Assert.Equal(0, fib.Add(P, oif: 4, flags: NlmFlags.Replace));
        Assert.Equal($"{P} 1024 dev 4; {P} 1024 dev 3", fib.Dump());
        // The equal one too: nothing compares nexthops here.
        Assert.Equal(0, fib.Add(P, oif: 4, flags: NlmFlags.Create | NlmFlags.Replace));
        Assert.Equal($"{P} 1024 dev 4; {P} 1024 dev 3", fib.Dump());
        Assert.Equal(0u, fib.Net.Statistics.FibDiscardedRoutes);
    }

    [Fact]
    public void Replace_prefers_a_route_that_like_the_new_one_has_a_gateway()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add(P, oif: 2));
        Assert.Equal(0, fib.AddVia(P, "fe80::1"));
        Assert.Equal(0, fib.AddVia(P, "fe80::2", flags: NlmFlags.Replace));
        Assert.Equal($"{P} 1024 dev 2; {P} 1024 via 2", fib.Dump());
        Assert.Equal(0, fib.Delete(P));
        // None like it any more: the first gives way.
        Assert.Equal(0, fib.Add(P, oif: 3, flags: NlmFlags.Replace));
        Assert.Equal($"{P} 1024 dev 3", fib.Dump());
    }

    [Fact]
    public void Replace_without_create_needs_the_prefix_and_the_metric()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(-Errno.ENOENT, fib.Add(P, flags: NlmFlags.Replace));
        Assert.Equal(-Errno.ENOENT, fib.Add("::/0", flags: NlmFlags.Replace));
        Assert.Equal(0, fib.Add("2001:db8:8000::/33"));
        Assert.Equal(0, fib.Add("2001:db8::/33"));
        // The node 2001:db8::/32 is there, but only branches.
        Assert.Equal(-Errno.ENOENT, fib.Add(P, flags: NlmFlags.Replace));
        Assert.Equal(-Errno.ENOENT, fib.Add("2001:db8::/33", metric: 3, flags: NlmFlags.Replace));
        Fib6Invariants.Check(fib.Table);
        Assert.Equal(0, fib.Add(P, flags: NlmFlags.Replace | NlmFlags.Create));
        Fib6Invariants.Check(fib.Table);
    }

    /// <summary>The kernel warns "NLM_F_CREATE should be set" and goes on.</summary>
    [Fact]
    public void Without_any_flag_a_route_is_made_all_the_same()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add(P, flags: NlmFlags.None));
        Assert.Equal(0, fib.Add("2001:db8:7::/48", flags: NlmFlags.None));
        Assert.Equal(2, fib.Table.Stat().Routes);
    }

    [Fact]
    public void Routes_with_gateways_and_one_metric_are_one_multipath_route()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.AddVia(P, "fe80::1"));
        Assert.Equal(0, fib.Add(P, oif: 3, flags: NlmFlags.Create));
        Assert.Equal(0, fib.AddVia(P, "fe80::2"));
        Assert.Equal(0, fib.AddVia(P, "fe80::3", metric: 7));
        Assert.Equal($"{P} 7 via 3; {P} 1024 via 1; {P} 1024 dev 3; {P} 1024 via 2", fib.Dump());
        // The checks walk the rings, and the shares of the hash space.
        Fib6Invariants.Check(fib.Table);
        Assert.Equal(0, fib.Table.Delete(Fib6Config.Delete(Prefix.Parse(P)) with { Metric = 1024, Gateway = Fib6Fixture.Address("fe80::1") }));
        Assert.Equal($"{P} 7 via 3; {P} 1024 dev 3; {P} 1024 via 2", fib.Dump());
        Fib6Invariants.Check(fib.Table);
    }

    [Fact]
    public void A_replacement_takes_the_whole_multipath_route()
    {
        using var fib = new Fib6Fixture();
        foreach (var gateway in new[] { "fe80::1", "fe80::2", "fe80::3" })
            Assert.Equal(0, fib.AddVia(P, gateway));
        Assert.Equal(-Errno.EEXIST, fib.AddVia(P, "fe80::3"));
        Fib6Invariants.Check(fib.Table);
        Assert.Equal(0, fib.AddVia(P, "fe80::9", flags: NlmFlags.Replace));
        Assert.Equal($"{P} 1024 via 9", fib.Dump());
        Fib6Invariants.Check(fib.Table);
    }

    [Fact]
    public void A_deletion_without_a_gateway_takes_the_whole_multipath_route_and_nothing_else()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.AddVia(P, "fe80::1"));
        Assert.Equal(0, fib.AddVia(P, "fe80::2"));
        Assert.Equal(0, fib.Add(P, oif: 3, flags: NlmFlags.Create));
        Assert.Equal(0, fib.Delete(P));
        Assert.Equal($"{P} 1024 dev 3", fib.Dump());
        Assert.Equal(2u, fib.Net.Statistics.FibDiscardedRoutes);
    }

    [Fact]
    public void A_deletion_that_names_a_peer_deletes_that_peers_route_alone()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add(P, peer: 1));
        Assert.Equal(0, fib.Add(P, peer: 2, flags: NlmFlags.Create));
        Assert.Equal(-Errno.ESRCH, fib.Table.Delete(Fib6Config.Delete(Prefix.Parse(P)) with { Peer = 3 }));
        Assert.Equal(0, fib.Table.Delete(Fib6Config.Delete(Prefix.Parse(P)) with { Peer = 2 }));
        Assert.Equal([1], fib.Routes().Select(route => route.Peer));
        Fib6Invariants.Check(fib.Table);
        Assert.Equal(1, fib.Net.RoutePeerCount);
    }

    [Fact]
    public void An_empty_table_has_no_default_route_to_delete()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(-Errno.ENOENT, fib.Delete("::/0"));
        Assert.Equal(-Errno.ESRCH, fib.Delete(P));
        Assert.Equal(-Errno.EAGAIN, fib.PeerOf("::1"));
        Assert.Equal(0, fib.Add("::/0", peer: 4));
        Assert.Equal(4, fib.PeerOf("::1"));
        Assert.Equal(0, fib.Delete("::/0"));
        Assert.Equal(-Errno.EAGAIN, fib.PeerOf("::1"));
        Fib6Invariants.Check(fib.Table);
    }

    [Fact]
    public void Host_bits_of_a_request_are_ignored()
    {
        using var fib = new Fib6Fixture();
        var request = Fib6Fixture.Request(P) with { Dst = Fib6Fixture.Address("2001:db8::7") };
        Assert.Equal(0, fib.Table.Insert(request));
        Assert.Equal($"{P} 1024 dev 2", fib.Dump());
        Assert.Equal(0, fib.Table.Delete(request with { NlFlags = NlmFlags.None }));
        Assert.Equal(0, fib.Table.Stat().Routes);
    }

    [Fact]
    public void A_request_must_make_sense()
    {
        using var fib = new Fib6Fixture();
        Assert.Throws<ArgumentException>(() => Fib6Config.Add(Prefix.Parse("10.0.0.0/8"), 2));
        var good = Fib6Fixture.Request(P);
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(good with { DstLen = 129 }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(good with { Type = RouteType.XResolve + 1 }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(good with { Table = 7 }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(good with { NhId = 5 }));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(good with { NhId = 5, Oif = 0 }));
        Assert.Equal(-Errno.ENODEV, fib.Table.Insert(good with { Oif = 0 }));
        Assert.Equal(-Errno.ENODEV, fib.Table.Insert(good with { Oif = -1 }));
        fib.Settle();
        Assert.Equal(0, fib.Objects("percpu"));
        Assert.Equal(1, fib.Objects("kmalloc-512"));
    }

    [Fact]
    public void A_route_to_the_loopback_refuses_packets()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add(P, oif: Fib6Net.Loopback));
        Assert.Equal(0, fib.Add("::1/128", oif: Fib6Net.Loopback));
        Assert.Equal(-Errno.ENETUNREACH, fib.OifOf("2001:db8::1"));
        Assert.Equal(Fib6Net.Loopback, fib.OifOf("::1"));
        Assert.Equal(0, fib.Table.Insert(Fib6Fixture.Request("2001:db8:1::/48") with { Type = RouteType.Blackhole }));
        Assert.Equal(-Errno.EINVAL, fib.OifOf("2001:db8:1::1"));
        Assert.Equal(0, fib.Table.Insert(Fib6Fixture.Request("2001:db8:2::/48", Fib6Net.Loopback) with { Type = RouteType.Local }));
        Assert.Equal(Fib6Net.Loopback, fib.OifOf("2001:db8:2::1"));
    }
}
