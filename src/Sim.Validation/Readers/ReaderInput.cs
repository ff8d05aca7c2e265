// SPDX-License-Identifier: MIT
namespace Sim.Validation.Readers;

/// <summary>The left-aligned addresses that readers look up, and the name of the agent's file with these addresses.</summary>
public sealed record ReaderKeys(string Name, UInt128[] Addresses, string File);

/// <summary>
/// A table with its peers, the addresses that readers look up, and the moves of the writer. The writer never moves the prefixes of one of
/// the peers. So lookups of addresses in these prefixes always find that peer.
/// </summary>
public sealed class ReaderInput
{
    /// <summary>The number of peers. The number is large enough that readers of all prefixes rarely access the same peer at the same
    /// time.</summary>
    public const int Peers = 64;

    private ReaderInput(Family family, BindingChange[] load)
    {
        (Family, Load) = (family, new Step(Steps.Load, load, FamilyInput.StepFile("readers", "load", family)));
        MakePeers = new Step(Steps.PeersAlone, FamilyInput.MakePeers(family, Peers), FamilyInput.StepFile("readers", "peers", family));
    }

    public Family Family { get; }

    public Step MakePeers { get; }

    /// <summary>Inserts the whole table, grouped by peer.</summary>
    public Step Load { get; }

    public Step Unload { get; private set; } = default!;

    /// <summary>Moves a sample of the prefixes to other peers and then back. This step is empty if one peer has all prefixes.</summary>
    public Step Churn { get; private set; } = default!;

    /// <summary>Two sets of addresses: in all prefixes, and only in the prefixes that the writer never moves.</summary>
    public IReadOnlyList<ReaderKeys> Keys { get; private set; } = [];

    public static ReaderInput Build(RouteTable table, ValidationPlan plan, ulong seed)
    {
        var peerOf = PeerMap.Build(table, Peers, PeerRule.PrefixHash, skew: 0, seed);
        BindingChange[] load = [.. table.Routes.Select((route, i) => BindingChange.Insert(route.Prefix, peerOf[i])).OrderBy(change => change.Peer)];
        var one = load.CountBy(change => change.Peer).MaxBy(share => share.Value).Key;
        var input = new ReaderInput(table.Family, load);
        input.Unload = new Step(Steps.DeleteAll, Array.ConvertAll(load, change => change.Reversed), FamilyInput.StepFile("readers", "unload", table.Family));
        input.Churn = new Step(Steps.Move, Moves(load, one, plan.TimedUpdates, seed), FamilyInput.StepFile("readers", "churn", table.Family));
        input.MakeKeys(one, plan.TimedKeys, seed);
        return input;
    }

    public void Write(string folder)
    {
        foreach (var step in (Step[])[MakePeers, Load, Unload, Churn])
            step.Write(folder);
        foreach (var keys in Keys)
            File.WriteAllBytes(Path.Combine(folder, keys.File), KeyFile.ToBytes(Family, keys.Addresses));
    }

    private static BindingChange[] Moves(BindingChange[] load, int one, int count, ulong seed)
    {
        var others = Array.FindAll(load, change => change.Peer != one);
        new Rng(seed + 1).Shuffle(others.AsSpan());
        BindingChange[] there = [.. others.Take(count).Select(change => BindingChange.Move(change.Prefix, change.Peer, Next(change.Peer)))];
        return [.. there, .. there.Select(change => change.Reversed)];

        int Next(int peer) => (peer + 1) % Peers == one ? (peer + 2) % Peers : (peer + 1) % Peers;
    }

    private void MakeKeys(int one, int count, ulong seed)
    {
        using var table = new AllowedIpsStructure(Family, Peers, new KernelConfig(SlubConfig.Uniprocessor, NamesPeers: true));
        foreach (var change in Load.Operations)
            KernelStructure.Check(table.Insert(change.Prefix, change.Peer), change.Prefix);
        var prefixes = Array.ConvertAll(Load.Operations, change => change.Prefix);
        var ofOne = Array.ConvertAll(Array.FindAll(Load.Operations, change => change.Peer == one), change => change.Prefix);
        Keys =
        [
            .. new[]
            {
                Of(KeyPatterns.Prefixes, LookupKeys.LeftAligned(prefixes, KeyPattern.Prefixes, count, seed), _ => true),
                // Some of these addresses are in a longer prefix of another peer.
                Of(KeyPatterns.OnePeer, LookupKeys.LeftAligned(ofOne, KeyPattern.Prefixes, count, seed), key => table.Lookup(key) == one),
            }.Where(keys => keys.Addresses.Length > 0),
        ];
    }

    /// <summary>Selects the unicast addresses for which <paramref name="fits"/> returns true.</summary>
    private ReaderKeys Of(string name, UInt128[] addresses, Predicate<UInt128> fits)
    {
        var routed = Array.FindAll(addresses, key => FamilyInput.IsUnicast(Family, key) && fits(key));
        return new(name, routed, FamilyInput.KeysFile($"readers-{name}", Family));
    }
}
