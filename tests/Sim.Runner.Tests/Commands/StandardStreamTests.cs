// SPDX-License-Identifier: MIT
using Sim.Figures.Results;
using Sim.Runner.Tests.Reports;
using Xunit;

namespace Sim.Runner.Tests.Commands;

/// <summary>Standard streams that a shell has closed or pointed elsewhere, and names that no shell shows.</summary>
public sealed class StandardStreamTests : IDisposable
{
    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("table info -", "standard input is closed")]
    [InlineData("table info /dev/stdin", "/dev/stdin is closed")]
    [InlineData("table info /dev/fd/0", "/dev/fd/0 is closed")]
    [InlineData("table info /proc/self/fd/0", "/proc/self/fd/0 is closed")]
    [InlineData("trace info -", "standard input is closed")]
    [InlineData("stat --table LIST --ops -", "standard input is closed")]
    [InlineData("lookup --table LIST", "standard input is closed")]
    public void Standard_input_that_is_closed_is_refused_and_nothing_waits(string words, string message) =>
        AssertRefused(message, Run($"{words} <&-"));

    [Fact]
    public void A_command_that_reads_no_standard_input_does_without_it() =>
        Assert.Equal((0, ""), Streams(Run("table info LIST <&-")));

    [Theory]
    [InlineData("</", "standard input cannot be read: Is a directory")]
    [InlineData("0>other", "standard input cannot be read")]
    public void Standard_input_that_cannot_be_read_is_named(string redirection, string message) =>
        AssertRefused(message, Run($"table info - {redirection}"));

    [Theory]
    [InlineData("table info LIST")]
    [InlineData("table generate - --prefixes 300")]
    [InlineData("table generate made --prefixes 300")]
    [InlineData("report run")]
    [InlineData("--help")]
    public void Standard_output_that_is_closed_is_refused_before_anything_is_done(string words)
    {
        AssertRefused("standard output is closed", Run($"{words} >&-"));
        Assert.False(File.Exists(_scratch["made"]));
    }

    [Theory]
    [InlineData("table info LIST", "")]
    [InlineData("stat --table LIST", "")]
    [InlineData("lookup --table LIST 10.0.0.1", "")]
    [InlineData("table generate - --prefixes 300", "")]
    [InlineData("--help", "")]
    [InlineData("table generate made --prefixes 300", "made is complete")]
    [InlineData("trace generate made --table LIST", "made is complete")]
    [InlineData("report run", "the report is in run")]
    public void Standard_output_that_is_full_is_named_with_what_is_there_all_the_same(string words, string there)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "has no /dev/full");
        var ran = Run($"{words} >/dev/full");
        AssertRefused("standard output", ran);
        Assert.Contains("No space left on device", ran.Error);
        Assert.Contains(there, ran.Error);
        Assert.Equal(there.StartsWith("made", StringComparison.Ordinal), File.Exists(_scratch["made"]));
        Assert.Equal(there.Contains("run", StringComparison.Ordinal), File.Exists(_scratch["run/index.html"]));
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    public void Standard_error_that_takes_nothing_changes_no_exit_code(string redirection)
    {
        Assert.Equal(0, Run($"table info LIST {redirection}").Code);
        Assert.Equal(2, Run($"table info absent {redirection}").Code);
    }

    [Theory]
    [InlineData("table info NAME")]
    [InlineData("table generate NAME --prefixes 300")]
    [InlineData("report NAME")]
    public void A_name_that_is_not_utf_8_is_refused_and_never_another_one(string words)
    {
        var before = Entries();
        var ran = Run(words.Replace("NAME", "$'odd\\xff'", StringComparison.Ordinal));
        AssertRefused("is not UTF-8", ran);
        Assert.Equal(before, Entries());
    }

    [Theory]
    [InlineData("mkdir $'odd\\xff'; cd $'odd\\xff'", "not UTF-8")]
    [InlineData("mkdir gone; cd gone; rmdir ../gone", "no longer there")]
    public void A_current_folder_that_has_no_path_is_refused_and_no_other_made_in_its_place(string enter, string message)
    {
        AssertRefused(message, Shell($"{enter}; \"$@\" bench --quick --out run; code=$?; cd \"$OLDPWD\"; rm -rf $'odd\\xff'; exit $code"));
        Assert.DoesNotContain("run", string.Join(' ', Entries().Select(Path.GetFileName)));
    }

    [Fact]
    public void A_name_that_has_the_replacement_character_itself_is_one_like_others()
    {
        Assert.Equal((0, ""), Streams(Run("table generate $'odd\\xef\\xbf\\xbd' --prefixes 300")));
        Assert.True(File.Exists(_scratch["odd\uFFFD"]));
    }

    [Fact]
    public void A_link_to_a_name_that_is_not_utf_8_is_refused()
    {
        AssertRefused("not UTF-8", Shell("ln -s $'odd\\xff' link; \"$@\" table generate link --prefixes 300"));
        Assert.DoesNotContain("odd", string.Join(' ', Entries()));
    }

    [Theory]
    [InlineData("table info LIST")]
    [InlineData("table convert LIST made")]
    [InlineData("table generate LIST --prefixes 300")]
    public void A_file_that_another_program_has_locked_is_used_all_the_same(string words)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "locks with flock(1)");
        _scratch.Write("list", "10.0.0.0/8\n");
        Assert.Equal((0, ""), Streams(Shell($"flock --exclusive list \"$@\" {words.Replace("LIST", "list", StringComparison.Ordinal)}")));
    }

    private static (int Code, string Error) Streams(Ran ran) => (ran.Code, ran.Error);

    private static void AssertRefused(string message, Ran ran)
    {
        Assert.Matches("^Error: [^\n]*\n$", ran.Error);
        Assert.Contains(message, ran.Error);
        Assert.Equal(2, ran.Code);
    }

    private Ran Run(string words)
    {
        _scratch.Write("list", string.Concat(Enumerable.Range(0, 200).Select(at => $"10.0.{at}.0/24 192.0.2.1\n2001:db8:{at:x}::/48 2001:db8::1\n")));
        if (words.Contains("report run", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(_scratch["run"]);
            ResultsJson.Write(_scratch["run/results.json"], new FabricatedRun().Build());
        }

        return Shell($"\"$@\" {words.Replace("LIST", "list", StringComparison.Ordinal)}");
    }

    private Ran Shell(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/bash"), "asks bash");
        return Program.RunOther("/bin/bash", ["-c", $"cd '{_scratch.Folder}'; {script}", "bash", .. Program.Words]);
    }

    private string[] Entries() => [.. Directory.EnumerateFileSystemEntries(_scratch.Folder, "*", SearchOption.AllDirectories).Where(name => name != _scratch["list"]).Order()];
}
