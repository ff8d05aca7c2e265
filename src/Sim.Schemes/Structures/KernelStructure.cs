// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>
/// A port of a kernel structure that binds prefixes to peers, with its own memory. There is one class per port:
/// <code>
///   KernelStructure --- AllowedIpsStructure    drivers/net/wireguard/allowedips.c, both families
///                   --- FibStructure --------- Fib4Structure    net/ipv4/fib_trie.c
///                                    --------- Fib6Structure    net/ipv6/ip6_fib.c
///                                    --------- Lc6Structure     what if: IPv6 routes in IPv4's trie
///                   --- PeerTrieStructure     what if: other structures behind the interface of AllowedIPs
/// </code>
/// Peers are numbered from 0.
/// </summary>
/// <remarks>
/// <see cref="Bind(in Prefix, int)"/> and <see cref="Unbind(in Prefix, int)"/> are separate messages. A grace period ends after each
/// message. The same is true in a uniprocessor kernel, because its softirq runs before the next message. So the time of a call includes the
/// deferred frees that the call causes.
/// </remarks>
public abstract class KernelStructure(Family family, KernelConfig kernel) : IDisposable
{
    public Family Family { get; } = family;

    /// <summary>The kernel memory that only this structure uses.</summary>
    public KernelMemory Memory { get; } = new(kernel.Slub);

    /// <summary>The structure's name in <c>stat</c> and <c>lookup</c>, such as <c>allowedips</c>, <c>fib</c> or <c>fib6</c>.</summary>
    public abstract string Key { get; }

    /// <summary>
    /// Whether <see cref="Visit"/> shows the longest of several prefixes with the same address first, as a walk of an IPv4 FIB does. If
    /// not, <see cref="Visit"/> shows the longest prefix last.
    /// </summary>
    public virtual bool LongestFirst => false;

    /// <summary>A callback after each operation; usually null. If it is set, the removal of a peer's prefixes is one operation per
    /// prefix.</summary>
    public Action? Stepped { get; set; }

    public KernelWork Work => new(Operations, Memory.Allocations, Memory.Allocations - Memory.Objects, Memory.Rcu.GracePeriods, Waits);

    protected long Operations { get; set; }

    protected abstract long Waits { get; }

    /// <summary>Binds a prefix to a peer. The prefix's previous peer loses the prefix. Returns 0 or a negative error.</summary>
    public abstract int Bind(in Prefix prefix, int peer);

    /// <summary>Takes a prefix from a peer. Returns 0 or a negative error.</summary>
    public abstract int Unbind(in Prefix prefix, int peer);

    /// <summary>Binds each prefix to its peer. A prefix that is bound to another peer moves to its new peer.</summary>
    public abstract void Bind(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers);

    /// <summary>Takes each prefix from its peer. A prefix that is not bound to this peer stays as it is.</summary>
    public abstract void Unbind(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers);

    /// <summary>Unbinds all prefixes of a peer. The caller lists the prefixes, because some structures cannot find the prefixes of a
    /// peer.</summary>
    public abstract void UnbindPeer(int peer, ReadOnlySpan<Prefix> prefixes);

    /// <summary>Ends a message: frees the objects that the message's operations dropped.</summary>
    public abstract void EndMessage();

    /// <summary>Calls back for each bound prefix with its peer, by ascending address.</summary>
    public abstract void Visit(Action<Prefix, int> see);

    /// <summary>
    /// Returns the peer of the longest prefix that contains the left-aligned address; -1 if no prefix contains the address. Threads that
    /// are registered with <see cref="KernelMemory.Rcu"/> may call this method while the writer runs.
    /// </summary>
    public abstract int Lookup(UInt128 address);

    /// <summary>
    /// Looks up every key in a loop without virtual calls. If <paramref name="dependent"/> is true, the position of each key depends on the
    /// previous answer (<see cref="Workloads.Keys.KeyChain"/>), so that lookups cannot overlap in the processor.
    /// </summary>
    /// <param name="keys">The keys. For a dependent chain, the number of keys must be a power of two.</param>
    /// <param name="dependent">Whether each lookup waits for the previous lookup.</param>
    /// <returns>The sum of the found peers' numbers, counted from 1, or of the devices' numbers if routes name no peers. The sum serves as
    /// a check.</returns>
    public abstract long Lookup(Keys keys, bool dependent);

    /// <summary>Looks up an address, and counts what the lookup reads.</summary>
    public abstract Touch Trace(UInt128 address);

    /// <summary>The cache lines that the last traced lookup read.</summary>
    public virtual TouchedLines Lines { get; } = new();

    /// <summary>Describes the path of a lookup in words, one line per step.</summary>
    public abstract IReadOnlyList<string> Describe(UInt128 address);

    /// <summary>Counts the nodes, depths and sizes of the live structure.</summary>
    public abstract IReadOnlyList<ShapeCount> Shape();

    /// <summary>Returns the memory of the binding, line by line as in /proc/slabinfo. The peers are not included, because every scheme has
    /// them.</summary>
    public IReadOnlyList<MemoryLine> Account() => [.. Memory.Account().Where(line => line.Cache != "wg_peer")];

    /// <summary>Returns the counts for <c>stat --json</c>. The memory is not included.</summary>
    public abstract JsonObject StatJson();

    /// <summary>Returns the counts as text, in the kernel's format if the kernel has one.</summary>
    public abstract string StatText();

    public void Dispose()
    {
        DisposeTables();
        Memory.Dispose();
    }

    /// <summary>Throws an exception if an operation was refused.</summary>
    /// <exception cref="InvalidOperationException">Thrown if the error is not 0.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(int error, in Prefix prefix)
    {
        if (error != 0)
            Refuse(error, prefix);
    }

    /// <summary>Disposes of the port's tables. The port's memory is freed afterwards.</summary>
    protected abstract void DisposeTables();

    // A separate method, because a method that throws is not inlined.
    private static void Refuse(int error, Prefix prefix) => throw new InvalidOperationException($"{prefix} was refused with error {error}");

    /// <summary>Counts an operation and calls <see cref="Stepped"/>. Returns the operation's error.</summary>
    protected int Step(int error)
    {
        Operations++;
        Stepped?.Invoke();
        return error;
    }

    /// <summary>Ends the message of an operation. Returns the operation's error.</summary>
    protected int End(int error)
    {
        EndMessage();
        return error;
    }
}
