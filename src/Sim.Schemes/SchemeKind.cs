// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>A kind of scheme: its names, its properties, and a function that makes such a scheme. This class lists all kinds.</summary>
/// <param name="Word">The word for <c>--schemes</c>. A scheme and its variant with a route per prefix have the same word.</param>
/// <param name="Name">The unique name that users see.</param>
/// <param name="Lookups">The number of lookups per packet.</param>
public sealed record SchemeKind(string Word, SchemeName Name, PacketLookups Lookups)
{
    private delegate Scheme Maker(SchemeKind kind, Family family, int peers, DaemonSockets sockets);

    /// <summary>AllowedIPs with a default route. A withdrawal sends all remaining prefixes of the peer again.</summary>
    public static SchemeKind Replace { get; } = AllowedIps("replace", SchemeName.Replace, Removal.Replace);

    /// <summary>AllowedIPs with a default route. A withdrawal moves the prefix to a dummy peer, which is then removed.</summary>
    public static SchemeKind DummyPeer { get; } = AllowedIps("dummy", SchemeName.DummyPeer, Removal.DummyPeer);

    /// <summary>AllowedIPs with REMOVE_ME and a default route, as in today's kernels. Comparisons use it as the baseline.</summary>
    public static SchemeKind RemoveMe { get; } = AllowedIps("remove-me", SchemeName.RemoveMe, Removal.RemoveMe);

    /// <summary>The route attribute of the RFC.</summary>
    public static SchemeKind Route { get; } =
        Routes("route", SchemeName.Attribute, RouteShape.PeerKey, new(1, 0, 1, 0), "preparations", "gateways", "attribute");

    public static SchemeKind Nexthop { get; } =
        Routes("nexthop", SchemeName.NexthopObjects, RouteShape.Nexthop, new(1, 0, 1, 0), "preparations", "gateways", "attribute");

    public static SchemeKind PrivateFib { get; } = new("private-fib", SchemeName.PrivateFib, new(2, 0, 1, 0))
    {
        Make = static (kind, family, peers, sockets) => new PrivateFibScheme(kind, family, peers, sockets),
        Patches = ["fib-tables"],
    };

    public static SchemeKind OwnDevices { get; } = Routes("device", SchemeName.OwnDevices, RouteShape.OwnDevice, new(1, 1, 0, 1)) with { ChecksSources = false };

    /// <summary>
    /// All kinds that both families have. Schemes that bind prefixes in a table of the device also need routes to it. The list has each of
    /// these schemes twice: with one default route, and with a route per prefix ("+ routes").
    /// </summary>
    public static IReadOnlyList<SchemeKind> All { get; } =
    [
        .. WithRoutes(Replace), .. WithRoutes(DummyPeer), .. WithRoutes(RemoveMe, inQuick: true), Route,
        Routes("via", SchemeName.Via, RouteShape.Via, new(1, 1, 1, 1), "preparations", "gateways"),
        Nexthop, .. WithRoutes(PrivateFib), OwnDevices,
    ];

    /// <summary>The two kinds that are compared, AllowedIPs first. <c>bench</c>, <c>stat</c> and <c>lookup</c> use the structures of these
    /// kinds.</summary>
    public static IReadOnlyList<SchemeKind> Compared { get; } = [RemoveMe, Route];

    /// <summary>The what-if kinds: the route attribute in IPv6 FIBs that no kernel has.</summary>
    public static IReadOnlyList<SchemeKind> WhatIfs { get; } =
    [
        WhatIf("shared-states", SchemeName.SharedStates, kernel => kernel with { Fib6 = kernel.Fib6 with { SharesStates = true } }),
        WhatIf("level-compression", SchemeName.LevelCompression, kernel => kernel with { CompressesFib6Levels = true }),
    ];

    /// <summary>The what-if kinds behind the interface of AllowedIPs: REMOVE_ME with a default route, on a structure that no kernel has.
    /// They run only if the user names them.</summary>
    public static IReadOnlyList<SchemeKind> AllowedIpsForms { get; } =
    [
        Form("lc-trie", SchemeName.LcTrie, AllowedIpsForm.LcTrie),
        Form("multibit-trie", SchemeName.MultibitTrie, AllowedIpsForm.MultibitTrie),
        Form("poptrie", SchemeName.Poptrie, AllowedIpsForm.Poptrie),
        Form("dir-24-8", SchemeName.Dir24, AllowedIpsForm.Dir24) with { Families = [Family.IPv4] },
    ];

    /// <summary>Whether the receive path checks sources even without rp_filter. A device per peer accepts every source.</summary>
    public bool ChecksSources { get; init; } = true;

    /// <summary>Whether the kernel notifies listeners when the peer of a prefix changes. Only routes that name peers cause such
    /// notifications.</summary>
    public bool Announces { get; init; }

    /// <summary>Whether <c>--quick</c> includes the kind. Only one kind with "+ routes" is included, because the routes of all such kinds
    /// cost the same.</summary>
    public bool InQuick { get; init; } = true;

    /// <summary>The families in which the kind exists.</summary>
    public IReadOnlyList<Family> Families { get; init; } = [Family.IPv4, Family.IPv6];

    /// <summary>The patches that Linux 7.3 needs for the kind, named as the variants in kernel-patch/lines.csv.</summary>
    public IReadOnlyList<string> Patches { get; init; } = [];

    /// <summary>Returns the kernel in which the scheme runs. Only what-if kinds change the given kernel.</summary>
    public Func<KernelConfig, KernelConfig> KernelOf { get; init; } = static kernel => kernel;

    /// <summary>Whether no kernel has the kind. The bytes and counts of such a what-if are modelled, and reports never call a what-if the
    /// best.</summary>
    public bool IsWhatIf => KernelOf(KernelConfig.Usual).IsWhatIf;

    private Maker Make { get; init; } = null!;

    /// <summary>Returns the kinds of a family that run if the user names none.</summary>
    public static IReadOnlyList<SchemeKind> For(Family family) => family == Family.IPv4 ? All : [.. All, .. WhatIfs];

    /// <summary>Returns a family's kinds that have these words.</summary>
    public static IReadOnlyList<SchemeKind> Of(IReadOnlyCollection<string> words, Family family) =>
        [.. All.Concat(WhatIfs).Concat(AllowedIpsForms).Where(kind => words.Contains(kind.Word) && kind.Families.Contains(family))];

    /// <summary>Labels a row with this kind. If the kind is a what-if, a counted figure becomes a modelled figure.</summary>
    public Figure Label(Figure row) => row with { Scheme = Name, Basis = IsWhatIf && row.Basis == Basis.Counted ? Basis.Modelled : row.Basis };

    /// <summary>Makes an empty scheme of this kind. If no sockets are given, the kernel is <see cref="KernelConfig.Usual"/>.</summary>
    public Scheme Create(Family family, int peers, DaemonSockets? sockets = null) => Make(this, family, peers, sockets ?? new(KernelConfig.Usual));

    public Scheme Create(Family family, int peers, KernelConfig kernel) => Create(family, peers, new DaemonSockets(kernel));

    private static SchemeKind AllowedIps(string word, SchemeName name, Removal removal) => new(word, name, new(1, 1, 0, 1))
    {
        Make = (kind, family, peers, sockets) => new AllowedIpsScheme(kind, family, peers, sockets, removal),
    };

    private static IEnumerable<SchemeKind> WithRoutes(SchemeKind kind, bool inQuick = false) =>
        [kind, kind with { Name = kind.Name.WithRoutes(), InQuick = inQuick }];

    private static SchemeKind Routes(string word, SchemeName name, RouteShape shape, PacketLookups lookups, params string[] patches) => new(word, name, lookups)
    {
        Make = (kind, family, peers, sockets) => new PeerRouteScheme(kind, family, peers, sockets, Of(family, shape)),
        Announces = true,
        Patches = patches,
    };

    /// <summary>Returns the shape of routes in a family. An IPv6 route names an IPv6 gateway by RTA_GATEWAY, not by RTA_VIA.</summary>
    private static RouteShape Of(Family family, RouteShape shape) =>
        shape == RouteShape.Via && family == Family.IPv6 ? RouteShape.Gateway : shape;

    private static SchemeKind WhatIf(string word, SchemeName name, Func<KernelConfig, KernelConfig> kernel) =>
        Route with { Word = word, Name = name, KernelOf = kernel, Patches = [], Families = [Family.IPv6] };

    private static SchemeKind Form(string word, SchemeName name, AllowedIpsForm form) => new(word, name, new(1, 1, 0, 1))
    {
        Make = static (kind, family, peers, sockets) => new PeerTrieScheme(kind, family, peers, sockets),
        KernelOf = kernel => kernel with { AllowedIps = form },
    };
}
