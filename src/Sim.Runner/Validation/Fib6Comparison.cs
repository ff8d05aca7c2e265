// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Lab;

namespace Sim.Runner.Validation;

/// <summary>An IPv6 table: rt6_stats, counts by depth, and a digest that stands for every node and route.</summary>
internal sealed class Fib6Comparison(ValidationContext context, Fib6Port port, uint table) : TableComparison(context, port)
{
    private Row? _kernelBefore;
    private Rt6Statistics _portBefore;

    /// <summary>rt6_stats counts all tables, and deletions since the start.</summary>
    public override void RememberBaseline()
    {
        base.RememberBaseline();
        (_kernelBefore, _portBefore) = (Context.Machine.One("rt6stats"), port.Statistics);
    }

    protected override void CompareShape(CheckPoint at)
    {
        CompareStatistics(at);
        if (Context.Machine.HasModule)
            CompareNodes(at);
    }

    private void CompareStatistics(CheckPoint at)
    {
        var kernel = Context.Machine.One("rt6stats");
        var (ported, before) = (port.Statistics, _portBefore);
        Compare("nodes", (long)ported.FibNodes - before.FibNodes);
        Compare("route-nodes", (long)ported.FibRouteNodes - before.FibRouteNodes);
        Compare("entries", (long)ported.FibRtEntries - before.FibRtEntries);
        Compare("discarded", (long)ported.FibDiscardedRoutes - before.FibDiscardedRoutes);

        void Compare(string name, long more) =>
            Context.Compare(at, "rt6-stats", "count", more, kernel.Long(name) - _kernelBefore!.Long(name), item: name);
    }

    private void CompareNodes(CheckPoint at)
    {
        var rows = Context.Machine.Rows($"module trie fib6 {table}");
        var tree = port.Tree();
        Context.Compare(at, "nodes", "count", tree.Nodes, rows[0].Long("nodes"));
        Context.Compare(at, "valued", "count", tree.Valued, rows[0].Long("valued"));
        Context.Compare(at, "routes", "count", tree.Routes, rows[0].Long("routes"));
        Context.Compare(at, "max-depth", "count", tree.Depths.Count - 1, rows[0].Long("max-depth"));
        Context.CompareDigest(at, "trie-digest", tree.Value, rows[0].Hex("digest"));
        for (var depth = 0; depth < Math.Max(tree.Depths.Count, rows.Count - 1); depth++)
        {
            var (nodes, valued) = depth + 1 < rows.Count ? (rows[depth + 1].Long("nodes"), rows[depth + 1].Long("valued")) : (0, 0);
            var ported = depth < tree.Depths.Count ? tree.Depths[depth] : (Nodes: 0, Valued: 0);
            Context.Compare(at, "nodes-at-depth", "count", ported.Nodes, nodes, x: depth);
            Context.Compare(at, "valued-at-depth", "count", ported.Valued, valued, x: depth);
        }
    }
}
