// SPDX-License-Identifier: MIT
using System.Numerics;

namespace Sim.Experiments.Bench;

/// <summary>Cache lines that point to each other in one cycle, in an order that no prefetcher guesses. A step loads a line's pointer, which is
/// the address of the next step.</summary>
/// <remarks>The n-th line of the cycle is the line whose number is a mix of the bits of n. Each step of the mix is a bijection of the
/// numbers below a power of two, so every line has one place. Numbers beyond the area are mixed again until one falls inside:
/// <code>
///   n       0 1 2 3 4 5 ...
///   mix(n)  3 0 5 1 4 2 ...      line 3 points to line 0, line 0 to line 5, ..., the last one to line 3
/// </code>
/// The area is mapped by huge pages, as the slabs of the structures are (<see cref="KernelMemory"/>).</remarks>
public sealed unsafe class PointerChase : IDisposable
{
    private readonly KernelMemory _memory = new();
    private readonly byte* _area;
    private readonly uint _mask;
    private nint* _at;
    private long _sum;

    /// <summary>Fills an area of this many bytes, rounded up to whole lines.</summary>
    public PointerChase(long bytes)
    {
        Lines = (uint)((bytes + TouchedLines.LineBytes - 1) / TouchedLines.LineBytes);
        _mask = BitOperations.RoundUpToPowerOf2(Lines) - 1;
        _area = (byte*)_memory.VzallocHuge((long)Lines * TouchedLines.LineBytes);
        var first = Mix(0);
        var line = first;
        for (var n = 1u; n <= _mask; n++)
        {
            var next = Mix(n);
            if (next >= Lines)
                continue;
            if (line >= Lines)
                first = next;
            else
                *At(line) = (nint)At(next);
            line = next;
        }

        *At(line) = (nint)At(first);
        _at = At(first);
    }

    public uint Lines { get; }

    /// <summary>The address of the line that the next step reads.</summary>
    public nint Place => (nint)_at;

    /// <summary>Goes on by this many steps. Returns the nanoseconds per step.</summary>
    public double Walk(long steps)
    {
        var at = _at;
        var clock = Stopwatch.GetTimestamp();
        for (var i = 0L; i < steps; i++)
            at = (nint*)*at;
        // The pointer is kept, so that the loop is not optimised away.
        _at = at;
        return Stopwatch.GetElapsedTime(clock).TotalNanoseconds / steps;
    }

    /// <summary>Reads the area in order, two vectors at a time. Returns the bytes per nanosecond, which are GB/s.</summary>
    public double Stream()
    {
        var end = (Vector<long>*)(_area + (long)Lines * TouchedLines.LineBytes);
        var clock = Stopwatch.GetTimestamp();
        var (one, two) = (Vector<long>.Zero, Vector<long>.Zero);
        for (var at = (Vector<long>*)_area; at + 1 < end; at += 2)
        {
            one += at[0];
            two += at[1];
        }

        _sum += Vector.Sum(one + two);
        return (double)Lines * TouchedLines.LineBytes / Stopwatch.GetElapsedTime(clock).TotalNanoseconds;
    }

    public void Dispose() => _memory.Dispose();

    private nint* At(uint line) => (nint*)(_area + (long)line * TouchedLines.LineBytes);

    /// <summary>A bijection of the numbers up to the mask: multiplications by odd numbers, and shifts to the right.</summary>
    private uint Mix(uint number)
    {
        var shift = Math.Max(BitOperations.PopCount(_mask) / 2, 1);
        for (var round = 0; round < 3; round++)
        {
            number = number * 0x9E3779B1 + 0x7F4A7C15 & _mask;
            number ^= number >> shift;
        }

        return number;
    }
}

/// <summary>The time of a dependent load over the size of the area. Between two measured sizes the time is interpolated over the logarithm of
/// the size.</summary>
public sealed class LatencyCurve(IEnumerable<(double Bytes, double Nanoseconds)> points)
{
    private readonly (double Bytes, double Nanoseconds)[] _points = [.. points.OrderBy(point => point.Bytes)];

    /// <summary>The time of the largest area.</summary>
    public double Largest => _points[^1].Nanoseconds;

    public double At(double bytes)
    {
        var next = Array.FindIndex(_points, point => point.Bytes >= bytes);
        if (next <= 0)
            return next == 0 ? _points[0].Nanoseconds : Largest;
        var (low, high) = (_points[next - 1], _points[next]);
        var share = Math.Log(bytes / low.Bytes) / Math.Log(high.Bytes / low.Bytes);
        return low.Nanoseconds + share * (high.Nanoseconds - low.Nanoseconds);
    }
}
