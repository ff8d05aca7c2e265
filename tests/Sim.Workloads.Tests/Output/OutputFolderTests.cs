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

    private string At(string name) => Path.Combine(_folder, name);
}
