// SPDX-License-Identifier: MIT
using System.Text.Json.Nodes;
using Sim.Figures;
using Sim.Kernel;
using Sim.Trie;

namespace Sim.Schemes;

/// <summary>
/// AllowedIPs as in WireGuard: each prefix is bound in the device's allowedips trie, single prefixes are removed with
/// REMOVE_ME (Linux 6.16), and the removal of a peer removes its prefixes.
/// </summary>
public sealed unsafe class AllowedIpsScheme : Scheme
{
    public const string SchemeName = "AllowedIPs";
    public const string StructureName = "allowedips";

    private readonly AllowedIps _table;
    private readonly wg_peer*[] _peers;

    public AllowedIpsScheme(Family family, int peers)
        : base(family, new KernelMemory())
    {
        _table = new AllowedIps(Memory);
        _peers = new wg_peer*[peers];
        for (var id = 0; id < peers; id++)
            _peers[id] = _table.PeerCreate(id);
    }

    public override string Name => SchemeName;

    public override string Structure => StructureName;

    public override void Insert(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            Check(_table.Insert(prefixes[i], _peers[peers[i]]));
            Memory.Rcu.GracePeriod();
        }
    }

    public override void Delete(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            Check(_table.Remove(prefixes[i], _peers[peers[i]]));
            Memory.Rcu.GracePeriod();
        }
    }

    /// <summary>Inserts each prefix for another peer, which moves it in one operation without a gap.</summary>
    public override void Move(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers) => Insert(prefixes, peers);

    public override void RemovePeer(int peer, ReadOnlySpan<Prefix> prefixes)
    {
        _table.RemoveByPeer(_peers[peer]);
        Memory.Rcu.GracePeriod();
    }

    public override int Lookup(UInt128 address) =>
        Family == Family.IPv4 ? Answer(_table.LookupDstV4((uint)(address >> 96))) : Answer(_table.LookupDstV6(address));

    public override long Lookup(Keys keys, bool dependent) => AllowedIpsLoops.Lookup(_table, keys, dependent);

    public override Touch Trace(UInt128 address)
    {
        var cost = _table.Cost(Family, address);
        Span<PathStep> path = stackalloc PathStep[AllowedIps.MaxAllowedIpsDepth];
        _table.Walk(Family, address, path);
        return new Touch(cost.Nodes, cost.CacheLines, cost.FoundDepth > 0 ? path[cost.FoundDepth - 1].Prefix : null);
    }

    public override IReadOnlyList<string> Describe(UInt128 address)
    {
        Span<PathStep> path = stackalloc PathStep[AllowedIps.MaxAllowedIpsDepth];
        var lines = new List<string>();
        foreach (var step in path[.._table.Walk(Family, address, path)])
        {
            var owner = step.Peer == null ? "joins two subtrees" : $"peer {step.Peer->internal_id}";
            lines.Add($"node {step.Prefix}: {(step.Matches ? owner : "does not match, end")}");
        }

        return lines;
    }

    public override IReadOnlyList<ShapeCount> Shape()
    {
        var shape = _table.Shape(Family);
        var counts = new List<ShapeCount>
        {
            new("nodes", null, shape.Nodes),
            new("valued", null, shape.Valued),
            new("max-depth", null, shape.MaxDepth),
            new("average-depth", null, Mean(shape.ValuedAtDepth)),
        };
        for (var depth = 1; depth < shape.ValuedAtDepth.Count; depth++)
            counts.Add(new("depth-histogram", depth, shape.ValuedAtDepth[depth]));
        return counts;
    }

    public override JsonObject StatJson()
    {
        var shape = _table.Shape(Family);
        return new JsonObject { ["nodes"] = shape.Nodes, ["valued"] = shape.Valued, ["max_depth"] = shape.MaxDepth };
    }

    public override string StatText()
    {
        var shape = _table.Shape(Family);
        return $"allowedips: {shape.Nodes:N0} nodes, {shape.Valued:N0} with a peer, greatest depth {shape.MaxDepth} (the root is 1)";
    }

    public override void Dispose()
    {
        _table.Dispose();
        base.Dispose();
    }

    private int Answer(wg_peer* peer) => AllowedIpsLoops.Answer(_table, peer);

    private static double Mean(IReadOnlyList<long> histogram) =>
        histogram.Select((count, depth) => (double)count * depth).Sum() / Math.Max(histogram.Sum(), 1);

    private static void Check(int error)
    {
        if (error != 0)
            throw new InvalidOperationException($"allowedips refused an operation with error {error}");
    }
}
