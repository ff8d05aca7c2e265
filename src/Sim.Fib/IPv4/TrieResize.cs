// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>Keeps the trie flat. A dense node grows to read one more bit (inflate). A sparse node shrinks to read one bit less (halve). A
/// node with a single child is removed (collapse).</summary>
/// <remarks><code>
///   inflate   bits 2, pos 6                    bits 3, pos 5
///             [ a | - | T | b ]         ->     [ a | - | - | - | T0 | T1 | b | - ]
///   T is a full child of bits 1: its two children move up and T is removed. A full child of more bits is split into two
///   nodes of one bit less. A leaf, or a child that skips bits, moves to the slot that its key names.
///   halve is the reverse: two neighbours get a new parent of bits 1; a child without a neighbour moves unchanged.
/// </code>
/// The threshold for growing is twice the threshold for shrinking, so that a node near a threshold is not resized at every change.
/// Therefore the shape depends on the order of insertions and deletions. The root has lower thresholds.</remarks>
public sealed unsafe partial class FibTable
{
    /// <summary>A node is halved if less than this percentage of its children exist.</summary>
    internal const int HalveThreshold = 25;

    /// <summary>A node is inflated if at least this percentage of its children would exist afterwards.</summary>
    internal const int InflateThreshold = 50;
    internal const int HalveThresholdRoot = 15;
    internal const int InflateThresholdRoot = 30;

    /// <summary>The maximum number of times that one call of <see cref="Resize"/> inflates or halves a node.</summary>
    internal const int MaxWork = 10;

    /// <summary><c>replace</c>: replaces a node by its resized copy. Returns the parent.</summary>
    private KeyVector* Replace(KeyVector* oldtnode, KeyVector* tn)
    {
        var tp = NodeParent(oldtnode);
        NodeInitParent(tn, tp);
        PutChildRoot(tp, tn->key, tn);
        UpdateChildren(tn);
        // No pointer leads to the old nodes any more.
        TnodeFree(oldtnode);
        for (var i = ChildLength(tn); i != 0;)
        {
            var inode = GetChild(tn, --i);
            // Resize returns the child's parent, which is tn: resizing a child never replaces tn.
            if (TnodeFull(tn, inode))
                tn = Resize(inode);
        }

        return tp;
    }

    /// <summary><c>inflate</c>: replaces <paramref name="oldtnode"/> by a node of one bit more. Returns the parent.</summary>
    private KeyVector* Inflate(KeyVector* oldtnode)
    {
        var tn = TnodeNew(oldtnode->key, oldtnode->pos - 1, oldtnode->bits + 1);
        TnodeFreeInit(oldtnode);
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

            TnodeFreeAppend(oldtnode, inode);
            if (inode->bits == 1)
            {
                PutChild(tn, 2 * i + 1, GetChild(inode, 1));
                PutChild(tn, 2 * i, GetChild(inode, 0));
                continue;
            }

            InflateSplit(tn, i, inode);
        }

        return Replace(oldtnode, tn);
    }

    /// <summary>The part of <c>inflate</c> that splits a full child in two. The highest index bit of the child becomes the lowest index bit
    /// of the new node. This bit is 0 in the key of node0 and 1 in the key of node1.</summary>
    private void InflateSplit(KeyVector* tn, ulong i, KeyVector* inode)
    {
        var m = 1u << tn->pos;
        var node1 = TnodeNew(inode->key | m, inode->pos, inode->bits - 1);
        var node0 = TnodeNew(inode->key, inode->pos, inode->bits - 1);
        // The kernel also lists the new nodes, because a later allocation can fail. Here allocations do not fail.
        for (ulong k = ChildLength(inode), j = k / 2; j != 0;)
        {
            PutChild(node1, --j, GetChild(inode, --k));
            PutChild(node0, j, GetChild(inode, j));
        }

        NodeInitParent(node1, tn);
        NodeInitParent(node0, tn);
        PutChild(tn, 2 * i + 1, node1);
        PutChild(tn, 2 * i, node0);
    }

    /// <summary><c>halve</c>: replaces <paramref name="oldtnode"/> by a node of one bit less. Returns the parent.</summary>
    private KeyVector* Halve(KeyVector* oldtnode)
    {
        var tn = TnodeNew(oldtnode->key, oldtnode->pos + 1, oldtnode->bits - 1);
        TnodeFreeInit(oldtnode);
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
            NodeInitParent(inode, tn);
            PutChild(tn, i / 2, inode);
        }

        return Replace(oldtnode, tn);
    }

    /// <summary><c>collapse</c>: replaces a node by its only child, or by null. Returns the parent.</summary>
    private KeyVector* Collapse(KeyVector* oldtnode)
    {
        KeyVector* n = null;
        for (var i = ChildLength(oldtnode); n == null && i != 0;)
            n = GetChild(oldtnode, --i);
        var tp = NodeParent(oldtnode);
        PutChildRoot(tp, oldtnode->key, n);
        NodeSetParent(n, tp);
        NodeFree(oldtnode);
        return tp;
    }

    /// <summary><c>should_inflate</c>: returns whether to double a node. If e of its c children are empty and f are full, the doubled node
    /// uses c-e+f of its 2c slots:
    /// <code>  100 (c - e + f) >= threshold * 2c   </code></summary>
    private static bool ShouldInflate(KeyVector* tp, KeyVector* tn)
    {
        var used = ChildLength(tn);
        var threshold = used * (ulong)(tp->IsTrie ? InflateThresholdRoot : InflateThreshold);
        used -= TnInfo(tn)->empty_children;
        used += TnInfo(tn)->full_children;
        return used > 1 && tn->pos != 0 && 50 * used >= threshold;
    }

    /// <summary><c>should_halve</c>: returns whether <c>100 (c - e) &lt; threshold * c</c>, where e of the c children are empty.</summary>
    private static bool ShouldHalve(KeyVector* tp, KeyVector* tn)
    {
        var used = ChildLength(tn);
        var threshold = used * (ulong)(tp->IsTrie ? HalveThresholdRoot : HalveThreshold);
        used -= TnInfo(tn)->empty_children;
        return used > 1 && tn->bits > 1 && 100 * used < threshold;
    }

    /// <summary><c>should_collapse</c>: returns whether the node has at most one child.</summary>
    private static bool ShouldCollapse(KeyVector* tn)
    {
        var used = ChildLength(tn);
        used -= TnInfo(tn)->empty_children;
        if (tn->bits == KeyLength && TnInfo(tn)->full_children != 0)
            used -= uint.MaxValue;
        return used < 2;
    }

    /// <summary><c>resize</c>: inflates a node while it is dense enough. If the node was not inflated, halves it while it is too sparse,
    /// and collapses it if it has at most one child. Returns the parent.</summary>
    private KeyVector* Resize(KeyVector* tn)
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

        return ShouldCollapse(tn) ? Collapse(tn) : NodeParent(tn);
    }

    /// <summary><c>trie_rebalance</c>: resizes a node and all nodes above it.</summary>
    private void TrieRebalance(KeyVector* tn)
    {
        while (!tn->IsTrie)
            tn = Resize(tn);
    }
}
