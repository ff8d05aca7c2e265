// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using Sim.Fib;
using Sim.Kernel;
using Sim.Kernel.Netlink;
using Sim.Runner.Schemes;
using Sim.Workloads.Keys;

namespace Sim.Runner.Validation;

/// <summary>
/// The FIB port in the part of a routing table: does what RTM_NEWROUTE and RTM_DELROUTE do with the same operations in
/// the same order.
/// </summary>
internal sealed unsafe class FibPort : IDisposable
{
    private const byte RtProtKernel = 2;
    private const byte RtProtStatic = 4;
    private const uint GatewayBase = 0x0AFF0000;

    private readonly FibNet _net;
    private readonly FibTable _local;
    private readonly int _oif;
    private readonly HashSet<int> _nexthops = [];

    /// <param name="slub">The machine whose allocator is followed.</param>
    /// <param name="tableId">The table.</param>
    /// <param name="oif">Index of wg0.</param>
    /// <param name="hashesStates">Whether the kernel has the series' patch 2.</param>
    public FibPort(SlubConfig slub, uint tableId, int oif, bool hashesStates = false)
    {
        Memory = new KernelMemory(slub);
        _net = new FibNet(Memory) { HashesStates = hashesStates };
        _local = new FibTable(_net, RouteTableId.Local);
        Table = new FibTable(_net, tableId);
        _oif = oif;
        AddLoopback();
        // lo came up long before wg0: what its routes replaced is freed.
        GracePeriod();
    }

    public KernelMemory Memory { get; }

    public FibTable Table { get; }

    /// <summary>What the module knows a nexthop by: its object's id, else its peer's number, its gateway, its device.</summary>
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

    /// <summary>The FIB's own slab caches.</summary>
    public IEnumerable<KmemCache> Caches => [_net.AliasCache, _net.LeafCache];

    /// <summary>Whether the last operation of the last run was refused: then its acknowledgement is an error's.</summary>
    public bool LastRefused { get; private set; }

    public bool HasNexthops => _net.NexthopCount > 0;

    /// <summary>Whether the peer's nexthop object is there.</summary>
    public bool HasNexthop(int peer) => _nexthops.Contains(peer + 1);

    /// <summary>Adds nexthop objects with these ids over wg0; those of a shape that names peers name that of their number.</summary>
    public void AddNexthops(int first, int count, RouteShape shape = RouteShape.Device)
    {
        for (var id = first; id < first + count; id++)
        {
            Check(_net.AddNexthop((uint)id, _oif, peer: shape == RouteShape.Device ? 0 : id), $"nexthop {id}");
            _nexthops.Add(id);
        }
    }

    /// <summary>Deletes nexthop objects, and with each its routes.</summary>
    public void DeleteNexthops(int first, int count)
    {
        for (var id = first; id < first + count; id++)
        {
            Check(_net.DeleteNexthop((uint)id), $"nexthop {id}");
            _nexthops.Remove(id);
        }

        GracePeriod();
    }

    /// <summary>Does the operations in order. A refusal is counted, not thrown: the kernel's are too.</summary>
    /// <returns>Refused operations, and the first refusal's error number or 0.</returns>
    public (int Failed, int FirstError) Run(ReadOnlySpan<BindOperation> operations, RouteShape shape)
    {
        var (failed, firstError) = (0, 0);
        foreach (ref readonly var operation in operations)
        {
            var request = Request(in operation, shape);
            var error = operation.Kind == BindKind.Delete ? Table.Delete(in request) : Table.Insert(in request);
            LastRefused = error != 0;
            if (error == 0)
                continue;
            failed++;
            firstError = firstError == 0 ? -error : firstError;
        }

        return (failed, firstError);
    }

    /// <summary>
    /// Frees all that waits, as the kernel has by the time it answers after a barrier: the callback of a route's fib_info
    /// queues that of its nexthop object (<c>free_fib_info_rcu</c>, <c>nexthop_put</c>).
    /// </summary>
    public void GracePeriod()
    {
        while (Memory.Rcu.Pending > 0)
            Memory.Rcu.GracePeriod();
    }

    /// <summary>The digest that the module's <c>answers</c> command makes, and how many keys found a route.</summary>
    public (ulong Digest, long Hits) Answers(Keys keys)
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

    /// <summary>Looks up every key, as the module's route_lookup does: the answer is the nexthop's interface, a load.</summary>
    /// <remarks>
    /// Not the nexthop's peer: where no route names one, a predicted branch gives 0 at once, a chain of lookups does not wait
    /// for what it found, and the lookups overlap as independent ones do.
    /// </remarks>
    public long Lookup(Keys keys, bool dependent)
    {
        var (sum, place, zero, all) = (0L, 0, KeyChain.Zero(), keys.V4);
        if (!dependent)
        {
            foreach (var key in all)
                sum += Interface(key);
            return sum;
        }

        for (var i = 0; i < all.Length; i++)
        {
            var answer = Interface(all[place]);
            sum += answer;
            place = KeyChain.Next(place, answer, zero, all.Length - 1);
        }

        return sum;
    }

    /// <summary>0 if there is no route.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Interface(uint address)
    {
        var result = default(FibResult);
        return Table.Lookup(address, ref result) == 0 ? result.Nhc->nhc_oif : 0;
    }

    /// <summary>The routes in the order of a dump; the peer is the nexthop's or the device's number less what the shape adds.</summary>
    public DumpedRoute[] Routes()
    {
        var routes = new List<DumpedRoute>();
        foreach (var route in Table)
        {
            var number = route.NhId != 0 ? route.NhId : route.Peer != 0 ? (uint)route.Peer : (uint)route.Gateway & 0xFFFF;
            routes.Add(new DumpedRoute(route.Dst, (ushort)(number == 0 ? route.Oif - _oif : (int)number - 1)));
        }

        return [.. routes];
    }

    /// <summary>Every node and route, digested.</summary>
    public FibTrieDigest Trie()
    {
        var digest = default(FibTrieDigest);
        Table.Visit(ref digest);
        return digest;
    }

    public void Dispose()
    {
        Table.Dispose();
        _local.Dispose();
        _net.Dispose();
        Memory.Dispose();
    }

    /// <summary>
    /// What the kernel has for lo before anything else (<c>fib_add_ifaddr</c>): three routes, which take the first places in
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

    private static void Check(int result, string what)
    {
        if (result < 0)
            throw new InvalidOperationException($"the FIB refused {what} with error {result}");
    }

    /// <summary>The request that <c>rtm_to_fib_config</c> makes of the agent's message.</summary>
    private FibConfig Request(in BindOperation operation, RouteShape shape)
    {
        var request = FibConfig.Add(operation.Prefix, shape == RouteShape.Nexthop ? 0 : _oif) with
        {
            Protocol = RtProtStatic,
            Scope = shape is RouteShape.Nexthop or RouteShape.Gateway or RouteShape.Via ? RouteScope.Universe : RouteScope.Link,
            NlFlags = operation.Kind switch
            {
                BindKind.Add => NlmFlags.Create | NlmFlags.Excl,
                BindKind.Move => NlmFlags.Create | NlmFlags.Replace,
                _ => NlmFlags.None,
            },
        };
        if (shape == RouteShape.Nexthop)
            request.NhId = operation.Peer + 1u;
        if (shape is RouteShape.Encap or RouteShape.PeerKey)
            request.Peer = operation.Peer + 1;
        if (shape == RouteShape.Gateway)
        {
            request.GatewayFamily = GatewayFamily.IPv4;
            request.Gateway4 = GatewayBase + operation.Peer + 1u;
            request.Flags = RtnhFlags.OnLink;
        }

        if (shape == RouteShape.Via)
        {
            request.GatewayFamily = GatewayFamily.IPv6;
            request.Gateway6 = RouteMessages.Gateway(Family.IPv6, operation.Peer);
            request.Flags = RtnhFlags.OnLink;
        }

        if (shape == RouteShape.OwnDevice)
            request.Oif = _oif + operation.Peer;
        return request;
    }
}
