// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>Keys to look up, as their family's lookup takes them: IPv4 addresses in host order, or IPv6 ones. The other array is empty.</summary>
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

/// <summary>Nodes (tnodes and leaves too) and distinct 64-byte lines that a lookup reads, and the longest prefix that it finds; null for none.</summary>
public readonly record struct Touch(int Nodes, int CacheLines, Prefix? Match);

/// <summary>A count of a structure's shape; in a histogram, at a depth or number of bits.</summary>
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
