// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary><c>struct rcu_head</c>: links an object into the queue of objects that wait for a grace period.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct RcuHead
{
    public RcuHead* next;

    /// <summary>The callback, as a <see cref="RcuFunc"/>. The kernel has a function pointer here.</summary>
    public nint func;
}

/// <summary><c>struct key_vector</c> (net/ipv4/fib_trie.c): a tnode with 2^bits children, or a leaf.</summary>
/// <remarks><para>An LC-trie (level- and path-compressed; S. Nilsson and M. Tikkanen, "Implementing a dynamic compressed trie", 1998) reads
/// several bits of the key at once where the table is dense. The trie skips bits that all keys below a node share. <c>pos</c> and
/// <c>bits</c> say which bits a node reads:</para>
/// <code>
///   bit 31                                                      bit 0
///   | known from above | index in parent | skipped | index here | not yet known |
///                      |   parent.bits   |         |    bits    |      pos      |
///                                        ^ parent.pos           ^ pos
///
///   key     the bits known up to here, skipped ones included; zero from pos+bits down
///   slen    the longest suffix (32 - prefix length) of any route below, at least pos;
///           slen == pos: no route below has a longer suffix than pos, so a lookup need not come back
/// </code>
/// <para>The node's key is zero in the bits of the index. So one exclusive-or of address and key finds the child and checks the skipped
/// bits:</para>
/// <code>
///   index = (address ^ key) >> pos        index >> bits == 0:  skipped bits agree, index is the child
///                                         otherwise:           a skipped bit differs
/// </code>
/// <para>In a leaf, pos and bits are 0 and the key is complete. So index == 0 means that the address equals the key.</para></remarks>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct KeyVector
{
    /// <summary>The bits of an IPv4 key (<c>KEYLENGTH</c>).</summary>
    public const int KeyLength = 32;

    public uint key;
    public byte pos;
    public byte bits;
    public byte slen;

    /// <summary>In a leaf, this field is the list of routes. In a tnode, this field is the first of the 2^bits child pointers.</summary>
    public HlistNode* leaf;

    /// <summary><c>IS_TRIE</c>: whether this is the vector of one pointer in struct trie, above the root.</summary>
    public readonly bool IsTrie => pos >= KeyLength;

    /// <summary><c>IS_TNODE</c>.</summary>
    public readonly bool IsTnode => bits != 0;

    /// <summary><c>IS_LEAF</c>.</summary>
    public readonly bool IsLeaf => bits == 0;

    /// <summary><c>tnode[0]</c>: returns the address of the first child pointer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeyVector** Children(KeyVector* n) => (KeyVector**)&n->leaf;

    /// <summary><c>get_child</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeyVector* GetChild(KeyVector* n, ulong i) => Children(n)[i];

    /// <summary><c>tn_info</c>: returns the struct tnode that contains a node. The vector in struct trie is not part of a struct
    /// tnode.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TNode* TnInfo(KeyVector* n) => (TNode*)((byte*)n - TNode.KvOffset);

    /// <summary><c>node_parent</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeyVector* NodeParent(KeyVector* n) => TnInfo(n)->parent;

    /// <summary><c>child_length</c>: returns the number of children: 2^bits, or 0 for a leaf.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ChildLength(KeyVector* n) => (1ul << n->bits) & ~1ul;

    /// <summary><c>get_cindex</c>: returns the child index, or a number of at least 2^bits if a skipped bit differs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong GetCindex(uint key, KeyVector* n) => (key ^ n->key) >> n->pos;

    /// <summary><c>get_index</c>: returns the child index. For the vector in struct trie the index is 0, because its pos is 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong GetIndex(uint key, KeyVector* n) => (ulong)(key ^ n->key) >> n->pos;
}

/// <summary>A node with the fields that surround it in memory (<c>struct tnode</c>). A tnode takes 40 + 8 * 2^bits bytes, a leaf 48.
/// <code>
///   0         16         20         24      32   36   37    38    40
///   | rcu     | empty_   | full_    | parent | key | pos | bits | slen | tnode[0] tnode[1] ...
///   |         | children | children |        |          key_vector
/// </code></summary>
/// <remarks>A lookup reads the bytes from 32 on. A lookup that climbs also reads parent. Only updates use the other bytes.</remarks>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct TNode
{
    /// <summary>The offset of <see cref="kv"/>.</summary>
    public const int KvOffset = 32;

    /// <summary><c>LEAF_SIZE</c>.</summary>
    public const int LeafSize = 48;

    public RcuHead rcu;
    public uint empty_children;

    /// <summary>The number of children that are tnodes without skipped bits. When this node doubles, each of these children fills two
    /// slots.</summary>
    public uint full_children;
    public KeyVector* parent;
    public KeyVector kv;

    /// <summary><c>TNODE_SIZE(n)</c>: returns the bytes of a tnode with this number of children.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Size(ulong children) => 40 + 8 * (long)children;
}
