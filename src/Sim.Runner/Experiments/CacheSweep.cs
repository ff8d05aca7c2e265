// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Sim.Runner.Experiments;

/// <summary>
/// Empties the processor's caches before a repetition. In A B B A one that follows another of the same structure would find upper
/// nodes in the last-level cache, and one that follows the other structure would not: ratios would lie around two values.
/// </summary>
/// <remarks>
/// Reads an array four times as large as the last level, which does not strictly forget the oldest first. With 32 MiB there, the
/// quartiles of lookups' A/A rows are 0.86 to 1.15 after half its size and 0.98 to 1.02 after twice; those of updates need four times.
/// Small structures stay in the cache together, whichever ran before. A sweep would take the code out as well, and few operations
/// would show little else: those on three prefixes take microseconds after one.
/// </remarks>
internal static unsafe class CacheSweep
{
    private const int Times = 4;
    private const int LeastBytes = 64 << 20;
    private const int MostBytes = 1 << 30;
    private const int LineBytes = 64;

    // As long as the process lives, and not on the managed heap, whose collector would let more garbage pile up beside it.
    private static readonly nuint s_bytes = (nuint)Math.Clamp(Times * HostFacts.LastLevelCacheBytes, LeastBytes, MostBytes);
    private static readonly byte* s_array = Allocate();
    private static long s_sum;

    /// <summary>Sweeps, where the structures that take turns do not leave each other room in the last-level cache.</summary>
    /// <param name="bytes">All that these structures hold.</param>
    public static void Run(long bytes)
    {
        if (bytes <= HostFacts.LastLevelCacheBytes / 2)
            return;
        var sum = 0L;
        for (nuint at = 0; at < s_bytes; at += LineBytes)
            sum += s_array[at];
        // A use, so that the loop is not optimised away.
        s_sum += sum;
    }

    private static byte* Allocate()
    {
        var array = (byte*)NativeMemory.Alloc(s_bytes);
        // Pages of its own: what was never written is one page of noughts, which stays in the cache.
        NativeMemory.Fill(array, s_bytes, 1);
        return array;
    }
}
