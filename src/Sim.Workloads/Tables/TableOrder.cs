// SPDX-License-Identifier: MIT
using System.Collections.Immutable;

namespace Sim.Workloads.Tables;

/// <summary>The orders in which a table can be loaded: the source's own order, sorted by (address, length), sorted by (length, address),
/// and a random permutation. The permutation depends only on the seed and the set of prefixes. The shape of IPv4's FIB trie and all slabs
/// depend on the order.</summary>
public enum RouteOrder { File, Sorted, ByLength, Shuffled }

public static class TableOrder
{
    /// <summary>The names on the command line, in the order of <see cref="RouteOrder"/>.</summary>
    public static ImmutableArray<string> Names { get; } = ["file", "sorted", "by-length", "shuffled"];

    public static RouteOrder Parse(string name) =>
        Names.IndexOf(name) is >= 0 and var at ? (RouteOrder)at : throw new ArgumentException($"no such order: {name}", nameof(name));

    /// <summary>Returns a new array with the routes of a table in the given order.</summary>
    public static Route[] Permute(RouteTable table, RouteOrder order, ulong seed) =>
        Array.ConvertAll(Places(table.Routes, order, seed), place => table.Routes[place]);

    /// <summary>Returns the permutation that <see cref="Permute"/> applies: entry i is the index in <paramref name="routes"/> of the i-th
    /// route. The permutation also serves arrays parallel to the routes, such as their peers. Only <see cref="RouteOrder.Shuffled"/> uses
    /// the seed.</summary>
    public static int[] Places(Route[] routes, RouteOrder order, ulong seed)
    {
        var places = Enumerable.Range(0, routes.Length).ToArray();
        if (order == RouteOrder.File)
            return places;
        if (Array.Exists(routes, route => route.Prefix.Family == Family.IPv6))
            SortV6(routes, places, order);
        else
            SortV4(routes, places, order);
        if (order == RouteOrder.Shuffled)
            new Rng(seed).Shuffle(places.AsSpan());
        return places;
    }

    /// <summary>Sorts by 64-bit keys, which hold an IPv4 prefix and sort several times faster than prefixes. The key is <c>address &lt;&lt;
    /// 8 | length</c> for the order <c>sorted</c>, and <c>length &lt;&lt; 32 | address</c> for <c>by-length</c>.</summary>
    private static void SortV4(Route[] routes, int[] places, RouteOrder order)
    {
        var keys = order == RouteOrder.ByLength
            ? Array.ConvertAll(routes, route => (ulong)route.Prefix.Length << 32 | route.Prefix.V4)
            : Array.ConvertAll(routes, route => (ulong)route.Prefix.V4 << 8 | route.Prefix.Length);
        Array.Sort(keys, places);
    }

    private static void SortV6(Route[] routes, int[] places, RouteOrder order)
    {
        var keys = Array.ConvertAll(routes, route => route.Prefix);
        Array.Sort(keys, places, order == RouteOrder.ByLength ? Comparer<Prefix>.Create(Prefix.CompareByLength) : null);
    }

    /// <summary>Draws <paramref name="most"/> routes of a table by a seed, and keeps their order. A table with at most
    /// <paramref name="most"/> routes is returned unchanged.</summary>
    public static RouteTable Sample(RouteTable table, int most, ulong seed)
    {
        if (table.Routes.Length <= most)
            return table;
        var places = Enumerable.Range(0, table.Routes.Length).ToArray();
        new Rng(seed).Shuffle(places.AsSpan());
        var drawn = places.Take(most).Order().Select(place => table.Routes[place]).ToArray();
        return new RouteTable(table.Source, table.Family, drawn, table.NextHops);
    }
}
