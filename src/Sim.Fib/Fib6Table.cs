// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>The answer of a lookup (<c>struct fib6_result</c>). Valid while the route is.</summary>
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

/// <summary>Sees every node and route of a tree: a node before its left part, that before its right.</summary>
public interface IFib6Visitor
{
    /// <summary>A node, before its routes.</summary>
    unsafe void Node(int depth, int bit, Fib6NodeFlags flags, Fib6Info* leaf, int routes);

    /// <summary>A route of the node just seen, in list order; siblings too.</summary>
    unsafe void Route(Fib6Info* info);
}

/// <summary>A routing table (net/ipv6/ip6_fib.c of Linux 6.12).</summary>
public sealed unsafe partial class Fib6Table : IDisposable
{
    public Fib6Table(Fib6Net net, uint id)
    {
        ArgumentNullException.ThrowIfNull(net);
        Net = net;
        Id = id == 0 ? RouteTableId.Main : id;
    }

    /// <summary><c>tb6_id</c>.</summary>
    public uint Id { get; }

    public Fib6Net Net { get; }

    /// <summary>Adds a route, or replaces one. 0 or a negative error.</summary>
    public int Insert(in Fib6Config cfg) => throw new NotImplementedException();

    /// <summary>Deletes a route. 0, -ESRCH if none fits, or another negative error.</summary>
    public int Delete(in Fib6Config cfg) => throw new NotImplementedException();

    /// <summary>The route for an address: 0 and the result; -EAGAIN if there is none; or what the type of the route says.</summary>
    public int Lookup(UInt128 daddr, ref Fib6Result res, int oif = 0, Rt6LookupFlags strict = Rt6LookupFlags.None) =>
        throw new NotImplementedException();

    /// <summary>The same lookup, watched.</summary>
    public int Lookup(
        UInt128 daddr, ref Fib6Result res, LookupPath path, int oif = 0, Rt6LookupFlags strict = Rt6LookupFlags.None) =>
        throw new NotImplementedException();

    /// <summary>Shows every node and route.</summary>
    public void Visit<TVisitor>(ref TVisitor visitor)
        where TVisitor : IFib6Visitor => throw new NotImplementedException();

    public Fib6Stat Stat() => throw new NotImplementedException();

    public void Dispose()
    {
    }
}

/// <summary>The shape of a table, counted from the live tree.</summary>
public sealed class Fib6Stat
{
    /// <summary>Nodes, the table's root included.</summary>
    public long Nodes { get; private set; }

    /// <summary>Nodes with routes of their own.</summary>
    public long RouteNodes { get; private set; }

    /// <summary>Nodes that only branch.</summary>
    public long IntermediateNodes => Nodes - RouteNodes;

    public long Routes { get; private set; }

    /// <summary>Route nodes by the number of nodes above them.</summary>
    public IReadOnlyList<long> Depths { get; } = [];

    public double MeanDepth { get; private set; }

    public int MaxDepth { get; private set; }
}
