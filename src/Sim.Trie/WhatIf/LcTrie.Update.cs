// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

public sealed unsafe partial class LcTrie<TAddress>
{
    // The thresholds of fib_trie.c in percent, those of the root, and the work of one resize.
    private const ulong HalveThreshold = 25, InflateThreshold = 50, HalveThresholdRoot = 15, InflateThresholdRoot = 30;
    private const int MaxWork = 10, MaxBits = 31;

    public override wg_peer* Set(StoredPrefix<TAddress> prefix, wg_peer* peer)
    {
        var (key, slen) = (prefix.Address, SuffixOf(prefix));
        var l = FindLeaf(key, out var tp);
        if (l == null)
        {
            InsertLeaf(tp, NewLeaf(key, null, 0, slen, peer));
            return null;
        }

        var at = PlaceOf(l, slen);
        if (at >= 0)
        {
            var before = Peers(l)[at];
            Volatile.Write(ref *(nint*)(Peers(l) + at), (nint)peer);
            return before;
        }

        NodePushSuffix(tp, slen);
        ReplaceLeaf(tp, l, NewLeaf(key, l, ~at, slen, peer));
        return null;
    }

    public override bool Clear(StoredPrefix<TAddress> prefix, wg_peer* peer)
    {
        var l = FindLeaf(prefix.Address, out var tp);
        var at = l == null ? -1 : PlaceOf(l, SuffixOf(prefix));
        if (at < 0 || Peers(l)[at] != peer)
            return false;
        if (l->count > 1)
        {
            var less = LeafWithout(l, at);
            ReplaceLeaf(tp, l, less);
            if (less->slen < l->slen)
                NodePullSuffix(tp, less->slen);
            return true;
        }

        if (tp->slen == l->slen)
            NodePullSuffix(tp, tp->pos);
        PutChildRoot(tp, l->key, null);
        Retire(l, LeafBytes(1));
        Rebalance(tp);
        return true;
    }

    /// <summary><c>fib_find_node</c>: finds the leaf of an address, or null, and the tnode above the place of the leaf.</summary>
    private LcNode<TAddress>* FindLeaf(TAddress key, out LcNode<TAddress>* tp)
    {
        var n = _top;
        var index = 0ul;
        do
        {
            tp = n;
            n = Children(n)[index];
            if (n == null)
                return null;
            index = IndexOf(key, n);
            if (index >> n->bits != 0)
                return null;
        }
        while (n->IsTnode);

        return n;
    }

    /// <summary>The place of a suffix length in a leaf; if it is absent, the complement of the place where it belongs.</summary>
    private static int PlaceOf(LcNode<TAddress>* leaf, byte slen)
    {
        var at = 0;
        while (at < leaf->count && Slens(leaf)[at] < slen)
            at++;
        return at < leaf->count && Slens(leaf)[at] == slen ? at : ~at;
    }

    /// <summary>Makes a leaf with the prefixes of another leaf, or none, and one more.</summary>
    private LcNode<TAddress>* NewLeaf(TAddress key, LcNode<TAddress>* old, int at, byte slen, wg_peer* peer)
    {
        var had = old == null ? 0 : old->count;
        var leaf = (LcNode<TAddress>*)Memory.Kzalloc(LeafBytes(had + 1));
        leaf->key = key;
        leaf->count = (byte)(had + 1);
        for (var i = 0; i <= had; i++)
        {
            Slens(leaf)[i] = i == at ? slen : Slens(old)[i < at ? i : i - 1];
            Peers(leaf)[i] = i == at ? peer : Peers(old)[i < at ? i : i - 1];
        }

        leaf->slen = Slens(leaf)[had];
        return leaf;
    }

    /// <summary>Makes a leaf with the prefixes of another leaf but one.</summary>
    private LcNode<TAddress>* LeafWithout(LcNode<TAddress>* old, int at)
    {
        var count = old->count - 1;
        var leaf = (LcNode<TAddress>*)Memory.Kzalloc(LeafBytes(count));
        leaf->key = old->key;
        leaf->count = (byte)count;
        for (var i = 0; i < count; i++)
        {
            Slens(leaf)[i] = Slens(old)[i < at ? i : i + 1];
            Peers(leaf)[i] = Peers(old)[i < at ? i : i + 1];
        }

        leaf->slen = Slens(leaf)[count - 1];
        return leaf;
    }

    private void ReplaceLeaf(LcNode<TAddress>* tp, LcNode<TAddress>* old, LcNode<TAddress>* leaf)
    {
        leaf->parent = tp;
        PutChildRoot(tp, leaf->key, leaf);
        Retire(old, LeafBytes(old->count));
    }

    /// <summary><c>fib_insert_node</c></summary>
    private void InsertLeaf(LcNode<TAddress>* tp, LcNode<TAddress>* l)
    {
        var key = l->key;
        var n = Children(tp)[ChildIndex(key, tp)];
        if (n != null)
        {
            var tn = NewTnode(key, key.HighestDifference(n->key), 1);
            tn->parent = tp;
            PutChild(tn, IndexOf(key, tn) ^ 1, n);
            PutChildRoot(tp, key, tn);
            SetParent(n, tn);
            tp = tn;
        }

        NodePushSuffix(tp, l->slen);
        l->parent = tp;
        PutChildRoot(tp, key, l);
        Rebalance(tp);
    }

    private LcNode<TAddress>* NewTnode(TAddress key, int pos, int bits)
    {
        var bytes = TnodeBytes(1ul << bits);
        var tn = (LcNode<TAddress>*)(bytes <= KernelMemory.PageSize ? Memory.Kzalloc((int)bytes) : Memory.Vzalloc(bytes));
        Counts(tn)->empty_children = 1u << bits;
        tn->key = key.WithoutLast(pos + bits);
        tn->pos = (byte)pos;
        tn->bits = (byte)bits;
        tn->slen = (byte)pos;
        return tn;
    }

    /// <summary><c>__node_free_rcu</c>: tnodes of more than a page come from vmalloc.</summary>
    public override void Reclaim(nint obj, int tag)
    {
        if (tag <= KernelMemory.PageSize)
            Memory.Kfree((void*)obj, tag);
        else
            Memory.Vfree((void*)obj);
    }

    private void RetireTnode(LcNode<TAddress>* tn) => Retire(tn, checked((int)TnodeBytes(ChildLength(tn))));

    /// <summary>The child index; 0 for the node above the root.</summary>
    private static ulong ChildIndex(TAddress key, LcNode<TAddress>* n) => n->IsTop ? 0 : IndexOf(key, n);

    private static bool TnodeFull(LcNode<TAddress>* tn, LcNode<TAddress>* n) => n != null && n->pos + n->bits == tn->pos && n->IsTnode;

    private static void PutChild(LcNode<TAddress>* tn, ulong i, LcNode<TAddress>* n)
    {
        var chi = Children(tn)[i];
        if (n == null && chi != null)
            Counts(tn)->empty_children++;
        if (n != null && chi == null)
            Counts(tn)->empty_children--;
        var (wasFull, isFull) = (TnodeFull(tn, chi), TnodeFull(tn, n));
        if (wasFull && !isFull)
            Counts(tn)->full_children--;
        else if (!wasFull && isFull)
            Counts(tn)->full_children++;
        if (n != null && tn->slen < n->slen)
            tn->slen = n->slen;
        Publish(Children(tn) + i, n);
    }

    private static void PutChildRoot(LcNode<TAddress>* tp, TAddress key, LcNode<TAddress>* n)
    {
        if (tp->IsTop)
            Publish(Children(tp), n);
        else
            PutChild(tp, IndexOf(key, tp), n);
    }

    private static void SetParent(LcNode<TAddress>* n, LcNode<TAddress>* tp)
    {
        if (n != null)
            Publish(&n->parent, tp);
    }

    private static void UpdateChildren(LcNode<TAddress>* tn)
    {
        for (var i = ChildLength(tn); i != 0;)
        {
            var inode = Children(tn)[--i];
            if (inode == null)
                continue;
            if (inode->parent == tn)
                UpdateChildren(inode);
            else
                SetParent(inode, tn);
        }
    }

    /// <summary><c>rcu_assign_pointer</c></summary>
    private static void Publish(LcNode<TAddress>** slot, LcNode<TAddress>* n) => Volatile.Write(ref *(nint*)slot, (nint)n);
}
