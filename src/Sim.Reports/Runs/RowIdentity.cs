// SPDX-License-Identifier: MIT
namespace Sim.Reports.Runs;

/// <summary>
/// The identity of a row across runs: every column except the results (value, low, high, n, bound, flag). If several rows of a run have the
/// same columns, these rows are numbered from occurrence 0. Rows of different runs belong together if their numbers are equal.
/// </summary>
public readonly record struct RowIdentity(Figure Columns, int Occurrence)
{
    /// <summary>Returns the rows of a run by identity, in the order of the run.</summary>
    public static OrderedDictionary<RowIdentity, Figure> Index(IReadOnlyList<Figure> figures)
    {
        var rows = new OrderedDictionary<RowIdentity, Figure>(figures.Count);
        var seen = new Dictionary<Figure, int>();
        foreach (var figure in figures)
        {
            var columns = figure with { Value = 0, Low = 0, High = 0, N = 0, Bound = null, Flag = "" };
            var occurrence = seen.GetValueOrDefault(columns);
            seen[columns] = occurrence + 1;
            rows.Add(new(columns, occurrence), figure);
        }

        return rows;
    }

    /// <summary>Returns the row in words: <c>lookup, fib, IPv4, zipf, dependent, time</c>.</summary>
    public string Describe() => Words.Listed(
        Columns.Experiment, Columns.Structure, Columns.Scheme, Columns.Side, $"IPv{Columns.Family}", Columns.Order, Columns.Keys, Columns.Chain,
        Columns.Operation, Columns.Item, Columns.Peers is { } peers ? $"{peers} peers" : "", Columns.X is { } x ? $"x = {x}" : "", Columns.Metric,
        Columns.Unit == Columns.Metric ? "" : Columns.Unit);
}
