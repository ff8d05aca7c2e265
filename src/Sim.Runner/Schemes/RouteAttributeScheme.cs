// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Runner.Schemes;

/// <summary>
/// The route attribute: each prefix is a route to the WireGuard device whose nexthop names the peer, in a table of
/// its own. Routes are set as BIRD sets them (NLM_F_CREATE | NLM_F_REPLACE), and a
/// peer's routes are deleted one by one, as a daemon would: the kernel keeps routes whose peer is gone.
/// </summary>
internal abstract class RouteAttributeScheme(Family family, string structure = RouteAttributeScheme.StructureName) : Scheme(family, new KernelMemory())
{
    public const string SchemeName = "route attribute";
    public const string StructureName = "fib";

    protected const int Device = 2;
    protected const uint TableId = 100;

    public sealed override string Name => SchemeName;

    public sealed override string Structure => structure;

    /// <summary>Replacing a route by one through another peer: one operation, no gap.</summary>
    public sealed override void Move(ReadOnlySpan<Prefix> prefixes, ReadOnlySpan<int> peers) => Insert(prefixes, peers);

    public sealed override void RemovePeer(int peer, ReadOnlySpan<Prefix> prefixes)
    {
        var same = new int[prefixes.Length];
        Array.Fill(same, peer);
        Delete(prefixes, same);
    }

    /// <summary>The callback of a route queues that of the state which names its peer.</summary>
    protected void EndGracePeriods()
    {
        while (Memory.Rcu.Pending > 0)
            Memory.Rcu.GracePeriod();
    }
}
