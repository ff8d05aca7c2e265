// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Keys;

/// <summary>The lookup of one structure as a type, so that the JIT compiles <see cref="KeyLoop"/> for it and calls it directly.</summary>
/// <typeparam name="TKey"><see langword="uint"/> for IPv4, <see cref="UInt128"/> for IPv6.</typeparam>
public interface IKeyLookup<in TKey>
{
    /// <summary>Looks up one address and returns a number that depends on the answer: 0 where there is none.</summary>
    int Answer(TKey key);
}

/// <summary>The loop around every timed lookup: independent lookups, or a chain of them (see <see cref="KeyChain"/>).</summary>
public static class KeyLoop
{
    /// <summary>Looks up every key.</summary>
    /// <param name="lookup">The structure.</param>
    /// <param name="keys">The keys; for a dependent chain their number is a power of two.</param>
    /// <param name="dependent">Whether each lookup waits for the answer before it.</param>
    /// <returns>The sum of the answers: a check, and a use that keeps the loop from being optimised away.</returns>
    public static long Run<TKey, TLookup>(TLookup lookup, TKey[] keys, bool dependent)
        where TLookup : struct, IKeyLookup<TKey> => dependent ? Chain(lookup, keys) : All(lookup, keys);

    private static long All<TKey, TLookup>(TLookup lookup, TKey[] keys)
        where TLookup : struct, IKeyLookup<TKey>
    {
        var sum = 0L;
        foreach (var key in keys)
            sum += lookup.Answer(key);
        return sum;
    }

    private static long Chain<TKey, TLookup>(TLookup lookup, TKey[] keys)
        where TLookup : struct, IKeyLookup<TKey>
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
