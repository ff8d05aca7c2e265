// SPDX-License-Identifier: MIT
using System.Runtime.Versioning;
using System.Text;
using Sim.Files;
using Sim.Testing;
using Xunit;

namespace Sim.Workloads.Tests.Output;

public sealed class OutputFileTests : IDisposable
{
    private const UnixFileMode Odd = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly string _folder = Directory.CreateTempSubdirectory("sim-output-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_new_file_has_its_content_and_nothing_is_left_beside_it()
    {
        Assert.Equal(3, Write(At("new"), "abc"));
        Assert.Equal("abc", File.ReadAllText(At("new")));
        Assert.Equal(["new"], Names());
    }

    [Fact]
    public void A_file_that_is_there_is_whole_until_the_new_one_is_complete()
    {
        File.WriteAllText(At("old"), "good");
        using (var file = new OutputFile(At("old")))
        {
            file.Stream.Write("half"u8);
            file.Stream.Flush();
            Assert.Equal("good", File.ReadAllText(At("old")));
        }

        Assert.Equal("good", File.ReadAllText(At("old")));
        Assert.Equal(["old"], Names());
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_file_keeps_its_mode_and_grows_where_nobody_else_may_read_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "modes");
        File.WriteAllText(At("old"), "good");
        File.SetUnixFileMode(At("old"), Odd);
        using (var file = new OutputFile(At("old")))
        {
            var growing = Directory.GetFiles(_folder, ".sim-*.part").Single();
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(growing) & ~Odd);
            file.Stream.Write("new"u8);
            file.Complete();
        }

        Assert.Equal("new", File.ReadAllText(At("old")));
        Assert.Equal(Odd, File.GetUnixFileMode(At("old")));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("missing")]
    public void A_link_stays_a_link_and_what_it_leads_to_is_written(string target)
    {
        Directory.CreateDirectory(At("deep"));
        File.WriteAllText(At("deep/file"), "good");
        File.CreateSymbolicLink(At("deep/second"), target);
        File.CreateSymbolicLink(At("first"), At("deep/second"));
        Write(At("first"), "new");
        Assert.Equal(At("deep/second"), new FileInfo(At("first")).LinkTarget);
        Assert.Equal(target, new FileInfo(At("deep/second")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(At("deep/" + target)));
        Assert.Equal(["deep", "first"], Names());
    }

    [Fact]
    public void A_folder_of_a_path_is_found_as_the_kernel_finds_it()
    {
        Directory.CreateDirectory(At("there/inner"));
        Directory.CreateSymbolicLink(At("link"), At("there/inner"));
        Write(At("link/../file"), "new");
        Assert.Equal("new", File.ReadAllText(At("there/file")));
        Assert.False(File.Exists(At("file")));
    }

    [Fact]
    public void A_loop_of_links_is_refused()
    {
        File.CreateSymbolicLink(At("one"), "two");
        File.CreateSymbolicLink(At("two"), "one");
        Assert.Contains("loop", Refused(At("one")), StringComparison.Ordinal);
    }

    [Fact]
    public void All_names_of_a_file_show_what_was_written_under_one_of_them()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "makes a hard link with ln(1)");
        File.WriteAllText(At("one"), "a longer content than the new one");
        using (var ln = System.Diagnostics.Process.Start("ln", [At("one"), At("two")]))
            ln.WaitForExit();
        Write(At("one"), "new");
        Assert.Equal(("new", "new"), (File.ReadAllText(At("one")), File.ReadAllText(At("two"))));
        Assert.True(FileStatus.Of(At("one"))!.IsSameFile(FileStatus.Of(At("two"))));
        Assert.Equal(["one", "two"], Names());
    }

    [Fact]
    public async Task A_fifo_gets_the_bytes_and_stays_a_fifo()
    {
        var fifo = SpecialFiles.Fifo(At("fifo"));
        var cancel = TestContext.Current.CancellationToken;
        var read = Task.Run(() => File.ReadAllText(fifo), cancel);
        var content = new string('x', 3 << 20);
        Assert.Equal(content.Length, Write(fifo, content));
        Assert.Equal(content, await read);
        Assert.Equal(PathKind.Device, FileStatus.Of(fifo)!.Kind);
        Assert.Equal(["fifo"], Names());
    }

    [Fact]
    public async Task A_fifo_that_gets_no_byte_ends_for_its_reader()
    {
        var fifo = SpecialFiles.Fifo(At("fifo"));
        var read = Task.Run(() => File.ReadAllText(fifo), TestContext.Current.CancellationToken);
        Write(fifo, "");
        Assert.Equal("", await read);
    }

    [Fact]
    public void Waiting_for_the_reader_of_a_fifo_ends_with_a_cancellation()
    {
        var fifo = SpecialFiles.Fifo(At("fifo"));
        using var cancel = new CancellationTokenSource();
        using var file = new OutputFile(fifo, cancel.Token);
        file.Stream.Write("abc"u8);
        cancel.CancelAfter(TimeSpan.FromMilliseconds(20));
        Assert.ThrowsAny<OperationCanceledException>(file.Complete);
        // Lets the thread that opens the FIFO go.
        using (File.OpenRead(fifo))
        {
        }
    }

    [Fact]
    public async Task A_reader_that_goes_is_no_failure_of_the_file()
    {
        var fifo = SpecialFiles.Fifo(At("fifo"));
        var gone = Task.Run(() => File.OpenRead(fifo).Dispose(), TestContext.Current.CancellationToken);
        using var file = new OutputFile(fifo, TestContext.Current.CancellationToken);
        var content = new byte[4 << 20];
        Assert.Throws<ReaderGoneException>(() =>
        {
            file.Stream.Write(content);
            gone.GetAwaiter().GetResult();
            file.Stream.Write(content);
        });
        await gone;
    }

    [Fact]
    public void A_device_is_written_into_and_stays_a_device()
    {
        var device = SpecialFiles.Device(At("null"), 3);
        Assert.Equal(3, Write(device, "abc"));
        Assert.Equal(PathKind.Device, FileStatus.Of(device)!.Kind);
        Assert.Equal(["null"], Names());
    }

    [Fact]
    public void A_full_device_is_an_error_that_names_it()
    {
        var device = SpecialFiles.Device(At("full"), 7);
        var error = Assert.ThrowsAny<IOException>(() => Write(device, "abc"));
        Assert.Contains(device, error.Message, StringComparison.Ordinal);
        Assert.Equal(PathKind.Device, FileStatus.Of(device)!.Kind);
    }

    [Theory]
    [InlineData("name.part")]
    [InlineData("name.tmp")]
    [InlineData(".sim-0.part")]
    public void What_others_have_put_beside_the_file_is_left_alone(string name)
    {
        File.WriteAllText(At(name), "mine");
        Write(At("name"), "new");
        Assert.Equal("mine", File.ReadAllText(At(name)));
        Assert.Equal(new[] { "name", name }.Order(StringComparer.Ordinal), Names());
    }

    [Fact]
    public void A_name_as_long_as_names_may_be_can_be_written()
    {
        var name = new string('n', 255);
        Write(At(name), "new");
        Assert.Equal("new", File.ReadAllText(At(name)));
    }

    [Theory]
    [InlineData("", "is a folder")]
    [InlineData("absent/", "is a folder")]
    [InlineData("absent/file", "there is no folder")]
    [InlineData("taken/file", "there is no folder")]
    public void What_is_no_place_for_a_file_is_refused_before_anything_is_written(string name, string message)
    {
        File.WriteAllText(At("taken"), "mine");
        Assert.Contains(message, Refused(At(name)), StringComparison.Ordinal);
        Assert.Equal(["taken"], Names());
        Assert.Equal("mine", File.ReadAllText(At("taken")));
    }

    private static string Refused(string path) => Assert.Throws<UnusableOutputException>(() => new OutputFile(path)).Message;

    private static long Write(string path, string content)
    {
        using var file = new OutputFile(path, TestContext.Current.CancellationToken);
        file.Stream.Write(Encoding.UTF8.GetBytes(content));
        file.Complete();
        return file.Length;
    }

    private string At(string name) => Path.Combine(_folder, name);

    private IEnumerable<string?> Names() => Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
