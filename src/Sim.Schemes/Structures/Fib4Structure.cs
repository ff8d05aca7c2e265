// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Sim.Fib;
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Workloads.Keys;

namespace Sim.Schemes.Structures;

/// <summary>The IPv4 FIB: routes that lead to the same peer share a fib_info.</summary>
public sealed unsafe class Fib4Structure : FibStructure
{
    private readonly FibNet _net;
    private readonly LookupPath _path = new();
    private FibTable? _local;

    public Fib4Structure(RouteShape shape, KernelConfig kernel)
        : base(Family.IPv4, shape, kernel)
    {
        _net = new FibNet(Memory) { HashesStates = kernel.HashesStates };
        Table = new FibTable(_net, TableId);
    }

    public FibTable Table { get; }

    public override string Key => "fib";

    public override bool LongestFirst => true;

    public override IEnumerable<KmemCache> Caches => [_net.AliasCache, _net.LeafCache];

    public override long InfosWalked => _net.InfosWalked;

    protected override long Waits => _net.Synchronizations;

    public override int Insert(in Prefix prefix, RouteShape shape, int peer, NlmFlags flags)
    {
        var request = RouteRequest.V4(prefix, shape, peer, Device);
        request.NlFlags = flags;
        return Table.Insert(in request);
    }

    public override int Delete(in Prefix prefix, RouteShape shape, int peer)
    {
        var request = RouteRequest.V4(prefix, shape, peer, Device);
        request.NlFlags = NlmFlags.None;
        return Table.Delete(in request);
    }

    public override int AddNexthop(uint id, int peer) => _net.AddNexthop(id, Device, peer);

    public override int DeleteNexthop(uint id) => _net.DeleteNexthop(id);

    /// <summary>Adds the three routes of lo (<c>fib_add_ifaddr</c>). What they dropped is freed long before wg0 comes up.</summary>
    public override void AddLocalRoutes()
    {
        const int lo = 1;
        const uint address = 0x7F000001;
        _local = new FibTable(_net, RouteTableId.Local);
        (Prefix Prefix, RouteType Type, RouteScope Scope)[] routes =
        [
            (Prefix.OfV4(address, 32), RouteType.Local, RouteScope.Host),
            (Prefix.OfV4(address, 8), RouteType.Local, RouteScope.Host),
            (Prefix.OfV4(0x7FFFFFFF, 32), RouteType.Broadcast, RouteScope.Link),
        ];
        foreach (var (prefix, type, scope) in routes)
        {
            var request = FibConfig.Add(prefix, lo) with { Protocol = ProtocolKernel, Type = type, Scope = scope, PrefSrc = address };
            Check(_local.Insert(in request), prefix);
        }

        EndMessage();
    }

    public override void Visit(Action<Prefix, int> see)
    {
        var visitor = new Seen(this, see);
        Table.Visit(ref visitor);
    }

    public override int Lookup(UInt128 address)
    {
        var result = default(FibResult);
        return Table.Lookup((uint)(address >> 96), ref result) == 0 ? PeerOf(result.Nhc, result.Info->nh) : -1;
    }

    public override long Lookup(Keys keys, bool dependent) => NamesPeers
        ? KeyLoop.Run(new Answers<NamedPeer>(Table), keys.V4, dependent)
        : KeyLoop.Run(new Answers<DeviceIndex>(Table), keys.V4, dependent);

    public override Touch Trace(UInt128 address)
    {
        var found = Walk(address, out var result);
        return new Touch(_path.Nodes, _path.CacheLines, found ? Prefix.OfV4(result.Prefix, result.PrefixLength) : null);
    }

    public override IReadOnlyList<string> Describe(UInt128 address)
    {
        var found = Walk(address, out var result);
        var lines = _path.Steps.Select(step => step.Kind switch
        {
            LookupStepKind.Tnode => $"tnode {Text(step.Key)} pos {step.Pos} bits {step.Bits}",
            LookupStepKind.Leaf => $"leaf {Text(step.Key)}",
            LookupStepKind.Climb => $"back up from {Text(step.Key)} pos {step.Pos} bits {step.Bits}",
            _ => $"route /{step.Bits}",
        }).ToList();
        lines.Add(found ? $"{Text(result.Prefix)}/{result.PrefixLength}: peer {PeerOf(result.Nhc, result.Info->nh)}" : "no route");
        return lines;
    }

    public override IReadOnlyList<ShapeCount> Shape()
    {
        var stat = Table.Stat();
        return
        [
            new(Metrics.Nodes, null, stat.InternalNodes + stat.Leaves),
            new(Metrics.Valued, null, stat.Prefixes),
            new(Metrics.Leaves, null, stat.Leaves),
            new(Metrics.InternalNodes, null, stat.InternalNodes),
            new(Metrics.Pointers, null, stat.Pointers),
            new(Metrics.NullPointers, null, stat.NullPointers),
            new(Metrics.MaxDepth, null, stat.MaxDepth),
            new(Metrics.AverageDepth, null, (double)stat.TotalDepth / Math.Max(stat.Leaves, 1)),
            new(Metrics.TotalSize, null, stat.TotalKb),
            .. stat.LeafDepths.Select((leaves, depth) => new ShapeCount(Metrics.DepthHistogram, depth, leaves)).Where(count => count.Value > 0),
            .. stat.NodeSizes.Select((tnodes, bits) => new ShapeCount(Metrics.NodeSize, bits, tnodes)).Where(count => count.Value > 0),
        ];
    }

    public override JsonObject StatJson()
    {
        var stat = Table.Stat();
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

    public override string StatText() => Table.FormatTrieStat();

    protected override void DisposeTables()
    {
        Table.Dispose();
        _local?.Dispose();
        _net.Dispose();
    }

    private bool Walk(UInt128 address, out FibResult result)
    {
        result = default;
        return Table.Lookup((uint)(address >> 96), ref result, _path) == 0;
    }

    private static string Text(uint address) => AddressText.Format(Family.IPv4, (UInt128)address << 96);

    private readonly struct Answers<TAnswer>(FibTable table) : IKeyLookup<uint>
        where TAnswer : struct, IAnswer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(uint key)
        {
            var result = default(FibResult);
            return table.Lookup(key, ref result) == 0 ? TAnswer.Of(result.Nhc) : 0;
        }
    }

    private readonly struct Seen(Fib4Structure owner, Action<Prefix, int> see) : IFibTrieVisitor
    {
        private readonly uint[] _key = [0];

        public void Tnode(int depth, uint key, int pos, int bits, int slen, uint fullChildren, uint emptyChildren)
        {
        }

        public void Leaf(int depth, uint key, int slen) => _key[0] = key;

        public void Route(int length, FibInfo* info) => see(Prefix.OfV4(_key[0], length), owner.PeerOf(FibInfo.Nhc(info, 0), info->nh));
    }
}
