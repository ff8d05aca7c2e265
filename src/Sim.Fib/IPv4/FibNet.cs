// SPDX-License-Identifier: GPL-2.0-only
using System.Runtime.InteropServices;
using Sim.Kernel;

namespace Sim.Fib;

/// <summary>Events of a device (<c>NETDEV_*</c>).</summary>
public enum NetdevEvent
{
    Down,
    Change,
    Unregister,
}

/// <summary>
/// A network namespace's part of the FIB: its tables, the fib_infos they share, nexthop objects, the slab caches,
/// and the objects that wait for a grace period.
/// </summary>
/// <remarks>
/// <para>Read in this order: KeyVector (the bits), TrieLookup, TrieInsert, TrieDelete, TrieResize, TrieNodes; then
/// FibInfo, FibSemantics and FibInfoHash for what a route points at.</para>
/// <para>Interfaces are their indexes: every index above 0 exists, is up and has a carrier until
/// <see cref="DeviceDown"/>.
/// One writer, as under RTNL. Left out: policy rules and with them the shared local/main trie
/// (<c>fib_trie_unmerge</c>, <c>fib_table_flush_external</c>), notifiers and hardware offload, exceptions and
/// route caches, route metrics, nexthop groups, and the choice among equal routes after a lookup
/// (<c>fib_select_default</c>, <c>fib_select_path</c>): none of them shapes a table of its own.</para>
/// </remarks>
public sealed unsafe partial class FibNet : IRcuCallbacks, IDisposable
{
    private readonly TableHash<FibTable> _tables = new();
    private readonly HashSet<int> _down = [];
    private readonly RcuQueue _rcu;
    private readonly PeerStates _states;
    private bool _disposed;

    /// <summary>Makes the namespace in <paramref name="memory"/>, which must outlive it.</summary>
    public FibNet(KernelMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        Memory = memory;
        _rcu = new RcuQueue(memory, this);
        _states = new PeerStates(memory, _rcu);
        AliasKmem = memory.CreateCache("ip_fib_alias", sizeof(FibAlias));
        TrieLeafKmem = memory.CreateCache("ip_fib_trie", TNode.LeafSize);
        _infoDevHash = (HlistNode**)NativeMemory.AllocZeroed(DevIndexHashSize, (nuint)sizeof(HlistNode*));
        _nexthopDevHash = (HlistNode**)NativeMemory.AllocZeroed(DevIndexHashSize, (nuint)sizeof(HlistNode*));
    }

    public KernelMemory Memory { get; }

    /// <summary>
    /// <c>sysctl_fib_sync_mem</c>: bytes of freed tnodes after which the writer waits for a grace period.
    /// </summary>
    public uint SyncMem { get; set; } = 512 * 1024;

    /// <summary>How often the writer waited so (<c>synchronize_net</c> in <c>tnode_free</c>).</summary>
    public long Synchronizations { get; private set; }

    /// <summary>Objects that wait for a grace period.</summary>
    public long PendingFrees => _rcu.Pending;

    /// <summary>Peers that a route names: <c>num_route_peers</c> of all devices.</summary>
    public int RoutePeerCount => _states.PeerCount;

    /// <summary>
    /// Whether fib_info's hash covers the state, as in the series' patch 2. If not, all peers of a device share a bucket, as
    /// in 6.12.
    /// </summary>
    public bool HashesStates { get; init; }

    /// <summary>The slab cache of the routes, <c>ip_fib_alias</c>.</summary>
    public KmemCache AliasCache => AliasKmem;

    /// <summary>The slab cache of the leaves, <c>ip_fib_trie</c>.</summary>
    public KmemCache LeafCache => TrieLeafKmem;

    internal KmemCache AliasKmem { get; }

    internal KmemCache TrieLeafKmem { get; }

    /// <summary><c>tnode_free_size</c>; as in the kernel, one for all tables.</summary>
    internal uint TnodeFreeSize { get; set; }

    /// <summary><c>fib_get_table</c>; 0 is the main table.</summary>
    public FibTable? GetTable(uint id) => _tables.Get(id);

    /// <summary>The tables in the order of /proc/net/fib_triestat: by hash bucket, the newest of a bucket first.</summary>
    public IEnumerable<FibTable> Tables => _tables.All;

    /// <summary><c>fib_flush</c>: drops the dead routes of every table. Returns the number of routes dropped.</summary>
    public int Flush()
    {
        var flushed = 0;
        foreach (var table in Tables)
            flushed += table.Flush(flushAll: false);
        return flushed;
    }

    /// <summary>
    /// <c>fib_disable_ip</c> and <c>nexthop_flush_dev</c>: takes a device down or away, flushes its routes and removes its
    /// nexthop objects. Returns the number of routes dropped.
    /// </summary>
    public int DeviceDown(int oif, NetdevEvent what = NetdevEvent.Down)
    {
        if (what != NetdevEvent.Change)
            _down.Add(oif);
        var flushed = NexthopFlushDev(oif);
        if (SyncDownDev(oif, what, force: what == NetdevEvent.Unregister) > 0)
            flushed += Flush();
        return flushed;
    }

    /// <summary>Brings a device up again; <c>fib_sync_up</c> revives the nexthops of multipath routes through it.</summary>
    public void DeviceUp(int oif)
    {
        _down.Remove(oif);
        SyncUp(oif, RtnhFlags.Dead | RtnhFlags.LinkDown);
    }

    /// <summary>Frees the namespace's tables, its nexthop objects, and all objects that wait for a grace period.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (var table in Tables.ToArray())
            table.Dispose();
        foreach (var nh in _nexthops.Values.ToArray())
            RemoveNexthop((NextHop*)nh);
        _rcu.Barrier();
        FreeInfoHash();
        NativeMemory.Free(_infoDevHash);
        NativeMemory.Free(_nexthopDevHash);
    }

    internal void Register(FibTable table) => _tables.Add(table);

    internal void Unregister(FibTable table) => _tables.Remove(table);

    internal bool DeviceIsUp(int oif) => oif > 0 && (_down.Count == 0 || !_down.Contains(oif));

    /// <summary>
    /// <c>fib_lookup</c> with the rules of a new namespace: local, main, default. Returns -ENETUNREACH if none answers.
    /// </summary>
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

    /// <summary><c>call_rcu</c>.</summary>
    internal void CallRcu(RcuHead* head, RcuFunc func) => _rcu.Call(head, func);

    void IRcuCallbacks.Invoke(RcuHead* head, RcuFunc func)
    {
        switch (func)
        {
            case RcuFunc.AliasFree: // __alias_free_mem
                AliasKmem.Free((byte*)head - FibAlias.RcuOffset);
                break;
            case RcuFunc.NodeFree:
                FibTable.NodeFreeRcu(this, (TNode*)head);
                break;
            case RcuFunc.InfoFree:
                FreeFibInfoRcu((FibInfo*)((byte*)head - FibInfo.RcuOffset));
                break;
            case RcuFunc.NexthopFree:
                NexthopFreeRcu((NextHop*)((byte*)head - NextHop.RcuOffset));
                break;
            case RcuFunc.TableFree:
                FibTable.TrieFreeRcu(this, head);
                break;
            default:
                _states.Reclaim(head, func);
                break;
        }
    }
}
