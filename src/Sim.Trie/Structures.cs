// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary><c>struct list_head</c>: a link of a circular doubly linked list, or its head.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct list_head
{
    public list_head* next;
    public list_head* prev;
}

/// <summary><c>struct allowedips_node</c> (drivers/net/wireguard/allowedips.h), 72 bytes on a 64-bit machine:
/// <code>
///    0        8        16       24     25       26       27     28  32              48              56          72
///    | peer   | bit[0] | bit[1] | cidr | bit_at_a | bit_at_b | bitlen | - | bits[16]   | parent_bit    | peer_list |
///    |        |        |        |      |          |          |        |   |            | _packed       | or rcu    |
/// </code>
/// A lookup reads bytes 0 to 35 (IPv4) or 0 to 47 (IPv6). Only updates use the other bytes.</summary>
/// <remarks><c>bits</c> is in host order: one u32, or two u64 with the upper half first. Bits beyond <c>cidr</c> stay as in the first
/// insertion. <see cref="AllowedIps.ReadNode(allowedips_node*, byte*, out byte)"/> masks these bits.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 72)]
public unsafe struct allowedips_node
{
    /// <summary>The owner of the prefix; null in a node that only joins two subtrees. RCU-protected.</summary>
    [FieldOffset(0)] public wg_peer* peer;

    /// <summary>Two <c>allowedips_node *</c>, RCU-protected. The pointers are numbers, because C# has no fixed arrays of
    /// pointers.</summary>
    [FieldOffset(8)] public fixed ulong bit[2];

    /// <summary>The prefix length.</summary>
    [FieldOffset(24)] public byte cidr;

    /// <summary>The byte that holds the bit after the prefix, as an index into the array <c>bits</c>.</summary>
    [FieldOffset(25)] public byte bit_at_a;

    /// <summary>The right shift that brings the bit after the prefix to position 0.</summary>
    [FieldOffset(26)] public byte bit_at_b;

    /// <summary>The bits of an address: 32 or 128.</summary>
    [FieldOffset(27)] public byte bitlen;

    [FieldOffset(32)] public fixed byte bits[16];

    /// <summary>The address of the pointer that points to this node. The two lowest bits say which pointer this is:
    /// <code>
    ///   | address of parent->bit[0] | 00 |    | address of parent->bit[1] | 01 |    | address of root | 10 |
    /// </code></summary>
    [FieldOffset(48)] public ulong parent_bit_packed;

    /// <summary>The link in the owner's <c>allowedips_list</c>. The <c>rcu_head</c> uses the same bytes.</summary>
    [FieldOffset(56)] public list_head peer_list;
}

/// <summary>The fields of <c>struct wg_peer</c> (drivers/net/wireguard/peer.h) that the trie uses. In 6.12 the structure has 1,520
/// bytes.</summary>
/// <remarks>The offsets are taken from 6.12 in a uniprocessor x86-64 kernel without lock debugging, where spinlocks take no room. In an SMP
/// kernel the structure has 1,552 bytes, with refcount at 1088.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 1520)]
public struct wg_peer
{
    /// <summary>The value is 1 after the peer was removed from the configuration. References to the peer may still exist then.</summary>
    [FieldOffset(132)] public byte is_dead;

    /// <summary><c>struct kref</c>: counts the device's own reference and the references of lookups.</summary>
    [FieldOffset(1056)] public int refcount;

    /// <summary>The link in the device's list of peers.</summary>
    [FieldOffset(1080)] public list_head peer_list;

    /// <summary>The head of the list of this peer's nodes of both families, in the order in which the peer got the nodes.</summary>
    [FieldOffset(1096)] public list_head allowedips_list;

    /// <summary>The fields of the what-ifs (<see cref="PeerTries"/>), in bytes that the port does not use. A kernel would add them: 21
    /// peers would still fill a slab of 32 KiB.</summary>
    [FieldOffset(1112)] internal what_if_peer what_if;

    /// <summary>The number that the caller of <see cref="AllowedIps.PeerCreate"/> chose.</summary>
    [FieldOffset(1512)] public ulong internal_id;

    /// <summary>Returns the bytes of a peer. The peer's <c>napi_struct</c>, which lies behind the trie's fields, is larger in
    /// 7.3.</summary>
    public static int Bytes(Kernel.KernelRelease release) => release == Kernel.KernelRelease.Linux6_12 ? 1520 : 1616;
}

/// <summary><c>struct gateway</c> (gateways.c of kernel-patch/series): a slot of the hash of gateways, 32 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public unsafe struct GatewaySlot
{
    /// <summary>Null in a free slot.</summary>
    [FieldOffset(0)] public wg_peer* peer;

    /// <summary>The address in network order. An IPv4 address has four bytes, and zeros follow.</summary>
    [FieldOffset(8)] public fixed ulong ip[2];

    /// <summary>AF_INET (2) or AF_INET6 (10).</summary>
    [FieldOffset(24)] public ushort family;

    /// <summary>The address in host order, left-aligned.</summary>
    public readonly UInt128 Address => new(AllowedIps.FromBigEndian(ip[0]), AllowedIps.FromBigEndian(ip[1]));
}

/// <summary><c>struct gateways</c>: the 24 bytes before the slots of the hash of gateways.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct GatewayTable
{
    [FieldOffset(16)] public uint seed;
    [FieldOffset(20)] public uint mask;
}

/// <summary><c>struct allowedips</c>, and the two fields of <c>struct wg_device</c> that peer.c uses.</summary>
/// <remarks>The structure is in native memory because the <c>parent_bit_packed</c> of a root is the address of <c>root4</c> or
/// <c>root6</c>.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct wg_device
{
    public allowedips_node* root4;
    public allowedips_node* root6;
    public ulong seq;
    public list_head peer_list;
    public uint num_peers;
}

/// <summary>The inline functions of include/linux/list.h that the trie uses.</summary>
internal static unsafe class ListHead
{
    /// <summary><c>INIT_LIST_HEAD</c></summary>
    public static void Init(list_head* list) => list->next = list->prev = list;

    /// <summary><c>list_empty</c></summary>
    public static bool IsEmpty(list_head* head) => head->next == head;

    /// <summary><c>list_add_tail</c></summary>
    public static void AddTail(list_head* entry, list_head* head)
    {
        var last = head->prev;
        head->prev = entry;
        entry->next = head;
        entry->prev = last;
        last->next = entry;
    }

    /// <summary><c>list_del</c>: removes an entry from its list. The entry's own links stay unchanged here; the kernel poisons
    /// them.</summary>
    public static void Del(list_head* entry)
    {
        entry->next->prev = entry->prev;
        entry->prev->next = entry->next;
    }

    /// <summary><c>list_del_init</c></summary>
    public static void DelInit(list_head* entry)
    {
        Del(entry);
        Init(entry);
    }

    /// <summary><c>list_move_tail</c></summary>
    public static void MoveTail(list_head* entry, list_head* head)
    {
        Del(entry);
        AddTail(entry, head);
    }
}
