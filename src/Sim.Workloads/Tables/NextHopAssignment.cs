// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Tables;

/// <summary>Assigns next hops to tables whose source states no next hops. Every prefix inside one allocation-sized block (IPv4 /16, IPv6
/// /32) gets the same next hop, because more-specific prefixes mostly have the same next hop as their neighbours. A hash of the block, with
/// Zipf weights, chooses the next hop, because a few neighbours carry most of a real table. The next hop depends only on the prefix, so
/// adding routes does not change other routes' next hops.</summary>
public static class NextHopAssignment
{
    public const int Count = 64;

    private const ulong Purpose = 0x6E657874;

    /// <summary>Binds each prefix to one of <see cref="Count"/> assigned next hops; origin ASes are 0.</summary>
    public static Route[] Assign(ReadOnlySpan<Prefix> prefixes)
    {
        var shares = new ZipfTable(Count, 1.0);
        var routes = new Route[prefixes.Length];
        for (var i = 0; i < routes.Length; i++)
            routes[i] = new Route(prefixes[i], shares.RankOf(Rng.Mix(Block(prefixes[i]) ^ Purpose)), 0);
        return routes;
    }

    /// <summary>Returns the names of the assigned next hops. The names are addresses from ranges for tests and documentation, so that
    /// nobody mistakes them for observed next hops. The ranges are 2001:db8::/32 (RFC 3849) and 198.18.0.0/15 (RFC 2544), which is larger
    /// than the ranges of RFC 5737.</summary>
    public static string[] Names(Family family) =>
    [
        .. Enumerable.Range(1, Count).Select(i => AddressText.Format(
            family, family == Family.IPv4 ? (UInt128)(0xC6120000u + (uint)i) << 96 : new UInt128(0x20010DB800000000, (ulong)i))),
    ];

    /// <summary>Returns the block that contains a prefix: its first 16 (IPv4) or 32 (IPv6) bits, and the family.</summary>
    private static ulong Block(Prefix prefix) =>
        (ulong)(prefix.Address >> (prefix.Family == Family.IPv4 ? 112 : 96)) << 8 | (byte)prefix.Family;
}
