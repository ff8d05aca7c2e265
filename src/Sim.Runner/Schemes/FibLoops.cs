// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using Sim.Fib;
using Sim.Workloads.Keys;

namespace Sim.Runner.Schemes;

/// <summary>
/// Loops of lookups over a routing table. Each lookup finds the route and the peer that its nexthop names. Each loop is
/// compiled for one family and calls its lookup directly.
/// </summary>
internal static class FibLoops
{
    /// <summary>Looks up every key; see <see cref="Scheme.Lookup(Keys, bool)"/>.</summary>
    /// <returns>The sum of the peers' numbers, from 1, over the keys that found a route.</returns>
    public static long Lookup(FibTable table, uint[] keys, bool dependent) => Run(new V4(table), keys, dependent);

    /// <summary>Does the same in an IPv6 table.</summary>
    public static long Lookup(Fib6Table table, UInt128[] keys, bool dependent) => Run(new V6(table), keys, dependent);

    /// <summary>Does the same in a what-if IPv6 table.</summary>
    public static long Lookup(Lc6Table table, UInt128[] keys, bool dependent) => Run(new Lc6(table), keys, dependent);

    /// <summary>Returns the route's peer, as wg_xmit would read it from the packet's dst; -1 for none. Takes no reference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Answer(FibTable table, uint address)
    {
        var result = default(FibResult);
        return table.Lookup(address, ref result) == 0 ? result.Peer - 1 : -1;
    }

    /// <summary>Does the same in an IPv6 table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Answer(Fib6Table table, UInt128 address)
    {
        var result = default(Fib6Result);
        return table.Lookup(address, ref result) == 0 ? result.Peer - 1 : -1;
    }

    /// <summary>Does the same in a what-if IPv6 table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Answer(Lc6Table table, UInt128 address)
    {
        var result = default(Fib6Result);
        return table.Lookup(address, ref result) == 0 ? result.Peer - 1 : -1;
    }

    private static long Run<TKey, TTable>(TTable table, TKey[] keys, bool dependent)
        where TTable : struct, IAnswers<TKey> => dependent ? Chain(table, keys) : All(table, keys);

    private static long All<TKey, TTable>(TTable table, TKey[] keys)
        where TTable : struct, IAnswers<TKey>
    {
        var sum = 0L;
        foreach (var key in keys)
            sum += table.Peer(key) + 1;
        return sum;
    }

    private static long Chain<TKey, TTable>(TTable table, TKey[] keys)
        where TTable : struct, IAnswers<TKey>
    {
        var (sum, place, zero) = (0L, 0, KeyChain.Zero());
        for (var i = 0; i < keys.Length; i++)
        {
            var answer = table.Peer(keys[place]) + 1;
            sum += answer;
            place = KeyChain.Next(place, answer, zero, keys.Length - 1);
        }

        return sum;
    }

    /// <summary>A table of one family.</summary>
    private interface IAnswers<in TKey>
    {
        int Peer(TKey key);
    }

    private readonly struct V4(FibTable table) : IAnswers<uint>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Peer(uint key) => Answer(table, key);
    }

    private readonly struct V6(Fib6Table table) : IAnswers<UInt128>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Peer(UInt128 key) => Answer(table, key);
    }

    private readonly struct Lc6(Lc6Table table) : IAnswers<UInt128>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Peer(UInt128 key) => Answer(table, key);
    }
}
