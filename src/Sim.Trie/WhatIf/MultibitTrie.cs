// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <summary>A node of a <see cref="MultibitTrie{TAddress}"/>: two sets of 256 bits, one cache line if the node is aligned to one. A slot of
/// 8 bytes follows for each 1-bit: first the slots of the children, then those of the prefixes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MultibitNode
{
    public fixed ulong children[4];
    public fixed ulong prefixes[4];
}

/// <summary>The bits of a <see cref="MultibitNode"/>.</summary>
internal static unsafe class MultibitBits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Has(ulong* set, uint bit) => (set[bit >> 6] >> (int)(bit & 63) & 1) != 0;

    public static void Flip(ulong* set, uint bit) => set[bit >> 6] ^= 1ul << (int)(bit & 63);

    public static int Count(ulong* set) => BitOperations.PopCount(set[0]) + BitOperations.PopCount(set[1])
        + BitOperations.PopCount(set[2]) + BitOperations.PopCount(set[3]);

    /// <summary>Counts the 1-bits below a bit. The counts of the words below lie in the bytes of one number, so that there is no
    /// branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Rank(ulong* set, uint bit)
    {
        var one = BitOperations.PopCount(set[0]);
        var two = one + BitOperations.PopCount(set[1]);
        var three = two + BitOperations.PopCount(set[2]);
        var below = (uint)(one << 8 | two << 16 | three << 24) >> (int)(bit >> 6 << 3) & 0xFF;
        return (int)below + BitOperations.PopCount(set[bit >> 6] & ((1ul << (int)(bit & 63)) - 1));
    }

    /// <summary>Whether one of a number of bits is set. The number is a power of two, and the first bit a multiple of it.</summary>
    public static bool HasAny(ulong* set, uint first, int count)
    {
        if (count < 64)
            return (set[first >> 6] >> (int)(first & 63) & ((1ul << count) - 1)) != 0;
        var any = 0ul;
        for (var word = 0; word < count / 64; word++)
            any |= set[(first >> 6) + word];
        return any != 0;
    }

    /// <summary>The lowest 1-bit of a set that is not empty.</summary>
    public static uint Lowest(ulong* set)
    {
        var word = 0;
        while (set[word] == 0)
            word++;
        return (uint)(64 * word + BitOperations.TrailingZeroCount(set[word]));
    }

    /// <summary>The number of the prefix that has the first <paramref name="length"/> bits of an octet, 0 to 7: a 1-bit, then these
    /// bits.</summary>
    public static uint PrefixIndex(uint octet, int length) => 1u << length | octet >> (8 - length);

    /// <summary>The number of the longest prefix that contains an octet; 0 for none. The numbers of 7 bits fill the two upper words, those
    /// of 6 bits the second word, and the six shorter ones the lowest word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Longest(ulong* prefixes, uint octet)
    {
        var seven = 128 | octet >> 1;
        if (Has(prefixes, seven))
            return seven;
        if ((prefixes[1] >> (int)(octet >> 2) & 1) != 0)
            return 64 | octet >> 2;
        var shorter = prefixes[0] & Shorter(octet);
        return shorter == 0 ? 0 : 63 - (uint)BitOperations.LeadingZeroCount(shorter);
    }

    /// <summary>The bits of the numbers of the prefixes of 0 to 5 bits that contain an octet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Shorter(uint octet)
    {
        var five = (int)(octet >> 3);
        return 1ul << (32 | five) | 1ul << (16 | five >> 1) | 1ul << (8 | five >> 2) | 1ul << (4 | five >> 3) | 1ul << (2 | five >> 4) | 2;
    }
}

/// <summary>A prefix that stands alone below a child slot, further down than the slot: the path to it is compressed.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MultibitLeaf<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    public wg_peer* peer;
    public StoredPrefix<TAddress> prefix;
}

/// <summary>A multibit trie with strides of 8 bits and popcount-compressed slots: allotment routing tables (Y. Hariguchi, "Allotment
/// Routing Table: A Fast Free Multibit Trie Based Routing Table", 2002), with bit sets for arrays as in Go's gaissmai/bart. Written for
/// this project.</summary>
/// <remarks><para>A node stands for 0, 8, 16 or more bits that all its prefixes share, and decides the next 8 bits, the octet. It has a bit
/// for each of the 255 prefixes of 0 to 7 further bits, and a bit for each of the 256 octets:</para>
/// <code>
///   prefixes, by number          1                   0 bits         a number is a 1-bit, then the prefix's bits:
///                            2       3               1 bit          the parent of number i is i / 2
///                          4   5   6   7             2 bits
///                         ...                        ...
///                       128 129  ...  254 255        7 bits         octet 0xC3 = 11000011: 225, 112, 56, 28, 14, 7, 3, 1
///
///   node     | children: 256 bits | prefixes: 256 bits | slot slot slot ... | slot slot ... |
///                 ...1....1...1..                         |                    peers of the prefixes
///                                                         child: the slot's number is the count of 1-bits before the octet's bit
///
///   child    | node       00 |    the next octet decides
///            | peer       01 |    a prefix of exactly the bits up to here, for instance a /24, and nothing below
///            | leaf       10 |    one prefix further down, and nothing else below: address, length, peer
/// </code>
/// <para>A lookup goes down by octets. In each node it notes the number of the longest prefix that contains the octet. This needs only the
/// bits: one test for 7 bits, one for 6 bits, and a mask with a count of leading zeros for the six shorter lengths. At the end the lookup
/// reads the slot of the last number that it noted.</para>
/// <para>Readers need no lock, because only the 8 bytes of a slot change in a node that they can reach. An insertion copies the node with
/// one more slot. Then the parent's slot points to the copy, and the old node is freed after a grace period. A move writes one slot or one
/// leaf, and copies nothing.</para>
/// <para>Each node below the root has at least two slots, or its only slot leads to another node. So the set of prefixes alone decides the
/// shape.</para>
/// <para>Files: this file (layout, lookups), <c>MultibitTrie.Update.cs</c> (one prefix), <c>MultibitTrie.ClearAll.cs</c> (all prefixes of a
/// peer), <c>MultibitTrie.Inspect.cs</c>.</para></remarks>
public sealed unsafe partial class MultibitTrie<TAddress> : PeerTrie<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    // The kinds of child slots: the two lowest bits.
    private const nint NodeSlot = 0, PeerSlot = 1, LeafSlot = 2, KindMask = 3;

    /// <summary>The address of the root. The pointer is in native memory because updates treat it as a slot.</summary>
    private nint* _root;

    public MultibitTrie(PeerNumbers numbers) : base(numbers.Memory)
    {
        _root = (nint*)NativeMemory.AllocZeroed((nuint)sizeof(nint));
        *_root = (nint)NewNode(0);
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
        var slot = Read(_root);
        MultibitNode* best = null;
        var bestIndex = 0u;
        for (var depth = 0; ; depth++)
        {
            var node = (MultibitNode*)slot;
            reads.Node();
            reads.Read(node, sizeof(MultibitNode));
            var octet = address.Octet(depth);
            var index = MultibitBits.Longest(node->prefixes, octet);
            if (index != 0)
            {
                best = node;
                bestIndex = index;
            }

            if (!MultibitBits.Has(node->children, octet))
                break;
            var child = ChildSlot(node, octet);
            reads.Read(child, sizeof(nint));
            slot = Read(child);
            if ((slot & KindMask) == NodeSlot)
                continue;
            if ((slot & KindMask) == PeerSlot)
                return PeerOf(slot);
            var leaf = LeafOf(slot);
            reads.Read(leaf, sizeof(MultibitLeaf<TAddress>));
            if (address.SharesPrefix(leaf->prefix.Address, leaf->prefix.Length))
                return (wg_peer*)Volatile.Read(ref *(nint*)&leaf->peer);
            break;
        }

        if (best == null)
            return null;
        var answer = PrefixSlot(best, bestIndex);
        reads.Read(answer, sizeof(nint));
        return (wg_peer*)Read(answer);
    }

    public override wg_peer* Covering(TAddress address, int longest, out int length)
    {
        var slot = *_root;
        wg_peer* found = null;
        length = 0;
        for (var depth = 0; ; depth++)
        {
            var node = (MultibitNode*)slot;
            var octet = address.Octet(depth);
            for (var bits = Math.Min(7, longest - 8 * depth); bits >= 0; bits--)
            {
                var index = MultibitBits.PrefixIndex(octet, bits);
                if (!MultibitBits.Has(node->prefixes, index))
                    continue;
                found = (wg_peer*)*PrefixSlot(node, index);
                length = 8 * depth + bits;
                break;
            }

            if (longest < 8 * depth + 8 || !MultibitBits.Has(node->children, octet))
                return found;
            slot = *ChildSlot(node, octet);
            if ((slot & KindMask) == NodeSlot)
                continue;
            var prefix = PrefixOf(slot, address, depth);
            if (prefix.Length > longest || !address.SharesPrefix(prefix.Address, prefix.Length))
                return found;
            length = prefix.Length;
            return Owner(slot);
        }
    }

    /// <summary>Returns whether the trie holds a prefix longer than <paramref name="length"/> bits that has the first bits of an
    /// address.</summary>
    public bool HasLonger(TAddress address, int length)
    {
        var slot = *_root;
        for (var depth = 0; ; depth++)
        {
            var node = (MultibitNode*)slot;
            var (octet, left) = (address.Octet(depth), length - 8 * depth);
            if (left < 8)
                return HasLonger(node, octet, left);
            if (!MultibitBits.Has(node->children, octet))
                return false;
            slot = *ChildSlot(node, octet);
            if ((slot & KindMask) == NodeSlot)
                continue;
            var prefix = PrefixOf(slot, address, depth);
            return prefix.Length > length && address.SharesPrefix(prefix.Address, length);
        }
    }

    /// <summary>Whether a node holds a prefix, or a child, of more than <paramref name="length"/> further bits, 0 to 7, below an
    /// octet.</summary>
    private static bool HasLonger(MultibitNode* node, uint octet, int length)
    {
        for (var bits = length + 1; bits < 8; bits++)
        {
            var first = MultibitBits.PrefixIndex(octet & ~(0xFFu >> length), bits);
            if (MultibitBits.HasAny(node->prefixes, first, 1 << (bits - length)))
                return true;
        }

        return MultibitBits.HasAny(node->children, octet & ~(0xFFu >> length), 1 << (8 - length));
    }

    /// <summary>The read side for callers that are generic over the structure.</summary>
    public readonly struct Reader : IPeerReader<Reader, TAddress>
    {
        private readonly MultibitTrie<TAddress> _trie;

        private Reader(MultibitTrie<TAddress> trie) => _trie = trie;

        static Reader IPeerReader<Reader, TAddress>.Of(PeerTrie<TAddress> trie) => new((MultibitTrie<TAddress>)trie);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public wg_peer* Find(TAddress address) => _trie.Find(address);
    }

    /// <summary>The slot of a child, whose bit must be set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint* ChildSlot(MultibitNode* node, uint octet) => Slots(node) + MultibitBits.Rank(node->children, octet);

    /// <summary>The slot of a prefix, whose bit must be set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint* PrefixSlot(MultibitNode* node, uint index) =>
        Slots(node) + MultibitBits.Count(node->children) + MultibitBits.Rank(node->prefixes, index);

    private static nint* Slots(MultibitNode* node) => (nint*)(node + 1);

    private static wg_peer* PeerOf(nint slot) => (wg_peer*)(slot - PeerSlot);

    private static MultibitLeaf<TAddress>* LeafOf(nint slot) => (MultibitLeaf<TAddress>*)(slot - LeafSlot);

    /// <summary>The owner of the prefix of a child slot that holds no node.</summary>
    private static wg_peer* Owner(nint slot) => (slot & KindMask) == PeerSlot ? PeerOf(slot) : LeafOf(slot)->peer;

    /// <summary>The prefix of a child slot that holds no node, on the path to an address.</summary>
    private static StoredPrefix<TAddress> PrefixOf(nint slot, TAddress address, int depth) => (slot & KindMask) == LeafSlot
        ? LeafOf(slot)->prefix
        : new(new Prefix(TAddress.Family, address.LeftAligned, 8 * depth + 8));

    /// <summary><c>rcu_dereference</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Read(nint* slot) => Volatile.Read(ref *slot);

    /// <summary><c>rcu_assign_pointer</c></summary>
    private static void Publish(nint* slot, nint value) => Volatile.Write(ref *slot, value);
}
