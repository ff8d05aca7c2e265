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

    /// <summary>Versions of this program and of what it is built on.</summary>
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

/// <summary>Where a merged or a comparing result has its rows from.</summary>
/// <param name="Name">The folder as it was named.</param>
/// <param name="Side"><c>before</c> or <c>after</c> in a comparison; else empty.</param>
/// <param name="Command">The command that made the run.</param>
/// <param name="Started">When it began.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Quick">Whether it had fewer repetitions.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Table">Its table.</param>
/// <param name="Environment">Its machine.</param>
/// <param name="Versions">What it was built from.</param>
/// <param name="Rows">
/// How many rows the runs of its kind and family (<see cref="Part"/>) have in the result, which has them one part after the other;
/// 0 in a comparison.
/// </param>
public sealed record RunFacts(
    string Name, string Side, string Command, DateTimeOffset Started, TimeSpan Duration, bool Quick, ulong Seed, TableFacts Table,
    IReadOnlyList<KeyValuePair<string, string>> Environment, IReadOnlyList<KeyValuePair<string, string>> Versions, int Rows)
{
    /// <summary>Runs of one command on one family belong together; others stand beside them.</summary>
    public (string Command, int Family) Part => (Command.Split(' ')[0], Table.Family);
}

/// <summary>The table a run was made on.</summary>
/// <param name="Source">File name or origin.</param>
/// <param name="Family">4 or 6.</param>
/// <param name="Prefixes">Number of prefixes.</param>
/// <param name="NextHops">Number of distinct next hops.</param>
/// <param name="Sha256">Digest of the sorted prefixes.</param>
public sealed record TableFacts(string Source, int Family, int Prefixes, int NextHops, string Sha256);
