// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Churn;

namespace Sim.Runner.Schemes.Binding;

/// <summary>
/// A way to bind prefixes to peers, seen from a routing daemon: batches of changes become netlink messages, and these
/// become operations of the kernel's structures. Peers are numbers from 0.
/// <code>
///   batch -> Prepare   what the daemon has to look up in its own tables     not the kernel's time
///         -> Apply     what the kernel does, structures only                the time that is measured
///         -> Encode    what is sent, to the byte                            counted
/// </code>
/// </summary>
/// <remarks>
/// After each message a grace period ends, as on a uniprocessor kernel: the frees are inside the call that caused them.
/// Not measured: system calls, copying, parsing and locking, which the counts of messages and calls stand for.
/// </remarks>
internal abstract class BindingScheme(BindingKind kind, Family family, int peers, BindingHost host) : IDisposable
{
    /// <summary>Bytes that a daemon gives to one system call: what wg(8) and iproute2 use.</summary>
    public const int CallBytes = 8192;

    private const int LoadChunk = 1024;

    public BindingKind Kind { get; } = kind;

    public Family Family { get; } = family;

    public int Peers { get; } = peers;

    /// <summary>The family's default route, and the AllowedIP that lets all through: 0.0.0.0/0 or ::/0.</summary>
    protected Prefix Everything { get; } = new(family, 0, 0);

    /// <summary>As shown.</summary>
    public string Name => Kind.Name;

    /// <summary>The device's own allowedips; null where the scheme has none, or one for each of many devices.</summary>
    public virtual AllowedIpsPart? AllowedIps => null;

    /// <summary>The routes; null where there are none.</summary>
    public virtual RoutePart? Routes => null;

    /// <summary>The structures and the memory of each.</summary>
    public abstract IReadOnlyList<(string Structure, KernelMemory Memory)> Structures { get; }

    /// <summary>What the kernel has done since the scheme was made.</summary>
    public abstract KernelWork Work { get; }

    /// <summary>Prefixes that are bound.</summary>
    public abstract int Count { get; }

    /// <summary>
    /// Whether a batch needs what is not to be done each time: REPLACE, which sends a peer's whole set again. Where it does,
    /// the number of prefixes that are sent; 0 otherwise. Prepare with <c>sampled: false</c> has such a batch's
    /// <see cref="Apply"/> reach the same binding by REMOVE_ME.
    /// </summary>
    public virtual int Prepare(ReadOnlySpan<BindingChange> batch, bool sampled = true) => 0;

    /// <summary>Does in the kernel's structures what the batch's messages ask for. Each prefix is in the batch once.</summary>
    public abstract void Apply(ReadOnlySpan<BindingChange> batch);

    /// <summary>What the daemon sends for a batch that was just applied.</summary>
    public abstract Sent Encode(ReadOnlySpan<BindingChange> batch);

    /// <summary>What the daemon sends before the first prefix: peers' own AllowedIPs, nexthop objects, a default route.</summary>
    public virtual Sent Setup() => default;

    /// <summary>Whether <see cref="Visit"/> shows the longest of the prefixes with one address first, as a walk of an IPv4 FIB does, or last.</summary>
    public abstract bool LongestFirst { get; }

    /// <summary>Calls back for each bound prefix, in ascending order of their addresses.</summary>
    public abstract void Visit(Action<Prefix, int> see);

    /// <summary>
    /// The peer of the longest prefix that holds the left-aligned address; -1 for none. May run beside the one writer, on
    /// threads that the <see cref="Rcu"/> of each structure's memory knows.
    /// </summary>
    public abstract int Lookup(UInt128 address);

    /// <summary>
    /// Sends all that a peer has again, as after a restart: routes in the place of routes; where AllowedIPs bind, REPLACE.
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
    /// Called after each operation on the structure that says which peer an address has; as a rule nobody. While it is set,
    /// a peer's prefixes are removed one by one, in the order in which they are otherwise removed in one go.
    /// </summary>
    public virtual Action? Stepped { get; set; }

    /// <summary>
    /// All lookups of a packet to be sent, one after the other as <see cref="BindingKind.Lookups"/> counts them: the peer it
    /// goes to; -1 where one of them finds nothing.
    /// </summary>
    public abstract int Transmit(UInt128 destination);

    /// <summary>
    /// All lookups that check the source of a decrypted packet: the peer it may come from; -1 where one of them finds nothing.
    /// </summary>
    /// <param name="source">The left-aligned address.</param>
    /// <param name="rpFilter">Whether rp_filter looks up the route back as well (<c>fib_validate_source</c>).</param>
    public abstract int Receive(UInt128 source, bool rpFilter);

    /// <summary>Binds a table, in batches as long as the daemon's buffer is.</summary>
    /// <param name="inserts">Insertions of prefixes that are not bound.</param>
    /// <param name="loaded">Told how many are bound so far; may throw to end the load.</param>
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
