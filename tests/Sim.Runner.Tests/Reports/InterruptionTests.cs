// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Files;
using Sim.Reports;
using Sim.Runner.Commands;
using Xunit;

namespace Sim.Runner.Tests.Reports;

public sealed class InterruptionTests
{
    private static readonly string s_partial = $"{ReportWriter.PartialPrefix}{Guid.NewGuid():N}";

    private sealed class Interrupted : Exception;

    [Fact]
    public void An_interrupted_write_leaves_the_older_report_whole_until_all_of_the_new_one_is_there()
    {
        using var folder = ReportFolder.Of(Small("older"));
        var newer = Small("newer");
        var before = folder.Files.ToDictionary(n => n, n => File.ReadAllBytes(folder.At(n)));
        foreach (var step in StepsOf(newer).TakeWhile(s => !s.StartsWith("publish", StringComparison.Ordinal)))
        {
            Assert.Throws<Interrupted>(() => ReportFolder.Write(newer, folder.Path, StopAt(step)));

            Assert.Equal(before.Keys.Order(), folder.Files);
            Assert.All(before, pair => Assert.Equal(pair.Value, File.ReadAllBytes(folder.At(pair.Key))));
        }
    }

    [Fact]
    public void A_folder_that_has_the_page_has_the_whole_report_wherever_moving_stops()
    {
        var newer = Small("newer");
        foreach (var step in StepsOf(newer).SkipWhile(s => !s.StartsWith("publish", StringComparison.Ordinal)).Skip(1))
        {
            using var folder = ReportFolder.Of(Small("older"));
            Assert.Throws<Interrupted>(() => ReportFolder.Write(newer, folder.Path, StopAt(step)));

            Assert.DoesNotContain("index.html", folder.Files);
        }
    }

    [Fact]
    public void A_first_write_that_is_interrupted_leaves_nothing()
    {
        using var folder = new ReportFolder();
        Assert.Throws<Interrupted>(() => ReportFolder.Write(Small("any"), folder.Path, StopAt("index.html")));

        Assert.Empty(folder.Files);
    }

    [Fact]
    public void What_a_killed_run_left_behind_is_cleared_by_the_next()
    {
        using var folder = new ReportFolder();
        Directory.CreateDirectory(folder.At(s_partial));
        File.WriteAllText(Path.Combine(folder.At(s_partial), "plot-junk.png"), "x");
        ReportFolder.Write(Small("any"), folder.Path);

        Assert.DoesNotContain(folder.Files, n => n.Contains("junk", StringComparison.Ordinal) || n.StartsWith('.'));
    }

    [Theory]
    [InlineData(".report-partial")]
    [InlineData(".report-partial-mine")]
    public void A_folder_of_somebody_else_whose_name_is_like_that_of_a_half_made_report_stays(string name)
    {
        using var folder = new ReportFolder();
        Directory.CreateDirectory(folder.At(name));
        File.WriteAllText(Path.Combine(folder.At(name), "notes.txt"), "mine");
        ReportFolder.Write(Small("any"), folder.Path);

        Assert.Equal("mine", folder.Read(Path.Combine(name, "notes.txt")));
    }

    [Fact]
    public void A_newer_report_replaces_the_older_one_and_leaves_other_files_alone()
    {
        using var folder = ReportFolder.Of(Small("older"));
        File.WriteAllText(folder.At("notes.txt"), "mine");
        var newer = Small("newer");
        ReportFolder.Write(newer with { Figures = [.. newer.Figures.Where(f => f.Experiment == "load")] }, folder.Path);

        Assert.Equal("mine", folder.Read("notes.txt"));
        Assert.DoesNotContain("older", folder.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("plot-touch.png", folder.Files);
        Assert.Contains("plot-load.png", folder.Files);
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_named_in_the_error()
    {
        using var folder = new ReportFolder();
        File.WriteAllText(folder.At("taken"), "x");

        var e = Assert.Throws<UnusableOutputException>(() => ReportWriter.Prepare(folder.At("taken")));
        Assert.Contains("taken", e.Message, StringComparison.Ordinal);
        Assert.Equal("x", folder.Read("taken"));
    }

    [Fact]
    public void Preparing_leaves_an_existing_report_as_it_is()
    {
        using var folder = ReportFolder.Of(Small("any"));
        var before = folder.Files;
        ReportWriter.Prepare(folder.Path).Dispose();

        Assert.Equal(before, folder.Files);
    }

    /// <summary>A run with two plots: what is tested here is the order of files, not their number.</summary>
    private static RunResult Small(string source)
    {
        var run = new FabricatedRun { Source = source }.Build();
        return run with { Figures = [.. run.Figures.Where(f => f.Experiment is "load" or "touch")] };
    }

    private static Action<string> StopAt(string step) => reached =>
    {
        if (reached == step)
            throw new Interrupted();
    };

    private static List<string> StepsOf(RunResult run)
    {
        using var folder = new ReportFolder();
        var steps = new List<string>();
        ReportFolder.Write(run, folder.Path, steps.Add);
        Assert.True(steps.Count > 10);
        return steps;
    }
}
