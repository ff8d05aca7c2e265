// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Workloads.Tables;

/// <summary>Prefixes with their peers in an order of insertion, as the arrays that structures take.</summary>
/// <param name="Prefixes">The prefixes in order.</param>
/// <param name="Peers">The peer of each.</param>
public record PeerTable(Prefix[] Prefixes, int[] Peers)
{
    /// <param name="table">The table.</param>
    /// <param name="peerOf">The peer of each route in file order.</param>
    /// <param name="order">One of <see cref="TableOrder.Names"/>.</param>
    /// <param name="seed">Seed of the order <c>shuffled</c>.</param>
    public static PeerTable Of(RouteTable table, int[] peerOf, string order, ulong seed)
    {
        if (!TableOrder.TryParse(order, out var parsed))
            throw new ArgumentException($"no such order: {order}", nameof(order));
        var prefixes = table.ToPrefixes();
        return TableOrder.Places(table.Routes, parsed, seed) is { } places
            ? new PeerTable(Array.ConvertAll(places, place => prefixes[place]), Array.ConvertAll(places, place => peerOf[place]))
            : new PeerTable(prefixes, peerOf);
    }
}
