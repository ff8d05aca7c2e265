// SPDX-License-Identifier: MIT
using System.Text.Json.Nodes;
using Sim.Fib;

namespace Sim.Schemes;

/// <summary>The route attribute in a what-if FIB that no kernel has: IPv6 routes in IPv4's trie.</summary>
public sealed class Lc6Scheme(int peers, string structure)
    : Fib6RoutesScheme<Lc6Table>(peers, structure, new Fib6Options(), net => new Lc6Table(net, TableId))
{
    public override int Lookup(UInt128 address) => FibLoops.Answer(Table, address);

    public override long Lookup(Keys keys, bool dependent) => FibLoops.Lookup(Table, keys.V6, dependent);

    public override IReadOnlyList<string> Describe(UInt128 address)
    {
        var result = default(Fib6Result);
        var found = Table.Lookup(address, ref result, Path) == 0;
        var lines = Path.Fib6Steps.Select(step => step.Kind == Fib6StepKind.Node ? $"node {step.Prefix}" : $"route {step.Prefix} metric {step.Metric}").ToList();
        lines.Add(found ? $"{Matched(result)}: peer {result.Peer - 1}" : "no route");
        return lines;
    }

    public override IReadOnlyList<ShapeCount> Shape()
    {
        var stat = Table.Stat();
        return
        [
            new("nodes", null, stat.InternalNodes + stat.Leaves),
            new("valued", null, stat.Prefixes),
            new("leaves", null, stat.Leaves),
            new("internal-nodes", null, stat.InternalNodes),
            new("pointers", null, stat.Pointers),
            new("null-pointers", null, stat.NullPointers),
            new("max-depth", null, stat.MaxDepth),
            new("average-depth", null, (double)stat.TotalDepth / Math.Max(stat.Leaves, 1)),
            .. stat.NodeSizes.Select((tnodes, bits) => new ShapeCount("node-size", bits, tnodes)).Where(count => count.Value > 0),
        ];
    }

    public override JsonObject StatJson() =>
        new(Shape().Where(count => count.X is null).Select(count => KeyValuePair.Create(count.Metric, (JsonNode?)count.Value)));

    public override string StatText() =>
        string.Join('\n', Shape().Where(count => count.X is null).Select(count => $"{count.Metric}: {count.Value:N2}"));
}
