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
        Converters = { new JsonStringEnumConverter<Basis>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false), new Seconds() },
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
        var reason = e.Message.Split(" Path: ")[0].Split(" LineNumber: ")[0]
            .Replace($"{typeof(ResultsJson).FullName}+", "").Replace($"{typeof(ResultRow).Namespace}.", "");
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

        object?[] listed = [.. document.Environment, .. document.Versions, .. document.Warnings, .. document.Runs ?? []];
        Refuse(listed.Contains(null), "null in a list");
        for (var i = 0; i < document.Rows.Length; i++)
        {
            var row = document.Rows[i];
            Refuse(row is null, $"row {i + 1} is null");
            Refuse(row!.Id != i + 1, $"row {i + 1} has id {row.Id}");
            Refuse(row.Family is not (4 or 6), $"row {row.Id} has family {row.Family}; it must be 4 or 6");
            Refuse(row.N < 0, $"row {row.Id} has n {row.N}");
        }
    }

    private static Document ToDocument(RunResult r) => new(
        Format, r.Command, r.Started, r.Duration, r.Quick, r.Seed, r.Table, r.Environment, r.Versions, r.Warnings,
        [.. r.Figures.Select((f, i) => ResultRow.Of(f, i + 1))], r.Runs.Count == 0 ? null : r.Runs);

    private static RunResult FromDocument(Document d) => new()
    {
        Command = d.Command, Started = d.Started, Duration = d.DurationSeconds, Quick = d.Quick, Seed = d.Seed, Table = d.Table,
        Environment = d.Environment, Versions = d.Versions, Warnings = d.Warnings, Figures = [.. d.Rows.Select(row => row.ToFigure())],
        Runs = d.Runs ?? [],
    };

    private sealed record Document(
        int Format, string Command, DateTimeOffset Started, TimeSpan DurationSeconds, bool Quick, ulong Seed, TableFacts Table,
        IReadOnlyList<NamedFact> Environment, IReadOnlyList<NamedFact> Versions, IReadOnlyList<string> Warnings, ResultRow[] Rows,
        // A run's own result has no such field.
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RunFacts>? Runs = null);

    /// <summary>A duration in seconds. The number is a decimal, because it holds ticks of 0.1 µs exactly.</summary>
    private sealed class Seconds : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDecimal() is >= 0 and < 1e9m and var seconds
                ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond))
                : throw new JsonException("an impossible duration");

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Ticks / (decimal)TimeSpan.TicksPerSecond);
    }
}
