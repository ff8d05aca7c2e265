// SPDX-License-Identifier: MIT
using System.Text.Json.Nodes;
using Sim.Fib;
using Sim.Kernel;
using Sim.Netlink;

namespace Sim.Schemes;

/// <summary>The route attribute in a table of IPv6 routes, each with its own fib6_info and the state that names its peer.</summary>
public abstract class Fib6RoutesScheme<TTable> : RouteAttributeScheme
    where TTable : class, IFib6Routes, IDisposable
{
    /// <param name="peers">The number of peers, at least 1. Routes need no preparation for them.</param>
    /// <param name="structure">The structure's name in rows.</param>
    /// <param name="options">The kernel's configuration.</param>
    /// <param name="create">Makes the table.</param>
    protected Fib6RoutesScheme(int peers, string structure, Fib6Options options, Func<Fib6Net, TTable> create)
        : base(Family.IPv6, structure)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(peers, 1);
        Net = new Fib6Net(Memory, options);
        Table = create(Net);
    }

    public sealed override string Key => "fib6";

    protected Fib6Net Net { get; }

    protected TTable Table { get; }

    protected LookupPath Path { get; } = new();

    public sealed override void Insert(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            var request = RouteRequest.V6(prefixes[i], RouteShape.PeerKey, peers[i], Device);
            request.NlFlags = NlmFlags.Create | NlmFlags.Replace;
            var error = Table.Insert(in request);
            if (error != 0)
                throw new InvalidOperationException($"the FIB refused {prefixes[i]} with error {error}");
            EndGracePeriods();
        }
    }

    public sealed override void Delete(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            var request = RouteRequest.V6(prefixes[i], RouteShape.PeerKey, peers[i], Device);
            request.NlFlags = NlmFlags.None;
            var error = Table.Delete(in request);
            if (error != 0 && error != -Errno.ESRCH)
                throw new InvalidOperationException($"the FIB would not delete {prefixes[i]}: error {error}");
            EndGracePeriods();
        }
    }

    public sealed override Touch Trace(UInt128 address)
    {
        var result = default(Fib6Result);
        var found = Table.Lookup(address, ref result, Path) == 0;
        return new Touch(Path.Nodes, Path.CacheLines, found ? Matched(result) : null);
    }

    public sealed override void Dispose()
    {
        Table.Dispose();
        Net.Dispose();
        base.Dispose();
    }

    protected static Prefix Matched(Fib6Result result) => Prefix.OfV6(result.Prefix, result.PrefixLength);
}

/// <summary>The route attribute in the IPv6 FIB.</summary>
public sealed unsafe class Fib6Scheme(int peers, string structure, Fib6Options options)
    : Fib6RoutesScheme<Fib6Table>(peers, structure, options, net => new Fib6Table(net, TableId))
{
    public Fib6Scheme(int peers)
        : this(peers, StructureName, new Fib6Options())
    {
    }

    public override int Lookup(UInt128 address) => FibLoops.Answer(Table, address);

    public override long Lookup(Keys keys, bool dependent) => FibLoops.Lookup(Table, keys.V6, dependent);

    /// <summary>Describes the path: a line for each node on the way down, and for each node with routes on the way up.</summary>
    public override IReadOnlyList<string> Describe(UInt128 address)
    {
        var result = default(Fib6Result);
        var found = Table.Lookup(address, ref result, Path) == 0;
        var lines = new List<string>();
        foreach (var step in Path.Fib6Steps)
        {
            var hasRoutes = step.Flags.HasFlag(Fib6NodeFlags.RouteInfo);
            if (step.Kind == Fib6StepKind.Node)
                lines.Add($"node {step.Prefix}{(hasRoutes ? "" : " (no routes)")}");
            else if (step.Kind == Fib6StepKind.Compare && hasRoutes)
                lines.Add($"back up to {step.Prefix}: {(found && step.Prefix.Contains(address) ? "fits" : "does not fit")}");
            else if (step.Kind == Fib6StepKind.Route)
                lines.Add($"route {step.Prefix} metric {step.Metric}");
        }

        lines.Add(found ? $"{Matched(result)}: peer {result.Peer - 1}" : "no route");
        return lines;
    }

    public override IReadOnlyList<ShapeCount> Shape()
    {
        var stat = Table.Stat();
        var counts = new List<ShapeCount>
        {
            new("nodes", null, stat.Nodes),
            new("valued", null, stat.RouteNodes),
            new("intermediate-nodes", null, stat.IntermediateNodes),
            new("routes", null, stat.Routes),
            new("max-depth", null, stat.MaxDepth),
            new("average-depth", null, stat.MeanDepth),
        };
        counts.AddRange(stat.Depths.Select((nodes, depth) => new ShapeCount("depth-histogram", depth, nodes)).Where(count => count.Value > 0));
        return counts;
    }

    public override JsonObject StatJson()
    {
        var stat = Table.Stat();
        var depths = new JsonObject();
        for (var depth = 0; depth < stat.Depths.Count; depth++)
        {
            if (stat.Depths[depth] > 0)
                depths[$"{depth}"] = stat.Depths[depth];
        }

        return new JsonObject
        {
            ["nodes"] = stat.Nodes,
            ["route_nodes"] = stat.RouteNodes,
            ["intermediate_nodes"] = stat.IntermediateNodes,
            ["routes"] = stat.Routes,
            ["mean_depth"] = Math.Round(stat.MeanDepth, 2),
            ["max_depth"] = stat.MaxDepth,
            ["depths"] = depths,
            ["rt6_stats"] = Net.Statistics.Format().TrimEnd('\n'),
        };
    }

    public override string StatText()
    {
        var stat = Table.Stat();
        return $"""
            fib6: {stat.Nodes:N0} nodes with the root, {stat.RouteNodes:N0} with routes, {stat.IntermediateNodes:N0} that only branch, {stat.Routes:N0} routes
            nodes above a node with routes: mean {stat.MeanDepth:F2}, most {stat.MaxDepth}
            rt6_stats: {Net.Statistics.Format()}
            """;
    }
}
