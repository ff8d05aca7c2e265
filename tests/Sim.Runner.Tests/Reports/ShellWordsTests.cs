// SPDX-License-Identifier: MIT
using System.Diagnostics;
using System.Net;
using Sim.Figures;
using Sim.Runner.Commands;
using Xunit;

namespace Sim.Runner.Tests.Reports;

public sealed class ShellWordsTests
{
    private static readonly string[] s_odd =
    [
        "", "plain-1.2/x_y:z,@%+=", "two words", "  ", "it's", "''", "\"double\"", "$HOME", "`id`", "$(id)", "a;b", "a&b", "a|b", "*.gz", "~", "~root",
        "#x", "!x", "back\\slash", "ends in \\", "new\nline", "tab\there", "bell\a", "esc\u001b[31m", "cr\r", "del\u007f", "nel\u0085", "\u2028'\\", "=ls", "{a,b}",
        "[x]", "<in", ">out", "(sub)", "ünïcödé", "файл", "表", "😀", "-x", "--", "\u00a0", "\ufeff", "a=b c", "1\n'$x'\\\"",
    ];

    [Fact]
    public void A_shell_reads_back_the_words_that_were_quoted()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "asks bash");
        var script = $"printf '%s\\0' {ShellWords.Join(s_odd)}";
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["--norc", "-c", script]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var read = shell.StandardOutput.ReadToEnd().Split('\0');
        shell.WaitForExit();
        // Without the locale of a terminal, bash passes octets through: what was written is what is read.
        Assert.Equal([.. s_odd, ""], read);
    }

    [Fact]
    public void A_quoted_word_is_one_line_of_what_can_be_seen() =>
        Assert.All(s_odd.Select(ShellWords.Quote), word => Assert.DoesNotContain(word, char.IsControl));

    [Theory]
    [InlineData("bench --quick", "bench", "--quick")]
    [InlineData("bench --table 'my table.txt' --seed 7", "bench", "--table", "my table.txt", "--seed=7")]
    [InlineData("bench --table=-dash.txt", "bench", "--table=-dash.txt")]
    [InlineData("table convert -- -in '$out'", "table", "convert", "--", "-in", "$out")]
    public void A_command_is_kept_so_that_it_parses_to_the_same(string typed, params string[] words) =>
        Assert.Equal(typed, RunOf.Command(CommandLine.Parse(words)));

    [Fact]
    public void The_page_shows_the_whole_command_line_escaped_once()
    {
        var command = ShellWords.Join(["bench", "--table", "<b> & \"it's\" $x/表.txt", "--quick"]);
        var run = new FabricatedRun().Build();
        using var folder = ReportFolder.Of(run with { Command = command, Figures = [.. run.Figures.Where(f => f.Experiment == "load")] });
        const string begin = "<pre><code>", end = "</code></pre>";
        var at = folder.Html.IndexOf(begin + "dotnet run", StringComparison.Ordinal) + begin.Length;
        var shown = WebUtility.HtmlDecode(folder.Html[at..folder.Html.IndexOf(end, at, StringComparison.Ordinal)]);
        Assert.Equal("dotnet run --project src/Sim.Runner -- bench --table '<b> & \"it'\\''s\" $x/表.txt' --quick", shown);
    }
}
