// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>The kernel's options that change the IPv6 FIB. The defaults are those of the lab's User-Mode Linux.</summary>
public sealed record Fib6Options
{
    /// <summary>CONFIG_IPV6_SUBTREES. Debian sets this option. Nodes then take 72 bytes in slots of 128, and a lookup reads one more
    /// pointer on the way back up. The pointer is null, because only routes with a source prefix make subtrees, and such routes are not
    /// modelled.</summary>
    public bool Subtrees { get; init; }

    /// <summary>CONFIG_IPV6_ROUTER_PREF. Debian sets this option. With this option a nexthop takes 8 bytes more, and gateways without a
    /// neighbour entry are accepted.</summary>
    public bool RouterPref { get; init; }

    /// <summary>Whether routes that name the same peer of a device share one <c>lwtunnel_state</c>, as IPv4 routes do through their
    /// fib_info. No kernel shares states in this way: the option is a what-if.</summary>
    public bool SharesStates { get; init; }
}

/// <summary>Counters of a namespace (<c>struct rt6_statistics</c>), shown in /proc/net/rt6_stats.</summary>
/// <param name="FibNodes">The number of nodes without the roots.</param>
/// <param name="FibRouteNodes">The number of nodes with their own routes, without the roots.</param>
/// <param name="FibRtEntries">The number of routes.</param>
/// <param name="FibDiscardedRoutes">The number of routes deleted since the start. Replaced routes do not count.</param>
public readonly record struct Rt6Statistics(
    uint FibNodes, uint FibRouteNodes, uint FibRtEntries, uint FibDiscardedRoutes)
{
    /// <summary><c>rt6_stats_seq_show</c>: returns the line of a namespace without dsts and caches, because no packet was sent.</summary>
    public string Format() => $"{FibNodes:x4} {FibRouteNodes:x4} 0000 {FibRtEntries:x4} 0000 0000 {FibDiscardedRoutes:x4}\n";
}

/// <summary>The IPv6 FIB of a network namespace: its tables, nexthop objects, the slab of nodes, and the objects that wait for a grace
/// period.</summary>
/// <remarks><para>Read in this order: Fib6Table (the tree), Fib6Node (the structures), Fib6Lookup, Fib6Select, Fib6Add, Fib6AddRoute,
/// Fib6Delete, Fib6Walk. Fib6Route and Fib6Nexthop then show how a request becomes a route.</para>
/// <para>No interface has an address. These parts of the kernel are left out: policy rules, source prefixes, route metrics, preferences and
/// lifetimes, router advertisements, notifiers, requests with several nexthops (RTA_MULTIPATH), devices that go down, dsts with their
/// exceptions, neighbours, and the choice among equal nexthops after a lookup (<c>fib6_select_path</c>). The parts left out do not change
/// the shape of a table whose routes have one nexthop each.</para></remarks>
public sealed unsafe partial class Fib6Net : FibNamespace<Fib6Table>
{
    /// <summary>The interface index of the loopback. Reject routes use the loopback, and a route through the loopback becomes a reject
    /// route.</summary>
    public const int Loopback = 1;

    private const int CacheLine = 64; // SLAB_HWCACHE_ALIGN

    private readonly Fib6InfoBits _infoLayout;
    private int _sernum = 1;
    private KmemCache? _lc6LeafCache;

    /// <summary>Makes a namespace that allocates from <paramref name="memory"/>. The memory must outlive the namespace.</summary>
    public Fib6Net(KernelMemory memory, Fib6Options? options = null) : base(memory)
    {
        Options = options ?? new Fib6Options();
        NodeSize = Options.Subtrees ? Fib6Node.SubtreesSize : Fib6Node.Size;
        NodeCache = memory.CreateCache("fib6_node", NodeSize, CacheLine);
        _infoLayout = InfoLayout(memory.Config.Release);
        NullEntry = AllocNullEntry();
        Walkers = (ListHead*)NativeMemory.Alloc((nuint)sizeof(ListHead));
        Hlist.Init(Walkers);
    }

    public Fib6Options Options { get; }

    /// <summary>The slab cache of the nodes, <c>fib6_node</c>.</summary>
    public KmemCache NodeCache { get; }

    /// <summary>The slab cache of the leaves of every <see cref="Lc6Table"/>. The first <see cref="Lc6Table"/> makes the cache.</summary>
    internal KmemCache Lc6LeafCache => _lc6LeafCache ??= Memory.CreateCache("ip6_fib_trie", Lc6Tnode.LeafSize, CacheLine);

    /// <summary><c>rt6_stats</c>: the counters of the namespace.</summary>
    public Rt6Statistics Statistics => new(FibNodes, FibRouteNodes, FibRtEntries, FibDiscardedRoutes);

    internal uint FibNodes { get; set; }

    internal uint FibRouteNodes { get; set; }

    internal uint FibRtEntries { get; set; }

    internal uint FibDiscardedRoutes { get; set; }

    /// <summary>The bytes of a node, before the slab rounds them up.</summary>
    internal int NodeSize { get; }

    /// <summary><c>fib6_null_entry</c>: the result of a lookup that finds nothing, and the leaf of an empty root.</summary>
    internal Fib6Info* NullEntry { get; }

    /// <summary><c>fib6_walkers</c>: the running walks. A deletion moves these walks off the freed nodes.</summary>
    internal ListHead* Walkers { get; }

    /// <summary><c>fib6_new_sernum</c>: returns the next serial number.</summary>
    internal int NewSernum() => _sernum = _sernum < int.MaxValue ? _sernum + 1 : 1;

    /// <summary>Returns the layout of <c>fib6_info</c> in a release. 7.3 adds <c>purge_link</c>, 16 bytes.</summary>
    public static Fib6InfoBits InfoLayout(KernelRelease release) =>
        release == KernelRelease.Linux6_12 ? Fib6InfoBits.None : Fib6InfoBits.PurgeLink;

    /// <summary>Returns the bytes of a <c>fib6_info</c>, with or without its own nexthop.</summary>
    internal int InfoSize(bool withNh) => Fib6Info.HeaderSize(_infoLayout) + (withNh ? NhSize : 0);

    /// <summary>The bytes of a <c>fib6_nh</c>.</summary>
    internal int NhSize => sizeof(Fib6Nh) + (Options.RouterPref ? sizeof(ulong) : 0);

    /// <summary><c>fib6_info_alloc</c>.</summary>
    internal Fib6Info* InfoAlloc(bool withNh)
    {
        var f6i = (Fib6Info*)Memory.Kzalloc(InfoSize(withNh));
        f6i->bits = _infoLayout;
        Hlist.Init(&f6i->fib6_siblings);
        f6i->fib6_ref = 1;
        return f6i;
    }

    /// <summary><c>fib6_info_hold</c>.</summary>
    internal static void Hold(Fib6Info* f6i) => f6i->fib6_ref++;

    /// <summary><c>fib6_info_release</c>; null is allowed.</summary>
    internal void Release(Fib6Info* f6i)
    {
        if (f6i != null && --f6i->fib6_ref == 0)
            CallRcu(&Fib6Info.Tail(f6i)->rcu, RcuFunc.Fib6InfoFree);
    }

    /// <summary>Returns the route that contains this link (fib6_siblings or nh_list).</summary>
    internal static Fib6Info* OfSiblings(ListHead* at) => (Fib6Info*)((byte*)at - Fib6Info.SiblingsOffset);

    /// <summary><c>fib6_update_sernum_upto_root</c>: gives a new serial number to the route's node and to all nodes above. So the dsts of
    /// these nodes' routes become stale.</summary>
    internal void UpdateSernumUptoRoot(Fib6Info* rt)
    {
        var sernum = NewSernum();
        var tail = NodeSize - sizeof(Fib6NodeTail);
        for (var fn = rt->fib6_node; fn != null; fn = fn->parent)
            ((Fib6NodeTail*)((byte*)fn + tail))->fn_sernum = sernum;
    }

    private protected override int InitNexthop(NhInfo* nhi, int oif, int peer)
    {
        nhi->family = FamilyIPv6;
        NhInfo.Fib6Nh(nhi)->nh_common.nhc_scope = (byte)RouteScope.Link;
        return NhInit(NhInfo.Fib6Nh(nhi), new Fib6Config { Oif = oif, Peer = peer }, table: 0, reject: false);
    }

    private protected override void ReleaseNexthop(NhInfo* nhi) => NhRelease(NhInfo.Fib6Nh(nhi));

    /// <summary>Deletes the routes of a nexthop object one by one, without a walk of the tree.</summary>
    private protected override int RemoveRoutes(NextHop* nh)
    {
        var dropped = 0;
        ListHead* next;
        for (var at = nh->f6i_list.next; at != &nh->f6i_list; at = next)
        {
            next = at->next;
            var f6i = OfSiblings(at);
            dropped += GetTable(f6i->fib6_table->tb6_id)!.Del(f6i) == 0 ? 1 : 0;
        }

        return dropped;
    }

    private protected override void Free()
    {
        Memory.Kfree(NullEntry, InfoSize(withNh: true));
        NativeMemory.Free(Walkers);
    }

    private protected override void Reclaim(RcuHead* head, RcuFunc func)
    {
        switch (func)
        {
            case RcuFunc.Fib6NodeFree: // node_free_rcu in 6.12, kfree_rcu in 7.3
                NodeCache.FreeRcu((byte*)head - (NodeSize - sizeof(RcuHead)));
                break;
            case RcuFunc.Fib6InfoFree:
                InfoDestroyRcu((Fib6Info*)((byte*)head - Fib6Info.TailOffset(_infoLayout)));
                break;
            case RcuFunc.Lc6NodeFree:
                Lc6Table.NodeFreeRcu(this, (Lc6Tnode*)head);
                break;
            default:
                throw new InvalidOperationException($"an rcu_head was overwritten: callback {(nint)func}");
        }
    }

    /// <summary><c>fib6_info_destroy_rcu</c>.</summary>
    private void InfoDestroyRcu(Fib6Info* f6i)
    {
        var withNh = f6i->nh == null;
        if (withNh)
            NhRelease(Fib6Info.InlineNh(f6i));
        else
            PutNexthop(f6i->nh);
        Memory.Kfree(f6i, InfoSize(withNh));
    }

    /// <summary>Makes the null entry (<c>fib6_null_entry_template</c>), whose device is the loopback
    /// (<c>ip6_route_init_special_entries</c>).</summary>
    private Fib6Info* AllocNullEntry()
    {
        var f6i = InfoAlloc(withNh: true);
        f6i->fib6_flags = Rtf.Reject | Rtf.NoNexthop;
        f6i->fib6_protocol = RouteProtocol.Kernel;
        f6i->fib6_metric = uint.MaxValue;
        f6i->fib6_type = (byte)RouteType.Unreachable;
        Fib6Info.InlineNh(f6i)->nh_common.nhc_dev = Loopback;
        return f6i;
    }
}
