// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>Deletes a route, flushes dead routes, and frees a whole trie.</summary>
public sealed unsafe partial class FibTable
{
    /// <summary><c>fib_table_delete</c>: deletes the first route of this prefix and dscp that fits the request. If a field of the request
    /// is 0 (or the scope is nowhere), any value fits. Returns 0; -ESRCH if no route fits; or -EINVAL.</summary>
    public int Delete(in FibConfig cfg)
    {
        var err = cfg.Validate(Id);
        if (err != 0)
            return err;
        // inet_rtm_delroute
        if (cfg.NhId != 0 && _net.FindNexthop(cfg.NhId) == null)
            return -Errno.EINVAL;
        var state = _net.States.BuildToCompare(cfg.Peer);
        err = Delete(cfg, state);
        _net.States.Put(state);
        return err;
    }

    private int Delete(in FibConfig cfg, LwtunnelState* state)
    {
        var slen = (byte)(KeyLength - cfg.DstLen);
        KeyVector* tp;
        var l = FindNode(&tp, cfg.Dst);
        if (l == null)
            return -Errno.ESRCH;
        var fa = FindAlias(l->leaf, slen, cfg.Dscp, 0, Id);
        for (; fa != null; fa = FibAlias.Next(fa))
        {
            if (fa->fa_slen != slen || fa->tb_id != Id || fa->fa_dscp != cfg.Dscp)
                return -Errno.ESRCH;
            if (Fits(cfg, state, fa))
                break;
        }

        if (fa == null)
            return -Errno.ESRCH;
        if (cfg.DstLen == 0)
            _tb->tb_num_default--;
        RemoveAlias(tp, l, fa);
        _net.BumpGeneration(); // rt_cache_flush
        _net.ReleaseInfo(fa->fa_info);
        AliasFree(fa);
        return 0;
    }

    private static bool Fits(in FibConfig cfg, LwtunnelState* state, FibAlias* fa)
    {
        var fi = fa->fa_info;
        return (cfg.Type == RouteType.Unspec || fa->fa_type == (byte)cfg.Type) &&
            (cfg.Scope == RouteScope.Nowhere || fi->fib_scope == (byte)cfg.Scope) &&
            (cfg.PrefSrc == 0 || fi->fib_prefsrc == cfg.PrefSrc) &&
            (cfg.Protocol == 0 || fi->fib_protocol == cfg.Protocol) &&
            FibNet.NhMatch(cfg, state, fi);
    }

    /// <summary><c>fib_remove_alias</c>: removes a route from its leaf. If the leaf is then empty, removes the leaf and resizes the nodes
    /// above. The last route of a leaf has the longest suffix. If the last route is removed, lowers slen in the leaf and in the nodes
    /// above.</summary>
    private void RemoveAlias(KeyVector* tp, KeyVector* l, FibAlias* old)
    {
        var pprev = old->fa_list.pprev;
        Hlist.Del(&old->fa_list);
        if (l->leaf == null)
        {
            if (tp->slen == l->slen)
                NodePullSuffix(tp, tp->pos);
            PutChildRoot(tp, l->key, null);
            NodeFree(l);
            TrieRebalance(tp);
            return;
        }

        if (*pprev == null)
            LeafPullSuffix(tp, l, (FibAlias*)pprev);
    }

    /// <summary>Lowers the slen of a leaf that lost its last route (<c>leaf_pull_suffix</c> of older kernels).</summary>
    private static void LeafPullSuffix(KeyVector* tp, KeyVector* l, FibAlias* last)
    {
        // pprev points at the predecessor's next pointer. That is the first field of fa_list, and so of the route.
        l->slen = last->fa_slen;
        NodePullSuffix(tp, last->fa_slen);
    }

    /// <summary><c>fib_table_flush</c> without flush_all: deletes the routes whose fib_info is dead (RTNH_F_DEAD). Returns the number of
    /// deleted routes.</summary>
    public int Flush()
    {
        var found = 0;
        var pn = _trie;
        var cindex = 1ul;
        // Visit the children from last to first, so that all nodes below a node are done before it is resized.
        while (true)
        {
            if (cindex-- == 0)
            {
                if (pn->IsTrie)
                    return found;
                var pkey = pn->key;
                if (pn->slen > pn->pos)
                    UpdateSuffix(pn);
                pn = Resize(pn);
                cindex = GetIndex(pkey, pn);
                continue;
            }

            var n = GetChild(pn, cindex);
            if (n == null)
                continue;
            if (n->IsTnode)
            {
                pn = n;
                cindex = 1ul << n->bits;
                continue;
            }

            n->slen = FlushLeaf(n, ref found);
            if (n->leaf == null)
            {
                PutChildRoot(pn, n->key, null);
                NodeFree(n);
            }
        }
    }

    /// <summary>The loop of <c>fib_table_flush</c> over a leaf's routes. Returns the slen of the remaining routes.</summary>
    private byte FlushLeaf(KeyVector* n, ref int found)
    {
        byte slen = 0;
        FibAlias* next;
        for (var fa = (FibAlias*)n->leaf; fa != null; fa = next)
        {
            next = FibAlias.Next(fa);
            if (fa->tb_id != Id || (fa->fa_info->fib_flags & RtnhFlags.Dead) == 0)
            {
                slen = fa->fa_slen;
                continue;
            }

            Hlist.Del(&fa->fa_list);
            _net.ReleaseInfo(fa->fa_info);
            AliasFree(fa);
            found++;
        }

        return slen;
    }

    /// <summary><c>fib_trie_free</c>: frees all nodes and routes without resizing. In the kernel, a table freed in this way has no routes,
    /// or is a copy whose routes own no fib_infos. In the port the routes own their fib_infos, so this function releases the
    /// fib_infos.</summary>
    private void TrieFree()
    {
        var pn = _trie;
        var cindex = 1ul;
        while (true)
        {
            KeyVector* n;
            if (cindex-- == 0)
            {
                if (pn->IsTrie)
                    return;
                n = pn;
                pn = NodeParent(pn);
                PutChildRoot(pn, n->key, null);
                cindex = GetIndex(n->key, pn);
                NodeFree(n);
                continue;
            }

            n = GetChild(pn, cindex);
            if (n == null)
                continue;
            if (n->IsTnode)
            {
                pn = n;
                cindex = 1ul << n->bits;
                continue;
            }

            while (n->leaf != null)
            {
                var fa = (FibAlias*)n->leaf;
                Hlist.Del(&fa->fa_list);
                _net.ReleaseInfo(fa->fa_info);
                AliasFree(fa);
            }

            PutChildRoot(pn, n->key, null);
            NodeFree(n);
        }
    }
}
