// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>A table of IPv6 routes: the kernel's tree, or a what-if structure.</summary>
public interface IFib6Routes
{
    /// <summary>RTM_NEWROUTE: adds or replaces a route. Returns 0 or a negative error.</summary>
    int Insert(in Fib6Config cfg);

    /// <summary>RTM_DELROUTE: deletes a route. Returns 0 or a negative error.</summary>
    int Delete(in Fib6Config cfg);

    /// <summary>Finds the route for an address. Returns 0 and the result, or a negative error.</summary>
    int Lookup(UInt128 daddr, ref Fib6Result res);

    /// <summary>Looks up an address as the other overload does. Clears <paramref name="path"/>, then records every read of the lookup
    /// there.</summary>
    int Lookup(UInt128 daddr, ref Fib6Result res, LookupPath path);

    /// <summary>Shows every route to the visitor. The table must not change during the walk.</summary>
    void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : IFib6Visitor;
}

/// <summary>An IPv6 routing table: a path-compressed binary tree of prefixes. Each node lists the routes to its prefix. The class is a port
/// of net/ipv6/ip6_fib.c of Linux 6.12, function by function.</summary>
/// <remarks><code>
///   root ::/0 ---right-->  fn_bit 16, no routes of its own: 2001::/16
///                            left  -> fn_bit 32 2001:db8::/32  -> routes, by metric
///                            right -> fn_bit 48 2001:fff8:3::/48  -> routes
/// </code>
/// <para>A node stands for the first <see cref="Fib6NodeTail.fn_bit"/> bits of an address. A node does not store its bits. The node's
/// <see cref="Fib6NodeTail.leaf"/> points at a route at or below the node, and the route's address has the bits. A node with routes to its
/// prefix is marked RTINFO. Every node without routes, except the root, joins two subtrees. In a root without routes the leaf is the
/// namespace's null entry.</para>
/// <para>A lookup follows the bits of the address down to the end, without comparing. On the way back up, the lookup compares prefixes
/// until a prefix fits (Fib6Lookup). Each level reads one bit, so a full table has more than twenty levels. <see cref="FibTable"/> has two
/// or three levels. Each route has its own structure of half a kilobyte, which a lookup reads to compare and to answer. IPv4 routes share
/// their fib_infos.</para>
/// <para>There is one writer. Lookups may run concurrently, on threads registered with <see cref="Sim.Kernel.Rcu.AddReader"/>. Insert,
/// delete and lookup allocate no managed memory.</para>
/// <para>Files, in reading order: <c>Fib6Node.cs</c> (the layouts), <c>Fib6Lookup.cs</c> and <c>Fib6Select.cs</c> (the read side),
/// <c>Fib6Add.cs</c> and <c>Fib6AddRoute.cs</c> (insertion), <c>Fib6Siblings.cs</c> (multipath), <c>Fib6Delete.cs</c> (removal and the
/// repair of the tree), <c>Fib6Walk.cs</c> (walkers), <c>Fib6Dump.cs</c> and <c>Fib6Stat.cs</c> (dumps and /proc). The routes and nexthops
/// are a port of route.c: <c>Fib6Config.cs</c>, <c>Fib6Route.cs</c>, <c>Fib6Nexthop.cs</c>, <c>Fib6Net.cs</c>.</para></remarks>
public sealed unsafe partial class Fib6Table : IFib6Routes, IRoutingTable, IDisposable
{
    private readonly Fib6Net _net;
    private readonly Fib6TableHead* _tb;
    private readonly Fib6Node* _root;
    private readonly int _tail;
    private readonly bool _gatewaysAreGood;
    private bool _disposed;

    /// <summary><c>fib6_new_table</c>, <c>fib6_alloc_table</c>: makes an empty table, and registers the table in the namespace under this
    /// id.</summary>
    /// <exception cref="ArgumentException">Thrown if the namespace already has a table of this id.</exception>
    public Fib6Table(Fib6Net net, uint id)
    {
        ArgumentNullException.ThrowIfNull(net);
        _net = net;
        Id = id == 0 ? RouteTableId.Main : id;
        net.Register(this);
        _gatewaysAreGood = net.Options.RouterPref;
        _tail = net.NodeSize - sizeof(Fib6NodeTail);
        _tb = (Fib6TableHead*)net.Memory.Kzalloc(TableSize);
        _tb->tb6_id = Id;
        _root = &_tb->tb6_root;
        Tail(_root)->leaf = net.NullEntry;
        Tail(_root)->fn_flags = Fib6NodeFlags.Root | Fib6NodeFlags.TopLevelRoot | Fib6NodeFlags.RouteInfo;
    }

    /// <summary><c>tb6_id</c>.</summary>
    public uint Id { get; }

    public Fib6Net Net => _net;

    /// <summary>The root node. Tests walk the tree from here.</summary>
    internal Fib6Node* Root => _root;

    /// <summary>Deletes the table and its routes. The next grace period frees the memory.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Flush();
        _net.Unregister(this);
        _net.Memory.Kfree(_tb, TableSize);
    }

    /// <summary>Returns the second part of a node, behind the subtree pointer if there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Fib6NodeTail* Tail(Fib6Node* fn) => (Fib6NodeTail*)((byte*)fn + _tail);

    /// <summary>The bytes of <c>struct fib6_table</c>: the fields before the root, the root, the peers' tree, two counters and a list.
    /// Locks take room only on SMP.</summary>
    private int TableSize => 24 + _net.NodeSize + (_net.Memory.Config.Multiprocessor ? 24 : 16) + 2 * sizeof(uint) + sizeof(nint);
}
