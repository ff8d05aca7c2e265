// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <content>Removes all prefixes of a peer. In order of address, the prefixes of a node and of the nodes below it follow each other. So one
/// walk copies each node at most once, however many prefixes the node loses.</content>
public sealed unsafe partial class MultibitTrie<TAddress>
{
    internal override void ClearAll(PrefixSet<TAddress> prefixes, wg_peer* peer)
    {
        var rest = new Rest(prefixes);
        if (rest.More && Drop(_root, 0, ref rest))
            Publish(_root, (nint)NewNode(0));
    }

    /// <summary>The prefixes that are still to be removed, in order.</summary>
    private struct Rest
    {
        private readonly PrefixSet<TAddress> _prefixes;

        public Rest(PrefixSet<TAddress> prefixes)
        {
            _prefixes = prefixes;
            More = prefixes.TryFirst(out Next);
        }

        public StoredPrefix<TAddress> Next;

        public bool More { get; private set; }

        public void Advance() => More = _prefixes.TryNext(Next, out Next);
    }

    /// <summary>Removes the next prefixes from a node and from the nodes below it, as long as they begin with the node's bits.</summary>
    /// <returns>Whether the node lost its last slot. Then it was retired, and the caller takes it out.</returns>
    private bool Drop(nint* at, int depth, ref Rest rest)
    {
        var node = (MultibitNode*)*at;
        var kept = *node;
        var address = rest.Next.Address;
        while (rest.More && rest.Next.Address.SharesPrefix(address, 8 * depth))
        {
            var octet = rest.Next.Address.Octet(depth);
            if (rest.Next.Length < 8 * depth + 8)
            {
                MultibitBits.Flip(kept.prefixes, MultibitBits.PrefixIndex(octet, rest.Next.Length - 8 * depth));
                rest.Advance();
                continue;
            }

            var slot = ChildSlot(node, octet);
            if ((*slot & KindMask) == NodeSlot)
            {
                if (Drop(slot, depth + 1, ref rest))
                    MultibitBits.Flip(kept.children, octet);
                continue;
            }

            RetireLeaf(*slot);
            MultibitBits.Flip(kept.children, octet);
            rest.Advance();
        }

        return Keep(at, depth, &kept, address);
    }

    /// <summary>Replaces a node by a copy with some of its slots, and compresses the copy. Returns whether no slot is kept.</summary>
    private bool Keep(nint* at, int depth, MultibitNode* kept, TAddress address)
    {
        var node = (MultibitNode*)*at;
        var count = Count(kept);
        if (count == 0)
        {
            Retire(node, Bytes(node));
            return true;
        }

        if (count < Count(node))
        {
            var copy = NewNode(count);
            *copy = *kept;
            var (from, to) = ((nint)Slots(node), (nint)Slots(copy));
            CopyKept(node->children, kept->children, ref from, ref to);
            CopyKept(node->prefixes, kept->prefixes, ref from, ref to);
            Replace(at, node, copy);
        }

        if (depth > 0)
            CompressNode(at, depth, address);
        return false;
    }

    private static void CopyKept(ulong* had, ulong* kept, ref nint from, ref nint to)
    {
        for (var word = 0; word < 4; word++)
        {
            for (var left = had[word]; left != 0; left &= left - 1, from += sizeof(nint))
            {
                if ((kept[word] & left & (0 - left)) == 0)
                    continue;
                *(nint*)to = *(nint*)from;
                to += sizeof(nint);
            }
        }
    }
}
