// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>Makes a table with one next hop per prefix from an MRT file. From a RIB dump, the table takes the best entry of each prefix.
/// From an update file, the table takes the result of all announcements, withdrawals and ends of sessions.</summary>
/// <remarks>Memory is bounded by the table: a dump needs one path per prefix, and updates need one path per prefix, peer and path
/// identifier. In a file with a dump and updates, only the best dump entry of each prefix is kept. If this path is withdrawn later, the
/// second-best entry does not replace it.</remarks>
public static class MrtTable
{
    /// <summary>Loads the table of one family from a <see cref="CompressedInput"/> or any other stream of plain MRT. The rule chooses the
    /// best path. The name appears in messages and in the table.</summary>
    /// <exception cref="IOException">The device fails during a read.</exception>
    /// <exception cref="InvalidDataException">The rule names a peer that the file does not have.</exception>
    public static RouteTable Load(Stream input, string name, Family family, BestPathRule rule, DamageLog damage)
    {
        var reader = new MrtReader(input, name, damage);
        var paths = new PathTable(family, rule);
        var handler = new TableHandler(paths, new PeerView(rule.Peer, reader.Peers));
        reader.Read(ref handler);
        if (rule.Peer is not null && reader.Peers.Count > 0 && !handler.View.Any)
            throw new InvalidDataException($"{name}: no peer {rule.Peer} among its {reader.Peers.Count} peers");
        if (paths.Refused > 0)
            damage.Add(name, 0, 0, $"{paths.Refused} paths are left out: a prefix may have {PathTable.MostPaths}");
        return paths.ToRouteTable(name, reader.Peers);
    }
}

/// <summary>Decides which peers of a file a filter lets through, and stores the decision for each peer.</summary>
internal sealed class PeerView(PeerFilter? filter, MrtPeers peers)
{
    private readonly List<bool> _seen = [];

    /// <summary>Whether any peer of the file matches the filter.</summary>
    public bool Any => Enumerable.Range(0, peers.Count).Any(Shows);

    public bool Shows(int peer)
    {
        if (filter is null)
            return true;
        for (var index = _seen.Count; index <= peer; index++)
            _seen.Add(filter.Matches(peers[index], index));
        return _seen[peer];
    }
}

/// <summary>Feeds the paths of one family to a <see cref="PathTable"/>.</summary>
internal struct TableHandler(PathTable paths, PeerView view) : IMrtHandler
{
    public readonly PeerView View => view;

    public readonly void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
    {
        if (route.Prefix.Family == paths.Family && view.Shows(route.Peer))
            paths.Offer(in route, in attributes);
    }

    public readonly void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
    {
        if (route.Prefix.Family == paths.Family && view.Shows(route.Peer))
            paths.Announce(in route, in attributes);
    }

    public readonly void Withdraw(ref readonly MrtRoute route)
    {
        if (route.Prefix.Family == paths.Family)
            paths.Withdraw(in route);
    }

    public readonly void StateChange(int peer, long time, int from, int to)
    {
        if (to != MrtTypes.Established)
            paths.RemovePeer(peer);
    }
}
