// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <content>Makes, counts and removes peers: the part of drivers/net/wireguard/peer.c that concerns the trie.</content>
public sealed unsafe partial class AllowedIps
{
    /// <summary>MAX_PEERS_PER_DEVICE (messages.h).</summary>
    public const int MaxPeersPerDevice = 1 << 20;

    /// <summary>The number of peers that were created and not yet removed.</summary>
    public int PeerCount => (int)_device->num_peers;

    /// <summary><c>wg_peer_create</c>: makes a peer without prefixes. The id becomes its <c>internal_id</c>.</summary>
    /// <returns>The peer; null if there is no memory, or if the device already has 2^20 peers.</returns>
    public wg_peer* PeerCreate(int id)
    {
        if (_device->num_peers >= MaxPeersPerDevice)
            return null;
        wg_peer* peer;
        try
        {
            peer = (wg_peer*)_peerCache.Zalloc();
        }
        catch (OutOfMemoryException)
        {
            return null;
        }

        peer->internal_id = (ulong)id;
        peer->refcount = 1;
        ListHead.AddTail(&peer->peer_list, &_device->peer_list);
        ListHead.Init(&peer->allowedips_list);
        ++_device->num_peers;
        return peer;
    }

    /// <summary><c>wg_peer_remove</c>: takes every prefix from a peer, then drops the table's reference to the peer. The peer is freed
    /// when the last reference has been put and a grace period has ended.</summary>
    /// <remarks>Before the table's reference is dropped, <c>synchronize_net</c> waits for running lookups. If readers put their references
    /// before they become quiescent, the writer always puts the last reference.</remarks>
    public void PeerRemove(wg_peer* peer)
    {
        if (peer == null)
            return;
        if (peer->is_dead != 0)
            throw new InvalidOperationException($"peer {peer->internal_id} was removed before");
        PeerMakeDead(peer);
        _memory.Rcu.Synchronize();
        PeerRemoveAfterDead(peer);
    }

    /// <summary><c>wg_peer_remove_all</c>: empties the whole table at once, then removes every peer.</summary>
    public void PeerRemoveAll()
    {
        Free();
        var head = &_device->peer_list;
        while (!ListHead.IsEmpty(head))
            PeerRemove(PeerOf(head->next));
    }

    /// <summary>The device's list of peers, in the order of their creation.</summary>
    internal list_head* PeerList => &_device->peer_list;

    /// <summary><c>container_of(link, struct wg_peer, peer_list)</c></summary>
    internal static wg_peer* PeerOf(list_head* link) => (wg_peer*)((byte*)link - 1080);

    /// <summary><c>wg_peer_get_maybe_zero</c> (<c>kref_get_unless_zero</c>): takes a reference to a peer. Returns null if the peer is null
    /// or has no reference left.</summary>
    public static wg_peer* PeerGetMaybeZero(wg_peer* peer)
    {
        if (peer == null)
            return null;
        var seen = Volatile.Read(ref peer->refcount);
        while (seen != 0)
        {
            var before = Interlocked.CompareExchange(ref peer->refcount, seen + 1, seen);
            if (before == seen)
                return peer;
            seen = before;
        }

        return null;
    }

    /// <summary><c>wg_peer_put</c>: gives back a reference to a peer. After the last reference, the next grace period frees the
    /// peer.</summary>
    /// <remarks>Only the writer may put the last reference, because putting it queues a deferred free. Readers may put all other
    /// references.</remarks>
    /// <exception cref="InvalidOperationException">Thrown if the last reference is put while the peer is still configured: that reference
    /// belongs to the table.</exception>
    public void PeerPut(wg_peer* peer)
    {
        if (peer == null || Interlocked.Decrement(ref peer->refcount) != 0)
            return;
        if (peer->is_dead == 0)
        {
            Interlocked.Increment(ref peer->refcount);
            throw new InvalidOperationException($"peer {peer->internal_id} is in use: one reference too many was put");
        }

        _memory.Rcu.Call(this, (nint)peer, PeerRelease);
    }

    /// <summary><c>peer_make_dead</c></summary>
    private void PeerMakeDead(wg_peer* peer)
    {
        ListHead.DelInit(&peer->peer_list);
        RemoveByPeer(peer);
        Volatile.Write(ref peer->is_dead, 1);
    }

    /// <summary><c>peer_remove_after_dead</c></summary>
    private void PeerRemoveAfterDead(wg_peer* peer)
    {
        --_device->num_peers;
        PeerPut(peer);
    }
}
