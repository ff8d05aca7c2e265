// SPDX-License-Identifier: MIT
using System.Text.RegularExpressions;
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Kernel;
using Sim.Reports;
using Sim.Reports.Runs;
using Sim.Runner.Commands;
using Sim.Runner.Tests.Reports;
using Sim.Runner.Tests.Reports.Runs;
using Xunit;

namespace Sim.Runner.Tests.Commands;

public sealed partial class ReportCommandTests
{
    [Theory]
    [InlineData("bench")]
    [InlineData("validate")]
    [InlineData("churn")]
    public void A_folder_rendered_again_is_byte_for_byte_what_the_run_wrote(string command)
    {
        using var scratch = new Scratch();
        switch (command)
        {
            case "bench":
                var table = scratch.Write("table.txt", string.Concat(Enumerable.Range(0, 400).Select(at => $"10.{at / 100}.{at % 100}.0/24\n")));
                Assert.Equal(0, Program.Run("bench", "--quick", "--table", table, "--out", scratch["run"]).Code);
                break;
            case "churn":
                Churn.ChurnCommandTests.RunSmall(scratch, scratch["run"]);
                break;
            default:
                ReportFolder.Write(new FabricatedValidation().Build(), scratch["run"]);
                break;
        }

        var ran = Program.Run("report", scratch["run"], "--out", scratch["again"]);
        Assert.True(ran.Code == 0, ran.Error);
        var names = Directory.EnumerateFiles(scratch["run"]).Select(p => Path.GetFileName(p)!).Order().ToList();
        Assert.Contains("index.html", names);
        Assert.Equal(names, Directory.EnumerateFiles(scratch["again"]).Select(p => Path.GetFileName(p)!).Order());
        Assert.All(names, name => Assert.Equal(
            File.ReadAllBytes(Path.Combine(scratch["run"], name)), File.ReadAllBytes(Path.Combine(scratch["again"], name))));
    }

    [Fact]
    public void Without_out_a_folder_is_rendered_in_its_place_from_its_json_alone()
    {
        using var scratch = new Scratch();
        ReportFolder.Write(new FabricatedRun().Build(), scratch["run"]);
        var page = File.ReadAllText(Path.Combine(scratch["run"], "index.html"));
        File.Delete(Path.Combine(scratch["run"], "index.html"));
        File.Delete(Path.Combine(scratch["run"], "plot-load.png"));
        Assert.Equal(0, Program.Run("report", Path.Combine(scratch["run"], "results.json")).Code);
        Assert.Equal(page, File.ReadAllText(Path.Combine(scratch["run"], "index.html")));
        Assert.True(File.Exists(Path.Combine(scratch["run"], "plot-load.png")));
    }

    [Fact]
    public void Runs_are_merged_and_compared_by_name()
    {
        using var scratch = new Scratch();
        var names = Write(scratch, RunsOf.Program(["b1", "b2", "b3", "b4"], 0.005, 1));
        var slower = RunsOf.Slower(f => f is { Experiment: "update", Structure: "fib", Operation: "move", Metric.Name: "time" }, 1.3);
        var after = Write(scratch, RunsOf.Program(["a1", "a2", "a3", "a4"], 0.005, 2, slower));
        var merged = Program.Run(["report", .. names, "--out", scratch["merged"]]);
        Assert.True(merged.Code == 0, merged.Error);
        Assert.Contains("4 runs merged", merged.Out);
        Assert.Equal(4, ReportFolder.Results(Path.Combine(scratch["merged"], "results.json")).Runs.Count);
        var compared = Program.Run(["report", "--before", .. names, "--after", .. after, "--out", scratch["compared"]]);
        Assert.True(compared.Code == 0, compared.Error);
        Assert.Contains("1 is slower", compared.Out);
        Assert.Contains("move a prefix to another peer", compared.Out);
        var two = Program.Run("report", "--compare", names[0], after[0], "--noise", "1", "--out", scratch["two"]);
        Assert.True(two.Code == 0, two.Error);
        Assert.Contains("single run", two.Out);
        Assert.Contains(",before,", File.ReadAllText(Path.Combine(scratch["two"], "results.csv")));
    }

    [Fact]
    public void Runs_of_other_commands_and_families_stand_side_by_side_each_as_its_own_page_would_show_them()
    {
        using var scratch = new Scratch();
        var four = new FabricatedRun().Build();
        var six = new FabricatedRun { Family = 6, MemoryRatio = 5.4, LookupRatio = (_, _) => 1.3 }.Build();
        var held = new FabricatedValidation().Build();
        var names = Write(scratch, [
            new("four", four),
            new("six", six with { Started = six.Started.AddDays(1), Table = six.Table with { Sha256 = new string('6', 64) } }),
            new("held", held with { Started = held.Started.AddDays(2), Table = four.Table, Versions = four.Versions }),
        ]);
        var ran = Program.Run(["report", .. names, "--out", scratch["all"]]);
        Assert.True(ran.Code == 0, ran.Error);
        var page = File.ReadAllText(Path.Combine(scratch["all"], "index.html"));
        foreach (var id in (string[])["part-1", "part-2", "part-3", "part-1-answer", "part-2-answer", "part-3-validation", "part-1-plot-lookup", "part-2-plot-lookup", "families", "part-1-why", "part-2-why", "rows"])
            Assert.Contains($" id=\"{id}\"", page);
        var ids = Id().Matches(page).Select(m => m.Groups["id"].Value).ToList();
        Assert.Equal(ids.Distinct().Order(), ids.Order());
        Assert.Empty(Link().Matches(page).Select(m => m.Groups["to"].Value).Distinct().Except(ids));
        Assert.All(FileLink().Matches(page).Select(m => m.Groups["to"].Value).Distinct(), file => Assert.True(File.Exists(Path.Combine(scratch["all"], file)), file));
        // The verdict on IPv4 is not mixed with rows of IPv6.
        using var alone = ReportFolder.Of(four);
        var headline = Headline().Match(alone.Html).Value;
        Assert.Contains(headline, page, StringComparison.Ordinal);
        // Both families' verdicts head the page, and neither part sends its reader for the other.
        using var other = ReportFolder.Of(six);
        Assert.Equal(2, page.Split(headline).Length - 1);
        Assert.Equal(2, page.Split(Headline().Match(other.Html).Value).Length - 1);
        Assert.True(File.Exists(Path.Combine(scratch["all"], "plot-families-parts.png")));
        Assert.DoesNotContain("bench --family 6</code>", page, StringComparison.Ordinal);
        var again = Program.Run("report", scratch["all"], "--out", scratch["again"]);
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(page, File.ReadAllText(Path.Combine(scratch["again"], "index.html")));
    }

    [Fact]
    public void Counted_rows_that_differ_end_with_exit_code_2_and_write_nothing()
    {
        using var scratch = new Scratch();
        var runs = RunsOf.Program(["one", "two"], 0.01, 1);
        runs[1] = runs[1].WithFigures(f => f.Metric.Name == "nodes" ? f with { Value = f.Value + 1 } : f);
        var ran = Program.Run(["report", .. Write(scratch, runs), "--out", scratch["out"]]);
        Assert.Equal(2, ran.Code);
        Assert.Contains("nodes", ran.Error);
        Assert.False(Directory.Exists(scratch["out"]));
    }

    [Theory]
    [InlineData("no such folder", "report", "GONE")]
    [InlineData("results.json: no such file", "report", "EMPTY")]
    [InlineData("not a results.json", "report", "TEXT")]
    [InlineData("line 3, byte", "report", "CUT")]
    [InlineData("format 7", "report", "OTHER")]
    [InlineData("row 2 has family 5", "report", "FAMILY")]
    [InlineData("row 2 is null", "report", "NULL")]
    [InlineData("$.rows[1].value", "report", "WORD")]
    [InlineData("duration", "report", "LONG")]
    [InlineData("needs a folder", "report")]
    [InlineData("two folders", "report", "--compare", "RUN")]
    [InlineData("go together", "report", "--before", "RUN")]
    [InlineData("not both", "report", "RUN", "--before", "RUN", "--after", "RUN")]
    [InlineData("are the same run", "report", "RUN", "RUN")]
    [InlineData("--noise takes", "report", "--compare", "RUN", "RUN", "--noise", "-1")]
    public void What_cannot_be_used_gets_a_message_that_names_it_and_exit_code_2(string message, params string[] args)
    {
        using var scratch = new Scratch();
        var run = new FabricatedRun().Build();
        ReportFolder.Write(run with { Figures = [.. run.Figures.Take(2)] }, scratch["run"]);
        var json = File.ReadAllText(Path.Combine(scratch["run"], "results.json"));
        string Folder(string content)
        {
            Directory.CreateDirectory(scratch["bad"]);
            return scratch.Write("bad/results.json", content).Replace("/results.json", "");
        }

        string[] words = [.. args.Select(word => word switch
        {
            "RUN" => scratch["run"],
            "GONE" => scratch["gone"],
            "EMPTY" => Directory.CreateDirectory(scratch["empty"]).FullName,
            "TEXT" => Folder("10.0.0.0/8\n"),
            "CUT" => Folder(string.Join('\n', json.Split('\n').Take(2)) + "\n \"started\": \"2026"),
            "OTHER" => Folder(json.Replace("\"format\": 1", "\"format\": 7")),
            "FAMILY" => Folder(Second(json, "\"family\": 4", "\"family\": 5")),
            "NULL" => Folder(json[..json.LastIndexOf("  {", StringComparison.Ordinal)] + "null]}"),
            "WORD" => Folder(json[..json.LastIndexOf("\"value\": ", StringComparison.Ordinal)] + "\"value\": \"many\"}]}"),
            "LONG" => Folder(Number().Replace(json, "\"duration_seconds\": 1e25")),
            _ => word,
        }), "--out", scratch["out"]];
        var ran = Program.Run(words);
        Assert.True(ran.Code == 2, ran.Error);
        Assert.Contains(message, ran.Error);
        Assert.False(Directory.Exists(scratch["out"]));
        if (Directory.Exists(scratch["bad"]))
            Assert.Contains(Path.Combine(scratch["bad"], "results.json"), ran.Error);
    }

    [Fact]
    public void A_merged_report_does_not_take_the_place_of_a_run_it_is_made_of()
    {
        using var scratch = new Scratch();
        var names = Write(scratch, RunsOf.Program(["one", "two"], 0.01, 1));
        var ran = Program.Run(["report", .. names, "--out", names[1] + "/."]);
        Assert.Equal(2, ran.Code);
        Assert.Contains("would be lost", ran.Error);
        Assert.Empty(ReportFolder.Results(Path.Combine(names[1], "results.json")).Runs);
    }

    [Theory]
    [InlineData("link")]
    [InlineData("inner/../two")]
    [InlineData("away/../two")]
    [InlineData("through")]
    [InlineData("hard")]
    public void A_run_is_not_replaced_by_what_is_made_of_it_by_whatever_way_the_folder_is_named(string output)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "makes links");
        using var scratch = new Scratch();
        var names = Write(scratch, RunsOf.Program(["one", "two"], 0.01, 1));
        Directory.CreateDirectory(scratch["inner"]);
        Directory.CreateSymbolicLink(scratch["link"], "two");
        Directory.CreateDirectory(scratch["elsewhere/deep"]);
        Directory.CreateSymbolicLink(scratch["elsewhere/two"], scratch["two"]);
        Directory.CreateSymbolicLink(scratch["away"], "elsewhere/deep");
        Directory.CreateDirectory(scratch["through"]);
        File.CreateSymbolicLink(scratch["through/results.json"], "../two/results.json");
        Directory.CreateDirectory(scratch["hard"]);
        Assert.Equal(0, Program.RunOther("ln", scratch["two/results.json"], scratch["hard/results.json"]).Code);
        var before = File.ReadAllBytes(scratch["two/results.json"]);
        var ran = Program.Run(["report", .. names, "--out", $"{scratch.Folder}/{output}"]);
        Assert.Equal(2, ran.Code);
        Assert.Contains("would be lost", ran.Error);
        Assert.Equal(before, File.ReadAllBytes(scratch["two/results.json"]));
    }

    private static string[] Write(Scratch scratch, IEnumerable<StoredRun> runs)
    {
        var names = new List<string>();
        foreach (var run in runs)
        {
            Directory.CreateDirectory(scratch[run.Name]);
            ResultsJson.Write(Path.Combine(scratch[run.Name], "results.json"), run.Result);
            names.Add(scratch[run.Name]);
        }

        return [.. names];
    }

    private static string Second(string text, string from, string to)
    {
        var at = text.LastIndexOf(from, StringComparison.Ordinal);
        return text[..at] + to + text[(at + from.Length)..];
    }

    [GeneratedRegex("(?<![a-z-])id=\"(?<id>[^\"]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex Id();

    [GeneratedRegex("href=\"#(?<to>[^\"]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex Link();

    [GeneratedRegex("href=\"(?<to>[^#\"][^\"]*)\"", RegexOptions.None, 10_000)]
    private static partial Regex FileLink();

    [GeneratedRegex("<p class=\"headline\">[^<]*</p>", RegexOptions.None, 10_000)]
    private static partial Regex Headline();

    [GeneratedRegex("\"duration_seconds\": [0-9.]+", RegexOptions.None, 10_000)]
    private static partial Regex Number();
}
