// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>What routes share, how it is found again, and what becomes of it.</summary>
public sealed unsafe class FibInfoTests
{
    [Fact]
    public void Equal_requests_share_one_info()
    {
        using var fib = new Fixture();
        for (var i = 0; i < 100; i++)
            Assert.Equal(0, fib.Add($"10.{i}.0.0/16", peer: i % 4 + 1));
        Assert.Equal(4, fib.Net.InfoCount);
        Assert.Equal(25, ((FibInfo*)fib.Routes()[0].Info)->fib_treeref);
        TrieInvariants.Check(fib.Net);
    }

    [Theory]
    [InlineData(KernelRelease.Linux6_12)]
    [InlineData(KernelRelease.Linux7_3)]
    public void All_peers_of_a_device_share_a_bucket_so_a_new_one_walks_them_all(KernelRelease release)
    {
        using var fib = new Fixture(release: release);
        const int peers = 300;
        for (var peer = 1; peer <= peers; peer++)
        {
            var before = fib.Net.InfosWalked;
            Assert.Equal(0, fib.Add($"10.{peer / 256}.{peer % 256}.0/24", peer: peer));
            Assert.Equal(peer - 1, fib.Net.InfosWalked - before);
        }

        Assert.Equal(512, fib.Net.InfoHashSize);
        // A growing hash turns each chain around: peers 1 to 256 were turned last, and stand behind in reverse.
        var walked = fib.Net.InfosWalked;
        Assert.Equal(0, fib.Add("11.0.0.0/24", peer: peers));
        Assert.Equal(1, fib.Net.InfosWalked - walked);
        walked = fib.Net.InfosWalked;
        Assert.Equal(0, fib.Add("11.0.1.0/24", peer: 257));
        Assert.Equal(peers - 256, fib.Net.InfosWalked - walked);
        TrieInvariants.Check(fib.Net);
    }

    [Fact]
    public void Peers_on_devices_of_their_own_are_spread_over_the_buckets()
    {
        using var fib = new Fixture();
        for (var oif = 1; oif <= 256; oif++)
            Assert.Equal(0, fib.Add($"10.0.{oif - 1}.0/24", oif));
        Assert.InRange(fib.Net.InfosWalked, 0, 256);
    }

    /// <summary>
    /// 2048 infos: 6.12 has them in 256 buckets, whatever the size of the hash, so a route that finds its info walks 4.5 on
    /// average; 7.3 spreads them.
    /// </summary>
    [Theory]
    [InlineData(KernelRelease.Linux6_12, 4, 5)]
    [InlineData(KernelRelease.Linux7_3, 1, 1.5)]
    public void Only_6_12_hashes_nexthop_ids_to_eight_bits(KernelRelease release, int least, double most)
    {
        using var fib = new Fixture(release: release);
        const uint objects = 2048;
        for (var id = 1u; id <= objects; id++)
        {
            Assert.Equal(0, fib.Net.AddNexthop(id, oif: 1, peer: (int)id));
            Assert.Equal(0, fib.Table.Insert(ByNexthop(id << 8, id)));
        }

        Assert.Equal(2048, fib.Net.InfoHashSize);
        var before = fib.Net.InfosWalked;
        for (var id = 1u; id <= objects; id++)
            Assert.Equal(0, fib.Table.Insert(ByNexthop(0x0A000000 | id << 8, id)));
        Assert.InRange(fib.Net.InfosWalked - before, objects * least, objects * most);
    }

    [Fact]
    public void Another_peer_gateway_or_device_makes_another_info()
    {
        using var fib = new Fixture(id: 100);
        var request = Fixture.Request("10.0.0.0/24") with { Scope = RouteScope.Universe, Flags = RtnhFlags.OnLink };
        var gateway = request with { GatewayFamily = GatewayFamily.IPv4, Gateway4 = Fixture.Address("192.0.2.1") };
        var via6 = request with { GatewayFamily = GatewayFamily.IPv6, Gateway6 = 5 };
        FibConfig[] requests =
        [
            gateway,
            gateway with { Gateway4 = Fixture.Address("192.0.2.2") },
            gateway with { Peer = 1 },
            gateway with { Oif = 2 },
            gateway with { Priority = 1 },
            gateway with { Protocol = 9 },
            via6,
            via6 with { Gateway6 = 6 },
            via6 with { Gateway6 = UInt128.One << 70 | 5 },
        ];
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < requests.Length; i++)
                Assert.Equal(0, fib.Table.Insert(requests[i] with { Dst = (uint)(round * 16 + i) << 8 }));
        }

        Assert.Equal(requests.Length, fib.Net.InfoCount);
        Assert.Equal((UInt128)6, fib.Routes()[7].Gateway);
        TrieInvariants.Check(fib.Net);
    }

    [Fact]
    public void A_gateway_needs_a_route_on_the_link()
    {
        using var fib = new Fixture();
        var via = Fixture.Request("203.0.113.0/24", oif: 0) with
        {
            Scope = RouteScope.Universe,
            GatewayFamily = GatewayFamily.IPv4,
            Gateway4 = Fixture.Address("192.0.2.1"),
        };
        Assert.Equal(-Errno.ENETUNREACH, fib.Table.Insert(via));
        Assert.Equal(0, fib.Add("192.0.2.0/24", oif: 6));
        Assert.Equal(-Errno.ENETUNREACH, fib.Table.Insert(via with { Oif = 7 }));
        Assert.Equal(-Errno.ENETUNREACH, fib.Table.Insert(via with { Scope = RouteScope.Link }));
        Assert.Equal(0, fib.Table.Insert(via));
        Assert.Equal(6, fib.Routes()[1].Oif);
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(
            via with { Flags = RtnhFlags.OnLink, Oif = 6, Gateway4 = Fixture.Address("224.0.0.1") }));
        TrieInvariants.Check(fib.Net);
    }

    [Fact]
    public void A_gateway_found_in_another_scope_makes_another_info()
    {
        using var fib = new Fixture();
        var gateway = Fixture.Address("192.0.2.1");
        var via = Fixture.Request("203.0.113.0/24", oif: 6) with
        {
            Scope = RouteScope.Universe,
            GatewayFamily = GatewayFamily.IPv4,
            Gateway4 = gateway,
        };
        Assert.Equal(0, fib.Add("192.0.2.0/24", oif: 6));
        Assert.Equal(0, fib.Table.Insert(via));
        var local = Fixture.Request("192.0.2.1/32", oif: 6) with { Type = RouteType.Local, Scope = RouteScope.Host };
        Assert.Equal(0, fib.Table.Insert(local));
        Assert.Equal(0, fib.Table.Insert(via with { Dst = Fixture.Address("203.0.114.0") }));
        Assert.Equal(4, fib.Net.InfoCount);
        TrieInvariants.Check(fib.Net);
    }

    [Fact]
    public void A_flush_leaves_routes_that_are_not_dead()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/24"));
        Assert.Equal(0, fib.Table.Insert(Fixture.Request("10.0.0.0/8", oif: 0) with { Type = RouteType.Blackhole }));
        Assert.Equal(-Errno.EINVAL, fib.PeerOf("10.0.1.1"));
        Assert.Equal(0, fib.Table.Flush());
        Assert.Equal(2, fib.Routes().Count);
        TrieInvariants.Check(fib.Net);
    }

    [Fact]
    public void A_deleted_nexthop_object_takes_its_routes()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Net.AddNexthop(7, oif: 1, peer: 70));
        Assert.Equal(0, fib.Net.AddNexthop(8, oif: 1, peer: 80));
        Assert.Equal(-Errno.EEXIST, fib.Net.AddNexthop(8, oif: 1));
        Assert.Equal(-Errno.EINVAL, fib.Table.Insert(ByNexthop(0x0A000000, 9)));
        for (var i = 0u; i < 50; i++)
            Assert.Equal(0, fib.Table.Insert(ByNexthop(0x0A000000 + (i << 8), 7 + i % 2)));
        Assert.Equal(70, fib.PeerOf("10.0.0.1"));
        Assert.Equal(2, fib.Net.InfoCount);
        TrieInvariants.Check(fib.Net);
        Assert.Equal(25, fib.Net.DeleteNexthop(7));
        Assert.Equal(-Errno.ENOENT, fib.Net.DeleteNexthop(7));
        Assert.Equal(-Errno.EAGAIN, fib.PeerOf("10.0.0.1"));
        Assert.Equal(80, fib.PeerOf("10.0.1.1"));
        TrieInvariants.Check(fib.Net);
    }

    [Fact]
    public void A_lookup_with_a_reference_keeps_the_info_alive()
    {
        using var fib = new Fixture(release: KernelRelease.Linux6_12); // whose hash is in no kmalloc-256
        Assert.Equal(0, fib.Add("10.0.0.0/24", peer: 4));
        var res = default(FibResult);
        Assert.Equal(0, fib.Table.Lookup(Fixture.Address("10.0.0.9"), ref res, FibLookupFlags.None));
        Assert.Equal(0, fib.Delete("10.0.0.0/24"));
        fib.Memory.Rcu.GracePeriod();
        Assert.Equal(1, res.Info->fib_dead);
        Assert.Equal(4, res.Peer);
        Assert.Equal(256, fib.Memory.Account().Single(line => line.Cache == "kmalloc-256").ObjectBytes);
        fib.Net.PutInfo(res.Info);
        fib.Memory.Rcu.GracePeriod();
        Assert.Equal(0, fib.Memory.Account().Single(line => line.Cache == "kmalloc-256").ObjectBytes);
    }

    [Fact]
    public void Tables_of_a_namespace_share_infos_only_within_a_table()
    {
        using var memory = new KernelMemory();
        using (var net = new FibNet(memory))
        {
            using var main = new FibTable(net, RouteTableId.Main);
            using var other = new FibTable(net, 100);
            Assert.Throws<ArgumentException>(() => new FibTable(net, 100));
            Assert.Same(main, net.GetTable(0));
            Assert.Equal(0, main.Insert(Fixture.Request("10.0.0.0/24")));
            Assert.Equal(0, other.Insert(Fixture.Request("10.0.0.0/24")));
            Assert.Equal(2, net.InfoCount);
            TrieInvariants.Check(net);
        }

        memory.Rcu.GracePeriod();
        Assert.Equal(0, memory.ObjectBytes);
    }

    private static FibConfig ByNexthop(uint dst, uint id) =>
        Fixture.Request("0.0.0.0/24", oif: 0) with { Dst = dst, NhId = id };
}
