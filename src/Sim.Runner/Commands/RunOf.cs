// SPDX-License-Identifier: MIT
using System.Reflection;

namespace Sim.Runner.Commands;

/// <summary>Facts of a result: the versions of this program, and the table that it was given.</summary>
internal static class RunOf
{
    /// <summary>Returns the versions of this program and its libraries, and the release of Linux that the ports follow.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Versions(KernelRelease release) =>
    [
        new("wg-sim", VersionOf(typeof(RunOf))),
        new("ports follow", $"Linux {release.Word()} (allowedips.c{(release == KernelRelease.Linux6_12 ? " with single-prefix removal of 6.16" : "")}, "
            + "fib_trie.c, ip6_fib.c, mm/slub.c)"),
        new("MathNet.Numerics", VersionOf(typeof(MathNet.Numerics.Statistics.Statistics))),
        new("ScottPlot", VersionOf(typeof(ScottPlot.Plot))),
    ];

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? type.Assembly.GetName().Version?.ToString() ?? "unknown";

    public static TableFacts Facts(this RouteTable table) =>
        new(table.Source, (int)table.Family, table.Routes.Length, table.NextHops.Count, table.Digest);
}
