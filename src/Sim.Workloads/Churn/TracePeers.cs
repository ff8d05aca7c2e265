// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>Gives the BGP peers of several files common numbers, in the order in which the peers appear. Each file also has its own
/// numbers. A filter of null selects all peers.</summary>
internal sealed class TracePeers(PeerFilter? filter)
{
    public const int Hidden = -1;

    private readonly Dictionary<(UInt128, uint, Family), int> _numbers = [];
    private readonly List<(Family Family, UInt128 Address)> _own = [];
    private readonly List<(Family Family, UInt128 Address)> _usualHop = [];
    public int Count => _usualHop.Count;
    public (Family Family, UInt128 Address) Own(int peer) => _own[peer];

    /// <summary>Returns the next hop that a peer announced last, for any prefix; the peer's own address if the peer announced no next
    /// hop.</summary>
    public (Family Family, UInt128 Address) UsualHop(int peer) => _usualHop[peer];

    public void Saw(int peer, Family family, UInt128 hop) => _usualHop[peer] = (family, hop);

    /// <summary>Returns the common number of each peer of a file; <see cref="Hidden"/> for the peers that the filter leaves out.</summary>
    public PeerValues<int> Of(MrtPeers peers) => new(peers, (peer, index) => filter?.Matches(peer, index) == false ? Hidden : Number(peer));

    private int Number(in MrtPeer peer)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, (peer.Address, peer.As, peer.Family), out var known);
        if (!known)
        {
            number = _usualHop.Count;
            _own.Add((peer.Family, peer.Address));
            _usualHop.Add((peer.Family, peer.Address));
        }

        return number;
    }
}

/// <summary>Maps a trace's neighbours to one or more WireGuard peers. A neighbour is a path's next hop or, if the path states no next hop,
/// its BGP peer. Neighbours get peers round-robin in order of appearance. If there are as many peers as neighbours, each neighbour has its
/// own peer.</summary>
public sealed class TraceRouter(int peers)
{
    private readonly Dictionary<(UInt128, Family), int> _numbers = [];

    public int Peers { get; } = peers >= 1 ? peers : throw new ArgumentOutOfRangeException(nameof(peers), peers, "at least one peer");

    /// <summary>Returns the WireGuard peer, 0 to <see cref="Peers"/> - 1, behind a neighbour's left-aligned address.
    /// The address may be of another family than the prefixes.</summary>
    public int PeerOf(Family family, UInt128 address)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, (address, family), out var known);
        if (!known)
            number = _numbers.Count - 1;
        return number % Peers;
    }
}
