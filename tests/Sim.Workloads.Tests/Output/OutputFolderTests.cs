// SPDX-License-Identifier: MIT
using Sim.Files;
using Xunit;

namespace Sim.Workloads.Tests.Output;

public sealed class OutputFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sim-output-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_that_is_taken_is_refused_by_whatever_name_and_the_holder_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "flock(2)");
        using var one = OutputFolder.Take(At("run"));
        Directory.CreateSymbolicLink(At("link"), At("run"));
        foreach (var name in (string[])[At("run"), At("run/"), At("run/../run"), At("link")])
        {
            var error = Assert.Throws<UnusableOutputException>(() => OutputFolder.Take(name));
            Assert.Contains($"process {Environment.ProcessId} ", error.Message, StringComparison.Ordinal);
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_folder_can_be_taken_again_when_its_run_is_over()
    {
        for (var i = 0; i < 3; i++)
        {
            using var folder = OutputFolder.Take(At("run"));
            File.WriteAllText(Path.Combine(folder.RealName, "results"), "");
        }

        Assert.Equal([At("run/results")], Directory.EnumerateFileSystemEntries(At("run")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1\n")]
    [InlineData("rubbish")]
    public void A_lock_that_a_killed_run_left_behind_stops_nobody(string content)
    {
        Directory.CreateDirectory(At("run"));
        File.WriteAllText(At("run/" + OutputFolder.LockName), content);
        using (OutputFolder.Take(At("run")))
            Assert.NotEmpty(Directory.GetFiles(At("run")));
        Assert.Empty(Directory.GetFiles(At("run")));
    }

    [Fact]
    public void Folders_that_a_run_made_for_nothing_are_gone_and_others_stay()
    {
        Directory.CreateDirectory(At("there"));
        OutputFolder.Take(At("there")).Dispose();
        OutputFolder.Take(At("there/new/run")).Dispose();
        Assert.Equal([At("there")], Directory.GetFileSystemEntries(_folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/run")]
    [InlineData("link")]
    public void A_file_in_the_place_of_a_folder_is_refused_and_stays(string name)
    {
        File.WriteAllText(At("file"), "mine");
        File.CreateSymbolicLink(At("link"), "file");
        Assert.Contains("is a file", Assert.Throws<UnusableOutputException>(() => OutputFolder.Take(At(name))).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(At("file")));
    }

    [Fact]
    public void A_link_to_a_folder_that_is_not_there_makes_it_there()
    {
        Directory.CreateSymbolicLink(At("link"), "elsewhere/run");
        using var folder = OutputFolder.Take(At("link"));
        Assert.True(Directory.Exists(At("elsewhere/run")));
        Assert.Equal("elsewhere/run", new FileInfo(At("link")).LinkTarget);
    }

    [Fact]
    public void A_folder_that_was_renamed_is_not_the_one_that_another_run_has_made_under_its_name()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "flock(2)");
        using var other = Replaced(out var one);
        Assert.Contains("moved or replaced", Assert.Throws<UnusableOutputException>(one.Confirm).Message, StringComparison.Ordinal);
        one.Dispose();
        other.Confirm();
        Assert.Throws<UnusableOutputException>(() => OutputFolder.Take(At("run")));
    }

    [Fact]
    public void A_folder_that_another_run_has_made_and_left_is_not_the_renamed_one_either()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "flock(2)");
        using (Replaced(out var one))
        {
            File.WriteAllText(At("run/results"), "theirs");
            using (one)
                Assert.Throws<UnusableOutputException>(one.Confirm);
        }

        Assert.Equal("theirs", File.ReadAllText(At("run/results")));
        Assert.True(Directory.Exists(At("renamed")));
    }

    [Fact]
    public void A_folder_that_is_gone_is_made_and_taken_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "flock(2)");
        using var folder = OutputFolder.Take(At("deep/run"));
        folder.Confirm();
        Directory.Delete(At("deep"), recursive: true);
        folder.Confirm();
        Assert.Throws<UnusableOutputException>(() => OutputFolder.Take(At("deep/run")));
    }

    /// <summary>Takes a folder, renames it, and takes a new one of its name as another run does.</summary>
    private OutputFolder Replaced(out OutputFolder renamed)
    {
        renamed = OutputFolder.Take(At("run"));
        Directory.Move(At("run"), At("renamed"));
        return OutputFolder.Take(At("run"));
    }

    private string At(string name) => Path.Combine(_folder, name);
}
