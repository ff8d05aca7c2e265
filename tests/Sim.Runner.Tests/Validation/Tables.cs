// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Netlink;
using Sim.Validation.Inputs;
using Sim.Validation.Session;
using Sim.Workloads;
using Sim.Workloads.Tables;

namespace Sim.Runner.Tests.Validation;

/// <summary>Small tables, what is done to them, and the bindings that operations leave.</summary>
internal static class Tables
{
    public const int Peers = 4;

    /// <summary>Little of everything; more operations than prefixes, so that the mix comes back to the same ones.</summary>
    public static readonly ValidationPlan Plan = ValidationPlan.Quick with
    {
        AnswerKeys = 256, MixOperations = 400, TimedKeys = 64, TimedUpdates = 20, LookupGroups = 1, UpdateGroups = 1,
    };

    /// <summary>Prefixes close together, so that they nest, in no order.</summary>
    public static RouteTable Random(Family family, int count, int seed = 1)
    {
        var random = new Random(seed);
        var prefixes = new HashSet<Prefix>();
        while (prefixes.Count < count)
        {
            var bits = family.Bits();
            var low = bits / 4;
            var address = ((UInt128)(uint)random.Next() << 96) | ((UInt128)(uint)random.Next() << 64) | (uint)random.Next();
            // The upper bits are few, so that prefixes share them; a tenth is anywhere.
            if (random.Next(10) != 0)
                address = (address >> low & (UInt128.MaxValue >> (low + 4))) | ((UInt128)10 << 120);
            prefixes.Add(new Prefix(family, address & Prefix.Mask(bits), random.Next(random.Next(8) == 0 ? 0 : low, bits + 1)));
        }

        return Of(family, [.. prefixes]);
    }

    public static RouteTable Of(Family family, params Prefix[] prefixes) =>
        new("a test", family, Array.ConvertAll(prefixes, prefix => new Route(prefix, 0, 0)), ["192.0.2.1"]);

    public static int[] PeerOf(RouteTable table, int peers) => PeerMap.Build(table, peers, PeerRule.PrefixHash, skew: 0, seed: 1);

    public static FamilyInput Input(RouteTable table, int peers = Peers, ulong seed = 1, ValidationPlan? plan = null) =>
        FamilyInput.Build(table, PeerOf(table, peers), peers, plan ?? Plan, seed);

    /// <summary>
    /// Does operations on a dictionary. Refuses, as the kernel does, to add what is there, and to delete or move what is not
    /// or belongs to another.
    /// </summary>
    public static void Apply(Dictionary<Prefix, int> bound, IEnumerable<BindingChange> operations)
    {
        foreach (var operation in operations)
        {
            var (prefix, kind, peer) = (operation.Prefix, operation.Kind, operation.Peer);
            var done = kind switch
            {
                RouteChange.Insert => bound.TryAdd(prefix, peer),
                RouteChange.Delete => bound.TryGetValue(prefix, out var owner) && owner == peer && bound.Remove(prefix),
                _ => bound.ContainsKey(prefix),
            };
            if (!done)
                throw new InvalidOperationException($"{kind} {prefix} of peer {peer} does not fit");
            if (kind is RouteChange.Move or RouteChange.None)
                bound[prefix] = peer;
        }
    }

    public static Dictionary<Prefix, int> Bindings(RouteTable table, int[] peerOf) =>
        table.Routes.Zip(peerOf).ToDictionary(pair => pair.First.Prefix, pair => pair.Second);
}
