// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Sim.Netlink;

namespace Sim.Schemes.Binding;

/// <summary>Variants of the IPv6 FIB that no kernel has.</summary>
public enum Fib6WhatIf
{
    /// <summary>The kernel's own FIB.</summary>
    None,

    /// <summary>Routes that name the same peer share a state (<see cref="Fib6Options.SharesStates"/>).</summary>
    SharedStates,

    /// <summary>Routes hang off an LC-trie, as IPv4's do (<see cref="Lc6Table"/>).</summary>
    LevelCompression,
}

/// <summary>The port of one family's FIB, with a table of routes of one form.</summary>
public abstract unsafe class KernelFib : IDisposable
{
    protected KernelFib(RouteShape shape, BindingHost host)
    {
        (Shape, FirstDevice) = (shape, host.Sockets.Interface);
        Memory = new KernelMemory(host.Slub);
    }

    public RouteShape Shape { get; }

    public KernelMemory Memory { get; }

    /// <summary>The FIB's own slab caches.</summary>
    public abstract IEnumerable<KmemCache> Caches { get; }

    /// <summary>The device of the first peer, or of all if they share one.</summary>
    protected int FirstDevice { get; }

    /// <summary>How often the writer waited for a grace period.</summary>
    public abstract long Waits { get; }

    /// <summary>fib_infos that insertions compared with their own, in its hash bucket; 0 in IPv6, which has none.</summary>
    public virtual long InfosWalked => 0;

    /// <summary>Makes an empty FIB.</summary>
    /// <param name="family">The routes' family.</param>
    /// <param name="shape">The routes' form.</param>
    /// <param name="peers">The number of peers. If routes name nexthop objects, one is made for each peer.</param>
    /// <param name="host">The kernel. IPv6 has no fib_info, so <see cref="BindingHost.HashesStates"/> has no effect there.</param>
    /// <param name="whatIf">For IPv6: the kernel's FIB or a what-if.</param>
    public static KernelFib Create(Family family, RouteShape shape, int peers, BindingHost host, Fib6WhatIf whatIf = Fib6WhatIf.None)
    {
        KernelFib fib = family == Family.IPv4 ? new KernelFib4(shape, host) : new KernelFib6(shape, host, whatIf);
        if (shape != RouteShape.Nexthop)
            return fib;
        for (var peer = 0; peer < peers; peer++)
        {
            if (fib.AddNexthop((uint)peer + 1, host.NamesPeers ? peer + 1 : 0) is not 0 and var error)
                throw new InvalidOperationException($"nexthop object {peer + 1} was refused with error {error}");
        }

        return fib;
    }

    /// <summary>RTM_NEWROUTE with these flags. Returns 0 or a negative error.</summary>
    public abstract int Insert(Prefix prefix, int peer, NlmFlags flags);

    /// <summary>RTM_DELROUTE with the attributes of the addition. Returns 0 or a negative error.</summary>
    public abstract int Delete(Prefix prefix, int peer);

    /// <summary>Returns the peer that an address's route leads to; -1 without a route.</summary>
    /// <param name="address">The left-aligned address.</param>
    public abstract int Lookup(UInt128 address);

    /// <summary>
    /// Calls back for each route with its peer, or 0 if routes name none. IPv4 shows, of prefixes with one address, the longest
    /// first; IPv6 shows a prefix before those it covers.
    /// </summary>
    public abstract void Visit(Action<Prefix, int> see);

    public void Dispose()
    {
        DisposeTables();
        Memory.Dispose();
    }

    /// <summary>RTM_NEWNEXTHOP over the first device.</summary>
    /// <param name="id">The object's id.</param>
    /// <param name="peer">The peer's number, from 1; 0 for none.</param>
    protected abstract int AddNexthop(uint id, int peer);

    protected abstract void DisposeTables();

    /// <summary>Returns the peer that a route's nexthop leads to; 0 if routes name none.</summary>
    /// <param name="nhc">The nexthop.</param>
    /// <param name="nh">The nexthop's object, if routes name objects.</param>
    protected int PeerOf(FibNhCommon* nhc, NextHop* nh) => Shape switch
    {
        RouteShape.Device => 0,
        RouteShape.Via or RouteShape.Gateway => (int)(ushort)nhc->nhc_gw_second - 1,
        RouteShape.OwnDevice => nhc->nhc_oif - FirstDevice,
        RouteShape.Nexthop => (int)nh->id - 1,
        _ => nhc->Peer - 1,
    };
}
