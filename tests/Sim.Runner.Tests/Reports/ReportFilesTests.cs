// SPDX-License-Identifier: MIT
using System.Text.Json;
using CsvHelper;
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Reports.Plots;
using Sim.Runner.Commands;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Reports;

public sealed class ReportFilesTests(FullReport full) : IClassFixture<FullReport>
{
    private static readonly string[] Columns =
    [
        "id", "experiment", "structure", "scheme", "family", "order", "keys", "chain", "operation", "peers", "prefixes",
        "x", "item", "metric", "unit", "value", "low", "high", "n", "basis", "side", "bound", "flag",
    ];

    [Fact]
    public void A_full_run_gives_every_file_and_nothing_else()
    {
        var folder = full.Folder;
        string[] plots = [.. PlotSet.AllNames.Concat(WaterfallPlots.AllNames[..4]).Select(n => $"plot-{n}.png")];

        Assert.Equal([.. plots.Concat(["index.html", "results.csv", "results.json"]).Order()], folder.Files);
        Assert.All(folder.Files, name => Assert.NotEqual(0, new FileInfo(folder.At(name)).Length));
    }

    [Fact]
    public void Csv_has_one_row_a_figure_and_every_field_reads_back()
    {
        var (run, folder) = (full.Run, full.Folder);
        using var csv = CsvReader.FromFile(folder.At("results.csv"), CsvReaderOptions.Default);

        var i = 0;
        while (csv.Read())
        {
            var f = run.Figures[i];
            Assert.Equal(i + 1, csv.Parse<int>("id"));
            string[] texts = [f.Experiment, f.Structure, f.Scheme, f.Order, f.Keys, f.Chain, f.Operation, f.Item, f.Metric, f.Unit];
            string[] names = ["experiment", "structure", "scheme", "order", "keys", "chain", "operation", "item", "metric", "unit"];
            Assert.Equal(texts, names.Select(csv.GetString));
            Assert.Equal((f.Value, f.Low, f.High), (csv.Parse<double>("value"), csv.Parse<double>("low"), csv.Parse<double>("high")));
            Assert.Equal((f.Family, f.N), (csv.Parse<int>("family"), csv.Parse<int>("n")));
            Assert.Equal(f.X?.ToString() ?? "", csv.GetString("x"));
            Assert.Equal(f.Peers?.ToString() ?? "", csv.GetString("peers"));
            Assert.Equal(f.Prefixes?.ToString() ?? "", csv.GetString("prefixes"));
            Assert.Equal(f.Basis.ToString().ToLowerInvariant(), csv.GetString("basis"));
            i++;
        }
        Assert.Equal(run.Figures.Count, i);
        Assert.Equal(Columns, csv.Headers.ToArray());
    }

    [Fact]
    public void Csv_quotes_what_would_break_a_row()
    {
        var run = new FabricatedRun().Build();
        var odd = run.Figures[0] with { Item = "a,b \"c\"\nd" };
        using var folder = ReportFolder.Of(run with { Figures = [odd, run.Figures[1]] });
        using var csv = CsvReader.FromFile(folder.At("results.csv"), CsvReaderOptions.Default);

        Assert.True(csv.Read());
        Assert.Equal(odd.Item, csv.GetString("item"));
        Assert.True(csv.Read());
        Assert.False(csv.Read());
    }

    [Fact]
    public void Json_comes_back_as_the_same_run()
    {
        var run = new FabricatedRun { Warnings = ["<b>&\"quoted\"\n\u2028"] }.Build();
        using var folder = ReportFolder.Of(run);
        var back = ReportFolder.Results(folder.At("results.json"));

        Assert.Equal((run.Command, run.Started, run.Duration, run.Seed, run.Quick, run.Table),
            (back.Command, back.Started, back.Duration, back.Seed, back.Quick, back.Table));
        Assert.Equal(run.Environment, back.Environment);
        Assert.Equal(run.Versions, back.Versions);
        Assert.Equal(run.Warnings, back.Warnings);
        Assert.Equal(run.Figures, back.Figures);
    }

    [Fact]
    public void A_row_that_is_not_settled_says_so_in_csv_and_json_and_a_file_from_before_that_column_is_read()
    {
        var run = new FabricatedRun().Build();
        run = run with { Figures = [run.Figures[0] with { Flag = Figure.Unsettled }, run.Figures[1]] };
        using var folder = ReportFolder.Of(run);
        using var csv = CsvReader.FromFile(folder.At("results.csv"), CsvReaderOptions.Default);
        Assert.True(csv.Read());
        Assert.Equal("unsettled", csv.GetString("flag"));
        Assert.True(csv.Read());
        Assert.Equal("", csv.GetString("flag"));
        var path = folder.At("results.json");
        Assert.Equal(["unsettled", ""], ReportFolder.Results(path).Figures.Select(f => f.Flag));

        var old = System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(path), ",\\s*\"flag\": \"[a-z]*\"", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(10));
        Assert.DoesNotContain("flag", old, StringComparison.Ordinal);
        File.WriteAllText(path, old);
        Assert.Equal(["", ""], ReportFolder.Results(path).Figures.Select(f => f.Flag));
    }

    [Fact]
    public void Json_uses_stable_snake_case_names()
    {
        var folder = full.Folder;
        using var json = JsonDocument.Parse(folder.Read("results.json"));

        Assert.Equal(
            ["format", "command", "started", "duration_seconds", "quick", "seed", "table", "environment", "versions", "warnings", "rows"],
            json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["source", "family", "prefixes", "next_hops", "sha256"],
            json.RootElement.GetProperty("table").EnumerateObject().Select(p => p.Name));
        Assert.Equal(Columns, json.RootElement.GetProperty("rows")[0].EnumerateObject().Select(p => p.Name));
        Assert.Equal(143.2175, json.RootElement.GetProperty("duration_seconds").GetDouble());
    }

    [Fact]
    public void Largest_seed_and_a_value_that_is_no_number_survive_json()
    {
        var run = new FabricatedRun().Build();
        run = run with { Seed = ulong.MaxValue, Figures = [run.Figures[0] with { Value = double.NaN }, run.Figures[1] with { Value = double.PositiveInfinity }] };
        using var folder = ReportFolder.Of(run);
        var back = ReportFolder.Results(folder.At("results.json"));

        Assert.Equal(ulong.MaxValue, back.Seed);
        Assert.Equal([double.NaN, double.PositiveInfinity], back.Figures.Select(f => f.Value));
        Assert.DoesNotContain("NaN", folder.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "not a results.json")]
    [InlineData("null", "null")]
    [InlineData("{}", "not a results.json")]
    [InlineData("[1]", "not a results.json")]
    public void Json_that_is_not_ours_is_refused_by_name(string content, string message)
    {
        using var folder = new ReportFolder();
        File.WriteAllText(folder.At("x.json"), content);

        var e = Assert.Throws<InvalidDataException>(() => ReportFolder.Results(folder.At("x.json")));
        Assert.Contains("x.json", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"format\": 1,", "\"format\": 2,", "format 2")]
    [InlineData("\"id\": 1,", "\"id\": 7,", "row 1 has id 7")]
    [InlineData("\"basis\": \"measured\"", "\"basis\": \"guessed\"", "not a results.json")]
    public void Json_of_another_format_or_with_rows_out_of_place_is_refused(string from, string to, string message)
    {
        var text = full.Folder.Read("results.json");
        Assert.Contains(from, text, StringComparison.Ordinal);
        using var folder = new ReportFolder();
        File.WriteAllText(folder.At("x.json"), text.Replace(from, to));

        var e = Assert.Throws<InvalidDataException>(() => ReportFolder.Results(folder.At("x.json")));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }
}
