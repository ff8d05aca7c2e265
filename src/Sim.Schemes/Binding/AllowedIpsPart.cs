// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Trie;

namespace Sim.Schemes.Binding;

/// <summary>A device's allowedips with its peers, as WG_CMD_SET_DEVICE changes it.</summary>
public sealed unsafe class AllowedIpsPart : IDisposable
{
    private readonly wg_peer*[] _peers;
    private readonly int[] _shares;
    private long _operations;
    private long _waits;

    public AllowedIpsPart(int peers, SlubConfig? slub = null)
    {
        Memory = new KernelMemory(slub ?? SlubConfig.Uniprocessor);
        Table = new AllowedIps(Memory);
        _peers = new wg_peer*[peers];
        _shares = new int[peers];
        for (var id = 0; id < peers; id++)
            _peers[id] = Table.PeerCreate(id);
    }

    public KernelMemory Memory { get; }

    public AllowedIps Table { get; }

    /// <summary>Prefixes that are bound.</summary>
    public int Count { get; private set; }

    /// <summary>See <see cref="BindingScheme.Stepped"/>.</summary>
    public Action? Stepped { get; set; }

    public KernelWork Work =>
        new(_operations, Memory.Allocations, Memory.Allocations - Memory.Objects, Memory.Rcu.GracePeriods, _waits);

    /// <summary>Returns the number of a peer's prefixes.</summary>
    public int Share(int peer) => _shares[peer];

    /// <summary>Binds a prefix, taking it from any other peer.</summary>
    public int Bind(Prefix prefix, int peer)
    {
        _operations++;
        return Step(Table.Insert(prefix, _peers[peer]));
    }

    /// <summary>WGALLOWEDIP_F_REMOVE_ME: removes one prefix from a peer.</summary>
    public int Remove(Prefix prefix, int peer)
    {
        _operations++;
        return Step(Table.Remove(prefix, _peers[peer]));
    }

    /// <summary>Moves the prefixes to a new peer, then removes that peer (<c>wg_peer_remove</c> waits for a grace period).</summary>
    public void RemoveThroughDummy(IReadOnlyList<Prefix> gone)
    {
        var dummy = Table.PeerCreate(_peers.Length);
        foreach (var prefix in gone)
        {
            if (Step(Table.Insert(prefix, dummy)) != 0)
                throw new InvalidOperationException($"{prefix} was refused");
        }

        EndMessage();
        if (Stepped is not null)
            RemoveOneByOne(dummy);
        Table.PeerRemove(dummy);
        _operations += 2 * gone.Count;
        _waits++;
        EndMessage();
    }

    /// <summary>WGPEER_F_REPLACE_ALLOWEDIPS: takes all prefixes from the peer, then gives it the set, message by message.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="set">Its prefixes from then on.</param>
    /// <param name="had">The number of prefixes it had, for the count of operations.</param>
    /// <param name="perMessage">Prefixes per message.</param>
    public void Replace(int peer, List<Prefix> set, int had, int perMessage)
    {
        _operations += had + set.Count;
        if (Stepped is null)
            Table.RemoveByPeer(_peers[peer]);
        else
            RemoveOneByOne(_peers[peer]);
        for (var i = 0; i < set.Count; i++)
        {
            if (Step(Table.Insert(set[i], _peers[peer])) != 0)
                throw new InvalidOperationException($"{set[i]} was refused");
            if ((i + 1) % perMessage == 0)
                EndMessage();
        }

        EndMessage();
    }

    /// <summary>Counts a prefix that moves from one peer to another in the daemon's tables; -1 stands for no peer.</summary>
    public void Moved(int old, int peer)
    {
        if (old >= 0)
            _shares[old]--;
        else
            Count++;
        if (peer >= 0)
            _shares[peer]++;
        else
            Count--;
    }

    /// <summary>Frees what the message's operations dropped.</summary>
    public void EndMessage() => Memory.Rcu.GracePeriod();

    /// <summary>Appends a peer's prefixes in its list's order.</summary>
    public void CopySet(int peer, List<Prefix> set)
    {
        foreach (var prefix in AllowedIps.Prefixes(_peers[peer]))
            set.Add(prefix);
    }

    public void Visit(Family family, Action<Prefix, int> see)
    {
        foreach (var node in Table.Nodes(family))
        {
            if (node.Peer != null)
                see(node.Prefix, (int)node.Peer->internal_id);
        }
    }

    public int Lookup(Family family, UInt128 address) => AllowedIpsLoops.Answer(
        Table, family == Family.IPv4 ? Table.LookupDstV4((uint)(address >> 96)) : Table.LookupDstV6(address));

    public void Dispose()
    {
        Table.Dispose();
        Memory.Dispose();
    }

    private int Step(int error)
    {
        Stepped?.Invoke();
        return error;
    }

    /// <summary>Does the same as <see cref="AllowedIps.RemoveByPeer"/>, in its order, with a step for each node.</summary>
    private void RemoveOneByOne(wg_peer* peer)
    {
        var set = new List<Prefix>();
        foreach (var prefix in AllowedIps.Prefixes(peer))
            set.Add(prefix);
        foreach (var prefix in set)
            Step(Table.Remove(prefix, peer));
    }
}
