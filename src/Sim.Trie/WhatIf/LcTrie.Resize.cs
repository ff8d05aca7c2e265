// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Trie;

/// <content>The resizing of fib_trie.c: a dense node doubles its children (inflate), a sparse one halves them (halve), and a node with one
/// child is removed (collapse).</content>
public sealed unsafe partial class LcTrie<TAddress>
{
    /// <summary><c>replace</c>: publishes the resized copy of a node. Returns the parent.</summary>
    private LcNode<TAddress>* Replace(LcNode<TAddress>* old, LcNode<TAddress>* tn)
    {
        var tp = old->parent;
        tn->parent = tp;
        PutChildRoot(tp, tn->key, tn);
        UpdateChildren(tn);
        RetireTnode(old);
        for (var i = ChildLength(tn); i != 0;)
        {
            var inode = Children(tn)[--i];
            if (TnodeFull(tn, inode))
                tn = Resize(inode);
        }

        return tp;
    }

    private LcNode<TAddress>* Inflate(LcNode<TAddress>* old)
    {
        var tn = NewTnode(old->key, old->pos - 1, old->bits + 1);
        for (var i = ChildLength(old); i != 0;)
        {
            var inode = Children(old)[--i];
            if (inode == null)
                continue;
            if (!TnodeFull(old, inode))
            {
                PutChild(tn, IndexOf(inode->key, tn), inode);
                continue;
            }

            // Nothing is freed before the writer ends a grace period.
            RetireTnode(inode);
            if (inode->bits == 1)
            {
                PutChild(tn, 2 * i + 1, Children(inode)[1]);
                PutChild(tn, 2 * i, Children(inode)[0]);
                continue;
            }

            Split(tn, i, inode);
        }

        return Replace(old, tn);
    }

    /// <summary>Splits a full child into two nodes of one bit less.</summary>
    private void Split(LcNode<TAddress>* tn, ulong i, LcNode<TAddress>* inode)
    {
        var node1 = NewTnode(inode->key.WithBit(tn->pos), inode->pos, inode->bits - 1);
        var node0 = NewTnode(inode->key, inode->pos, inode->bits - 1);
        for (ulong k = ChildLength(inode), j = k / 2; j != 0;)
        {
            PutChild(node1, --j, Children(inode)[--k]);
            PutChild(node0, j, Children(inode)[j]);
        }

        node1->parent = tn;
        node0->parent = tn;
        PutChild(tn, 2 * i + 1, node1);
        PutChild(tn, 2 * i, node0);
    }

    private LcNode<TAddress>* Halve(LcNode<TAddress>* old)
    {
        var tn = NewTnode(old->key, old->pos + 1, old->bits - 1);
        for (var i = ChildLength(old); i != 0;)
        {
            var node1 = Children(old)[--i];
            var node0 = Children(old)[--i];
            if (node1 == null || node0 == null)
            {
                PutChild(tn, i / 2, node1 != null ? node1 : node0);
                continue;
            }

            var inode = NewTnode(node0->key, old->pos, 1);
            PutChild(inode, 1, node1);
            PutChild(inode, 0, node0);
            inode->parent = tn;
            PutChild(tn, i / 2, inode);
        }

        return Replace(old, tn);
    }

    private LcNode<TAddress>* Collapse(LcNode<TAddress>* old)
    {
        LcNode<TAddress>* n = null;
        for (var i = ChildLength(old); n == null && i != 0;)
            n = Children(old)[--i];
        var tp = old->parent;
        PutChildRoot(tp, old->key, n);
        SetParent(n, tp);
        RetireTnode(old);
        return tp;
    }

    private static ulong Used(LcNode<TAddress>* tn) => ChildLength(tn) - Counts(tn)->empty_children;

    private static bool ShouldInflate(LcNode<TAddress>* tp, LcNode<TAddress>* tn)
    {
        var threshold = ChildLength(tn) * (tp->IsTop ? InflateThresholdRoot : InflateThreshold);
        var used = Used(tn) + Counts(tn)->full_children;
        return used > 1 && tn->pos != 0 && tn->bits < MaxBits && 50 * used >= threshold;
    }

    private static bool ShouldHalve(LcNode<TAddress>* tp, LcNode<TAddress>* tn)
    {
        var threshold = ChildLength(tn) * (tp->IsTop ? HalveThresholdRoot : HalveThreshold);
        return Used(tn) > 1 && tn->bits > 1 && 100 * Used(tn) < threshold;
    }

    private LcNode<TAddress>* Resize(LcNode<TAddress>* tn)
    {
        var tp = tn->parent;
        var cindex = ChildIndex(tn->key, tp);
        var work = MaxWork;
        while (ShouldInflate(tp, tn) && work != 0)
        {
            tp = Inflate(tn);
            work--;
            tn = Children(tp)[cindex];
        }

        tp = tn->parent;
        if (work != MaxWork)
            return tp;
        while (ShouldHalve(tp, tn) && work != 0)
        {
            tp = Halve(tn);
            work--;
            tn = Children(tp)[cindex];
        }

        return Used(tn) < 2 ? Collapse(tn) : tn->parent;
    }

    private void Rebalance(LcNode<TAddress>* tn)
    {
        while (!tn->IsTop)
            tn = Resize(tn);
    }

    private static byte UpdateSuffix(LcNode<TAddress>* tn)
    {
        var slen = tn->pos;
        var slenMax = Math.Min((byte)(tn->pos + tn->bits - 1), tn->slen);
        var stride = 2ul;
        for (var i = 0ul; i < ChildLength(tn); i += stride)
        {
            var n = Children(tn)[i];
            if (n == null || n->slen <= slen)
                continue;
            stride <<= n->slen - slen;
            slen = n->slen;
            i &= ~(stride - 1);
            if (slen >= slenMax)
                break;
        }

        tn->slen = slen;
        return slen;
    }

    private static void NodePullSuffix(LcNode<TAddress>* tn, byte slen)
    {
        var nodeSlen = tn->slen;
        while (nodeSlen > tn->pos && nodeSlen > slen)
        {
            slen = UpdateSuffix(tn);
            if (nodeSlen == slen)
                break;
            tn = tn->parent;
            nodeSlen = tn->slen;
        }
    }

    private static void NodePushSuffix(LcNode<TAddress>* tn, byte slen)
    {
        while (tn->slen < slen)
        {
            tn->slen = slen;
            tn = tn->parent;
        }
    }
}
