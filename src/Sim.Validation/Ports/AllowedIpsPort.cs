// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Netlink;
using Sim.Schemes;
using Sim.Trie;

namespace Sim.Validation.Ports;

/// <summary>
/// The allowedips port as the counterpart of wg0: it does the same operations as WG_CMD_SET_DEVICE, in the same order, so
/// that its slabs go through the same states. One port serves both families and a whole run, as one device does.
/// </summary>
public sealed unsafe class AllowedIpsPort : IDisposable
{
    private readonly Dictionary<int, nint> _peers = [];

    public AllowedIpsPort(SlubConfig slub)
    {
        Memory = new KernelMemory(slub);
        Table = new AllowedIps(Memory);
    }

    public KernelMemory Memory { get; }

    public AllowedIps Table { get; }

    /// <summary>Peers in the device's order: by their first message.</summary>
    public IEnumerable<int> Peers => _peers.Keys;

    /// <summary>WGDEVICE_F_REPLACE_PEERS with no peers: <c>wg_peer_remove_all</c>.</summary>
    public void Reset()
    {
        Table.PeerRemoveAll();
        _peers.Clear();
        GracePeriod();
    }

    /// <summary>
    /// Gives each prefix to its peer, or removes it from its peer (WGALLOWEDIP_F_REMOVE_ME). A missing peer is made, as the
    /// first message for it does.
    /// </summary>
    public void Add(ReadOnlySpan<BindOperation> operations)
    {
        foreach (ref readonly var operation in operations)
        {
            var peer = PeerOf(operation.Peer);
            var error = operation.Kind == BindKind.Delete ? Table.Remove(operation.Prefix, peer) : Table.Insert(operation.Prefix, peer);
            if (error != 0)
                throw new InvalidOperationException($"allowedips refused {operation.Prefix} with error {error}");
        }
    }

    /// <summary>WGPEER_F_REPLACE_ALLOWEDIPS: drops all prefixes of the operations' peer, then adds.</summary>
    public void Replace(ReadOnlySpan<BindOperation> operations)
    {
        Table.RemoveByPeer(PeerOf(operations[0].Peer));
        Add(operations);
    }

    /// <summary><c>wg_allowedips_remove_by_peer</c> alone: the peer stays.</summary>
    public void RemoveByPeer(int peer) => Table.RemoveByPeer(PeerOf(peer));

    /// <summary>WGPEER_F_REMOVE_ME: removes the peer with its prefixes (<c>wg_peer_remove</c>).</summary>
    public void Remove(int peer)
    {
        if (!_peers.Remove(peer, out var known))
            return;
        Table.PeerRemove((wg_peer*)known);
        GracePeriod();
    }

    public void GracePeriod() => Memory.Rcu.GracePeriod();

    /// <summary>Computes the digest of the module's <c>trie</c> command: every node in preorder.</summary>
    public ulong TrieDigest(Family family) => TrieDigest(Table, family);

    /// <inheritdoc cref="TrieDigest(Family)"/>
    public static ulong TrieDigest(AllowedIps table, Family family)
    {
        var digest = default(Digest64);
        foreach (var node in table.Nodes(family))
        {
            var prefix = node.Prefix;
            digest.Add((uint)node.Depth);
            digest.Add(prefix.Length);
            digest.Add(node.Peer == null ? 0 : (uint)node.Peer->internal_id + 1);
            for (var shift = 96; shift >= (family == Family.IPv4 ? 96 : 0); shift -= 32)
                digest.Add((uint)(prefix.Address >> shift));
        }

        return digest.Value;
    }

    /// <summary>Computes the digest of the module's <c>answers</c> command, and counts the keys that found a peer.</summary>
    public (ulong Digest, long Hits) Answers(Keys keys)
    {
        var digest = default(Digest64);
        var hits = 0L;
        for (var i = 0; i < keys.Count; i++)
        {
            var peer = keys.V4.Length > 0 ? Table.FindPeerV4(keys.V4[i]) : Table.FindPeerV6(keys.V6[i]);
            hits += peer == null ? 0 : 1;
            digest.Add(peer == null ? 0 : (uint)peer->internal_id + 1);
        }

        return (digest.Value, hits);
    }

    /// <summary>Returns the contents of a dump: peers in the device's order, and each peer's prefixes in its list's order.</summary>
    public IReadOnlyList<DumpedPeer> Listing()
    {
        var listing = new List<DumpedPeer>();
        foreach (var (number, peer) in _peers)
        {
            var prefixes = new List<Prefix>();
            foreach (var prefix in AllowedIps.Prefixes((wg_peer*)peer))
                prefixes.Add(prefix);
            listing.Add(new DumpedPeer(number, prefixes));
        }

        return listing;
    }

    /// <summary>Looks up every key, as <see cref="AllowedIpsLoops"/> does for the schemes.</summary>
    public long Lookup(Keys keys, bool dependent) => AllowedIpsLoops.Lookup(Table, keys, dependent);

    public void Dispose()
    {
        Table.Dispose();
        Memory.Dispose();
    }

    private wg_peer* PeerOf(int number)
    {
        if (_peers.TryGetValue(number, out var known))
            return (wg_peer*)known;
        var peer = Table.PeerCreate(number);
        if (peer == null)
            throw new InvalidOperationException($"no memory for peer {number}");
        _peers.Add(number, (nint)peer);
        return peer;
    }
}
