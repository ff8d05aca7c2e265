// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>Keeps the suffix lengths of nodes. If a lookup finds no route below a node, the node's suffix length tells whether the node may
/// hold a shorter prefix.</summary>
/// <remarks><code>
///   pos 8, bits 4    child 0000  slen may be 12 and more: its keys are zero in all four bits
///                    child 0100  slen at most 10, child 1000 at most 11: a prefix of suffix length s has a
///                    child 0010  slen at most 9                          key that is zero below bit s
///                    child 0001  slen at most 8: a lookup need not come back
/// </code>
/// If slen equals pos, a lookup that backtracks skips the whole node.</remarks>
public sealed unsafe partial class FibTable
{
    /// <summary><c>update_suffix</c>: recomputes slen from the children that can have the longest suffix. Returns the new slen.</summary>
    private static byte UpdateSuffix(KeyVector* tn)
    {
        var slen = tn->pos;
        // Only child 0, which comes first, can reach pos + bits. The others reach at most pos + bits - 1, so the search ends there.
        var slenMax = Math.Min((byte)(tn->pos + tn->bits - 1), tn->slen);
        var stride = 2ul;
        for (var i = 0ul; i < ChildLength(tn); i += stride)
        {
            var n = GetChild(tn, i);
            if (n == null || n->slen <= slen)
                continue;
            // Of the later children only those with as many zero bits can have a longer suffix.
            stride <<= n->slen - slen;
            slen = n->slen;
            i &= ~(stride - 1);
            if (slen >= slenMax)
                break;
        }

        tn->slen = slen;
        return slen;
    }

    /// <summary><c>node_pull_suffix</c>: lowers slen in a node after the longest suffix below it was removed. Continues with the parent
    /// while slen changes.</summary>
    private static void NodePullSuffix(KeyVector* tn, byte slen)
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

    /// <summary><c>node_push_suffix</c>: raises slen in a node for a longer suffix below it. Continues with the parent, at most up to the
    /// vector in struct trie (slen 32).</summary>
    private static void NodePushSuffix(KeyVector* tn, byte slen)
    {
        while (tn->slen < slen)
        {
            tn->slen = slen;
            tn = NodeParent(tn);
        }
    }
}
