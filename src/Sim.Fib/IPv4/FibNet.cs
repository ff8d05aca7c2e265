// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>The IPv4 FIB of a network namespace: its tables, shared fib_infos, nexthop objects, slab caches, and the objects that wait
/// for a grace period.</summary>
/// <remarks><para>Read in this order: KeyVector (the bits), TrieLookup, TrieInsert, TrieDelete, TrieResize, TrieNodes. FibInfo,
/// FibSemantics and FibInfoHash then explain the fib_info of a route.</para>
/// <para>These parts of the kernel are left out: policy rules and the shared local/main trie (<c>fib_trie_unmerge</c>,
/// <c>fib_table_flush_external</c>), notifiers and hardware offload, exceptions and route caches, route metrics, requests with several
/// nexthops (RTA_MULTIPATH), devices that go down, and the choice among equal routes after a lookup (<c>fib_select_default</c>,
/// <c>fib_select_path</c>). The parts left out do not change the shape of a table whose routes have one nexthop each.</para></remarks>
public sealed unsafe partial class FibNet : FibNamespace<FibTable>
{
    /// <summary>Makes a namespace that allocates from <paramref name="memory"/>. The memory must outlive the namespace.</summary>
    public FibNet(KernelMemory memory) : base(memory)
    {
        AliasCache = memory.CreateCache("ip_fib_alias", sizeof(FibAlias));
        LeafCache = memory.CreateCache("ip_fib_trie", TNode.LeafSize);
        if (Follows6_12)
            return;
        // fib4_semantics_init
        _infoHashSize = FirstInfoHashSize;
        AllocInfoHash(FirstInfoHashSize, out _infoHash, out _infoLaddrHash);
    }

    /// <summary><c>sysctl_fib_sync_mem</c>: the number of bytes of freed tnodes after which the writer waits for a grace period.</summary>
    public uint SyncMem { get; set; } = 512 * 1024;

    /// <summary>Whether the hash of fib_infos covers gateway and state, as in a kernel with the series. Without them, all peers of a device
    /// share a bucket.</summary>
    public bool HashesHops { get; init; }

    /// <summary>The slab cache of the routes, <c>ip_fib_alias</c>.</summary>
    public KmemCache AliasCache { get; }

    /// <summary>The slab cache of the leaves, <c>ip_fib_trie</c>.</summary>
    public KmemCache LeafCache { get; }

    /// <summary><c>tnode_free_size</c>: the bytes of tnodes freed since the last wait. As in the kernel, all tables share this
    /// counter.</summary>
    internal uint TnodeFreeSize { get; set; }

    /// <summary><c>fib_flush</c>: deletes the dead routes of every table. Returns the number of deleted routes.</summary>
    public int Flush()
    {
        var flushed = Tables.Sum(table => table.Flush());
        if (flushed > 0)
            BumpGeneration(); // rt_cache_flush
        return flushed;
    }

    /// <summary><c>fib_lookup</c>: looks up an address in local, main and default, as the rules of a new namespace say. Returns
    /// -ENETUNREACH if no table has a route.</summary>
    internal int FibLookup(uint daddr, in FlowI4 flow, ref FibResult res, FibLookupFlags flags)
    {
        ReadOnlySpan<uint> rules = [RouteTableId.Local, RouteTableId.Main, RouteTableId.Default];
        foreach (var id in rules)
        {
            var table = GetTable(id);
            if (table == null)
                continue;
            var err = table.Lookup(daddr, flow, ref res, flags | FibLookupFlags.NoRef);
            if (err != -Errno.EAGAIN)
                return err;
        }

        return -Errno.ENETUNREACH;
    }

    /// <summary><c>synchronize_net</c>.</summary>
    internal void Synchronize()
    {
        Synchronizations++;
        Memory.Rcu.Synchronize();
        Memory.Rcu.GracePeriod();
    }

    private protected override int InitNexthop(NhInfo* nhi, int oif, int peer)
    {
        nhi->family = (byte)GatewayFamily.IPv4;
        var err = InitNexthop(&nhi->fib_nh, new FibConfig { Oif = oif, Peer = peer });
        return err != 0 ? err : CheckNh(&nhi->fib_nh.nh_common, RouteTableId.Main, 0);
    }

    private protected override void ReleaseNexthop(NhInfo* nhi) => ReleaseNh(&nhi->fib_nh);

    private protected override int RemoveRoutes(NextHop* nh)
    {
        for (var at = nh->fi_list.next; at != &nh->fi_list; at = at->next)
            OfNhList(at)->fib_flags |= RtnhFlags.Dead;
        return nh->fi_list.next != &nh->fi_list ? Flush() : 0;
    }

    private protected override void Free() => FreeInfoHash();

    private protected override void Reclaim(RcuHead* head, RcuFunc func)
    {
        switch (func)
        {
            case RcuFunc.AliasFree: // __alias_free_mem in 6.12, kfree_rcu in 7.3
                AliasCache.FreeRcu((byte*)head - FibAlias.RcuOffset);
                break;
            case RcuFunc.NodeFree:
                FibTable.NodeFreeRcu(this, (TNode*)head);
                break;
            case RcuFunc.InfoFree:
                FreeFibInfoRcu((FibInfo*)((byte*)head - FibInfo.RcuOffset));
                break;
            case RcuFunc.TableFree:
                FibTable.TrieFreeRcu(this, head);
                break;
            default:
                throw new InvalidOperationException($"an rcu_head was overwritten: callback {(nint)func}");
        }
    }

    private static FibInfo* OfNhList(ListHead* at) => (FibInfo*)((byte*)at - 2 * sizeof(HlistNode));
}
