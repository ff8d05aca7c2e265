// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>
/// A way in which a routing daemon binds prefixes to peers. A scheme holds the kernel's structures, takes changes, answers packets and
/// encodes messages. Peers are numbered from 0. <see cref="SchemeKind"/> lists all schemes.
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
///                          * the structure that binds (Binding); bench, stat and lookup use only this structure
/// </code>
/// </summary>
/// <remarks>
/// A grace period ends after each message, as in a uniprocessor kernel. So the time of a call includes the frees that the call causes. The
/// times do not include system calls, copying, parsing and locking. The counts of messages and calls represent these costs.
/// </remarks>
public abstract class Scheme(SchemeKind kind, Family family, int peers, DaemonSockets sockets, KernelStructure binding) : IDisposable
{
    /// <summary>The maximum number of bytes in one system call of a daemon, as in wg(8) and iproute2.</summary>
    public const int CallBytes = 8192;

    private const int LoadChunk = 1024;

    public SchemeKind Kind { get; } = kind;

    public string Name => Kind.Name;

    public Family Family { get; } = family;

    public int Peers { get; } = peers;

    /// <summary>The structure that binds prefixes to peers.</summary>
    public KernelStructure Binding { get; } = binding;

    /// <summary>The structures whose memory the binding takes, with their names in rows.</summary>
    public abstract IReadOnlyList<(string Name, KernelStructure Structure)> Structures { get; }

    /// <summary>The allowedips of the device; null if the scheme has no allowedips or has a device per peer.</summary>
    public virtual AllowedIpsStructure? AllowedIps => null;

    public abstract FibStructure Routes { get; }

    /// <summary>Whether each bound prefix has its own route. If not, one default route leads to the device.</summary>
    public virtual bool RoutesEach => true;

    public int Count { get; private set; }

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

    /// <summary>The prefix that contains all addresses, 0.0.0.0/0 or ::/0, for a default route or an AllowedIP.</summary>
    protected Prefix Everything { get; } = new(family, 0, 0);

    protected DaemonSockets Sockets { get; } = sockets;

    /// <summary>Prepares <see cref="Apply"/> for a batch.</summary>
    /// <returns>The number of prefixes that REPLACE sends for the batch; 0 if the batch needs no REPLACE.</returns>
    public virtual int Prepare(ReadOnlySpan<BindingChange> batch) => 0;

    /// <summary>
    /// Prepares <see cref="Apply"/> to use REMOVE_ME instead of REPLACE for a batch. The resulting binding is the same. REPLACE sends a
    /// peer's whole set, which is too slow for every batch.
    /// </summary>
    /// <returns>The number of prefixes that REPLACE would send for the batch.</returns>
    public virtual int PrepareWithoutReplace(ReadOnlySpan<BindingChange> batch) => 0;

    /// <summary>Applies a batch to the kernel's structures. A batch contains each prefix at most once.</summary>
    public void Apply(ReadOnlySpan<BindingChange> batch)
    {
        var more = 0;
        foreach (ref readonly var change in batch)
            more += (change.OldPeer == BindingChange.NoPeer ? 1 : 0) - (change.NewPeer == BindingChange.NoPeer ? 1 : 0);
        Count += more;
        Change(batch);
    }

    /// <summary>Encodes and counts the messages for the batch that was applied last.</summary>
    public abstract Sent Encode(ReadOnlySpan<BindingChange> batch);

    /// <summary>Sends and counts the messages that set up the scheme: the device's mode, gateways as AllowedIPs, nexthop objects, or a
    /// default route.</summary>
    public virtual Sent Setup() => default;

    /// <summary>Calls back for each bound prefix, in the order of <see cref="KernelStructure.Visit"/>.</summary>
    public virtual void Visit(Action<Prefix, int> see) => Binding.Visit(see);

    /// <summary>Sets all prefixes of a peer again, by REPLACE or route by route, as a daemon does after a restart.</summary>
    public virtual void Resend(int peer, List<Prefix> set)
    {
        ArgumentNullException.ThrowIfNull(set);
        foreach (var prefix in set)
            Apply([new BindingChange(0, prefix, peer, peer)]);
    }

    /// <summary>Does all lookups for a packet that is sent. Returns the packet's peer; -1 if a lookup finds nothing.</summary>
    public abstract int Transmit(UInt128 destination);

    /// <summary>Does all lookups that check a decrypted packet's source. Returns the allowed peer; -1 if a lookup finds nothing.</summary>
    /// <param name="source">The left-aligned source address.</param>
    /// <param name="rpFilter">Whether rp_filter also looks up the route back to the source (<c>fib_validate_source</c>).</param>
    public abstract int Receive(UInt128 source, bool rpFilter);

    /// <summary>Binds a table in batches. After each batch, the callback gets the number of prefixes bound so far. The callback may throw
    /// to stop the load.</summary>
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

    protected abstract void Change(ReadOnlySpan<BindingChange> batch);
}
