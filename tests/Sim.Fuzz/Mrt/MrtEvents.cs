// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads;
using Sim.Workloads.Mrt;

namespace Sim.Fuzz.Mrt;

/// <summary>
/// Hands on what a reader delivers as lines of text, those of <see cref="NaiveMrt"/>:
/// <code>
///   B|record|time|peer|AS|path id|prefix|originated|origin|AS_PATH|AS4_PATH|length first last|next hop|LOCAL_PREF|MED    a RIB entry
///   A|record|time|peer|AS|path id|prefix|0         |origin|...                                                            an announcement
///   W|record|time|peer|AS|path id|prefix
///   S|record|time|peer|AS|from|to
/// </code>
/// </summary>
internal readonly struct MrtEvents(MrtReader reader, Action<string> take) : IMrtHandler
{
    public void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes) =>
        take($"B|{Route(in route)}|{route.Originated}|{Path(in attributes)}");

    public void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes) =>
        take($"A|{Route(in route)}|{route.Originated}|{Path(in attributes)}");

    public void Withdraw(ref readonly MrtRoute route) => take($"W|{Route(in route)}");

    public void StateChange(int peer, long time, int from, int to) =>
        take($"S|{Head(reader.Counts.Records, time, peer)}|{from}|{to}");

    private string Route(ref readonly MrtRoute route)
    {
        // A prefix that is longer than its family's addresses, or has host bits, is the reader's fault whatever the file holds.
        var prefix = route.Prefix;
        if (prefix.Family is not (Family.IPv4 or Family.IPv6) || prefix.Length > prefix.Family.Bits()
            || (prefix.Address & ~Prefix.Mask(prefix.Length)) != 0)
        {
            throw new FindingException($"record {route.Record}: {prefix} is no prefix of its family");
        }

        return $"{Head(route.Record, route.Time, route.Peer)}|{route.PathId}|{prefix}";
    }

    private string Head(long record, long micro, int index)
    {
        if (index < 0 || index >= reader.Peers.Count)
            throw new FindingException($"record {record}: peer {index} of {reader.Peers.Count}");
        var peer = reader.Peers[index];
        return $"{record}|{micro / 1_000_000}.{micro % 1_000_000:d6}|{AddressText.Format(peer.Family, peer.Address)}|{peer.As}";
    }

    private static string Path(ref readonly PathAttributes attributes)
    {
        var path = attributes.Path;
        var hop = attributes.HasNextHop ? AddressText.Format(attributes.NextHopFamily, attributes.NextHop) : "-";
        return $"{attributes.Origin}|{Convert.ToHexString(attributes.AsPathBytes)}|{Convert.ToHexString(attributes.As4PathBytes)}|"
            + $"{path.Length} {path.NeighbourAs} {path.OriginAs}|{hop}|"
            + $"{(attributes.HasLocalPref ? attributes.LocalPref : "-")}|{(attributes.HasMed ? attributes.Med : "-")}";
    }
}
