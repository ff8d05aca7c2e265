// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Runner.Tests.Commands;
using Xunit;

namespace Sim.Runner.Tests.Scaling;

public sealed class ScaleCommandTests
{
    [Fact]
    public void A_run_writes_rows_fits_plots_and_a_page_whose_links_lead_somewhere()
    {
        using var scratch = new Scratch();
        var ran = Commands.Program.Run("scale", "--quick", "--table", Table(scratch), "--schemes", "replace,route", "--peers", "1,5,10", "--out", scratch["report"]);
        Assert.True(ran.Code == 0, ran.Error);
        Assert.Contains("Each scheme with 10 and with", ran.Out);
        var rows = File.ReadAllLines(Path.Combine(scratch["report"], "results.csv"));
        foreach (var experiment in (string[])["scaling", "scaling-fit", "scaling-bucket", "scaling-bucket-fit"])
            Assert.Contains(rows, row => row.Contains($",{experiment},", StringComparison.Ordinal));
        var page = File.ReadAllText(Path.Combine(scratch["report"], "index.html"));
        foreach (var id in (string[])["scaling", "scaling-hash", "scaling-plots", "plot-scaling-prefixes-delete", "plot-scaling-peers-insert", "plot-scaling-bucket", "scaling-fits", "scaling-points"])
            Assert.Contains($"id=\"{id}\"", page);
        var links = page.Split("href=\"#").Skip(1).Select(part => part[..part.IndexOf('"')]).Distinct().ToList();
        Assert.All(links, link => Assert.Contains($"id=\"{link}\"", page));
        // Every row is linked from a table or a sentence.
        Assert.All(Enumerable.Range(1, rows.Length - 1), row => Assert.Contains($"row-{row}", links));
        Assert.True(File.Exists(Path.Combine(scratch["report"], "plot-scaling-bucket.png")));
    }

    [Theory]
    [InlineData("--prefixes asks for", "--table", "TABLE", "--prefixes", "10,1000000")]
    [InlineData("1 to 10000", "--peers", "20000")]
    [InlineData("2 to 4000000", "--prefixes", "5000000")]
    [InlineData("replace, dummy, remove-me, route,", "--schemes", "routes")]
    [InlineData("scheme level-compression exists in IPv6 only", "--schemes", "level-compression")]
    [InlineData("no such file", "--table", "no-such-file")]
    public void A_command_line_that_cannot_be_used_gets_a_message_and_exit_code_2(string message, params string[] args)
    {
        using var scratch = new Scratch();
        var ran = Commands.Program.Run([
            "scale", .. args.Select(word => word == "TABLE" ? Table(scratch) : word), "--out", scratch["report"]]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.Error);
        Assert.False(Directory.Exists(scratch["report"]));
    }

    private static string Table(Scratch scratch) =>
        scratch.Write("table.txt", string.Concat(Enumerable.Range(0, 3000).Select(at => $"10.{at / 200}.{at % 200}.0/24\n")));
}
