// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>What <c>bench</c> measures: the structure that binds in a scheme, under the names that its rows have.</summary>
public sealed record SubjectKind(SchemeKind Kind, SchemeName Scheme, string Structure)
{
    private static readonly SubjectKind[] s_whatIfs =
        [.. SchemeKind.WhatIfs.Zip((string[])[Names.SharedStates, Names.LevelCompression], (kind, name) => new SubjectKind(kind, SchemeName.RouteAttribute, name))];

    /// <summary>The two that are compared, AllowedIPs first.</summary>
    public static IReadOnlyList<SubjectKind> Compared { get; } =
        [new(SchemeKind.RemoveMe, SchemeName.AllowedIps, Names.AllowedIps), new(SchemeKind.Route, SchemeName.RouteAttribute, Names.Fib)];

    /// <summary>The attribute in FIBs that no kernel has. IPv4 has none.</summary>
    public static IReadOnlyList<SubjectKind> WhatIfs(Family family) => family == Family.IPv4 ? [] : s_whatIfs;

    /// <summary>Makes an empty structure for a number of peers.</summary>
    public Subject Create(Family family, int peers) => new(this, Kind.Create(family, peers));
}

/// <summary>A structure that is measured.</summary>
public sealed class Subject(SubjectKind kind, Scheme scheme) : IDisposable
{
    public SubjectKind Kind { get; } = kind;
    public KernelStructure Structure { get; } = scheme.Binding;

    /// <summary>The basis of counts in rows: modelled for a structure that no kernel has.</summary>
    public Basis Counts { get; } = scheme.Kind.IsWhatIf ? Basis.Modelled : Basis.Counted;

    /// <summary>Labels a row with the scheme and the structure.</summary>
    public Figure Label(Figure row) => row with { Scheme = Kind.Scheme, Structure = Kind.Structure };

    public void Dispose() => scheme.Dispose();
}
