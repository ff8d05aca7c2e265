// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>A node of an <see cref="LcTrie{TAddress}"/>: a tnode with 2^bits children, or a leaf with the prefixes of its address.
/// <code>
///   IPv4   0     4     5      6      7       8        16      20      24
///          | key | pos | bits | slen | count | parent | empty | full | child[0] child[1] ...         tnode
///                                            |        | peer[0] ... peer[count-1] | slen[0] ...      leaf: 25 bytes for one prefix
///   IPv6   key has 16 bytes; parent begins at 24
/// </code></summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LcNode<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    public TAddress key;

    /// <summary>The bits below those that the node reads; 0 in a leaf. In the node above the root, the bits of an address.</summary>
    public byte pos;

    /// <summary>The number of bits that the node reads; 0 in a leaf.</summary>
    public byte bits;

    /// <summary>The longest suffix (bits of an address minus prefix length) of any prefix below, at least pos.</summary>
    public byte slen;

    /// <summary>The number of prefixes of a leaf.</summary>
    public byte count;

    public LcNode<TAddress>* parent;

    public readonly bool IsTop => pos >= TAddress.Bits;

    public readonly bool IsTnode => bits != 0;

    public readonly bool IsLeaf => bits == 0;
}

/// <summary>The counts of a tnode, between header and children.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LcCounts
{
    public uint empty_children;

    /// <summary>The number of children that are tnodes without skipped bits.</summary>
    public uint full_children;
}

/// <summary>The level-compressed trie of net/ipv4/fib_trie.c with peers in its leaves, for both families. Its functions follow the
/// kernel's: the same thresholds for resizing, and suffix lengths that tell whether a lookup must go back up.</summary>
/// <remarks><para>An LC-trie (S. Nilsson and M. Tikkanen, "Implementing a dynamic compressed trie", 1998) reads several bits of the key at
/// once where the table is dense, and skips bits that all keys below share:</para>
/// <code>
///   first bit                                                   last bit
///   | known from above | index in parent | skipped | index here | not yet known |
///                                                      bits           pos
///
///   index = (address ^ key) >> pos        index >> bits == 0: skipped bits agree, index is the child
///
///   tnode of 3 bits   [ leaf | - | tnode | leaf | - | leaf | - | tnode ]
///                         |
///   leaf 10.0.0.0         | slens 16 24 | peer of 10.0.0.0/16, peer of 10.0.0.0/8 |    longest prefix first
/// </code>
/// <para>Leaves have no fib_alias and no fib_info. A leaf holds the peers of all prefixes that begin at its address. Most leaves hold one
/// peer, in 25 bytes for IPv4. The FIB takes a leaf of 48 bytes and an alias of 56.</para>
/// <para>Readers need no lock. A new prefix of a leaf makes a copy of the leaf, and a resize makes new tnodes. One pointer publishes either,
/// and the replaced nodes are freed after a grace period. A move writes one pointer. Lookups climb by parent pointers, as the kernel's
/// do.</para></remarks>
public sealed unsafe partial class LcTrie<TAddress> : PeerTrie<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    private readonly LcNode<TAddress>* _top;

    public LcTrie(PeerNumbers numbers) : base(numbers.Memory)
    {
        _top = (LcNode<TAddress>*)Memory.Kzalloc((int)TnodeBytes(1));
        _top->pos = (byte)TAddress.Bits;
        _top->slen = (byte)TAddress.Bits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override wg_peer* Find(TAddress address)
    {
        var reads = default(NoReads);
        return Find(address, ref reads);
    }

    public override wg_peer* Trace(TAddress address, ref CountedReads reads) => Find(address, ref reads);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private wg_peer* Find<TReads>(TAddress key, ref TReads reads)
        where TReads : struct, IReadTrace
    {
        var pn = _top;
        var cindex = 0ul;
        var n = ReadChild(pn, 0, ref reads);
        if (n == null)
            return null;

        // Down to the leaf that could equal the address.
        while (true)
        {
            ReadHeader(n, ref reads);
            var index = IndexOf(key, n);
            if (index >> n->bits != 0)
                break;
            if (n->IsLeaf)
                goto found;
            if (n->slen > n->pos)
            {
                pn = n;
                cindex = index;
            }

            n = ReadChild(n, index, ref reads);
            if (n == null)
                goto backtrace;
        }

        // Back up by clearing one bits, and down again along zeros.
    descend:
        if (key.DiffersFromPrefix(n->key) || n->slen == n->pos)
            goto backtrace;
        if (n->IsLeaf)
            goto found;
        n = ReadChild(n, 0, ref reads);
        if (n != null)
        {
            ReadHeader(n, ref reads);
            goto descend;
        }

    backtrace:
        while (cindex == 0)
        {
            if (pn->IsTop)
                return null;
            var pkey = pn->key;
            pn = (LcNode<TAddress>*)Volatile.Read(ref *(nint*)&pn->parent);
            ReadHeader(pn, ref reads);
            cindex = pn->IsTop ? 0 : IndexOf(pkey, pn);
        }

        cindex &= cindex - 1;
        n = ReadChild(pn, cindex, ref reads);
        if (n == null)
            goto backtrace;
        ReadHeader(n, ref reads);
        goto descend;

    found:
        var peer = PeerIn(n, key, ref reads);
        if (peer != null)
            return peer;
        goto backtrace;
    }

    public override wg_peer* Covering(TAddress address, int longest, out int length)
    {
        for (length = longest; length >= 0; length--)
        {
            var prefix = new StoredPrefix<TAddress>(address.WithoutLast(TAddress.Bits - length), (byte)length);
            var leaf = FindLeaf(prefix.Address, out _);
            var at = leaf == null ? -1 : PlaceOf(leaf, SuffixOf(prefix));
            if (at >= 0)
                return Peers(leaf)[at];
        }

        return null;
    }

    public override void Visit(PrefixVisitor visit) => VisitNode(Children(_top)[0], visit);

    public override PeerTrieShape Shape()
    {
        var shape = default(PeerTrieShape);
        Count(Children(_top)[0], 1, ref shape);
        return shape;
    }

    public override void Dispose() => Memory.Kfree(_top, (int)TnodeBytes(1));

    /// <summary>The read side for callers that are generic over the structure.</summary>
    public readonly struct Reader : IPeerReader<Reader, TAddress>
    {
        private readonly LcTrie<TAddress> _trie;

        private Reader(LcTrie<TAddress> trie) => _trie = trie;

        static Reader IPeerReader<Reader, TAddress>.Of(PeerTrie<TAddress> trie) => new((LcTrie<TAddress>)trie);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public wg_peer* Find(TAddress address) => _trie.Find(address);
    }

    /// <summary>The peer of the longest prefix of a leaf that contains an address; null for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static wg_peer* PeerIn<TReads>(LcNode<TAddress>* leaf, TAddress key, ref TReads reads)
        where TReads : struct, IReadTrace
    {
        var peers = Peers(leaf);
        var slens = Slens(leaf);
        reads.Read(slens, leaf->count);
        for (var i = 0; i < leaf->count; i++)
        {
            if (!key.SharesPrefix(leaf->key, TAddress.Bits - slens[i]))
                continue;
            reads.Read(peers + i, sizeof(nint));
            return (wg_peer*)Volatile.Read(ref *(nint*)(peers + i));
        }

        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static LcNode<TAddress>* ReadChild<TReads>(LcNode<TAddress>* n, ulong index, ref TReads reads)
        where TReads : struct, IReadTrace
    {
        var slot = Children(n) + index;
        reads.Read(slot, sizeof(nint));
        return (LcNode<TAddress>*)Volatile.Read(ref *(nint*)slot);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadHeader<TReads>(LcNode<TAddress>* n, ref TReads reads)
        where TReads : struct, IReadTrace
    {
        reads.Node();
        reads.Read(n, sizeof(TAddress) + 4);
    }

    private static void VisitNode(LcNode<TAddress>* n, PrefixVisitor visit)
    {
        if (n == null)
            return;
        for (var i = 0ul; i < ChildLength(n); i++)
            VisitNode(Children(n)[i], visit);
        for (var i = n->IsLeaf ? n->count - 1 : -1; i >= 0; i--)
            visit(new(n->key, (byte)(TAddress.Bits - Slens(n)[i])), Peers(n)[i]);
    }

    private static void Count(LcNode<TAddress>* n, int depth, ref PeerTrieShape shape)
    {
        if (n == null)
            return;
        shape = new(shape.Nodes + 1, shape.Prefixes + n->count, Math.Max(shape.MaxDepth, depth), shape.TotalDepth + (long)depth * n->count);
        for (var i = 0ul; i < ChildLength(n); i++)
            Count(Children(n)[i], depth + 1, ref shape);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static LcNode<TAddress>** Children(LcNode<TAddress>* n) => (LcNode<TAddress>**)((LcCounts*)(n + 1) + 1);

    private static LcCounts* Counts(LcNode<TAddress>* n) => (LcCounts*)(n + 1);

    private static wg_peer** Peers(LcNode<TAddress>* leaf) => (wg_peer**)(leaf + 1);

    private static byte* Slens(LcNode<TAddress>* leaf) => (byte*)(Peers(leaf) + leaf->count);

    private static byte SuffixOf(StoredPrefix<TAddress> prefix) => (byte)(TAddress.Bits - prefix.Length);

    /// <summary>The number of children: 2^bits, or 0 for a leaf.</summary>
    private static ulong ChildLength(LcNode<TAddress>* n) => (1ul << n->bits) & ~1ul;

    /// <summary>The child index, or a number of at least 2^bits if a skipped bit differs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong IndexOf(TAddress key, LcNode<TAddress>* n) => key.DifferenceAbove(n->key, n->pos);

    private static long TnodeBytes(ulong children) => sizeof(LcNode<TAddress>) + sizeof(LcCounts) + (long)children * sizeof(nint);

    private static int LeafBytes(int count) => sizeof(LcNode<TAddress>) + count * (sizeof(nint) + 1);
}
