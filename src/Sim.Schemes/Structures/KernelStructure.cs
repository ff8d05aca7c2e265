// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>
/// A port of a kernel's structure in which prefixes are bound to peers, with memory of its own. There is one class per port:
/// <code>
///   KernelStructure --- AllowedIpsStructure    drivers/net/wireguard/allowedips.c, both families
///                   --- FibStructure --------- Fib4Structure    net/ipv4/fib_trie.c
///                                    --------- Fib6Structure    net/ipv6/ip6_fib.c
///                                    --------- Lc6Structure     what if: IPv6 routes in IPv4's trie
/// </code>
/// Peers are numbers from 0.
/// </summary>
/// <remarks>
/// A change made with <see cref="Bind(in Prefix, int)"/> or <see cref="Unbind(in Prefix, int)"/> is a message of its own and ends with
/// a grace period, as on a uniprocessor kernel whose softirq runs before the next message. So the cost of deferred frees is
/// inside the call that caused them.
/// </remarks>
public abstract class KernelStructure(Family family, KernelConfig kernel) : IDisposable
{
    public Family Family { get; } = family;

    /// <summary>The kernel memory of this structure alone.</summary>
    public KernelMemory Memory { get; } = new(kernel.Slub);

    /// <summary>The name in <c>stat</c> and <c>lookup</c>: <c>allowedips</c>, <c>fib</c>, <c>fib6</c>.</summary>
    public abstract string Key { get; }

    /// <summary>
    /// Whether <see cref="Visit"/> shows the longest of the prefixes with one address first, as a walk of an IPv4 FIB does. If
    /// not, it shows the longest last.
    /// </summary>
    public virtual bool LongestFirst => false;

    /// <summary>Called after each operation; usually null. While it is set, a peer's prefixes are removed one by one.</summary>
    public Action? Stepped { get; set; }

    /// <summary>The kernel's work since the structure was made.</summary>
    public KernelWork Work => new(Operations, Memory.Allocations, Memory.Allocations - Memory.Objects, Memory.Rcu.GracePeriods, Waits);

    /// <summary>Insertions, removals and moves so far.</summary>
    protected long Operations { get; set; }

    /// <summary>How often the writer waited for a grace period.</summary>
    protected abstract long Waits { get; }

    /// <summary>Binds a prefix to a peer, taking it from any other. Returns 0 or a negative error.</summary>
    public abstract int Bind(in Prefix prefix, int peer);

    /// <summary>Takes a prefix from a peer. Returns 0 or a negative error.</summary>
    public abstract int Unbind(in Prefix prefix, int peer);

    /// <summary>Binds each prefix to its peer; a prefix that is bound already moves.</summary>
    public abstract void Bind(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers);

    /// <summary>Takes each prefix from its peer; a prefix that is not bound to this peer stays as it is.</summary>
    public abstract void Unbind(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers);

    /// <summary>Unbinds all of a peer's prefixes. They are passed in for the structures that cannot find them.</summary>
    public abstract void UnbindPeer(int peer, ReadOnlySpan<Prefix> prefixes);

    /// <summary>Frees what the message's operations dropped.</summary>
    public abstract void EndMessage();

    /// <summary>Calls back for each bound prefix with its peer, in ascending order of addresses.</summary>
    public abstract void Visit(Action<Prefix, int> see);

    /// <summary>
    /// Returns the peer of the longest prefix that contains the left-aligned address; -1 for none. May run beside the one
    /// writer, on threads that <see cref="KernelMemory.Rcu"/> knows.
    /// </summary>
    public abstract int Lookup(UInt128 address);

    /// <summary>
    /// Looks up every key. No virtual call is inside the loop. With <paramref name="dependent"/>, the place of each key depends
    /// on the last answer (<see cref="Workloads.Keys.KeyChain"/>), so that lookups cannot overlap in the processor.
    /// </summary>
    /// <param name="keys">The keys; for a dependent chain their number is a power of two.</param>
    /// <param name="dependent">Whether lookups wait for each other.</param>
    /// <returns>The sum of the peers' numbers from 1, or of the devices' if routes name no peers. It serves as a check.</returns>
    public abstract long Lookup(Keys keys, bool dependent);

    /// <summary>Counts what a lookup reads; see <see cref="Touch"/>.</summary>
    public abstract Touch Trace(UInt128 address);

    /// <summary>Describes the path of a lookup in words, one line per step.</summary>
    public abstract IReadOnlyList<string> Describe(UInt128 address);

    /// <summary>Counts the nodes, depths and sizes of the live structure.</summary>
    public abstract IReadOnlyList<ShapeCount> Shape();

    /// <summary>
    /// Returns the memory of the binding, line by line as in /proc/slabinfo. The peers themselves are left out: they are the
    /// same in every scheme.
    /// </summary>
    public IReadOnlyList<MemoryLine> Account() => [.. Memory.Account().Where(line => line.Cache != "wg_peer")];

    /// <summary>The counts of <c>stat --json</c>, without the memory.</summary>
    public abstract JsonObject StatJson();

    /// <summary>The counts as the kernel shows them.</summary>
    public abstract string StatText();

    public void Dispose()
    {
        DisposeTables();
        Memory.Dispose();
    }

    /// <summary>Throws if an operation was refused.</summary>
    /// <exception cref="InvalidOperationException">The error is not 0.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(int error, in Prefix prefix)
    {
        if (error != 0)
            Refuse(error, prefix);
    }

    /// <summary>Disposes of the port, before its memory is freed.</summary>
    protected abstract void DisposeTables();

    // Apart, because a method that throws is not inlined.
    private static void Refuse(int error, Prefix prefix) => throw new InvalidOperationException($"{prefix} was refused with error {error}");

    /// <summary>Tells <see cref="Stepped"/> of an operation, and returns its error.</summary>
    protected int Step(int error)
    {
        Operations++;
        Stepped?.Invoke();
        return error;
    }

    /// <summary>Ends the message of an operation, and returns its error.</summary>
    protected int End(int error)
    {
        EndMessage();
        return error;
    }
}
