// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Sim.Kernel;

namespace Sim.Workloads.Churn;

/// <summary>
/// Maps a trace's neighbours to WireGuard peers. A neighbour is a next hop, or the BGP peer itself if a path states none.
/// Neighbours get peers round-robin in order of appearance: with as many peers as neighbours, each has its own.
/// </summary>
/// <param name="peers">WireGuard peers, at least 1.</param>
public sealed class TraceRouter(int peers)
{
    private readonly Dictionary<(UInt128, Family), int> _numbers = [];

    /// <summary>WireGuard peers to map to.</summary>
    public int Peers { get; } = peers >= 1 ? peers : throw new ArgumentOutOfRangeException(nameof(peers), peers, "at least one peer");

    /// <summary>Returns the WireGuard peer, 0 to <see cref="Peers"/> - 1, behind a neighbour's address.</summary>
    /// <param name="family">Family of the address, which need not be that of the prefixes.</param>
    /// <param name="address">The address, left-aligned.</param>
    public int PeerOf(Family family, UInt128 address)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, (address, family), out var known);
        if (!known)
            number = _numbers.Count - 1;
        return number % Peers;
    }
}
