// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Schemes;

/// <summary>
/// The route attribute: each prefix is a route to the WireGuard device, in a table of its own, and the route's nexthop
/// names the peer. Routes are set as BIRD sets them (NLM_F_CREATE | NLM_F_REPLACE). The kernel keeps routes whose peer is
/// gone, so a peer's routes are deleted one by one, as a daemon would.
/// </summary>
public abstract class RouteAttributeScheme(Family family, string structure = RouteAttributeScheme.StructureName) : Scheme(family, new KernelMemory())
{
    public const string SchemeName = "route attribute";
    public const string StructureName = "fib";

    protected const int Device = 2;
    protected const uint TableId = 100;

    public sealed override string Name => SchemeName;

    public sealed override string Structure => structure;

    /// <summary>Replaces each route by one through another peer, in one operation without a gap.</summary>
    public sealed override void Move(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers) => Insert(prefixes, peers);

    public sealed override void RemovePeer(int peer, ReadOnlySpan<Prefix> prefixes)
    {
        var same = new int[prefixes.Length];
        Array.Fill(same, peer);
        Delete(prefixes, same);
    }

    /// <summary>Ends grace periods until nothing waits: a route's callback queues the callback of its peer's state.</summary>
    protected void EndGracePeriods()
    {
        while (Memory.Rcu.Pending > 0)
            Memory.Rcu.GracePeriod();
    }
}
