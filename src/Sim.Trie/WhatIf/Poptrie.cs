// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>A node of a <see cref="Poptrie{TAddress}"/>: 64 slots.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PopNode
{
    /// <summary>A bit for each slot: 1 if a child decides the next bits, 0 if the slot is a leaf.</summary>
    public ulong vector;

    /// <summary>A bit for each slot: 1 for a leaf that differs from the leaf before it.</summary>
    public ulong leafvec;

    /// <summary>The children in order of their slots.</summary>
    public PopNode* children;

    /// <summary>The leaves that leafvec marks, in order: numbers of peers.</summary>
    public uint* leaves;
}

/// <summary>Poptrie (H. Asai and Y. Ohara, "Poptrie: A Compressed Trie with Population Count for Fast and Scalable Software IP Routing
/// Table Lookup", SIGCOMM 2015), with direct pointing by 18 bits, compressed leaves, and its incremental update. Written for this
/// project.</summary>
/// <remarks><para>The first 18 bits of an address are an index into an array. Below it each node decides 6 bits:</para>
/// <code>
///   address   | 18 bits        | 6 bits | 6 bits | ...       the last bits of an address are filled up with zeros
///               |                v        v
///   direct    [ leaf leaf node leaf ... ]                    2^18 pointers: a node, or a peer's number and a 1-bit
///                         |
///   node        | vector 00100...1 | leafvec 10011...0 | children | leaves |
///                                                          |          |
///                                       [ node node ... ]--+          +--[ number number ... ]
///
///   slot v with vector bit:  children[ 1-bits of vector up to v, minus 1 ]
///   slot v without:          leaves[ 1-bits of leafvec up to v, minus 1 ]    equal neighbours share a leaf
/// </code>
/// <para>A leaf holds the answer for all addresses of its slot, so a lookup never goes back up. A slot has a child only if its addresses
/// have different answers. So the binding alone decides the shape. For the writer, a <see cref="MultibitTrie{TAddress}"/> holds the
/// prefixes, as a radix tree does in the paper.</para>
/// <para>Readers need no lock. A change makes new arrays from the changed nodes up to the direct array. One pointer in the direct array
/// publishes them, and the old arrays are freed after a grace period. A change visits only the slots that its prefix overlaps. Among these
/// it rebuilds, from the prefixes, only the leaves that hold the old answer.</para>
/// <para>This version differs from the paper in two points. Children and leaves are objects of kmalloc behind pointers, not indices into
/// two arrays with a buddy allocator, so a node has 32 bytes instead of 24. Leaves have 4 bytes instead of 2, because a device may have
/// 2^20 peers.</para></remarks>
public sealed unsafe partial class Poptrie<TAddress> : PeerTrie<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    private const int DirectBits = 18, Stride = 6, SlotCount = 1 << Stride;
    private const nint LeafBit = 1;

    private readonly PeerNumbers _numbers;
    private readonly MultibitTrie<TAddress> _prefixes;
    private readonly nint* _direct;

    public Poptrie(PeerNumbers numbers) : base(numbers.Memory)
    {
        _numbers = numbers;
        _prefixes = new(numbers);
        _direct = (nint*)Memory.VzallocHuge((long)sizeof(nint) << DirectBits);
        new Span<nint>(_direct, 1 << DirectBits).Fill(LeafBit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public override wg_peer* Find(TAddress address)
    {
        var reads = default(NoReads);
        return Find(address, ref reads);
    }

    public override wg_peer* Trace(TAddress address, ref CountedReads reads) => Find(address, ref reads);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private wg_peer* Find<TReads>(TAddress address, ref TReads reads)
        where TReads : struct, IReadTrace
    {
        var direct = _direct + address.BitsAt(0, DirectBits);
        reads.Node();
        reads.Read(direct, sizeof(nint));
        var entry = Volatile.Read(ref *direct);
        if ((entry & LeafBit) != 0)
            return PeerOf((uint)(entry >> 1), ref reads);
        var node = (PopNode*)entry;
        for (var offset = DirectBits; ; offset += Stride)
        {
            reads.Node();
            reads.Read(node, sizeof(PopNode));
            var slot = (int)address.BitsAt(offset, Stride);
            if ((node->vector >> slot & 1) == 0)
            {
                var leaf = node->leaves + Rank(node->leafvec, slot);
                reads.Read(leaf, sizeof(uint));
                return PeerOf(*leaf, ref reads);
            }

            node = node->children + Rank(node->vector, slot);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private wg_peer* PeerOf<TReads>(uint number, ref TReads reads)
        where TReads : struct, IReadTrace
    {
        if (number == 0)
            return null;
        reads.Read(_numbers.SlotOf(number), sizeof(nint));
        return _numbers.PeerOf(number);
    }

    public override wg_peer* Covering(TAddress address, int longest, out int length) => _prefixes.Covering(address, longest, out length);

    public override void Visit(PrefixVisitor visit) => _prefixes.Visit(visit);

    /// <summary>Counts the nodes of the Poptrie. The depth of a prefix is that of the node or entry that its first address ends
    /// in.</summary>
    public override PeerTrieShape Shape()
    {
        var nodes = 0L;
        for (var i = 0; i < 1 << DirectBits; i++)
        {
            if ((_direct[i] & LeafBit) == 0)
                nodes += Nodes((PopNode*)_direct[i]);
        }

        var (prefixes, deepest, total) = (0L, 1, 0L);
        _prefixes.Visit((prefix, _) =>
        {
            var reads = new DepthOnly();
            Find(prefix.Address, ref reads);
            (prefixes, deepest, total) = (prefixes + 1, Math.Max(deepest, reads.Depth), total + reads.Depth);
        });
        return new(nodes, prefixes, deepest, total);
    }

    public override void Dispose()
    {
        _prefixes.Dispose();
        Memory.Vfree(_direct);
    }

    /// <summary>The read side for callers that are generic over the structure.</summary>
    public readonly struct Reader : IPeerReader<Reader, TAddress>
    {
        private readonly Poptrie<TAddress> _trie;

        private Reader(Poptrie<TAddress> trie) => _trie = trie;

        static Reader IPeerReader<Reader, TAddress>.Of(PeerTrie<TAddress> trie) => new((Poptrie<TAddress>)trie);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public wg_peer* Find(TAddress address) => _trie.Find(address);
    }

    private struct DepthOnly : IReadTrace
    {
        public int Depth { get; private set; }

        public void Node() => Depth++;

        public readonly void Read(void* at, int bytes) { }
    }

    private static long Nodes(PopNode* node)
    {
        var nodes = 1L;
        for (var i = 0; i < BitOperations.PopCount(node->vector); i++)
            nodes += Nodes(node->children + i);
        return nodes;
    }

    /// <summary>Counts the 1-bits up to a bit, minus 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Rank(ulong bits, int last) => BitOperations.PopCount(bits << (63 - last)) - 1;
}
