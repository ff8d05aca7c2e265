// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

public sealed unsafe partial class MultibitTrie<TAddress>
{
    /// <summary>The most nodes on a path: one per octet.</summary>
    private const int MaxDepth = 16;

    public override wg_peer* Set(StoredPrefix<TAddress> prefix, wg_peer* peer)
    {
        var at = _root;
        for (var depth = 0; ; depth++)
        {
            var node = (MultibitNode*)*at;
            var octet = prefix.Address.Octet(depth);
            if (prefix.Length < 8 * depth + 8)
                return SetPrefix(at, MultibitBits.PrefixIndex(octet, prefix.Length - 8 * depth), peer);
            if (!MultibitBits.Has(node->children, octet))
            {
                AddSlot(at, isChild: true, octet, NewChild(prefix, depth, peer));
                return null;
            }

            var slot = ChildSlot(node, octet);
            if ((*slot & KindMask) != NodeSlot)
            {
                if (PrefixOf(*slot, prefix.Address, depth) == prefix)
                    return SetOwner(slot, peer);
                PushDown(slot, depth + 1);
            }

            at = slot;
        }
    }

    public override bool Clear(StoredPrefix<TAddress> prefix, wg_peer* peer)
    {
        var path = stackalloc nint*[MaxDepth];
        path[0] = _root;
        for (var depth = 0; ; depth++)
        {
            var node = (MultibitNode*)*path[depth];
            var octet = prefix.Address.Octet(depth);
            if (prefix.Length < 8 * depth + 8)
            {
                var index = MultibitBits.PrefixIndex(octet, prefix.Length - 8 * depth);
                if (!MultibitBits.Has(node->prefixes, index) || (wg_peer*)*PrefixSlot(node, index) != peer)
                    return false;
                RemoveSlot(path[depth], isChild: false, index);
                Compress(path, depth, prefix.Address);
                return true;
            }

            if (!MultibitBits.Has(node->children, octet))
                return false;
            var slot = ChildSlot(node, octet);
            if ((*slot & KindMask) == NodeSlot)
            {
                path[depth + 1] = slot;
                continue;
            }

            if (PrefixOf(*slot, prefix.Address, depth) != prefix || Owner(*slot) != peer)
                return false;
            RetireLeaf(*slot);
            RemoveSlot(path[depth], isChild: true, octet);
            Compress(path, depth, prefix.Address);
            return true;
        }
    }

    /// <summary>Gives the prefix of a child slot to a peer. Returns the owner before.</summary>
    private static wg_peer* SetOwner(nint* slot, wg_peer* peer)
    {
        var before = Owner(*slot);
        if ((*slot & KindMask) == PeerSlot)
            Publish(slot, (nint)peer + PeerSlot);
        else
            Publish((nint*)&LeafOf(*slot)->peer, (nint)peer);
        return before;
    }

    private wg_peer* SetPrefix(nint* at, uint index, wg_peer* peer)
    {
        var node = (MultibitNode*)*at;
        if (!MultibitBits.Has(node->prefixes, index))
        {
            AddSlot(at, isChild: false, index, (nint)peer);
            return null;
        }

        var slot = PrefixSlot(node, index);
        var before = (wg_peer*)*slot;
        Publish(slot, (nint)peer);
        return before;
    }

    /// <summary>Replaces the prefix of a child slot by a node that holds the prefix, so that there is room for others. Readers find the
    /// same before and after.</summary>
    private void PushDown(nint* slot, int depth)
    {
        var node = NewNode(1);
        var moved = *slot;
        if ((moved & KindMask) == PeerSlot)
        {
            PutOnly(node, node->prefixes, 1, (nint)PeerOf(moved));
        }
        else
        {
            var peer = LeafOf(moved)->peer;
            var prefix = LeafOf(moved)->prefix;
            var (octet, left) = (prefix.Address.Octet(depth), prefix.Length - 8 * depth);
            if (left < 8)
                PutOnly(node, node->prefixes, MultibitBits.PrefixIndex(octet, left), (nint)peer);
            else
                PutOnly(node, node->children, octet, left == 8 ? (nint)peer + PeerSlot : moved);
            if (left <= 8)
                RetireLeaf(moved);
        }

        Publish(slot, (nint)node);
    }

    /// <summary>Puts prefixes that stand alone in a node into the slot above, from a node upwards.</summary>
    private void Compress(nint** path, int depth, TAddress address)
    {
        while (depth > 0 && CompressNode(path[depth], depth, address))
            depth--;
    }

    /// <summary>If a node below the root holds a single prefix, puts the prefix into the node's own slot. Returns whether it did.</summary>
    private bool CompressNode(nint* at, int depth, TAddress address)
    {
        var node = (MultibitNode*)*at;
        if (Count(node) != 1)
            return false;
        var only = *Slots(node);
        if (MultibitBits.Count(node->children) == 0)
        {
            var index = MultibitBits.Lowest(node->prefixes);
            var bits = BitOperations.Log2(index);
            only = NewChild(Below(address, depth, index << (8 - bits) & 0xFF, bits), depth - 1, (wg_peer*)only);
        }
        else if ((only & KindMask) == NodeSlot)
        {
            return false;
        }
        else if ((only & KindMask) == PeerSlot)
        {
            only = NewChild(Below(address, depth, MultibitBits.Lowest(node->children), 8), depth - 1, PeerOf(only));
        }

        Publish(at, only);
        Retire(node, Bytes(node));
        return true;
    }

    /// <summary>The prefix that adds the first bits of an octet to the first octets of an address.</summary>
    private static StoredPrefix<TAddress> Below(TAddress address, int depth, uint octet, int bits)
    {
        var above = address.LeftAligned & Prefix.Mask(8 * depth);
        return new(TAddress.Of(above | (UInt128)octet << (120 - 8 * depth)), (byte)(8 * depth + bits));
    }

    /// <summary>Makes the child slot for a prefix that stands alone below an octet.</summary>
    private nint NewChild(StoredPrefix<TAddress> prefix, int depth, wg_peer* peer)
    {
        if (prefix.Length == 8 * depth + 8)
            return (nint)peer + PeerSlot;
        var leaf = (MultibitLeaf<TAddress>*)Memory.Kzalloc(sizeof(MultibitLeaf<TAddress>));
        leaf->peer = peer;
        leaf->prefix = prefix;
        return (nint)leaf + LeafSlot;
    }

    /// <summary>Replaces a node by a copy with one more slot.</summary>
    private void AddSlot(nint* at, bool isChild, uint bit, nint value)
    {
        var node = (MultibitNode*)*at;
        var count = Count(node);
        var copy = NewNode(count + 1);
        *copy = *node;
        MultibitBits.Flip(isChild ? copy->children : copy->prefixes, bit);
        var slot = isChild ? ChildSlot(copy, bit) : PrefixSlot(copy, bit);
        var place = (int)(slot - Slots(copy));
        Copy(node, 0, copy, 0, place);
        *slot = value;
        Copy(node, place, copy, place + 1, count - place);
        Replace(at, node, copy);
    }

    /// <summary>Replaces a node by a copy with one slot less.</summary>
    private void RemoveSlot(nint* at, bool isChild, uint bit)
    {
        var node = (MultibitNode*)*at;
        var count = Count(node);
        var place = (int)((isChild ? ChildSlot(node, bit) : PrefixSlot(node, bit)) - Slots(node));
        var copy = NewNode(count - 1);
        *copy = *node;
        MultibitBits.Flip(isChild ? copy->children : copy->prefixes, bit);
        Copy(node, 0, copy, 0, place);
        Copy(node, place + 1, copy, place, count - place - 1);
        Replace(at, node, copy);
    }

    private void Replace(nint* at, MultibitNode* node, MultibitNode* copy)
    {
        Publish(at, (nint)copy);
        Retire(node, Bytes(node));
    }

    private void RetireLeaf(nint slot)
    {
        if ((slot & KindMask) == LeafSlot)
            Retire(LeafOf(slot), sizeof(MultibitLeaf<TAddress>));
    }

    private static void PutOnly(MultibitNode* node, ulong* set, uint bit, nint value)
    {
        MultibitBits.Flip(set, bit);
        *Slots(node) = value;
    }

    private static void Copy(MultibitNode* from, int start, MultibitNode* to, int place, int count) =>
        new ReadOnlySpan<nint>(Slots(from) + start, count).CopyTo(new(Slots(to) + place, count));

    private MultibitNode* NewNode(int slots) => (MultibitNode*)Memory.Kzalloc(BytesOf(slots));

    private static int Count(MultibitNode* node) => MultibitBits.Count(node->children) + MultibitBits.Count(node->prefixes);

    private static int Bytes(MultibitNode* node) => BytesOf(Count(node));

    private static int BytesOf(int slots) => sizeof(MultibitNode) + slots * sizeof(nint);
}
