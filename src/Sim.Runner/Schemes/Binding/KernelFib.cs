// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;

namespace Sim.Runner.Schemes.Binding;

/// <summary>The ways in which routes name their peer.</summary>
internal enum RouteMeaning
{
    /// <summary>Routes name no peer: all lead to the one device, and AllowedIPs decide.</summary>
    Device,

    /// <summary>RTA_WGPEER beside the device.</summary>
    PeerAttribute,

    /// <summary>
    /// RTA_VIA: an onlink IPv6 gateway that is the peer's only AllowedIP. IPv6 routes use RTA_GATEWAY for the same gateway.
    /// </summary>
    Via,

    /// <summary>RTA_NH_ID: an object that names device and peer.</summary>
    NexthopObject,

    /// <summary>RTA_OIF: each peer has its own device.</summary>
    DevicePerPeer,
}

/// <summary>Variants of the IPv6 FIB that no kernel has.</summary>
internal enum Fib6WhatIf
{
    /// <summary>The kernel's own FIB.</summary>
    None,

    /// <summary>Routes that name the same peer share a state (<see cref="Fib6Options.SharesStates"/>).</summary>
    SharedStates,

    /// <summary>Routes hang off an LC-trie, as IPv4's do (<see cref="Lc6Table"/>).</summary>
    LevelCompression,
}

/// <summary>The port of one family's FIB, with a table of routes of one form.</summary>
internal abstract unsafe class KernelFib : IDisposable
{
    protected const byte ProtocolStatic = 4;

    protected KernelFib(RouteMeaning meaning, BindingHost host)
    {
        (Meaning, FirstDevice) = (meaning, host.Sockets.Interface);
        Memory = new KernelMemory(host.Slub);
    }

    public RouteMeaning Meaning { get; }

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
    /// <param name="meaning">The routes' form.</param>
    /// <param name="peers">The number of peers. If routes name nexthop objects, one is made for each peer.</param>
    /// <param name="host">The kernel. IPv6 has no fib_info, so <see cref="BindingHost.HashesStates"/> has no effect there.</param>
    /// <param name="whatIf">For IPv6: the kernel's FIB or a what-if.</param>
    public static KernelFib Create(Family family, RouteMeaning meaning, int peers, BindingHost host, Fib6WhatIf whatIf = Fib6WhatIf.None)
    {
        KernelFib fib = family == Family.IPv4 ? new KernelFib4(meaning, host) : new KernelFib6(meaning, host, whatIf);
        if (meaning != RouteMeaning.NexthopObject)
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
    protected int PeerOf(FibNhCommon* nhc, NextHop* nh) => Meaning switch
    {
        RouteMeaning.Device => 0,
        RouteMeaning.Via => (int)(ushort)nhc->nhc_gw_second - 1,
        RouteMeaning.DevicePerPeer => nhc->nhc_oif - FirstDevice,
        RouteMeaning.NexthopObject => (int)nh->id - 1,
        _ => nhc->Peer - 1,
    };
}
