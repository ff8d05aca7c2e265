// SPDX-License-Identifier: MIT
using CsvHelper;

namespace Sim.Figures.Results;

/// <summary>Writes results.csv: one header line, then one row per figure. The field of a parameter that does not apply is empty. Each
/// number is the shortest text that reads back as the same double. Lines end with a line feed.</summary>
public static class CsvResults
{
    public static readonly string[] Columns =
    [
        "id", "experiment", "structure", "scheme", "family", "order", "keys", "chain", "operation", "peers", "prefixes",
        "x", "item", "metric", "unit", "value", "low", "high", "n", "basis", "side", "bound", "flag",
    ];

    public static void Write(string path, Rows rows)
    {
        using var csv = CsvWriter.ToFile(path, CsvWriterOptions.Default with { NewLine = "\n" });
        foreach (var record in rows.All.Select(figure => Fields(rows.Id(figure), figure)).Prepend(Columns))
        {
            foreach (var field in record)
                csv.WriteField($"{field}");
            csv.EndRecord();
        }
    }

    private static object?[] Fields(int id, Figure f) =>
    [
        id, f.Experiment, f.Structure, f.Scheme, f.Family, f.Order, f.Keys, f.Chain, f.Operation, f.Peers, f.Prefixes,
        f.X, f.Item, f.Metric, f.Unit, f.Value, f.Low, f.High, f.N, f.Basis.Label(), f.Side, f.Bound, f.Flag,
    ];
}
