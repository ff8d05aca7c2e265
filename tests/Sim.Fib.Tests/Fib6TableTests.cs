// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads;
using Sim.Workloads.Input;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>Real tables: the embedded one's 177,846 IPv6 prefixes, and the 2026 RIB of the shared data.</summary>
public sealed class Fib6TableTests
{
    private static readonly Lazy<Prefix[]> s_embedded = new(() => Sorted(EmbeddedTable.LoadPrefixes(Family.IPv6)));

    [Fact]
    public void In_every_order_the_embedded_table_makes_the_tree_that_its_prefixes_determine()
    {
        var expected = new ExpectedTree(s_embedded.Value);
        foreach (var prefixes in Orders(s_embedded.Value))
        {
            using var fib = Load(prefixes);
            expected.Compare(fib.Table);
        }
    }

    [Fact]
    public void After_deletions_and_reinsertions_the_tree_is_that_of_its_prefixes()
    {
        using var fib = Load(Orders(s_embedded.Value).Last());
        var kept = s_embedded.Value.Where((_, i) => i % 3 != 0).ToArray();
        for (var i = 0; i < s_embedded.Value.Length; i += 3)
        {
            Assert.Equal(0, fib.Table.Delete(Fib6Config.Delete(s_embedded.Value[i])));
            fib.Settle();
        }

        new ExpectedTree(kept).Compare(fib.Table);
        Fib6Invariants.Check(fib.Table);
        for (var i = 0; i < s_embedded.Value.Length; i += 3)
            Assert.Equal(0, fib.Table.Insert(Fib6Config.Add(s_embedded.Value[i], 2, 1)));
        new ExpectedTree(s_embedded.Value).Compare(fib.Table);
        Fib6Invariants.Check(fib.Table);
    }

    /// <summary>As many as the allowedips trie of the table has, less the root, which that has only with a default route.</summary>
    [Fact]
    public void The_embedded_table_reads_as_counted()
    {
        using var fib = Load(s_embedded.Value);
        var stat = fib.Table.Stat();
        Assert.Equal((335_274, 177_846, 157_427, 177_846, 40), (stat.Nodes, stat.RouteNodes, stat.IntermediateNodes, stat.Routes, stat.MaxDepth));
        Assert.Equal(25.73, stat.MeanDepth, 0.005);
        Assert.Equal("51da9 2b6b6 0000 2b6b6 0000 0000 0000\n", fib.Net.Statistics.Format());
        Assert.Equal(335_273 * 64, fib.Net.NodeCache.ObjectBytes);
    }

    [Fact]
    public void Lookups_in_the_embedded_table_find_the_longest_prefix()
    {
        using var fib = Load(s_embedded.Value);
        CompareLookups(fib.Table, s_embedded.Value);
    }

    [Fact]
    public void The_2015_rib_makes_the_tree_that_its_prefixes_determine()
    {
        using var input = CompressedInput.Open(File.OpenRead(SharedData.File("mrt/haskmrt-rib.bz2")));
        var table = MrtTable.Load(input, "haskmrt-rib.bz2", Family.IPv6, BestPathRule.Default, new DamageLog());
        var prefixes = Sorted([.. table.Routes.Select(route => route.Prefix)]);
        var expected = new ExpectedTree(prefixes);
        foreach (var ordered in Orders(prefixes))
        {
            using var fib = Load(ordered);
            expected.Compare(fib.Table);
        }

        using var last = Load(prefixes);
        CompareLookups(last.Table, prefixes);
    }

    private static Fib6Fixture Load(Prefix[] prefixes)
    {
        var fib = new Fib6Fixture(id: 100);
        foreach (var prefix in prefixes)
        {
            Assert.Equal(0, fib.Table.Insert(Fib6Config.Add(prefix, 2, 1)));
            fib.Memory.Rcu.GracePeriod();
        }

        return fib;
    }

    private static Prefix[] Sorted(Prefix[] prefixes)
    {
        Array.Sort(prefixes);
        return prefixes;
    }

    private static IEnumerable<Prefix[]> Orders(Prefix[] sorted)
    {
        yield return sorted;
        yield return [.. sorted.Reverse()];
        var byLength = sorted.ToArray();
        Array.Sort(byLength, Prefix.CompareByLength);
        yield return byLength;
        var shuffled = sorted.ToArray();
        new Random(5).Shuffle(shuffled);
        yield return shuffled;
    }

    /// <summary>The borders of every 31st prefix, against a search of a set from the longest length down.</summary>
    private static void CompareLookups(Fib6Table table, Prefix[] prefixes)
    {
        var set = prefixes.ToHashSet();
        var lengths = prefixes.Select(prefix => (int)prefix.Length).Distinct().OrderDescending().ToArray();
        var res = default(Fib6Result);
        for (var i = 0; i < prefixes.Length; i += 31)
        {
            var (first, last) = (prefixes[i].Address, prefixes[i].Address | ~Prefix.Mask(prefixes[i].Length));
            foreach (var address in new[] { first, last, first - 1, last + 1 })
            {
                var longest = lengths.Where(length => set.Contains(Prefix.OfV6(address, length))).DefaultIfEmpty(-1).First();
                var found = table.Lookup(address, ref res) == 0;
                Assert.Equal(longest, found ? res.PrefixLength : -1);
                Assert.True(!found || res.Prefix == Prefix.OfV6(address, longest).Address);
            }
        }
    }

    /// <summary>
    /// The nodes of a path-compressed binary tree, from the prefixes alone: they, the common prefix of each two that are
    /// neighbours in sorted order, and the root.
    /// </summary>
    private sealed class ExpectedTree
    {
        private readonly Prefix[] _sorted;
        private readonly HashSet<Prefix> _nodes;
        private readonly Dictionary<int, long> _depths;

        public ExpectedTree(Prefix[] sorted)
        {
            _sorted = sorted;
            _nodes = [.. sorted, Prefix.OfV6(0, 0)];
            for (var i = 1; i < sorted.Length; i++)
                _nodes.Add(Common(sorted[i - 1], sorted[i]));
            _depths = sorted.CountBy(prefix => Enumerable.Range(0, prefix.Length).Count(length => _nodes.Contains(Prefix.OfV6(prefix.Address, length))))
                .ToDictionary(pair => pair.Key, pair => (long)pair.Value);
        }

        public void Compare(Fib6Table table)
        {
            var visitor = new NodesOf([], []);
            table.Visit(ref visitor);
            Assert.Equal(_nodes.Count, visitor.Nodes.Count);
            Assert.True(_nodes.SetEquals(visitor.Nodes));
            visitor.Routes.Sort();
            Assert.Equal(_sorted.AsSpan(), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(visitor.Routes));
            var stat = table.Stat();
            for (var depth = 0; depth < stat.Depths.Count; depth++)
                Assert.Equal(_depths.GetValueOrDefault(depth), stat.Depths[depth]);
        }

        private static Prefix Common(Prefix one, Prefix other)
        {
            var bits = (int)UInt128.LeadingZeroCount(one.Address ^ other.Address);
            return Prefix.OfV6(one.Address, Math.Min(bits, Math.Min(one.Length, other.Length)));
        }
    }

    private readonly unsafe struct NodesOf(List<Prefix> nodes, List<Prefix> routes) : IFib6Visitor
    {
        public List<Prefix> Nodes => nodes;

        public List<Prefix> Routes => routes;

        public void Node(int depth, int bit, Fib6NodeFlags flags, Fib6Info* leaf, int count) =>
            nodes.Add(Prefix.OfV6(leaf == null ? 0 : leaf->fib6_dst.Address, bit));

        public void Route(Fib6Info* info) => routes.Add(Prefix.OfV6(info->fib6_dst.Address, info->fib6_dst.plen));
    }
}
