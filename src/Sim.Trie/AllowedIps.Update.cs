// SPDX-License-Identifier: GPL-2.0-only

namespace Sim.Trie;

public sealed unsafe partial class AllowedIps
{
    /// <summary>The number of node allocations that still succeed. Tests lower this number to make allocations fail, like
    /// failslab.</summary>
    internal long AllocationsLeft { get; set; } = long.MaxValue;

    /// <summary><c>add</c>: makes <paramref name="peer"/> the owner of a prefix. If the prefix has no node, a new node goes below the
    /// deepest node that contains the prefix. If that parent already has a child on this side, there are two cases. If the new node
    /// contains the child, the new node goes between parent and child (left). If the new node does not contain the child, both go below a
    /// new joint (right):
    /// <code>
    ///   parent            parent              parent            parent
    ///     |        =>       |                   |        =>       |
    ///    down            newnode               down              node (no peer)
    ///                       |                                   /    \
    ///                      down                              down   newnode
    /// </code></summary>
    private int Add<TBits>(allowedips_node** trie, byte* key, byte cidr, wg_peer* peer)
        where TBits : struct, IKeyBits
    {
        if (cidr > TBits.Bits || peer == null)
            return -Errno.EINVAL;

        allowedips_node* node = null;
        if (*trie != null && NodePlacement<TBits>(*trie, key, cidr, out node))
        {
            Volatile.Write(ref *(nint*)&node->peer, (nint)peer);
            ListHead.MoveTail(&node->peer_list, &peer->allowedips_list);
            return 0;
        }

        var newnode = ZallocNode();
        if (newnode == null)
            return -Errno.ENOMEM;
        newnode->peer = peer;
        ListHead.AddTail(&newnode->peer_list, &peer->allowedips_list);
        CopyAndAssignCidr<TBits>(newnode, key, cidr);

        var bit = node == null ? RootBit : Choose(node, key);
        var slot = node == null ? trie : Child(node, bit);
        var down = *slot;
        if (down == null)
        {
            ConnectNode(slot, bit, newnode);
            return 0;
        }

        var common = Math.Min(cidr, CommonBits<TBits>(down, key));
        if (common == cidr)
        {
            ChooseAndConnectNode(newnode, down);
            ConnectNode(slot, bit, newnode);
            return 0;
        }

        var joint = ZallocNode();
        if (joint == null)
        {
            ListHead.Del(&newnode->peer_list);
            _nodeCache.Free(newnode);
            return -Errno.ENOMEM;
        }

        ListHead.Init(&joint->peer_list);
        CopyAndAssignCidr<TBits>(joint, newnode->bits, (byte)common);
        ChooseAndConnectNode(joint, down);
        ChooseAndConnectNode(joint, newnode);
        ConnectNode(slot, bit, joint);
        return 0;
    }

    /// <summary><c>_remove</c> of Linux 6.16: removes the node of exactly this prefix if this peer owns the prefix.</summary>
    private int RemoveOne<TBits>(allowedips_node* trie, byte* key, byte cidr, wg_peer* peer)
        where TBits : struct, IKeyBits
    {
        if (cidr > TBits.Bits)
            return -Errno.EINVAL;
        if (trie == null || !NodePlacement<TBits>(trie, key, cidr, out var node) || node->peer != peer)
            return 0;
        RemoveNode(node);
        return 0;
    }

    /// <summary><c>remove_node</c> of Linux 6.16, which is the loop body of 6.12's <c>wg_allowedips_remove_by_peer</c>: removes the peer of
    /// a node. A node with two children stays as a joint. Otherwise the node's child takes the node's place. If the parent has no peer and
    /// only one child left, the parent is removed too.</summary>
    /// <remarks>The kernel moves the child up by a plain store. Here the store is a release, because the child may be new and no lock
    /// orders the writes to the child.</remarks>
    private void RemoveNode(allowedips_node* node)
    {
        ListHead.DelInit(&node->peer_list);
        Volatile.Write(ref *(nint*)&node->peer, 0);
        if (node->bit[0] != 0 && node->bit[1] != 0)
            return;

        var child = *Child(node, node->bit[0] == 0 ? 1u : 0u);
        if (child != null)
            child->parent_bit_packed = node->parent_bit_packed;
        var packed = node->parent_bit_packed;
        var slot = (allowedips_node**)(packed & ~3ul);
        RcuAssignPointer(slot, child);
        // If the slot is a root, this is no node. The low bits of packed are checked before it is read.
        var parent = (allowedips_node*)((byte*)slot - 8 - 8 * (packed & 1));
        var freeParent = child == null && (packed & 3) <= 1 && parent->peer == null;
        if (freeParent)
            child = *Child(parent, (uint)(packed & 1) ^ 1);
        _memory.Rcu.Call(this, (nint)node, NodeFreeRcu);
        if (!freeParent)
            return;

        if (child != null)
            child->parent_bit_packed = parent->parent_bit_packed;
        RcuAssignPointer((allowedips_node**)(parent->parent_bit_packed & ~3ul), child);
        _memory.Rcu.Call(this, (nint)parent, NodeFreeRcu);
    }

    /// <summary><c>node_placement</c>: finds the deepest node that contains the prefix, or null.</summary>
    /// <returns>Whether the found node has exactly this prefix.</returns>
    private static bool NodePlacement<TBits>(allowedips_node* trie, byte* key, byte cidr, out allowedips_node* placed)
        where TBits : struct, IKeyBits
    {
        allowedips_node* parent = null;
        var exact = false;
        for (var node = trie; node != null && node->cidr <= cidr && PrefixMatches<TBits>(node, key);)
        {
            parent = node;
            if (parent->cidr == cidr)
            {
                exact = true;
                break;
            }

            node = *Child(parent, Choose(parent, key));
        }

        placed = parent;
        return exact;
    }

    /// <summary>The low bits of <c>parent_bit_packed</c> in a root node.</summary>
    private const uint RootBit = 2;

    /// <summary><c>connect_node</c>: puts a finished node into a slot, where readers find it.</summary>
    private static void ConnectNode(allowedips_node** parent, uint bit, allowedips_node* node)
    {
        node->parent_bit_packed = (ulong)parent | bit;
        RcuAssignPointer(parent, node);
    }

    /// <summary><c>choose_and_connect_node</c>: puts a node below a parent, on the side that the node's bits select.</summary>
    private static void ChooseAndConnectNode(allowedips_node* parent, allowedips_node* node)
    {
        var bit = Choose(parent, node->bits);
        ConnectNode(Child(parent, bit), bit, node);
    }

    /// <summary><c>copy_and_assign_cidr</c>: sets the prefix of a node, and the place of the bit after the prefix. Keys are words in host
    /// order. So on a little-endian machine byte i of the address is byte i^3 of a u32, or byte i^7 within u64s:
    /// <code>
    ///   10.1.2.3 = 0x0A010203   in memory 03 02 01 0A      cidr 16: byte 2 of the address is bits[1] = bits[2 ^ 3]
    /// </code></summary>
    private static void CopyAndAssignCidr<TBits>(allowedips_node* node, byte* src, byte cidr)
        where TBits : struct, IKeyBits
    {
        node->cidr = cidr;
        var flip = BitConverter.IsLittleEndian ? (TBits.Bits / 8 - 1) % 8 : 0;
        node->bit_at_a = (byte)((cidr / 8) ^ flip);
        node->bit_at_b = (byte)(7 - cidr % 8);
        node->bitlen = (byte)TBits.Bits;
        if (TBits.Bits == 32)
        {
            *(uint*)node->bits = *(uint*)src;
        }
        else
        {
            *(ulong*)node->bits = *(ulong*)src;
            *(ulong*)(node->bits + 8) = *(ulong*)(src + 8);
        }
    }

    /// <summary><c>kmem_cache_zalloc(node_cache)</c>: makes a zeroed node. Returns null if there is no memory.</summary>
    private allowedips_node* ZallocNode()
    {
        if (AllocationsLeft == 0)
            return null;
        AllocationsLeft--;
        try
        {
            return (allowedips_node*)_nodeCache.Zalloc();
        }
        catch (OutOfMemoryException)
        {
            return null;
        }
    }
}
