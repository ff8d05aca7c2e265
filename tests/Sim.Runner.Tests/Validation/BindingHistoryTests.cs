// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Testing;
using Sim.Validation.Inputs;
using Sim.Workloads;
using Xunit;

namespace Sim.Runner.Tests.Validation;

public sealed class BindingHistoryTests
{
    [Fact, Property]
    public void Every_operation_fits_what_is_bound_at_that_moment() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[1, 5], Gen.ULong, Gen.Int[0, 4].Array[1, 8]).Check(
            (prefixes, peers, seed, steps) =>
            {
                var table = Tables.Random(Family.IPv4, prefixes);
                var peerOf = Tables.PeerOf(table, peers);
                var bound = Tables.Bindings(table, peerOf);
                var history = new BindingHistory(table, peerOf, seed);
                foreach (var step in steps)
                {
                    // Throws where a deletion is of what is not bound so, or an insertion of what is.
                    Tables.Apply(bound, Step(history, step, peers));
                    Assert.Equal(bound.OrderBy(one => one.Key), Sorted(history));
                    Assert.All(bound.Values, peer => Assert.InRange(peer, 0, peers - 1));
                }
            },
            iter: 500);

    [Fact]
    public void The_mix_has_as_many_operations_as_asked_for_of_all_three_kinds()
    {
        var mix = Of(Tables.Random(Family.IPv4, 50), Tables.Peers, seed: 1).Mix(3_000, Tables.Peers);
        Assert.Equal(3_000, mix.Length);
        Assert.All(new[] { RouteChange.Insert, RouteChange.Delete, RouteChange.Move }, kind => Assert.InRange(mix.Count(operation => operation.Kind == kind), 800, 1_200));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_mix_is_repeatable_by_its_seed(int peers)
    {
        var table = Tables.Random(Family.IPv6, 50);
        Assert.Equal(Of(table, peers, seed: 1).Mix(500, peers), Of(table, peers, seed: 1).Mix(500, peers));
        Assert.NotEqual(Of(table, peers, seed: 1).Mix(500, peers), Of(table, peers, seed: 2).Mix(500, peers));
    }

    [Fact]
    public void A_move_of_the_mix_is_always_to_another_peer()
    {
        var table = Tables.Random(Family.IPv4, 20);
        var peerOf = Tables.PeerOf(table, 3);
        var bound = Tables.Bindings(table, peerOf);
        foreach (var operation in new BindingHistory(table, peerOf, seed: 1).Mix(500, 3))
        {
            if (operation.Kind == RouteChange.Move)
                Assert.NotEqual(bound[operation.Prefix], operation.Peer);
            Tables.Apply(bound, [operation]);
        }
    }

    [Fact]
    public void With_one_peer_the_mix_moves_nothing()
    {
        var mix = Of(Tables.Random(Family.IPv4, 30), 1, seed: 1).Mix(500, 1);
        Assert.Equal(500, mix.Length);
        Assert.DoesNotContain(mix, operation => operation.Kind == RouteChange.Move);
    }

    [Fact]
    public void Nothing_can_be_done_to_an_empty_table()
    {
        var history = Of(Tables.Random(Family.IPv4, 0), Tables.Peers, seed: 1);
        Assert.Empty(history.DeleteThird());
        Assert.Empty(history.Mix(100, Tables.Peers));
        Assert.Empty(history.Mix(100, 1));
        Assert.Empty(history.Move(10, Tables.Peers));
        Assert.Equal(([], []), history.Halve(0));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [InlineData(100, 33)]
    public void Every_third_prefix_of_the_table_is_deleted(int prefixes, int deleted)
    {
        var table = Tables.Random(Family.IPv4, prefixes);
        var history = Of(table, Tables.Peers, seed: 1);
        var operations = history.DeleteThird();
        Assert.Equal(deleted, operations.Length);
        Assert.Equal(table.Routes.Where((_, i) => i % 3 == 2).Select(route => route.Prefix), operations.Select(operation => operation.Prefix));
        Assert.Equal(prefixes - deleted, history.Bound.Count);
    }

    [Fact]
    public void Every_nth_prefix_moves_to_the_next_peer_and_the_last_peers_to_the_first()
    {
        var table = Tables.Random(Family.IPv4, 25);
        var history = new BindingHistory(table, [.. Enumerable.Range(0, 25).Select(i => i % 3)], seed: 1);
        Assert.Equal(
            new (Prefix, RouteChange, int)[]
            {
                (table.Routes[0].Prefix, RouteChange.Move, 1), (table.Routes[10].Prefix, RouteChange.Move, 2), (table.Routes[20].Prefix, RouteChange.Move, 0),
            },
            history.Move(10, 3).Select(operation => (operation.Prefix, operation.Kind, operation.Peer)));
    }

    [Fact]
    public void A_peer_that_is_halved_keeps_every_second_prefix_and_others_keep_theirs()
    {
        var table = Tables.Random(Family.IPv4, 20);
        var history = new BindingHistory(table, [.. Enumerable.Range(0, 20).Select(i => i < 5 ? 2 : 1)], seed: 1);
        var (kept, dropped) = history.Halve(2);
        Assert.Equal([0, 2, 4], kept.Select(operation => Place(table, operation.Prefix)));
        Assert.Equal([1, 3], dropped.Select(operation => Place(table, operation.Prefix)));
        Assert.All(kept, operation => Assert.Equal((RouteChange.Insert, 2), (operation.Kind, operation.Peer)));
        Assert.All(dropped, operation => Assert.Equal((RouteChange.Delete, 2), (operation.Kind, operation.Peer)));
        Assert.Equal(18, history.Bound.Count);
        Assert.Equal(3, history.Bound.Count(binding => binding.Peer == 2));
    }

    /// <summary>What a step does; of a halving only the deletions change bindings.</summary>
    private static BindingChange[] Step(BindingHistory history, int step, int peers) => step switch
    {
        0 => history.DeleteThird(),
        1 => history.Move(3, peers),
        2 => history.Halve(peers - 1).Dropped,
        3 => history.Mix(7, peers),
        _ => history.Mix(90, peers),
    };

    private static BindingHistory Of(RouteTable table, int peers, ulong seed) => new(table, Tables.PeerOf(table, peers), seed);

    private static int Place(RouteTable table, Prefix prefix) => Array.FindIndex(table.Routes, route => route.Prefix == prefix);

    private static IEnumerable<KeyValuePair<Prefix, int>> Sorted(BindingHistory history) =>
        history.Bound.Select(binding => KeyValuePair.Create(binding.Prefix, binding.Peer)).OrderBy(one => one.Key);
}
