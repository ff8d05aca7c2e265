// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Experiments.Bench;
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Schemes.Structures;
using Sim.Testing;
using Sim.Workloads;
using Sim.Workloads.Keys;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

/// <summary>A cache in front of the receive check never answers other than the check.</summary>
public sealed class ReceiveCacheTests
{
    private const int Peers = 3;

    private enum Step
    {
        Bind,
        Unbind,
        UnbindPeer,
        Refused,
        Packet,
    }

    /// <summary>The FIBs that hold routes to peers, what-ifs among them, and those whose routes use nexthop objects.</summary>
    public static TheoryData<Family, RouteShape, bool> Fibs => new()
    {
        { Family.IPv4, RouteShape.PeerKey, false },
        { Family.IPv6, RouteShape.PeerKey, false },
        { Family.IPv6, RouteShape.PeerKey, true },
        { Family.IPv4, RouteShape.Nexthop, false },
        { Family.IPv6, RouteShape.Nexthop, false },
    };

    [Theory, Property]
    [MemberData(nameof(Fibs))]
    public void After_any_changes_the_cache_allows_what_the_routes_allow(Family family, RouteShape shape, bool compressed)
    {
        var prefix = Gen.Select(Gen.UInt[0, 3], Gen.Int[0, family.Bits()], (block, length) => new Prefix(family, Address(block), length));
        var hits = 0L;
        Gen.Select(Gen.Enum<Step>(), prefix, Gen.Int[0, Peers - 1], Gen.UInt[0, 3]).Array[1, 120].Check(
            steps =>
            {
                using var fib = FibStructure.Create(family, shape, Peers, KernelConfig.Usual with { CompressesFib6Levels = compressed });
                var (model, cache, asked) = (new LinearTable<int>(), ReceiveCache.Of(family, Peers), 0L);
                foreach (var (step, at, peer, source) in steps)
                {
                    Do(fib, model, step, at, peer);
                    for (var sender = 0; sender < Peers; sender++)
                    {
                        // Twice, so that the second packet finds what the first one left.
                        Expect(model.Lookup(family, Address(source)) == sender, fib, cache, Address(source), sender);
                        Expect(model.Lookup(family, Address(source)) == sender, fib, cache, Address(source), sender);
                        asked += 2;
                    }
                }

                Interlocked.Add(ref hits, asked - cache.Misses);
            },
            iter: 200);
        Assert.True(hits > 0, "no packet hit the cache");
    }

    [Theory]
    [MemberData(nameof(Fibs))]
    public void Every_change_that_can_change_an_answer_counts_as_a_generation(Family family, RouteShape shape, bool compressed)
    {
        using var fib = FibStructure.Create(family, shape, Peers, KernelConfig.Usual with { CompressesFib6Levels = compressed });
        var (wide, narrow) = (new Prefix(family, Address(1), 8), new Prefix(family, Address(1), 24));
        var cache = ReceiveCache.Of(family, Peers);
        fib.Bind(wide, 0);
        Expect(true, fib, cache, Address(1), 0);
        fib.Bind(narrow, 1);
        Expect(false, fib, cache, Address(1), 0);
        Expect(true, fib, cache, Address(1), 1);
        fib.Bind(narrow, 0);
        Expect(false, fib, cache, Address(1), 1);
        fib.Unbind(narrow, 0);
        fib.Bind(narrow, 1);
        Expect(true, fib, cache, Address(1), 1);
        fib.Unbind(narrow, 1);
        Expect(false, fib, cache, Address(1), 1);
        Expect(true, fib, cache, Address(1), 0);
        if (fib.HasNexthops)
            Assert.Equal(1, fib.DeleteNexthop(RouteMessages.NexthopId(0)));
        else
            fib.Unbind(wide, 0);
        Expect(false, fib, cache, Address(1), 0);
    }

    [Theory]
    [MemberData(nameof(Fibs))]
    public void The_second_packet_of_a_source_is_not_looked_up_and_a_refused_source_is_not_kept(Family family, RouteShape shape, bool compressed)
    {
        using var fib = FibStructure.Create(family, shape, Peers, KernelConfig.Usual with { CompressesFib6Levels = compressed });
        fib.Bind(new Prefix(family, Address(1), 32), 0);
        var cache = ReceiveCache.Of(family, Peers);
        Assert.Equal(3, fib.Receive(PacketsOf(family, (1, 0), (1, 0), (1, 0)), .., cache));
        Assert.Equal(1, cache.Misses);
        // The packets of another peer do not evict the entry of the first.
        Assert.Equal(1, fib.Receive(PacketsOf(family, (2, 1), (1, 1), (1, 0)), .., cache));
        Assert.Equal(3, cache.Misses);
        fib.BumpGeneration();
        Assert.Equal(2, fib.Receive(PacketsOf(family, (1, 0), (1, 0)), .., cache));
        Assert.Equal(4, cache.Misses);
    }

    [Theory]
    [MemberData(nameof(Fibs))]
    public void Checks_allocate_nothing(Family family, RouteShape shape, bool compressed)
    {
        using var fib = FibStructure.Create(family, shape, Peers, KernelConfig.Usual with { CompressesFib6Levels = compressed });
        fib.Bind(new Prefix(family, Address(1), 32), 0);
        var (cache, packets) = (ReceiveCache.Of(family, Peers), PacketsOf(family, (1, 0), (2, 1), (1, 0)));
        fib.Receive(packets, .., cache);
        var before = GC.GetAllocatedBytesForCurrentThread();
        fib.Receive(packets, .., cache);
        fib.BumpGeneration();
        fib.Receive(packets, 1..2, cache);
        fib.Receive(packets, .., cache: null);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_run_has_hits_and_times_for_every_pattern_and_rate(Family family)
    {
        var rows = Run(family).Figures.Where(row => row.Experiment == Experiment.ReceiveCache).ToList();
        double Hits(string keys, int rate) =>
            Assert.Single(rows, row => row.Metric == Metrics.CacheHits && row.Keys == keys && row.X == rate && row is { Basis: Basis.Simulated, Item: Names.ReceiveCache }).Value;
        foreach (var keys in new[] { "prefixes", "zipf", "trains", "hot" })
        {
            Assert.Equal(4, rows.Count(row => row.Metric == Metrics.CacheHits && row.Keys == keys));
            Assert.True(Hits(keys, 0) >= Hits(keys, 1) && Hits(keys, 1) >= Hits(keys, 100) && Hits(keys, 100) >= Hits(keys, 10_000));
            Figure[] checks = [.. rows.Where(row => row.Metric == Metrics.ReceiveCheck && row.Keys == keys)];
            Assert.Equal(
                [("allowedips", "", 0d), ("fib", "", 0), ("fib", "receive cache", 0), ("fib", "receive cache", 100), ("fib", "receive cache", 10_000)],
                checks.Select(row => (row.Structure, row.Item, row.X!.Value)).Order());
            Assert.All(checks, row => Assert.True(row is { Basis: Basis.Measured, Value: > 0, Unit: "ns" }));
            Assert.Single(rows, row => row.Structure == "fib/allowedips" && row.Metric == Metrics.Ratio && row.Keys == keys);
        }

        // One source misses with the first packet and once after each change. 10,000 changes per second make 104 changes in 2^20 packets.
        const int packets = 1 << 20;
        Assert.Equal(1 - 1.0 / packets, Hits("hot", 0), 12);
        Assert.Equal(1 - (packets / 100 + 1.0) / packets, Hits("hot", 10_000), 12);
        // Trains of 8 packets hit 7 times, and a new train may have the same source.
        Assert.InRange(Hits("trains", 0), 0.87, 0.93);
        Assert.InRange(Hits("prefixes", 0), 0, 0.02);
        Assert.InRange(Hits("zipf", 0), 2 * Hits("prefixes", 0), 0.2);
    }

    private static void Do(FibStructure fib, LinearTable<int> model, Step step, Prefix prefix, int peer)
    {
        switch (step)
        {
            case Step.Bind:
                KernelStructure.Check(fib.Bind(prefix, peer), prefix);
                model.Set(prefix, peer);
                break;
            case Step.Unbind when model.Routes.TryGetValue(prefix, out var owner):
                KernelStructure.Check(fib.Unbind(prefix, owner), prefix);
                model.Remove(prefix);
                break;
            case Step.UnbindPeer:
                fib.UnbindPeer(peer, [.. model.Routes.Where(route => route.Value == peer).Select(route => route.Key)]);
                model.RemoveWhere(value => value == peer);
                break;
            case Step.Refused:
                // A second route with EXCL, or the deletion of a route that is not there.
                Assert.True((model.Routes.ContainsKey(prefix) ? fib.Add(prefix, peer) : fib.Unbind(prefix, peer)) < 0);
                break;
            default:
                break;
        }
    }

    private static void Expect(bool allowed, FibStructure fib, ReceiveCache cache, UInt128 source, int sender)
    {
        var packets = new ReceivedPackets(Keys.Of(fib.Family, [source]), [PeerNumber.ToKernel(sender)]);
        Assert.Equal(allowed ? 1 : 0, fib.Receive(packets, .., cache: null));
        Assert.Equal(allowed ? 1 : 0, fib.Receive(packets, .., cache));
    }

    private static UInt128 Address(uint block) => (UInt128)(0x2A000000 | block << 22 | block << 3 | block) << 96;

    private static ReceivedPackets PacketsOf(Family family, params (uint Source, int Peer)[] packets) => new(
        Keys.Of(family, [.. packets.Select(packet => Address(packet.Source))]), [.. packets.Select(packet => PeerNumber.ToKernel(packet.Peer))]);

    private static BenchContext Run(Family family)
    {
        var routes = Enumerable.Range(0, 1000).Select(i => new Route(new Prefix(family, (UInt128)(i * 4093) << 106, 22), 0, 0)).ToArray();
        var context = new BenchContext(new RouteTable("test", family, routes, ["-"]), [.. Enumerable.Range(0, routes.Length).Select(i => i % Peers)])
        {
            Peers = Peers,
            Order = "file",
            Seed = 1,
            Plan = new BenchPlan(60, 1, 1, 0, 1 << 8, 1, 64, 100, 1),
            KeyPatterns = [],
            Progress = new NoProgress(),
            WhatIfs = [],
            WithReceiveCache = true,
        };
        BenchRun.Run(context);
        return context;
    }
}
