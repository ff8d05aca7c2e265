// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Workloads.Keys;

namespace Sim.Schemes.Structures;

/// <summary>Keys to look up, in the form that their family's lookup takes.</summary>
/// <param name="V4">IPv4 addresses in host order; empty for IPv6.</param>
/// <param name="V6">IPv6 addresses; empty for IPv4.</param>
public sealed record Keys(uint[] V4, UInt128[] V6)
{
    /// <summary>Draws keys from prefixes, which are all of one family; see <see cref="LookupKeys"/>.</summary>
    public static Keys Of(ReadOnlySpan<Prefix> prefixes, KeyPattern pattern, int count, ulong seed) => prefixes is [{ Family: Family.IPv6 }, ..]
        ? new Keys([], LookupKeys.V6(prefixes, pattern, count, seed))
        : new Keys(LookupKeys.V4(prefixes, pattern, count, seed), []);

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
/// <param name="Metric">The metric.</param>
/// <param name="X">Depth or bits, if the count is part of a histogram.</param>
/// <param name="Value">The count.</param>
public readonly record struct ShapeCount(Metric Metric, double? X, double Value);

/// <summary>Counts of the kernel's work since the structure was made.</summary>
/// <param name="Operations">Insertions, removals and moves in tries. The removal of a peer counts each of its prefixes.</param>
/// <param name="Allocations">Objects allocated: slab, kmalloc, vmalloc.</param>
/// <param name="Frees">Objects freed.</param>
/// <param name="GracePeriods">Grace periods that ended with something to free.</param>
/// <param name="Waits">Grace periods that the writer had to wait for (<c>synchronize_net</c>).</param>
public readonly record struct KernelWork(long Operations, long Allocations, long Frees, long GracePeriods, long Waits)
{
    public static KernelWork operator +(KernelWork left, KernelWork right) => new(
        left.Operations + right.Operations, left.Allocations + right.Allocations, left.Frees + right.Frees,
        left.GracePeriods + right.GracePeriods, left.Waits + right.Waits);

    public static KernelWork operator -(KernelWork left, KernelWork right) => new(
        left.Operations - right.Operations, left.Allocations - right.Allocations, left.Frees - right.Frees,
        left.GracePeriods - right.GracePeriods, left.Waits - right.Waits);
}
