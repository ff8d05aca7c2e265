// SPDX-License-Identifier: MIT
using Sim.Workloads;

namespace Sim.Runner;

/// <summary>All that one run found out and under which conditions: what results.json holds and the report shows.</summary>
public sealed record RunResult
{
    /// <summary>The command as it was typed, without the program.</summary>
    public required string Command { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>Processor, cores, kernel, runtime, ...: name and value, in the order to show.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    /// <summary>Versions of this program and of what it is built on.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Versions { get; init; }

    public required TableFacts Table { get; init; }

    public required ulong Seed { get; init; }

    public required bool Quick { get; init; }

    /// <summary>Remarks the reader must see: damaged input, a noisy machine, a debug build.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<Figure> Figures { get; init; }
}

/// <summary>The table a run was made on.</summary>
/// <param name="Source">File name or origin.</param>
/// <param name="Family">4 or 6.</param>
/// <param name="Prefixes">Number of prefixes.</param>
/// <param name="NextHops">Number of distinct next hops.</param>
/// <param name="Sha256">Digest of the sorted prefixes.</param>
public sealed record TableFacts(string Source, int Family, int Prefixes, int NextHops, string Sha256)
{
    public static TableFacts Of(RouteTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new TableFacts(table.Source, (int)table.Family, table.Routes.Length, table.NextHops.Count, table.Digest);
    }
}
