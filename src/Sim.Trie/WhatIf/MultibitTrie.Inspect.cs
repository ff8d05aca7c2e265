// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

public sealed unsafe partial class MultibitTrie<TAddress>
{
    public override void Visit(PrefixVisitor visit) => VisitNode((MultibitNode*)*_root, default, 0, visit);

    public override PeerTrieShape Shape()
    {
        var shape = default(PeerTrieShape);
        Count((MultibitNode*)*_root, 1, ref shape);
        return shape;
    }

    public override void Dispose()
    {
        if (_root == null)
            return;
        Memory.Kfree((void*)*_root, Bytes((MultibitNode*)*_root));
        NativeMemory.Free(_root);
        _root = null;
    }

    /// <summary>Shows the prefixes of a node, and below it, in order. At each octet the prefixes that begin there come before the
    /// child.</summary>
    private static void VisitNode(MultibitNode* node, TAddress address, int depth, PrefixVisitor visit)
    {
        for (var octet = 0u; octet < 256; octet++)
        {
            for (var bits = 0; bits < 8; bits++)
            {
                var index = MultibitBits.PrefixIndex(octet, bits);
                if ((octet & 0xFF >> bits) == 0 && MultibitBits.Has(node->prefixes, index))
                    visit(Below(address, depth, octet, bits), (wg_peer*)*PrefixSlot(node, index));
            }

            if (!MultibitBits.Has(node->children, octet))
                continue;
            var slot = *ChildSlot(node, octet);
            var below = Below(address, depth, octet, 8);
            if ((slot & KindMask) == NodeSlot)
                VisitNode((MultibitNode*)slot, below.Address, depth + 1, visit);
            else
                visit(PrefixOf(slot, below.Address, depth), Owner(slot));
        }
    }

    private static void Count(MultibitNode* node, int depth, ref PeerTrieShape shape)
    {
        var (children, prefixes) = (MultibitBits.Count(node->children), MultibitBits.Count(node->prefixes));
        for (var i = 0; i < children; i++)
        {
            var slot = Slots(node)[i];
            if ((slot & KindMask) == NodeSlot)
                Count((MultibitNode*)slot, depth + 1, ref shape);
            else
                prefixes++;
        }

        shape = new(shape.Nodes + 1, shape.Prefixes + prefixes, Math.Max(shape.MaxDepth, depth), shape.TotalDepth + (long)depth * prefixes);
    }
}
