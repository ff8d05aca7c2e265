// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>A BGP neighbour of the collector: its address, left-aligned in 128 bits, its AS, and its BGP identifier, 0
/// if the record carries none.</summary>
public readonly record struct MrtPeer(Family Family, UInt128 Address, uint As, uint BgpId)
{
    public override string ToString() => $"{AddressText.Format(Family, Address)} AS{As}";
}

/// <summary>The peers of a file. The peers of its first PEER_INDEX_TABLE keep their places, so that an index printed by
/// another tool means the same here. Peers of further tables, of TABLE_DUMP and of BGP4MP records are found by address
/// and AS, or appended in order of appearance.</summary>
public sealed class MrtPeers
{
    /// <summary>The most peers of a file. A file with more is hostile.</summary>
    public const int Most = 1 << 18;

    private readonly List<MrtPeer> _peers = [];
    private readonly Dictionary<(UInt128, uint, Family), int> _byKey = [];
    private bool _hasTable;
    private MrtPeer _last;
    private int _lastIndex = -1;

    public int Count => _peers.Count;
    public MrtPeer this[int index] => _peers[index];

    /// <summary>Returns the peer's index, and appends the peer if it is new; -1 if there are <see cref="Most"/> already.</summary>
    internal int Intern(in MrtPeer peer)
    {
        if (_lastIndex >= 0 && peer.Address == _last.Address && peer.As == _last.As && peer.Family == _last.Family)
            return _lastIndex;
        if (!_byKey.TryGetValue((peer.Address, peer.As, peer.Family), out var index))
            index = Append(peer);
        (_last, _lastIndex) = (peer, index);
        return index;
    }

    /// <summary>Opens a PEER_INDEX_TABLE. Returns the function that places its peers.</summary>
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
