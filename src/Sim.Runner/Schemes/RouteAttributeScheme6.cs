// SPDX-License-Identifier: MIT
using System.Text.Json.Nodes;
using Sim.Fib;
using Sim.Kernel;

namespace Sim.Runner.Schemes;

/// <summary>
/// The route attribute for IPv6, as <see cref="RouteAttributeScheme"/> for IPv4. Routes share nothing here: each has a
/// nexthop, and a state that names its peer, of its own.
/// </summary>
internal sealed unsafe class RouteAttributeScheme6 : Scheme
{
    private const int Device = 2;
    private const uint TableId = 100;

    private readonly Fib6Net _net;
    private readonly Fib6Table _table;
    private readonly LookupPath _path = new();

    public RouteAttributeScheme6(int peers)
        : base(Family.IPv6, new KernelMemory())
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(peers, 1);
        _net = new Fib6Net(Memory);
        _table = new Fib6Table(_net, TableId);
    }

    public override string Name => RouteAttributeScheme.SchemeName;

    public override string Structure => RouteAttributeScheme.StructureName;

    public override string Key => "fib6";

    public override void Insert(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            var request = Fib6Config.Add(prefixes[i], Device, peers[i] + 1);
            request.NlFlags = NlmFlags.Create | NlmFlags.Replace;
            var error = _table.Insert(in request);
            if (error != 0)
                throw new InvalidOperationException($"the IPv6 FIB refused {prefixes[i]} with error {error}");
            EndGracePeriods();
        }
    }

    public override void Delete(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            var request = Fib6Config.Delete(prefixes[i]);
            request.Oif = Device;
            request.Peer = peers[i] + 1;
            var error = _table.Delete(in request);
            if (error != 0 && error != -Errno.ESRCH)
                throw new InvalidOperationException($"the IPv6 FIB would not delete {prefixes[i]}: error {error}");
            EndGracePeriods();
        }
    }

    /// <summary>The callback of a route queues that of the state which names its peer.</summary>
    private void EndGracePeriods()
    {
        while (Memory.Rcu.Pending > 0)
            Memory.Rcu.GracePeriod();
    }

    /// <summary>Replacing a route by one through another peer: one operation, no gap.</summary>
    public override void Move(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers) => Insert(prefixes, peers);

    public override void RemovePeer(int peer, ReadOnlySpan<Prefix> prefixes)
    {
        var same = new int[prefixes.Length];
        Array.Fill(same, peer);
        Delete(prefixes, same);
    }

    public override int Lookup(UInt128 address) => Fib6Loops.Answer(_table, address);

    public override long Lookup(Keys keys, bool dependent) => Fib6Loops.Lookup(_table, keys.V6, dependent);

    public override Touch Trace(UInt128 address)
    {
        var result = default(Fib6Result);
        var found = _table.Lookup(address, ref result, _path) == 0;
        return new Touch(_path.Nodes, _path.CacheLines, found ? Match(result) : null);
    }

    /// <summary>A line a node down, and a line for each node with routes that is compared on the way up.</summary>
    public override IReadOnlyList<string> Describe(UInt128 address)
    {
        var result = default(Fib6Result);
        var found = _table.Lookup(address, ref result, _path) == 0;
        var lines = new List<string>();
        foreach (var step in _path.Fib6Steps)
        {
            var hasRoutes = step.Flags.HasFlag(Fib6NodeFlags.RouteInfo);
            if (step.Kind == Fib6StepKind.Node)
                lines.Add($"node {step.Prefix}{(hasRoutes ? "" : " (no routes)")}");
            else if (step.Kind == Fib6StepKind.Compare && hasRoutes)
                lines.Add($"back up to {step.Prefix}: {(found && step.Prefix.Contains(address) ? "fits" : "does not fit")}");
            else if (step.Kind == Fib6StepKind.Route)
                lines.Add($"route {step.Prefix} metric {step.Metric}");
        }

        lines.Add(found ? $"{Match(result)}: peer {result.Peer - 1}" : "no route");
        return lines;
    }

    public override IReadOnlyList<ShapeCount> Shape()
    {
        var stat = _table.Stat();
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
        var stat = _table.Stat();
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
            ["rt6_stats"] = _net.Statistics.Format().TrimEnd('\n'),
        };
    }

    public override string StatText()
    {
        var stat = _table.Stat();
        return $"""
            fib6: {stat.Nodes:N0} nodes with the root, {stat.RouteNodes:N0} with routes, {stat.IntermediateNodes:N0} that only branch, {stat.Routes:N0} routes
            nodes above a node with routes: mean {stat.MeanDepth:F2}, most {stat.MaxDepth}
            rt6_stats: {_net.Statistics.Format()}
            """;
    }

    public override void Dispose()
    {
        _table.Dispose();
        _net.Dispose();
        base.Dispose();
    }

    private static Prefix Match(Fib6Result result) => Prefix.OfV6(result.Prefix, result.PrefixLength);
}
