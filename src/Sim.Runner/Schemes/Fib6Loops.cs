// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using Sim.Fib;
using Sim.Workloads.Keys;

namespace Sim.Runner.Schemes;

/// <summary>Loops of lookups over an IPv6 routing table: the route, and the peer that its nexthop names.</summary>
internal static class Fib6Loops
{
    /// <summary>Looks up every key; see <see cref="Scheme.Lookup(Keys, bool)"/>.</summary>
    /// <returns>The sum of the peers' numbers, from 1, over the keys that found a route.</returns>
    public static long Lookup(Fib6Table table, UInt128[] keys, bool dependent) =>
        dependent ? Chain(table, keys) : All(table, keys);

    /// <summary>The peer behind the route, as wg_xmit would read it from the packet's dst; -1 for none. No reference is taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Answer(Fib6Table table, UInt128 address)
    {
        var result = default(Fib6Result);
        return table.Lookup(address, ref result) == 0 ? result.Peer - 1 : -1;
    }

    private static long All(Fib6Table table, UInt128[] keys)
    {
        var sum = 0L;
        foreach (ref readonly var key in keys.AsSpan())
            sum += Answer(table, key) + 1;
        return sum;
    }

    private static long Chain(Fib6Table table, UInt128[] keys)
    {
        var (sum, place, zero) = (0L, 0, KeyChain.Zero());
        for (var i = 0; i < keys.Length; i++)
        {
            var answer = Answer(table, keys[place]) + 1;
            sum += answer;
            place = KeyChain.Next(place, answer, zero, keys.Length - 1);
        }

        return sum;
    }
}
