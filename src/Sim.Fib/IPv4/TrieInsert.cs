// SPDX-License-Identifier: GPL-2.0-only
using System.Numerics;
using static Sim.Fib.KeyVector;

namespace Sim.Fib;

/// <summary>Finds the place of a new route, and adds the route.</summary>
public sealed unsafe partial class FibTable
{
    /// <summary><c>fib_table_insert</c>: adds or replaces a route. Returns 0 or a negative error.</summary>
    /// <remarks>The flags decide about existing routes with the same key: the same prefix, dscp and priority.
    /// <list type="table">
    /// <item><term>Excl</term> <description>returns -EEXIST if there is a route of the same key.</description></item>
    /// <item><term>Replace</term> <description>replaces the first route of the same key. Nothing changes if the first route is equal to the
    /// new one (type and fib_info). Returns -EEXIST if another route of the key is equal to the new one.</description></item>
    /// <item><term>Append</term> <description>adds the route behind all routes of the same key. Returns -EEXIST if a route of the key is
    /// equal to the new one.</description></item>
    /// <item><term>neither</term> <description>adds the route before all routes of the same key (<c>ip route prepend</c>). Returns -EEXIST
    /// if a route of the key is equal to the new one.</description></item>
    /// <item><term>without Create</term> <description>returns -ENOENT if the request replaces no route.</description></item> </list>
    /// -EINVAL, -ENODEV and -ENETUNREACH come from the checks of the request and the nexthop.</remarks>
    public int Insert(in FibConfig cfg)
    {
        var err = cfg.Validate(Id);
        if (err != 0)
            return err;
        var fi = _net.CreateInfo(cfg, Id, out err);
        if (fi == null)
            return err;
        err = InsertInfo(cfg, fi, out var taken);
        if (taken)
            _net.BumpGeneration(); // rt_cache_flush
        else
            _net.ReleaseInfo(fi);
        return err;
    }

    private int InsertInfo(in FibConfig cfg, FibInfo* fi, out bool taken)
    {
        taken = false;
        var slen = (byte)(KeyLength - cfg.DstLen);
        KeyVector* tp;
        var l = FindNode(&tp, cfg.Dst);
        var fa = l != null ? FindAlias(l->leaf, slen, cfg.Dscp, fi->fib_priority, Id) : null;
        if (fa != null && fa->fa_dscp == cfg.Dscp && fa->fa_info->fib_priority == fi->fib_priority)
        {
            if ((cfg.NlFlags & NlmFlags.Excl) != 0)
                return -Errno.EEXIST;
            var first = fa;
            var match = FindEqual(ref fa, slen, cfg, fi);
            if ((cfg.NlFlags & NlmFlags.Replace) != 0)
            {
                if (match != null)
                    return match == first ? 0 : -Errno.EEXIST;
                ReplaceAlias(first, (byte)cfg.Type, fi);
                taken = true;
                return 0;
            }

            if (match != null)
                return -Errno.EEXIST;
            // FindEqual left fa at the route behind the last one of the same key. Append inserts before it.
            if ((cfg.NlFlags & NlmFlags.Append) == 0)
                fa = first;
        }

        if ((cfg.NlFlags & NlmFlags.Create) == 0)
            return -Errno.ENOENT;
        taken = true;
        var created = AliasNew(fi, cfg.Dscp, (byte)cfg.Type, slen);
        InsertAlias(tp, l, created, fa, cfg.Dst);
        if (cfg.DstLen == 0)
            _tb->tb_num_default++;
        return 0;
    }

    /// <summary>Returns the route of the same key with equal type and fib_info, or null. Sets <paramref name="fa"/> to the returned route,
    /// or else to the first route behind the routes of the key, or null.</summary>
    private FibAlias* FindEqual(ref FibAlias* fa, byte slen, in FibConfig cfg, FibInfo* fi)
    {
        for (; fa != null; fa = FibAlias.Next(fa))
        {
            if (fa->fa_slen != slen || fa->tb_id != Id || fa->fa_dscp != cfg.Dscp ||
                fa->fa_info->fib_priority != fi->fib_priority)
                return null;
            if (fa->fa_type == (byte)cfg.Type && fa->fa_info == fi)
                return fa;
        }

        return null;
    }

    private FibAlias* AliasNew(FibInfo* fi, byte dscp, byte type, byte slen)
    {
        var fa = (FibAlias*)_net.AliasCache.Alloc();
        fa->fa_info = fi;
        fa->fa_dscp = dscp;
        fa->fa_type = type;
        fa->fa_state = 0;
        fa->fa_slen = slen;
        fa->tb_id = Id;
        fa->fa_default = -1;
        fa->offload = 0;
        fa->trap = 0;
        fa->offload_failed = 0;
        return fa;
    }

    /// <summary>The NLM_F_REPLACE part of <c>fib_table_insert</c>: replaces a route. Readers see the old route or the new one.</summary>
    /// <remarks>As in the kernel, there is one exception. If no other route uses the old fib_info, the old fib_info is marked dead at once.
    /// A lookup that is at the old route then skips this route, and finds a shorter prefix or none.</remarks>
    private void ReplaceAlias(FibAlias* fa, byte type, FibInfo* fi)
    {
        var by = AliasNew(fi, fa->fa_dscp, type, fa->fa_slen);
        by->fa_state = (byte)(fa->fa_state & ~FibAlias.StateAccessed);
        var dropped = fa->fa_info;
        Hlist.Replace(&fa->fa_list, &by->fa_list);
        AliasFree(fa);
        _net.ReleaseInfo(dropped);
    }

    /// <summary><c>fib_find_node</c>: returns the leaf of exactly this key, or null. <paramref name="tp"/> gets the parent that the leaf
    /// has or would have.</summary>
    private KeyVector* FindNode(KeyVector** tp, uint key)
    {
        KeyVector* pn;
        var n = _trie;
        var index = 0ul;
        do
        {
            pn = n;
            n = GetChild(n, index);
            if (n == null)
                break;
            index = GetCindex(key, n);
            // A skipped bit differs. In a leaf any bit counts as skipped.
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

    /// <summary><c>fib_find_alias</c>: returns the first route of this suffix length and dscp whose priority is at least this value. If
    /// there is none, returns the route before which a new route belongs. Returns null if the new route belongs behind all routes of its
    /// suffix length.</summary>
    private static FibAlias* FindAlias(HlistNode* list, byte slen, byte dscp, uint prio, uint table)
    {
        for (var fa = (FibAlias*)list; fa != null; fa = FibAlias.Next(fa))
        {
            if (fa->fa_slen < slen)
                continue;
            if (fa->fa_slen != slen)
                break;
            if (fa->tb_id > table)
                continue;
            if (fa->tb_id != table)
                break;
            if (fa->fa_dscp > dscp)
                continue;
            if (fa->fa_info->fib_priority >= prio || fa->fa_dscp < dscp)
                return fa;
        }

        return null;
    }

    /// <summary><c>fib_find_matching_alias</c>: returns the route of exactly this prefix, dscp, type and fib_info, or null.</summary>
    public FibAlias* FindMatchingAlias(uint dst, int length, byte dscp, RouteType type, FibInfo* fi)
    {
        KeyVector* tp;
        var l = FindNode(&tp, dst);
        if (l == null)
            return null;
        for (var fa = (FibAlias*)l->leaf; fa != null; fa = FibAlias.Next(fa))
        {
            if (fa->fa_slen == KeyLength - length && fa->tb_id == Id && fa->fa_dscp == dscp && fa->fa_info == fi &&
                fa->fa_type == (byte)type)
                return fa;
        }

        return null;
    }

    /// <summary><c>fib_insert_node</c>: puts a new leaf under <paramref name="tp"/>. If the slot holds a node whose skipped bits differ
    /// from the key, the node and the leaf go under a new tnode, which reads the highest bit that differs:
    /// <code>
    ///   tp -> n          tp -> tn -> n           tn.pos = highest bit in which key and n.key differ
    ///                           \--> leaf
    /// </code></summary>
    private void InsertNode(KeyVector* tp, FibAlias* created, uint key)
    {
        var l = LeafNew(key, created);
        var n = GetChild(tp, GetIndex(key, tp));
        if (n != null)
        {
            var tn = TnodeNew(key, BitOperations.Log2(key ^ n->key), 1);
            NodeInitParent(tn, tp);
            PutChild(tn, GetIndex(key, tn) ^ 1, n);
            PutChildRoot(tp, key, tn);
            NodeSetParent(n, tn);
            tp = tn;
        }

        NodePushSuffix(tp, created->fa_slen);
        NodeInitParent(l, tp);
        PutChildRoot(tp, key, l);
        TrieRebalance(tp);
    }

    /// <summary><c>fib_insert_alias</c>: puts a route on its leaf, before <paramref name="fa"/>. If <paramref name="fa"/> is null, the
    /// route goes behind the last route of the same suffix length. If there is no leaf, makes the leaf.</summary>
    private void InsertAlias(KeyVector* tp, KeyVector* l, FibAlias* created, FibAlias* fa, uint key)
    {
        if (l == null)
        {
            InsertNode(tp, created, key);
            return;
        }

        if (fa != null)
        {
            Hlist.AddBefore(&created->fa_list, &fa->fa_list);
        }
        else
        {
            for (var last = (FibAlias*)l->leaf; last != null; last = FibAlias.Next(last))
            {
                if (created->fa_slen < last->fa_slen)
                    break;
                if (created->fa_slen == last->fa_slen && created->tb_id > last->tb_id)
                    break;
                fa = last;
            }

            if (fa != null)
                Hlist.AddBehind(&created->fa_list, &fa->fa_list);
            else
                Hlist.AddHead(&created->fa_list, &l->leaf);
        }

        if (l->slen < created->fa_slen)
            LeafPushSuffix(tp, l, created->fa_slen);
    }

    /// <summary>Raises the slen of a leaf that got a new last route (<c>leaf_push_suffix</c> of older kernels).</summary>
    private static void LeafPushSuffix(KeyVector* tp, KeyVector* l, byte slen)
    {
        l->slen = slen;
        NodePushSuffix(tp, slen);
    }
}
