// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Experiments.Bench;
using Sim.Figures;
using Sim.Kernel;
using Sim.Schemes.Structures;
using Sim.Testing;
using Sim.Workloads;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

/// <summary>The structures must hold the same binding after the same changes: a figure compares nothing otherwise.</summary>
public sealed class StructureTests
{
    private const int Peers = 3;

    private enum Change
    {
        Insert,
        Delete,
        Move,
        RemovePeer,
    }

    private static Gen<(Change Change, Prefix Prefix, int Peer)[]> Changes(Family family)
    {
        var prefix = Gen.Select(Gen.UInt[0, 7], Gen.Int[0, family.Bits()], (block, length) => new Prefix(family, Block(block), length));
        return Gen.Select(Gen.Enum<Change>(), prefix, Gen.Int[0, Peers - 1]).Array[1, 60];
    }

    /// <summary>Addresses that share some of their first 32 bits.</summary>
    private static UInt128 Block(uint block) => (UInt128)(0x0A000000 | block << 20 | block << 3) << 96;

    [Theory, Property]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void All_structures_hold_the_binding_of_the_linear_model_after_every_change(Family family) =>
        Changes(family).Check(changes =>
        {
            var subjects = SubjectKind.Compared.Concat(SubjectKind.WhatIfs(family)).Select(kind => kind.Create(family, Peers, KernelConfig.Usual)).ToList();
            var model = new LinearTable<int>();
            try
            {
                foreach (var (change, prefix, peer) in changes)
                {
                    foreach (var subject in subjects)
                        Apply(subject.Structure, model, change, prefix, peer);
                    Apply(model, change, prefix, peer);
                    Compare(subjects, model);
                }
            }
            finally
            {
                subjects.ForEach(subject => subject.Dispose());
            }
        }, iter: 300);

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Chained_and_independent_lookups_give_the_same_sum_in_both_structures(Family family)
    {
        var prefixes = Enumerable.Range(0, 500).Select(i => new Prefix(family, (UInt128)i << 117, 8 + i % 20)).Distinct().ToArray();
        var peers = Array.ConvertAll(prefixes, prefix => prefix.GetHashCode() % 2 & 1);
        var keys = Keys.Of(prefixes, KeyPattern.Prefixes, 1 << 12, 1);
        var sums = new HashSet<long>();
        foreach (var kind in SubjectKind.Compared.Concat(SubjectKind.AllWhatIfs(family)))
        {
            using var subject = kind.Create(family, 2, KernelConfig.Usual);
            var structure = subject.Structure;
            structure.Bind(prefixes, peers);
            sums.Add(structure.Lookup(keys, dependent: false));
            sums.Add(structure.Lookup(keys, dependent: true));
            var expected = Enumerable.Range(0, keys.Count).Sum(i => structure.Lookup(keys.LeftAligned(i)) + 1L);
            sums.Add(expected);
        }

        Assert.Single(sums);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Lookups_allocate_nothing_and_changes_nothing_once_warm(Family family)
    {
        var prefixes = Enumerable.Range(0, 4096).Select(i => new Prefix(family, (UInt128)((uint)i * 0x9E3779B1) << 96, 24)).Distinct().ToArray();
        var peers = new int[prefixes.Length];
        var keys = family == Family.IPv4
            ? new Keys([.. prefixes.Select(prefix => prefix.V4 + 1)], [])
            : new Keys([], [.. prefixes.Select(prefix => prefix.Address + 1)]);
        foreach (var kind in SubjectKind.Compared.Concat(SubjectKind.AllWhatIfs(family)))
        {
            using var subject = kind.Create(family, Peers, KernelConfig.Usual);
            var structure = subject.Structure;
            for (var warm = 0; warm < 2; warm++)
            {
                structure.Bind(prefixes, peers);
                structure.Unbind(prefixes, peers);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            structure.Bind(prefixes, peers);
            structure.Lookup(keys, dependent: false);
            structure.Lookup(keys, dependent: true);
            structure.Bind(prefixes, peers);
            structure.Unbind(prefixes, peers);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    /// <summary>The same nodes after insertions and deletions in one order, as the thresholds of resizing are the FIB's.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void The_LC_trie_behind_AllowedIPs_has_the_nodes_of_the_FIBs_trie(Family family)
    {
        var random = new Random(5);
        var prefixes = EmbeddedTable.LoadPrefixes(family).Where((_, index) => index % 16 == 0).ToArray();
        random.Shuffle(prefixes);
        var fib = family == Family.IPv4 ? SubjectKind.Compared[1] : SubjectKind.AllWhatIfs(family).Single(kind => kind.Structure == Names.LevelCompression);
        using var today = fib.Create(family, 1, KernelConfig.Usual);
        using var whatIf = SubjectKind.AllWhatIfs(family).Single(kind => kind.Structure == Names.LcTrie).Create(family, 1, KernelConfig.Usual);
        var peers = new int[prefixes.Length];
        foreach (var structure in new[] { today.Structure, whatIf.Structure })
            structure.Bind(prefixes, peers);
        Assert.Equal(Nodes(today.Structure), Nodes(whatIf.Structure));
        foreach (var structure in new[] { today.Structure, whatIf.Structure })
            structure.Unbind(prefixes.AsSpan(0, prefixes.Length / 2), peers.AsSpan(0, prefixes.Length / 2));
        Assert.Equal(Nodes(today.Structure), Nodes(whatIf.Structure));

        static double Nodes(KernelStructure structure) => structure.Shape().Single(count => count.Metric == Metrics.Nodes).Value;
    }

    [Fact]
    public void A_traced_IPv6_lookup_visits_the_nodes_it_describes_and_matches_what_it_answers()
    {
        using var subject = SubjectKind.Compared[1].Create(Family.IPv6, Peers, KernelConfig.Usual);
        var structure = subject.Structure;
        structure.Bind([Prefix.Parse("2001:db8::/32"), Prefix.Parse("2001:db8:1::/48"), Prefix.Parse("2001:db9::/32")], [0, 1, 2]);
        var address = Prefix.Parse("2001:db8:2::1/128").Address;
        var touch = structure.Trace(address);
        var path = structure.Describe(address);
        Assert.Equal(Prefix.Parse("2001:db8::/32"), touch.Match);
        Assert.Equal(0, structure.Lookup(address));
        Assert.Equal(["back up to 2001:db8:1::/48: does not fit", "back up to 2001:db8::/32: fits"], path.Where(line => line.StartsWith("back", StringComparison.Ordinal)));
        // The root, the node that parts the two /32, the /32, and the /48 that the first bits lead to.
        Assert.Equal(["node ::/0", "node 2001:db8::/31 (no routes)", "node 2001:db8::/32", "node 2001:db8:1::/48"], path.Take(4));
        Assert.Equal(4, touch.Nodes);
        Assert.Equal("2001:db8::/32: peer 0", path[^1]);
        Assert.InRange(touch.CacheLines, 4 + 2, 4 + 8);
    }

    private static void Apply(KernelStructure structure, LinearTable<int> before, Change change, Prefix prefix, int peer)
    {
        switch (change)
        {
            case Change.Insert:
                structure.Bind([prefix], [peer]);
                break;
            case Change.Delete:
                structure.Unbind([prefix], [peer]);
                break;
            case Change.Move:
                if (before.Routes.ContainsKey(prefix))
                    structure.Bind([prefix], [peer]);
                break;
            default:
                structure.UnbindPeer(peer, [.. before.Routes.Where(route => route.Value == peer).Select(route => route.Key)]);
                break;
        }
    }

    private static void Apply(LinearTable<int> model, Change change, Prefix prefix, int peer)
    {
        switch (change)
        {
            case Change.Insert:
                model.Set(prefix, peer);
                break;
            case Change.Delete:
                if (model.Routes.TryGetValue(prefix, out var owner) && owner == peer)
                    model.Remove(prefix);
                break;
            case Change.Move:
                if (model.Routes.ContainsKey(prefix))
                    model.Set(prefix, peer);
                break;
            default:
                model.RemoveWhere(value => value == peer);
                break;
        }
    }

    private static void Compare(List<Subject> subjects, LinearTable<int> model)
    {
        foreach (var structure in subjects.Select(subject => subject.Structure))
        {
            for (var block = 0u; block < 8; block++)
            {
                foreach (var host in new[] { 0u, 1u, 0xFFFFu })
                {
                    var address = Block(block) + ((UInt128)host << 96);
                    Assert.Equal(model.Lookup(structure.Family, address) ?? -1, structure.Lookup(address));
                }
            }
        }
    }
}
