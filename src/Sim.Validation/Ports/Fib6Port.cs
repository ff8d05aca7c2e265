// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using Sim.Fib;
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Schemes;
using Sim.Workloads.Keys;

namespace Sim.Validation.Ports;

/// <summary>The IPv6 FIB's port as the counterpart of a kernel's routing table.</summary>
public sealed unsafe class Fib6Port : RoutePort
{
    private readonly Fib6Net _net;
    private readonly Fib6Table _local;

    /// <param name="slub">The machine whose allocator is followed.</param>
    /// <param name="tableId">The table's id.</param>
    /// <param name="oif">Index of wg0.</param>
    /// <param name="options">The kernel's configuration.</param>
    public Fib6Port(SlubConfig slub, uint tableId, int oif, Fib6Options options)
        : base(slub, oif)
    {
        _net = new Fib6Net(Memory, options);
        _local = new Fib6Table(_net, RouteTableId.Local);
        Table = new Fib6Table(_net, tableId);
        AddLocal();
        GracePeriod();
    }

    public Fib6Table Table { get; }

    public override Family Family => Family.IPv6;

    public override string ModuleWord => "fib6";

    public override IEnumerable<KmemCache> Caches => [_net.NodeCache];

    /// <summary>The counters of /proc/net/rt6_stats, over all tables.</summary>
    public Rt6Statistics Statistics => _net.Statistics;

    /// <summary>Returns the configuration: Debian's kernels have two options that the lab's User-Mode Linux lacks.</summary>
    public static Fib6Options Options(bool isDebian) => new() { Subtrees = isDebian, RouterPref = isDebian };

    /// <summary>Returns the module's number for a nexthop: its object's id, else its peer's number, gateway or device.</summary>
    public static uint NexthopNumber(Fib6Info* info)
    {
        if (info->nh != null)
            return info->nh->id;
        var nhc = &Fib6Info.InlineNh(info)->nh_common;
        if (nhc->Peer != 0)
            return (uint)nhc->Peer;
        return nhc->nhc_gw_family == (byte)GatewayFamily.IPv6 ? (uint)nhc->Gateway : (uint)nhc->nhc_oif;
    }

    public override (ulong Digest, long Hits) Answers(Keys keys)
    {
        var digest = default(Digest64);
        var hits = 0L;
        foreach (var key in keys.V6)
        {
            var result = default(Fib6Result);
            var found = Table.Lookup(key, ref result) == 0;
            hits += found ? 1 : 0;
            digest.Add(found ? NexthopNumber(result.Info) : 0);
            AddWords(ref digest, found ? result.Prefix : 0);
            digest.Add(found ? (uint)result.PrefixLength : 0);
        }

        return (digest.Value, hits);
    }

    public override long Lookup(Keys keys, bool dependent) => KeyLoop.Run(new Interfaces(Table), keys.V6, dependent);

    public override DumpedRoute[] Routes()
    {
        var routes = new List<DumpedRoute>();
        foreach (var route in Table)
        {
            var number = route.NhId != 0 ? route.NhId : route.Peer != 0 ? (uint)route.Peer : (uint)route.Gateway;
            routes.Add(new DumpedRoute(route.Dst, number == 0 ? (ushort)(route.Oif - Oif) : PeerOf(number)));
        }

        return [.. routes];
    }

    /// <summary>Digests every node and route.</summary>
    public Fib6TreeDigest Tree()
    {
        var digest = default(Fib6TreeDigest);
        Table.Visit(ref digest);
        return digest;
    }

    /// <summary>Adds the four words of an address, the highest first.</summary>
    public static void AddWords(ref Digest64 digest, UInt128 address)
    {
        for (var shift = 96; shift >= 0; shift -= 32)
            digest.Add((uint)(address >> shift));
    }

    protected override void DisposeTables()
    {
        Table.Dispose();
        _local.Dispose();
        _net.Dispose();
    }

    protected override int Apply(in BindOperation operation, RouteShape shape)
    {
        var request = RouteRequest.V6(operation.Prefix, shape, operation.Peer, Oif);
        request.NlFlags = Flags(operation.Kind);
        return operation.Kind == BindKind.Delete ? Table.Delete(in request) : Table.Insert(in request);
    }

    protected override int AddNexthop(uint id, int peer) => _net.AddNexthop(id, Oif, peer);

    protected override int DeleteNexthop(uint id) => _net.DeleteNexthop(id);

    /// <summary>
    /// Adds the routes that a kernel has before any other: the loopback's address and wg0's multicast route
    /// (<c>init_loopback</c>, <c>addrconf_add_mroute</c>). Their nodes take the first places in the slab.
    /// </summary>
    private void AddLocal()
    {
        (Prefix Prefix, int Oif, RouteType Type)[] routes =
        [
            (Prefix.Parse("::1/128"), Fib6Net.Loopback, RouteType.Local), (Prefix.Parse("ff00::/8"), Oif, RouteType.Multicast),
        ];
        foreach (var (prefix, oif, type) in routes)
        {
            var request = Fib6Config.Add(prefix, oif) with { Protocol = RtProtKernel, Type = type };
            Check(_local.Insert(in request), $"route {prefix}");
        }
    }

    /// <summary>Answers with the nexthop's interface, or 0 if there is no route.</summary>
    private readonly struct Interfaces(Fib6Table table) : IKeyLookup<UInt128>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(UInt128 key)
        {
            var result = default(Fib6Result);
            return table.Lookup(key, ref result) == 0 ? result.Nhc->nhc_oif : 0;
        }
    }
}
