// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Sim.Runner.Reports;

namespace Sim.Runner.Schemes;

/// <summary>A scheme before it holds anything: its names, and how to make one.</summary>
/// <param name="Name">As shown.</param>
/// <param name="Structure">The structure that is looked up.</param>
/// <param name="Create">Makes an empty one for a number of peers.</param>
internal sealed record SchemeKind(string Name, string Structure, Func<int, Scheme> Create);

/// <summary>The two schemes, AllowedIPs first, each over the structure of its family.</summary>
internal static class SchemeFactory
{
    private static readonly SchemeKind[] s_v4 = [AllowedIps(Family.IPv4), Routes(peers => new FibScheme(peers))];

    private static readonly SchemeKind[] s_v6 = [AllowedIps(Family.IPv6), Routes(peers => new Fib6Scheme(peers))];

    public static IReadOnlyList<SchemeKind> For(Family family) => family == Family.IPv4 ? s_v4 : s_v6;

    /// <summary>What would help IPv6's FIB: the attribute in a FIB that no kernel has. None of IPv4.</summary>
    public static IReadOnlyList<SchemeKind> WhatIfs(Family family) => family == Family.IPv4 ? [] :
    [
        new(RouteAttributeScheme.SchemeName, Names.SharedStates, peers => new Fib6Scheme(peers, Names.SharedStates, new Fib6Options { SharesStates = true }) { Counts = Basis.Modelled }),
        new(RouteAttributeScheme.SchemeName, Names.LevelCompression, peers => new Lc6Scheme(peers, Names.LevelCompression) { Counts = Basis.Modelled }),
    ];

    private static SchemeKind AllowedIps(Family family) =>
        new(AllowedIpsScheme.SchemeName, AllowedIpsScheme.StructureName, peers => new AllowedIpsScheme(family, peers));

    private static SchemeKind Routes(Func<int, Scheme> create) =>
        new(RouteAttributeScheme.SchemeName, RouteAttributeScheme.StructureName, create);
}
