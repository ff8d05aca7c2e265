// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Workloads.Mrt;

/// <summary>What fields of prefixes that make sense in one reading alone have shown of a peer: both where they contradict each other.</summary>
[Flags]
internal enum PathIds : byte
{
    Unknown = 0,
    Absent = 1,
    Present = 2,
}

/// <summary>
/// Whether a peer's prefixes of a family have path identifiers, as its fields show, whatever their record types say; and the fields
/// that were read as their record type says though the other reading makes sense too. Memory: two bytes a peer, and an entry for each
/// peer with such fields.
/// </summary>
internal sealed class PathIdSigns
{
    private readonly Dictionary<(int Peer, Family Family, bool AddPath), (long Fields, long Record, long Offset)> _doubts = [];
    private PathIds[] _signs = new PathIds[64];

    /// <summary>What is known of a peer.</summary>
    public ref PathIds this[int peer, Family family]
    {
        get
        {
            var at = 2 * peer + (family == Family.IPv6 ? 1 : 0);
            if (at >= _signs.Length)
                Array.Resize(ref _signs, 2 * at);
            return ref _signs[at];
        }
    }

    /// <summary>Remembers a field of a route's peer that was read as its record type says, for want of anything that decides.</summary>
    public void Doubt(ref readonly MrtRoute route, Family family, bool addPath)
    {
        var key = (route.Peer, family, addPath);
        var (fields, record, offset) = _doubts.GetValueOrDefault(key, (0, route.Record, route.Offset));
        _doubts[key] = (fields + 1, record, offset);
    }

    /// <summary>Logs the fields that nothing has confirmed since.</summary>
    public void Report(string name, MrtPeers peers, DamageLog damage)
    {
        foreach (var ((peer, family, addPath), (fields, record, offset)) in _doubts)
        {
            var signs = this[peer, family];
            if (signs == (addPath ? PathIds.Present : PathIds.Absent))
                continue;
            var from = $"{AddressText.Format(peers[peer].Family, peers[peer].Address)} AS{peers[peer].As}";
            var against = signs == PathIds.Unknown ? "" : ", against other fields of that peer";
            damage.Add(
                name, record, offset,
                $"{fields:N0} {(fields == 1 ? "field" : "fields")} of IPv{(int)family} prefixes from peer {from}, this one first, "
                    + $"are sound with and without path identifiers: read {(addPath ? "with" : "without")} them as the record type says{against}");
        }
    }
}
