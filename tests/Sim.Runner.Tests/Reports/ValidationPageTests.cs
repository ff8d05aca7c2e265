// SPDX-License-Identifier: MIT
using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Sim.Figures;
using Sim.Kernel;
using Sim.Lab;
using Sim.Reports;
using Sim.Reports.Plots;
using Sim.Reports.Views;
using Sim.Runner.Commands;
using Sim.Schemes;
using Xunit;

namespace Sim.Runner.Tests.Reports;

public sealed partial class ValidationPageTests
{
    private const string NarrowSpace = "\u202f";

    [Fact]
    public void When_all_agree_the_headline_says_so_and_nothing_is_marked()
    {
        var run = new FabricatedValidation().Build();
        using var folder = ReportFolder.Of(run);
        var checks = run.Figures.Count(f => f.Bound is not null);

        Assert.Contains($"<p class=\"headline\">The kernel and the ports agree in all {checks} counts and answers.</p>", folder.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"differences\"", folder.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"bad", folder.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_that_differs_is_named_counted_and_linked_to_both_of_its_rows()
    {
        var run = FabricatedValidation.Differing(new FabricatedValidation().Build(), "fib", "vmalloc-pages");
        using var folder = ReportFolder.Of(run);
        var port = run.Figures.ToList().FindIndex(f => f.Metric.Name == "vmalloc-pages") + 1;
        var part = WebUtility.HtmlDecode(Part(folder.Html, "id=\"differences\"", "id=\"agreement\""));

        Assert.Contains($"1 of {run.Figures.Count(f => f.Bound is not null)} counts and answers differ: 1 of fib IPv4.", folder.Html, StringComparison.Ordinal);
        Assert.Contains("vmalloc pages", part, StringComparison.Ordinal);
        Assert.Contains($"href=\"#row-{port}\">7{NarrowSpace}514</a>", part, StringComparison.Ordinal);
        Assert.Contains($"href=\"#row-{port + 1}\">513</a>", part, StringComparison.Ordinal);
        Assert.Contains($"<strong class=\"bad\">+7{NarrowSpace}001</strong>", part, StringComparison.Ordinal);
        Assert.True(folder.Html.IndexOf("id=\"differences\"", StringComparison.Ordinal) < folder.Html.IndexOf("id=\"agreement\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_digest_that_differs_is_shown_in_hexadecimal_and_has_no_size_of_difference()
    {
        var run = FabricatedValidation.Differing(new FabricatedValidation().Build(), "allowedips", "answer-digest");
        using var folder = ReportFolder.Of(run);
        var part = Part(folder.Html, "id=\"differences\"", "id=\"agreement\"");

        Assert.Contains(">abcdef1</a>", part, StringComparison.Ordinal);
        Assert.Contains("<strong class=\"bad\">another</strong>", part, StringComparison.Ordinal);
        Assert.Contains("1 of 4 sets of answers", folder.Html, StringComparison.Ordinal);
        Assert.Contains(">differ</a></strong>", folder.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_difference_within_its_bound_is_no_difference_and_is_not_counted_as_equal()
    {
        var run = new FabricatedValidation().Build();
        var moved = run with { Figures = [.. run.Figures.Select(f => f is { Metric.Name: "slab-pages", Side: "port" } ? f with { Value = f.Value + 1 } : f)] };
        var view = ValidationView.Of(new Rows(moved))!;

        Assert.Empty(view.Differences);
        Assert.Equal(4, view.Checks.Count(check => !check.IsEqual));
        using var folder = ReportFolder.Of(moved);
        Assert.Contains("<td>+1</td>", WebUtility.HtmlDecode(folder.Html), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bound_as_large_as_the_number_it_guards_is_said_to_say_little()
    {
        var view = ValidationView.Of(new Rows(new FabricatedValidation().Build()))!;
        Assert.Equal(["kmalloc-objects"], view.Checks.Where(check => check.IsWeak).Select(check => check.Kernel.Metric.Name).Distinct());
        using var folder = ReportFolder.Of(view.Rows.Result);
        Assert.Contains("2 have a bound no smaller than the kernel’s own number", folder.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_differences_are_all_there_and_the_first_in_sight()
    {
        var run = new FabricatedValidation().Build();
        var more = Enumerable.Range(0, 200).SelectMany(i => new[] { run.Figures[0] with { X = i, Value = 1 }, run.Figures[1] with { X = i } });
        using var folder = ReportFolder.Of(run with { Figures = [.. run.Figures, .. more] });

        Assert.Equal(200, Count(folder.Html, "<tr class=\"differs\">"));
        Assert.Contains("<summary>The other 140</summary>", folder.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ratio_above_its_target_is_marked_and_named_and_one_below_is_not()
    {
        using var folder = ReportFolder.Of(new FabricatedValidation { LookupRatio = (structure, keys, chain) =>
            (structure, keys, chain) == ("fib", "zipf", "dependent") ? 1.2 : 1.1 }.Build());
        var sentence = WebUtility.HtmlDecode(Part(folder.Html, "<p id=\"targets\">", "</p>"));

        Assert.Equal(1, Count(folder.Html, "class=\"bad above\""));
        Assert.Contains("In 1 of 16 cases of lookups, the port’s median exceeds the target of at most 15 % more time than the kernel.", sentence, StringComparison.Ordinal);
        Assert.Contains("1.20 (fib IPv4, Zipf over prefixes, dependent chain)", sentence, StringComparison.Ordinal);
        Assert.Contains("In all 2 cases of single updates, the port’s median meets the target of at most 25 % more time than the kernel.", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Updates_have_a_wider_target_than_lookups()
    {
        var view = ValidationView.Of(new Rows(new FabricatedValidation { LookupRatio = (_, _, _) => 1.2, UpdateRatio = 1.2 }.Build()))!;
        Assert.All(view.Costs.Where(c => c.Target is not null), c => Assert.Equal(c.IsLookup, c.IsAboveTarget));
        Assert.Equal([1.15, 1.25], view.Costs.Where(c => c.Target is not null).Select(c => c.Target!.Value).Distinct().Order());
    }

    [Fact]
    public void Quartiles_on_both_sides_of_the_target_are_said_so_even_where_the_median_is_within()
    {
        using var folder = ReportFolder.Of(new FabricatedValidation { UpdateRatio = 1.2, Spread = .3 }.Build());
        Assert.Contains("quartiles on both sides", folder.Html, StringComparison.Ordinal);
        Assert.Contains("In 2 of these the quartiles lie on both sides of the target.", folder.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_with_netlink_stand_apart_and_have_no_ratio()
    {
        using var folder = ReportFolder.Of(new FabricatedValidation().Build());
        var part = Part(folder.Html, "<details id=\"netlink-times\">", "</details>");

        Assert.Contains("kernel with netlink, port without: not a comparison", part, StringComparison.Ordinal);
        Assert.Contains("466 ns", part, StringComparison.Ordinal);
        Assert.Contains("272 ns", part, StringComparison.Ordinal);
        Assert.DoesNotContain("0.58", part, StringComparison.Ordinal);
        Assert.DoesNotContain("port / kernel", part, StringComparison.Ordinal);
    }

    [Fact]
    public void The_kernels_own_noise_comes_from_the_aa_rows()
    {
        using var with = ReportFolder.Of(new FabricatedValidation().Build());
        using var without = ReportFolder.Of(new FabricatedValidation { WithAa = false }.Build());
        var part = Part(with.Html, "id=\"kernel-noise\"", "</table>");

        Assert.Contains("the widest quartile of 4 rows is ±4.4 %", part, StringComparison.Ordinal);
        Assert.Equal(4, Count(part, "href=\"#row-"));
        Assert.Contains("This run did not measure the kernel against itself", without.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_port_is_faster_only_reasons_that_can_apply_are_named()
    {
        double Half(string structure, string keys, string chain) => keys is "hot" or "uniform" ? .5 : 1;
        using var folder = ReportFolder.Of(new FabricatedValidation { LookupRatio = Half }.Build());
        using var small = ReportFolder.Of(new FabricatedValidation { LookupRatio = Half, HugePages = "always madvise [never]" }.Build());
        var items = Items(folder.Html);

        Assert.Contains(items, i => i.StartsWith("allowedips IPv4, lookups: uniform", StringComparison.Ordinal) && i.EndsWith("in huge pages.", StringComparison.Ordinal));
        Assert.Contains(items, i => i.StartsWith("allowedips IPv4, lookups: one hot", StringComparison.Ordinal) && i.EndsWith("explains it.", StringComparison.Ordinal));
        Assert.Contains(items, i => i.StartsWith("fib IPv4, lookups: one hot", StringComparison.Ordinal) && i.Contains("CONFIG_IP_FIB_TRIE_STATS", StringComparison.Ordinal));
        Assert.DoesNotContain(Items(small.Html), i => i.Contains("huge", StringComparison.Ordinal));

        static List<string> Items(string html) => [.. Part(html, "id=\"faster\"", "</ul>").Split("<li>").Skip(1).Select(i => WebUtility.HtmlDecode(i[..i.IndexOf("</li>", StringComparison.Ordinal)]))];
    }

    [Fact]
    public void A_port_that_is_faster_only_within_its_quartiles_is_not_called_faster()
    {
        using var folder = ReportFolder.Of(new FabricatedValidation { LookupRatio = (_, _, _) => .89, Spread = .05 }.Build());
        Assert.DoesNotContain("id=\"faster\"", folder.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Lookups_that_overlap_on_one_side_only_are_pointed_out()
    {
        using var folder = ReportFolder.Of(new FabricatedValidation { LookupRatio = (structure, _, chain) => (structure, chain) == ("fib", "independent") ? .4 : .9 }.Build());
        using var even = ReportFolder.Of(new FabricatedValidation { LookupRatio = (_, _, _) => .4 }.Build());

        Assert.Contains("fib IPv4, one hot address (0.400 with independent keys, 0.900 in a chain)", folder.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("allowedips IPv4, one hot address (", Part(folder.Html, "id=\"overlap\"", "</p>"), StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"overlap\"", even.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Instructions_have_a_table_of_the_kernel_and_no_target()
    {
        using var alone = ReportFolder.Of(new FabricatedValidation { Kernel = FabricatedValidation.Qemu }.Build());

        Assert.DoesNotContain("id=\"times\"", alone.Html, StringComparison.Ordinal);
        Assert.Contains("<td>–</td><td>–</td>", Part(alone.Html, "id=\"instructions\"", "id=\"netlink-times\""), StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"bad", alone.Html, StringComparison.Ordinal);
        Assert.Contains("plot-validation-instructions.png", alone.Files);
        Assert.DoesNotContain("plot-validation-lookups.png", alone.Files);
        Assert.Contains("What QEMU’s numbers mean", alone.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("What User-Mode Linux leaves out", alone.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_orders_of_insertion_are_behind_a_click()
    {
        using var folder = ReportFolder.Of(new FabricatedValidation().Build());
        var part = Part(folder.Html, "id=\"figures\"", "id=\"times\"");
        Assert.Contains("<caption>allowedips IPv4, the file’s order", part, StringComparison.Ordinal);
        Assert.True(part.IndexOf("<details>", StringComparison.Ordinal) < part.IndexOf("<caption>allowedips IPv4, sorted by address", StringComparison.Ordinal));
        Assert.Equal(2, Count(part, "<details>"));
    }

    [Fact]
    public void A_validation_has_no_answer_of_a_bench_and_a_bench_no_validation()
    {
        using var validation = ReportFolder.Of(new FabricatedValidation().Build());
        using var bench = ReportFolder.Of(new FabricatedRun().Build());

        Assert.All((string[])["answer", "details", "noise", "plots"], id => Assert.DoesNotContain($" id=\"{id}\"", validation.Html, StringComparison.Ordinal));
        Assert.Contains("<h1>Do the ports do what the kernel does?</h1>", validation.Html, StringComparison.Ordinal);
        Assert.All((string[])["validation", "trust", "validation-plots"], id => Assert.DoesNotContain($"\"{id}\"", bench.Html, StringComparison.Ordinal));
        Assert.DoesNotContain("#validation", bench.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(">bound</th>", bench.Html, StringComparison.Ordinal);
        Assert.Contains(">bound</th>", validation.Html, StringComparison.Ordinal);
        Assert.Contains(">side</th>", validation.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_both_shows_the_bench_first_and_keeps_their_noise_apart()
    {
        var (bench, validation) = (new FabricatedRun { Noise = .03 }.Build(), new FabricatedValidation().Build());
        using var folder = ReportFolder.Of(bench with { Environment = validation.Environment, Figures = [.. bench.Figures, .. validation.Figures] });
        var html = folder.Html;

        Assert.Contains("<h1>Should a route attribute replace", html, StringComparison.Ordinal);
        Assert.True(html.IndexOf("id=\"answer\"", StringComparison.Ordinal) < html.IndexOf("id=\"validation\"", StringComparison.Ordinal));
        Assert.Contains("<a href=\"#validation\">", html, StringComparison.Ordinal);
        Assert.Equal(1, Count(html, "Before you rely on this run"));
        Assert.DoesNotContain($"href=\"#row-{bench.Figures.Count + 1}\"", Part(html, "id=\"details\"", "id=\"validation\""), StringComparison.Ordinal);
        Assert.Contains("the widest quartile of all 8 rows is ±4.2 %", html, StringComparison.Ordinal);
        Assert.Contains("the widest quartile of 4 rows is ±4.4 %", html, StringComparison.Ordinal);
        AssertSound(html);
    }

    [Fact]
    public void Tags_are_closed_anchors_are_unique_and_links_lead_somewhere()
    {
        foreach (var kernel in (string[])[FabricatedValidation.Uml, FabricatedValidation.Qemu, "the running kernel in a network namespace, Linux 6.12, 2 CPUs", ""])
        {
            var run = FabricatedValidation.Differing(new FabricatedValidation { Kernel = kernel, LookupRatio = (_, _, _) => .5 }.Build(), "fib", "leaves");
            using var folder = ReportFolder.Of(run);
            AssertSound(folder.Html);
            Assert.Empty(FileLink().Matches(folder.Html).Select(m => m.Groups["to"].Value).Except(folder.Files));
        }
    }

    [Fact]
    public void Any_one_row_alone_gives_a_report()
    {
        foreach (var figure in new FabricatedValidation().Build().Figures.DistinctBy(f => (f.Experiment, f.Metric, f.Side)))
        {
            using var folder = ReportFolder.Of(new FabricatedValidation().Build() with { Figures = [figure] });
            Assert.Contains("This run compares no count or answer", folder.Html, StringComparison.Ordinal);
            AssertSound(folder.Html);
        }
    }

    [Fact]
    public void Values_no_clock_should_give_do_not_stop_the_report()
    {
        foreach (var value in (double[])[0, -1, 1e300, double.NaN, double.PositiveInfinity])
        {
            var run = new FabricatedValidation().Build();
            using var folder = ReportFolder.Of(run with { Figures = [.. run.Figures.Select((f, i) => i % 3 == 0 ? f with { Value = value, Low = 0, High = value } : f)] });
            AssertSound(folder.Html);
        }
    }

    [Fact]
    public void A_hostile_name_stays_text()
    {
        const string Hostile = "x\"><script>alert(1)</script>'&";
        var run = new FabricatedValidation { Kernel = Hostile }.Build();
        using var folder = ReportFolder.Of(run with { Figures = [.. run.Figures.Select((f, i) => (i / 2 % 4) switch
        {
            0 => f with { Structure = Hostile, Item = Hostile, Unit = Hostile, Value = i },
            1 => f with { Order = Hostile, Operation = Hostile, Value = i },
            2 => f with { Keys = Hostile, Chain = Hostile, Value = i },
            _ => f,
        })] });

        Assert.DoesNotContain("<script", folder.Html, StringComparison.OrdinalIgnoreCase);
        AssertSound(folder.Html);
    }

    [Fact]
    public void The_target_is_drawn_and_said_in_the_plot()
    {
        using var folder = ReportFolder.Of(new FabricatedValidation { LookupRatio = (_, keys, _) => keys == "hot" ? 1.3 : .5 }.Build());

        Assert.All(ValidationPlots.AllNames.Take(2), name => Assert.Contains($"plot-{name}.png", folder.Files));
        Assert.Contains("dashed: target 1.15", Part(folder.Html, "<figure id=\"plot-validation-lookups\">", "</figure>"), StringComparison.Ordinal);
        Assert.Contains("dashed: target 1.25", Part(folder.Html, "<figure id=\"plot-validation-updates\">", "</figure>"), StringComparison.Ordinal);
        Assert.Contains("fib IPv4 1.30, above", Part(folder.Html, "<figure id=\"plot-validation-lookups\">", "</figure>"), StringComparison.Ordinal);
        Assert.Contains("4 of 16 medians lie right of it", folder.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_validations_plots_do_not_stay_beside_a_new_report()
    {
        using var folder = ReportFolder.Of(new FabricatedValidation().Build());
        ReportFolder.Write(new FabricatedValidation { Kernel = FabricatedValidation.Qemu }.Build(), folder.Path);
        Assert.DoesNotContain("plot-validation-lookups.png", folder.Files);
    }

    [Fact]
    public void Every_lane_of_the_lab_is_known_and_older_results_without_the_fact_are_of_none()
    {
        foreach (var lane in Enum.GetValues<LaneKind>())
        {
            var view = ValidationView.Of(new Rows(new FabricatedValidation { Lane = lane.Word() }.Build()))!;
            Assert.NotEqual(KernelLane.Unknown, view.Lane);
            Assert.Equal(lane.IsUml(), view.Lane is KernelLane.Uml or KernelLane.UmlSmp);
            Assert.Equal(lane == LaneKind.UmlSmp, view.Lane == KernelLane.UmlSmp);
        }

        Assert.Equal(KernelLane.Unknown, ValidationView.Of(new Rows(new FabricatedValidation { Lane = null }.Build()))!.Lane);
    }

    private static void AssertSound(string html)
    {
        Assert.Equal("html", XDocument.Parse(EmptyElement().Replace(html.Replace("<!DOCTYPE html>", ""), "<${tag}/>")).Root!.Name.LocalName);
        var ids = Id().Matches(html).Select(m => m.Groups["id"].Value).ToList();
        Assert.Equal(ids.Distinct().Order(), ids.Order());
        Assert.Empty(Link().Matches(html).Select(m => m.Groups["to"].Value).Except(ids));
    }

    private static string Part(string html, string from, string to)
    {
        var start = html.IndexOf(from, StringComparison.Ordinal);
        Assert.True(start >= 0, $"the page has no {from}");
        var end = html.IndexOf(to, start, StringComparison.Ordinal);
        Assert.True(end >= 0, $"after {from} the page has no {to}");
        return html[start..end];
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex("(?<![a-z-])id=\"(?<id>[^\"]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex Id();

    [GeneratedRegex("href=\"#(?<to>[^\"]+)\"", RegexOptions.None, 10_000)]
    private static partial Regex Link();

    [GeneratedRegex("href=\"(?<to>[^#\"][^\"]*)\"", RegexOptions.None, 10_000)]
    private static partial Regex FileLink();

    [GeneratedRegex("<(?<tag>meta [^>]*|br)>", RegexOptions.None, 10_000)]
    private static partial Regex EmptyElement();
}
