// SPDX-License-Identifier: MIT
namespace Sim.Validation.Comparison;

/// <summary>Compares the ports' tries with the kernel's tries, node by node.</summary>
public static class ShapeComparison
{
    /// <summary>If the module is loaded, compares wg0's trie of a family: nodes, depths, and a digest of all prefixes, depths and
    /// owners.</summary>
    public static void AllowedIps(ValidationContext context, Figure at, AllowedIps table)
    {
        if (!context.Machine.HasModule)
            return;
        var (rows, family) = (context.Machine.Rows($"module trie wg {at.Family}"), (Family)at.Family);
        var shape = table.Shape(family);
        context.Compare(at, Metrics.Nodes, shape.Nodes, rows[0].Long("nodes"));
        context.Compare(at, Metrics.Valued, shape.Valued, rows[0].Long("valued"));
        context.Compare(at, Metrics.MaxDepth, shape.MaxDepth, rows[0].Long("max-depth"));
        context.CompareDigest(at, Metrics.TrieDigest, AllowedIpsPort.TrieDigest(table, family), rows[0].Hex("digest"), item: at.Scheme.Length > 0 ? Names.AllowedIps : "");
        CompareDepths(context, at, rows, [.. shape.NodesAtDepth.Zip(shape.ValuedAtDepth).Skip(1)], first: 1);
    }

    /// <summary>Compares every figure of fib_triestat and, if the module is loaded, a digest of all nodes and routes.</summary>
    public static void Fib(ValidationContext context, Figure at, FibTable table, uint tableId)
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
    public static void Fib6(ValidationContext context, Figure at, Fib6Table table, uint tableId)
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
        CompareDepths(context, at, rows, tree.Depths, first: 0, item);
    }

    /// <summary>Compares the nodes at each depth, beginning with the first depth. The kernel's first row has the totals.</summary>
    private static void CompareDepths(
        ValidationContext context, Figure at, IReadOnlyList<Row> rows, IReadOnlyList<(long Nodes, long Valued)> ported, int first,
        string item = "")
    {
        for (var i = 0; i < Math.Max(ported.Count, rows.Count - 1); i++)
        {
            var (nodes, valued) = i + 1 < rows.Count ? (rows[i + 1].Long("nodes"), rows[i + 1].Long("valued")) : (0, 0);
            var port = ported.ElementAtOrDefault(i);
            context.Compare(at, Metrics.NodesAtDepth, port.Nodes, nodes, item: item, x: i + first);
            context.Compare(at, Metrics.ValuedAtDepth, port.Valued, valued, item: item, x: i + first);
        }
    }
}
