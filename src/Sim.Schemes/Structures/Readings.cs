// SPDX-License-Identifier: MIT
namespace Sim.Schemes.Structures;

/// <summary>Keys to look up: IPv4 addresses in host order, or IPv6 addresses. The array of the other family is empty.</summary>
public sealed record Keys(uint[] V4, UInt128[] V6)
{
    /// <summary>Draws keys from prefixes of one family (<see cref="LookupKeys"/>).</summary>
    public static Keys Of(ReadOnlySpan<Prefix> prefixes, KeyPattern pattern, int count, ulong seed)
    {
        var addresses = LookupKeys.LeftAligned(prefixes, pattern, count, seed);
        return Of(prefixes[0].Family, addresses);
    }

    /// <summary>Makes keys of left-aligned addresses.</summary>
    public static Keys Of(Family family, UInt128[] addresses) =>
        family == Family.IPv6 ? new([], addresses) : new(Array.ConvertAll(addresses, address => (uint)(address >> 96)), []);

    /// <summary>All keys, left-aligned.</summary>
    public UInt128[] Addresses => [.. Enumerable.Range(0, Count).Select(LeftAligned)];

    public int Count => V4.Length + V6.Length;

    public Keys First(int count) => V4.Length > 0 ? this with { V4 = V4[..count] } : this with { V6 = V6[..count] };

    /// <summary>Returns key <paramref name="index"/>, left-aligned.</summary>
    public UInt128 LeftAligned(int index) => V4.Length > 0 ? (UInt128)V4[index] << 96 : V6[index];
}

/// <summary>The numbers of nodes and of distinct 64-byte cache lines that a lookup reads, the number of lines that it reads one after the
/// other (<see cref="TouchedLines.Steps"/>), and the longest prefix that the lookup finds, or null.</summary>
public readonly record struct Touch(int Nodes, int CacheLines, int DependentLines, Prefix? Match);

/// <summary>A count that describes a structure's shape. In a histogram, X is a depth or a number of bits.</summary>
public readonly record struct ShapeCount(Metric Metric, double? X, double Value);

/// <summary>The work of the kernel since a structure was made.</summary>
/// <param name="Operations">The number of insertions, removals and moves in tries. The removal of a peer counts once per prefix.</param>
/// <param name="Allocations">The number of objects allocated from slabs, kmalloc and vmalloc.</param>
/// <param name="Frees">The number of freed objects.</param>
/// <param name="GracePeriods">The number of grace periods that freed an object.</param>
/// <param name="Waits">The number of grace periods for which the writer had to wait (<c>synchronize_net</c>).</param>
public readonly record struct KernelWork(long Operations, long Allocations, long Frees, long GracePeriods, long Waits)
{
    public static KernelWork operator +(KernelWork left, KernelWork right) => new(
        left.Operations + right.Operations, left.Allocations + right.Allocations, left.Frees + right.Frees,
        left.GracePeriods + right.GracePeriods, left.Waits + right.Waits);

    public static KernelWork operator -(KernelWork left, KernelWork right) => new(
        left.Operations - right.Operations, left.Allocations - right.Allocations, left.Frees - right.Frees,
        left.GracePeriods - right.GracePeriods, left.Waits - right.Waits);
}
