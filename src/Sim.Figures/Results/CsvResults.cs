// SPDX-License-Identifier: MIT
using System.Text.Json;
using CsvHelper;

namespace Sim.Figures.Results;

/// <summary>Writes results.csv: one header line, then one <see cref="ResultRow"/> per figure. The field of a parameter that does not apply
/// is empty. Each number is the shortest text that reads back as the same double. Lines end with a line feed.</summary>
public static class CsvResults
{
    public static void Write(string path, IEnumerable<Figure> figures)
    {
        var columns = typeof(ResultRow).GetProperties();
        using var csv = CsvWriter.ToFile(path, CsvWriterOptions.Default with { NewLine = "\n" });
        var rows = figures.Select((figure, i) => ResultRow.Of(figure, i + 1)).Select(row => columns.Select(column => column.GetValue(row)));
        foreach (var record in rows.Prepend(columns.Select(column => JsonNamingPolicy.SnakeCaseLower.ConvertName(column.Name))))
        {
            foreach (var field in record)
                csv.WriteField(field is Basis basis ? basis.Label() : $"{field}");
            csv.EndRecord();
        }
    }
}
