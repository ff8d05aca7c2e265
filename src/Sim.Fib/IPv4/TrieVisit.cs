// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>Is shown every node and route of a trie: parents before children, children in order.</summary>
public interface IFibTrieVisitor
{
    /// <summary>A tnode with its fields (<see cref="KeyVector"/>, <see cref="TNode"/>), and the number of tnodes above it.</summary>
    void Tnode(int depth, uint key, int pos, int bits, int slen, uint fullChildren, uint emptyChildren);

    /// <summary>A leaf, before its routes.</summary>
    void Leaf(int depth, uint key, int slen);

    /// <summary>A route of the leaf just seen, in the leaf's order: its prefix length and its fib_info.</summary>
    unsafe void Route(int length, FibInfo* info);
}

/// <summary>A walk of the whole trie, for comparison node by node.</summary>
public sealed unsafe partial class FibTable
{
    /// <summary>Shows every node and route to the visitor. The table must not change meanwhile.</summary>
    public void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : IFibTrieVisitor
    {
        var iter = default(TrieIterator);
        for (var n = iter.GetFirst(_trie); n != null; n = iter.GetNext())
        {
            if (n->IsTnode)
            {
                var info = TnInfo(n);
                // The iterator counts a tnode as above itself.
                visitor.Tnode(iter.Depth - 1, n->key, n->pos, n->bits, n->slen, info->full_children, info->empty_children);
                continue;
            }

            visitor.Leaf(iter.Depth, n->key, n->slen);
            for (var fa = (FibAlias*)n->leaf; fa != null; fa = FibAlias.Next(fa))
                visitor.Route(KeyLength - fa->fa_slen, fa->fa_info);
        }
    }
}
