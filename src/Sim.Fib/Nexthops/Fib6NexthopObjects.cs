// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>
/// Nexthop objects of family IPv6 (net/ipv4/nexthop.c). An object is made once, and routes name it by id in RTA_NH_ID. It
/// holds the percpu pointers and the state that each route would otherwise have of its own. Groups are left out. The kernel
/// keeps the objects of both families in one red-black tree by id; here each family has a dictionary.
/// </summary>
public sealed unsafe partial class Fib6Net
{
    private const int NexthopDevHashSize = 256; // NH_DEV_HASHSIZE
    private const int NexthopDevHashBits = 8; // NH_DEV_HASHBITS

    private readonly Dictionary<uint, nint> _nexthops = [];
    private readonly HlistNode** _nexthopDevHash;

    /// <summary>The number of nexthop objects.</summary>
    public int NexthopCount => _nexthops.Count;

    /// <summary>
    /// <c>ip -6 nexthop add id ID [blackhole | dev OIF [via GATEWAY [onlink]]]</c>, with the proposed peer
    /// (<c>nexthop_create</c>, <c>nh_create_ipv6</c>, <c>insert_nexthop</c>): adds an object. Returns 0, -EINVAL for id 0,
    /// -EEXIST, or the error of <c>fib6_nh_init</c>.
    /// </summary>
    public int AddNexthop(
        uint id,
        int oif,
        int peer = 0,
        UInt128 gateway = default,
        RtnhFlags flags = RtnhFlags.None,
        bool blackhole = false)
    {
        if (id == 0)
            return -Errno.EINVAL;
        if (_nexthops.ContainsKey(id))
            return -Errno.EEXIST;
        var nh = NexthopCreate(id, oif, peer, gateway, flags, blackhole, out var err);
        if (nh != null)
            _nexthops.Add(id, (nint)nh);
        return err;
    }

    /// <summary>
    /// <c>ip -6 nexthop replace id ID ...</c> (<c>replace_nexthop</c>): changes the contents of an object, for all routes that
    /// use it and without touching them. Returns 0, -ENOENT, or the error of <c>fib6_nh_init</c>.
    /// </summary>
    public int ReplaceNexthop(
        uint id,
        int oif,
        int peer = 0,
        UInt128 gateway = default,
        RtnhFlags flags = RtnhFlags.None,
        bool blackhole = false)
    {
        var old = FindNexthop(id);
        if (old == null)
            return -Errno.ENOENT;
        var fresh = NexthopCreate(id, oif, peer, gateway, flags, blackhole, out var err);
        if (fresh == null)
            return err;
        // replace_nexthop_single: the objects swap contents, and the new one takes the old contents with it.
        var content = fresh->nh_info;
        fresh->nh_info = old->nh_info;
        fresh->nh_info->nh_parent = fresh;
        content->nh_parent = old;
        old->nh_flags = fresh->nh_flags;
        Volatile.Write(ref *(nint*)&old->nh_info, (nint)content);
        // nh_rt_cache_flush: dsts of these routes are stale.
        for (var at = old->f6i_list.next; at != &old->f6i_list; at = at->next)
            UpdateSernumUptoRoot(OfSiblings(at));
        UnlinkNexthop(fresh);
        PutNexthop(fresh);
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

    /// <summary>Returns the route that this link lies in, as its siblings or nh_list.</summary>
    internal static Fib6Info* OfSiblings(ListHead* at) => (Fib6Info*)((byte*)at - Fib6Info.SiblingsOffset);

    /// <summary><c>nexthop_create</c>, <c>nh_create_ipv6</c>: makes an object, or returns null and a negative error.</summary>
    private NextHop* NexthopCreate(
        uint id, int oif, int peer, UInt128 gateway, RtnhFlags flags, bool blackhole, out int err)
    {
        var nh = (NextHop*)Memory.Kzalloc(sizeof(NextHop));
        Hlist.Init(&nh->fi_list);
        Hlist.Init(&nh->f6i_list);
        Hlist.Init(&nh->grp_list);
        Hlist.Init(&nh->fdb_list);
        var nhi = (NhInfo*)Memory.Kzalloc(sizeof(NhInfo));
        nhi->nh_parent = nh;
        nhi->family = FamilyIPv6;
        nhi->reject_nh = (byte)(blackhole ? 1 : 0);
        var fib6Nh = NhInfo.Fib6Nh(nhi);
        fib6Nh->nh_common.nhc_scope = (byte)RouteScope.Link;
        var cfg = new Fib6Config
        {
            Oif = blackhole ? Loopback : oif,
            Gateway = gateway,
            Flags = flags,
            Peer = peer,
        };
        err = NhInit(fib6Nh, cfg, table: 0, reject: false);
        if (err != 0)
        {
            NhRelease(fib6Nh);
            Memory.Kfree(nhi, sizeof(NhInfo));
            Memory.Kfree(nh, sizeof(NextHop));
            return null;
        }

        nh->nh_flags = fib6Nh->nh_common.nhc_flags;
        Hlist.AddHead(&nhi->dev_hash, &_nexthopDevHash[DevHash((uint)fib6Nh->nh_common.nhc_dev)]);
        nh->nh_info = nhi;
        nh->id = id;
        nh->refcnt = 1;
        return nh;
    }

    /// <summary><c>remove_nexthop</c>, <c>__remove_nexthop_fib</c>: deletes each route by itself, without a walk.</summary>
    private int RemoveNexthop(NextHop* nh)
    {
        _nexthops.Remove(nh->id);
        var dropped = 0;
        ListHead* next;
        for (var at = nh->f6i_list.next; at != &nh->f6i_list; at = next)
        {
            next = at->next;
            var f6i = OfSiblings(at);
            if (GetTable(f6i->fib6_table->tb6_id)!.Del(f6i) == 0)
                dropped++;
        }

        UnlinkNexthop(nh);
        PutNexthop(nh);
        return dropped;
    }

    private static void UnlinkNexthop(NextHop* nh)
    {
        if (NhInfo.Fib6Nh(nh->nh_info)->nh_common.nhc_dev != 0)
            Hlist.Del(&nh->nh_info->dev_hash);
    }

    /// <summary><c>nexthop_flush_dev</c>: removes a device's objects. If the loopback only goes down, blackholes stay.</summary>
    private int NexthopFlushDev(int dev, NetdevEvent what)
    {
        var dropped = 0;
        HlistNode* next;
        for (var n = _nexthopDevHash[DevHash((uint)dev)]; n != null; n = next)
        {
            next = n->next;
            var nhi = (NhInfo*)n;
            if (NhInfo.Fib6Nh(nhi)->nh_common.nhc_dev != dev)
                continue;
            if (nhi->reject_nh != 0 && what != NetdevEvent.Unregister)
                continue;
            dropped += RemoveNexthop(nhi->nh_parent);
        }

        return dropped;
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
        NhRelease(NhInfo.Fib6Nh(nh->nh_info));
        Memory.Kfree(nh->nh_info, sizeof(NhInfo));
        Memory.Kfree(nh, sizeof(NextHop));
    }

    /// <summary><c>nh_dev_hashfn</c>.</summary>
    private static uint DevHash(uint dev) =>
        (dev ^ (dev >> NexthopDevHashBits) ^ (dev >> (NexthopDevHashBits * 2))) & (NexthopDevHashSize - 1);
}
