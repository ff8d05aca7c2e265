// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Keys;

/// <summary>xoshiro256** 1.0 (Blackman and Vigna, prng.di.unimi.it), seeded through SplitMix64 as its authors advise. A seed in a report
/// must give the same keys on any machine, but <see cref="Random"/> does not promise the same seeded sequence in every runtime. The struct
/// is mutable, so pass it by reference.</summary>
public struct Rng
{
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>Makes a generator from a seed. Every seed is valid, including 0.</summary>
    public Rng(ulong seed) =>
        (_s0, _s1, _s2, _s3) = (SplitMix64(ref seed), SplitMix64(ref seed), SplitMix64(ref seed), SplitMix64(ref seed));

    /// <summary>Makes an independent generator for one purpose, so that its draws do not affect other generators.</summary>
    public static Rng Derive(ulong seed, ulong purpose) => new(Mix(seed) ^ Mix(purpose ^ 0xA5A5A5A5A5A5A5A5));

    /// <summary>Makes a generator with the given state, for a comparison with published test vectors.</summary>
    internal static Rng OfState(ulong s0, ulong s1, ulong s2, ulong s3) => new() { _s0 = s0, _s1 = s1, _s2 = s2, _s3 = s3 };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Draws 32 random bits: the high bits of <see cref="Next"/>, which are mixed better than the low bits.</summary>
    public uint NextUInt() => (uint)(Next() >> 32);

    /// <summary>Draws a number in [0, bound). The method is multiply-shift (Lemire 2019) without its rejection step. The bias is below
    /// bound / 2^64, which is negligible here.</summary>
    public int Below(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Draws a number in [0, 1) with 53 random bits.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    public UInt128 NextUInt128() => new(Next(), Next());

    /// <summary>Permutes the items in place (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Below(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }

    /// <summary>SplitMix64's output function: a bijection of 64 bits that serves as a hash.</summary>
    public static ulong Mix(ulong value) => SplitMix64(ref value);

    /// <summary>Takes one step of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    internal static ulong SplitMix64(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
