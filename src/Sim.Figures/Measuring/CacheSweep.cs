// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Runtime.InteropServices;
using Sim.Figures.Machine;

namespace Sim.Figures.Measuring;

/// <summary>Empties the processor's caches before each pair of repetitions. Without a sweep between the two Bs of A B B A, the second B
/// would find its upper nodes in the last-level cache, and the first B would not. The ratios would then gather around two values.
/// <code>
///   sweep A B   sweep B A      one sweep per pair is enough: A leaves nothing of B in the cache
/// </code></summary>
/// <remarks>A sweep reads an array four times as large as the last-level cache, because a cache does not always evict its oldest line
/// first. In a cache of 32 MiB, the quartiles of the A/A rows of lookups are 0.86 and 1.15 after a sweep of half the cache's size. After a
/// sweep of twice the cache's size, these quartiles are 0.98 and 1.02. Updates need a sweep of four times the cache's size. If such a large
/// sweep takes longer than the planned seconds, the sweep is shorter, but covers the cache at least once. For example, a VM may see a
/// shared cache of 260 MiB. The report states the size of the sweep, and the A/A rows show the remaining effect. A cache size of 0 means
/// that the size is unknown. No sweep is made for structures that fit into the cache together, because both stay in the cache anyway. A
/// sweep would also evict the code, and loading the code again would dominate short measurements: operations on three prefixes take
/// microseconds after a sweep.</remarks>
public sealed unsafe class CacheSweep(long cacheBytes, double seconds = double.PositiveInfinity) : IDisposable
{
    private const int Times = 4;
    private const long LeastBytes = 64 << 20;

    /// <summary>The largest size of the array. A cache that needs a larger array does not belong to one processor.</summary>
    private const long MostBytes = 2L << 30;

    /// <summary>The array takes at most an eighth of the memory.</summary>
    private const int MemoryShare = 8;

    private const int LineBytes = 64;

    private byte* _array;
    private long _arrayBytes, _at, _sum;

    /// <summary>The number of bytes that a sweep reads; 0 before the first sweep.</summary>
    public long Bytes { get; private set; }

    public string Fact => Bytes == 0
        ? "none: the structures fit in the last-level cache together"
        : $"{CacheSize.Show(Bytes)} before each pair of repetitions"
            + (cacheBytes > 0 ? $", {Bytes / (double)cacheBytes:0.0} times the last-level cache" : "");

    /// <summary>Sweeps the cache, unless the structures fit into the last-level cache together.</summary>
    public void Run(long bytes)
    {
        if (!Empties(bytes))
            return;
        if (_array is null)
            Allocate();
        Read(Bytes);
    }

    /// <summary>Returns whether <see cref="Run"/> sweeps the cache for structures of this total size.</summary>
    public bool Empties(long bytes) => !Fits(bytes, cacheBytes);

    /// <summary>Returns whether structures of this total size stay in the cache. The structures may take half of the cache, because keys,
    /// code and other data need the rest.</summary>
    public static bool Fits(long bytes, long cacheBytes) => bytes <= cacheBytes / 2;

    /// <summary>Returns the bytes to read: four times the cache, or as much as the time and the array allow, but at least once the
    /// cache.</summary>
    public static long BytesFor(long cacheBytes, double bytesPerSecond, double seconds, long arrayBytes)
    {
        var wanted = Math.Max(Times * cacheBytes, LeastBytes);
        var least = Math.Max(cacheBytes, LeastBytes);
        var bytes = (long)Math.Clamp(bytesPerSecond * seconds, least, wanted);
        return Math.Min(bytes, arrayBytes) / LineBytes * LineBytes;
    }

    public void Dispose()
    {
        NativeMemory.Free(_array);
        _array = null;
    }

    /// <summary>Reads this number of bytes. A sweep begins where the last sweep ended, and wraps around at the end of the array.</summary>
    private void Read(long bytes)
    {
        var sum = 0L;
        for (var left = bytes; left > 0;)
        {
            var end = Math.Min(_arrayBytes, _at + left);
            left -= end - _at;
            for (; _at < end; _at += LineBytes)
                sum += _array[_at];
            if (_at >= _arrayBytes)
                _at = 0;
        }

        // The sum is used, so that the loop is not optimised away.
        _sum += sum;
    }

    private void Allocate()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare;
        _arrayBytes = Math.Min(Math.Clamp(Times * cacheBytes, LeastBytes, MostBytes), Math.Max(memory, LeastBytes)) / LineBytes * LineBytes;
        // The array is not on the managed heap, because the collector would then let more garbage pile up.
        _array = (byte*)NativeMemory.Alloc((nuint)_arrayBytes);
        // Writing gives the array its own pages. Memory that was never written is one shared page of zeros, which stays
        // in the cache.
        NativeMemory.Fill(_array, (nuint)_arrayBytes, 1);
        var clock = Stopwatch.GetTimestamp();
        Read(_arrayBytes);
        Bytes = BytesFor(cacheBytes, _arrayBytes / Stopwatch.GetElapsedTime(clock).TotalSeconds, seconds, _arrayBytes);
    }
}
