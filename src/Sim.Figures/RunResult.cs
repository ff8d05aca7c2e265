// SPDX-License-Identifier: MIT
using System.Text.Json.Serialization;

namespace Sim.Figures;

/// <summary>The figures and conditions of one run, which results.json holds and the report shows.</summary>
public sealed record RunResult
{
    /// <summary>The command as it was typed, without the program's name.</summary>
    public required string Command { get; init; }

    public required DateTimeOffset Started { get; init; }
    public required TimeSpan Duration { get; init; }

    /// <summary>The facts about the machine (processor, cores, kernel, runtime, ...), in the order of the report.</summary>
    public required IReadOnlyList<NamedFact> Environment { get; init; }

    public required IReadOnlyList<NamedFact> Versions { get; init; }
    public required TableFacts Table { get; init; }
    public required ulong Seed { get; init; }
    public required bool Quick { get; init; }

    /// <summary>Remarks that the reader must see: damaged input, a noisy machine, a debug build.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<Figure> Figures { get; init; }

    /// <summary>The runs from which a merge or a comparison was made; empty for the result of a single run.</summary>
    public IReadOnlyList<RunFacts> Runs { get; init; } = [];
}

/// <summary>A run from which a merge or a comparison was made. Name: the run's folder, as the user wrote it. Side: <c>before</c> or
/// <c>after</c> in a comparison. Rows: the number of rows that all runs of the same <see cref="Part"/> together have in the result; 0 in a
/// comparison. The result lists the rows part by part.</summary>
public sealed record RunFacts(
    string Name, string Side, string Command, DateTimeOffset Started, [property: JsonPropertyName("duration_seconds")] TimeSpan Duration,
    bool Quick, ulong Seed, TableFacts Table, IReadOnlyList<NamedFact> Environment, IReadOnlyList<NamedFact> Versions, int Rows)
{
    /// <summary>The command and the family. Runs with the same command and family are one part of a result.</summary>
    [JsonIgnore]
    public (string Command, int Family) Part => (Command.Split(' ')[0], Table.Family);
}

/// <summary>A fact about a run, such as its processor or the version of a kernel.</summary>
public sealed record NamedFact(string Name, string Value);

/// <summary>The table of a run, with the digest of its sorted prefixes.</summary>
public sealed record TableFacts(string Source, int Family, int Prefixes, int NextHops, string Sha256);
