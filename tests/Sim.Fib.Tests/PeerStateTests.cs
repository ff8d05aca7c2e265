// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>The states by which nexthops name peers: how many there are, who shares them, when they go.</summary>
public sealed class PeerStateTests
{
    // struct lwtunnel_state has 56 bytes, struct route_peer 104.
    private const string States = "kmalloc-64", RoutePeers = "kmalloc-128";

    [Fact]
    public void A_thousand_routes_among_four_peers_have_four_states_and_four_shared_objects()
    {
        // The same routes without peers have the same tnodes, which come from the same size classes.
        using var plain = Loaded(_ => 0);
        using var peers = Loaded(i => i % 4 + 1);
        Assert.Equal(4, peers.Net.InfoCount);
        Assert.Equal(4, peers.Net.RoutePeerCount);
        Assert.Equal(4, Objects(peers, States) - Objects(plain, States));
        Assert.Equal(4, Objects(peers, RoutePeers) - Objects(plain, RoutePeers));
    }

    [Fact]
    public void The_object_of_a_peer_is_one_for_inline_routes_and_nexthop_objects()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/24", peer: 7));
        Assert.Equal(0, fib.Net.AddNexthop(1, oif: 1, peer: 7));
        Assert.Equal(1, fib.Net.RoutePeerCount);
        // Peers are a device's: the same number behind another one is another peer.
        Assert.Equal(0, fib.Net.AddNexthop(2, oif: 2, peer: 7));
        Assert.Equal(2, fib.Net.RoutePeerCount);
        fib.Net.DeleteNexthop(1);
        EndGracePeriods(fib);
        Assert.Equal(2, fib.Net.RoutePeerCount);
        Assert.Equal(7, fib.PeerOf("10.0.0.1"));
    }

    [Fact]
    public void The_last_route_takes_the_peers_object_with_it_after_the_grace_period()
    {
        using var fib = new Fixture();
        // The first route makes the hash of infos, from the same size class.
        Assert.Equal(0, fib.Add("11.0.0.0/24"));
        Assert.Equal(0, fib.Delete("11.0.0.0/24"));
        EndGracePeriods(fib);
        var before = (Objects(fib, States), Objects(fib, RoutePeers));
        Assert.Equal(0, fib.Add("10.0.0.0/24", peer: 7));
        Assert.Equal(0, fib.Delete("10.0.0.0/24"));
        Assert.Equal(1, fib.Net.RoutePeerCount);
        EndGracePeriods(fib);
        Assert.Equal(0, fib.Net.RoutePeerCount);
        Assert.Equal(before, (Objects(fib, States), Objects(fib, RoutePeers)));
    }

    [Fact]
    public void A_refused_nexthop_object_leaves_no_state_behind()
    {
        using var fib = new Fixture();
        Assert.Equal(-Errno.ENODEV, fib.Net.AddNexthop(1, oif: -3, peer: 7));
        EndGracePeriods(fib);
        Assert.Equal(0, fib.Net.RoutePeerCount);
        Assert.Equal(0, fib.Net.PendingFrees);
    }

    [Fact]
    public void A_deletion_that_names_another_peer_deletes_nothing_and_frees_what_it_compared_with()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/24", peer: 7));
        var before = (Objects(fib, States), Objects(fib, RoutePeers));
        Assert.Equal(-Errno.ESRCH, fib.Table.Delete(Fixture.Request("10.0.0.0/24", peer: 8) with { NlFlags = NlmFlags.None }));
        EndGracePeriods(fib);
        Assert.Equal(7, fib.PeerOf("10.0.0.1"));
        Assert.Equal(before, (Objects(fib, States), Objects(fib, RoutePeers)));
        Assert.Equal(0, fib.Table.Delete(Fixture.Request("10.0.0.0/24", peer: 7) with { NlFlags = NlmFlags.None }));
    }

    [Theory]
    [InlineData(GatewayFamily.None)]
    [InlineData(GatewayFamily.IPv4)]
    [InlineData(GatewayFamily.IPv6)]
    public void With_state_and_gateway_in_the_hash_a_new_peer_walks_a_few_infos_instead_of_all(GatewayFamily gateways)
    {
        const int peers = 1000;
        FibConfig Request(int peer)
        {
            var prefix = $"10.{peer / 256}.{peer % 256}.0/24";
            if (gateways == GatewayFamily.None)
                return Fixture.Request(prefix, peer: peer);
            return Fixture.Request(prefix) with
            {
                Scope = RouteScope.Universe,
                Flags = RtnhFlags.OnLink,
                GatewayFamily = gateways,
                Gateway4 = Fixture.Address("192.0.2.0") + (uint)peer,
                Gateway6 = (UInt128)0xFE80 << 112 | (uint)peer,
            };
        }

        var walked = new List<long>();
        foreach (var hashes in new[] { false, true })
        {
            using var memory = new KernelMemory();
            using var net = new FibNet(memory) { HashesHops = hashes };
            using var table = new FibTable(net, RouteTableId.Main);
            for (var peer = 1; peer <= peers; peer++)
                Assert.Equal(0, table.Insert(Request(peer)));
            walked.Add(net.InfosWalked);
        }

        Assert.Equal(peers * (peers - 1) / 2, walked[0]);
        Assert.InRange(walked[1], 0, 3 * peers);
    }

    private static Fixture Loaded(Func<int, int> peerOf)
    {
        var fib = new Fixture();
        for (var i = 0; i < 1000; i++)
            Assert.Equal(0, fib.Add($"10.{i / 256}.{i % 256}.0/24", peer: peerOf(i)));
        EndGracePeriods(fib);
        return fib;
    }

    private static long Objects(Fixture fib, string cache) => fib.Memory.Account().FirstOrDefault(line => line.Cache == cache).Objects;

    private static void EndGracePeriods(Fixture fib)
    {
        while (fib.Memory.Rcu.Pending > 0)
            fib.Memory.Rcu.GracePeriod();
    }
}
