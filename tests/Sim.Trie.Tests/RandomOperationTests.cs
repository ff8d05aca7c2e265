// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Trie.Tests;

public enum Operation
{
    Insert,
    InsertAgain,
    RemoveOne,
    RemoveAnyone,
    RemoveByPeer,
    RemovePeer,
    Replace,
    GracePeriod,
    Free,
}

/// <param name="Kind">What to do.</param>
/// <param name="Prefix">The prefix; for InsertAgain and RemoveOne it only picks one of those present.</param>
/// <param name="Peer">The peer's index.</param>
/// <param name="HostBits">Bits to set beyond the prefix.</param>
public sealed record Step(Operation Kind, Prefix Prefix, int Peer, UInt128 HostBits);

public sealed class RandomOperationTests
{
    private const int Peers = 4;

    private static readonly Gen<UInt128> s_bits128 =
        Gen.Select(Gen.ULong, Gen.ULong, (upper, lower) => new UInt128(upper, lower));

    // Prefixes that nest and collide: few address bits vary, at the top, around the words' border or at the end.
    private static readonly Gen<UInt128> s_crowded =
        Gen.Select(Gen.UInt[0, 15], Gen.Int[0, 15], (bits, place) => (UInt128)bits << (place * 8 + place / 2));

    private static readonly Gen<Prefix> s_v4 = Gen.Select(
        Gen.Frequency((4, s_crowded), (1, s_bits128)), Gen.Int[0, 32], (address, length) => Prefix.OfV4((uint)address, length));

    private static readonly Gen<Prefix> s_v6 = Gen.Select(
        Gen.Frequency((4, s_crowded), (1, s_bits128)), Gen.Int[0, 128], (address, length) => Prefix.OfV6(address, length));

    private static readonly Gen<Operation> s_kind = Gen.Frequency(
        (40, Gen.Const(Operation.Insert)), (10, Gen.Const(Operation.InsertAgain)), (25, Gen.Const(Operation.RemoveOne)),
        (3, Gen.Const(Operation.RemoveAnyone)), (3, Gen.Const(Operation.RemoveByPeer)),
        (2, Gen.Const(Operation.RemovePeer)), (3, Gen.Const(Operation.Replace)), (10, Gen.Const(Operation.GracePeriod)),
        (1, Gen.Const(Operation.Free)));

    private static readonly Gen<Step> s_step = Gen.Select(
        s_kind, Gen.OneOf(s_v4, s_v6), Gen.Int[0, Peers - 1], s_bits128,
        (kind, prefix, peer, bits) => new Step(kind, prefix, peer, bits));

    [Fact, Property]
    public void After_every_step_of_a_random_sequence_the_trie_is_exactly_its_models() =>
        s_step.Array[1, 40].Check(steps => Run(steps, checkEvery: 1), iter: 4_000);

    [Fact, Property]
    public void Long_sequences_leave_the_trie_exactly_its_models() =>
        s_step.Array[1_500, 2_000].Check(steps => Run(steps, checkEvery: 50), iter: 12);

    [Fact, Property]
    public void The_order_of_insertion_does_not_change_the_shape() =>
        Gen.OneOf(s_v4, s_v6).Array[0, 60].Check(prefixes =>
        {
            using var forward = new TrieHarness(1);
            using var backward = new TrieHarness(1);
            foreach (var prefix in prefixes)
                forward.Insert(prefix, 0);
            foreach (var prefix in prefixes.Reverse())
                backward.Insert(prefix, 0);
            forward.Check();
            backward.Check();
        });

    private static void Run(Step[] steps, int checkEvery)
    {
        using var harness = new TrieHarness(Peers);
        for (var i = 0; i < steps.Length; i++)
        {
            var step = steps[i];
            Apply(harness, step);
            harness.CheckLookupsAround(step.Prefix);
            harness.CheckLookup(Family.IPv4, step.HostBits);
            harness.CheckLookup(Family.IPv6, step.HostBits);
            if (i % checkEvery == 0)
                harness.Check();
        }

        harness.Check();
        harness.GracePeriod();
    }

    private static void Apply(TrieHarness harness, Step step)
    {
        switch (step.Kind)
        {
            case Operation.Insert:
                harness.Insert(step.Prefix, step.Peer, step.HostBits);
                break;
            case Operation.InsertAgain:
                harness.Insert(Present(harness, step).Prefix, step.Peer, step.HostBits);
                break;
            case Operation.RemoveOne:
                var (prefix, owner) = Present(harness, step);
                harness.Remove(prefix, owner);
                break;
            case Operation.RemoveAnyone:
                harness.Remove(Present(harness, step).Prefix, step.Peer);
                break;
            case Operation.RemoveByPeer:
                harness.RemoveByPeer(step.Peer);
                break;
            case Operation.RemovePeer:
                harness.RemovePeer(step.Peer);
                break;
            case Operation.Replace:
                harness.Replace(step.Peer, [step.Prefix, Present(harness, step).Prefix]);
                break;
            case Operation.GracePeriod:
                harness.GracePeriod();
                break;
            default:
                harness.Free();
                break;
        }
    }

    /// <summary>One of the prefixes in the table, chosen by the step's own bits; else the step's prefix.</summary>
    private static (Prefix Prefix, int Owner) Present(TrieHarness harness, Step step)
    {
        var routes = harness.Model.Routes;
        if (routes.Count == 0)
            return (step.Prefix, step.Peer);
        var chosen = routes.OrderBy(route => route.Key).ElementAt((int)(step.HostBits % (UInt128)routes.Count));
        return (chosen.Key, chosen.Value);
    }
}
