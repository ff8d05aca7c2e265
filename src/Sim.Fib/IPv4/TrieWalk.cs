// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>A route as a dump shows it. Priority is the metric; Oif, Peer (0 for none) and Gateway (0 for none) are the
/// first nexthop's; NhId is its object's, or 0. Info is the address of the fib_info, which routes may share.</summary>
public readonly record struct FibRoute(
    Prefix Dst, byte Dscp, RouteType Type, RouteScope Scope, byte Protocol, uint Priority, int Oif, int Peer, UInt128 Gateway, uint NhId, nint Info);

/// <summary>Walking the leaves in ascending order of their keys.</summary>
public sealed unsafe partial class FibTable
{
    /// <summary>Lists the routes in the order of <c>fib_table_dump</c>: by ascending address, then longest prefix
    /// first, then as the leaf lists them (<see cref="FibAlias"/>). The table must not change meanwhile.</summary>
    public RouteEnumerator GetEnumerator() => new(this);

    /// <summary><c>leaf_walk_rcu</c>: finds the first leaf whose key is at least this, from a node at or above that leaf.</summary>
    private static KeyVector* LeafWalk(KeyVector** tn, uint key)
    {
        KeyVector* pn;
        ulong cindex;
        var n = *tn;
        // Down along the key.
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

        // Then the next leaf to the right.
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

    /// <summary><c>fib_table_dump</c> and <c>fn_trie_dump_leaf</c> as an enumerator; allocates nothing.</summary>
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

            // The key after 255.255.255.255 is 0: the end.
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
