// SPDX-License-Identifier: MIT
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sim.Figures.Results;

/// <summary>Writes and reads results.json: the rows and conditions of a run. Every change that breaks readers must increase
/// <see cref="Format"/>.</summary>
public static class ResultsJson
{
    public const int Format = 1;

    private const long MostBytes = 512 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false, WriteIndented = true,
        IndentSize = 1, NewLine = "\n",
        Converters = { new JsonStringEnumConverter<Basis>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public static void Write(string path, RunResult result)
    {
        using var stream = File.Create(path);
        JsonSerializer.Serialize(stream, ToDocument(result), Options);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads a file that <see cref="Write"/> wrote, from a stream with a known length. Every field of the run has the value that
    /// was written.</summary>
    /// <exception cref="InvalidDataException">Thrown if the content is not JSON, has another format, lacks a field, has an impossible row,
    /// or has rows that are not numbered 1, 2, ... If it is not JSON, the message states the line and the byte.</exception>
    public static RunResult Read(Stream stream, string path)
    {
        Document? document;
        try
        {
            if (stream.Length > MostBytes)
                throw new InvalidDataException($"{path}: {stream.Length >> 20} MiB; results of this program have at most {MostBytes >> 20}");
            document = JsonSerializer.Deserialize<Document>(stream, Options);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}{Place(e)}: not a results.json of this program: {Reason(e)}", e);
        }
        if (document is null)
            throw new InvalidDataException($"{path}: holds null, not results");
        if (document.Format != Format)
            throw new InvalidDataException($"{path}: format {document.Format}, this program reads {Format}");
        Check(path, document);
        return FromDocument(document);
    }

    private static string Place(JsonException e) =>
        e.LineNumber is { } line ? $", line {line + 1}, byte {(e.BytePositionInLine ?? 0) + 1}" : "";

    /// <summary>Returns the reason and the field of an error, but not the position, because the exception counts positions from
    /// 0.</summary>
    private static string Reason(JsonException e)
    {
        var reason = e.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0].Replace(typeof(ResultsJson).FullName + "+", "");
        return e.Path is null or "$" ? reason : $"{e.Path}: {reason}";
    }

    /// <summary>Refuses lists that contain null, and impossible numbers, because the serializer accepts them.</summary>
    private static void Check(string path, Document document)
    {
        void Refuse(bool wrong, string what)
        {
            if (wrong)
                throw new InvalidDataException($"{path}: {what}");
        }

        Refuse(document.Environment.Contains(null!) || document.Versions.Contains(null!) || document.Warnings.Contains(null!)
            || document.Runs?.Contains(null!) == true, "null in a list");
        Refuse(!IsDuration(document.DurationSeconds) || document.Runs?.All(run => IsDuration(run.DurationSeconds)) == false,
            "an impossible duration");
        for (var i = 0; i < document.Rows.Length; i++)
        {
            var row = document.Rows[i];
            Refuse(row is null, $"row {i + 1} is null");
            Refuse(row!.Id != i + 1, $"row {i + 1} has id {row.Id}");
            Refuse(row.Family is not (4 or 6), $"row {row.Id} has family {row.Family}; it must be 4 or 6");
            Refuse(row.N < 0, $"row {row.Id} has n {row.N}");
        }
    }

    private static bool IsDuration(decimal seconds) => seconds is >= 0 and < 1e9m;

    private static Document ToDocument(RunResult r) => new(
        Format, r.Command, r.Started, ToSeconds(r.Duration), r.Quick, r.Seed, r.Table, ToNamed(r.Environment), ToNamed(r.Versions), [.. r.Warnings],
        [.. r.Figures.Select((f, i) => ToRow(f, i + 1))],
        r.Runs.Count == 0 ? null : [.. r.Runs.Select(run => new Run(
            run.Name, run.Side, run.Command, run.Started, ToSeconds(run.Duration), run.Quick, run.Seed, run.Table, ToNamed(run.Environment),
            ToNamed(run.Versions), run.Rows))]);

    /// <summary>Returns a duration in seconds. The type is decimal, because it holds ticks of 0.1 µs exactly.</summary>
    private static decimal ToSeconds(TimeSpan duration) => duration.Ticks / (decimal)TimeSpan.TicksPerSecond;

    private static Named[] ToNamed(IEnumerable<KeyValuePair<string, string>> pairs) => [.. pairs.Select(p => new Named(p.Key, p.Value))];

    private static KeyValuePair<string, string>[] ToPairs(Named[] named) => [.. named.Select(n => KeyValuePair.Create(n.Name, n.Value))];

    private static TimeSpan ToDuration(decimal seconds) => TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));

    private static RunResult FromDocument(Document d) => new()
    {
        Command = d.Command, Started = d.Started, Duration = ToDuration(d.DurationSeconds), Quick = d.Quick, Seed = d.Seed, Table = d.Table,
        Environment = ToPairs(d.Environment), Versions = ToPairs(d.Versions), Warnings = d.Warnings, Figures = [.. d.Rows.Select(ToFigure)],
        Runs = d.Runs is null ? [] : [.. d.Runs.Select(run => new RunFacts(
            run.Name, run.Side, run.Command, run.Started, ToDuration(run.DurationSeconds), run.Quick, run.Seed, run.Table,
            ToPairs(run.Environment), ToPairs(run.Versions), run.Rows))],
    };

    private static Row ToRow(Figure f, int id) => new(
        id, f.Experiment, f.Structure, f.Scheme, f.Family, f.Order, f.Keys, f.Chain, f.Operation, f.Peers, f.Prefixes,
        f.X, f.Item, f.Metric.Name, f.Unit, f.Value, f.Low, f.High, f.N, f.Basis, f.Side, f.Bound, f.Flag);

    private static Figure ToFigure(Row r) => new()
    {
        Experiment = r.Experiment, Structure = r.Structure, Scheme = r.Scheme, Family = r.Family, Order = r.Order, Keys = r.Keys, Chain = r.Chain,
        Operation = r.Operation, Peers = r.Peers, Prefixes = r.Prefixes, X = r.X, Item = r.Item, Metric = Metrics.Of(r.Metric, r.Experiment), Unit = r.Unit,
        Value = r.Value, Low = r.Low, High = r.High, N = r.N, Basis = r.Basis, Side = r.Side, Bound = r.Bound, Flag = r.Flag,
    };

    private sealed record Named(string Name, string Value);

    private sealed record Document(
        int Format, string Command, DateTimeOffset Started, decimal DurationSeconds, bool Quick, ulong Seed, TableFacts Table,
        Named[] Environment, Named[] Versions, string[] Warnings, Row[] Rows,
        // A run's own result has no such field.
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Run[]? Runs = null);

    private sealed record Run(
        string Name, string Side, string Command, DateTimeOffset Started, decimal DurationSeconds, bool Quick, ulong Seed, TableFacts Table,
        Named[] Environment, Named[] Versions, int Rows);

    private sealed record Row(
        int Id, string Experiment, string Structure, string Scheme, int Family, string Order, string Keys, string Chain, string Operation, int? Peers,
        long? Prefixes, double? X, string Item, string Metric, string Unit, double Value, double Low, double High, int N, Basis Basis,
        string Side = "", double? Bound = null, string Flag = "");
}
