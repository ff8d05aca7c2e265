// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.Fib6Address;

namespace Sim.Fib;

/// <summary>Deletes routes, and nodes that are no longer needed.</summary>
public sealed unsafe partial class Fib6Table
{
    /// <summary><c>fib6_locate</c> with exact_match: returns the node of this prefix. Returns null if the node does not exist or has no
    /// routes of its own.</summary>
    internal Fib6Node* Locate(in Rt6Key key)
    {
        var fn = _root;
        while (fn != null)
        {
            var t = Tail(fn);
            if (key.plen < t->fn_bit || !PrefixEqual(t->leaf->fib6_dst, key.high, key.low, t->fn_bit))
                return null;
            if (key.plen == t->fn_bit)
                return (t->fn_flags & Fib6NodeFlags.RouteInfo) != 0 ? fn : null;
            fn = *Child(fn, Bit(key.high, key.low, t->fn_bit));
        }

        return null;
    }

    /// <summary><c>fib6_del</c>: deletes a route. Returns 0, or -ENOENT if the route is in no tree.</summary>
    internal int Del(Fib6Info* rt)
    {
        var fn = rt->fib6_node;
        if (rt == _net.NullEntry || fn == null)
            return -Errno.ENOENT;
        for (var rtp = &Tail(fn)->leaf; *rtp != null; rtp = &(*rtp)->fib6_next)
        {
            if (*rtp != rt)
                continue;
            DelRoute(fn, rtp);
            return 0;
        }

        return -Errno.ENOENT;
    }

    /// <summary><c>fib6_del_route</c>.</summary>
    private void DelRoute(Fib6Node* fn, Fib6Info** rtp)
    {
        var t = Tail(fn);
        var rt = *rtp;
        *rtp = rt->fib6_next;
        rt->fib6_node = null;
        _net.FibRtEntries--;
        _net.FibDiscardedRoutes++;
        if (t->rr_ptr == rt)
            t->rr_ptr = null;
        if (rt->fib6_nsiblings != 0)
            UnlinkSiblings(rt);
        for (var at = _net.Walkers->next; at != _net.Walkers; at = at->next)
        {
            var w = (Fib6Walker*)at;
            if (w->state != Fib6WalkState.Call || w->leaf != rt)
                continue;
            w->leaf = rt->fib6_next;
            if (w->leaf == null)
                w->state = Fib6WalkState.Up;
        }

        // The node has lost its last route. A root gets the null entry back; another node is removed.
        if (t->leaf == null)
        {
            if ((t->fn_flags & Fib6NodeFlags.TopLevelRoot) == 0)
            {
                t->fn_flags &= ~Fib6NodeFlags.RouteInfo;
                _net.FibRouteNodes--;
            }

            fn = RepairTree(fn);
        }

        PurgeRt(rt, fn);
        _net.BumpGeneration();
        _net.Release(rt);
    }

    private void UnlinkSiblings(Fib6Info* rt)
    {
        var other = Fib6Net.OfSiblings(rt->fib6_siblings.next);
        for (var at = rt->fib6_siblings.next; at != &rt->fib6_siblings; at = at->next)
            Fib6Net.OfSiblings(at)->fib6_nsiblings--;
        rt->fib6_nsiblings = 0;
        Hlist.Del(&rt->fib6_siblings);
        MultipathRebalance(other);
    }

    /// <summary><c>fib6_purge_rt</c>: removes this route from the nodes above that have no routes and use this route as their leaf. Gives
    /// another leaf to the nodes that used the route.</summary>
    private void PurgeRt(Fib6Info* rt, Fib6Node* fn)
    {
        rt->bits |= Fib6InfoBits.Destroying; // fib6_drop_pcpu_from
        if (rt->nh != null && rt->fib6_siblings.next != &rt->fib6_siblings)
        {
            Hlist.Del(&rt->fib6_siblings);
            Hlist.Init(&rt->fib6_siblings);
        }

        if (rt->fib6_ref == 1)
            return;
        for (; fn != null; fn = fn->parent)
        {
            var t = Tail(fn);
            if ((t->fn_flags & Fib6NodeFlags.RouteInfo) != 0 || t->leaf != rt)
                continue;
            var leaf = FindPrefix(fn);
            Fib6Net.Hold(leaf);
            t->leaf = leaf;
            _net.Release(rt);
        }
    }

    /// <summary><c>fib6_find_prefix</c>: returns a route below a node: the leaf of the left child or, if there is none, of the right
    /// child.</summary>
    private Fib6Info* FindPrefix(Fib6Node* fn)
    {
        if ((Tail(fn)->fn_flags & Fib6NodeFlags.Root) != 0)
            return _net.NullEntry;
        if (fn->left != null)
            return Tail(fn->left)->leaf;
        return fn->right != null ? Tail(fn->right)->leaf : null;
    }

    /// <summary><c>fib6_repair_tree</c>: removes a node without routes unless it has two children. Continues with the parent. Returns the
    /// node at which the repair stopped.</summary>
    private Fib6Node* RepairTree(Fib6Node* fn)
    {
        if ((Tail(fn)->fn_flags & Fib6NodeFlags.TopLevelRoot) != 0)
        {
            Tail(fn)->leaf = _net.NullEntry;
            return fn;
        }

        while (true)
        {
            var pn = fn->parent;
            if (fn->left != null && fn->right != null)
            {
                var leaf = FindPrefix(fn);
                Fib6Net.Hold(leaf);
                Tail(fn)->leaf = leaf;
                return pn;
            }

            var child = fn->left != null ? fn->left : fn->right;
            Publish(pn->right == fn ? &pn->right : &pn->left, child);
            if (child != null)
                child->parent = pn;
            MoveWalkers(fn, child, pn);
            NodeFree(fn);
            var pt = Tail(pn);
            if ((pt->fn_flags & Fib6NodeFlags.RouteInfo) != 0)
                return pn;
            var pnLeaf = pt->leaf;
            pt->leaf = null;
            _net.Release(pnLeaf);
            fn = pn;
        }
    }

    /// <summary>The part of <c>fib6_repair_tree</c> that moves walkers off the freed node, so that no walker visits a node twice.</summary>
    private void MoveWalkers(Fib6Node* fn, Fib6Node* child, Fib6Node* pn)
    {
        for (var at = _net.Walkers->next; at != _net.Walkers; at = at->next)
        {
            var w = (Fib6Walker*)at;
            if (w->node != fn)
                continue;
            if (child == null)
            {
                w->node = pn;
                w->state = Fib6WalkState.Right;
                continue;
            }

            w->node = child;
            var visited = child == fn->left ? Fib6WalkState.Right : Fib6WalkState.Call;
            w->state = w->state >= visited ? Fib6WalkState.Up : Fib6WalkState.Left;
        }
    }
}
