// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>The shape of an IPv6 table, counted in the live tree.</summary>
public sealed class Fib6Stat
{
    private readonly List<long> _depths = [];
    private long _totalDepth;

    /// <summary>The number of nodes, including the root. <see cref="Rt6Statistics.FibNodes"/> excludes the roots.</summary>
    public long Nodes { get; private set; }

    /// <summary>The number of nodes with their own routes. The root counts only if it has a default route.</summary>
    public long RouteNodes { get; private set; }

    /// <summary>The number of nodes that only join two subtrees.</summary>
    public long IntermediateNodes { get; private set; }

    /// <summary>The number of routes. Each nexthop of a multipath route counts as a route.</summary>
    public long Routes { get; private set; }

    /// <summary>The number of nodes with routes at each depth. The depth of a node is the number of nodes above it.</summary>
    public IReadOnlyList<long> Depths => _depths;

    /// <summary>The mean number of nodes above a node with routes; 0 for an empty table.</summary>
    public double MeanDepth => RouteNodes == 0 ? 0 : (double)_totalDepth / RouteNodes;

    /// <summary>The largest number of nodes above a node with routes.</summary>
    public int MaxDepth => Math.Max(_depths.Count - 1, 0);

    internal void Node(int depth, Fib6NodeFlags flags, int routes)
    {
        Nodes++;
        if ((flags & Fib6NodeFlags.RouteInfo) == 0)
            IntermediateNodes++;
        if (routes == 0)
            return;
        RouteNodes++;
        Routes += routes;
        _totalDepth += depth;
        while (_depths.Count <= depth)
            _depths.Add(0);
        _depths[depth]++;
    }
}

/// <summary>Counts the nodes of a table.</summary>
public sealed unsafe partial class Fib6Table
{
    /// <summary>Counts nodes, routes and depths in a walk of the whole tree.</summary>
    public Fib6Stat Stat()
    {
        var counter = new StatVisitor(new Fib6Stat());
        Visit(ref counter);
        return counter.Stat;
    }

    private readonly struct StatVisitor(Fib6Stat stat) : IFib6Visitor
    {
        public Fib6Stat Stat => stat;

        public void Node(int depth, int bit, Fib6NodeFlags flags, Fib6Info* leaf, int routes) =>
            stat.Node(depth, flags, routes);

        public void Route(Fib6Info* info) { }
    }
}
