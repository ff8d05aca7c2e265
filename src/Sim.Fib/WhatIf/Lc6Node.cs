// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>A node of <see cref="Lc6Table"/>: a <see cref="KeyVector"/> with keys of 128 bits.
/// <code>
///   0                16    17     18     24
///   | key            | pos | bits | slen | leaf's first route, or tnode[0] tnode[1] ...
/// </code></summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Lc6Vector
{
    public const int KeyLength = 128;

    public UInt128 key;
    public byte pos;
    public byte bits;
    public byte slen;

    /// <summary>In a leaf, this field is the list of routes, longest prefix first. In a tnode, this field is the first of the 2^bits child
    /// pointers.</summary>
    public Fib6Info* leaf;

    /// <summary>Whether this is the vector of one pointer above the root.</summary>
    public readonly bool IsTrie => pos >= KeyLength;

    public readonly bool IsTnode => bits != 0;

    public readonly bool IsLeaf => bits == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lc6Vector** Children(Lc6Vector* n) => (Lc6Vector**)&n->leaf;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lc6Vector* GetChild(Lc6Vector* n, ulong i) => Children(n)[i];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lc6Tnode* TnInfo(Lc6Vector* n) => (Lc6Tnode*)((byte*)n - Lc6Tnode.KvOffset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lc6Vector* NodeParent(Lc6Vector* n) => TnInfo(n)->parent;

    /// <summary>Returns the number of children: 2^bits, or 0 for a leaf.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ChildLength(Lc6Vector* n) => (1ul << n->bits) & ~1ul;

    /// <summary>Returns the child index, or a number of at least 2^bits if a skipped bit differs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong GetCindex(UInt128 key, Lc6Vector* n)
    {
        var differ = key ^ n->key;
        var (high, low) = ((ulong)(differ >> 64), (ulong)differ);
        int shift = n->pos;
        if (shift >= 64)
            return high >> (shift - 64);
        return high >> shift != 0 ? ulong.MaxValue : shift == 0 ? low : (high << (64 - shift)) | (low >> shift);
    }

    /// <summary>Returns the child index. For the vector above the root the index is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong GetIndex(UInt128 key, Lc6Vector* n) => n->IsTrie ? 0 : GetCindex(key, n);

    /// <summary>Returns the number of the highest bit in which two keys differ.</summary>
    public static int HighestDifference(UInt128 a, UInt128 b) => (int)UInt128.Log2(a ^ b);
}

/// <summary>A node with the fields that surround it in memory. A tnode takes 56 + 8 * 2^bits bytes and a leaf 64. In IPv4
/// (<see cref="TNode"/>) a tnode takes 40 + 8 * 2^bits bytes and a leaf 48.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Lc6Tnode
{
    public const int KvOffset = 32;
    public const int LeafSize = 64;

    public RcuHead rcu;
    public uint empty_children;
    public uint full_children;
    public Lc6Vector* parent;
    public Lc6Vector kv;

    public static long Size(ulong children) => 56 + 8 * (long)children;
}
