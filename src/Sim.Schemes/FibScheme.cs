// SPDX-License-Identifier: MIT
using System.Text.Json.Nodes;
using Sim.Fib;
using Sim.Kernel;
using Sim.Netlink;

namespace Sim.Schemes;

/// <summary>The route attribute in the IPv4 FIB: peers share their fib_infos.</summary>
public sealed unsafe class FibScheme : RouteAttributeScheme
{
    private readonly FibNet _net;
    private readonly FibTable _table;
    private readonly LookupPath _path = new();

    public FibScheme(int peers)
        : base(Family.IPv4)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(peers, 1);
        _net = new FibNet(Memory);
        _table = new FibTable(_net, TableId);
    }

    public override void Insert(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            var request = RouteRequest.V4(prefixes[i], RouteShape.PeerKey, peers[i], Device);
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
            var request = RouteRequest.V4(prefixes[i], RouteShape.PeerKey, peers[i], Device);
            request.NlFlags = NlmFlags.None;
            var error = _table.Delete(in request);
            if (error != 0 && error != -Errno.ESRCH)
                throw new InvalidOperationException($"the FIB would not delete {prefixes[i]}: error {error}");
            EndGracePeriods();
        }
    }

    public override int Lookup(UInt128 address) => FibLoops.Answer(_table, (uint)(address >> 96));

    public override long Lookup(Keys keys, bool dependent) => FibLoops.Lookup(_table, keys.V4, dependent);

    public override Touch Trace(UInt128 address)
    {
        var result = default(FibResult);
        var found = _table.Lookup((uint)(address >> 96), ref result, _path) == 0;
        return new Touch(_path.Nodes, _path.CacheLines, found ? Prefix.OfV4(result.Prefix, result.PrefixLength) : null);
    }

    public override IReadOnlyList<string> Describe(UInt128 address)
    {
        var result = default(FibResult);
        var found = _table.Lookup((uint)(address >> 96), ref result, _path) == 0;
        var lines = _path.Steps.Select(step => step.Kind switch
        {
            LookupStepKind.Tnode => $"tnode {Text(step.Key)} pos {step.Pos} bits {step.Bits}",
            LookupStepKind.Leaf => $"leaf {Text(step.Key)}",
            LookupStepKind.Climb => $"back up from {Text(step.Key)} pos {step.Pos} bits {step.Bits}",
            _ => $"route /{step.Bits}",
        }).ToList();
        lines.Add(found ? $"{Text(result.Prefix)}/{result.PrefixLength}: peer {result.Peer - 1}" : "no route");
        return lines;
    }

    public override IReadOnlyList<ShapeCount> Shape()
    {
        var stat = _table.Stat();
        var counts = new List<ShapeCount>
        {
            new("nodes", null, stat.InternalNodes + stat.Leaves),
            new("valued", null, stat.Prefixes),
            new("leaves", null, stat.Leaves),
            new("internal-nodes", null, stat.InternalNodes),
            new("pointers", null, stat.Pointers),
            new("null-pointers", null, stat.NullPointers),
            new("max-depth", null, stat.MaxDepth),
            new("average-depth", null, (double)stat.TotalDepth / Math.Max(stat.Leaves, 1)),
            new("total-size-kb", null, stat.TotalKb, "kB"),
        };
        counts.AddRange(stat.LeafDepths.Select((leaves, depth) => new ShapeCount("depth-histogram", depth, leaves)).Where(count => count.Value > 0));
        counts.AddRange(stat.NodeSizes.Select((tnodes, bits) => new ShapeCount("node-size", bits, tnodes)).Where(count => count.Value > 0));
        return counts;
    }

    public override JsonObject StatJson()
    {
        var stat = _table.Stat();
        var sizes = new JsonObject();
        for (var bits = 1; bits < stat.NodeSizes.Count; bits++)
        {
            if (stat.NodeSizes[bits] > 0)
                sizes[$"{bits}"] = stat.NodeSizes[bits];
        }

        return new JsonObject
        {
            ["aver_depth"] = stat.AverageDepth,
            ["max_depth"] = stat.MaxDepth,
            ["leaves"] = stat.Leaves,
            ["prefixes"] = stat.Prefixes,
            ["internal_nodes"] = stat.InternalNodes,
            ["node_sizes"] = sizes,
            ["pointers"] = stat.Pointers,
            ["null_pointers"] = stat.NullPointers,
            ["total_size_kb"] = stat.TotalKb,
        };
    }

    public override string StatText() => _table.FormatTrieStat();

    public override void Dispose()
    {
        _table.Dispose();
        _net.Dispose();
        base.Dispose();
    }

    private static string Text(uint address) => AddressText.Format(Family.IPv4, (UInt128)address << 96);
}
