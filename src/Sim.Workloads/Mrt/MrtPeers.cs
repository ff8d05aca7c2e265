// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>A BGP neighbour of the collector. The address is left-aligned in 128 bits. The BGP identifier is 0 if the record carries
/// none.</summary>
public readonly record struct MrtPeer(Family Family, UInt128 Address, uint As, uint BgpId)
{
    public override string ToString() => $"{AddressText.Format(Family, Address)} AS{As}";
}

/// <summary>The peers of a file. The peers of the file's first PEER_INDEX_TABLE keep their indices, so that an index printed by another
/// tool means the same peer here. Peers outside this table are identified by address and AS. New peers are appended in order of
/// appearance.</summary>
public sealed class MrtPeers
{
    /// <summary>The maximum number of peers of a file. A file with more peers is considered hostile.</summary>
    public const int Most = 1 << 18;

    private readonly List<MrtPeer> _peers = [];
    private readonly Dictionary<(UInt128, uint, Family), int> _byKey = [];
    private bool _hasTable;
    private MrtPeer _last;
    private int _lastIndex = -1;

    public int Count => _peers.Count;
    public MrtPeer this[int index] => _peers[index];

    /// <summary>Returns the peer's index, and appends the peer if it is new; -1 if the file already has <see cref="Most"/> peers.</summary>
    internal int Intern(in MrtPeer peer)
    {
        if (_lastIndex >= 0 && peer.Address == _last.Address && peer.As == _last.As && peer.Family == _last.Family)
            return _lastIndex;
        if (!_byKey.TryGetValue((peer.Address, peer.As, peer.Family), out var index))
            index = Append(peer);
        (_last, _lastIndex) = (peer, index);
        return index;
    }

    /// <summary>Opens a PEER_INDEX_TABLE. Returns the function that gives the table's peers their indices.</summary>
    internal Func<MrtPeer, int> OpenTable()
    {
        var first = !_hasTable;
        _hasTable = true;
        return first ? peer => Append(peer) : peer => Intern(peer);
    }

    private int Append(in MrtPeer peer)
    {
        if (_peers.Count == Most)
            return -1;
        _peers.Add(peer);
        _byKey.TryAdd((peer.Address, peer.As, peer.Family), _peers.Count - 1);
        return _peers.Count - 1;
    }
}

/// <summary>Computes a value for each peer of a file from the peer and its index. A value is computed once and then stored.</summary>
internal sealed class PeerValues<T>(MrtPeers peers, Func<MrtPeer, int, T> compute)
{
    private readonly List<T> _values = [];

    public T this[int peer]
    {
        get
        {
            for (var index = _values.Count; index <= peer; index++)
                _values.Add(compute(peers[index], index));
            return _values[peer];
        }
    }
}
