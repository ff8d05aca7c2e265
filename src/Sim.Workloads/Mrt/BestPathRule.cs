// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Workloads.Mrt;

/// <summary>The orders by which the best of several paths to a prefix is chosen.</summary>
public enum BestPathOrder
{
    /// <summary>Shortest AS path, then lowest peer index, then lowest path identifier. This order is the default.</summary>
    ShortestPath,

    /// <summary>RFC 4271, 9.1: highest LOCAL_PREF (100 where absent), shortest AS path, lowest ORIGIN, then lowest peer index and path
    /// identifier. MULTI_EXIT_DISC is ignored because it is comparable only between paths from the same neighbouring AS. If it were used,
    /// the order would not be total, and the result would depend on the order of arrival (RFC 3345).</summary>
    Preference,
}

/// <summary>The rule that chooses the best path: an order of paths, and a filter. If the filter is not null, only the paths of the filter's
/// peer or AS count.</summary>
public sealed record BestPathRule(BestPathOrder Order, PeerFilter? Peer = null)
{
    public static BestPathRule Default { get; } = new(BestPathOrder.ShortestPath);

    /// <summary>Reads <c>--best path|preference</c> and <c>--peer INDEX|ADDRESS|AS64500</c>; null means that the option
    /// was not given.</summary>
    /// <exception cref="FormatException">Thrown if one of the options is malformed.</exception>
    public static BestPathRule Parse(string? best, string? peer) => new(
        best switch
        {
            null or "path" => BestPathOrder.ShortestPath,
            "preference" => BestPathOrder.Preference,
            _ => throw new FormatException($"'{best}' is no best-path rule; write path or preference"),
        },
        peer is null ? null : PeerFilter.Parse(peer));

    /// <summary>Returns a path's rank. The lowest rank is best. No two paths of a prefix have the same rank.
    /// <code>
    ///   ~LOCAL_PREF(32) path length(16) origin(8) 0(8) | peer(32) path id(32)
    ///   `------ 0 for ShortestPath ---- ^^^^ but not this     `- tells a prefix's paths apart
    /// </code></summary>
    internal UInt128 Rank(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
    {
        // An attribute's 65,535 bytes hold at most 32,767 ASes.
        var upper = (ulong)attributes.Path.Length << 16;
        if (Order == BestPathOrder.Preference)
        {
            const uint usual = 100;
            var preference = attributes.HasLocalPref ? attributes.LocalPref : usual;
            upper |= (ulong)~preference << 32 | (ulong)attributes.Origin << 8;
        }

        return new UInt128(upper, (ulong)(uint)route.Peer << 32 | route.PathId);
    }
}

/// <summary>Selects one peer of a file, or the peers of one AS.</summary>
public sealed class PeerFilter
{
    private readonly string _text;
    private readonly Func<MrtPeer, int, bool> _matches;

    private PeerFilter(string text, Func<MrtPeer, int, bool> matches) => (_text, _matches) = (text, matches);

    /// <summary>Parses a peer's index (<c>3</c>), a peer's address, or an AS (<c>AS64500</c>).</summary>
    /// <exception cref="FormatException">Thrown if the text is not an index, an address or an AS.</exception>
    public static PeerFilter Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var wanted))
            return new PeerFilter(text, (_, index) => index == wanted);
        if (text.StartsWith("AS", StringComparison.OrdinalIgnoreCase) && uint.TryParse(text.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return new PeerFilter(text, (peer, _) => peer.As == number);
        if (AddressText.TryParse(text, out var family, out var address))
            return new PeerFilter(text, (peer, _) => peer.Address == address && peer.Family == family);
        throw new FormatException($"'{text}' is no peer; write an index, an address, or an AS such as AS64500");
    }

    public bool Matches(MrtPeer peer, int index) => _matches(peer, index);
    public override string ToString() => _text;
}
