// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.FibTable;
using static Sim.Fib.Lc6Vector;

namespace Sim.Fib;

/// <summary>The functions of the trie. <see cref="FibTable"/> has the same functions for IPv4's shorter keys, and explains them.</summary>
/// <remarks>This file and Lc6Node.cs repeat some 400 lines of the IPv4 trie. A trie that is generic over the key would need a type
/// parameter in about forty functions of the exact port. <c>KeyVector*</c> would become <c>KeyVector&lt;TKey&gt;*</c>, and constants and
/// shifts would be calls of <c>TKey</c>. The C original would then be harder to recognise. Leaves would still need two forms, because IPv4
/// lists fib_aliases and IPv6 lists routes.</remarks>
public sealed unsafe partial class Lc6Table
{
    /// <summary>The maximum number of bits that a tnode reads. The children of a tnode are counted in 32 bits, and no table fills a wider
    /// tnode.</summary>
    private const int MaxBits = 31;

    internal static void NodeFreeRcu(Fib6Net net, Lc6Tnode* n)
    {
        var size = Lc6Tnode.Size(1ul << n->kv.bits);
        if (n->kv.bits == 0)
            net.Lc6LeafCache.Free(n);
        else if (size <= KernelMemory.PageSize)
            net.Memory.Kfree(n, (int)size);
        else
            net.Memory.Vfree(n);
    }

    private void NodeFree(Lc6Vector* n) => _net.CallRcu(&TnInfo(n)->rcu, RcuFunc.Lc6NodeFree);

    private Lc6Vector* LeafNew(UInt128 key, Fib6Info* rt)
    {
        var l = &((Lc6Tnode*)_leafCache.Alloc())->kv;
        l->key = key;
        l->pos = 0;
        l->bits = 0;
        l->slen = (byte)(KeyLength - rt->fib6_dst.plen);
        l->leaf = rt;
        return l;
    }

    private Lc6Vector* TnodeNew(UInt128 key, int pos, int bits)
    {
        var size = Lc6Tnode.Size(1ul << bits);
        var tnode = (Lc6Tnode*)(size <= KernelMemory.PageSize ? _net.Memory.Kzalloc((int)size) : _net.Memory.Vzalloc(size));
        tnode->empty_children = 1u << bits;
        var shift = pos + bits;
        var tn = &tnode->kv;
        tn->key = shift < KeyLength ? key >> shift << shift : 0;
        tn->pos = (byte)pos;
        tn->bits = (byte)bits;
        tn->slen = (byte)pos;
        return tn;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TnodeFull(Lc6Vector* tn, Lc6Vector* n) => n != null && n->pos + n->bits == tn->pos && n->IsTnode;

    private static void PutChild(Lc6Vector* tn, ulong i, Lc6Vector* n)
    {
        var chi = GetChild(tn, i);
        if (n == null && chi != null)
            TnInfo(tn)->empty_children++;
        if (n != null && chi == null)
            TnInfo(tn)->empty_children--;
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

    private static void PutChildRoot(Lc6Vector* tp, UInt128 key, Lc6Vector* n)
    {
        if (tp->IsTrie)
            Publish(Children(tp), n);
        else
            PutChild(tp, GetIndex(key, tp), n);
    }

    private static void SetParent(Lc6Vector* n, Lc6Vector* tp)
    {
        if (n != null)
            Publish(&TnInfo(n)->parent, tp);
    }

    private static void UpdateChildren(Lc6Vector* tn)
    {
        for (var i = ChildLength(tn); i != 0;)
        {
            var inode = GetChild(tn, --i);
            if (inode == null)
                continue;
            if (NodeParent(inode) == tn)
                UpdateChildren(inode);
            else
                SetParent(inode, tn);
        }
    }

    private static void Publish(Lc6Vector** slot, Lc6Vector* n) => Volatile.Write(ref *(nint*)slot, (nint)n);

    private Lc6Vector* FindNode(Lc6Vector** tp, UInt128 key)
    {
        Lc6Vector* pn;
        var n = _trie;
        var index = 0ul;
        do
        {
            pn = n;
            n = GetChild(n, index);
            if (n == null)
                break;
            index = GetCindex(key, n);
            if (index >= 1ul << n->bits)
            {
                n = null;
                break;
            }
        }
        while (n->IsTnode);

        *tp = pn;
        return n;
    }

    private void InsertNode(Lc6Vector* tp, Fib6Info* rt, UInt128 key)
    {
        var l = LeafNew(key, rt);
        var n = GetChild(tp, GetIndex(key, tp));
        if (n != null)
        {
            var tn = TnodeNew(key, HighestDifference(key, n->key), 1);
            TnInfo(tn)->parent = tp;
            PutChild(tn, GetIndex(key, tn) ^ 1, n);
            PutChildRoot(tp, key, tn);
            SetParent(n, tn);
            tp = tn;
        }

        NodePushSuffix(tp, l->slen);
        TnInfo(l)->parent = tp;
        PutChildRoot(tp, key, l);
        Rebalance(tp);
    }

    /// <summary>Replaces a node by its resized copy. Returns the parent.</summary>
    private Lc6Vector* ReplaceNode(Lc6Vector* oldtnode, Lc6Vector* tn)
    {
        var tp = NodeParent(oldtnode);
        TnInfo(tn)->parent = tp;
        PutChildRoot(tp, tn->key, tn);
        UpdateChildren(tn);
        TnodeFree(oldtnode);
        for (var i = ChildLength(tn); i != 0;)
        {
            var inode = GetChild(tn, --i);
            if (TnodeFull(tn, inode))
                tn = Resize(inode);
        }

        return tp;
    }

    /// <summary>Frees the list of nodes that a resize has replaced. The rcu_heads of the nodes link the list.</summary>
    private void TnodeFree(Lc6Vector* tn)
    {
        var head = &TnInfo(tn)->rcu;
        while (head != null)
        {
            // Read next before the queue overwrites the rcu_head.
            head = head->next;
            NodeFree(tn);
            tn = (Lc6Vector*)((byte*)head + Lc6Tnode.KvOffset);
        }
    }

    private Lc6Vector* Inflate(Lc6Vector* oldtnode)
    {
        var tn = TnodeNew(oldtnode->key, oldtnode->pos - 1, oldtnode->bits + 1);
        TnInfo(oldtnode)->rcu.next = null;
        for (var i = ChildLength(oldtnode); i != 0;)
        {
            var inode = GetChild(oldtnode, --i);
            if (inode == null)
                continue;
            if (!TnodeFull(oldtnode, inode))
            {
                PutChild(tn, GetIndex(inode->key, tn), inode);
                continue;
            }

            TnInfo(inode)->rcu.next = TnInfo(oldtnode)->rcu.next;
            TnInfo(oldtnode)->rcu.next = &TnInfo(inode)->rcu;
            if (inode->bits == 1)
            {
                PutChild(tn, 2 * i + 1, GetChild(inode, 1));
                PutChild(tn, 2 * i, GetChild(inode, 0));
                continue;
            }

            Split(tn, i, inode);
        }

        return ReplaceNode(oldtnode, tn);
    }

    private void Split(Lc6Vector* tn, ulong i, Lc6Vector* inode)
    {
        var node1 = TnodeNew(inode->key | (UInt128.One << tn->pos), inode->pos, inode->bits - 1);
        var node0 = TnodeNew(inode->key, inode->pos, inode->bits - 1);
        for (ulong k = ChildLength(inode), j = k / 2; j != 0;)
        {
            PutChild(node1, --j, GetChild(inode, --k));
            PutChild(node0, j, GetChild(inode, j));
        }

        TnInfo(node1)->parent = tn;
        TnInfo(node0)->parent = tn;
        PutChild(tn, 2 * i + 1, node1);
        PutChild(tn, 2 * i, node0);
    }

    private Lc6Vector* Halve(Lc6Vector* oldtnode)
    {
        var tn = TnodeNew(oldtnode->key, oldtnode->pos + 1, oldtnode->bits - 1);
        TnInfo(oldtnode)->rcu.next = null;
        for (var i = ChildLength(oldtnode); i != 0;)
        {
            var node1 = GetChild(oldtnode, --i);
            var node0 = GetChild(oldtnode, --i);
            if (node1 == null || node0 == null)
            {
                PutChild(tn, i / 2, node1 != null ? node1 : node0);
                continue;
            }

            var inode = TnodeNew(node0->key, oldtnode->pos, 1);
            PutChild(inode, 1, node1);
            PutChild(inode, 0, node0);
            TnInfo(inode)->parent = tn;
            PutChild(tn, i / 2, inode);
        }

        return ReplaceNode(oldtnode, tn);
    }

    private Lc6Vector* Collapse(Lc6Vector* oldtnode)
    {
        Lc6Vector* n = null;
        for (var i = ChildLength(oldtnode); n == null && i != 0;)
            n = GetChild(oldtnode, --i);
        var tp = NodeParent(oldtnode);
        PutChildRoot(tp, oldtnode->key, n);
        SetParent(n, tp);
        NodeFree(oldtnode);
        return tp;
    }

    private static ulong Used(Lc6Vector* tn) => ChildLength(tn) - TnInfo(tn)->empty_children;

    private static bool ShouldInflate(Lc6Vector* tp, Lc6Vector* tn)
    {
        var threshold = ChildLength(tn) * (ulong)(tp->IsTrie ? InflateThresholdRoot : InflateThreshold);
        var used = Used(tn) + TnInfo(tn)->full_children;
        return used > 1 && tn->pos != 0 && tn->bits < MaxBits && 50 * used >= threshold;
    }

    private static bool ShouldHalve(Lc6Vector* tp, Lc6Vector* tn)
    {
        var threshold = ChildLength(tn) * (ulong)(tp->IsTrie ? HalveThresholdRoot : HalveThreshold);
        return Used(tn) > 1 && tn->bits > 1 && 100 * Used(tn) < threshold;
    }

    private Lc6Vector* Resize(Lc6Vector* tn)
    {
        var tp = NodeParent(tn);
        var cindex = GetIndex(tn->key, tp);
        var maxWork = MaxWork;
        while (ShouldInflate(tp, tn) && maxWork != 0)
        {
            tp = Inflate(tn);
            maxWork--;
            tn = GetChild(tp, cindex);
        }

        tp = NodeParent(tn);
        if (maxWork != MaxWork)
            return tp;
        while (ShouldHalve(tp, tn) && maxWork != 0)
        {
            tp = Halve(tn);
            maxWork--;
            tn = GetChild(tp, cindex);
        }

        return Used(tn) < 2 ? Collapse(tn) : NodeParent(tn);
    }

    private void Rebalance(Lc6Vector* tn)
    {
        while (!tn->IsTrie)
            tn = Resize(tn);
    }

    private static byte UpdateSuffix(Lc6Vector* tn)
    {
        var slen = tn->pos;
        var slenMax = Math.Min((byte)(tn->pos + tn->bits - 1), tn->slen);
        var stride = 2ul;
        for (var i = 0ul; i < ChildLength(tn); i += stride)
        {
            var n = GetChild(tn, i);
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

    private static void NodePullSuffix(Lc6Vector* tn, byte slen)
    {
        var nodeSlen = tn->slen;
        while (nodeSlen > tn->pos && nodeSlen > slen)
        {
            slen = UpdateSuffix(tn);
            if (nodeSlen == slen)
                break;
            tn = NodeParent(tn);
            nodeSlen = tn->slen;
        }
    }

    private static void NodePushSuffix(Lc6Vector* tn, byte slen)
    {
        while (tn->slen < slen)
        {
            tn->slen = slen;
            tn = NodeParent(tn);
        }
    }
}
