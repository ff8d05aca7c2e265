// SPDX-License-Identifier: MIT
using System.Numerics;

namespace Sim.Schemes.Structures;

/// <summary>
/// The FIB port of one family, with one table of routes to peers. The port changes routes as a routing daemon does. The kernel keeps routes
/// when their peer is removed, so a daemon deletes the routes of a peer one by one.
/// </summary>
public abstract unsafe class FibStructure(Family family, RouteShape shape, KernelConfig kernel) : KernelStructure(family, kernel)
{
    public const uint TableId = 100;

    /// <summary>The attributes by which routes lead to peers. An operation may use other attributes.</summary>
    public RouteShape RouteShape { get; } = shape;

    public abstract IEnumerable<KmemCache> Caches { get; }

    /// <summary>The number of fib_infos that insertions compared in hash buckets; 0 in IPv6, because IPv6 has no fib_infos.</summary>
    public virtual long InfosWalked => 0;

    protected abstract FibNamespace Net { get; }

    protected sealed override long Waits => Net.Synchronizations;

    /// <summary>The interface index of wg0, or of the first peer's device.</summary>
    protected int Device { get; } = kernel.Device;

    /// <summary>Whether routes name peers in their own nexthops. If not, a loop over keys sums up devices instead of peers.</summary>
    protected bool NamesPeers => RouteShape is RouteShape.PeerKey or RouteShape.Encap;

    /// <summary>Makes an empty FIB for routes of this shape. If routes use nexthop objects, also makes one nexthop object per
    /// peer.</summary>
    public static FibStructure Create(Family family, RouteShape shape, int peers, KernelConfig kernel)
    {
        FibStructure fib = family == Family.IPv4 ? new Fib4Structure(shape, kernel)
            : kernel.CompressesFib6Levels ? new Lc6Structure(shape, kernel)
            : new Fib6Structure(shape, kernel);
        for (var peer = 0; shape == RouteShape.Nexthop && peer < peers; peer++)
        {
            if (fib.AddNexthop(RouteMessages.NexthopId(peer), kernel.NamesPeers) is not 0 and var error)
                throw new InvalidOperationException($"the nexthop object of peer {peer} was refused with error {error}");
        }

        return fib;
    }

    /// <summary>RTM_NEWROUTE: adds or replaces a route, as the flags say. The caller ends the message. Returns 0 or a negative
    /// error.</summary>
    public abstract int Insert(in Prefix prefix, RouteShape shape, int peer, NlmFlags flags);

    /// <summary>RTM_DELROUTE: deletes the route with these attributes. The caller ends the message. Returns 0 or a negative
    /// error.</summary>
    public abstract int Delete(in Prefix prefix, RouteShape shape, int peer);

    /// <summary>RTM_NEWNEXTHOP: adds a nexthop object. If the object names a peer, the id is also the peer's number. Returns 0 or a
    /// negative error.</summary>
    public int AddNexthop(uint id, bool namesPeer) => Net.AddNexthop(id, Device, namesPeer ? (int)id : 0);

    /// <summary>RTM_DELNEXTHOP: deletes a nexthop object and its routes. Returns the number of deleted routes, or a negative
    /// error.</summary>
    public int DeleteNexthop(uint id) => Net.DeleteNexthop(id);

    public bool HasNexthops => Net.NexthopCount > 0;

    public bool HasNexthop(uint id) => Net.HasNexthop(id);

    /// <summary>Adds a kernel's initial routes. These routes are in a different table from the routes to peers.</summary>
    public abstract void AddLocalRoutes();

    /// <summary>RTM_NEWROUTE with CREATE and EXCL: adds the first route of a prefix. Returns 0 or a negative error.</summary>
    public int Add(in Prefix prefix, int peer) => End(Step(Insert(prefix, RouteShape, peer, NlmFlags.Create | NlmFlags.Excl)));

    /// <summary>RTM_NEWROUTE with CREATE and REPLACE, as BIRD sends it: replaces the route of a prefix, or adds the prefix's first
    /// route.</summary>
    public sealed override int Bind(in Prefix prefix, int peer) => End(Step(Insert(prefix, RouteShape, peer, NlmFlags.Create | NlmFlags.Replace)));

    public sealed override int Unbind(in Prefix prefix, int peer) => End(Step(Delete(prefix, RouteShape, peer)));

    public sealed override void Bind(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
            Check(Bind(in prefixes[i], peers[i]), prefixes[i]);
    }

    public sealed override void Unbind(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            var error = Unbind(in prefixes[i], peers[i]);
            if (error != -Errno.ESRCH)
                Check(error, prefixes[i]);
        }
    }

    public sealed override void UnbindPeer(int peer, ReadOnlySpan<Prefix> prefixes)
    {
        foreach (var prefix in prefixes)
            Check(Unbind(prefix, peer), prefix);
    }

    /// <summary>Does one change as a separate message.</summary>
    /// <exception cref="InvalidOperationException">Thrown if the FIB refused the change.</exception>
    public void Change(in BindingChange change) => Check(
        change switch
        {
            { OldPeer: BindingChange.NoPeer } => Add(change.Prefix, change.NewPeer),
            { NewPeer: BindingChange.NoPeer } => Unbind(change.Prefix, change.OldPeer),
            _ => Bind(change.Prefix, change.NewPeer),
        },
        change.Prefix);

    /// <summary>Ends grace periods until no object waits to be freed. One grace period is not enough, because the callback of a route
    /// queues the callback of the peer's state.</summary>
    public sealed override void EndMessage()
    {
        while (Memory.Rcu.Pending > 0 && !Memory.Rcu.HoldsCallbacks)
            Memory.Rcu.GracePeriod();
    }

    /// <summary>Checks the sources of some of the packets by the routes back to them, through a cache unless it is null. Routes must name
    /// peers. Returns the number of packets whose route names their peer.</summary>
    public abstract int Receive(ReceivedPackets packets, Range range, ReceiveCache? cache);

    /// <summary>Counts a change of routes that changes no route of this table, such as a change in another table of the namespace.</summary>
    public void BumpGeneration() => Net.BumpGeneration();

    /// <summary>Returns the peer of a nexthop or of its nexthop object; 0 if all routes lead to one device.</summary>
    protected int PeerOf(FibNhCommon* nhc, NextHop* nh) =>
        nhc->Peer is not 0 and var number ? PeerNumber.OfKernel(number)
        : nh != null ? PeerNumber.OfKernel((int)nh->id)
        : nhc->nhc_gw_family != 0 ? PeerNumber.OfKernel((ushort)nhc->Gateway)
        : nhc->nhc_oif - Device;

    private protected static IEnumerable<ShapeCount> Counts(FibTrieStat stat) =>
    [
        new(Metrics.Nodes, null, stat.InternalNodes + stat.Leaves), new(Metrics.Valued, null, stat.Prefixes),
        new(Metrics.Leaves, null, stat.Leaves), new(Metrics.InternalNodes, null, stat.InternalNodes),
        new(Metrics.Pointers, null, stat.Pointers), new(Metrics.NullPointers, null, stat.NullPointers),
        new(Metrics.MaxDepth, null, stat.MaxDepth), new(Metrics.AverageDepth, null, (double)stat.TotalDepth / Math.Max(stat.Leaves, 1)),
    ];

    /// <summary>Returns a count for each nonzero value of a histogram.</summary>
    private protected static IEnumerable<ShapeCount> Histogram<T>(Metric metric, IEnumerable<T> values)
        where T : INumber<T> => values.Select((value, x) => new ShapeCount(metric, x, double.CreateChecked(value))).Where(count => count.Value > 0);

    private protected static JsonObject Json(IEnumerable<ShapeCount> histogram) =>
        new(histogram.Select(count => KeyValuePair.Create($"{count.X}", (JsonNode?)(long)count.Value)));

    /// <summary>The kind of number that a loop over keys sums up. Each kind is a type, so that the JIT compiles a separate loop for
    /// it.</summary>
    protected interface IAnswer
    {
        static abstract int Of(FibNhCommon* nhc);
    }

    /// <summary>Returns the number of the nexthop's peer, counted from 1, as wg_xmit would read it from the packet's dst.</summary>
    protected readonly struct NamedPeer : IAnswer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Of(FibNhCommon* nhc) => nhc->Peer;
    }

    /// <summary>
    /// Returns the nexthop's device, so that the processor must load the nexthop. If no route names a peer, branch prediction would give
    /// peer 0 at once, and a dependent chain would not wait for the lookups.
    /// </summary>
    protected readonly struct DeviceIndex : IAnswer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Of(FibNhCommon* nhc) => nhc->nhc_oif;
    }
}
