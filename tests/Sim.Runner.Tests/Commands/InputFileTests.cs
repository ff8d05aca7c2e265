// SPDX-License-Identifier: MIT
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Sim.Figures;
using Sim.Files;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads;
using Sim.Workloads.Files;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Commands;

public sealed partial class InputFileTests
{
    private const string List = "10.0.0.0/8 192.0.2.1 AS64500\n2001:db8::/32 2001:db8::1\n198.51.100.0/24\n2001:db8:1::/48\n";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_fifo_is_read_once_for_each_family_like_the_file_itself()
    {
        using var scratch = new Scratch();
        var content = Gzip(List);
        File.WriteAllBytes(scratch["list.gz"], content);
        var expected = Load(scratch["list.gz"], [Family.IPv4, Family.IPv6]);
        var loaded = Load(Fifo.Feed(scratch["fifo"], content), [Family.IPv4, Family.IPv6]);
        Assert.Equal(2, loaded.Count);
        foreach (var (one, other) in expected.Zip(loaded))
        {
            Assert.Equal(2, one.Table.Routes.Length);
            Assert.Equal(one.Table.Digest, other.Table.Digest);
            Assert.Equal(0, other.Damage.Count);
        }

        var single = Load(Fifo.Feed(scratch["single"], content), [Family.IPv6]);
        Assert.Equal(expected[1].Table.Digest, single[0].Table.Digest);
    }

    [Fact]
    public void A_trace_from_a_fifo_can_be_opened_as_often_as_a_file()
    {
        using var scratch = new Scratch();
        byte[] records = [.. Enumerable.Range(0, 50_000).SelectMany(i => (byte[])[0, 0, 0, (byte)i, 0, 16, 0, 4, 0, 0, 0, 0])];
        var trace = TraceFiles.Open([new FileInfo(Fifo.Feed(scratch["fifo"], records))], "--updates", again: true, new NoProgress(), TestContext.Current.CancellationToken);
        for (var reading = 0; reading < 3; reading++)
        {
            using var content = trace[0].Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            Assert.Equal(records, copy.ToArray());
        }
    }

    [Fact]
    public async Task Opening_a_fifo_that_nobody_writes_to_ends_when_it_is_cancelled()
    {
        using var scratch = new Scratch();
        using var cancel = new CancellationTokenSource();
        var fifo = Fifo.Make(scratch["fifo"]);
        var opening = Task.Run(() => Input(fifo, cancel.Token).Open(), TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(s_patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Reading_a_fifo_whose_writer_is_silent_ends_when_it_is_cancelled()
    {
        using var scratch = new Scratch();
        using var cancel = new CancellationTokenSource();
        var fifo = Fifo.Make(scratch["fifo"]);
        var reading = Task.Run(
            () =>
            {
                using var stream = Input(fifo, cancel.Token).Open();
                stream.CopyTo(Stream.Null);
            },
            TestContext.Current.CancellationToken);
        using var writer = Fifo.Writer(fifo);
        writer.Write("10.0.0.0/8\n"u8);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(s_patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_temporary_file_has_no_name_that_could_be_left_behind()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "an open file keeps its name there, and loses it when it is closed");
        var what = $"unnamed-{Guid.NewGuid():N}";
        using var file = TemporaryFile.Open(what);
        file.Write("kept"u8);
        file.Position = 0;
        Assert.Equal('k', file.ReadByte());
        Assert.Empty(Directory.EnumerateFiles(Path.GetTempPath(), $"{what}*"));
    }

    [Theory]
    [InlineData("-")]
    [InlineData("/dev/stdin")]
    [InlineData("/dev/fd/0")]
    public void Standard_input_has_the_counts_of_the_file(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "has /dev/stdin");
        using var scratch = new Scratch();
        var expected = JsonNode.Parse(Program.Run("table", "info", scratch.Write("list", List), "--json").Out)!;
        var ran = Program.RunWith(List, "table", "info", name, "--json");
        Assert.Equal(("", 0), (ran.Error, ran.Code));
        var info = JsonNode.Parse(ran.Out)!;
        Assert.Equal(name, info["file"]!.GetValue<string>());
        Assert.Equal((2, 2), (info["prefixes"]!["ipv4"]!.GetValue<int>(), info["prefixes"]!["ipv6"]!.GetValue<int>()));
        expected["file"] = name;
        Assert.Equal(expected.ToJsonString(), info.ToJsonString());
    }

    [Fact]
    public void Standard_input_cannot_be_two_inputs_at_once()
    {
        var ran = Program.RunWith(List, "lookup", "--table", "-");
        Assert.Equal((2, ""), (ran.Code, ran.Out));
        Assert.Contains("standard input (-) can be one input only", ran.Error);
    }

    [Fact]
    public void Operations_and_a_table_may_both_be_fifos()
    {
        using var scratch = new Scratch();
        var ran = Program.Run(
            "stat", "--table", Fifo.Feed(scratch["table"], Gzip(List)), "--ops", Fifo.Feed(scratch["ops"], "+ 10.9.0.0/16\n"u8.ToArray()), "--json");
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        Assert.Equal(2, JsonNode.Parse(ran.Out)!["table"]!["prefixes"]!.GetValue<int>());
    }

    [Fact]
    public void A_report_is_not_made_of_a_pipe_and_says_so()
    {
        using var scratch = new Scratch();
        var ran = Program.Run("report", Fifo.Feed(scratch["results"], "{}"u8.ToArray()), "--out", scratch["out"]);
        Assert.Equal(2, ran.Code);
        Assert.Contains("is a pipe", ran.Error);
        Assert.False(Directory.Exists(scratch["out"]));
    }

    [Theory]
    [InlineData("table", "info")]
    [InlineData("trace", "info")]
    [InlineData("stat", "--table")]
    [InlineData("churn", "--updates")]
    public async Task A_signal_ends_a_command_that_waits_for_a_pipe(string command, string option)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sends SIGTERM with kill(2), and starts with env of GNU coreutils");
        using var scratch = new Scratch();
        var cancel = TestContext.Current.CancellationToken;
        using var process = Program.StartInterruptible(command, option, Fifo.Make(scratch["fifo"]));
        var error = process.StandardError.ReadToEndAsync(cancel);
        // The writer's end opens when the command has opened its own: by then it listens to signals.
        using var writer = await Task.Run(() => Fifo.Writer(scratch["fifo"]), cancel).WaitAsync(s_patience, cancel);
        Assert.Equal(0, Kill(process.Id, 15));
        await process.WaitForExitAsync(cancel).WaitAsync(s_patience, cancel);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("Interrupted", await error);
        Assert.Equal([scratch["fifo"]], Directory.EnumerateFileSystemEntries(scratch.Folder));
    }

    [Fact]
    public void A_container_that_is_not_read_ends_with_code_2_and_the_command_that_reads_it()
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch["table.zip"], [0x50, 0x4B, 3, 4, 20, 0, 0, 0, .. new byte[100]]);
        foreach (var args in (string[][])[["table", "info", scratch["table.zip"]], ["stat", "--table", scratch["table.zip"]], ["trace", "info", scratch["table.zip"]]])
        {
            var ran = Program.Run(args);
            Assert.Equal((2, ""), (ran.Code, ran.Out));
            Assert.Contains($"unzip -p {scratch["table.zip"]} | ... -", ran.Error);
            Assert.DoesNotContain("damaged", ran.Error, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData(0x1F)]
    [InlineData(0x42)]
    [InlineData(0xFD)]
    [InlineData(0x28)]
    [InlineData(0x50)]
    [InlineData(0x0A)]
    [InlineData(0x31)]
    [InlineData(0xFF)]
    public void A_file_of_one_byte_is_never_a_table(int value)
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch["one"], [(byte)value]);
        try
        {
            var loaded = Load(scratch["one"], [Family.IPv4, Family.IPv6]);
            Assert.All(loaded, one => Assert.Empty(one.Table.Routes));
            Assert.True(value == 0x0A || loaded[0].Damage.Count > 0);
        }
        catch (UserException refused)
        {
            Assert.Contains("one", refused.Message);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(12_288)]
    public void A_file_of_zeros_is_no_table_compressed_or_not(int length)
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch["zeros"], new byte[length]);
        File.WriteAllBytes(scratch["zeros.gz"], Gzip(new string('\0', length)));
        foreach (var name in (string[])["zeros", "zeros.gz"])
            Assert.Contains("zero bytes", Assert.Throws<UserException>(() => Load(scratch[name], [Family.IPv4])).Message);
    }

    [Fact]
    public void The_lines_before_the_cut_of_a_compressed_list_are_kept()
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch["cut.gz"], Gzip("10.0.0.0/8\n192.0.2.0/24 192.0.2.1 65001\n")[..^12]);
        var kept = Load(scratch["cut.gz"], [Family.IPv4])[0];
        Assert.Contains(Prefix.Parse("10.0.0.0/8"), kept.Table.Routes.Select(route => route.Prefix));
        Assert.Contains("the deflate data is cut off", kept.Damage.First[^1].What);
    }

    private static List<LoadedTable> Load(string path, Family[] families) =>
        TableInput.Load(new FileInfo(path), families, BestPathRule.Default, new NoProgress(), TestContext.Current.CancellationToken);

    private static InputFile Input(string path, CancellationToken cancel) => new(new FileInfo(path), again: false, new NoProgress(), cancel);

    private static byte[] Gzip(string text)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(Encoding.Latin1.GetBytes(text));
        return target.ToArray();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
