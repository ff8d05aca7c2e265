// SPDX-License-Identifier: MIT
namespace Sim.Validation.Comparison;

/// <summary>Compares the ports' tries with the kernel's tries, node by node.</summary>
public static class ShapeComparison
{
    /// <summary>If the module is loaded, compares wg0's trie of a family: nodes, depths, and a digest of all prefixes, depths and
    /// owners.</summary>
    public static void AllowedIps(ValidationContext context, CheckPoint at, AllowedIps table, Family family)
    {
        if (!context.Machine.HasModule)
            return;
        var rows = context.Machine.Rows($"module trie wg {(int)family}");
        var shape = table.Shape(family);
        context.Compare(at, Metrics.Nodes, shape.Nodes, rows[0].Long("nodes"));
        context.Compare(at, Metrics.Valued, shape.Valued, rows[0].Long("valued"));
        context.Compare(at, Metrics.MaxDepth, shape.MaxDepth, rows[0].Long("max-depth"));
        context.CompareDigest(at, Metrics.TrieDigest, AllowedIpsPort.TrieDigest(table, family), rows[0].Hex("digest"), item: at.Scheme.Length > 0 ? Names.AllowedIps : "");
        for (var depth = 1; depth <= Math.Max(shape.MaxDepth, rows.Count - 1); depth++)
        {
            var (nodes, valued) = depth < rows.Count ? (rows[depth].Long("nodes"), rows[depth].Long("valued")) : (0, 0);
            context.Compare(at, Metrics.NodesAtDepth, AtDepth(shape.NodesAtDepth, depth), nodes, x: depth);
            context.Compare(at, Metrics.ValuedAtDepth, AtDepth(shape.ValuedAtDepth, depth), valued, x: depth);
        }
    }

    /// <summary>Compares every figure of fib_triestat and, if the module is loaded, a digest of all nodes and routes.</summary>
    public static void Fib(ValidationContext context, CheckPoint at, FibTable table, uint tableId)
    {
        var counted = TrieStatText.Figures(context.Machine.TrieStat(tableId));
        var ported = TrieStatText.Figures(table.Stat().Format());
        foreach (var name in counted.Keys.Union(ported.Keys))
        {
            context.Compare(
                at, Metrics.TrieStat, ported.GetValueOrDefault(name), counted.GetValueOrDefault(name), item: name,
                unit: name == "Total size" ? Units.Kilobytes : null);
        }

        if (!context.Machine.HasModule)
            return;
        var kernelTrie = context.Machine.One($"module trie fib {tableId}");
        var trie = default(FibTrieDigest);
        table.Visit(ref trie);
        context.Compare(at, Metrics.Tnodes, trie.Tnodes, kernelTrie.Long("tnodes"));
        context.Compare(at, Metrics.Leaves, trie.Leaves, kernelTrie.Long("leaves"));
        context.Compare(at, Metrics.Routes, trie.Routes, kernelTrie.Long("routes"));
        context.CompareDigest(at, Metrics.TrieDigest, trie.Value, kernelTrie.Hex("digest"), item: at.Scheme.Length > 0 ? Names.Fib : "");
    }

    /// <summary>If the module is loaded, compares an IPv6 table: nodes, depths, and a digest of all nodes and routes.</summary>
    public static void Fib6(ValidationContext context, CheckPoint at, Fib6Table table, uint tableId)
    {
        if (!context.Machine.HasModule)
            return;
        var rows = context.Machine.Rows($"module trie fib6 {tableId}");
        var tree = default(Fib6TreeDigest);
        table.Visit(ref tree);
        var item = at.Scheme.Length > 0 ? Names.Fib : "";
        context.Compare(at, Metrics.Nodes, tree.Nodes, rows[0].Long("nodes"), item: item);
        context.Compare(at, Metrics.Valued, tree.Valued, rows[0].Long("valued"), item: item);
        context.Compare(at, Metrics.Routes, tree.Routes, rows[0].Long("routes"), item: item);
        context.Compare(at, Metrics.MaxDepth, tree.Depths.Count - 1, rows[0].Long("max-depth"), item: item);
        context.CompareDigest(at, Metrics.TrieDigest, tree.Value, rows[0].Hex("digest"), item: item);
        for (var depth = 0; depth < Math.Max(tree.Depths.Count, rows.Count - 1); depth++)
        {
            var (nodes, valued) = depth + 1 < rows.Count ? (rows[depth + 1].Long("nodes"), rows[depth + 1].Long("valued")) : (0, 0);
            var ported = depth < tree.Depths.Count ? tree.Depths[depth] : (Nodes: 0, Valued: 0);
            context.Compare(at, Metrics.NodesAtDepth, ported.Nodes, nodes, item: item, x: depth);
            context.Compare(at, Metrics.ValuedAtDepth, ported.Valued, valued, item: item, x: depth);
        }
    }

    private static long AtDepth(IReadOnlyList<long> histogram, int depth) => depth < histogram.Count ? histogram[depth] : 0;
}
