// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>A table of IPv6 routes. Each route has its own fib6_info. The route's nexthop or nexthop object names the peer.</summary>
public abstract unsafe class Fib6RouteStructure<TTable> : FibStructure
    where TTable : class, IFib6Routes, IDisposable
{
    private Fib6Table? _local;

    protected Fib6RouteStructure(RouteShape shape, KernelConfig kernel, Func<Fib6Net, TTable> create)
        : base(Family.IPv6, shape, kernel)
    {
        Net = new Fib6Net(Memory, kernel.Fib6);
        Table = create(Net);
    }

    public TTable Table { get; }

    public sealed override string Key => "fib6";

    public sealed override IEnumerable<KmemCache> Caches => [Net.NodeCache];

    protected sealed override Fib6Net Net { get; }

    protected LookupPath Path { get; } = new();

    public sealed override TouchedLines Lines => Path.Lines;

    public sealed override int Insert(in Prefix prefix, RouteShape shape, int peer, NlmFlags flags) =>
        Table.Insert(RouteRequest.V6(prefix, shape, peer, Device, flags));

    public sealed override int Delete(in Prefix prefix, RouteShape shape, int peer) =>
        Table.Delete(RouteRequest.V6(prefix, shape, peer, Device, NlmFlags.None));

    /// <summary>Adds the route to ::1 (<c>init_loopback</c>) and the multicast route of wg0 (<c>addrconf_add_mroute</c>).</summary>
    public sealed override void AddLocalRoutes()
    {
        _local = new Fib6Table(Net, RouteTableId.Local);
        (Prefix Prefix, int Oif, RouteType Type)[] routes =
        [
            (Prefix.Parse("::1/128"), Fib6Net.Loopback, RouteType.Local), (Prefix.Parse("ff00::/8"), Device, RouteType.Multicast),
        ];
        foreach (var (prefix, oif, type) in routes)
        {
            var request = Fib6Config.Add(prefix, oif) with { Protocol = RouteProtocol.Kernel, Type = type };
            Check(_local.Insert(in request), prefix);
        }

        EndMessage();
    }

    public sealed override void Visit(Action<Prefix, int> see)
    {
        var visitor = new Seen(this, see);
        Table.Visit(ref visitor);
    }

    public sealed override Touch Trace(UInt128 address)
    {
        var found = Walk(address, out var result);
        return new Touch(Path.Nodes, Lines.Count, Lines.Steps, found ? Matched(result) : null);
    }

    public sealed override IReadOnlyList<string> Describe(UInt128 address)
    {
        var found = Walk(address, out var result);
        var lines = Path.Fib6Steps.Select(step => Describe(step, found && step.Prefix.Contains(address))).OfType<string>().ToList();
        lines.Add(found ? $"{Matched(result)}: peer {PeerOf(result.Nhc, result.Info->nh)}" : "no route");
        return lines;
    }

    /// <summary>
    /// Returns a line that describes a step of a lookup's path; null if the step needs no line. A step fits if the lookup found a route and
    /// the step's prefix contains the address.
    /// </summary>
    protected abstract string? Describe(Fib6Step step, bool fits);

    protected sealed override void DisposeTables()
    {
        Table.Dispose();
        _local?.Dispose();
        Net.Dispose();
    }

    private bool Walk(UInt128 address, out Fib6Result result)
    {
        result = default;
        return Table.Lookup(address, ref result, Path) == 0;
    }

    private static Prefix Matched(Fib6Result result) => Prefix.OfV6(result.Prefix, result.PrefixLength);

    private readonly struct Seen(Fib6RouteStructure<TTable> owner, Action<Prefix, int> see) : IFib6Visitor
    {
        public void Node(int depth, int bit, Fib6NodeFlags flags, Fib6Info* leaf, int routes) { }

        public void Route(Fib6Info* info) => see(
            Prefix.OfV6(info->fib6_dst.Address, info->fib6_dst.plen), owner.PeerOf(&Fib6Info.Nh(info)->nh_common, info->nh));
    }
}

/// <summary>The IPv6 FIB, which is a binary tree.</summary>
public sealed unsafe class Fib6Structure(RouteShape shape, KernelConfig kernel)
    : Fib6RouteStructure<Fib6Table>(shape, kernel, net => new Fib6Table(net, TableId))
{
    /// <summary>The counters of /proc/net/rt6_stats, which cover all tables.</summary>
    public Rt6Statistics Statistics => Net.Statistics;

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
        return
        [
            new(Metrics.Nodes, null, stat.Nodes), new(Metrics.Valued, null, stat.RouteNodes),
            new(Metrics.IntermediateNodes, null, stat.IntermediateNodes), new(Metrics.Routes, null, stat.Routes),
            new(Metrics.MaxDepth, null, stat.MaxDepth), new(Metrics.AverageDepth, null, stat.MeanDepth),
            .. Histogram(Metrics.DepthHistogram, stat.Depths),
        ];
    }

    public override JsonObject StatJson()
    {
        var stat = Table.Stat();
        return new JsonObject
        {
            ["nodes"] = stat.Nodes, ["route_nodes"] = stat.RouteNodes, ["intermediate_nodes"] = stat.IntermediateNodes, ["routes"] = stat.Routes,
            ["mean_depth"] = Math.Round(stat.MeanDepth, 2), ["max_depth"] = stat.MaxDepth, ["depths"] = Json(Histogram(Metrics.DepthHistogram, stat.Depths)),
            ["rt6_stats"] = Statistics.Format().TrimEnd('\n'),
        };
    }

    public override string StatText()
    {
        var stat = Table.Stat();
        return $"""
            fib6: {stat.Nodes:N0} nodes with the root, {stat.RouteNodes:N0} with routes, {stat.IntermediateNodes:N0} that only branch, {stat.Routes:N0} routes
            nodes above a node with routes: mean {stat.MeanDepth:F2}, most {stat.MaxDepth}
            rt6_stats: {Statistics.Format()}
            """;
    }

    /// <summary>Describes a step: a node on the way down, a node with routes on the way up, or a route.</summary>
    protected override string? Describe(Fib6Step step, bool fits)
    {
        var hasRoutes = step.Flags.HasFlag(Fib6NodeFlags.RouteInfo);
        return step.Kind switch
        {
            Fib6StepKind.Node => $"node {step.Prefix}{(hasRoutes ? "" : " (no routes)")}",
            Fib6StepKind.Compare when hasRoutes => $"back up to {step.Prefix}: {(fits ? "fits" : "does not fit")}",
            Fib6StepKind.Route => $"route {step.Prefix} metric {step.Metric}",
            _ => null,
        };
    }

    private readonly struct Answers<TAnswer>(Fib6Table table) : IReceiveCheck<UInt128>
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
