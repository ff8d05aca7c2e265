// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Figures;
using Sim.Kernel;
using Sim.Trie;

namespace Sim.Schemes;

/// <summary>A kind of scheme: its names, and how to make one.</summary>
/// <param name="Name">The name shown to users.</param>
/// <param name="Structure">The name of the structure that is looked up.</param>
/// <param name="Create">Makes an empty scheme for a number of peers.</param>
public sealed record SchemeKind(string Name, string Structure, Func<int, Scheme> Create);

/// <summary>The two schemes, AllowedIPs first, each over the structure of its family.</summary>
public static class SchemeFactory
{
    private static readonly SchemeKind[] s_v4 = [AllowedIps(Family.IPv4), Routes(peers => new FibScheme(peers))];

    private static readonly SchemeKind[] s_v6 = [AllowedIps(Family.IPv6), Routes(peers => new Fib6Scheme(peers))];

    public static IReadOnlyList<SchemeKind> For(Family family) => family == Family.IPv4 ? s_v4 : s_v6;

    /// <summary>What-if schemes: the attribute in an IPv6 FIB that no kernel has. IPv4 has none.</summary>
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
