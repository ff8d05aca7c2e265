// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>An IPv6 route in a dump. Each nexthop of a multipath route is listed as a route of its own. Oif, Peer and Gateway belong to the
/// nexthop. NhId is the id of the nexthop object. In Oif, Peer, Gateway and NhId, 0 stands for none. Info is the address of the
/// fib6_info.</summary>
public readonly record struct Fib6Route(
    Prefix Dst, RouteType Type, byte Protocol, uint Metric, int Oif, int Peer, UInt128 Gateway, uint NhId, nint Info);

/// <summary>Receives every node and route of a tree: a node, then its left subtree, then its right subtree.</summary>
public interface IFib6Visitor
{
    /// <summary>Receives a node before its routes: the number of nodes above it, its prefix length, its flags, the route that supplies
    /// its address, and the number of its own routes, siblings included. The route is null in a root without routes, where the kernel
    /// has the null entry.</summary>
    unsafe void Node(int depth, int bit, Fib6NodeFlags flags, Fib6Info* leaf, int routes);

    /// <summary>Receives a route of the node received last. The routes come in the order of the node's list, and siblings come one by
    /// one.</summary>
    unsafe void Route(Fib6Info* info);
}

/// <summary>Shows the contents of the table, as nodes or as routes.</summary>
public sealed unsafe partial class Fib6Table
{
    /// <summary>Shows every node and route to the visitor. The table must not change during the walk.</summary>
    public void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : IFib6Visitor => VisitNode(_root, 0, ref visitor);

    /// <summary>Lists the routes in the order of <c>inet6_dump_fib</c>: all routes below a node, left before right, then the node's own
    /// routes. The table must not change during the walk.</summary>
    public RouteEnumerator GetEnumerator() => new(this);

    /// <summary>Shows a node and all nodes below it. The recursion is as deep as the tree, at most 129 calls.</summary>
    private void VisitNode<TVisitor>(Fib6Node* fn, int depth, ref TVisitor visitor)
        where TVisitor : IFib6Visitor
    {
        var t = Tail(fn);
        var leaf = t->leaf == _net.NullEntry ? null : t->leaf;
        var own = (t->fn_flags & Fib6NodeFlags.RouteInfo) != 0 ? leaf : null;
        var routes = 0;
        for (var rt = own; rt != null; rt = rt->fib6_next)
            routes++;
        visitor.Node(depth, t->fn_bit, t->fn_flags, leaf, routes);
        for (var rt = own; rt != null; rt = rt->fib6_next)
            visitor.Route(rt);
        if (fn->left != null)
            VisitNode(fn->left, depth + 1, ref visitor);
        if (fn->right != null)
            VisitNode(fn->right, depth + 1, ref visitor);
    }

    /// <summary>A walk that pauses at each route.</summary>
    public struct RouteEnumerator
    {
        private readonly Fib6Table _table;
        private Fib6Walker _walker;
        private bool _started;

        internal RouteEnumerator(Fib6Table table)
        {
            _table = table;
            _walker = new Fib6Walker { root = table._root, node = table._root };
        }

        public readonly Fib6Route Current => Describe(_walker.leaf);

        public bool MoveNext()
        {
            if (_started)
                _walker.leaf = _walker.leaf->fib6_next;
            _started = true;
            fixed (Fib6Walker* w = &_walker)
            {
                while (_table.WalkToRoutes(w))
                {
                    if (w->leaf != _table._net.NullEntry)
                        return true;
                    w->leaf = null;
                }
            }

            return false;
        }

        private static Fib6Route Describe(Fib6Info* rt)
        {
            var nhc = &Fib6Info.Nh(rt)->nh_common;
            return new(
                Prefix.OfV6(rt->fib6_dst.Address, rt->fib6_dst.plen), (RouteType)rt->fib6_type, rt->fib6_protocol, rt->fib6_metric,
                nhc->nhc_oif, nhc->Peer, nhc->nhc_gw_family == 0 ? UInt128.Zero : nhc->Gateway, rt->nh != null ? rt->nh->id : 0, (nint)rt);
        }
    }
}
