// SPDX-License-Identifier: MIT
using System.Numerics;

namespace Sim.Schemes.Structures;

/// <summary>
/// The port of one family's FIB, with one table of routes that lead to peers. Routes are set as routing daemons set them. The
/// kernel keeps routes whose peer is gone, so a peer's routes are deleted one by one.
/// </summary>
public abstract unsafe class FibStructure(Family family, RouteShape shape, KernelConfig kernel) : KernelStructure(family, kernel)
{
    /// <summary>The id of the table.</summary>
    public const uint TableId = 100;

    /// <summary>The attributes by which routes lead to peers, unless an operation names others.</summary>
    public RouteShape RouteShape { get; } = shape;

    /// <summary>The FIB's own slab caches.</summary>
    public abstract IEnumerable<KmemCache> Caches { get; }

    /// <summary>fib_infos that insertions compared with their own, in its hash bucket; 0 in IPv6, which has none.</summary>
    public virtual long InfosWalked => 0;

    protected abstract FibNamespace Net { get; }

    protected sealed override long Waits => Net.Synchronizations;

    /// <summary>Index of wg0; if each peer has a device, of the first.</summary>
    protected int Device { get; } = kernel.Device;

    /// <summary>Whether routes name peers themselves. If not, loops over keys answer with devices.</summary>
    protected bool NamesPeers => RouteShape is RouteShape.PeerKey or RouteShape.Encap;

    /// <summary>Makes an empty FIB, whose routes lead to peers by these attributes: with one nexthop object per peer if they name such.</summary>
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

    /// <summary>RTM_NEWROUTE with these flags; the message goes on. Returns 0 or a negative error.</summary>
    public abstract int Insert(in Prefix prefix, RouteShape shape, int peer, NlmFlags flags);

    /// <summary>RTM_DELROUTE with the attributes of the addition; the message goes on. Returns 0 or a negative error.</summary>
    public abstract int Delete(in Prefix prefix, RouteShape shape, int peer);

    /// <summary>
    /// RTM_NEWNEXTHOP over the first device. Returns 0 or a negative error. If the object names its peer, that is the
    /// peer whose number in the kernel is the id.
    /// </summary>
    public int AddNexthop(uint id, bool namesPeer) => Net.AddNexthop(id, Device, namesPeer ? (int)id : 0);

    /// <summary>RTM_DELNEXTHOP. Returns the number of routes that are deleted with the object, or a negative error.</summary>
    public int DeleteNexthop(uint id) => Net.DeleteNexthop(id);

    public bool HasNexthops => Net.NexthopCount > 0;

    public bool HasNexthop(uint id) => Net.HasNexthop(id);

    /// <summary>Adds the routes that a kernel has before any other, in other tables.</summary>
    public abstract void AddLocalRoutes();

    /// <summary>Adds the first route of a prefix: RTM_NEWROUTE with CREATE and EXCL. Returns 0 or a negative error.</summary>
    public int Add(in Prefix prefix, int peer) => End(Step(Insert(prefix, RouteShape, peer, NlmFlags.Create | NlmFlags.Excl)));

    /// <summary>Replaces the route of a prefix or adds the first: RTM_NEWROUTE with CREATE and REPLACE, as BIRD sends it.</summary>
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

    /// <summary>Does one change as a message of its own.</summary>
    /// <exception cref="InvalidOperationException">The FIB refuses it.</exception>
    public void Change(in BindingChange change) => Check(
        change switch
        {
            { OldPeer: BindingChange.NoPeer } => Add(change.Prefix, change.NewPeer),
            { NewPeer: BindingChange.NoPeer } => Unbind(change.Prefix, change.OldPeer),
            _ => Bind(change.Prefix, change.NewPeer),
        },
        change.Prefix);

    /// <summary>Ends grace periods until nothing waits: a route's callback queues the callback of its peer's state.</summary>
    public sealed override void EndMessage()
    {
        while (Memory.Rcu.Pending > 0 && !Memory.Rcu.HoldsCallbacks)
            Memory.Rcu.GracePeriod();
    }

    /// <summary>Returns the peer that a nexthop or its object leads to; 0 if all lead to one device.</summary>
    protected int PeerOf(FibNhCommon* nhc, NextHop* nh) =>
        nhc->Peer is not 0 and var number ? PeerNumber.OfKernel(number)
        : nh != null ? PeerNumber.OfKernel((int)nh->id)
        : nhc->nhc_gw_family != 0 ? PeerNumber.OfKernel((ushort)nhc->Gateway)
        : nhc->nhc_oif - Device;

    /// <summary>The counts that every trie of IPv4's kind has.</summary>
    private protected static IEnumerable<ShapeCount> Counts(FibTrieStat stat) =>
    [
        new(Metrics.Nodes, null, stat.InternalNodes + stat.Leaves),
        new(Metrics.Valued, null, stat.Prefixes),
        new(Metrics.Leaves, null, stat.Leaves),
        new(Metrics.InternalNodes, null, stat.InternalNodes),
        new(Metrics.Pointers, null, stat.Pointers),
        new(Metrics.NullPointers, null, stat.NullPointers),
        new(Metrics.MaxDepth, null, stat.MaxDepth),
        new(Metrics.AverageDepth, null, (double)stat.TotalDepth / Math.Max(stat.Leaves, 1)),
    ];

    /// <summary>A count for each value of a histogram that is not 0.</summary>
    private protected static IEnumerable<ShapeCount> Histogram<T>(Metric metric, IEnumerable<T> values)
        where T : INumber<T> => values.Select((value, x) => new ShapeCount(metric, x, double.CreateChecked(value))).Where(count => count.Value > 0);

    /// <summary>Such a histogram in JSON.</summary>
    private protected static JsonObject Json(IEnumerable<ShapeCount> histogram) =>
        new(histogram.Select(count => KeyValuePair.Create($"{count.X}", (JsonNode?)(long)count.Value)));

    /// <summary>What loops over keys answer with, as a type, so that the JIT compiles a loop for each.</summary>
    protected interface IAnswer
    {
        /// <summary>Returns a number that depends on the nexthop, which a lookup found.</summary>
        static abstract int Of(FibNhCommon* nhc);
    }

    /// <summary>The number from 1 of the peer that the nexthop names, as wg_xmit would read it from the packet's dst.</summary>
    protected readonly struct NamedPeer : IAnswer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Of(FibNhCommon* nhc) => nhc->Peer;
    }

    /// <summary>
    /// The nexthop's device, a load. If no route names a peer, a predicted branch would give peer 0 at once, and a dependent
    /// chain would not wait for the lookups.
    /// </summary>
    protected readonly struct DeviceIndex : IAnswer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Of(FibNhCommon* nhc) => nhc->nhc_oif;
    }
}
