// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>A what-if FIB that no kernel has: IPv6 routes in IPv4's trie.</summary>
public sealed unsafe class Lc6Structure(RouteShape shape, KernelConfig kernel)
    : Fib6RouteStructure<Lc6Table>(shape, kernel, net => new Lc6Table(net, TableId))
{
    public override int Lookup(UInt128 address)
    {
        var result = default(Fib6Result);
        return Table.Lookup(address, ref result) == 0 ? PeerOf(result.Nhc, result.Info->nh) : -1;
    }

    public override long Lookup(Keys keys, bool dependent) => NamesPeers
        ? KeyLoop.Run(new Answers<NamedPeer>(Table), keys.V6, dependent)
        : KeyLoop.Run(new Answers<DeviceIndex>(Table), keys.V6, dependent);

    public override int Receive(ReceivedPackets packets, Range range, ReceiveCache? cache) => ReceiveLoop.Run(
        new Answers<NamedPeer>(Table), packets.Sources.V6.AsSpan(range), packets.Peers.AsSpan(range), cache);

    public override IReadOnlyList<ShapeCount> Shape()
    {
        var stat = Table.Stat();
        return [.. Counts(stat), .. Histogram(Metrics.NodeSize, stat.NodeSizes)];
    }

    public override JsonObject StatJson() =>
        new(Shape().Where(count => count.X is null).Select(count => KeyValuePair.Create(count.Metric.Name, (JsonNode?)count.Value)));

    public override string StatText() =>
        string.Join('\n', Shape().Where(count => count.X is null).Select(count => $"{count.Metric}: {count.Value:N2}"));

    protected override string Describe(Fib6Step step, bool fits) =>
        step.Kind == Fib6StepKind.Node ? $"node {step.Prefix}" : $"route {step.Prefix} metric {step.Metric}";

    private readonly struct Answers<TAnswer>(Lc6Table table) : IReceiveCheck<UInt128>
        where TAnswer : struct, IAnswer
    {
        public long Generation => table.Net.Generation;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(UInt128 key)
        {
            var result = default(Fib6Result);
            return table.Lookup(key, ref result) == 0 ? TAnswer.Of(result.Nhc) : 0;
        }
    }
}
