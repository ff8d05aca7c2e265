// SPDX-License-Identifier: MIT
using Sim.Lab;

namespace Sim.Runner.Validation;

/// <summary>An IPv6 table: rt6_stats, counts by depth, and a digest that stands for every node and route.</summary>
internal sealed class Fib6Comparison(ValidationContext context, Fib6Port port, uint table) : TableComparison(context, port)
{
    private Row? _before;

    /// <summary>rt6_stats counts all tables: those of addresses, and what is not of this table.</summary>
    public override void RememberBaseline()
    {
        base.RememberBaseline();
        _before = Statistics();
    }

    /// <summary>The root, which lies in the table, is in neither count; that it carries RTN_RTINFO is how it was made.</summary>
    protected override void CompareStatistics(CheckPoint at)
    {
        var now = Statistics();
        var stat = port.Table.Stat();
        Compare("nodes", stat.Nodes - 1);
        Compare("route-nodes", stat.RouteNodes - 1);
        Compare("entries", stat.Routes);

        void Compare(string name, long ported) =>
            Context.Compare(at, "rt6-stats", "count", ported, now.Long(name) - _before!.Long(name), item: name);
    }

    protected override void CompareNodes(CheckPoint at)
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

    private Row Statistics() => Context.Machine.One("rt6stats");
}
