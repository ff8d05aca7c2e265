// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Fib;
using Sim.Kernel;
using Sim.Testing;
using Xunit;
using static Sim.Fib.KeyVector;

namespace Sim.Fib.Tests;

/// <summary>What <see cref="FibTable.Visit"/> shows, against a recursion over the nodes and against the routes themselves.</summary>
public sealed unsafe class VisitTests
{
    /// <summary>A dense corner, so that nodes grow; lengths that leave several routes under one address.</summary>
    private static readonly Gen<Prefix> s_prefix = Gen.Select(
        Gen.Frequency((4, Gen.UInt[0, 511].Select(low => 0x0A000000u | low << 8)), (2, Gen.UInt[0, 255].Select(high => high << 24)), (1, Gen.UInt)),
        Gen.Frequency((4, Gen.Int[20, 32]), (1, Gen.Int[0, 20])),
        Prefix.OfV4);

    [Fact]
    public void An_empty_table_shows_nothing()
    {
        using var fib = new Fixture();
        Assert.Empty(Seen(fib.Table));
        Assert.Equal(0, fib.Add("10.0.0.0/8"));
        Assert.Equal(0, fib.Delete("10.0.0.0/8"));
        Assert.Empty(Seen(fib.Table));
    }

    [Theory]
    [InlineData("10.0.0.0/8", "leaf 0 0a000000 24")]
    [InlineData("0.0.0.0/0", "leaf 0 00000000 32")]
    [InlineData("192.0.2.1/32", "leaf 0 c0000201 0")]
    public void One_prefix_is_a_leaf_under_no_node(string prefix, string leaf)
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add(prefix, oif: 7));
        Assert.Equal([leaf, $"route {Prefix.Parse(prefix).Length} dev 7"], Seen(fib.Table));
    }

    [Fact]
    public void Two_prefixes_of_one_address_are_one_leaf_the_longer_first()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("10.0.0.0/8", oif: 7));
        Assert.Equal(0, fib.Add("10.0.0.0/24", oif: 8));
        Assert.Equal(["leaf 0 0a000000 24", "route 24 dev 8", "route 8 dev 7"], Seen(fib.Table));
    }

    /// <summary>10 and 192 differ first in bit 31; the root doubles to two bits (TrieStatTests): two children, two empty.</summary>
    [Fact]
    public void Two_prefixes_apart_are_two_leaves_under_the_root()
    {
        using var fib = new Fixture();
        Assert.Equal(0, fib.Add("192.168.0.0/16", oif: 8));
        Assert.Equal(0, fib.Add("10.0.0.0/8", oif: 7));
        Assert.Equal(
            [
                "tnode 0 00000000 pos 30 bits 2 slen 30 full 0 empty 2", "leaf 1 0a000000 24", "route 8 dev 7",
                "leaf 1 c0a80000 16", "route 16 dev 8",
            ],
            Seen(fib.Table));
    }

    [Fact, Property]
    public void Every_node_and_route_of_random_tables_is_seen_once_where_it_is() =>
        Gen.Select(s_prefix.Array[0, 200], s_prefix.Array[0, 50]).Check(
            (prefixes, more) =>
            {
                using var fib = new Fixture();
                foreach (var prefix in prefixes.Concat(more))
                    fib.Table.Insert(FibConfig.Add(prefix, 1 + prefix.Length));
                foreach (var prefix in more)
                    fib.Table.Delete(FibConfig.Delete(prefix));

                var seen = Seen(fib.Table);
                var expected = new List<string>();
                Recurse(GetChild(fib.Table.Trie, 0), 0, expected);
                Assert.Equal(expected, seen);

                var stat = fib.Table.Stat();
                Assert.Equal((int)stat.InternalNodes, seen.Count(line => line.StartsWith("tnode", StringComparison.Ordinal)));
                Assert.Equal((int)stat.Leaves, seen.Count(line => line.StartsWith("leaf", StringComparison.Ordinal)));
                Assert.Equal(
                    (int)stat.TotalDepth,
                    seen.Where(line => line.StartsWith("leaf", StringComparison.Ordinal)).Sum(line => int.Parse(line.Split(' ')[1])));
                Assert.Equal(Lengths(prefixes.Except(more)), seen.Where(line => line.StartsWith("route", StringComparison.Ordinal)));
            },
            iter: 200);

    /// <summary>Routes by address, and of one address the longest first.</summary>
    private static IEnumerable<string> Lengths(IEnumerable<Prefix> prefixes) =>
        prefixes.Distinct().OrderBy(prefix => prefix.V4).ThenByDescending(prefix => prefix.Length)
            .Select(prefix => $"route {prefix.Length} dev {1 + prefix.Length}");

    private static void Recurse(KeyVector* node, int depth, List<string> lines)
    {
        if (node == null)
            return;
        if (node->IsLeaf)
        {
            lines.Add($"leaf {depth} {node->key:x8} {node->slen}");
            for (var fa = (FibAlias*)node->leaf; fa != null; fa = FibAlias.Next(fa))
                lines.Add($"route {32 - fa->fa_slen} dev {FibInfo.Nhc(fa->fa_info, 0)->nhc_oif}");
            return;
        }

        var at = lines.Count;
        var (full, empty) = (0, 0);
        for (var i = 0ul; i < ChildLength(node); i++)
        {
            var child = GetChild(node, i);
            empty += child == null ? 1 : 0;
            full += child != null && child->IsTnode && child->pos + child->bits == node->pos ? 1 : 0;
            Recurse(child, depth + 1, lines);
        }

        lines.Insert(at, $"tnode {depth} {node->key:x8} pos {node->pos} bits {node->bits} slen {node->slen} full {full} empty {empty}");
    }

    private static List<string> Seen(FibTable table)
    {
        var seen = new Written([]);
        table.Visit(ref seen);
        return seen.Lines;
    }

    private readonly record struct Written(List<string> Lines) : IFibTrieVisitor
    {
        public void Tnode(int depth, uint key, int pos, int bits, int slen, uint fullChildren, uint emptyChildren) =>
            Lines.Add($"tnode {depth} {key:x8} pos {pos} bits {bits} slen {slen} full {fullChildren} empty {emptyChildren}");

        public void Leaf(int depth, uint key, int slen) => Lines.Add($"leaf {depth} {key:x8} {slen}");

        public void Route(int length, FibInfo* info) => Lines.Add($"route {length} dev {FibInfo.Nhc(info, 0)->nhc_oif}");
    }
}
