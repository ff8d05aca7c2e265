// SPDX-License-Identifier: MIT
using Sim.Lab;
using Sim.Runner.Schemes.Binding;

namespace Sim.Runner.Validation.Trace;

/// <summary>Which schemes a kernel can run.</summary>
internal static class TraceKinds
{
    /// <summary>Nexthop objects as 6.12 has them: the route leads to an object, and the object to the device alone.</summary>
    public const string NexthopsWithoutPeer = "nexthop objects without a peer";

    /// <summary>The scheme that has a device for each peer.</summary>
    public const int OwnDevices = 8;

    /// <summary>What some schemes need.</summary>
    public const string Needs = "3 and 4 need a kernel with kernel-patch/series (--kernel uml-patched), 7 is in no kernel of the lab";

    private const int RemoveMe = 3, PeerAttribute = 4, NexthopObjects = 6, PrivateFib = 7;

    /// <summary>
    /// Those of the numbers that the lane's kernel has: single removals (REMOVE_ME) and routes that name peers need
    /// kernel-patch/series, and AllowedIPs on a FIB trie no kernel of the lab has.
    /// </summary>
    public static IReadOnlyList<BindingKind> Of(IReadOnlyCollection<int> numbers, LaneKind lane) =>
    [
        .. BindingKind.All.Where(kind => numbers.Contains(kind.Number) && Has(kind, lane.IsPatched())).Select(kind =>
            kind.Number == NexthopObjects && !lane.IsPatched() ? kind with { Name = NexthopsWithoutPeer } : kind),
    ];

    /// <summary>Whether a scheme does without WireGuard's netlink, which the running kernel may lack.</summary>
    public static bool IsRoutesAlone(BindingKind kind, LaneKind lane) => kind.Number == NexthopObjects && !lane.IsPatched();

    /// <summary>What is not replayed though it was asked for, with the reason; null where all is.</summary>
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
