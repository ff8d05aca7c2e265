// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;
using Sim.Trie;
using Sim.Workloads.Keys;

namespace Sim.Schemes;

/// <summary>
/// Lookups in an allowedips table as wg_xmit makes them: each finds the peer, takes a reference, and drops it as when the packet is
/// through.
/// </summary>
public static unsafe class AllowedIpsLoops
{
    /// <summary>Looks up every key; see <see cref="Scheme.Lookup(Keys, bool)"/>.</summary>
    /// <returns>The sum of (peer's number + 1) over the keys that found one.</returns>
    public static long Lookup(AllowedIps table, Keys keys, bool dependent) =>
        keys.V4.Length > 0 ? KeyLoop.Run(new V4(table), keys.V4, dependent) : KeyLoop.Run(new V6(table), keys.V6, dependent);

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

    private readonly struct V4(AllowedIps table) : IKeyLookup<uint>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(uint key) => AllowedIpsLoops.Answer(table, table.LookupDstV4(key)) + 1;
    }

    private readonly struct V6(AllowedIps table) : IKeyLookup<UInt128>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Answer(UInt128 key) => AllowedIpsLoops.Answer(table, table.LookupDstV6(key)) + 1;
    }
}
