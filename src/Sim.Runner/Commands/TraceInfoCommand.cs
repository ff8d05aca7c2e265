// SPDX-License-Identifier: MIT
namespace Sim.Runner.Commands;

internal static class TraceInfoCommand
{
    public static Command Create()
    {
        var files = new Argument<FileInfo[]>("FILE") { Description = "MRT files of updates in order of time.", Arity = ArgumentArity.OneOrMore };
        var like = TraceOptionSet.Like("MRT files to compare with; marks figures that differ too much.");
        var family = CommonOptions.Family();
        var json = CommonOptions.Json();
        return new Command(
            "info",
            """
            Measures how a trace's updates are spread: rate, bursts, concentration on few prefixes, flaps, BGP peers, lengths.
            A record whose time does not fit its neighbours is damage (exit code 3). With --like, exits with 1 if a figure differs too much.

            Examples:
              trace info updates.20260222.1530.bz2
              trace info day.mrt --like updates.20260222.1530.bz2
              trace info updates.20151009.mrt --family 6 --json
            """)
        {
            files, like, family, json,
        }.Does((parsed, progress, cancel) =>
        {
            var damage = new DamageLog();
            var chosen = parsed.GetValue(family).ToFamily();
            var shown = Measure(parsed.GetValue(files)!, "trace info", chosen, damage, progress, cancel);
            var beside = parsed.GetValue(like) is { Length: > 0 } real ? Measure(real, "--like", chosen, damage, progress, cancel) : null;
            var rows = Rows(shown, beside);
            Console.Out.WriteLine(parsed.GetValue(json) ? Json(shown, beside, rows, damage).Indented() : Text(shown, beside, rows));
            if (TraceFigures.PauseRemark(shown.Source, shown.Seconds, shown.LongestPause) is { } remark)
                Console.Error.WriteLine($"Warning: {remark}");
            var code = InputDamage.Report(damage);
            return code == ExitCode.Success && rows.Any(row => row.Near == false) ? ExitCode.Failed : code;
        });
    }

    private sealed record Row(TraceFigure Figure, double? Real, bool? Near);

    /// <summary>Measures the updates in the files that an option names.</summary>
    /// <exception cref="UserException">Thrown if the files hold no update of the family.</exception>
    public static TraceStructure Measure(
        FileInfo[] files, string option, Family family, DamageLog damage, IWorkProgress progress, CancellationToken cancel)
    {
        var structure = TraceStructure.Measure(TraceFiles.Open(files, option, again: false, progress, cancel), family, damage);
        return structure.Events > 0 ? structure : throw InputDamage.EmptyTrace(structure.Source, family, damage);
    }

    private static List<Row> Rows(TraceStructure shown, TraceStructure? beside)
    {
        var figures = TraceFigures.Of(shown);
        if (beside is null)
            return [.. figures.Select(figure => new Row(figure, null, null))];
        return
        [
            .. figures.Zip(TraceFigures.Of(beside), (made, real) => new Row(
                made with { Near = real.Near }, real.Value, real.Near.IsCompared ? real.Near.Holds(real.Value, made.Value) : null)),
        ];
    }

    private static string Text(TraceStructure shown, TraceStructure? beside, List<Row> rows)
    {
        var lines = new List<string> { $"{shown.Source}: {shown.Events:N0} IPv{(int)shown.Family} updates" };
        if (beside is not null)
            lines.Add($"beside {beside.Source}: {beside.Events:N0}");
        var group = "";
        foreach (var row in rows)
        {
            if (row.Figure.Group != group)
                lines.Add($"  {group = row.Figure.Group}");
            var line = $"    {row.Figure.Name,-34}{Number(row.Figure.Value),14}";
            if (row.Real is { } real)
                line += $"{Number(real),14}  {row.Near switch { true => "near", false => "NOT near", null => "" }} {(row.Near is null ? "" : row.Figure.Near.ToString())}";
            lines.Add($"{line} {row.Figure.Unit}".TrimEnd());
        }

        return string.Join(Environment.NewLine, lines);
    }

    private static JsonObject Json(TraceStructure shown, TraceStructure? beside, List<Row> rows, DamageLog damage)
    {
        var json = new JsonObject { ["trace"] = shown.Source, ["family"] = (int)shown.Family };
        if (beside is not null)
            json["like"] = beside.Source;
        foreach (var group in rows.GroupBy(row => row.Figure.Group))
        {
            json[Key(group.Key)] = new JsonObject(group.Select(row => KeyValuePair.Create(Key(row.Figure.Name), row.Real is not { } real
                ? (JsonNode?)row.Figure.Value
                : new JsonObject { ["value"] = row.Figure.Value, ["like"] = real, ["near"] = row.Near, ["tolerance"] = row.Figure.Near.ToString() })));
        }

        json["peer_shares"] = new JsonArray([.. shown.PeerShares.Select(share => (JsonNode)share)]);
        json["damage"] = damage.Count;
        return json;
    }

    private static string Key(string name) => name.Replace(" / ", "_over_", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal)
        .Replace("/", "length_", StringComparison.Ordinal).Replace('%', 'p').Replace('.', '_').Replace(' ', '_').ToLowerInvariant();

    private static string Number(double value) => value == Math.Round(value) && Math.Abs(value) < 1e15
        ? value.ToString("N0", CultureInfo.InvariantCulture)
        : value.ToString(Math.Abs(value) < 10 ? "N4" : "N1", CultureInfo.InvariantCulture);
}
