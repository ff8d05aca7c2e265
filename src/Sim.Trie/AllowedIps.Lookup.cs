// SPDX-License-Identifier: GPL-2.0-only
using System.Buffers.Binary;

namespace Sim.Trie;

/// <summary>The width of a key. The C functions take the width as an argument that is constant at each call. Here the width is a type, so
/// that the compiler makes one copy of each function per family.</summary>
internal interface IKeyBits
{
    static abstract int Bits { get; }
}

internal readonly struct Bits32 : IKeyBits
{
    public static int Bits => 32;
}

internal readonly struct Bits128 : IKeyBits
{
    public static int Bits => 128;
}

/// <summary>An IPv6 key after <c>swap_endian</c>: two words in host order, the upper half first.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Key128(UInt128 ip)
{
    public readonly ulong Upper = (ulong)(ip >> 64);
    public readonly ulong Lower = (ulong)ip;
}

public sealed unsafe partial class AllowedIps
{
    /// <summary><c>wg_allowedips_lookup_dst</c>: finds the peer of an IPv4 address in host order.</summary>
    /// <returns>The owner of the address, or null. The caller gets a reference to the owner, and must give it back with
    /// <see cref="PeerPut"/>.</returns>
    public wg_peer* LookupDstV4(uint daddr) => Lookup<Bits32>(RcuDereference(&_device->root4), (byte*)&daddr);

    /// <summary><c>wg_allowedips_lookup_src</c>: finds the peer that may send from an IPv4 address.</summary>
    /// <inheritdoc cref="LookupDstV4" path="/returns"/>
    public wg_peer* LookupSrcV4(uint saddr) => Lookup<Bits32>(RcuDereference(&_device->root4), (byte*)&saddr);

    /// <summary><c>wg_allowedips_lookup_dst</c>: finds the peer that an IPv6 packet is sent to.</summary>
    /// <inheritdoc cref="LookupDstV4" path="/returns"/>
    public wg_peer* LookupDstV6(UInt128 daddr)
    {
        var key = new Key128(daddr);
        return Lookup<Bits128>(RcuDereference(&_device->root6), (byte*)&key);
    }

    /// <summary><c>wg_allowedips_lookup_src</c>: finds the peer that may send from an IPv6 address.</summary>
    /// <inheritdoc cref="LookupDstV4" path="/returns"/>
    public wg_peer* LookupSrcV6(UInt128 saddr)
    {
        var key = new Key128(saddr);
        return Lookup<Bits128>(RcuDereference(&_device->root6), (byte*)&key);
    }

    /// <summary><c>find_node</c>: returns the node of the longest matching prefix that has a peer, or null. Takes no reference.</summary>
    public allowedips_node* FindNodeV4(uint ip) => FindNode<Bits32>(RcuDereference(&_device->root4), (byte*)&ip);

    /// <inheritdoc cref="FindNodeV4"/>
    public allowedips_node* FindNodeV6(UInt128 ip)
    {
        var key = new Key128(ip);
        return FindNode<Bits128>(RcuDereference(&_device->root6), (byte*)&key);
    }

    /// <summary>Returns the peer of the node that <see cref="FindNodeV4"/> finds; null for none. Takes no reference.</summary>
    public wg_peer* FindPeerV4(uint ip)
    {
        var node = FindNodeV4(ip);
        return node == null ? null : node->peer;
    }

    /// <inheritdoc cref="FindPeerV4"/>
    public wg_peer* FindPeerV6(UInt128 ip)
    {
        var node = FindNodeV6(ip);
        return node == null ? null : node->peer;
    }

    /// <summary><c>lookup</c>: finds the node, then takes a reference to the node's peer.</summary>
    private static wg_peer* Lookup<TBits>(allowedips_node* root, byte* ip)
        where TBits : struct, IKeyBits
    {
        while (true)
        {
            var node = FindNode<TBits>(root, ip);
            if (node == null)
                return null;
            var peer = PeerGetMaybeZero((wg_peer*)Volatile.Read(ref *(nint*)&node->peer));
            // The peer is being removed, or the node has just lost it. The writer is about to finish, so look again.
            if (peer != null)
                return peer;
        }
    }

    /// <summary><c>find_node</c>: walks down while the node's prefix contains the key. Returns the last node with a peer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static allowedips_node* FindNode<TBits>(allowedips_node* trie, byte* key)
        where TBits : struct, IKeyBits
    {
        var node = trie;
        allowedips_node* found = null;
        while (node != null && PrefixMatches<TBits>(node, key))
        {
            if (node->peer != null)
                found = node;
            if (node->cidr == TBits.Bits)
                break;
            node = RcuDereference(Child(node, Choose(node, key)));
        }

        return found;
    }

    /// <summary><c>choose</c>: returns the key's bit after the node's prefix. The bit selects the child.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Choose(allowedips_node* node, byte* key) => ((uint)key[node->bit_at_a] >> node->bit_at_b) & 1;

    /// <summary><c>prefix_matches</c>: returns whether the node's prefix contains the key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool PrefixMatches<TBits>(allowedips_node* node, byte* key)
        where TBits : struct, IKeyBits => CommonBits<TBits>(node, key) >= node->cidr;

    /// <summary><c>common_bits</c>: counts the leading bits that the node's address and the key share. In C the count is <c>32 -
    /// fls(x)</c>: the leading zeros of x, or 32 if x is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CommonBits<TBits>(allowedips_node* node, byte* key)
        where TBits : struct, IKeyBits
    {
        if (TBits.Bits == 32)
            return BitOperations.LeadingZeroCount(*(uint*)node->bits ^ *(uint*)key);
        return LeadingZeros128(*(ulong*)node->bits ^ *(ulong*)key, *(ulong*)(node->bits + 8) ^ *(ulong*)(key + 8));
    }

    /// <summary>Counts the leading zeros of 128 bits: <c>128 - fls128(upper, lower)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LeadingZeros128(ulong upper, ulong lower) =>
        upper != 0 ? BitOperations.LeadingZeroCount(upper) : 64 + BitOperations.LeadingZeroCount(lower);

    /// <summary><c>swap_endian</c>: converts an address between network order and words in host order.</summary>
    private static void SwapEndian(byte* dst, byte* src, byte bits)
    {
        if (bits == 32)
        {
            *(uint*)dst = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(*(uint*)src) : *(uint*)src;
        }
        else if (bits == 128)
        {
            ((ulong*)dst)[0] = FromBigEndian(((ulong*)src)[0]);
            ((ulong*)dst)[1] = FromBigEndian(((ulong*)src)[1]);
        }
    }

    /// <summary>Returns the address of <c>node->bit[index]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static allowedips_node** Child(allowedips_node* node, uint index) =>
        (allowedips_node**)((byte*)node + 8) + index;

    /// <summary><c>rcu_dereference</c>: reads a pointer. Later reads through the pointer cannot move before this read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static allowedips_node* RcuDereference(allowedips_node** slot) =>
        (allowedips_node*)Volatile.Read(ref *(nint*)slot);

    /// <summary><c>rcu_assign_pointer</c>: publishes a node. Earlier writes to the node cannot move behind this write.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RcuAssignPointer(allowedips_node** slot, allowedips_node* node) =>
        Volatile.Write(ref *(nint*)slot, (nint)node);
}
