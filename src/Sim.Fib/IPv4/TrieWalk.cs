// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>A route in a dump. Priority is the metric. Oif, Peer and Gateway belong to the first nexthop. NhId is the id of the nexthop
/// object. In Oif, Peer, Gateway and NhId, 0 stands for none. Info is the address of the fib_info, which routes may share.</summary>
public readonly record struct FibRoute(
    Prefix Dst, byte Dscp, RouteType Type, RouteScope Scope, byte Protocol, uint Priority, int Oif, int Peer, UInt128 Gateway,
    uint NhId, nint Info);

/// <summary>Receives every node and route of a trie: parents before children, children in order.</summary>
public interface IFibTrieVisitor
{
    /// <summary>Receives a tnode: the number of tnodes above it, and its fields (<see cref="KeyVector"/>, <see cref="TNode"/>).</summary>
    void Tnode(int depth, uint key, int pos, int bits, int slen, uint fullChildren, uint emptyChildren);

    /// <summary>Receives a leaf, before its routes.</summary>
    void Leaf(int depth, uint key, int slen);

    /// <summary>Receives a route of the leaf received last, with its prefix length and its fib_info. The routes come in the leaf's
    /// order.</summary>
    unsafe void Route(int length, FibInfo* info);
}

/// <summary>Walks the leaves by ascending key, and the whole trie node by node.</summary>
public sealed unsafe partial class FibTable
{
    /// <summary>Lists the routes in the order of <c>fib_table_dump</c>: by ascending address, then in the order of the leaf
    /// (<see cref="FibAlias"/>), longest prefix first. The table must not change during the walk.</summary>
    public RouteEnumerator GetEnumerator() => new(this);

    /// <summary>Shows every node and route to the visitor. The table must not change during the walk.</summary>
    public void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : IFibTrieVisitor
    {
        var iter = default(TrieIterator);
        for (var n = iter.GetFirst(_trie); n != null; n = iter.GetNext())
        {
            if (n->IsTnode)
            {
                var info = TnInfo(n);
                // The iterator's depth counts the tnode itself.
                visitor.Tnode(iter.Depth - 1, n->key, n->pos, n->bits, n->slen, info->full_children, info->empty_children);
                continue;
            }

            visitor.Leaf(iter.Depth, n->key, n->slen);
            for (var fa = (FibAlias*)n->leaf; fa != null; fa = FibAlias.Next(fa))
                visitor.Route(KeyLength - fa->fa_slen, fa->fa_info);
        }
    }

    /// <summary><c>leaf_walk_rcu</c>: finds the first leaf whose key is at least this one. The search starts at a node above that
    /// leaf.</summary>
    private static KeyVector* LeafWalk(KeyVector** tn, uint key)
    {
        KeyVector* pn;
        ulong cindex;
        var n = *tn;
        // Go down along the key.
        do
        {
            pn = n;
            cindex = key > pn->key ? GetIndex(key, pn) : 0;
            if (cindex >> pn->bits != 0)
                break;
            n = GetChild(pn, cindex++);
            if (n == null)
                break;
            if (n->IsLeaf && n->key >= key)
            {
                *tn = pn;
                return n;
            }
        }
        while (n->IsTnode);

        // Then find the next leaf to the right.
        while (!pn->IsTrie)
        {
            if (cindex >= 1ul << pn->bits)
            {
                var pkey = pn->key;
                pn = NodeParent(pn);
                cindex = GetIndex(pkey, pn) + 1;
                continue;
            }

            n = GetChild(pn, cindex++);
            if (n == null)
                continue;
            if (n->IsLeaf)
            {
                *tn = pn;
                return n;
            }

            pn = n;
            cindex = 0;
        }

        *tn = pn;
        return null;
    }

    /// <summary><c>fib_table_dump</c> and <c>fn_trie_dump_leaf</c> as an enumerator. The enumerator allocates nothing.</summary>
    public struct RouteEnumerator
    {
        private readonly FibTable _table;
        private KeyVector* _tn, _leaf;
        private FibAlias* _alias;
        private uint _key;
        private bool _done;

        internal RouteEnumerator(FibTable table)
        {
            _table = table;
            _tn = table._trie;
        }

        public readonly FibRoute Current => Describe(_leaf->key, _alias);

        public bool MoveNext()
        {
            do
            {
                if (_alias != null)
                    _alias = FibAlias.Next(_alias);
                if (_alias == null && !NextLeaf())
                    return false;
            }
            while (_alias->tb_id != _table.Id);
            return true;
        }

        private bool NextLeaf()
        {
            if (_done)
                return false;
            fixed (KeyVector** tn = &_tn)
                _leaf = LeafWalk(tn, _key);
            if (_leaf == null)
            {
                _done = true;
                return false;
            }

            // After 255.255.255.255 the key is 0, which means the end.
            _key = _leaf->key + 1;
            _done = _key == 0;
            _alias = (FibAlias*)_leaf->leaf;
            return true;
        }
    }

    private static FibRoute Describe(uint key, FibAlias* fa)
    {
        var fi = fa->fa_info;
        var nhc = FibInfo.Nhc(fi, 0);
        return new(
            Prefix.OfV4(key, KeyLength - fa->fa_slen), fa->fa_dscp, (RouteType)fa->fa_type, (RouteScope)fi->fib_scope, fi->fib_protocol,
            fi->fib_priority, nhc->nhc_oif, nhc->Peer, nhc->Gateway, fi->nh != null ? fi->nh->id : 0, (nint)fi);
    }
}
