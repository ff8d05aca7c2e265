// SPDX-License-Identifier: MIT
using Sim.Workloads.Keys;

namespace Sim.Runner.Validation;

/// <summary>Answers a key with a number.</summary>
internal interface IKeyLookup<in TKey>
{
    int Answer(TKey key);
}

/// <summary>
/// The module's loop around lookups, which are independent or each wait for the last. A loop is compiled for each structure.
/// </summary>
internal static class KeyLoop
{
    public static long Run<TKey, TLookup>(TKey[] keys, bool dependent, TLookup lookup)
        where TLookup : struct, IKeyLookup<TKey>
    {
        var (sum, place, zero) = (0L, 0, KeyChain.Zero());
        if (!dependent)
        {
            foreach (var key in keys)
                sum += lookup.Answer(key);
            return sum;
        }

        for (var i = 0; i < keys.Length; i++)
        {
            var answer = lookup.Answer(keys[place]);
            sum += answer;
            place = KeyChain.Next(place, answer, zero, keys.Length - 1);
        }

        return sum;
    }
}
