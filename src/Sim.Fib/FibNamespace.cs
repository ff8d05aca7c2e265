// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>A routing table. The namespace finds a table by the table's id.</summary>
public interface IRoutingTable : IDisposable
{
    uint Id { get; }
}

/// <summary>The part of a network namespace's FIB that is the same for both families: nexthop objects (net/ipv4/nexthop.c), and the
/// objects that wait for a grace period.</summary>
/// <remarks><para>Routes name a nexthop object by its id in RTA_NH_ID. The kernel keeps the objects of both families in one red-black tree,
/// whose links take 24 bytes in each object. Here each family has a dictionary. Nexthop groups, blackhole objects and objects with gateways
/// are left out.</para>
/// <para>An interface is only a number, its index. Every interface with an index above 0 exists, is up and has a carrier. So the hashes
/// that find nexthops by device are left out too. There is only one writer thread, as under RTNL.</para></remarks>
public abstract unsafe class FibNamespace : IDisposable
{
    private readonly Dictionary<uint, nint> _nexthops = [];
    private readonly RcuQueue _rcu;
    private long _generation;
    private bool _disposed;

    private protected FibNamespace(KernelMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        Memory = memory;
        _rcu = new RcuQueue(memory, Invoke);
        States = new PeerStates(memory, _rcu);
    }

    public KernelMemory Memory { get; }

    /// <summary>The number of times that the writer waited for a grace period (<c>synchronize_net</c>). The IPv6 FIB never waits, so the
    /// number is 0.</summary>
    public long Synchronizations { get; private protected set; }

    /// <summary>The number of objects that wait for a grace period.</summary>
    public long PendingFrees => _rcu.Pending;

    /// <summary>The number of peers named by routes: <c>num_route_peers</c>, summed over all devices.</summary>
    public int RoutePeerCount => States.PeerCount;

    /// <summary>The number of changes of routes so far, in all tables. An answer of a lookup that began at this number is still right as
    /// long as the number is the same.</summary>
    /// <remarks>IPv4's <c>rt_genid</c> is such a counter, but stays the same if no lookup has used the changed route. IPv6 has none: the
    /// serial numbers of its nodes do not change when a route is deleted. Here every change counts, when readers can see it.</remarks>
    public long Generation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _generation);
    }

    /// <summary>The number of nexthop objects.</summary>
    public int NexthopCount => _nexthops.Count;

    internal PeerStates States { get; }

    internal bool Follows6_12 => Memory.Config.Release == KernelRelease.Linux6_12;

    /// <summary>The <see cref="NextHop"/> pointers of all nexthop objects.</summary>
    internal IEnumerable<nint> Nexthops => _nexthops.Values;

    /// <summary><c>ip nexthop add id ID dev OIF</c> with a peer (<c>nexthop_create</c>, <c>insert_nexthop</c>): adds a nexthop object.
    /// Returns 0; -EINVAL for id 0; -EEXIST; or the error of <c>fib_check_nh</c> or <c>fib6_nh_init</c>.</summary>
    public int AddNexthop(uint id, int oif, int peer = 0)
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
        nh->nh_info = nhi;
        nhi->nh_parent = nh;
        var err = InitNexthop(nhi, oif, peer);
        if (err != 0)
        {
            NexthopFreeRcu(nh);
            return err;
        }

        nh->nh_flags = nhi->fib_nh.nh_common.nhc_flags;
        nh->id = id;
        nh->refcnt = 1;
        _nexthops.Add(id, (nint)nh);
        return 0;
    }

    /// <summary><c>ip nexthop del id ID</c>: deletes a nexthop object and its routes. Returns the number of deleted routes, or
    /// -ENOENT.</summary>
    public int DeleteNexthop(uint id)
    {
        var nh = FindNexthop(id);
        return nh == null ? -Errno.ENOENT : RemoveNexthop(nh);
    }

    public bool HasNexthop(uint id) => _nexthops.ContainsKey(id);

    /// <summary>Counts a change of routes. Also stands for a change in another table.</summary>
    public void BumpGeneration() => Volatile.Write(ref _generation, _generation + 1);

    /// <summary>Frees the namespace's tables, its nexthop objects, and all objects that wait for a grace period.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        DisposeTables();
        foreach (var nh in _nexthops.Values.ToArray())
            RemoveNexthop((NextHop*)nh);
        _rcu.Barrier();
        Free();
    }

    /// <summary><c>nexthop_find_by_id</c>.</summary>
    internal NextHop* FindNexthop(uint id) => (NextHop*)_nexthops.GetValueOrDefault(id);

    /// <summary><c>call_rcu</c>.</summary>
    internal void CallRcu(RcuHead* head, RcuFunc func) => _rcu.Call(head, func);

    /// <summary><c>nexthop_put</c>.</summary>
    private protected void PutNexthop(NextHop* nh)
    {
        if (--nh->refcnt == 0)
            CallRcu(&nh->rcu, RcuFunc.NexthopFree);
    }

    private protected abstract void DisposeTables();

    /// <summary><c>nh_create_ipv4</c>, <c>nh_create_ipv6</c>: fills an object's nexthop. Returns 0 or a negative error.</summary>
    private protected abstract int InitNexthop(NhInfo* nhi, int oif, int peer);

    /// <summary>Frees the memory of an object's nexthop, and drops the references that the nexthop holds.</summary>
    private protected abstract void ReleaseNexthop(NhInfo* nhi);

    /// <summary><c>__remove_nexthop_fib</c>: deletes the routes that use the object. Returns the number of deleted routes.</summary>
    private protected abstract int RemoveRoutes(NextHop* nh);

    /// <summary>Runs an RCU callback that only one family has.</summary>
    private protected abstract void Reclaim(RcuHead* head, RcuFunc func);

    /// <summary>Frees the family's memory outside tables and nexthop objects.</summary>
    private protected abstract void Free();

    /// <summary><c>remove_nexthop</c>.</summary>
    private int RemoveNexthop(NextHop* nh)
    {
        _nexthops.Remove(nh->id);
        var dropped = RemoveRoutes(nh);
        PutNexthop(nh);
        return dropped;
    }

    /// <summary><c>nexthop_free_rcu</c>, <c>nexthop_free_single</c>.</summary>
    private void NexthopFreeRcu(NextHop* nh)
    {
        ReleaseNexthop(nh->nh_info);
        Memory.Kfree(nh->nh_info, sizeof(NhInfo));
        Memory.Kfree(nh, sizeof(NextHop));
    }

    /// <summary>Frees the object that contains <paramref name="head"/>.</summary>
    private void Invoke(RcuHead* head, RcuFunc func)
    {
        switch (func)
        {
            case RcuFunc.NexthopFree:
                NexthopFreeRcu((NextHop*)((byte*)head - NextHop.RcuOffset));
                break;
            case RcuFunc.StateFree or RcuFunc.RoutePeerFree:
                States.Reclaim(head, func);
                break;
            default:
                Reclaim(head, func);
                break;
        }
    }
}

/// <summary>A namespace that finds the tables of one family by their ids (<c>fib_table_hash</c>).</summary>
public abstract class FibNamespace<TTable>(KernelMemory memory) : FibNamespace(memory)
    where TTable : class, IRoutingTable
{
    private const int Buckets = 256; // FIB_TABLE_HASHSZ, FIB6_TABLE_HASHSZ

    private readonly List<TTable>[] _tables = new List<TTable>[Buckets];


    /// <summary>The tables in the order of /proc/net/fib_triestat: by hash bucket, and in each bucket the newest first.</summary>
    public IEnumerable<TTable> Tables => _tables.Where(bucket => bucket != null).SelectMany(bucket => bucket);

    /// <summary><c>fib_get_table</c>, <c>fib6_get_table</c>: returns the table of this id, or null. Id 0 means the main table.</summary>
    public TTable? GetTable(uint id)
    {
        id = id == 0 ? RouteTableId.Main : id;
        foreach (var table in CollectionsMarshal.AsSpan(_tables[id % Buckets]))
        {
            if (table.Id == id)
                return table;
        }

        return null;
    }

    /// <exception cref="ArgumentException">Thrown if the namespace already has a table of this id.</exception>
    internal void Register(TTable table)
    {
        if (GetTable(table.Id) != null)
            throw new ArgumentException($"table {table.Id} exists already", nameof(table));
        (_tables[table.Id % Buckets] ??= []).Insert(0, table);
    }

    internal void Unregister(TTable table) => _tables[table.Id % Buckets].Remove(table);

    private protected sealed override void DisposeTables()
    {
        foreach (var table in Tables.ToArray())
            table.Dispose();
    }
}
