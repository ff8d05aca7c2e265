// SPDX-License-Identifier: MIT
using Sim.Netlink;
using Sim.Trie;
using Sim.Validation.Ports;

namespace Sim.Validation.Comparison;

/// <summary>
/// Times a round of single updates of a port, in ns. A round ends with the table it began with.
/// </summary>
public static class PortUpdates
{
    /// <summary>What <see cref="AllowedIps"/> returns, in its order.</summary>
    public static readonly string[] AllowedIpsNames = ["move", "remove-by-peer", "insert"];

    /// <summary>What <see cref="Fib"/> returns, in its order.</summary>
    public static readonly string[] FibNames = ["delete", "insert"];

    /// <summary>Moves prefixes to a dummy peer, removes all that the dummy has, inserts them afresh; each cost a prefix.</summary>
    public static double[] AllowedIps(
        AllowedIpsPort port, BindOperation[] toDummy, BindOperation[] insert, int dummy)
    {
        var move = TimeComparison.Nanoseconds(() => port.Add(toDummy));
        var remove = TimeComparison.Nanoseconds(() => port.Structure.RemoveByPeer(dummy));
        port.GracePeriod();
        var inserted = TimeComparison.Nanoseconds(() => port.Add(insert));
        port.GracePeriod();
        return [move / insert.Length, remove / insert.Length, inserted / insert.Length];
    }

    /// <summary>Deletes routes and inserts them again; each cost a route.</summary>
    public static double[] Fib(RoutePort port, BindOperation[] delete, BindOperation[] insert)
    {
        var deleted = TimeComparison.Nanoseconds(() => Run(port, delete));
        port.GracePeriod();
        var inserted = TimeComparison.Nanoseconds(() => Run(port, insert));
        port.GracePeriod();
        return [deleted / insert.Length, inserted / insert.Length];
    }

    private static void Run(RoutePort port, BindOperation[] operations)
    {
        var (failed, error) = port.Run(operations, RouteShape.Nexthop);
        if (failed > 0)
            throw new InvalidOperationException($"the FIB port refused {failed} timed operations, the first with error {error}");
    }
}
