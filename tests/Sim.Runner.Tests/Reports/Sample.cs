// SPDX-License-Identifier: MIT
using CsvHelper;
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Testing;

namespace Sim.Runner.Tests.Reports;

/// <summary>
/// A run whose rows and conditions are committed: <c>results.csv</c>, and <c>versions.csv</c> with the command, the table, the machine
/// and the versions. reports/take-samples.sh makes them.
/// </summary>
/// <param name="Name">The folder in reports/.</param>
internal sealed record Sample(string Name)
{
    private const string Results = "results.csv", Versions = "versions.csv";

    public IReadOnlyList<Figure> Rows { get; } = ReadRows(Path.Combine(Folder(Name), Results));

    public IReadOnlyDictionary<string, string> Conditions { get; } = ReadConditions(Path.Combine(Folder(Name), Versions));

    public static bool Exists(string name) => File.Exists(Path.Combine(Folder(name), Results));

    /// <summary>Takes the rows and conditions of a report.</summary>
    public static void Keep(string report, string name)
    {
        var path = Path.Combine(report, "results.json");
        using var stream = File.OpenRead(path);
        var run = ResultsJson.Read(stream, path);
        var folder = Directory.CreateDirectory(Folder(name)).FullName;
        File.Copy(Path.Combine(report, Results), Path.Combine(folder, Results), overwrite: true);
        using var csv = CsvWriter.ToFile(Path.Combine(folder, Versions), CsvWriterOptions.Default with { NewLine = "\n" });
        NamedFact[] facts =
        [
            new("name", "value"), new("command", run.Command), new("started", $"{run.Started:O}"), new("seed", $"{run.Seed}"), new("table", run.Table.Source),
            new("prefixes", $"{run.Table.Prefixes}"), new("sha256", run.Table.Sha256), .. run.Environment, .. run.Versions,
        ];
        foreach (var (fact, value) in facts)
        {
            csv.WriteField(fact);
            csv.WriteField(value);
            csv.EndRecord();
        }
    }

    private static string Folder(string name) => Path.Combine(SharedData.Root, "reports", name);

    private static Dictionary<string, string> ReadConditions(string path)
    {
        var conditions = new Dictionary<string, string>();
        using var csv = CsvReader.FromFile(path, CsvReaderOptions.Default);
        while (csv.Read())
            conditions.Add(csv.GetString("name"), csv.GetString("value"));
        return conditions;
    }

    private static List<Figure> ReadRows(string path)
    {
        var rows = new List<Figure>();
        using var csv = CsvReader.FromFile(path, CsvReaderOptions.Default);
        while (csv.Read())
        {
            rows.Add(new Figure
            {
                Experiment = csv.GetString("experiment"),
                Structure = csv.GetString("structure"),
                Scheme = csv.GetString("scheme"),
                Family = csv.Parse<int>("family"),
                Order = csv.GetString("order"),
                Keys = csv.GetString("keys"),
                Chain = csv.GetString("chain"),
                Operation = csv.GetString("operation"),
                Peers = csv.GetString("peers") is { Length: > 0 } ? csv.Parse<int>("peers") : null,
                Prefixes = csv.GetString("prefixes") is { Length: > 0 } ? csv.Parse<long>("prefixes") : null,
                X = csv.GetString("x") is { Length: > 0 } ? csv.Parse<double>("x") : null,
                Item = csv.GetString("item"),
                Metric = Metrics.Of(csv.GetString("metric"), csv.GetString("experiment")),
                Unit = csv.GetString("unit"),
                Value = csv.Parse<double>("value"),
                Low = csv.Parse<double>("low"),
                High = csv.Parse<double>("high"),
                N = csv.Parse<int>("n"),
                Basis = Enum.Parse<Basis>(csv.GetString("basis"), ignoreCase: true),
                Flag = csv.GetString("flag"),
            });
        }

        return rows;
    }
}
