// SPDX-License-Identifier: MIT
using System.Globalization;
using System.Text.Json.Nodes;
using Sim.Fib;
using Sim.Kernel;

namespace Sim.Runner.Schemes;

/// <summary>The route attribute in the IPv6 FIB: each route has a fib6_info of its own, and the state that names its peer.</summary>
internal sealed unsafe class Fib6Scheme : RouteAttributeScheme
{
    private readonly Fib6Net _net;
    private readonly Fib6Table _table;
    private readonly LookupPath _path = new();

    public Fib6Scheme(int peers)
        : base(Family.IPv6)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(peers, 1);
        _net = new Fib6Net(Memory);
        _table = new Fib6Table(_net, TableId);
    }

    public override string KernelName => "fib6";

    public override void Insert(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            var request = Fib6Config.Add(prefixes[i], Device, peers[i] + 1);
            request.NlFlags = NlmFlags.Create | NlmFlags.Replace;
            var error = _table.Insert(in request);
            if (error != 0)
                throw new InvalidOperationException($"the FIB refused {prefixes[i]} with error {error}");
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
                throw new InvalidOperationException($"the FIB would not delete {prefixes[i]}: error {error}");
            EndGracePeriods();
        }
    }

    public override int Lookup(UInt128 address) => FibLoops.Answer(_table, address);

    public override long Lookup(Keys keys, bool dependent) => FibLoops.Lookup(_table, keys.V6, dependent);

    public override Touch Trace(UInt128 address)
    {
        var result = default(Fib6Result);
        var found = _table.Lookup(address, ref result, _path) == 0;
        return new Touch(_path.Nodes, _path.CacheLines, found ? Matched(in result) : null);
    }

    public override IReadOnlyList<string> Describe(UInt128 address)
    {
        var result = default(Fib6Result);
        var found = _table.Lookup(address, ref result, _path) == 0;
        var lines = _path.Fib6Steps.Select(step => step.Kind switch
        {
            Fib6StepKind.Node => $"node {step.Prefix}",
            Fib6StepKind.Compare => $"back at {step.Prefix}: {(step.Flags.HasFlag(Fib6NodeFlags.RouteInfo) ? "compare" : "joins two subtrees")}",
            Fib6StepKind.Select => $"choose a route of {step.Prefix}",
            _ => $"route {step.Prefix} metric {step.Metric}",
        }).ToList();
        lines.Add(found ? $"{Matched(in result)}: peer {result.Peer - 1}" : "no route");
        return lines;
    }

    public override IReadOnlyList<ShapeCount> Shape()
    {
        var (stat, counts) = (_table.Stat(), _net.Statistics);
        var shape = new List<ShapeCount>
        {
            new("nodes", null, counts.FibNodes),
            new("valued", null, stat.RouteNodes),
            new("internal-nodes", null, stat.IntermediateNodes),
            new("routes", null, counts.FibRtEntries),
            new("max-depth", null, stat.MaxDepth),
            new("average-depth", null, stat.MeanDepth),
        };
        shape.AddRange(stat.Depths.Select((prefixes, depth) => new ShapeCount("depth-histogram", depth, prefixes)).Where(count => count.Value > 0));
        return shape;
    }

    /// <summary>Nodes and routes as /proc/net/rt6_stats counts them: the root is no node of the slab's, and not among them.</summary>
    public override JsonObject StatJson()
    {
        var (stat, counts) = (_table.Stat(), _net.Statistics);
        var depths = new JsonObject();
        for (var depth = 0; depth < stat.Depths.Count; depth++)
        {
            if (stat.Depths[depth] > 0)
                depths[depth.ToString(CultureInfo.InvariantCulture)] = stat.Depths[depth];
        }

        return new JsonObject
        {
            ["nodes"] = counts.FibNodes,
            ["route_nodes"] = counts.FibRouteNodes,
            ["routes"] = counts.FibRtEntries,
            ["prefixes"] = stat.RouteNodes,
            ["aver_depth"] = stat.MeanDepth,
            ["max_depth"] = stat.MaxDepth,
            ["depths"] = depths,
        };
    }

    public override string StatText()
    {
        var stat = _table.Stat();
        return $"""
            /proc/net/rt6_stats: {_net.Statistics.Format().TrimEnd()}
            fib6: {_net.Statistics.FibNodes:N0} nodes, {stat.RouteNodes:N0} with routes, {stat.Routes:N0} routes, greatest depth {stat.MaxDepth}, mean {stat.MeanDepth:N2} (the root is 0)
            """;
    }

    public override void Dispose()
    {
        _table.Dispose();
        _net.Dispose();
        base.Dispose();
    }

    private static Prefix Matched(in Fib6Result result) => Prefix.OfV6(result.Prefix, result.PrefixLength);
}
