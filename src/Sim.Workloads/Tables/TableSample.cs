// SPDX-License-Identifier: MIT
using Sim.Workloads.Keys;

namespace Sim.Workloads.Tables;

/// <summary>Samples of tables.</summary>
public static class TableSample
{
    /// <summary>Draws routes of a table by a seed, and keeps their order.</summary>
    /// <param name="table">The table; it is returned itself where it has no more routes than <paramref name="most"/>.</param>
    /// <param name="most">The number of routes to draw.</param>
    /// <param name="seed">The seed.</param>
    public static RouteTable Draw(RouteTable table, int most, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.Routes.Length <= most)
            return table;
        var places = Enumerable.Range(0, table.Routes.Length).ToArray();
        new Rng(seed).Shuffle(places.AsSpan());
        var drawn = places.Take(most).Order().Select(place => table.Routes[place]).ToArray();
        return new RouteTable(table.Source, table.Family, drawn, table.NextHops);
    }
}
