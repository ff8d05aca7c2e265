// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Trie;

namespace Sim.Schemes.Binding;

/// <summary>A kind of binding scheme: its names and properties, and how to make one.</summary>
/// <param name="Number">The number that <c>--schemes</c> takes: 1 to 8, and for IPv6 also 9 and 10.</param>
/// <param name="Name">The name shown to users; each kind has its own.</param>
/// <param name="Lookups">Lookups that a packet costs.</param>
public sealed record BindingKind(int Number, string Name, PacketLookups Lookups)
{
    public required Func<BindingKind, Family, int, BindingHost, BindingScheme> Make { get; init; }

    /// <summary>Whether reception checks sources without rp_filter. A device per peer lets every source through.</summary>
    public bool ChecksSources { get; init; } = true;

    /// <summary>Whether the kernel notifies listeners of each change of a prefix's peer: it does if routes name peers.</summary>
    public bool Announces { get; init; }

    /// <summary>
    /// Whether <c>--quick</c> includes it. It includes only one of the AllowedIPs schemes with a route per prefix, because the
    /// routes add the same to all.
    /// </summary>
    public bool InQuick { get; init; } = true;

    /// <summary>The patches that Linux 6.12 needs for it: variants of kernel-patch/lines.csv.</summary>
    public IReadOnlyList<string> Patches { get; init; } = [];

    /// <summary>The what-if FIB of IPv6. With one, bytes and counts are modelled, and the scheme is never called the best.</summary>
    public Fib6WhatIf WhatIf { get; init; }

    /// <summary>
    /// All kinds that both families have. Schemes that bind in AllowedIPs also need routes to the device. Each is listed
    /// twice: with one default route, and with a route per prefix ("+ routes").
    /// </summary>
    public static IReadOnlyList<BindingKind> All { get; } =
    [
        .. AllowedIps(1, SchemeNames.Replace, Removal.Replace),
        .. AllowedIps(2, SchemeNames.DummyPeer, Removal.DummyPeer),
        .. AllowedIps(3, SchemeNames.RemoveMe, Removal.RemoveMe),
        Routes(4, SchemeNames.Attribute, RouteShape.PeerKey, new(1, 0, 1, 0), "preparations", "attribute", "modes"),
        Routes(5, SchemeNames.Via, RouteShape.Via, new(1, 1, 1, 1), "preparations", "attribute", "modes", "gateways"),
        Routes(6, SchemeNames.NexthopObjects, RouteShape.Nexthop, new(1, 0, 1, 0), "preparations", "attribute", "modes"),
        PrivateFib(fullRoutes: false),
        PrivateFib(fullRoutes: true),
        Routes(8, SchemeNames.OwnDevice, RouteShape.OwnDevice, new(1, 1, 0, 1)),
    ];

    /// <summary>What-if kinds: the attribute in an IPv6 FIB that no kernel has.</summary>
    public static IReadOnlyList<BindingKind> WhatIfs { get; } =
    [
        All.Single(kind => kind.Number == 4) with { Number = 9, Name = SchemeNames.SharedStates, WhatIf = Fib6WhatIf.SharedStates, Patches = [] },
        All.Single(kind => kind.Number == 4) with { Number = 10, Name = SchemeNames.LevelCompression, WhatIf = Fib6WhatIf.LevelCompression, Patches = [] },
    ];

    /// <summary>The numbers that <c>--schemes</c> takes.</summary>
    public static IReadOnlyList<int> Numbers { get; } = [.. All.Concat(WhatIfs).Select(kind => kind.Number).Distinct()];

    /// <summary>All kinds of a family.</summary>
    public static IReadOnlyList<BindingKind> For(Family family) => family == Family.IPv4 ? All : [.. All, .. WhatIfs];

    /// <summary>The kinds of these numbers that a family has.</summary>
    public static IReadOnlyList<BindingKind> Of(IReadOnlyCollection<int> numbers, Family family) =>
        [.. For(family).Where(kind => numbers.Contains(kind.Number))];

    /// <summary>Labels a row with this kind; the counts of a what-if become modelled.</summary>
    public Figure Label(Figure row) =>
        row with { Scheme = Name, Basis = WhatIf != Fib6WhatIf.None && row.Basis == Basis.Counted ? Basis.Modelled : row.Basis };

    /// <summary>Makes an empty scheme of this kind.</summary>
    public BindingScheme Create(Family family, int peers, BindingHost? host = null) => Make(this, family, peers, host ?? BindingHost.Usual());

    private static IEnumerable<BindingKind> AllowedIps(int number, string name, Removal removal)
    {
        foreach (var full in (bool[])[false, true])
        {
            yield return new(number, full ? SchemeNames.WithRoutes(name) : name, new(1, 1, 0, 1))
            {
                Make = (kind, family, peers, host) => new AllowedIpsBinding(kind, family, peers, host, removal, full),
                Patches = removal == Removal.RemoveMe ? ["remove-me"] : [],
                InQuick = !full || removal == Removal.RemoveMe,
            };
        }
    }

    private static BindingKind Routes(int number, string name, RouteShape shape, PacketLookups lookups, params string[] patches) =>
        new(number, name, lookups)
        {
            Make = (kind, family, peers, host) => new RouteBinding(kind, family, peers, host, Of(family, shape)),
            Announces = true,
            ChecksSources = shape != RouteShape.OwnDevice,
            Patches = patches,
        };

    /// <summary>An IPv6 route needs no RTA_VIA to have an IPv6 gateway: RTA_GATEWAY says it.</summary>
    private static RouteShape Of(Family family, RouteShape shape) =>
        shape == RouteShape.Via && family == Family.IPv6 ? RouteShape.Gateway : shape;

    private static BindingKind PrivateFib(bool fullRoutes) =>
        new(7, fullRoutes ? SchemeNames.WithRoutes(SchemeNames.FibTrie) : SchemeNames.FibTrie, new(2, 0, 1, 0))
        {
            Make = (kind, family, peers, host) => new PrivateFibBinding(kind, family, peers, host, fullRoutes),
            Patches = ["fib-tables"],
            InQuick = !fullRoutes,
        };
}
