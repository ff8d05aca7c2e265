// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Runtime.InteropServices;
using Sim.Figures.Machine;

namespace Sim.Figures.Measuring;

/// <summary>Empties the processor's caches before a pair of repetitions. Otherwise, in A B B A, a repetition after one of the same
/// structure would find upper nodes in the last-level cache, and a repetition after one of the other structure would not. Ratios would
/// then lie around two values.
/// <code>
///   sweep A B   sweep B A      one sweep serves both of a pair: what A leaves in the cache is none of B's
/// </code></summary>
/// <remarks>A sweep reads an array four times as large as the last-level cache, because the cache does not strictly forget the oldest line
/// first. With 32 MiB, the quartiles of the A/A rows of lookups are 0.86 to 1.15 after a sweep of half the cache's size, and 0.98 to 1.02
/// after twice its size; those of updates need four times. If four times takes longer than the planned seconds (a VM may see 260 MiB,
/// which it shares), the sweep is shorter, but at least once the size. The report says by how much, and the A/A rows show the remaining
/// effect. A size of 0 is unknown. Small structures are not swept, because both stay in the cache, whichever ran before. A sweep would
/// also remove the code, and a few operations would show little else: operations on three prefixes take microseconds after a
/// sweep.</remarks>
public sealed unsafe class CacheSweep(long cacheBytes, double seconds = double.PositiveInfinity) : IDisposable
{
    private const int Times = 4;
    private const long LeastBytes = 64 << 20;

    /// <summary>The largest array. A larger cache does not belong to one processor.</summary>
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

    /// <summary>Sweeps, unless structures of this size together stay in the last-level cache.</summary>
    public void Run(long bytes)
    {
        if (!Empties(bytes))
            return;
        if (_array is null)
            Allocate();
        Read(Bytes);
    }

    /// <summary>Returns whether structures of this size are swept out.</summary>
    public bool Empties(long bytes) => !Fits(bytes, cacheBytes);

    /// <summary>Returns whether structures of this size stay in the cache together. They may take half of it, because keys, code and other
    /// data need the rest.</summary>
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

        // The sum is used, so that the loop is not optimised away.
        _sum += sum;
    }

    private void Allocate()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare;
        _arrayBytes = Math.Min(Math.Clamp(Times * cacheBytes, LeastBytes, MostBytes), Math.Max(memory, LeastBytes)) / LineBytes * LineBytes;
        // The array is not on the managed heap, because its collector would then let more garbage pile up.
        _array = (byte*)NativeMemory.Alloc((nuint)_arrayBytes);
        // Writing gives the array its own pages. Memory that was never written is one shared page of zeros, which stays
        // in the cache.
        NativeMemory.Fill(_array, (nuint)_arrayBytes, 1);
        var clock = Stopwatch.GetTimestamp();
        Read(_arrayBytes);
        Bytes = BytesFor(cacheBytes, _arrayBytes / Stopwatch.GetElapsedTime(clock).TotalSeconds, seconds, _arrayBytes);
    }
}
