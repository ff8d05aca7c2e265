// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>What a what-if structure keeps in a peer, in place of the list of nodes: the peer's prefixes and the peer's number in
/// <see cref="PeerNumbers"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct what_if_peer
{
    public PrefixSet<Address32> prefixes4;
    public PrefixSet<Address128> prefixes6;
    public uint number;
}

/// <summary>A what-if: the interface of WireGuard's AllowedIPs on another structure. No kernel has these structures.</summary>
/// <remarks><para>The interface is that of <see cref="AllowedIps"/>: insertion (which moves a prefix of another peer), removal of one
/// prefix, removal of a peer, lookups that take a reference, and a peer's prefixes in order. The peers are those of an
/// <see cref="AllowedIps"/> whose tries stay empty:</para>
/// <code>
///   PeerTries ── AllowedIps        peers and references, as today
///             ── wg_peer.what_if   each peer's prefixes in order (PrefixSet): listing, removal of a peer
///             ── PeerTrie          one for each family: lookups, insertion, removal
///                  ├─ MultibitTrie   strides of 8 bits with popcount-compressed children
///                  ├─ LcTrie         the level-compressed trie of the FIB, with peers in its leaves
///                  ├─ Poptrie        18 bits at once, then strides of 6 bits; answers are peers' numbers
///                  └─ Dir24Trie      DIR-24-8, IPv4 alone: two array reads; answers are peers' numbers
/// </code>
/// <para>AllowedIPs list a peer's prefixes in the order in which the peer got them. A what-if lists them by family, address and
/// length.</para></remarks>
public sealed unsafe class PeerTries : IDisposable
{
    private readonly AllowedIps _device;
    private readonly PeerNumbers _numbers;

    /// <summary>Makes an empty table. The functions make the tries of the families; a family without a trie accepts no prefix.</summary>
    public PeerTries(KernelMemory memory, Func<PeerNumbers, PeerTrie<Address32>>? v4, Func<PeerNumbers, PeerTrie<Address128>>? v6)
    {
        ArgumentNullException.ThrowIfNull(memory);
        Memory = memory;
        _device = new AllowedIps(memory);
        _numbers = new PeerNumbers(memory);
        V4 = v4?.Invoke(_numbers);
        V6 = v6?.Invoke(_numbers);
    }

    public KernelMemory Memory { get; }

    /// <summary>The trie of IPv4 prefixes; null if the table does not hold them.</summary>
    public PeerTrie<Address32>? V4 { get; }

    /// <summary>The trie of IPv6 prefixes; null if the table does not hold them.</summary>
    public PeerTrie<Address128>? V6 { get; }

    public int PeerCount => _device.PeerCount;

    /// <summary>Makes a peer without prefixes, as <see cref="AllowedIps.PeerCreate"/> does.</summary>
    public wg_peer* PeerCreate(int id) => _device.PeerCreate(id);

    /// <summary>Gives a prefix to a peer. If another peer has the prefix, that peer loses the prefix.</summary>
    /// <returns>0, or -EOPNOTSUPP if the structure does not hold the family.</returns>
    public int Insert(in Prefix prefix, wg_peer* peer) =>
        prefix.Family == Family.IPv4 ? Insert(V4, new(prefix), peer) : Insert(V6, new(prefix), peer);

    /// <summary>Takes one prefix from a peer. If the peer does not have the prefix, nothing changes.</summary>
    /// <returns>0</returns>
    public int Remove(in Prefix prefix, wg_peer* peer)
    {
        if (prefix.Family == Family.IPv4)
            Remove(V4, new(prefix), peer);
        else
            Remove(V6, new(prefix), peer);
        return 0;
    }

    /// <summary>Takes every prefix of both families from a peer.</summary>
    public void RemoveByPeer(wg_peer* peer)
    {
        RemoveAll(V4, peer);
        RemoveAll(V6, peer);
    }

    /// <summary>Takes every prefix from a peer, then removes the peer as <see cref="AllowedIps.PeerRemove"/> does.</summary>
    public void PeerRemove(wg_peer* peer)
    {
        RemoveByPeer(peer);
        _numbers.Release(peer);
        _device.PeerRemove(peer);
    }

    /// <summary>Removes every peer with its prefixes.</summary>
    public void PeerRemoveAll()
    {
        var head = _device.PeerList;
        while (!ListHead.IsEmpty(head))
            PeerRemove(AllowedIps.PeerOf(head->next));
    }

    /// <summary>Gives back the reference of a lookup.</summary>
    public void PeerPut(wg_peer* peer) => _device.PeerPut(peer);

    /// <summary>Finds the peer that owns an address, and takes a reference to the peer. Returns null for no peer.</summary>
    /// <typeparam name="TReader">The lookup of the structure.</typeparam>
    /// <typeparam name="TAddress">The family.</typeparam>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static wg_peer* Lookup<TReader, TAddress>(TReader reader, TAddress address)
        where TReader : struct, IPeerReader<TReader, TAddress>
        where TAddress : unmanaged, IAddress<TAddress>
    {
        while (true)
        {
            var found = reader.Find(address);
            if (found == null)
                return null;
            var peer = AllowedIps.PeerGetMaybeZero(found);
            // The peer is being removed. The writer is about to finish, so look again.
            if (peer != null)
                return peer;
        }
    }

    /// <summary>Returns the first prefix of a peer; null for none.</summary>
    public static Prefix? First(wg_peer* peer)
    {
        if (peer->what_if.prefixes4.TryFirst(out var v4))
            return v4.ToPrefix();
        return peer->what_if.prefixes6.TryFirst(out var v6) ? v6.ToPrefix() : null;
    }

    /// <summary>Returns the prefix of a peer that follows another in order, whether or not the peer still has that one; null after the
    /// last. Order: IPv4 first, then by address, then by length.</summary>
    public static Prefix? Next(wg_peer* peer, Prefix after)
    {
        if (after.Family == Family.IPv6)
            return peer->what_if.prefixes6.TryNext(new(after), out var next) ? next.ToPrefix() : null;
        if (peer->what_if.prefixes4.TryNext(new(after), out var v4))
            return v4.ToPrefix();
        return peer->what_if.prefixes6.TryFirst(out var v6) ? v6.ToPrefix() : null;
    }

    /// <summary>Frees what the empty tries hold. Peers must have been removed, or the memory is freed as a whole.</summary>
    public void Dispose()
    {
        V4?.Dispose();
        V6?.Dispose();
        _numbers.Dispose();
        _device.Dispose();
    }

    private int Insert<TAddress>(PeerTrie<TAddress>? trie, StoredPrefix<TAddress> prefix, wg_peer* peer)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        if (trie is null)
            return -Errno.EOPNOTSUPP;
        var before = trie.Set(prefix, peer);
        if (before == peer)
            return 0;
        if (before != null)
            Prefixes<TAddress>(before)->Remove(Memory, prefix);
        Prefixes<TAddress>(peer)->Add(Memory, prefix);
        return 0;
    }

    private void Remove<TAddress>(PeerTrie<TAddress>? trie, StoredPrefix<TAddress> prefix, wg_peer* peer)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        if (trie?.Clear(prefix, peer) == true)
            Prefixes<TAddress>(peer)->Remove(Memory, prefix);
    }

    private void RemoveAll<TAddress>(PeerTrie<TAddress>? trie, wg_peer* peer)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        if (trie is null)
            return;
        var prefixes = Prefixes<TAddress>(peer);
        trie.ClearAll(*prefixes, peer);
        prefixes->Clear(Memory);
    }

    private static PrefixSet<TAddress>* Prefixes<TAddress>(wg_peer* peer)
        where TAddress : unmanaged, IAddress<TAddress> => TAddress.Family == Family.IPv4
        ? (PrefixSet<TAddress>*)&peer->what_if.prefixes4
        : (PrefixSet<TAddress>*)&peer->what_if.prefixes6;
}
