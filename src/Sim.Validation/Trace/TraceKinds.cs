// SPDX-License-Identifier: MIT
using Sim.Lab;
using Sim.Netlink;
using Sim.Schemes.Binding;

namespace Sim.Validation.Trace;

/// <summary>Decides which schemes a kernel can run.</summary>
public static class TraceKinds
{
    /// <summary>Nexthop objects as in 6.12: the route leads to an object, and the object only to the device.</summary>
    public const string NexthopsWithoutPeer = "nexthop objects without a peer";

    /// <summary>The number of the scheme that has a device per peer.</summary>
    public const int OwnDevices = 8;

    /// <summary>A remark on the kernels that some schemes need.</summary>
    public const string Needs = "3 and 4 need a kernel with kernel-patch/series (--kernel uml-patched), 7 is in no kernel of the lab";

    private const int RemoveMe = 3, PeerAttribute = 4, NexthopObjects = 6, PrivateFib = 7;

    /// <summary>
    /// Returns the schemes of these numbers that the lane's kernel can run. Single removals (REMOVE_ME) and routes that name
    /// peers need kernel-patch/series; no kernel of the lab has AllowedIPs on a FIB trie.
    /// </summary>
    public static IReadOnlyList<BindingKind> Of(IReadOnlyCollection<int> numbers, LaneKind lane) =>
    [
        .. BindingKind.All.Where(kind => numbers.Contains(kind.Number) && Has(kind, lane.IsPatched())).Select(kind =>
            kind.Number == NexthopObjects && !lane.IsPatched() ? kind with { Name = NexthopsWithoutPeer } : kind),
    ];

    /// <summary>Whether a scheme needs no WireGuard netlink, which the running kernel may lack.</summary>
    public static bool IsRoutesAlone(BindingKind kind, LaneKind lane) => kind.Number == NexthopObjects && !lane.IsPatched();

    /// <summary>Returns a remark on the schemes asked for but not replayed, with the reason; null if all are replayed.</summary>
    public static string? LeftOut(IReadOnlyCollection<int> asked, LaneKind lane)
    {
        var run = Of(asked, lane).Select(kind => kind.Number).ToHashSet();
        var left = asked.Where(number => !run.Contains(number)).Order().ToList();
        return left.Count == 0 ? null
            : $"The trace was not replayed under {(left.Count == 1 ? "scheme" : "schemes")} {string.Join(", ", left)}: {Needs}.";
    }

    private static bool Has(BindingKind kind, bool patched) => kind.Number switch
    {
        PrivateFib => false,
        RemoveMe or PeerAttribute => patched,
        _ => true,
    };
}
