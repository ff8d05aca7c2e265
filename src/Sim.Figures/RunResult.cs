// SPDX-License-Identifier: MIT
namespace Sim.Figures;

/// <summary>All that one run found out and under which conditions: what results.json holds and the report shows.</summary>
public sealed record RunResult
{
    /// <summary>The command as it was typed, without the program.</summary>
    public required string Command { get; init; }

    public required DateTimeOffset Started { get; init; }
    public required TimeSpan Duration { get; init; }

    /// <summary>Processor, cores, kernel, runtime, ...: name and value, in the order to show.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Versions { get; init; }
    public required TableFacts Table { get; init; }
    public required ulong Seed { get; init; }
    public required bool Quick { get; init; }

    /// <summary>Remarks the reader must see: damaged input, a noisy machine, a debug build.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<Figure> Figures { get; init; }

    /// <summary>The runs that a merged or a comparing result was made of; empty for a run's own result.</summary>
    public IReadOnlyList<RunFacts> Runs { get; init; } = [];
}

/// <summary>
/// A run behind a merged or a comparing result: the folder as it was named; in a comparison its side, <c>before</c> or
/// <c>after</c>. Rows: how many the runs of its kind and family (<see cref="Part"/>) have in the result, one part after the
/// other; 0 in a comparison.
/// </summary>
public sealed record RunFacts(
    string Name, string Side, string Command, DateTimeOffset Started, TimeSpan Duration, bool Quick, ulong Seed, TableFacts Table,
    IReadOnlyList<KeyValuePair<string, string>> Environment, IReadOnlyList<KeyValuePair<string, string>> Versions, int Rows)
{
    /// <summary>Runs of one command on one family belong together; others stand beside them.</summary>
    public (string Command, int Family) Part => (Command.Split(' ')[0], Table.Family);
}

/// <summary>The table a run was made on, with the digest of its sorted prefixes.</summary>
public sealed record TableFacts(string Source, int Family, int Prefixes, int NextHops, string Sha256);
