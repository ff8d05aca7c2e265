// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Runner.Schemes;

/// <summary>A scheme before it holds anything: its names, and how to make one.</summary>
/// <param name="Name">As shown.</param>
/// <param name="Structure">The structure that is looked up.</param>
/// <param name="Create">Makes an empty one for a number of peers.</param>
internal sealed record SchemeKind(string Name, string Structure, Func<int, Scheme> Create);

/// <summary>The schemes that a family has: AllowedIPs first, then the route attribute.</summary>
internal static class SchemeFactory
{
    private static readonly SchemeKind[] s_v4 =
    [
        new(AllowedIpsScheme.SchemeName, AllowedIpsScheme.StructureName, peers => new AllowedIpsScheme(Family.IPv4, peers)),
        new(RouteAttributeScheme.SchemeName, RouteAttributeScheme.StructureName, peers => new RouteAttributeScheme(peers)),
    ];

    private static readonly SchemeKind[] s_v6 =
    [
        new(AllowedIpsScheme.SchemeName, AllowedIpsScheme.StructureName, peers => new AllowedIpsScheme(Family.IPv6, peers)),
        new(RouteAttributeScheme.SchemeName, RouteAttributeScheme.StructureName, peers => new RouteAttributeScheme6(peers)),
    ];

    public static IReadOnlyList<SchemeKind> For(Family family) => family == Family.IPv4 ? s_v4 : s_v6;
}
