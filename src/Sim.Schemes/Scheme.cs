// SPDX-License-Identifier: MIT
using System.Text.Json.Nodes;
using Sim.Figures;
using Sim.Kernel;
using Sim.Trie;
using Sim.Workloads.Keys;

namespace Sim.Schemes;

/// <summary>
/// One way to bind prefixes to peers, over the kernel's structure that holds the binding. Peers are numbers from 0.
/// Bindings change one prefix at a time, as a routing daemon would have the kernel change them.
/// </summary>
/// <remarks>
/// Each change ends with a grace period, as on a uniprocessor kernel whose softirq runs before the next message. So the
/// cost of deferred frees is inside the call that caused them. Loops over many prefixes or keys are inside the scheme, so
/// that no virtual call is inside a measured loop.
/// </remarks>
public abstract class Scheme : IDisposable
{
    protected Scheme(Family family, KernelMemory memory)
    {
        Family = family;
        Memory = memory;
    }

    public Family Family { get; }

    /// <summary>The kernel memory of this structure alone.</summary>
    public KernelMemory Memory { get; }

    /// <summary>The name shown to users: <c>AllowedIPs</c>, <c>route attribute</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The structure's name in rows: <c>allowedips</c>, <c>fib</c>. The row's family says which FIB.</summary>
    public abstract string Structure { get; }

    /// <summary>The structure's name in <c>stat</c> and <c>lookup</c>: <c>allowedips</c>, <c>fib</c>, <c>fib6</c>.</summary>
    public virtual string Key => Structure;

    /// <summary>The basis of counts in rows: modelled for a structure that no kernel has.</summary>
    public Basis Counts { get; init; } = Basis.Counted;

    /// <summary>Binds each prefix to its peer; a prefix that is bound already moves.</summary>
    public abstract void Insert(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers);

    /// <summary>Unbinds each prefix from its peer; a prefix that is not bound to this peer stays as it is.</summary>
    public abstract void Delete(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers);

    /// <summary>Rebinds each prefix to another peer.</summary>
    public abstract void Move(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers);

    /// <summary>Unbinds all of a peer's prefixes. They are passed in for the schemes that cannot find them.</summary>
    public abstract void RemovePeer(int peer, ReadOnlySpan<Prefix> prefixes);

    /// <summary>Returns the peer of the longest prefix that contains the left-aligned address; -1 for none.</summary>
    public abstract int Lookup(UInt128 address);

    /// <summary>
    /// Looks up every key. With <paramref name="dependent"/>, the place of each key depends on the last answer
    /// (<see cref="Workloads.Keys.KeyChain"/>), so that lookups cannot overlap in the processor.
    /// </summary>
    /// <param name="keys">The keys; for a dependent chain their number is a power of two.</param>
    /// <param name="dependent">Whether lookups wait for each other.</param>
    /// <returns>The sum of (answer + 1). It serves as a check, and keeps the loop from being optimised away.</returns>
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

    public virtual void Dispose() => Memory.Dispose();
}

/// <summary>Keys to look up, in the form that their family's lookup takes.</summary>
/// <param name="V4">IPv4 addresses in host order; empty for IPv6.</param>
/// <param name="V6">IPv6 addresses; empty for IPv4.</param>
public sealed record Keys(uint[] V4, UInt128[] V6)
{
    public int Count => V4.Length + V6.Length;

    /// <summary>The first <paramref name="count"/> keys.</summary>
    public Keys First(int count) => V4.Length > 0 ? this with { V4 = V4[..count] } : this with { V6 = V6[..count] };

    /// <summary>Key <paramref name="index"/>, left-aligned.</summary>
    public UInt128 LeftAligned(int index) => V4.Length > 0 ? (UInt128)V4[index] << 96 : V6[index];
}

/// <summary>The nodes and memory that one lookup reads, and its match.</summary>
/// <param name="Nodes">Nodes, tnodes and leaves visited.</param>
/// <param name="CacheLines">Distinct 64-byte lines read.</param>
/// <param name="Match">The longest prefix that contains the address; null for none.</param>
public readonly record struct Touch(int Nodes, int CacheLines, Prefix? Match);

/// <summary>A count of a structure's shape.</summary>
/// <param name="Metric">The metric's name in results.csv.</param>
/// <param name="X">Depth or bits, if the count is part of a histogram.</param>
/// <param name="Value">The count.</param>
/// <param name="Unit">Usually <c>count</c>.</param>
public readonly record struct ShapeCount(string Metric, double? X, double Value, string Unit = "count");
