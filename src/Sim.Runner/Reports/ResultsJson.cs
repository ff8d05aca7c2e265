// SPDX-License-Identifier: MIT
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sim.Runner.Reports;

/// <summary>
/// results.json: the rows of results.csv with the conditions of the run. Names are snake_case and stable; a change
/// that breaks readers raises <see cref="Format"/>.
/// </summary>
public static class ResultsJson
{
    /// <summary>The number in the file's <c>format</c> field.</summary>
    public const int Format = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter<Basis>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Writes <paramref name="result"/> to a new file, or over an old one.</summary>
    public static void Write(string path, RunResult result)
    {
        using var stream = File.Create(path);
        JsonSerializer.Serialize(stream, ToDocument(result), Options);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads what <see cref="Write"/> wrote: every field of the run comes back equal.</summary>
    /// <exception cref="InvalidDataException">Not JSON, another format, a field missing, rows not numbered 1, 2, ...</exception>
    public static RunResult Read(string path)
    {
        Document? document;
        try
        {
            using var stream = File.OpenRead(path);
            document = JsonSerializer.Deserialize<Document>(stream, Options);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: not a results.json of this program: {e.Message}", e);
        }
        if (document is null)
            throw new InvalidDataException($"{path}: holds null, not results");
        if (document.Format != Format)
            throw new InvalidDataException($"{path}: format {document.Format}, this program reads {Format}");
        for (var i = 0; i < document.Rows.Length; i++)
        {
            if (document.Rows[i].Id != i + 1)
                throw new InvalidDataException($"{path}: row {i + 1} has id {document.Rows[i].Id}");
        }
        return FromDocument(document);
    }

    private static Document ToDocument(RunResult r) => new(
        Format,
        r.Command,
        r.Started,
        // Ticks are tenths of a microsecond: as a decimal of seconds they survive the way there and back.
        r.Duration.Ticks / (decimal)TimeSpan.TicksPerSecond,
        r.Quick,
        r.Seed,
        r.Table,
        [.. r.Environment.Select(p => new Named(p.Key, p.Value))],
        [.. r.Versions.Select(p => new Named(p.Key, p.Value))],
        [.. r.Warnings],
        [.. r.Figures.Select((f, i) => ToRow(f, i + 1))]);

    private static RunResult FromDocument(Document d) => new()
    {
        Command = d.Command,
        Started = d.Started,
        Duration = TimeSpan.FromTicks((long)(d.DurationSeconds * TimeSpan.TicksPerSecond)),
        Quick = d.Quick,
        Seed = d.Seed,
        Table = d.Table,
        Environment = [.. d.Environment.Select(n => KeyValuePair.Create(n.Name, n.Value))],
        Versions = [.. d.Versions.Select(n => KeyValuePair.Create(n.Name, n.Value))],
        Warnings = d.Warnings,
        Figures = [.. d.Rows.Select(ToFigure)],
    };

    private static Row ToRow(Figure f, int id) => new(
        id, f.Experiment, f.Structure, f.Scheme, f.Family, f.Order, f.Keys, f.Chain, f.Operation, f.Peers, f.Prefixes,
        f.X, f.Item, f.Metric, f.Unit, f.Value, f.Low, f.High, f.N, f.Basis, f.Side, f.Bound);

    private static Figure ToFigure(Row r) => new()
    {
        Experiment = r.Experiment,
        Structure = r.Structure,
        Scheme = r.Scheme,
        Family = r.Family,
        Order = r.Order,
        Keys = r.Keys,
        Chain = r.Chain,
        Operation = r.Operation,
        Peers = r.Peers,
        Prefixes = r.Prefixes,
        X = r.X,
        Item = r.Item,
        Metric = r.Metric,
        Unit = r.Unit,
        Value = r.Value,
        Low = r.Low,
        High = r.High,
        N = r.N,
        Basis = r.Basis,
        Side = r.Side,
        Bound = r.Bound,
    };

    private sealed record Named(string Name, string Value);

    private sealed record Document(
        int Format,
        string Command,
        DateTimeOffset Started,
        decimal DurationSeconds,
        bool Quick,
        ulong Seed,
        TableFacts Table,
        Named[] Environment,
        Named[] Versions,
        string[] Warnings,
        Row[] Rows);

    private sealed record Row(
        int Id,
        string Experiment,
        string Structure,
        string Scheme,
        int Family,
        string Order,
        string Keys,
        string Chain,
        string Operation,
        int? Peers,
        long? Prefixes,
        double? X,
        string Item,
        string Metric,
        string Unit,
        double Value,
        double Low,
        double High,
        int N,
        Basis Basis,
        string Side = "",
        double? Bound = null);
}
