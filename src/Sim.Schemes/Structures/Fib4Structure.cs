// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>The IPv4 FIB. Routes to the same peer share a fib_info.</summary>
public sealed unsafe class Fib4Structure : FibStructure
{
    private readonly LookupPath _path = new();
    private FibTable? _local;

    public Fib4Structure(RouteShape shape, KernelConfig kernel) : base(Family.IPv4, shape, kernel)
    {
        Net = new FibNet(Memory) { HashesHops = kernel.HashesHops };
        Table = new FibTable(Net, TableId);
    }

    public FibTable Table { get; }

    public override string Key => "fib";

    public override bool LongestFirst => true;

    public override TouchedLines Lines => _path.Lines;

    public override IEnumerable<KmemCache> Caches => [Net.AliasCache, Net.LeafCache];

    public override long InfosWalked => Net.InfosWalked;

    protected override FibNet Net { get; }

    public override int Insert(in Prefix prefix, RouteShape shape, int peer, NlmFlags flags) =>
        Table.Insert(RouteRequest.V4(prefix, shape, peer, Device, flags));

    public override int Delete(in Prefix prefix, RouteShape shape, int peer) =>
        Table.Delete(RouteRequest.V4(prefix, shape, peer, Device, NlmFlags.None));

    /// <summary>Adds the three routes of lo (<c>fib_add_ifaddr</c>). Then frees the objects that the additions dropped.</summary>
    public override void AddLocalRoutes()
    {
        const int lo = 1;
        const uint address = 0x7F000001;
        _local = new FibTable(Net, RouteTableId.Local);
        (Prefix Prefix, RouteType Type, RouteScope Scope)[] routes =
        [
            (Prefix.OfV4(address, 32), RouteType.Local, RouteScope.Host),
            (Prefix.OfV4(address, 8), RouteType.Local, RouteScope.Host),
            (Prefix.OfV4(0x7FFFFFFF, 32), RouteType.Broadcast, RouteScope.Link),
        ];
        foreach (var (prefix, type, scope) in routes)
        {
            var request = FibConfig.Add(prefix, lo) with { Protocol = RouteProtocol.Kernel, Type = type, Scope = scope, PrefSrc = address };
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

    public override int Receive(ReceivedPackets packets, Range range, ReceiveCache? cache) => ReceiveLoop.Run(
        new Answers<NamedPeer>(Table), packets.Sources.V4.AsSpan(range), packets.Peers.AsSpan(range), cache);

    public override Touch Trace(UInt128 address)
    {
        var found = Walk(address, out var result);
        return new Touch(_path.Nodes, Lines.Count, Lines.Steps, found ? Prefix.OfV4(result.Prefix, result.PrefixLength) : null);
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
            .. Counts(stat), new(Metrics.TotalSize, null, stat.TotalKb),
            .. Histogram(Metrics.DepthHistogram, stat.LeafDepths), .. Histogram(Metrics.NodeSize, stat.NodeSizes),
        ];
    }

    public override JsonObject StatJson()
    {
        var stat = Table.Stat();
        return new JsonObject
        {
            ["aver_depth"] = stat.AverageDepth, ["max_depth"] = stat.MaxDepth, ["leaves"] = stat.Leaves, ["prefixes"] = stat.Prefixes,
            ["internal_nodes"] = stat.InternalNodes, ["node_sizes"] = Json(Histogram(Metrics.NodeSize, stat.NodeSizes)),
            ["pointers"] = stat.Pointers, ["null_pointers"] = stat.NullPointers, ["total_size_kb"] = stat.TotalKb,
        };
    }

    public override string StatText() => Table.FormatTrieStat();

    protected override void DisposeTables()
    {
        Table.Dispose();
        _local?.Dispose();
        Net.Dispose();
    }

    private bool Walk(UInt128 address, out FibResult result)
    {
        result = default;
        return Table.Lookup((uint)(address >> 96), ref result, _path) == 0;
    }

    private static string Text(uint address) => AddressText.Format(Family.IPv4, (UInt128)address << 96);

    private readonly struct Answers<TAnswer>(FibTable table) : IReceiveCheck<uint>
        where TAnswer : struct, IAnswer
    {
        public long Generation => table.Net.Generation;

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

        public void Tnode(int depth, uint key, int pos, int bits, int slen, uint fullChildren, uint emptyChildren) { }

        public void Leaf(int depth, uint key, int slen) => _key[0] = key;

        public void Route(int length, FibInfo* info) => see(Prefix.OfV4(_key[0], length), owner.PeerOf(FibInfo.Nhc(info, 0), info->nh));
    }
}
