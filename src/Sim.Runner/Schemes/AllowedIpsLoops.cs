// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using Sim.Kernel;
using Sim.Trie;
using Sim.Workloads.Keys;

namespace Sim.Runner.Schemes;

/// <summary>
/// Loops of lookups over an allowedips table. Each lookup does as wg_xmit does: it finds the peer, takes a reference, and
/// drops it when the packet is through. Each loop is compiled for one family and calls its lookup directly.
/// </summary>
internal static unsafe class AllowedIpsLoops
{
    /// <summary>Looks up every key; see <see cref="Scheme.Lookup(Keys, bool)"/>.</summary>
    /// <returns>The sum of (peer's number + 1) over the keys that found one.</returns>
    public static long Lookup(AllowedIps table, Keys keys, bool dependent) => (keys.V4.Length > 0, dependent) switch
    {
        (true, false) => All<uint, DstV4>(table, keys.V4),
        (true, true) => Chain<uint, DstV4>(table, keys.V4),
        (_, false) => All<UInt128, DstV6>(table, keys.V6),
        (_, true) => Chain<UInt128, DstV6>(table, keys.V6),
    };

    /// <summary>Returns the number of the peer that a lookup found, -1 for none, and gives its reference back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Answer(AllowedIps table, wg_peer* peer)
    {
        if (peer == null)
            return -1;
        var id = (int)peer->internal_id;
        table.PeerPut(peer);
        return id;
    }

    private static long All<TKey, TLookup>(AllowedIps table, TKey[] keys)
        where TLookup : struct, IKeyLookup<TKey>
    {
        var sum = 0L;
        foreach (var key in keys)
            sum += Answer(table, TLookup.Dst(table, key)) + 1;
        return sum;
    }

    private static long Chain<TKey, TLookup>(AllowedIps table, TKey[] keys)
        where TLookup : struct, IKeyLookup<TKey>
    {
        var (sum, place, zero) = (0L, 0, KeyChain.Zero());
        for (var i = 0; i < keys.Length; i++)
        {
            var answer = Answer(table, TLookup.Dst(table, keys[place])) + 1;
            sum += answer;
            place = KeyChain.Next(place, answer, zero, keys.Length - 1);
        }

        return sum;
    }

    /// <summary>The lookup of one family as a type.</summary>
    private interface IKeyLookup<in TKey>
    {
        static abstract wg_peer* Dst(AllowedIps table, TKey key);
    }

    private readonly struct DstV4 : IKeyLookup<uint>
    {
        public static wg_peer* Dst(AllowedIps table, uint key) => table.LookupDstV4(key);
    }

    private readonly struct DstV6 : IKeyLookup<UInt128>
    {
        public static wg_peer* Dst(AllowedIps table, UInt128 key) => table.LookupDstV6(key);
    }
}
