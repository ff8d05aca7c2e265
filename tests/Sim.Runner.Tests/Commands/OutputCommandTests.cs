// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Sim.Figures;
using Sim.Figures.Results;
using Sim.Files;
using Sim.Runner.Tests.Reports;
using Sim.Testing;
using Xunit;

namespace Sim.Runner.Tests.Commands;

/// <summary>What the program does to the files, pipes and folders that a command line names.</summary>
public sealed partial class OutputCommandTests
{
    private const int Hangup = 1, Interrupt = 2, Terminate = 15;

    [Theory]
    [InlineData("-")]
    [InlineData("/dev/stdout")]
    public void Standard_output_gets_the_table_and_nothing_else(string name)
    {
        using var scratch = new Scratch();
        Assert.Equal(0, Program.Run("table", "generate", scratch["file"], "--prefixes", "300").Code);
        var ran = Program.Run("table", "generate", name, "--prefixes", "300");
        Assert.Equal((0, File.ReadAllText(scratch["file"])), (ran.Code, ran.Out));
        Assert.Contains("300 IPv4 prefixes", ran.Error);
    }

    [Fact]
    public void Standard_output_that_is_a_file_is_appended_to_where_the_shell_has_it()
    {
        using var scratch = new Scratch();
        var ran = Shell($"(echo before; \"$@\" table generate /dev/stdout --prefixes 300; echo after) > '{scratch["all"]}'");
        Assert.Equal(0, ran.Code);
        var lines = File.ReadAllLines(scratch["all"]);
        Assert.Equal(("before", "after", 302), (lines[0], lines[^1], lines.Length - lines.Count(line => line.StartsWith('#'))));
    }

    [Fact]
    public void A_reader_that_goes_ends_the_program_quietly()
    {
        var ran = Shell("\"$@\" table generate - --prefixes 300000 | head -n 1; echo ${PIPESTATUS[0]}");
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        Assert.EndsWith("\n141\n", ran.Out);
    }

    [Theory]
    [InlineData("no IPv6 prefix", "--family", "6")]
    [InlineData("no such file", "--table", "")]
    public void Where_there_is_nothing_to_write_a_good_file_is_left_alone(string message, string option, string value)
    {
        using var scratch = new Scratch();
        var (input, output) = (scratch.Write("in", "10.0.0.0/8\n"), scratch.Write("out", "good"));
        var ran = value.Length > 0
            ? Program.Run("table", "convert", input, output, option, value)
            : Program.Run("trace", "generate", output, option, scratch["absent"]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.Error);
        Assert.Equal("good", File.ReadAllText(output));
        Assert.Equal(2, Directory.GetFiles(scratch.Folder).Length);
    }

    [Theory]
    [InlineData("bench", "--quick")]
    [InlineData("scale", "--quick")]
    [InlineData("churn", "--generate-days", "1")]
    [InlineData("report", "RUN")]
    public void A_folder_that_another_run_writes_is_refused_at_the_start(params string[] words)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "flock(2)");
        using var scratch = new Scratch();
        using var taken = OutputFolder.Take(scratch["out"]);
        var ran = Program.Run([.. words.Select(word => word == "RUN" ? Results(scratch["run"]) : word), "--out", scratch["out"]]);
        Assert.Equal(2, ran.Code);
        Assert.Contains($"process {Environment.ProcessId} ", ran.Error);
        Assert.Single(ran.Error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData(Hangup)]
    [InlineData(Interrupt)]
    [InlineData(Terminate)]
    public async Task A_signal_ends_a_write_that_nobody_reads(int signal)
    {
        using var scratch = new Scratch();
        var fifo = SpecialFiles.Fifo(scratch["fifo"]);
        var cancel = TestContext.Current.CancellationToken;
        using var process = Program.StartInterruptible("trace", "generate", fifo, "--days", "365", "--bgp-peers", "2", "--table", Table(scratch));
        // The first byte says that it writes; nobody reads the rest, and the pipe is soon full.
        await using var reader = await Task.Run(() => File.OpenRead(fifo), cancel).WaitAsync(TimeSpan.FromMinutes(2), cancel);
        Assert.NotEqual(-1, reader.ReadByte());
        await EndsInterrupted(process, signal, cancel);
        Assert.Equal(["fifo", "table"], Directory.GetFiles(scratch.Folder).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(Hangup)]
    [InlineData(Terminate)]
    public async Task A_signal_leaves_no_half_a_file(int signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sends signals");
        using var scratch = new Scratch();
        var cancel = TestContext.Current.CancellationToken;
        var table = Table(scratch);
        var begun = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(scratch.Folder, "*.part") { NotifyFilter = NotifyFilters.FileName };
        watcher.Created += (_, _) => begun.TrySetResult();
        watcher.EnableRaisingEvents = true;
        using var process = Program.StartInterruptible("trace", "generate", scratch["year"], "--days", "365", "--bgp-peers", "2", "--table", table);
        await begun.Task.WaitAsync(TimeSpan.FromMinutes(2), cancel);
        await EndsInterrupted(process, signal, cancel);
        Assert.Equal(["table"], Directory.GetFiles(scratch.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public void An_error_is_one_line_whatever_is_in_a_name()
    {
        foreach (var words in (string[][])[["stat", "--table", "a\nb\u001b[31m"], ["bench", "--order", "a\nb"], ["table", "generate", "no\nfolder/x"]])
        {
            var ran = Program.Run(words);
            Assert.Equal((2, ""), (ran.Code, ran.Out));
            Assert.Matches("^Error: [^\\x00-\\x1f]*\n$", ran.Error);
        }
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Without_the_folders_permission_a_file_is_written_in_place_and_without_its_own_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "modes");
        using var scratch = new Scratch();
        Directory.CreateDirectory(scratch["shut"]);
        var (open, closed) = (scratch.Write("shut/open", "a longer content than the new one".PadRight(100_000)), scratch.Write("shut/closed", "good"));
        File.SetUnixFileMode(open, (UnixFileMode)0x1B6);
        File.SetUnixFileMode(closed, (UnixFileMode)0x124);
        const UnixFileMode shut = (UnixFileMode)0x16D;
        foreach (var folder in (string[])[scratch.Folder, scratch["shut"]])
            File.SetUnixFileMode(folder, shut);
        try
        {
            string[] generate = ["table", "generate", "--prefixes", "300"];
            var ran = AsNobody([.. generate, open]);
            Assert.True(ran.Code == 0, ran.Error);
            Assert.Equal(Program.Run([.. generate, "-"]).Out, File.ReadAllText(open));
            Assert.Equal((UnixFileMode)0x1B6, File.GetUnixFileMode(open));
            foreach (var name in (string[])[closed, scratch["shut/new"]])
            {
                var refused = AsNobody([.. generate, name]);
                Assert.Equal(2, refused.Code);
                Assert.Matches("^Error: .*may not be written[^\n]*\n$", refused.Error);
            }

            var report = AsNobody(["bench", "--quick", "--out", scratch["shut/report"]]);
            Assert.Equal(2, report.Code);
            Assert.Matches("^Error: .*may not be written[^\n]*\n$", report.Error);
        }
        finally
        {
            foreach (var folder in (string[])[scratch.Folder, scratch["shut"]])
                File.SetUnixFileMode(folder, shut | UnixFileMode.UserWrite);
        }

        Assert.Equal(["closed", "open"], Directory.GetFiles(scratch["shut"]).Select(Path.GetFileName).Order());
    }

    /// <summary>Runs the program as a user who is not root: root may write everything.</summary>
    private static Ran AsNobody(string[] args)
    {
        if (!Environment.IsPrivilegedProcess)
            return Program.Run(args);
        string[] nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/tmp", "DOTNET_CLI_HOME=/tmp"];
        Assert.SkipUnless(
            File.Exists("/usr/bin/setpriv") && Program.RunOther("setpriv", [.. nobody, "test", "-r", Program.Words[1]]).Code == 0,
            "needs setpriv(1), and a checkout that others may read");
        return Program.RunOther("setpriv", [.. nobody, .. Program.Words, .. args]);
    }

    private static async Task EndsInterrupted(System.Diagnostics.Process process, int signal, CancellationToken cancel)
    {
        var error = process.StandardError.ReadToEndAsync(cancel);
        Assert.Equal(0, Kill(process.Id, signal));
        await process.WaitForExitAsync(cancel).WaitAsync(TimeSpan.FromMinutes(1), cancel);
        Assert.Equal((130, "Interrupted.\n"), (process.ExitCode, await error));
    }

    private static Ran Shell(string script)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "asks bash");
        return Program.RunOther("/bin/bash", ["-c", script, "bash", .. Program.Words]);
    }

    private static string Table(Scratch scratch) =>
        scratch.Write("table", string.Concat(Enumerable.Range(0, 3000).Select(at => $"10.{at / 100}.{at % 100}.0/24\n")));

    private static string Results(string folder)
    {
        Directory.CreateDirectory(folder);
        ResultsJson.Write(Path.Combine(folder, "results.json"), new FabricatedRun().Build());
        return folder;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
