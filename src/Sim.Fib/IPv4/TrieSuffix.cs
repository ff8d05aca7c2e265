// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>A node's suffix length: how far up a lookup that fails below may find a shorter prefix.</summary>
/// <remarks><code>
///   pos 8, bits 4    child 0000  slen up to 12 and more: its keys are zero in all four bits
///                    child 0100  at most 10, child 1000 at most 11: a prefix of suffix length s has a
///                    child 0010  at most 9    key that is zero below bit s
///                    child 0001  at most 8: nothing a lookup could come back for
/// </code>
/// slen == pos lets a lookup skip the whole node when it backtracks.</remarks>
public sealed unsafe partial class FibTable
{
    /// <summary><c>update_suffix</c>: recomputes slen from the children, looking only at those that can matter.</summary>
    private static byte UpdateSuffix(KeyVector* tn)
    {
        var slen = tn->pos;
        // Only child 0, which comes first, can reach pos + bits. No other exceeds pos + bits - 1: there the search ends.
        var slenMax = Math.Min((byte)(tn->pos + tn->bits - 1), tn->slen);
        var stride = 2ul;
        for (var i = 0ul; i < ChildLength(tn); i += stride)
        {
            var n = GetChild(tn, i);
            if (n == null || n->slen <= slen)
                continue;
            // From here on only children with as many zero bits can have a longer suffix.
            stride <<= n->slen - slen;
            slen = n->slen;
            i &= ~(stride - 1);
            if (slen >= slenMax)
                break;
        }

        tn->slen = slen;
        return slen;
    }

    /// <summary><c>node_pull_suffix</c>: lowers slen after a suffix below has gone, upwards while that changes anything.</summary>
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

    /// <summary><c>node_push_suffix</c>: raises slen for a longer suffix, upwards to the vector in struct trie (slen 32).</summary>
    private static void NodePushSuffix(KeyVector* tn, byte slen)
    {
        while (tn->slen < slen)
        {
            tn->slen = slen;
            tn = NodeParent(tn);
        }
    }
}
