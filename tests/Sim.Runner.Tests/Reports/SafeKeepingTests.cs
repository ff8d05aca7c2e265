// SPDX-License-Identifier: MIT
using System.Runtime.Versioning;
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Files;
using Sim.Reports;
using Sim.Runner.Commands;
using Sim.Testing;
using Xunit;

namespace Sim.Runner.Tests.Reports;

public sealed class SafeKeepingTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("sim-keeping-").FullName;

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [Theory]
    [InlineData("index.html")]
    [InlineData("plot-load.png")]
    [InlineData("publish index.html")]
    [InlineData("move index.html")]
    public void Where_the_page_fails_the_results_are_in_the_folder_and_no_older_page_stands_beside_them(string step)
    {
        ReportFolder.Write(Small("older"), At("run"));
        using (var folder = OutputFolder.Take(At("run")))
        {
            var error = Assert.Throws<ReportException>(() => SafeKeeping.Write(Small("newer"), folder, FailAt(step, new InvalidOperationException("no ink")), []));
            Assert.True(error.IsDefect);
            Assert.Contains("no ink", error.Message, StringComparison.Ordinal);
            Assert.Contains(At("run"), error.Message, StringComparison.Ordinal);
        }

        AssertHolds("newer", At("run"));
        Assert.Equal(["results.csv", "results.json"], Directory.EnumerateFileSystemEntries(At("run")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Where_the_folder_has_become_a_file_the_results_are_in_the_next_place_that_can_be_written()
    {
        Directory.CreateDirectory(At("fallback"));
        File.WriteAllText(At("no-folder"), "");
        using var folder = OutputFolder.Take(At("run"));
        Directory.Delete(At("run"), recursive: true);
        File.WriteAllText(At("run"), "mine");
        var error = Assert.Throws<ReportException>(() => SafeKeeping.Write(Small("any"), folder, static _ => { }, [At("absent"), At("no-folder"), At("fallback")]));
        Assert.False(error.IsDefect);
        var kept = Directory.GetDirectories(At("fallback")).Single();
        Assert.Contains(kept, error.Message, StringComparison.Ordinal);
        AssertHolds("any", kept);
        Assert.Equal("mine", File.ReadAllText(At("run")));
    }

    [Fact]
    public void A_folder_that_was_removed_during_the_run_is_made_again()
    {
        using var folder = OutputFolder.Take(At("deep/run"));
        Directory.Delete(At("deep"), recursive: true);
        SafeKeeping.Write(Small("any"), folder, static _ => { }, []);
        AssertHolds("any", At("deep/run"));
        Assert.True(File.Exists(At("deep/run/index.html")));
    }

    [Fact]
    public void Where_nothing_can_be_written_the_error_says_so()
    {
        using var folder = OutputFolder.Take(At("run"));
        Directory.Delete(At("run"), recursive: true);
        File.WriteAllText(At("run"), "");
        var error = Assert.Throws<ReportException>(() => SafeKeeping.Write(Small("any"), folder, static _ => { }, []));
        Assert.Contains("lost", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_that_were_kept_can_be_rendered_later()
    {
        var run = Small("any");
        using (var folder = OutputFolder.Take(At("run")))
            Assert.Throws<ReportException>(() => SafeKeeping.Write(run, folder, FailAt("index.html", new IOException("full")), []));
        ReportFolder.Write(ReportFolder.Results(At("run/results.json")), At("again"));
        ReportFolder.Write(run, At("whole"));
        Assert.Equal(File.ReadAllText(At("whole/index.html")), File.ReadAllText(At("again/index.html")));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_report_goes_through_links_and_keeps_the_modes_of_the_files_it_replaces()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "modes");
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        ReportFolder.Write(Small("older"), At("run"));
        Directory.CreateDirectory(At("web"));
        foreach (var name in (string[])["index.html", "results.csv"])
        {
            File.Move(At("run/" + name), At("web/" + name));
            File.SetUnixFileMode(At("web/" + name), mode);
            File.CreateSymbolicLink(At("run/" + name), "../web/" + name);
        }

        Directory.CreateSymbolicLink(At("latest"), "run");
        ReportFolder.Write(Small("newer"), At("latest"));
        Assert.Equal("run", new FileInfo(At("latest")).LinkTarget);
        foreach (var name in (string[])["index.html", "results.csv"])
        {
            Assert.Equal("../web/" + name, new FileInfo(At("run/" + name)).LinkTarget);
            Assert.Equal(mode, File.GetUnixFileMode(At("web/" + name)));
        }

        Assert.Contains("newer", File.ReadAllText(At("web/index.html")), StringComparison.Ordinal);
        AssertHolds("newer", At("run"));
    }

    [Theory]
    [InlineData("index.html", "fallback")]
    [InlineData("results.csv", "fallback")]
    [InlineData("results.json", "fallback")]
    [InlineData("plot-load.png", "run")]
    public async Task Where_a_fifo_has_turned_up_nothing_waits_for_its_reader_and_the_results_are_kept(string name, string place)
    {
        Directory.CreateDirectory(At("fallback"));
        using var folder = ReportWriter.Prepare(At("run"));
        var fifo = SpecialFiles.Fifo(At("run/" + name));
        var writing = Task.Run(() => SafeKeeping.Write(Small("any"), folder, static _ => { }, [At("fallback")]), TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<ReportException>(() => writing.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        Assert.False(error.IsDefect);
        Assert.Contains($"{name} is no regular file", error.Message, StringComparison.Ordinal);
        AssertHolds("any", place == "run" ? At("run") : Directory.GetDirectories(At("fallback")).Single());
        Assert.Equal(PathKind.Device, FileStatus.Of(fifo)!.Kind);
        Assert.False(File.Exists(At("run/index.html")) && name != "index.html");
    }

    [Theory]
    [InlineData("fifo", "index.html")]
    [InlineData("fifo", "results.csv")]
    [InlineData("fifo", "results.json")]
    [InlineData("fifo", "plot-load.png")]
    [InlineData("fifo", "plot-load-part2.svg")]
    [InlineData("folder", "results.csv")]
    [InlineData("link to fifo", "results.csv")]
    [InlineData("link to descriptor", "index.html")]
    public void A_name_of_the_report_that_is_no_regular_file_is_refused_at_the_start(string kind, string name)
    {
        Directory.CreateDirectory(At("run"));
        if (kind == "folder")
            Directory.CreateDirectory(At("run/" + name));
        else if (kind == "fifo")
            SpecialFiles.Fifo(At("run/" + name));
        else
            File.CreateSymbolicLink(At("run/" + name), kind == "link to fifo" ? SpecialFiles.Fifo(At("fifo")) : "/dev/stderr");
        var error = Assert.Throws<UnusableOutputException>(() => ReportWriter.Prepare(At("run")));
        Assert.Contains($"{At("run/" + name)} is no regular file", error.Message, StringComparison.Ordinal);
        Assert.Equal([At("run/" + name)], Directory.EnumerateFileSystemEntries(At("run")));
    }

    [Theory]
    [InlineData("notes")]
    [InlineData("plot-mine.png")]
    public void What_is_no_name_of_a_report_may_be_a_fifo(string name)
    {
        Directory.CreateDirectory(At("run"));
        var fifo = SpecialFiles.Fifo(At("run/" + name));
        ReportFolder.Write(Small("any"), At("run"));
        Assert.Equal(PathKind.Device, FileStatus.Of(fifo)!.Kind);
    }

    [Fact]
    public void A_run_whose_folder_was_renamed_keeps_its_results_and_the_run_that_has_the_name_its_own()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "flock(2)");
        Directory.CreateDirectory(At("fallback"));
        using var first = ReportWriter.Prepare(At("run"));
        Directory.Move(At("run"), At("renamed"));
        using (var second = ReportWriter.Prepare(At("run")))
            SafeKeeping.Write(Small("second"), second, static _ => { }, []);
        var theirs = Directory.GetFiles(At("run"));
        var error = Assert.Throws<ReportException>(() => SafeKeeping.Write(Small("first"), first, static _ => { }, [At("fallback")]));
        AssertHolds("first", Directory.GetDirectories(At("fallback")).Single());
        Assert.Contains(At("fallback"), error.Message, StringComparison.Ordinal);
        AssertHolds("second", At("run"));
        Assert.Equal(theirs, Directory.GetFiles(At("run")));
    }

    [Fact]
    public void A_folder_that_is_renamed_while_the_page_is_made_loses_nothing_either()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "flock(2)");
        Directory.CreateDirectory(At("fallback"));
        using var first = ReportWriter.Prepare(At("run"));
        OutputFolder? second = null;
        void Rename(string step)
        {
            if (step != "index.html")
                return;
            Directory.Move(At("run"), At("renamed"));
            second = ReportWriter.Prepare(At("run"));
        }

        Assert.Throws<ReportException>(() => SafeKeeping.Write(Small("first"), first, Rename, [At("fallback")]));
        using (second)
            AssertHolds("first", Directory.GetDirectories(At("fallback")).Single());
        Assert.False(Directory.Exists(At("run")));
    }

    [Fact]
    public void All_names_of_the_page_show_the_newer_report()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "makes a hard link with ln(1)");
        ReportFolder.Write(Small("older"), At("run"));
        foreach (var name in (string[])["index.html", "plot-load.png"])
            Assert.Equal(0, Commands.Program.RunOther("ln", At("run/" + name), At(name)).Code);
        ReportFolder.Write(Small("newer"), At("run"));
        Assert.Contains("newer", File.ReadAllText(At("index.html")), StringComparison.Ordinal);
        foreach (var name in (string[])["index.html", "plot-load.png"])
            Assert.True(FileStatus.Of(At(name))!.IsSameFile(FileStatus.Of(At("run/" + name))));
    }

    private static void AssertHolds(string source, string folder)
    {
        Assert.Equal(source, ReportFolder.Results(Path.Combine(folder, "results.json")).Table.Source);
        Assert.NotEmpty(File.ReadAllLines(Path.Combine(folder, "results.csv")));
    }

    private static RunResult Small(string source)
    {
        var run = new FabricatedRun { Source = source }.Build();
        return run with { Figures = [.. run.Figures.Where(f => f.Experiment is "load")] };
    }

    private static Action<string> FailAt(string step, Exception error) => reached =>
    {
        if (reached == step)
            throw error;
    };

    private string At(string name) => Path.Combine(_scratch, name);
}
