// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using Sim.Fib;
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Schemes;
using Sim.Workloads.Keys;

namespace Sim.Validation.Ports;

/// <summary>The IPv4 FIB's port as the counterpart of a kernel's routing table.</summary>
public sealed unsafe class FibPort : RoutePort
{
    private readonly FibNet _net;
    private readonly FibTable _local;

    /// <param name="slub">The machine whose allocator is followed.</param>
    /// <param name="tableId">The table's id.</param>
    /// <param name="oif">Index of wg0.</param>
    /// <param name="hashesStates">Whether the kernel has the series' patch 2.</param>
    public FibPort(SlubConfig slub, uint tableId, int oif, bool hashesStates = false)
        : base(slub, oif)
    {
        _net = new FibNet(Memory) { HashesStates = hashesStates };
        _local = new FibTable(_net, RouteTableId.Local);
        Table = new FibTable(_net, tableId);
        AddLoopback();
        // lo came up long before wg0, so anything that its routes dropped is freed by now.
        GracePeriod();
    }

    public FibTable Table { get; }

    public override Family Family => Family.IPv4;

    public override string ModuleWord => "fib";

    public override IEnumerable<KmemCache> Caches => [_net.AliasCache, _net.LeafCache];

    /// <summary>Returns the module's number for a nexthop: its object's id, else its peer's number, gateway or device.</summary>
    public static uint NexthopNumber(FibInfo* info, FibNhCommon* nhc)
    {
        if (info->nh != null)
            return info->nh->id;
        if (nhc->Peer != 0)
            return (uint)nhc->Peer;
        return nhc->nhc_gw_family switch
        {
            (byte)GatewayFamily.IPv4 => (uint)nhc->Gateway,
            // The last word of the address.
            (byte)GatewayFamily.IPv6 => (uint)nhc->nhc_gw_second,
            _ => (uint)nhc->nhc_oif,
        };
    }

    public override (ulong Digest, long Hits) Answers(Keys keys)
    {
        var digest = default(Digest64);
        var hits = 0L;
        foreach (var key in keys.V4)
        {
            var result = default(FibResult);
            var found = Table.Lookup(key, ref result) == 0;
            hits += found ? 1 : 0;
            digest.Add(found ? NexthopNumber(result.Info, result.Nhc) : 0);
            digest.Add(found ? result.Prefix : 0);
            digest.Add(found ? result.PrefixLength : 0u);
        }

        return (digest.Value, hits);
    }

    public override long Lookup(Keys keys, bool dependent) => KeyLoop.Run(new Interfaces(Table), keys.V4, dependent);

    public override DumpedRoute[] Routes()
    {
        var routes = new List<DumpedRoute>();
        foreach (var route in Table)
        {
            var number = route.NhId != 0 ? route.NhId : route.Peer != 0 ? (uint)route.Peer : (uint)route.Gateway & 0xFFFF;
            routes.Add(new DumpedRoute(route.Dst, number == 0 ? (ushort)(route.Oif - Oif) : PeerOf(number)));
        }

        return [.. routes];
    }

    /// <summary>Digests every node and route.</summary>
    public FibTrieDigest Trie()
    {
        var digest = default(FibTrieDigest);
        Table.Visit(ref digest);
        return digest;
    }

    protected override void DisposeTables()
    {
        Table.Dispose();
        _local.Dispose();
        _net.Dispose();
    }

    protected override int Apply(in BindOperation operation, RouteShape shape)
    {
        var request = RouteRequest.V4(operation.Prefix, shape, operation.Peer, Oif);
        request.NlFlags = Flags(operation.Kind);
        return operation.Kind == BindKind.Delete ? Table.Delete(in request) : Table.Insert(in request);
    }

    protected override int AddNexthop(uint id, int peer) => _net.AddNexthop(id, Oif, peer: peer);

    protected override int DeleteNexthop(uint id) => _net.DeleteNexthop(id);

    /// <summary>
    /// Adds the three routes that a kernel has for lo before any other (<c>fib_add_ifaddr</c>). They take the first places in
    /// the slabs.
    /// </summary>
    private void AddLoopback()
    {
        const int lo = 1;
        const uint address = 0x7F000001;
        (Prefix Prefix, RouteType Type, RouteScope Scope)[] routes =
        [
            (Prefix.OfV4(address, 32), RouteType.Local, RouteScope.Host),
            (Prefix.OfV4(address, 8), RouteType.Local, RouteScope.Host),
            (Prefix.OfV4(0x7FFFFFFF, 32), RouteType.Broadcast, RouteScope.Link),
        ];
        foreach (var (prefix, type, scope) in routes)
        {
            var request = FibConfig.Add(prefix, lo) with { Protocol = RtProtKernel, Type = type, Scope = scope, PrefSrc = address };
            Check(_local.Insert(in request), $"route {prefix}");
        }
    }

    /// <summary>Answers with the nexthop's interface, or 0 if there is no route.</summary>
    private readonly struct Interfaces(FibTable table) : IKeyLookup<uint>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(uint key)
        {
            var result = default(FibResult);
            return table.Lookup(key, ref result) == 0 ? result.Nhc->nhc_oif : 0;
        }
    }
}
