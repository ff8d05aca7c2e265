// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using Sim.Fib;
using Sim.Workloads.Keys;

namespace Sim.Schemes;

/// <summary>
/// Lookups in a routing table: each finds the route, and the peer that its nexthop names.
/// </summary>
public static class FibLoops
{
    /// <summary>Looks up every key; see <see cref="Scheme.Lookup(Keys, bool)"/>.</summary>
    /// <returns>The sum of the peers' numbers, from 1, over the keys that found a route.</returns>
    public static long Lookup(FibTable table, uint[] keys, bool dependent) => KeyLoop.Run(new V4(table), keys, dependent);

    /// <summary>Does the same in an IPv6 table.</summary>
    public static long Lookup(Fib6Table table, UInt128[] keys, bool dependent) => KeyLoop.Run(new V6(table), keys, dependent);

    /// <summary>Does the same in a what-if IPv6 table.</summary>
    public static long Lookup(Lc6Table table, UInt128[] keys, bool dependent) => KeyLoop.Run(new Lc6(table), keys, dependent);

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

    private readonly struct V4(FibTable table) : IKeyLookup<uint>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(uint key) => FibLoops.Answer(table, key) + 1;
    }

    private readonly struct V6(Fib6Table table) : IKeyLookup<UInt128>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(UInt128 key) => FibLoops.Answer(table, key) + 1;
    }

    private readonly struct Lc6(Lc6Table table) : IKeyLookup<UInt128>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(UInt128 key) => FibLoops.Answer(table, key) + 1;
    }
}
