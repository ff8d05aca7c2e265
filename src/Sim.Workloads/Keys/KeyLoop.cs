// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Keys;

/// <summary>The lookup in one structure. Each lookup is a type of its own, so that the JIT compiles <see cref="KeyLoop"/> for this type and
/// calls the lookup directly.</summary>
/// <typeparam name="TKey">The type of the keys: <see langword="uint"/> for IPv4, <see cref="UInt128"/> for IPv6.</typeparam>
public interface IKeyLookup<in TKey>
{
    /// <summary>Looks up one address. Returns a number that depends on the answer; 0 if no prefix matches.</summary>
    int Answer(TKey key);
}

/// <summary>The loop around every timed lookup: independent lookups, or a chain of dependent lookups (see
/// <see cref="KeyChain"/>).</summary>
public static class KeyLoop
{
    /// <summary>Looks up every key and returns the sum of the answers. The sum serves as a check, and prevents the compiler from removing
    /// the loop. In a dependent chain each lookup waits for the previous answer, and the number of keys must be a power of two.</summary>
    public static long Run<TKey, TLookup>(TLookup lookup, TKey[] keys, bool dependent)
        where TLookup : struct, IKeyLookup<TKey> => dependent ? Chain(lookup, keys) : All(lookup, keys);

    private static long All<TKey, TLookup>(TLookup lookup, TKey[] keys) where TLookup : struct, IKeyLookup<TKey>
    {
        var sum = 0L;
        foreach (var key in keys)
            sum += lookup.Answer(key);
        return sum;
    }

    private static long Chain<TKey, TLookup>(TLookup lookup, TKey[] keys) where TLookup : struct, IKeyLookup<TKey>
    {
        var (sum, place, zero) = (0L, 0, KeyChain.Zero());
        for (var i = 0; i < keys.Length; i++)
        {
            var answer = lookup.Answer(keys[place]);
            sum += answer;
            place = KeyChain.Next(place, answer, zero, keys.Length - 1);
        }

        return sum;
    }
}

/// <summary>Makes lookups wait for each other, so that a loop measures latency. A processor overlaps independent lookups as far as its
/// window reaches. In a chain, the place of the next key is computed from the answer of the previous lookup:
/// <code>
///   independent (throughput)            dependent (latency)
///   key = keys[i]                       key = keys[i]
///   answer = lookup(key)                answer = lookup(key)
///   i = (i + 1) &amp; mask                  i = KeyChain.Next(i, answer, zero, mask)   i + 1 + (answer &amp; zero)
/// </code>
/// <c>zero</c> is 0, so both loops visit the same keys in the same order. But neither the compiler nor the processor knows that <c>zero</c>
/// is 0: it comes from <see cref="Zero"/>, which is not inlined, and processors do not predict values. So the address of the next key is
/// known only after the answer. The chain adds an AND and an ADD (two cycles) to each lookup, and a load of the key that hits the
/// first-level cache when the keys are read in order.</summary>
public static class KeyChain
{
#pragma warning disable CS0649 // Never assigned: it must be 0, and the chance of a change keeps it opaque.
    private static int s_zero;
#pragma warning restore CS0649

    /// <summary>Returns 0, which the compiler cannot know. Call this method once before the timed loop, and keep the result in a local
    /// variable.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Zero() => Volatile.Read(ref s_zero);

    /// <summary>Returns the index after <paramref name="index"/> in a ring of mask + 1 keys (a power of two). The processor must wait for
    /// the answer, which is a peer's number or the low bits of a pointer. <paramref name="zero"/> is the result of
    /// <see cref="Zero"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(int index, int answer, int zero, int mask) => (index + 1 + (answer & zero)) & mask;

    /// <summary>Returns how many of the keys a ring can use: the largest power of two that is at most
    /// <paramref name="count"/>.</summary>
    public static int RingSize(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return 1 << System.Numerics.BitOperations.Log2((uint)count);
    }
}
