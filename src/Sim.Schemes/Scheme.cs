// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>
/// A way to bind prefixes to peers, seen from a routing daemon. A scheme holds the kernel's structures, takes changes, answers
/// packets and encodes messages. Peers are numbers from 0. <see cref="SchemeKind"/> lists all schemes.
/// <code>
///   batch of changes --> Prepare    the daemon looks up its own tables          not the kernel's time
///                    --> Apply      the kernel changes its structures           the time that is measured
///                    --> Encode     the daemon sends messages                   counted, exact to the byte
///   packet           --> Transmit, Receive    the kernel's lookups
///
///   scheme                 structures (ports)                    sockets (messages)
///   AllowedIpsScheme       allowedips*  + FIB to the device      WireGuardSender, RouteSender
///   PrivateFibScheme       FIB*         + FIB to the device      WireGuardSender, RouteSender
///   PeerRouteScheme        FIB*        (+ gateways, RTA_VIA)     RouteSender
///                          * binds: Binding. bench, stat and lookup use it alone
/// </code>
/// </summary>
/// <remarks>
/// After each message a grace period ends, as on a uniprocessor kernel, so the frees are inside the call that caused them.
/// System calls, copying, parsing and locking are not measured; the counts of messages and calls stand for them.
/// </remarks>
public abstract class Scheme(SchemeKind kind, Family family, int peers, DaemonSockets sockets, KernelStructure binding) : IDisposable
{
    /// <summary>Bytes that a daemon gives to one system call, as wg(8) and iproute2 do.</summary>
    public const int CallBytes = 8192;

    private const int LoadChunk = 1024;

    public SchemeKind Kind { get; } = kind;

    /// <summary>The name shown to users.</summary>
    public string Name => Kind.Name;

    public Family Family { get; } = family;

    public int Peers { get; } = peers;

    /// <summary>The structure that says which peer a prefix has.</summary>
    public KernelStructure Binding { get; } = binding;

    /// <summary>The structures that hold memory for the binding, by their names in rows.</summary>
    public abstract IReadOnlyList<(string Name, KernelStructure Structure)> Structures { get; }

    /// <summary>The device's own allowedips; null if the scheme has none, or one per device.</summary>
    public virtual AllowedIpsStructure? AllowedIps => null;

    /// <summary>The routes; null if there are none.</summary>
    public virtual FibStructure? Routes => null;

    /// <summary>Whether each bound prefix has a route. If not, one default route leads to the device.</summary>
    public virtual bool RoutesEach => true;

    /// <summary>Prefixes that are bound.</summary>
    public int Count { get; private set; }

    /// <summary>The kernel's work since the scheme was made.</summary>
    public KernelWork Work
    {
        get
        {
            var work = default(KernelWork);
            for (var i = 0; i < Structures.Count; i++)
                work += Structures[i].Structure.Work;
            return work;
        }
    }

    /// <summary>The family's default route, and the AllowedIP of all addresses: 0.0.0.0/0 or ::/0.</summary>
    protected Prefix Everything { get; } = new(family, 0, 0);

    protected DaemonSockets Sockets { get; } = sockets;

    /// <summary>Makes <see cref="Apply"/> ready for a batch.</summary>
    /// <returns>The number of prefixes that REPLACE sends for it; 0 if it needs no REPLACE.</returns>
    public virtual int Prepare(ReadOnlySpan<BindingChange> batch) => 0;

    /// <summary>
    /// Does the same without REPLACE, which sends a peer's whole set again and is too slow for every batch: <see cref="Apply"/>
    /// reaches the same binding by REMOVE_ME.
    /// </summary>
    /// <returns>The number of prefixes that REPLACE would send for the batch.</returns>
    public virtual int PrepareWithoutReplace(ReadOnlySpan<BindingChange> batch) => 0;

    /// <summary>Applies the batch to the kernel's structures, as its messages ask. Each prefix is in the batch once.</summary>
    public void Apply(ReadOnlySpan<BindingChange> batch)
    {
        var more = 0;
        foreach (ref readonly var change in batch)
            more += (change.OldPeer == BindingChange.NoPeer ? 1 : 0) - (change.NewPeer == BindingChange.NoPeer ? 1 : 0);
        Count += more;
        Change(batch);
    }

    /// <summary>Encodes and counts the messages for a batch that was just applied.</summary>
    public abstract Sent Encode(ReadOnlySpan<BindingChange> batch);

    /// <summary>Counts the messages before the first prefix: the device's mode, peers' own AllowedIPs, nexthop objects, a default route.</summary>
    public virtual Sent Setup() => default;

    /// <summary>Calls back for each bound prefix, in the order of <see cref="KernelStructure.Visit"/>.</summary>
    public virtual void Visit(Action<Prefix, int> see) => Binding.Visit(see);

    /// <summary>Sets all of a peer's prefixes again, as after a restart: by REPLACE, or route by route.</summary>
    public virtual void Resend(int peer, List<Prefix> set)
    {
        ArgumentNullException.ThrowIfNull(set);
        foreach (var prefix in set)
            Apply([new BindingChange(0, prefix, peer, peer)]);
    }

    /// <summary>
    /// Does all lookups of a packet to be sent, as <see cref="SchemeKind.Lookups"/> counts them. Returns the peer that it goes
    /// to; -1 if one of the lookups finds nothing.
    /// </summary>
    public abstract int Transmit(UInt128 destination);

    /// <summary>
    /// Does all lookups that check the source of a decrypted packet. Returns the peer that it may come from; -1 if one of the
    /// lookups finds nothing.
    /// </summary>
    /// <param name="source">The left-aligned address.</param>
    /// <param name="rpFilter">Whether rp_filter looks up the route back as well (<c>fib_validate_source</c>).</param>
    public abstract int Receive(UInt128 source, bool rpFilter);

    /// <summary>Binds a table in batches, and tells the number bound so far after each; that may throw to end the load.</summary>
    public void Load(ReadOnlySpan<BindingChange> inserts, Action<int>? loaded = null)
    {
        for (var done = 0; done < inserts.Length; done += LoadChunk)
        {
            var batch = inserts.Slice(done, Math.Min(LoadChunk, inserts.Length - done));
            Prepare(batch);
            Apply(batch);
            loaded?.Invoke(done + batch.Length);
        }
    }

    public virtual void Dispose()
    {
        foreach (var (_, structure) in Structures)
            structure.Dispose();
    }

    /// <summary>Changes the structures.</summary>
    protected abstract void Change(ReadOnlySpan<BindingChange> batch);
}
