// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Keys;

namespace Sim.Workloads.Tables;

/// <summary>The orders in which a table can be loaded. The shape of IPv4's FIB trie and all slabs depend on the order.</summary>
public enum RouteOrder
{
    /// <summary>The source's own order.</summary>
    File,

    /// <summary>Ascending (address, length): <see cref="Prefix.CompareTo"/>.</summary>
    Sorted,

    /// <summary>Ascending (length, address): <see cref="Prefix.CompareByLength"/>.</summary>
    ByLength,

    /// <summary>A random permutation of the sorted order, so that it depends on the seed and the set only.</summary>
    Shuffled,
}

/// <summary>Puts routes in order.</summary>
public static class TableOrder
{
    /// <summary>The names on the command line, in the order of <see cref="RouteOrder"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["file", "sorted", "by-length", "shuffled"];

    public static string Name(this RouteOrder order) => Names[(int)order];

    /// <summary>Reads <c>file</c>, <c>sorted</c>, <c>by-length</c> or <c>shuffled</c>.</summary>
    public static bool TryParse(string name, out RouteOrder order)
    {
        for (order = RouteOrder.File; order <= RouteOrder.Shuffled; order++)
        {
            if (Names[(int)order] == name)
                return true;
        }

        order = RouteOrder.File;
        return false;
    }

    /// <summary>Returns the routes of a table in an order, in a new array.</summary>
    /// <param name="table">The table, which stays as it is.</param>
    /// <param name="order">The order.</param>
    /// <param name="seed">For <see cref="RouteOrder.Shuffled"/>; the others do not use it.</param>
    public static Route[] Permute(RouteTable table, RouteOrder order, ulong seed)
    {
        var places = Places(table.Routes, order, seed);
        if (places is null)
            return table.Routes.ToArray();
        return Array.ConvertAll(places, place => table.Routes[place]);
    }

    /// <summary>
    /// Returns the permutation behind <see cref="Permute"/>: entry i is the index in <paramref name="routes"/> of the route
    /// that comes i-th; null for <see cref="RouteOrder.File"/>. Use it for arrays parallel to the routes, such as peers.
    /// </summary>
    public static int[]? Places(Route[] routes, RouteOrder order, ulong seed)
    {
        if (order == RouteOrder.File)
            return null;
        var places = new int[routes.Length];
        for (var i = 0; i < places.Length; i++)
            places[i] = i;
        if (Array.Exists(routes, route => route.Prefix.Family == Family.IPv6))
            SortV6(routes, places, order);
        else
            SortV4(routes, places, order);
        if (order == RouteOrder.Shuffled)
            new Rng(seed).Shuffle(places.AsSpan());
        return places;
    }

    /// <summary>
    /// Sorts by 64-bit keys, which hold an IPv4 prefix and sort several times faster than prefixes:
    /// <c>sorted</c> address &lt;&lt; 8 | length, <c>by-length</c> length &lt;&lt; 32 | address.
    /// </summary>
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
        if (order == RouteOrder.ByLength)
            Array.Sort(keys, places, Comparer<Prefix>.Create(Prefix.CompareByLength));
        else
            Array.Sort(keys, places);
    }
}
