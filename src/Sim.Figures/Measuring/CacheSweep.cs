// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Runtime.InteropServices;
using Sim.Figures.Machine;

namespace Sim.Figures.Measuring;

/// <summary>
/// Empties the processor's caches before a pair of repetitions. In A B B A one that follows another of the same structure would find
/// upper nodes in the last-level cache, and one that follows the other structure would not: ratios would lie around two values.
/// <code>
///   sweep A B   sweep B A      one sweep serves both of a pair: what A leaves in the cache is none of B's
/// </code>
/// </summary>
/// <remarks>
/// Reads an array four times as large as the last level, which does not strictly forget the oldest first. With 32 MiB there, the
/// quartiles of lookups' A/A rows are 0.86 to 1.15 after half its size and 0.98 to 1.02 after twice; those of updates need four times.
/// Where four times take longer than the seconds of a plan (a VM may see 260 MiB, which it shares), the sweep is shorter, once the size at
/// least; the report says by how much, and the A/A rows show what is left. A size of 0 is unknown.
/// Small structures stay in the cache together, whichever ran before. A sweep would take the code out as well, and few operations
/// would show little else: those on three prefixes take microseconds after one.
/// </remarks>
public sealed unsafe class CacheSweep(long cacheBytes, double seconds = double.PositiveInfinity) : IDisposable
{
    private const int Times = 4;
    private const long LeastBytes = 64 << 20;

    /// <summary>An array of more would be a burden: a cache so large is not one processor's.</summary>
    private const long MostBytes = 2L << 30;

    /// <summary>The array takes at most this share of the memory.</summary>
    private const int MemoryShare = 8;

    private const int LineBytes = 64;

    private byte* _array;
    private long _arrayBytes, _at, _sum;

    /// <summary>Bytes that a sweep reads; 0 before the first.</summary>
    public long Bytes { get; private set; }

    /// <summary>The sweep in words, for the conditions of a run.</summary>
    public string Fact => Bytes == 0
        ? "none: the structures fit in the last-level cache together"
        : $"{CacheSize.Show(Bytes)} before each pair of repetitions"
            + (cacheBytes > 0 ? $", {Bytes / (double)cacheBytes:0.0} times the last-level cache" : "");

    /// <summary>Sweeps, unless structures that take these bytes together stay in the last-level cache.</summary>
    public void Run(long bytes)
    {
        if (!Empties(bytes))
            return;
        if (_array is null)
            Allocate();
        Read(Bytes);
    }

    /// <summary>Whether structures of this size are swept out.</summary>
    public bool Empties(long bytes) => !Fits(bytes, cacheBytes);

    /// <summary>Whether structures of this size stay in the cache together: in half of it, since keys, code and others need the rest.</summary>
    public static bool Fits(long bytes, long cacheBytes) => bytes <= cacheBytes / 2;

    /// <summary>Bytes to read: four times the cache, or as much as the time and the array allow, but once the cache at least.</summary>
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

    /// <summary>Reads a number of bytes, beginning where the last sweep ended and wrapping around.</summary>
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

        // A use, so that the loop is not optimised away.
        _sum += sum;
    }

    private void Allocate()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare;
        _arrayBytes = Math.Min(Math.Clamp(Times * cacheBytes, LeastBytes, MostBytes), Math.Max(memory, LeastBytes)) / LineBytes * LineBytes;
        // Not on the managed heap, whose collector would let more garbage pile up beside it.
        _array = (byte*)NativeMemory.Alloc((nuint)_arrayBytes);
        // Pages of its own: what was never written is one page of noughts, which stays in the cache.
        NativeMemory.Fill(_array, (nuint)_arrayBytes, 1);
        var clock = Stopwatch.GetTimestamp();
        Read(_arrayBytes);
        Bytes = BytesFor(cacheBytes, _arrayBytes / Stopwatch.GetElapsedTime(clock).TotalSeconds, seconds, _arrayBytes);
    }
}
