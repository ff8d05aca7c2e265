// SPDX-License-Identifier: MIT
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sim.Figures.Measuring;

/// <summary>Counts times in steps that grow with the times, as the lab's module does. The histogram has a fixed size, so counting allocates
/// no memory:
/// <code>
///   octave 0   0 ... 63               64 steps of 1
///   octave n   64 &lt;&lt; n-1 ... 64 &lt;&lt; n   64 steps of 1 &lt;&lt; n-1: each at most 1/64 of its time
/// </code>
/// The last step also counts all longer times.</summary>
public sealed class LogHistogram
{
    public const int Steps = 64, Octaves = 26;

    private readonly long[] _counts = new long[Octaves * Steps];

    public long Count { get; private set; }

    /// <summary>Counts a time of 0 or more, in any unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Record(long time)
    {
        var octave = time < Steps ? 0 : BitOperations.Log2((ulong)time) - BitOperations.Log2(Steps) + 1;
        var at = octave >= Octaves ? _counts.Length - 1 : octave == 0 ? (int)time : (octave * Steps) + (int)(time >> (octave - 1)) - Steps;
        _counts[at]++;
        Count++;
    }

    /// <summary>Adds the counts of an octave's steps.</summary>
    /// <exception cref="ArgumentException">Thrown if the octave does not exist, or the number of counts is not the number of its
    /// steps.</exception>
    public void Add(int octave, IReadOnlyList<long> counts)
    {
        if (octave is < 0 or >= Octaves || counts.Count != Steps)
            throw new ArgumentException($"octave {octave} with {counts.Count} steps is none of {Octaves} with {Steps}", nameof(counts));
        for (var step = 0; step < Steps; step++)
        {
            _counts[(octave * Steps) + step] += counts[step];
            Count += counts[step];
        }
    }

    public void Add(LogHistogram other)
    {
        for (var at = 0; at < _counts.Length; at++)
            _counts[at] += other._counts[at];
        Count += other.Count;
    }

    /// <summary>Returns the time below which this share of the counted times lies. The result assumes that the times in a step are spread
    /// evenly.</summary>
    /// <exception cref="InvalidOperationException">Thrown if the histogram is empty.</exception>
    public double Percentile(double share)
    {
        if (Count == 0)
            throw new InvalidOperationException("no time was counted");
        var (wanted, below, at) = (share * Count, 0L, 0);
        // Rounding must not lead past the last step that has a count.
        while (below + _counts[at] < wanted || _counts[at] == 0)
            below += _counts[at++];
        var (octave, step) = (at / Steps, at % Steps);
        var (from, width) = octave == 0 ? (step, 1L) : ((long)(Steps + step) << (octave - 1), 1L << (octave - 1));
        return from + (width * (wanted - below) / _counts[at]);
    }
}
