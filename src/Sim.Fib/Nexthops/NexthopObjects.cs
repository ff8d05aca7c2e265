// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>
/// Nexthop objects (net/ipv4/nexthop.c). An object is made once, and routes name it by id in RTA_NH_ID. Groups are left out.
/// The kernel finds objects by id in a red-black tree, whose links take 24 bytes in the object; here a dictionary does.
/// </summary>
public sealed unsafe partial class FibNet
{
    private readonly Dictionary<uint, nint> _nexthops = [];
    private readonly HlistNode** _nexthopDevHash;

    /// <summary>The number of nexthop objects.</summary>
    public int NexthopCount => _nexthops.Count;

    /// <summary>
    /// <c>ip nexthop add id ID [blackhole | dev OIF [via GATEWAY [onlink]]]</c>, with the proposed peer
    /// (<c>nexthop_create</c>, <c>nh_create_ipv4</c>, <c>insert_nexthop</c>): adds an object. Returns 0, -EINVAL for id 0,
    /// -EEXIST, or the error of <c>fib_nh_init</c> or <c>fib_check_nh</c>.
    /// </summary>
    public int AddNexthop(
        uint id,
        int oif,
        int peer = 0,
        uint gateway4 = 0,
        RtnhFlags flags = RtnhFlags.None,
        bool blackhole = false)
    {
        if (id == 0)
            return -Errno.EINVAL;
        if (_nexthops.ContainsKey(id))
            return -Errno.EEXIST;
        var nh = (NextHop*)Memory.Kzalloc(sizeof(NextHop));
        var nhi = (NhInfo*)Memory.Kzalloc(sizeof(NhInfo));
        Hlist.Init(&nh->fi_list);
        Hlist.Init(&nh->f6i_list);
        Hlist.Init(&nh->fdb_list);
        Hlist.Init(&nh->grp_list);
        nhi->nh_parent = nh;
        nhi->family = (byte)GatewayFamily.IPv4;
        nhi->reject_nh = (byte)(blackhole ? 1 : 0);
        const int loopback = 1;
        var cfg = new FibConfig
        {
            Oif = blackhole ? loopback : oif,
            Gateway4 = gateway4,
            GatewayFamily = gateway4 != 0 ? GatewayFamily.IPv4 : GatewayFamily.None,
            Flags = flags,
            Peer = peer,
        };
        var err = InitNexthop(&nhi->fib_nh, cfg, 1);
        if (err == 0)
            err = CheckNh(&nhi->fib_nh.nh_common, RouteTableId.Main, 0);
        if (err != 0)
        {
            ReleaseNh(&nhi->fib_nh);
            Memory.Kfree(nhi, sizeof(NhInfo));
            Memory.Kfree(nh, sizeof(NextHop));
            return err;
        }

        nh->nh_flags = nhi->fib_nh.nh_common.nhc_flags;
        Hlist.AddHead(&nhi->dev_hash, &_nexthopDevHash[DevIndexHash((uint)nhi->fib_nh.nh_common.nhc_dev)]);
        nh->nh_info = nhi;
        nh->id = id;
        nh->refcnt = 1;
        _nexthops.Add(id, (nint)nh);
        return 0;
    }

    /// <summary>
    /// <c>ip nexthop del id ID</c>: deletes an object and all routes that use it. Returns their number, or -ENOENT.
    /// </summary>
    public int DeleteNexthop(uint id)
    {
        var nh = FindNexthop(id);
        return nh == null ? -Errno.ENOENT : RemoveNexthop(nh);
    }

    /// <summary>All nexthop objects, as <see cref="NextHop"/> pointers.</summary>
    internal IEnumerable<nint> Nexthops => _nexthops.Values;

    /// <summary><c>nexthop_find_by_id</c>.</summary>
    internal NextHop* FindNexthop(uint id) => (NextHop*)_nexthops.GetValueOrDefault(id);

    /// <summary><c>remove_nexthop</c>, <c>__remove_nexthop_fib</c>.</summary>
    private int RemoveNexthop(NextHop* nh)
    {
        _nexthops.Remove(nh->id);
        var flushed = 0;
        var used = false;
        for (var at = nh->fi_list.next; at != &nh->fi_list; at = at->next)
        {
            OfNhList(at)->fib_flags |= RtnhFlags.Dead;
            used = true;
        }

        if (used)
            flushed = Flush();
        if (nh->nh_info->fib_nh.nh_common.nhc_dev != 0)
            Hlist.Del(&nh->nh_info->dev_hash);
        PutNexthop(nh);
        return flushed;
    }

    /// <summary><c>nexthop_flush_dev</c>.</summary>
    private int NexthopFlushDev(int dev)
    {
        var flushed = 0;
        HlistNode* next;
        for (var n = _nexthopDevHash[DevIndexHash((uint)dev)]; n != null; n = next)
        {
            next = n->next;
            var nhi = (NhInfo*)n;
            if (nhi->fib_nh.nh_common.nhc_dev == dev)
                flushed += RemoveNexthop(nhi->nh_parent);
        }

        return flushed;
    }

    /// <summary><c>fib_check_nexthop</c>: whether a route of this scope may use the object.</summary>
    private static int CheckNexthop(NextHop* nh, RouteScope scope)
    {
        var nhc = &nh->nh_info->fib_nh.nh_common;
        if (scope == RouteScope.Host && nhc->nhc_gw_family != 0)
            return -Errno.EINVAL;
        return (nhc->nhc_flags & (byte)RtnhFlags.OnLink) != 0 && scope >= RouteScope.Link ? -Errno.EINVAL : 0;
    }

    /// <summary><c>nexthop_put</c>.</summary>
    private void PutNexthop(NextHop* nh)
    {
        if (--nh->refcnt == 0)
            CallRcu(&nh->rcu, RcuFunc.NexthopFree);
    }

    /// <summary><c>nexthop_free_rcu</c>, <c>nexthop_free_single</c>.</summary>
    private void NexthopFreeRcu(NextHop* nh)
    {
        ReleaseNh(&nh->nh_info->fib_nh);
        Memory.Kfree(nh->nh_info, sizeof(NhInfo));
        Memory.Kfree(nh, sizeof(NextHop));
    }

    private static FibInfo* OfNhList(ListHead* at) => (FibInfo*)((byte*)at - 2 * sizeof(HlistNode));
}
