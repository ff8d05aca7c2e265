// SPDX-License-Identifier: MIT
using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sim.Figures;
using Sim.Kernel;
using Sim.Runner.Commands;
using Sim.Schemes;
using Xunit;

namespace Sim.Runner.Tests.Reports;

public sealed partial class PageTests(FullReport full) : IClassFixture<FullReport>
{
    [Theory]
    [InlineData("answer")]
    [InlineData("why")]
    [InlineData("plot-families")]
    [InlineData("trie-or-idea")]
    [InlineData("plot-waterfall-memory")]
    [InlineData("plots")]
    [InlineData("details")]
    [InlineData("conditions")]
    [InlineData("noise")]
    [InlineData("warnings")]
    [InlineData("labels")]
    [InlineData("repeat")]
    [InlineData("process-memory")]
    [InlineData("rows")]
    public void The_page_has_its_sections(string id)
    {
        var folder = full.Folder;
        Assert.Equal(1, Count(folder.Html, $" id=\"{id}\""));
    }

    [Fact]
    public void Anchors_are_unique_and_every_link_inside_the_page_leads_somewhere()
    {
        var folder = full.Folder;
        var ids = Id().Matches(folder.Html).Select(m => m.Groups["id"].Value).ToList();
        var links = Link().Matches(folder.Html).Select(m => m.Groups["to"].Value).Distinct().ToList();

        Assert.Equal(ids.Distinct().Order(), ids.Order());
        Assert.True(links.Count > 300, $"{links.Count} links");
        Assert.Empty(links.Except(ids));
    }

    [Fact]
    public void Every_row_is_on_the_page_and_every_row_is_linked_from_a_table()
    {
        var (run, folder) = (full.Run, full.Folder);
        var html = folder.Html;

        Assert.All(Enumerable.Range(1, run.Figures.Count), id =>
        {
            Assert.Contains($"<tr id=\"row-{id}\">", html, StringComparison.Ordinal);
            Assert.Contains($"href=\"#row-{id}\"", html, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_page_and_its_plots_load_nothing_and_run_nothing() =>
        Assert.DoesNotMatch("(?i)https?:|<script|<link|@import|\\ssrc=|url\\((?!#)|<iframe|\\son[a-z]+=", full.Folder.Html);

    [Fact]
    public void Links_to_files_name_files_that_are_there()
    {
        var folder = full.Folder;
        var names = FileLink().Matches(folder.Html).Select(m => m.Groups["to"].Value).Distinct().ToList();

        Assert.Equal(16, names.Count);
        Assert.Empty(names.Except(folder.Files));
    }

    [Theory]
    [InlineData("full")]
    [InlineData("one-structure")]
    [InlineData("empty")]
    public void Tags_are_closed_in_order(string kind)
    {
        using var folder = ReportFolder.Of(Kind(kind));
        // The page keeps to the common subset of HTML and XML but for its empty elements.
        var xml = EmptyElement().Replace(folder.Html.Replace("<!DOCTYPE html>", ""), "<${tag}/>");
        Assert.Equal("html", XDocument.Parse(xml).Root!.Name.LocalName);
    }

    [Fact]
    public void A_hostile_name_stays_text()
    {
        const string Hostile = "x\"><script>alert(1)</script><img src=q onerror=alert(2)>'&.mrt";
        var run = new FabricatedRun { Source = Hostile, Warnings = [Hostile] }.Build();
        run = run with
        {
            Environment = [new(Hostile, Hostile)],
            Versions = [new(Hostile, Hostile)],
            Figures = [.. run.Figures.Select((f, i) => (i % 5) switch
            {
                0 => f with { Item = Hostile, Keys = Hostile },
                1 => f with { Experiment = Hostile, Unit = Hostile },
                2 => f with { Order = Hostile, Operation = Hostile, Chain = Hostile },
                3 => f with { Metric = Metrics.Of(Hostile, f.Experiment), Structure = Hostile, Scheme = Hostile },
                _ => f,
            })],
        };
        using var folder = ReportFolder.Of(run);

        Assert.DoesNotContain("<script", folder.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", folder.Html, StringComparison.OrdinalIgnoreCase);
        XDocument.Parse(EmptyElement().Replace(folder.Html.Replace("<!DOCTYPE html>", ""), "<${tag}/>"));
        Assert.Contains(Hostile, WebUtility.HtmlDecode(folder.Html), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_warnings_do_not_bury_the_answer()
    {
        var run = full.Run with { Warnings = [.. Enumerable.Range(1, 100).Select(i => $"warning {i}.")] };
        using var folder = ReportFolder.Of(run);

        Assert.Contains("and 95 more", folder.Html, StringComparison.Ordinal);
        Assert.Equal(1, Count(folder.Html, "warning 100."));
        Assert.Equal(2, Count(folder.Html, "warning 5."));
    }

    [Fact]
    public void Conditions_are_all_stated()
    {
        var (run, folder) = (full.Run, full.Folder);
        var text = WebUtility.HtmlDecode(folder.Html);
        string[] stated =
        [
            run.Table.Source, run.Table.Sha256, "<td class=\"text\">42</td>", run.Command,
            .. run.Warnings, .. run.Environment.Select(p => p.Value), .. run.Versions.Select(p => p.Value),
        ];
        Assert.All(stated, s => Assert.Contains(s, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Process_memory_stands_apart_from_kernel_memory()
    {
        var (run, folder) = (full.Run, full.Folder);
        var html = folder.Html;
        var id = run.Figures.ToList().FindIndex(f => f.Metric.Name == "working-set") + 1;

        Assert.Equal(1, Count(html, $"href=\"#row-{id}\""));
        Assert.True(html.IndexOf($"href=\"#row-{id}\"", StringComparison.Ordinal) > html.IndexOf("not of the kernel", StringComparison.Ordinal));
        Assert.DoesNotContain("process", Figure(html, "plot-memory"), StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_an_experiment_unknown_to_the_report_are_shown()
    {
        var run = new FabricatedRun().Build();
        var churn = run.Figures[0] with { Experiment = "churn", Metric = Metrics.Of("time-to-quiet", ""), Order = "", Operation = "replay" };
        using var folder = ReportFolder.Of(run with { Figures = [.. run.Figures, churn] });

        Assert.Contains("<h3>churn</h3>", folder.Html, StringComparison.Ordinal);
        Assert.Equal(2, Count(folder.Html, $"row-{run.Figures.Count + 1}\""));
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("one-structure")]
    [InlineData("no-noise")]
    [InlineData("load")]
    [InlineData("memory")]
    [InlineData("shape")]
    [InlineData("touch")]
    [InlineData("lookup")]
    [InlineData("update")]
    [InlineData("aa")]
    public void Missing_rows_are_said_to_be_missing_and_do_not_stop_the_report(string kind)
    {
        using var folder = ReportFolder.Of(Kind(kind));
        Assert.Contains("index.html", folder.Files);
        Assert.Contains("id=\"answer\"", folder.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_no_clock_should_give_do_not_stop_the_report()
    {
        foreach (var value in (double[])[0, -1, 1e-300, 1e300, double.NaN, double.PositiveInfinity])
        {
            var figures = full.Run.Figures.Where((f, i) => f.Experiment is not "memory" || i % 7 == 0)
                .Select((f, i) => i % 3 == 0 ? f with { Value = value, Low = 0, High = value } : f);
            using var folder = ReportFolder.Of(full.Run with { Figures = [.. figures] });
            Assert.Contains("index.html", folder.Files);
        }
    }

    [Fact]
    public void A_figure_listed_twice_is_two_rows()
    {
        using var folder = ReportFolder.Of(full.Run with { Figures = [full.Run.Figures[0], full.Run.Figures[0]] });
        Assert.Equal(1, Count(folder.Html, "id=\"row-1\""));
        Assert.Equal(1, Count(folder.Html, "id=\"row-2\""));
    }

    [Fact]
    public void Any_one_row_alone_gives_a_report()
    {
        var run = new FabricatedRun().Build();
        foreach (var figure in run.Figures.DistinctBy(f => (f.Experiment, f.Structure, f.Metric)))
        {
            using var folder = ReportFolder.Of(run with { Figures = [figure] });
            Assert.Contains("href=\"#row-1\"", folder.Html, StringComparison.Ordinal);
        }
    }

    private static string Figure(string html, string id)
    {
        var start = html.IndexOf($"<figure id=\"{id}\">", StringComparison.Ordinal);
        return html[start..html.IndexOf("</figure>", start, StringComparison.Ordinal)];
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static RunResult Kind(string kind)
    {
        var run = new FabricatedRun().Build();
        return kind switch
        {
            "full" => run,
            "empty" => run with { Figures = [], Warnings = [] },
            "one-structure" => new FabricatedRun { WithFib = false, Family = 6 }.Build(),
            "no-noise" => new FabricatedRun { WithAa = false }.Build(),
            _ => run with { Figures = [.. run.Figures.Where(f => f.Experiment == kind)] },
        };
    }

    [GeneratedRegex("(?<![a-z-])id=\"(?<id>[^\"]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex Id();

    [GeneratedRegex("href=\"#(?<to>[^\"]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex Link();

    [GeneratedRegex("href=\"(?<to>[^#\"][^\"]*)\"", RegexOptions.None, 10_000)]
    private static partial Regex FileLink();

    [GeneratedRegex("<(?<tag>meta [^>]*|br)>", RegexOptions.None, 10_000)]
    private static partial Regex EmptyElement();
}
