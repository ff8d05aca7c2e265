// SPDX-License-Identifier: MIT
using System.Collections.Immutable;

namespace Sim.Workloads.Tables;

public enum PeerRule
{
    /// <summary>By next hop: all routes of one next hop go to one peer, as when peers are a router's neighbours.</summary>
    NextHop,

    /// <summary>By origin AS: all routes of one AS go to one peer, as when peers are sites.</summary>
    OriginAs,

    /// <summary>By a hash of the prefix: neighbouring routes go to unrelated peers, the worst case for aggregation.</summary>
    PrefixHash,
}

/// <summary>Maps routes to N WireGuard peers. Peer p gets a share of the groups (next hops, ASes or prefixes) proportional to
/// 1 / (p + 1)^skew: skew 0 is even, skew 1 is Zipf's law.</summary>
/// <remarks>There are few next hops, so the seed shuffles them, and each peer gets exactly its share. With as many peers as next hops and
/// no skew, each peer has its own next hop. There are many ASes and prefixes, so a seeded hash of the AS or prefix chooses the peer. With a
/// hash, a route's peer does not change when other routes come or go. If groups differ in size, a peer's share of the groups is not its
/// share of the routes.</remarks>
public static class PeerMap
{
    /// <summary>The names on the command line, in the order of <see cref="PeerRule"/>.</summary>
    public static ImmutableArray<string> Names { get; } = ["next-hop", "origin-as", "hash"];

    public static PeerRule Parse(string name) =>
        Names.IndexOf(name) is >= 0 and var at ? (PeerRule)at : throw new ArgumentException($"no such rule: {name}", nameof(name));

    /// <summary>Returns the peer, 0 to <paramref name="peers"/> - 1, of every route, in the table's order. If there are
    /// fewer groups than peers, some peers get no route.</summary>
    /// <exception cref="ArgumentException">Thrown if the rule is by origin AS, and the table states no origin AS.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Thrown if there are no peers, or the skew is negative or not finite.</exception>
    public static int[] Build(RouteTable table, int peers, PeerRule rule, double skew, ulong seed)
    {
        var shares = new ZipfTable(peers, skew);
        var routes = table.Routes;
        switch (rule)
        {
            case PeerRule.NextHop:
                var dealt = Deal(table.NextHops.Count, shares, seed);
                return Array.ConvertAll(routes, route => dealt[route.NextHop]);
            case PeerRule.OriginAs:
                if (routes.Length > 0 && Array.TrueForAll(routes, route => route.OriginAs == 0))
                    throw new ArgumentException($"{table.Source} states no origin AS: map by next hop or by hash", nameof(rule));
                return Array.ConvertAll(routes, route => shares.RankOf(Rng.Mix(Rng.Mix(seed) ^ route.OriginAs)));
            case PeerRule.PrefixHash:
                var mixed = Rng.Mix(seed);
                return Array.ConvertAll(routes, route => shares.RankOf(Hash(route.Prefix, mixed)));
            default:
                throw new ArgumentOutOfRangeException(nameof(rule), rule, "no such rule");
        }
    }

    /// <summary>Deals out the groups. Every peer's number of groups is its share, rounded.</summary>
    private static int[] Deal(int groups, ZipfTable shares, ulong seed)
    {
        var order = Enumerable.Range(0, groups).ToArray();
        new Rng(seed).Shuffle(order.AsSpan());
        var dealt = new int[groups];
        for (var i = 0; i < groups; i++)
            dealt[order[i]] = shares.RankAt((i + 0.5) / groups);
        return dealt;
    }

    private static ulong Hash(Prefix prefix, ulong seed) =>
        Rng.Mix(Rng.Mix((ulong)(prefix.Address >> 64) ^ seed) ^ Rng.Mix((ulong)prefix.Address ^ prefix.Length));
}

/// <summary>Prefixes and the peer of each, in an order of insertion.</summary>
public record PeerTable(Prefix[] Prefixes, int[] Peers)
{
    /// <summary>Returns a table's prefixes and their peers in one of the orders of <see cref="TableOrder.Names"/>. Only the order
    /// <c>shuffled</c> uses the seed.</summary>
    public static PeerTable Of(RouteTable table, int[] peerOf, string order, ulong seed)
    {
        var places = TableOrder.Places(table.Routes, TableOrder.Parse(order), seed);
        return new PeerTable(Array.ConvertAll(places, place => table.Routes[place].Prefix), Array.ConvertAll(places, place => peerOf[place]));
    }
}
