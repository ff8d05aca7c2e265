// SPDX-License-Identifier: MIT
namespace Sim.Validation.Ports;

/// <summary>Computes the same digest and counts as the module's <c>trie fib6</c> command.</summary>
public unsafe struct Fib6TreeDigest : IFib6Visitor
{
    private Digest64 _digest;
    private List<(long Nodes, long Valued)>? _depths;

    public long Nodes { get; private set; }

    /// <summary>The number of nodes with RTN_RTINFO, including the table's root.</summary>
    public long Valued { get; private set; }

    public long Routes { get; private set; }

    public readonly ulong Value => _digest.Value;

    /// <summary>The counts at each depth. The root has depth 0.</summary>
    public readonly IReadOnlyList<(long Nodes, long Valued)> Depths => _depths ?? [];

    public void Node(int depth, int bit, Fib6NodeFlags flags, Fib6Info* leaf, int routes)
    {
        var valued = flags.HasFlag(Fib6NodeFlags.RouteInfo);
        Count(depth, valued);
        _digest.Add((uint)depth);
        _digest.Add((uint)bit);
        _digest.Add((uint)flags);
        if (leaf == null)
        {
            _digest.Add(0);
            return;
        }

        RoutePort.AddAddress(ref _digest, Family.IPv6, leaf->fib6_dst.Address);
        _digest.Add((uint)leaf->fib6_dst.plen);
        if (valued)
            _digest.Add((uint)routes);
    }

    public void Route(Fib6Info* info)
    {
        Routes++;
        _digest.Add(info->fib6_metric);
        _digest.Add(RoutePort.Number(&Fib6Info.Nh(info)->nh_common, info->nh));
    }

    private void Count(int depth, bool valued)
    {
        Nodes++;
        Valued += valued ? 1 : 0;
        _depths ??= [];
        while (_depths.Count <= depth)
            _depths.Add((0, 0));
        var (nodes, withRoutes) = _depths[depth];
        _depths[depth] = (nodes + 1, withRoutes + (valued ? 1 : 0));
    }
}
