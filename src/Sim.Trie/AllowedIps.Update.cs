// SPDX-License-Identifier: GPL-2.0-only

namespace Sim.Trie;

public sealed unsafe partial class AllowedIps
{
    /// <summary>The number of node allocations that still succeed. Tests lower it, as failslab does in a kernel.</summary>
    internal long AllocationsLeft { get; set; } = long.MaxValue;

    /// <summary><c>add</c>: makes <paramref name="peer"/> the owner of a prefix. Either the trie is empty, or the prefix
    /// has a node already, or a new node goes below the deepest node that contains it. If that node has a child on the
    /// same side, the new node goes between the two (left), or, if it does not contain the child, both go below a new
    /// joint (right):
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

    /// <summary><c>_remove</c> of Linux 6.16: removes the node of exactly this prefix if it is this peer's.</summary>
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

    /// <summary><c>remove_node</c> of Linux 6.16, the loop body of 6.12's <c>wg_allowedips_remove_by_peer</c>: takes a
    /// node's peer away. With two children the node stays, to join them; otherwise its child takes its place, and a
    /// parent without a peer that is left with one child goes too.</summary>
    /// <remarks>The kernel moves the child up by a plain store. Here it is a release, because the child may be new and
    /// there is no lock to order its writes.</remarks>
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
        // If the slot is the root's, this is no node: the low bits of packed say so before it is read.
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

    /// <summary><c>node_placement</c>: finds the deepest node that contains the prefix; null if none does.</summary>
    /// <returns>Whether that node is the prefix itself.</returns>
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

    /// <summary>The place in <c>parent_bit_packed</c> that says: the pointer is a root.</summary>
    private const uint RootBit = 2;

    /// <summary><c>connect_node</c>: puts a finished node into a slot; readers see it from then on.</summary>
    private static void ConnectNode(allowedips_node** parent, uint bit, allowedips_node* node)
    {
        node->parent_bit_packed = (ulong)parent | bit;
        RcuAssignPointer(parent, node);
    }

    /// <summary><c>choose_and_connect_node</c>: puts a node below another, on the side that its own bits say.</summary>
    private static void ChooseAndConnectNode(allowedips_node* parent, allowedips_node* node)
    {
        var bit = Choose(parent, node->bits);
        ConnectNode(Child(parent, bit), bit, node);
    }

    /// <summary><c>copy_and_assign_cidr</c>: sets the prefix and where its next bit is. Keys are words in host order,
    /// so on a little-endian machine byte i of the address is byte i^3 of a u32, or i^7 within u64s:
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

    /// <summary><c>kmem_cache_zalloc(node_cache)</c>; null when there is no memory.</summary>
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
