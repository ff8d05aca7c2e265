// SPDX-License-Identifier: GPL-2.0-only
using static Sim.Fib.Fib6Address;

namespace Sim.Fib;

/// <summary>The result of a lookup (<c>struct fib6_result</c>). The result is valid while RCU or a reference protects the route.</summary>
public unsafe struct Fib6Result
{
    public FibNhCommon* Nhc;
    public Fib6Info* Info;
    public Rtf Flags;
    public RouteType Type;

    public readonly int PrefixLength => Info->fib6_dst.plen;

    /// <summary>The address of the route's prefix.</summary>
    public readonly UInt128 Prefix => Info->fib6_dst.Address;

    /// <summary>The peer of the nexthop; 0 for none.</summary>
    public readonly int Peer => Nhc->Peer;
}

/// <summary>Records what a lookup in an IPv6 table reads. <see cref="NoTrace"/> compiles to nothing.</summary>
internal unsafe interface IFib6Trace
{
    /// <summary>Records the read of a node on the way down: its bit, and the child that the address selects.</summary>
    void Node(Fib6Node* fn, Fib6Node** child);

    /// <summary>Records the read of a node on the way up: its subtree and flags, and its leaf's prefix if the node has routes.</summary>
    void Compare(Fib6Node* fn, bool withLeaf);

    /// <summary>Records the step from a node to its parent.</summary>
    void Climb(Fib6Node* fn);

    /// <summary>Records the start of a selection, which reads the node's leaf, round robin and bit, and the first route's prefix
    /// length.</summary>
    void Select(Fib6Node* fn, Fib6Info* rt0);

    /// <summary>Records the read of a route's metric, flags and link.</summary>
    void Route(Fib6Info* rt);

    /// <summary>Records the read of a route's nexthop.</summary>
    void Nexthop(Fib6Info* rt, FibNhCommon* nhc);
}

/// <summary>Looks up the longest prefix that contains an address.</summary>
/// <remarks><code>
///   ::/0 -- 2001::/16 -- 2001:db8::/32 -- 2001:db8:7::/48      down: one bit of the address selects the next node
///      &lt;---- fits? ---- fits? ------------ fits? --------        up: the first node whose routes' prefix fits answers
/// </code>
/// <para>On the way down a lookup reads one cache line of each node and compares no prefix. On the way up each comparison reads a route. If
/// the address lies outside the longest prefix on the path, the lookup needs several comparisons. If the node that fits has no usable
/// route, the lookup climbs further.</para></remarks>
public sealed unsafe partial class Fib6Table
{
    /// <inheritdoc cref="Lookup(UInt128, ref Fib6Result, int, Rt6LookupFlags)"/>
    public int Lookup(UInt128 daddr, ref Fib6Result res) => Lookup(daddr, ref res, oif: 0);

    /// <summary><c>fib6_table_lookup</c>: finds the route for an address. Returns 0 and the result; -EAGAIN if there is no route (as policy
    /// rules do); or the result and the error of a reject route's type (-EINVAL blackhole, -EHOSTUNREACH unreachable, -EACCES prohibit,
    /// -EAGAIN throw, -ENETUNREACH a route to the loopback). <paramref name="oif"/> is the packet's interface, or 0 for any. If no route
    /// uses this interface, another route answers, unless <paramref name="strict"/> has Iface.</summary>
    public int Lookup(UInt128 daddr, ref Fib6Result res, int oif, Rt6LookupFlags strict = Rt6LookupFlags.None)
    {
        var trace = default(NoTrace);
        TableLookup(daddr, ref res, oif, strict, ref trace);
        return Verdict(res);
    }

    /// <inheritdoc/>
    public int Lookup(UInt128 daddr, ref Fib6Result res, LookupPath path) => Lookup(daddr, ref res, path, oif: 0);

    /// <summary>Looks up an address as the other overloads do. Clears <paramref name="path"/>, then records every read of the lookup
    /// there.</summary>
    public int Lookup(
        UInt128 daddr, ref Fib6Result res, LookupPath path, int oif, Rt6LookupFlags strict = Rt6LookupFlags.None)
    {
        ArgumentNullException.ThrowIfNull(path);
        path.Clear();
        var trace = new Fib6PathTrace(path, this);
        TableLookup(daddr, ref res, oif, strict, ref trace);
        return Verdict(res);
    }

    internal void TableLookup(UInt128 daddr, ref Fib6Result res, int oif, Rt6LookupFlags strict)
    {
        var trace = default(NoTrace);
        TableLookup(daddr, ref res, oif, strict, ref trace);
    }

    /// <summary>Returns 0, or the error of a reject route's type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Verdict(in Fib6Result res)
    {
        if ((res.Flags & Rtf.Reject) == 0)
            return 0;
        if (res.Info == _net.NullEntry)
            return -Errno.EAGAIN;
        var err = FibProps.Error((byte)res.Type);
        return err != 0 ? err : -Errno.ENETUNREACH;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TableLookup<TTrace>(
        UInt128 daddr, ref Fib6Result res, int oif, Rt6LookupFlags strict, ref TTrace trace)
        where TTrace : struct, IFib6Trace
    {
        var found = NodeLookup((ulong)(daddr >> 64), (ulong)daddr, ref trace);
        while (true)
        {
            for (var fn = found; fn != null; fn = Backtrack(fn, ref trace))
            {
                if (Select(fn, oif, strict, ref res, ref trace))
                    return;
            }

            // No route answers. A gateway that may be unreachable is better than none.
            if ((strict & Rt6LookupFlags.Reachable) == 0)
                break;
            strict &= ~Rt6LookupFlags.Reachable;
        }

        _net.SetNull(ref res);
    }

    /// <summary><c>fib6_node_lookup</c>: returns the node of the longest prefix that contains the address and has routes. Returns the root
    /// if no prefix with routes contains the address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Fib6Node* NodeLookup<TTrace>(ulong high, ulong low, ref TTrace trace)
        where TTrace : struct, IFib6Trace
    {
        var tail = _tail;
        Fib6Node* fn;
        var next = _root;
        do
        {
            fn = next;
            // Compilers make a branch of the kernel's code too. If it is predicted, the child is read before the bit is known.
            if (Bit(high, low, ((Fib6NodeTail*)((byte*)fn + tail))->fn_bit) != 0)
            {
                trace.Node(fn, &fn->right);
                next = fn->right;
            }
            else
            {
                trace.Node(fn, &fn->left);
                next = fn->left;
            }
        }
        while (next != null);

        while (true)
        {
            var t = (Fib6NodeTail*)((byte*)fn + tail);
            var flags = t->fn_flags;
            trace.Compare(fn, (flags & Fib6NodeFlags.RouteInfo) != 0);
            if ((flags & Fib6NodeFlags.RouteInfo) != 0)
            {
                // A reader between two steps of the writer may see null in a node that is new or is being removed.
                var leaf = t->leaf;
                if (leaf != null && PrefixEqual(leaf->fib6_dst, high, low, leaf->fib6_dst.plen))
                    return fn;
            }

            if ((flags & Fib6NodeFlags.Root) != 0)
                return _root;
            trace.Climb(fn);
            fn = fn->parent;
        }
    }

    /// <summary><c>fib6_backtrack</c>: returns the next node above that has its own routes, or null if there is no such node.</summary>
    private Fib6Node* Backtrack<TTrace>(Fib6Node* fn, ref TTrace trace)
        where TTrace : struct, IFib6Trace
    {
        while (true)
        {
            if ((Tail(fn)->fn_flags & Fib6NodeFlags.TopLevelRoot) != 0)
                return null;
            trace.Climb(fn);
            fn = fn->parent;
            trace.Compare(fn, withLeaf: false);
            if ((Tail(fn)->fn_flags & Fib6NodeFlags.RouteInfo) != 0)
                return fn;
        }
    }
}
