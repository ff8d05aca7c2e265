// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>The next step of a walker at its node (<c>enum fib6_walk_state</c>, without the state of subtrees).</summary>
internal enum Fib6WalkState
{
    Left, Right, Call, Up,
}

/// <summary>A walk over a tree (<c>struct fib6_walker</c>). The walk visits a node's left subtree, then its right subtree, then the node's
/// routes. The walk's current route and current node may be deleted.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Fib6Walker
{
    /// <summary>The link in the list of walkers. The link is the first field, so that a Fib6Walker* and its ListHead* are the same
    /// address.</summary>
    public ListHead lh;
    public Fib6Node* root;
    public Fib6Node* node;
    public Fib6Info* leaf;
    public Fib6WalkState state;
}

/// <summary>Decides which routes <c>fib6_clean_tree</c> deletes.</summary>
internal unsafe interface IFib6Clean
{
    /// <summary>Returns 0 to keep a route, -1 to delete it, or -2 to skip the rest of its multipath route.</summary>
    int Clean(Fib6Info* rt);
}

/// <summary>Walks the whole tree.</summary>
public sealed unsafe partial class Fib6Table
{
    /// <summary><c>fib6_clean_tree</c>: deletes the routes that the cleaner selects. Returns the number of deleted routes.</summary>
    internal int CleanTree<TClean>(TClean clean)
        where TClean : struct, IFib6Clean
    {
        var cleaner = new Cleaner<TClean>(this, clean);
        var w = new Fib6Walker { root = _root };
        Walk(&w, ref cleaner);
        return cleaner.Deleted;
    }

    /// <summary>Deletes all routes. Returns the number of deleted routes.</summary>
    public int Flush() => CleanTree(new All(_net.NullEntry));

    /// <summary><c>fib6_walk</c>.</summary>
    private void Walk<TClean>(Fib6Walker* w, ref Cleaner<TClean> cleaner)
        where TClean : struct, IFib6Clean
    {
        w->state = Fib6WalkState.Left;
        w->node = w->root;
        Hlist.Add(&w->lh, _net.Walkers);
        try
        {
            WalkContinue(w, ref cleaner);
        }
        finally
        {
            Hlist.Del(&w->lh);
        }
    }

    /// <summary><c>fib6_walk_continue</c>: walks to the end, and runs the cleaner at each node with routes.</summary>
    private void WalkContinue<TClean>(Fib6Walker* w, ref Cleaner<TClean> cleaner)
        where TClean : struct, IFib6Clean
    {
        while (WalkToRoutes(w))
            cleaner.CleanNode(w);
    }

    /// <summary>The loop of <c>fib6_walk_continue</c> up to the call of the cleaner: goes to the next node with its own routes. Returns
    /// false at the end of the walk.</summary>
    private bool WalkToRoutes(Fib6Walker* w)
    {
        while (true)
        {
            var fn = w->node;
            if (w->state == Fib6WalkState.Left)
            {
                if (fn->left != null)
                {
                    w->node = fn->left;
                    continue;
                }

                w->state = Fib6WalkState.Right;
            }

            if (w->state == Fib6WalkState.Right)
            {
                if (fn->right != null)
                {
                    w->node = fn->right;
                    w->state = Fib6WalkState.Left;
                    continue;
                }

                w->state = Fib6WalkState.Call;
                w->leaf = Tail(fn)->leaf;
            }

            if (w->state == Fib6WalkState.Call)
            {
                if (w->leaf != null && (Tail(fn)->fn_flags & Fib6NodeFlags.RouteInfo) != 0)
                    return true;
                w->state = Fib6WalkState.Up;
            }

            if (fn == w->root)
                return false;
            WalkUp(w, fn);
        }
    }

    private void WalkUp(Fib6Walker* w, Fib6Node* fn)
    {
        var pn = fn->parent;
        w->node = pn;
        if (pn->left == fn)
        {
            w->state = Fib6WalkState.Right;
            return;
        }

        w->state = Fib6WalkState.Call;
        w->leaf = Tail(pn)->leaf;
    }

    private readonly struct All(Fib6Info* nullEntry) : IFib6Clean
    {
        public int Clean(Fib6Info* rt) => rt == nullEntry ? 0 : -1;
    }

    /// <summary><c>struct fib6_cleaner</c>.</summary>
    private struct Cleaner<TClean>(Fib6Table table, TClean clean)
        where TClean : struct, IFib6Clean
    {
        public int Deleted { get; private set; }

        /// <summary><c>fib6_clean_node</c>: runs the cleaner on a node's routes. After a deletion, returns to the walk, because the node
        /// may have been freed.</summary>
        public void CleanNode(Fib6Walker* w)
        {
            for (var rt = w->leaf; rt != null; rt = rt->fib6_next)
            {
                var res = clean.Clean(rt);
                if (res == -1)
                {
                    w->leaf = rt;
                    if (table.Del(rt) != 0)
                        continue;
                    Deleted++;
                    return;
                }

                if (res == -2)
                    rt = Fib6Net.OfSiblings(rt->fib6_siblings.prev);
            }

            w->leaf = null;
        }
    }
}
