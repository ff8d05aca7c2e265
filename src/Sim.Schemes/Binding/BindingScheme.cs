// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Trie;
using Sim.Workloads.Churn;

namespace Sim.Schemes.Binding;

/// <summary>
/// A way to bind prefixes to peers, seen from a routing daemon: batches of changes become netlink messages, and these
/// become operations of the kernel's structures. Peers are numbers from 0.
/// <code>
///   batch -> Prepare   the daemon looks up its own tables                   not the kernel's time
///         -> Apply     the kernel changes its structures                    the time that is measured
///         -> Encode    the daemon sends messages, exact to the byte         counted
/// </code>
/// </summary>
/// <remarks>
/// After each message a grace period ends, as on a uniprocessor kernel, so the frees are inside the call that caused them.
/// System calls, copying, parsing and locking are not measured; the counts of messages and calls stand for them.
/// </remarks>
public abstract class BindingScheme(BindingKind kind, Family family, int peers, BindingHost host) : IDisposable
{
    /// <summary>Bytes that a daemon gives to one system call, as wg(8) and iproute2 do.</summary>
    public const int CallBytes = 8192;

    private const int LoadChunk = 1024;

    public BindingKind Kind { get; } = kind;

    public Family Family { get; } = family;

    public int Peers { get; } = peers;

    /// <summary>The family's default route, and the AllowedIP of all addresses: 0.0.0.0/0 or ::/0.</summary>
    protected Prefix Everything { get; } = new(family, 0, 0);

    /// <summary>The name shown to users.</summary>
    public string Name => Kind.Name;

    /// <summary>The device's own allowedips; null if the scheme has none, or one per device.</summary>
    public virtual AllowedIpsPart? AllowedIps => null;

    /// <summary>The routes; null if there are none.</summary>
    public virtual RoutePart? Routes => null;

    /// <summary>The structures and the memory of each.</summary>
    public abstract IReadOnlyList<(string Structure, KernelMemory Memory)> Structures { get; }

    /// <summary>The kernel's work since the scheme was made.</summary>
    public abstract KernelWork Work { get; }

    /// <summary>Prefixes that are bound.</summary>
    public abstract int Count { get; }

    /// <summary>
    /// Prepares a batch, and returns the number of prefixes that REPLACE must send for it; 0 if it needs no REPLACE. REPLACE
    /// sends a peer's whole set again, which is too slow for every batch. With <paramref name="sampled"/> false,
    /// <see cref="Apply"/> reaches the same binding by REMOVE_ME.
    /// </summary>
    public virtual int Prepare(ReadOnlySpan<BindingChange> batch, bool sampled = true) => 0;

    /// <summary>Applies the batch to the kernel's structures, as its messages ask. Each prefix is in the batch once.</summary>
    public abstract void Apply(ReadOnlySpan<BindingChange> batch);

    /// <summary>Encodes and counts the messages for a batch that was just applied.</summary>
    public abstract Sent Encode(ReadOnlySpan<BindingChange> batch);

    /// <summary>Counts the messages before the first prefix: peers' own AllowedIPs, nexthop objects, a default route.</summary>
    public virtual Sent Setup() => default;

    /// <summary>
    /// Whether <see cref="Visit"/> shows the longest of the prefixes with one address first, as a walk of an IPv4 FIB does. If
    /// not, it shows the longest last.
    /// </summary>
    public abstract bool LongestFirst { get; }

    /// <summary>Calls back for each bound prefix, in ascending order of their addresses.</summary>
    public abstract void Visit(Action<Prefix, int> see);

    /// <summary>
    /// Returns the peer of the longest prefix that contains the left-aligned address; -1 for none. May run beside the one
    /// writer, on threads that the <see cref="Rcu"/> of each structure's memory knows.
    /// </summary>
    public abstract int Lookup(UInt128 address);

    /// <summary>
    /// Sets all of a peer's prefixes again, as after a restart: routes replace routes; schemes with AllowedIPs use REPLACE.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="set">All its prefixes.</param>
    public virtual void Resend(int peer, List<Prefix> set)
    {
        ArgumentNullException.ThrowIfNull(set);
        foreach (var prefix in set)
            Apply([new BindingChange(0, prefix, peer, peer)]);
    }

    /// <summary>
    /// Called after each operation on the structure that says which peer an address has; usually null. While it is set, a
    /// peer's prefixes are removed one by one, in the order in which they are otherwise removed in one go.
    /// </summary>
    public virtual Action? Stepped { get; set; }

    /// <summary>
    /// Does all lookups of a packet to be sent, as <see cref="BindingKind.Lookups"/> counts them. Returns the peer that it
    /// goes to; -1 if one of the lookups finds nothing.
    /// </summary>
    public abstract int Transmit(UInt128 destination);

    /// <summary>
    /// Does all lookups that check the source of a decrypted packet. Returns the peer that it may come from; -1 if one of the
    /// lookups finds nothing.
    /// </summary>
    /// <param name="source">The left-aligned address.</param>
    /// <param name="rpFilter">Whether rp_filter looks up the route back as well (<c>fib_validate_source</c>).</param>
    public abstract int Receive(UInt128 source, bool rpFilter);

    /// <summary>Binds a table, in batches of 1,024 changes.</summary>
    /// <param name="inserts">Insertions of prefixes that are not bound.</param>
    /// <param name="loaded">Called with the number bound so far; may throw to end the load.</param>
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

    public abstract void Dispose();

    protected BindingHost Host { get; } = host;

    protected static void Check(int error, Prefix prefix)
    {
        if (error != 0)
            throw new InvalidOperationException($"{prefix} was refused with error {error}");
    }
}
