// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Mrt;

namespace Sim.Workloads.Churn;

/// <summary>
/// Numbers the BGP peers of several files in the order in which they appear. Each file numbers its own.
/// </summary>
/// <param name="filter">Selects peers; null selects all.</param>
internal sealed class TracePeers(PeerFilter? filter)
{
    private readonly Dictionary<(UInt128, uint, Family), int> _numbers = [];
    private readonly List<(Family Family, UInt128 Address)> _own = [];
    private readonly List<(Family Family, UInt128 Address)> _usualHop = [];

    public int Count => _usualHop.Count;

    /// <summary>Returns a peer's own address.</summary>
    public (Family Family, UInt128 Address) Own(int peer) => _own[peer];

    /// <summary>Returns the next hop that a peer announced last, for any prefix; the peer's own address if it announced none.</summary>
    public (Family Family, UInt128 Address) UsualHop(int peer) => _usualHop[peer];

    /// <summary>Remembers a next hop that a peer announces.</summary>
    public void Saw(int peer, Family family, UInt128 hop) => _usualHop[peer] = (family, hop);

    /// <summary>Returns the numbers of one file's peers.</summary>
    public FilePeers Of(MrtPeers peers) => new(this, peers);

    private bool Shows(MrtPeer peer, int index) => filter is null || filter.Matches(peer, index);

    private int Number(in MrtPeer peer)
    {
        if (!_numbers.TryGetValue((peer.Address, peer.As, peer.Family), out var number))
        {
            number = _usualHop.Count;
            _numbers.Add((peer.Address, peer.As, peer.Family), number);
            _own.Add((peer.Family, peer.Address));
            _usualHop.Add((peer.Family, peer.Address));
        }

        return number;
    }

    /// <summary>Maps a file's own peer numbers to the common ones, and remembers them by index.</summary>
    internal sealed class FilePeers(TracePeers all, MrtPeers peers)
    {
        /// <summary>The number of every peer that the filter leaves out.</summary>
        public const int Hidden = -1;

        private readonly List<int> _numbers = [];

        public int this[int peer]
        {
            get
            {
                for (var index = _numbers.Count; index <= peer; index++)
                    _numbers.Add(all.Shows(peers[index], index) ? all.Number(peers[index]) : Hidden);
                return _numbers[peer];
            }
        }
    }
}
