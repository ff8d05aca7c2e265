// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>Finds peers by their tunnel addresses, which routes name as gateways. The class is a port of drivers/net/wireguard/gateways.c
/// of kernel-patch/series.</summary>
/// <remarks><para>A gateway is a peer's own address: a /32 or /128 among the peer's AllowedIPs. No longer prefix matches this address, so a
/// hash table can answer instead of the trie. The trie answers if the address is not in the table, or if there is no table.</para>
/// <para>The hash table uses open addressing: if the slot of an address is taken, the address goes to the next slot. At most half of the
/// slots are taken. A table never changes. A request that changes AllowedIPs first drops the table, and makes a new table when the request
/// ends.</para>
/// <para>There is one writer at a time. Lookups may run concurrently, as in <see cref="AllowedIps"/>. The table is for devices whose mode
/// is <c>gateway</c>.</para></remarks>
public sealed unsafe class Gateways : Kernel.IRcuReclaimer
{
    /// <summary><c>MOST_ALLOWEDIPS</c>: a device with more AllowedIPs has no table, because each request would visit all
    /// AllowedIPs.</summary>
    public const int MostAllowedIps = 1 << 16;

    private readonly AllowedIps _allowedIps;

    /// <summary><c>wg->gateways</c></summary>
    private GatewayTable* _table;

    /// <summary>Starts without a table.</summary>
    /// <param name="allowedIps">The device's AllowedIPs. The table lies in the memory of the AllowedIPs.</param>
    /// <param name="seed">The seed of the hash. The seed only decides the slots of addresses. The kernel takes the seed from
    /// <c>get_random_u32</c>.</param>
    public Gateways(AllowedIps allowedIps, uint seed = 0)
    {
        ArgumentNullException.ThrowIfNull(allowedIps);
        (_allowedIps, Seed) = (allowedIps, seed);
    }

    /// <summary>The seed of the next table.</summary>
    public uint Seed { get; set; }

    /// <summary>The number of slots of the table, a power of two; 0 without a table.</summary>
    public int Slots => _table == null ? 0 : (int)_table->mask + 1;

    /// <summary><c>struct_size(table, slots, slots)</c>: returns the bytes of a table.</summary>
    public static long Bytes(int slots) => sizeof(GatewayTable) + ((long)slots * sizeof(GatewaySlot));

    /// <summary><c>wg_gateways_drop</c>: drops the table. Call this method before AllowedIPs or peers change.</summary>
    public void Drop()
    {
        var table = _table;
        RcuAssignPointer(null);
        if (table != null)
            _allowedIps.Memory.Rcu.Call(this, (nint)table, (int)table->mask + 1);
    }

    /// <summary><c>wg_gateways_make</c>: makes the table. Does nothing if the table exists, if no peer has an address of its own, or if
    /// there are too many AllowedIPs.</summary>
    public void Make()
    {
        if (_table != null)
            return;
        var count = VisitAddresses(null);
        if (count <= 0)
            return;
        var slots = (int)BitOperations.RoundUpToPowerOf2(2 * (uint)count);
        var table = (GatewayTable*)_allowedIps.Memory.Kvzalloc(Bytes(slots));
        table->mask = (uint)slots - 1;
        table->seed = Seed;
        VisitAddresses(table);
        RcuAssignPointer(table);
    }

    /// <summary><c>wg_gateways_lookup</c>: finds the peer that has an IPv4 address in host order as an AllowedIP.</summary>
    /// <inheritdoc cref="AllowedIps.LookupDstV4" path="/returns"/>
    public wg_peer* LookupV4(uint gateway)
    {
        var ip = AllowedIps.BigEndian(gateway);
        var table = RcuDereference();
        var peer = table == null ? null : AllowedIps.PeerGetMaybeZero(Find<Bits32>(table, (byte*)&ip));
        return peer != null ? peer : _allowedIps.LookupDstV4(gateway);
    }

    /// <summary><c>wg_gateways_lookup</c>: finds the peer that has an IPv6 address as an AllowedIP.</summary>
    /// <inheritdoc cref="AllowedIps.LookupDstV4" path="/returns"/>
    public wg_peer* LookupV6(UInt128 gateway)
    {
        var ip = AllowedIps.BigEndian(gateway);
        var table = RcuDereference();
        var peer = table == null ? null : AllowedIps.PeerGetMaybeZero(Find<Bits128>(table, (byte*)&ip));
        return peer != null ? peer : _allowedIps.LookupDstV6(gateway);
    }

    /// <summary><c>wg_gateways_peek</c>: finds the peer of an IPv4 gateway without taking a reference.</summary>
    public wg_peer* PeekV4(uint gateway)
    {
        var ip = AllowedIps.BigEndian(gateway);
        var table = RcuDereference();
        var peer = table == null ? null : Find<Bits32>(table, (byte*)&ip);
        return peer != null ? peer : _allowedIps.FindPeerV4(gateway);
    }

    /// <summary><c>wg_gateways_peek</c>: finds the peer of an IPv6 gateway without taking a reference.</summary>
    public wg_peer* PeekV6(UInt128 gateway)
    {
        var ip = AllowedIps.BigEndian(gateway);
        var table = RcuDereference();
        var peer = table == null ? null : Find<Bits128>(table, (byte*)&ip);
        return peer != null ? peer : _allowedIps.FindPeerV6(gateway);
    }

    /// <summary>Returns a slot of the table, counted from 0. In a free slot the peer is null.</summary>
    public GatewaySlot* Slot(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, Slots);
        return SlotAt(_table, (uint)slot);
    }

    /// <summary><c>kvfree_rcu</c>: frees a table. The tag is the table's number of slots.</summary>
    void Kernel.IRcuReclaimer.Reclaim(nint obj, int tag) => _allowedIps.Memory.Kvfree((void*)obj, Bytes(tag));

    /// <summary><c>first_slot</c>: returns the slot where the search for an address begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint FirstSlot<TBits>(GatewayTable* table, byte* ip)
        where TBits : struct, IKeyBits =>
        (TBits.Bits == 32 ? Jhash.OneWord(*(uint*)ip, table->seed) : Jhash.Words((uint*)ip, 4, table->seed)) & table->mask;

    /// <summary><c>is_at</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsAt<TBits>(GatewaySlot* slot, byte* ip)
        where TBits : struct, IKeyBits
    {
        if (slot->family != (TBits.Bits == 32 ? Family.IPv4 : Family.IPv6).Number())
            return false;
        return TBits.Bits == 32 ? *(uint*)slot->ip == *(uint*)ip
            : ((slot->ip[0] ^ ((ulong*)ip)[0]) | (slot->ip[1] ^ ((ulong*)ip)[1])) == 0;
    }

    /// <summary><c>find</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static wg_peer* Find<TBits>(GatewayTable* table, byte* ip)
        where TBits : struct, IKeyBits
    {
        for (var at = FirstSlot<TBits>(table, ip); SlotAt(table, at)->peer != null; at = (at + 1) & table->mask)
        {
            if (IsAt<TBits>(SlotAt(table, at), ip))
                return SlotAt(table, at)->peer;
        }

        return null;
    }

    /// <summary><c>add</c></summary>
    private static void Add<TBits>(GatewayTable* table, byte* ip, wg_peer* peer)
        where TBits : struct, IKeyBits
    {
        var at = FirstSlot<TBits>(table, ip);
        while (SlotAt(table, at)->peer != null)
            at = (at + 1) & table->mask;
        var slot = SlotAt(table, at);
        slot->peer = peer;
        slot->family = (TBits.Bits == 32 ? Family.IPv4 : Family.IPv6).Number();
        slot->ip[0] = ((ulong*)ip)[0];
        slot->ip[1] = ((ulong*)ip)[1];
    }

    /// <summary><c>visit_addresses</c>: counts the peers' own addresses, and adds these addresses to the table unless the table is null.
    /// Returns -1 if there are too many AllowedIPs.</summary>
    private int VisitAddresses(GatewayTable* table)
    {
        var (visited, count) = (0, 0);
        var ip = stackalloc ulong[2];
        var peers = _allowedIps.PeerList;
        for (var at = peers->next; at != peers; at = at->next)
        {
            var peer = AllowedIps.PeerOf(at);
            var head = &peer->allowedips_list;
            for (var link = head->next; link != head; link = link->next)
            {
                var node = AllowedIps.NodeOf(link);
                if (++visited > MostAllowedIps)
                    return -1;
                if (node->cidr != node->bitlen)
                    continue;
                count++;
                if (table == null)
                    continue;
                ip[0] = ip[1] = 0;
                AllowedIps.ReadNode(node, (byte*)ip, out _);
                if (node->bitlen == 32)
                    Add<Bits32>(table, (byte*)ip, peer);
                else
                    Add<Bits128>(table, (byte*)ip, peer);
            }
        }

        return count;
    }

    /// <summary>Returns the address of <c>table->slots[at]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static GatewaySlot* SlotAt(GatewayTable* table, uint at) => (GatewaySlot*)(table + 1) + at;

    /// <summary><c>rcu_dereference</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private GatewayTable* RcuDereference()
    {
        fixed (GatewayTable** table = &_table)
            return (GatewayTable*)Volatile.Read(ref *(nint*)table);
    }

    /// <summary><c>rcu_assign_pointer</c></summary>
    private void RcuAssignPointer(GatewayTable* made)
    {
        fixed (GatewayTable** table = &_table)
            Volatile.Write(ref *(nint*)table, (nint)made);
    }
}
