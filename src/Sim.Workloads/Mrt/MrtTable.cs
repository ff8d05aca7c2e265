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
    /// <exception cref="IOException">Thrown if the device fails during a read.</exception>
    /// <exception cref="InvalidDataException">Thrown if the rule names a peer that the file does not have.</exception>
    public static RouteTable Load(Stream input, string name, Family family, BestPathRule rule, DamageLog damage)
    {
        var reader = new MrtReader(input, name, damage);
        var paths = new PathTable(family, rule);
        var shows = new PeerValues<bool>(reader.Peers, (peer, index) => rule.Peer?.Matches(peer, index) != false);
        var handler = new TableHandler(paths, shows);
        reader.Read(ref handler);
        if (reader.Peers.Count > 0 && !Enumerable.Range(0, reader.Peers.Count).Any(peer => shows[peer]))
            throw new InvalidDataException($"{name}: no peer {rule.Peer} among its {reader.Peers.Count} peers");
        if (paths.Refused > 0)
            damage.Add(name, 0, 0, $"{paths.Refused} paths are left out: a prefix may have {PathTable.MostPaths}");
        return paths.ToRouteTable(name, reader.Peers);
    }
}

/// <summary>Feeds the paths of one family to a <see cref="PathTable"/>. The path of a peer counts if <paramref name="shows"/> is true for
/// the peer.</summary>
internal readonly struct TableHandler(PathTable paths, PeerValues<bool> shows) : IMrtHandler
{
    public void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
    {
        if (route.Prefix.Family == paths.Family && shows[route.Peer])
            paths.Offer(in route, in attributes);
    }

    public void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
    {
        if (route.Prefix.Family == paths.Family && shows[route.Peer])
            paths.Announce(in route, in attributes);
    }

    public void Withdraw(ref readonly MrtRoute route)
    {
        if (route.Prefix.Family == paths.Family)
            paths.Withdraw(in route);
    }

    public void StateChange(int peer, long time, int from, int to)
    {
        if (to != MrtTypes.Established)
            paths.RemovePeer(peer);
    }
}
