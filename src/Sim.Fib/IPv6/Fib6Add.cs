// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.Fib6Address;

namespace Sim.Fib;

/// <summary>Finds or makes the node of a prefix.</summary>
public sealed unsafe partial class Fib6Table
{
    /// <summary><c>fib6_add</c>: adds a route. The tree takes a reference to the route. Returns 0 or a negative error.</summary>
    private int Add(Fib6Info* rt, NlmFlags flags)
    {
        var fn = Add1(rt->fib6_dst, flags, out var err);
        if (fn == null)
            return err;
        err = AddRt2Node(fn, rt, flags);
        if (err == 0)
        {
            if (rt->nh != null)
                Hlist.Add(&rt->fib6_siblings, &rt->nh->f6i_list);
            Purge(fn);
            _net.UpdateSernumUptoRoot(rt);
            _net.BumpGeneration();
            return 0;
        }

        // The node may have no leaf now: a new one, one that only branched before, or the root.
        var t = Tail(fn);
        if ((t->fn_flags & (Fib6NodeFlags.RouteInfo | Fib6NodeFlags.Root)) == 0 ||
            ((t->fn_flags & Fib6NodeFlags.TopLevelRoot) != 0 && t->leaf == null))
            RepairTree(fn);
        return err;
    }

    /// <summary><c>fib6_add_1</c>: finds or makes the node of a prefix. If an existing node has no routes, clears the node's leaf, which
    /// held the route of another node or the null entry. Returns null and -ENOENT if there is no node and the request does not allow a new
    /// one.</summary>
    private Fib6Node* Add1(in Rt6Key key, NlmFlags flags, out int err)
    {
        err = 0;
        Fib6Node* pn;
        var fn = _root;
        nuint dir = 0;
        do
        {
            var t = Tail(fn);
            var leaf = t->leaf;
            // The node's prefix is longer or differs, so the new node goes above it.
            if (key.plen < t->fn_bit || !PrefixEqual(leaf->fib6_dst, key.high, key.low, t->fn_bit))
            {
                err = MayCreate(flags);
                return err == 0 ? InsertAbove(fn, leaf, key, dir) : null;
            }

            if (key.plen == t->fn_bit)
            {
                if ((t->fn_flags & Fib6NodeFlags.RouteInfo) == 0)
                {
                    t->leaf = null;
                    _net.Release(leaf);
                }
                else if ((t->fn_flags & Fib6NodeFlags.TopLevelRoot) != 0 && leaf == _net.NullEntry)
                {
                    t->leaf = null;
                }

                return fn;
            }

            dir = Bit(key.high, key.low, t->fn_bit);
            pn = fn;
            fn = *Child(fn, dir);
        }
        while (fn != null);

        err = MayCreate(flags);
        if (err != 0)
            return null;
        var ln = NodeAlloc(key.plen);
        ln->parent = pn;
        Publish(Child(pn, dir), ln);
        return ln;
    }

    /// <summary>Returns -ENOENT for a replacement without NLM_F_CREATE, else 0. If a request that is no replacement lacks NLM_F_CREATE, the
    /// kernel only warns.</summary>
    private static int MayCreate(NlmFlags flags) =>
        (flags & (NlmFlags.Create | NlmFlags.Replace)) == NlmFlags.Replace ? -Errno.ENOENT : 0;

    /// <summary>The end of <c>fib6_add_1</c>: puts a new node above <paramref name="fn"/>, which is child <paramref name="dir"/> of its
    /// parent. If the new prefix does not contain the prefix of fn, both nodes go below a new node without routes:
    /// <code>
    ///   pn -> fn     pn -> in -> fn          in.fn_bit = first bit that differs
    ///                       \--> ln
    ///
    ///                pn -> ln -> fn          the new prefix contains fn's
    /// </code></summary>
    private Fib6Node* InsertAbove(Fib6Node* fn, Fib6Info* leaf, in Rt6Key key, nuint dir)
    {
        var pn = fn->parent;
        var bit = Diff(key, leaf->fib6_dst);
        Fib6Node* ln;
        if (key.plen > bit)
        {
            var split = NodeAlloc(bit);
            ln = NodeAlloc(key.plen);
            split->parent = pn;
            Tail(split)->leaf = leaf;
            Fib6Net.Hold(leaf);
            // As in the kernel, the node is in the tree before it has children. Only a concurrent reader can see that.
            Publish(Child(pn, dir), split);
            ln->parent = split;
            fn->parent = split;
            var side = Bit(key.high, key.low, bit);
            Publish(Child(split, side), ln);
            Publish(Child(split, side ^ 1), fn);
            return ln;
        }

        ln = NodeAlloc(key.plen);
        ln->parent = pn;
        *Child(ln, Bit(leaf->fib6_dst.high, leaf->fib6_dst.low, key.plen)) = fn;
        fn->parent = ln;
        Publish(Child(pn, dir), ln);
        return ln;
    }

    /// <summary><c>node_alloc</c>.</summary>
    private Fib6Node* NodeAlloc(int bit)
    {
        var fn = (Fib6Node*)_net.NodeCache.Zalloc();
        Tail(fn)->fn_bit = (ushort)bit;
        _net.FibNodes++;
        return fn;
    }

    /// <summary><c>node_free</c>.</summary>
    private void NodeFree(Fib6Node* fn)
    {
        _net.CallRcu(&Tail(fn)->rcu, RcuFunc.Fib6NodeFree);
        _net.FibNodes--;
    }

    /// <summary>Returns the address of a child pointer: left for 0, right for 1. The two pointers are adjacent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Fib6Node** Child(Fib6Node* fn, nuint dir) => &fn->left + dir;

    private static void Publish(Fib6Node** slot, Fib6Node* fn) => Volatile.Write(ref *(nint*)slot, (nint)fn);
}
