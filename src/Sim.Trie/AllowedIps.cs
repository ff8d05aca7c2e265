// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>WireGuard's AllowedIPs: finds the peer that owns an address. The class is a port of drivers/net/wireguard/allowedips.c of Linux
/// 6.12 and 7.3. The removal of one prefix (6.16) is in 7.3 only.</summary>
/// <remarks><para>Each family has a path-compressed binary trie. A node stands for a prefix. The prefixes of a node's two children lie
/// inside the node's prefix and differ in the first bit after that prefix. A node without a peer joins two subtrees and always has both
/// children:</para>
/// <code>
///   10.0.0.0/25 -> A           10.0.0.0/24  (no peer)
///   10.0.0.128/25 -> B         bit[0] /    \ bit[1]
///                      10.0.0.0/25 A        10.0.0.128/25 B
/// </code>
/// <para>Every node without a peer has two children, so the set of prefixes alone decides the shape. The order of insertions and deletions
/// only decides which slab a node lies in.</para>
/// <para>There is one writer at a time, as under <c>device_update_lock</c>. Lookups may run concurrently on other threads, which register
/// with <see cref="Rcu.AddReader"/>. <see cref="Rcu.GracePeriod"/> waits for the registered threads, then frees removed nodes.</para>
/// <para>Files: this file (the table's operations), <c>AllowedIps.Lookup.cs</c> (the read side), <c>AllowedIps.Update.cs</c> (insertion and
/// removal of a node), <c>AllowedIps.Reclaim.cs</c> (freeing), <c>AllowedIps.Peers.cs</c> (a part of peer.c), and
/// <c>AllowedIps.Inspect.cs</c> (walks for statistics and tests). <see cref="Gateways"/> is the hash of gateways.</para></remarks>
public sealed unsafe partial class AllowedIps : IRcuReclaimer, IDisposable
{
    /// <summary>The number of nodes on the longest path: one per prefix length from 0 to 128.</summary>
    public const int MaxAllowedIpsDepth = 129;

    private readonly KernelMemory _memory;
    private readonly KmemCache _nodeCache, _peerCache;
    private wg_device* _device;

    /// <summary><c>wg_allowedips_slab_init</c>, <c>wg_peer_init</c>, <c>wg_allowedips_init</c>: makes an empty table.</summary>
    /// <param name="memory">The memory in which the caches <c>allowedips_node</c> (72 bytes) and <c>wg_peer</c> (1,520 bytes in 6.12) are
    /// made. The memory must outlive the table. The memory's grace periods free removed nodes and peers.</param>
    public AllowedIps(KernelMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        _memory = memory;
        _nodeCache = memory.CreateCache("allowedips_node", sizeof(allowedips_node));
        _peerCache = memory.CreateCache("wg_peer", wg_peer.Bytes(memory.Config.Release));
        _device = (wg_device*)NativeMemory.AllocZeroed((nuint)sizeof(wg_device));
        _device->seq = 1;
        ListHead.Init(&_device->peer_list);
    }

    /// <summary>The memory of nodes and peers. The memory's grace periods free removed nodes and peers.</summary>
    public KernelMemory Memory => _memory;

    /// <summary>The slab cache of both families' nodes, including nodes that wait for a grace period.</summary>
    public KmemCache NodeCache => _nodeCache;

    /// <summary>The slab cache of the peers.</summary>
    public KmemCache PeerCache => _peerCache;

    /// <summary>The number of operations that may have changed the table, plus 1 (<c>table->seq</c>). Netlink dumps check this
    /// number.</summary>
    public ulong Seq => _device->seq;

    /// <summary><c>wg_allowedips_insert_v4</c>: gives a prefix to a peer. If another peer has the prefix, that peer loses the prefix. The
    /// address is in host order; bits beyond <paramref name="cidr"/> are ignored.</summary>
    /// <returns>0; -EINVAL if the prefix is longer than the address or the peer is null; -ENOMEM if there is no memory for a node. After
    /// -ENOMEM only the table's sequence number has changed.</returns>
    public int InsertV4(uint ip, byte cidr, wg_peer* peer)
    {
        ++_device->seq;
        return Add<Bits32>(&_device->root4, (byte*)&ip, cidr, peer);
    }

    /// <summary><c>wg_allowedips_insert_v6</c>: does the same as <see cref="InsertV4"/> for lengths 0 to 128.</summary>
    public int InsertV6(UInt128 ip, byte cidr, wg_peer* peer)
    {
        ++_device->seq;
        var key = new Key128(ip);
        return Add<Bits128>(&_device->root6, (byte*)&key, cidr, peer);
    }

    /// <summary>Calls <see cref="InsertV4"/> or <see cref="InsertV6"/>, by the family of the prefix.</summary>
    public int Insert(Prefix prefix, wg_peer* peer) => prefix.Family == Family.IPv4
        ? InsertV4(prefix.V4, prefix.Length, peer)
        : InsertV6(prefix.Address, prefix.Length, peer);

    /// <summary><c>wg_allowedips_remove_v4</c> of Linux 6.16 (WGALLOWEDIP_F_REMOVE_ME): takes one prefix from a peer. If the peer does
    /// not have the prefix, only <see cref="Seq"/> changes.</summary>
    /// <returns>0, or -EINVAL if the length exceeds 32.</returns>
    public int RemoveV4(uint ip, byte cidr, wg_peer* peer)
    {
        ++_device->seq;
        return RemoveOne<Bits32>(_device->root4, (byte*)&ip, cidr, peer);
    }

    /// <summary><c>wg_allowedips_remove_v6</c> of Linux 6.16: does the same as <see cref="RemoveV4"/> for lengths 0 to 128.</summary>
    public int RemoveV6(UInt128 ip, byte cidr, wg_peer* peer)
    {
        ++_device->seq;
        var key = new Key128(ip);
        return RemoveOne<Bits128>(_device->root6, (byte*)&key, cidr, peer);
    }

    /// <summary>Calls <see cref="RemoveV4"/> or <see cref="RemoveV6"/>, by the family of the prefix.</summary>
    public int Remove(Prefix prefix, wg_peer* peer) => prefix.Family == Family.IPv4
        ? RemoveV4(prefix.V4, prefix.Length, peer)
        : RemoveV6(prefix.Address, prefix.Length, peer);

    /// <summary><c>wg_allowedips_remove_by_peer</c>: takes every prefix of both families from a peer.</summary>
    public void RemoveByPeer(wg_peer* peer)
    {
        var head = &peer->allowedips_list;
        if (ListHead.IsEmpty(head))
            return;
        ++_device->seq;
        // RemoveNode may also free the parent, but only if that has no peer and so is on no list. So next stays valid.
        for (list_head* link = head->next, next = link->next; link != head; link = next, next = link->next)
            RemoveNode(NodeOf(link));
    }

    /// <summary><c>wg_allowedips_free</c>: empties the table and the peers' lists. Lookups then find no peer. The end of the next grace
    /// period frees the nodes.</summary>
    public void Free()
    {
        var old4 = _device->root4;
        var old6 = _device->root6;
        ++_device->seq;
        RcuAssignPointer(&_device->root4, null);
        RcuAssignPointer(&_device->root6, null);
        FreeRoot(old4);
        FreeRoot(old6);
    }

    /// <summary><c>wg_allowedips_read_node</c>: reads a node's prefix in netlink's form: 4 or 16 bytes in network order, masked.
    /// <paramref name="ip"/> must be aligned to 8 bytes.</summary>
    /// <returns>AF_INET (2) or AF_INET6 (10).</returns>
    public static int ReadNode(allowedips_node* node, byte* ip, out byte cidr)
    {
        var bytes = (node->cidr + 7) / 8;
        SwapEndian(ip, node->bits, node->bitlen);
        NativeMemory.Clear(ip + bytes, (nuint)(node->bitlen / 8 - bytes));
        if (node->cidr != 0)
            ip[bytes - 1] &= (byte)(0xFF << (-node->cidr & 7));
        cidr = node->cidr;
        return (node->bitlen == 32 ? Family.IPv4 : Family.IPv6).Number();
    }

    /// <summary>Reads a node's prefix as <see cref="ReadNode(allowedips_node*, byte*, out byte)"/> does.</summary>
    public static Prefix ReadNode(allowedips_node* node)
    {
        var ip = stackalloc ulong[2];
        ReadNode(node, (byte*)ip, out var cidr);
        var words = new UInt128(FromBigEndian(ip[0]), FromBigEndian(ip[1]));
        return node->bitlen == 32 ? Prefix.OfV4((uint)(words >> 96), cidr) : Prefix.OfV6(words, cidr);
    }

    /// <summary>Frees the table's own block. Nodes and peers are freed with <see cref="Memory"/> (<c>wg_allowedips_slab_uninit</c>). To use
    /// that memory further, first call <see cref="PeerRemoveAll"/> and end a grace period.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_device);
        _device = null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong FromBigEndian(ulong word) =>
        BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word) : word;

    /// <summary>Converts an address from host order to network order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint BigEndian(uint address) =>
        BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(address) : address;

    /// <inheritdoc cref="BigEndian(uint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static UInt128 BigEndian(UInt128 address) =>
        BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(address) : address;

    /// <summary><c>container_of(link, struct allowedips_node, peer_list)</c></summary>
    internal static allowedips_node* NodeOf(list_head* link) => (allowedips_node*)((byte*)link - 56);
}
