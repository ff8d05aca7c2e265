// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>Makes, links and frees nodes.</summary>
public sealed unsafe partial class FibTable
{
    /// <summary><c>__node_free_rcu</c>: frees a leaf or a tnode. A leaf goes to its slab; a tnode goes to kmalloc or vmalloc, depending on
    /// its size.</summary>
    internal static void NodeFreeRcu(FibNet net, TNode* n)
    {
        if (n->kv.bits == 0)
        {
            net.LeafCache.Free(n);
            return;
        }

        var size = TNode.Size(1ul << n->kv.bits);
        if (size <= KernelMemory.PageSize)
            net.Memory.Kfree(n, (int)size);
        else
            net.Memory.Vfree(n);
    }

    /// <summary><c>node_free</c>: frees a node after the next grace period.</summary>
    private void NodeFree(KeyVector* n) => _net.CallRcu(&TnInfo(n)->rcu, RcuFunc.NodeFree);

    /// <summary><c>alias_free_mem_rcu</c>: frees a route after the next grace period.</summary>
    private void AliasFree(FibAlias* fa) => _net.CallRcu(&fa->rcu, RcuFunc.AliasFree);

    /// <summary><c>tnode_alloc</c>: takes zeroed memory from kmalloc, or from vmalloc for more than a page (more than 8 bits).</summary>
    private TNode* TnodeAlloc(int bits)
    {
        var size = TNode.Size(1ul << bits);
        return (TNode*)(size <= KernelMemory.PageSize ? _net.Memory.Kzalloc((int)size) : _net.Memory.Vzalloc(size));
    }

    /// <summary><c>leaf_new</c>: makes a leaf with its first route.</summary>
    private KeyVector* LeafNew(uint key, FibAlias* fa)
    {
        var kv = (TNode*)_net.LeafCache.Alloc();
        var l = &kv->kv;
        l->key = key;
        l->pos = 0;
        l->bits = 0;
        l->slen = fa->fa_slen;
        l->leaf = null;
        Hlist.AddHead(&fa->fa_list, &l->leaf);
        return l;
    }

    /// <summary><c>tnode_new</c>: makes an empty tnode. The tnode reads <paramref name="bits"/> bits of the key,
    /// starting at bit <paramref name="pos"/>.</summary>
    private KeyVector* TnodeNew(uint key, int pos, int bits)
    {
        var shift = pos + bits;
        var tnode = TnodeAlloc(bits);
        // 2^32 empty children do not fit into 32 bits. The carry goes to full_children.
        if (bits == KeyLength)
            tnode->full_children = 1;
        else
            tnode->empty_children = 1u << bits;
        var tn = &tnode->kv;
        tn->key = shift < KeyLength ? key >> shift << shift : 0;
        tn->pos = (byte)pos;
        tn->bits = (byte)bits;
        tn->slen = (byte)pos;
        return tn;
    }

    /// <summary><c>tnode_full</c>: returns whether the child is a tnode that skips no bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TnodeFull(KeyVector* tn, KeyVector* n) => n != null && n->pos + n->bits == tn->pos && n->IsTnode;

    /// <summary><c>empty_child_inc</c>: counts one more empty child. In a node of 32 bits full_children holds the carry.</summary>
    private static void EmptyChildInc(KeyVector* n)
    {
        if (++TnInfo(n)->empty_children == 0)
            TnInfo(n)->full_children++;
    }

    /// <summary><c>empty_child_dec</c>: counts one empty child less.</summary>
    private static void EmptyChildDec(KeyVector* n)
    {
        if (TnInfo(n)->empty_children-- == 0)
            TnInfo(n)->full_children--;
    }

    /// <summary><c>put_child</c>: sets child i. Updates the node's slen and its counts of empty and full children.</summary>
    private static void PutChild(KeyVector* tn, ulong i, KeyVector* n)
    {
        var chi = GetChild(tn, i);
        if (n == null && chi != null)
            EmptyChildInc(tn);
        if (n != null && chi == null)
            EmptyChildDec(tn);
        var wasFull = TnodeFull(tn, chi);
        var isFull = TnodeFull(tn, n);
        if (wasFull && !isFull)
            TnInfo(tn)->full_children--;
        else if (!wasFull && isFull)
            TnInfo(tn)->full_children++;
        if (n != null && tn->slen < n->slen)
            tn->slen = n->slen;
        Publish(&Children(tn)[i], n);
    }

    /// <summary><c>put_child_root</c>: sets the child of a parent that may be the vector in struct trie.</summary>
    private static void PutChildRoot(KeyVector* tp, uint key, KeyVector* n)
    {
        if (tp->IsTrie)
            Publish(Children(tp), n);
        else
            PutChild(tp, GetIndex(key, tp), n);
    }

    /// <summary><c>node_set_parent</c>.</summary>
    private static void NodeSetParent(KeyVector* n, KeyVector* tp)
    {
        if (n != null)
            Publish(&TnInfo(n)->parent, tp);
    }

    /// <summary><c>NODE_INIT_PARENT</c>: sets the parent of a node that no reader can see yet.</summary>
    private static void NodeInitParent(KeyVector* n, KeyVector* tp) => TnInfo(n)->parent = tp;

    /// <summary><c>update_children</c>: sets the parent pointers of the children of a new node, and of the new nodes below that
    /// node.</summary>
    private static void UpdateChildren(KeyVector* tn)
    {
        for (var i = ChildLength(tn); i != 0;)
        {
            var inode = GetChild(tn, --i);
            if (inode == null)
                continue;
            // A child whose parent is already set is also new, so its children need parents too.
            if (NodeParent(inode) == tn)
                UpdateChildren(inode);
            else
                NodeSetParent(inode, tn);
        }
    }

    /// <summary><c>tnode_free_init</c>: begins a list of nodes to free together. The rcu_heads of the nodes link the list.</summary>
    private static void TnodeFreeInit(KeyVector* tn) => TnInfo(tn)->rcu.next = null;

    /// <summary><c>tnode_free_append</c>: puts a node behind the first node of the list.</summary>
    private static void TnodeFreeAppend(KeyVector* tn, KeyVector* n)
    {
        TnInfo(n)->rcu.next = TnInfo(tn)->rcu.next;
        TnInfo(tn)->rcu.next = &TnInfo(n)->rcu;
    }

    /// <summary><c>tnode_free</c>: frees the list's nodes after a grace period. After each fib_sync_mem bytes of freed nodes, the writer
    /// waits for a grace period.</summary>
    private void TnodeFree(KeyVector* tn)
    {
        var head = &TnInfo(tn)->rcu;
        while (head != null)
        {
            // Read next before the queue overwrites the rcu_head.
            head = head->next;
            _net.TnodeFreeSize += (uint)TNode.Size(1ul << tn->bits);
            NodeFree(tn);
            tn = (KeyVector*)((byte*)head + TNode.KvOffset);
        }

        if (_net.TnodeFreeSize >= _net.SyncMem)
        {
            _net.TnodeFreeSize = 0;
            _net.Synchronize();
        }
    }

    /// <summary><c>rcu_assign_pointer</c>: publishes a node, so that readers find it complete.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Publish(KeyVector** slot, KeyVector* n) => Volatile.Write(ref *(nint*)slot, (nint)n);
}
