// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Workloads.Mrt;

/// <summary>
/// The evidence that a peer's fields give if they make sense in one reading alone. Both flags are set if the fields contradict each other.
/// </summary>
[Flags]
internal enum PathIds : byte
{
    Unknown = 0,
    Absent = 1,
    Present = 2,
}

/// <summary>
/// Remembers whether a peer's prefixes of a family have path identifiers, as its fields show it, whatever their record types say. It
/// also remembers the fields that were read as their record type says although the other reading makes sense too. It takes two bytes
/// per peer, and an entry per peer with such fields.
/// </summary>
internal sealed class PathIdSigns
{
    private readonly Dictionary<(int Peer, Family Family, bool AddPath), (long Fields, long Record, long Offset)> _doubts = [];
    private PathIds[] _signs = new PathIds[64];

    /// <summary>Returns the evidence for a peer.</summary>
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

    /// <summary>Remembers a field that was read as its record type says because nothing decided.</summary>
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
