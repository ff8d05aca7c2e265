// SPDX-License-Identifier: MIT
using CsvHelper;

namespace Sim.Figures.Results;

/// <summary>
/// results.csv: tidy, one row a figure, one header line. Empty fields are parameters that do not apply; numbers are
/// the shortest text that reads back as the same double; lines end with a line feed.
/// </summary>
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
        foreach (var column in Columns)
            csv.WriteField(column);
        csv.EndRecord();
        foreach (var figure in rows.All)
            WriteRow(csv, rows.Id(figure), figure);
    }

    private static void WriteRow(CsvWriter csv, int id, Figure f)
    {
        csv.WriteField(id);
        csv.WriteField(f.Experiment);
        csv.WriteField(f.Structure);
        csv.WriteField(f.Scheme);
        csv.WriteField(f.Family);
        csv.WriteField(f.Order);
        csv.WriteField(f.Keys);
        csv.WriteField(f.Chain);
        csv.WriteField(f.Operation);
        csv.WriteField(f.Peers);
        csv.WriteField(f.Prefixes);
        csv.WriteField(f.X);
        csv.WriteField(f.Item);
        csv.WriteField(f.Metric);
        csv.WriteField(f.Unit);
        csv.WriteField(f.Value);
        csv.WriteField(f.Low);
        csv.WriteField(f.High);
        csv.WriteField(f.N);
        csv.WriteField(f.Basis.Label());
        csv.WriteField(f.Side);
        csv.WriteField(f.Bound);
        csv.WriteField(f.Flag);
        csv.EndRecord();
    }
}
