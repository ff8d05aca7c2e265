// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Sim.Workloads.Keys;

/// <summary>
/// Makes lookups wait for each other, so that a loop measures latency. A processor overlaps independent lookups as far
/// as its window reaches; in a chain the place of the next key is computed from the answer of the last lookup:
/// <code>
///   independent (throughput)            dependent (latency)
///   key = keys[i]                       key = keys[i]
///   answer = lookup(key)                answer = lookup(key)
///   i = (i + 1) &amp; mask                  i = KeyChain.Next(i, answer, zero, mask)   i + 1 + (answer &amp; zero)
/// </code>
/// <c>zero</c> is 0, so both loops meet the same keys in the same order. But neither compiler nor processor knows it: it
/// comes from <see cref="Zero"/>, which is not inlined, and values are not predicted; so the address of the next key is
/// not known before the answer is. The chain adds an AND and an ADD (two cycles) to each lookup, and a load of the key
/// that hits the first-level cache when the keys are read in order.
/// </summary>
public static class KeyChain
{
#pragma warning disable CS0649 // Never assigned: that it is 0 is the point, that it could change keeps it opaque.
    private static int s_zero;
#pragma warning restore CS0649

    /// <summary>A zero that the compiler cannot see through. Read it once, into a local, before the timed loop.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Zero() => Volatile.Read(ref s_zero);

    /// <summary>Returns the index after <paramref name="index"/> in a ring of mask + 1 keys, once the answer is known.</summary>
    /// <param name="index">The index of the key just looked up.</param>
    /// <param name="answer">The lookup's answer: a peer's number, or the low bits of a pointer.</param>
    /// <param name="zero">The result of <see cref="Zero"/>.</param>
    /// <param name="mask">Number of keys - 1; the number is a power of two.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(int index, int answer, int zero, int mask) => (index + 1 + (answer & zero)) & mask;

    /// <summary>The largest power of two that is at most <paramref name="count"/>: how many keys a ring can use.</summary>
    public static int RingSize(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return 1 << System.Numerics.BitOperations.Log2((uint)count);
    }
}
