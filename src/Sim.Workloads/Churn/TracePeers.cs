// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Mrt;

namespace Sim.Workloads.Churn;

/// <summary>
/// The BGP peers of several files under one numbering, in the order in which they appear: each file numbers its own.
/// </summary>
/// <param name="filter">Which peers are looked at; null for all.</param>
internal sealed class TracePeers(PeerFilter? filter)
{
    private readonly Dictionary<(UInt128, uint, Family), int> _numbers = [];
    private readonly List<(Family Family, UInt128 Address)> _own = [];
    private readonly List<(Family Family, UInt128 Address)> _usualHop = [];

    public int Count => _usualHop.Count;

    /// <summary>A peer's own address.</summary>
    public (Family Family, UInt128 Address) Own(int peer) => _own[peer];

    /// <summary>The next hop that a peer announced last, of anything; its own address where it never did.</summary>
    public (Family Family, UInt128 Address) UsualHop(int peer) => _usualHop[peer];

    /// <summary>Remembers a next hop that a peer announces.</summary>
    public void Saw(int peer, Family family, UInt128 hop) => _usualHop[peer] = (family, hop);

    /// <summary>The numbers of one file's peers.</summary>
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

    /// <summary>From a file's own numbers to the common ones, remembered by index.</summary>
    internal sealed class FilePeers(TracePeers all, MrtPeers peers)
    {
        /// <summary>Stands for a peer that is not looked at.</summary>
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
