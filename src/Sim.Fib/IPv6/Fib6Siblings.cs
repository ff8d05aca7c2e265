// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>Multipath routes: a ring of routes of one prefix and metric (net/ipv6/route.c, <c>rt6_multipath_*</c>).</summary>
public sealed unsafe partial class Fib6Table
{
    /// <summary>
    /// <c>rt6_multipath_rebalance</c>: sets each live nexthop's share of the 31-bit hash space by weight, in the ring's order,
    /// beginning with the route that is first in the list.
    /// </summary>
    internal void MultipathRebalance(Fib6Info* rt)
    {
        if (rt->fib6_nsiblings == 0 || (rt->bits & Fib6InfoBits.ShouldFlush) != 0)
            return;
        var first = FirstSibling(rt);
        var total = IsDead(first) ? 0 : Weight(first);
        for (var at = first->fib6_siblings.next; at != &first->fib6_siblings; at = at->next)
            total += IsDead(Fib6Net.OfSiblings(at)) ? 0 : Weight(Fib6Net.OfSiblings(at));
        var weight = 0;
        SetUpperBound(first, ref weight, total);
        for (var at = first->fib6_siblings.next; at != &first->fib6_siblings; at = at->next)
            SetUpperBound(Fib6Net.OfSiblings(at), ref weight, total);
    }

    /// <summary><c>rt6_multipath_first_sibling</c>.</summary>
    private Fib6Info* FirstSibling(Fib6Info* rt)
    {
        var iter = Tail(rt->fib6_node)->leaf;
        while (iter->fib6_metric != rt->fib6_metric || !QualifyForEcmp(iter))
            iter = iter->fib6_next;
        return iter;
    }

    private static int Weight(Fib6Info* rt) => Fib6Info.InlineNh(rt)->nh_common.nhc_weight;

    /// <summary><c>rt6_is_dead</c>: devices here do not ignore routes with the link down (the sysctl's default).</summary>
    private static bool IsDead(Fib6Info* rt) =>
        (Fib6Info.InlineNh(rt)->nh_common.nhc_flags & (byte)RtnhFlags.Dead) != 0;

    /// <summary><c>rt6_upper_bound_set</c>.</summary>
    private static void SetUpperBound(Fib6Info* rt, ref int weight, int total)
    {
        var nhc = &Fib6Info.InlineNh(rt)->nh_common;
        if (IsDead(rt))
        {
            nhc->nhc_upper_bound = -1;
            return;
        }

        weight += nhc->nhc_weight;
        nhc->nhc_upper_bound = (int)((((long)weight << 31) + total / 2) / total - 1);
    }
}

/// <summary>Devices that go and come (net/ipv6/route.c, <c>rt6_sync_down_dev</c>, <c>rt6_sync_up</c>), and serial numbers.</summary>
public sealed unsafe partial class Fib6Net
{
    /// <summary>
    /// <c>rt6_sync_down_dev</c> and <c>nexthop_flush_dev</c>: takes a device down or away, with its routes and nexthop objects.
    /// While other parts of a multipath route are alive, a part that goes down is only marked. Returns the number of routes
    /// dropped.
    /// </summary>
    public int DeviceDown(int oif, NetdevEvent what = NetdevEvent.Down)
    {
        if (what != NetdevEvent.Change)
            _down.Add(oif);
        var dropped = NexthopFlushDev(oif, what);
        foreach (var table in Tables)
            dropped += table.CleanTree(new IfDown(this, table, oif, what));
        return dropped;
    }

    /// <summary>Brings a device up again: <c>rt6_sync_up</c> revives the marked parts of multipath routes through it.</summary>
    public void DeviceUp(int oif)
    {
        _down.Remove(oif);
        foreach (var table in Tables)
            table.CleanTree(new IfUp(this, table, oif));
    }

    /// <summary><c>fib6_update_sernum_upto_root</c>: dsts of the routes from here up are stale.</summary>
    internal void UpdateSernumUptoRoot(Fib6Info* rt)
    {
        var sernum = NewSernum();
        var tail = NodeSize - sizeof(Fib6NodeTail);
        for (var fn = rt->fib6_node; fn != null; fn = fn->parent)
            ((Fib6NodeTail*)((byte*)fn + tail))->fn_sernum = sernum;
    }

    /// <summary><c>fib6_ifdown</c>.</summary>
    private readonly struct IfDown(Fib6Net net, Fib6Table table, int dev, NetdevEvent what) : IFib6Clean
    {
        public int Clean(Fib6Info* rt)
        {
            if (rt == net.NullEntry || rt->nh != null)
                return 0;
            var nhc = &Fib6Info.InlineNh(rt)->nh_common;
            if (what == NetdevEvent.Unregister)
                return nhc->nhc_dev == dev ? -1 : 0;
            if (what == NetdevEvent.Down)
                return Down(rt, nhc);
            if (nhc->nhc_dev == dev && (rt->fib6_flags & (Rtf.Local | Rtf.Anycast)) == 0)
            {
                nhc->nhc_flags |= (byte)RtnhFlags.LinkDown;
                table.MultipathRebalance(rt);
            }

            return 0;
        }

        private int Down(Fib6Info* rt, FibNhCommon* nhc)
        {
            if ((rt->bits & Fib6InfoBits.ShouldFlush) != 0)
                return -1;
            if (rt->fib6_nsiblings == 0)
                return nhc->nhc_dev == dev ? -1 : 0;
            var uses = 0;
            var dead = 0u;
            foreach (var at in new Ring(rt))
            {
                var one = &Fib6Info.InlineNh((Fib6Info*)at)->nh_common;
                uses += one->nhc_dev == dev ? 1 : 0;
                dead += one->nhc_dev == dev || (one->nhc_flags & (byte)RtnhFlags.Dead) != 0 ? 1u : 0;
            }

            if (uses == 0)
                return -2;
            if (dead == rt->fib6_nsiblings + 1)
            {
                foreach (var at in new Ring(rt))
                    ((Fib6Info*)at)->bits |= Fib6InfoBits.ShouldFlush;
                return -1;
            }

            foreach (var at in new Ring(rt))
            {
                var one = &Fib6Info.InlineNh((Fib6Info*)at)->nh_common;
                if (one->nhc_dev == dev)
                    one->nhc_flags |= (byte)(RtnhFlags.Dead | RtnhFlags.LinkDown);
            }

            table.Tail(rt->fib6_node)->fn_sernum = net.NewSernum();
            table.MultipathRebalance(rt);
            return -2;
        }
    }

    /// <summary><c>fib6_ifup</c>.</summary>
    private readonly struct IfUp(Fib6Net net, Fib6Table table, int dev) : IFib6Clean
    {
        public int Clean(Fib6Info* rt)
        {
            if (rt == net.NullEntry || rt->nh != null || Fib6Info.InlineNh(rt)->nh_common.nhc_dev != dev)
                return 0;
            Fib6Info.InlineNh(rt)->nh_common.nhc_flags &= unchecked((byte)~(RtnhFlags.Dead | RtnhFlags.LinkDown));
            net.UpdateSernumUptoRoot(rt);
            table.MultipathRebalance(rt);
            return 0;
        }
    }

    /// <summary>A route and its siblings, as addresses.</summary>
    private unsafe struct Ring(Fib6Info* first)
    {
        private Fib6Info* _at;

        public readonly Ring GetEnumerator() => this;

        public readonly nint Current => (nint)_at;

        public bool MoveNext()
        {
            if (_at == null)
            {
                _at = first;
                return true;
            }

            _at = OfSiblings(_at->fib6_siblings.next);
            return _at != first;
        }
    }
}
