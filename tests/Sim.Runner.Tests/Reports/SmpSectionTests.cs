// SPDX-License-Identifier: MIT
using System.Net;
using System.Text.RegularExpressions;
using Sim.Figures;
using Xunit;

namespace Sim.Runner.Tests.Reports;

/// <summary>The section of readers beside a writer, from made-up rows.</summary>
public sealed partial class SmpSectionTests
{
    [Fact]
    public void The_verdict_is_said_in_words_for_all_prefixes_and_for_one_peer()
    {
        using var folder = ReportFolder.Of(Run());
        var text = Text(folder.Html);
        Assert.Contains(
            "IPv4, 2 readers of all prefixes beside a writer. Compared with AllowedIPs, lookups by the route attribute are in the kernel 2.0 times faster (ratio 0.500) by the median, "
            + "and 4.0 times faster (ratio 0.250) by the 99.9th percentile; in the port 2.0 times faster (ratio 0.500) by the median, and 4.0 times faster (ratio 0.250) by the 99.9th percentile.",
            text, StringComparison.Ordinal);
        Assert.Contains(
            "IPv4, 2 readers of prefixes of one peer beside a writer. Compared with AllowedIPs, lookups by the route attribute are in the kernel 20 % slower (ratio 1.20) by the median,", text, StringComparison.Ordinal);
        Assert.Contains("IPv4, no writer: if 2 readers instead of one look up prefixes of one peer, the kernel’s median goes from 100 ns to 180 ns by AllowedIPs, and from 120 ns to 216 ns by routes.", text, StringComparison.Ordinal);
        Assert.Contains("Each of 4 000 lookups found a peer that its address has before or after a move.", text, StringComparison.Ordinal);
        Assert.Contains("its time includes reading the clock, 20.0 ns in the kernel and 21.0 ns in the port.", text, StringComparison.Ordinal);
        Assert.Contains("What User-Mode Linux with several processors leaves out", text, StringComparison.Ordinal);
        Assert.DoesNotContain("User-Mode Linux runs one processor", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_lookups_are_counted_and_marked()
    {
        var run = Run();
        using var folder = ReportFolder.Of(run with
        {
            Figures = [.. run.Figures.Select(f => f.Metric == Metrics.WrongOther && f.Bound is not null && f.Keys == KeyPatterns.OnePeer ? f with { Value = 3, Low = 3, High = 3 } : f)],
        });
        Assert.Contains("3 of 4 000 lookups found a peer that the address never had, or found none.", Text(folder.Html), StringComparison.Ordinal);
        Assert.Contains("<strong class=\"bad\">3 of", folder.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_row_is_shown_and_led_to()
    {
        var run = Run();
        using var folder = ReportFolder.Of(run);
        var section = folder.Html[folder.Html.IndexOf("id=\"smp\"", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("id=\"trust\"", StringComparison.Ordinal)];
        foreach (var (at, row) in run.Figures.Index().Where(row => row.Item.Experiment == Experiment.SmpReaders && row.Item.Metric != Metrics.LookupsJudged))
            Assert.Contains($"#row-{at + 1}\"", section, StringComparison.Ordinal);
        // A table of each time and one of rates; four groups of four lines in the first two.
        Assert.Equal(3, Regex.Count(section, "<caption>IPv4: "));
        Assert.Equal(12, Regex.Count(section, "class=\"group\""));
    }

    [Fact]
    public void A_validation_without_readers_has_no_such_section()
    {
        using var folder = ReportFolder.Of(new FabricatedValidation().Build());
        Assert.DoesNotContain("id=\"smp\"", folder.Html, StringComparison.Ordinal);
    }

    private static RunResult Run()
    {
        var run = new FabricatedValidation { Kernel = "User-Mode Linux 7.3.4, 2 CPUs", Lane = "uml-smp" }.Build();
        return run with { Figures = [.. Rows()] };
    }

    /// <summary>Routes take half of AllowedIPs' time among all prefixes and 1.2 times of it on one peer; a second reader there makes both 1.8 times slower.</summary>
    private static IEnumerable<Figure> Rows()
    {
        foreach (var side in new[] { Sides.Kernel, Sides.Port })
        {
            var place = Figure.At(Experiment.SmpReaders, 4) with { Side = side, Peers = 64, Prefixes = 1000 };
            yield return Metrics.LookupMedian.Row(place with { Operation = Operations.Clock, X = 1 }, side == Sides.Kernel ? 20 : 21);
            foreach (var keys in new[] { KeyPatterns.Prefixes, KeyPatterns.OnePeer })
            {
                var (one, ratio) = keys == KeyPatterns.OnePeer ? (100, 1.2) : (400, 0.5);
                yield return Metrics.LookupsJudged.Row(place with { Keys = keys, Operation = Operations.BesideWriter, X = 2, Structure = Names.Readers }, 1000);
                foreach (var readers in new[] { 1, 2 })
                {
                    foreach (var operation in new[] { Operations.NoWriter, Operations.BesideWriter })
                    {
                        var time = keys == KeyPatterns.OnePeer && readers == 2 ? 1.8 * one : one;
                        foreach (var row in Case(place with { Keys = keys, X = readers, Operation = operation }, time, ratio))
                            yield return row;
                    }
                }
            }
        }

        foreach (var keys in new[] { KeyPatterns.Prefixes, KeyPatterns.OnePeer })
        {
            var check = Metrics.WrongOther.Row(Figure.At(Experiment.Validate, 4) with { Structure = Names.Readers, Keys = keys, Operation = Operations.BesideWriter, X = 2 }, 0);
            yield return check with { Side = Sides.Port };
            yield return check with { Side = Sides.Kernel, Bound = 0 };
        }

        var none = Metrics.WrongNone.Row(Figure.At(Experiment.Validate, 4) with { Structure = Names.Readers, Operation = Operations.NoWriter, X = 1 }, 0);
        yield return none with { Side = Sides.Port };
        yield return none with { Side = Sides.Kernel, Bound = 0 };
    }

    private static IEnumerable<Figure> Case(Figure place, double time, double ratio)
    {
        var (first, second) = (place with { Structure = Names.AllowedIps }, place with { Structure = Names.RouteEncap });
        yield return Metrics.LookupMedian.Row(first, time);
        yield return Metrics.LookupMedian.Row(second, time * ratio);
        yield return Metrics.MedianRatio.Row(second, new Spread(ratio, ratio * 0.95, ratio * 1.05, 10));
        yield return Metrics.MedianRatio.Row(second with { Item = Names.SelfItem }, new Spread(1, 0.98, 1.02, 20));
        yield return Metrics.LookupTail.Row(first, time * 10);
        yield return Metrics.LookupTail.Row(second, time * 10 * ratio / 2);
        yield return Metrics.TailRatio.Row(second, new Spread(ratio / 2, ratio / 2 * 0.95, ratio / 2 * 1.05, 10));
        yield return Metrics.TailRatio.Row(second with { Item = Names.SelfItem }, new Spread(1, 0.9, 1.1, 20));
        yield return Metrics.LookupRate.Row(first, 1e9 / time);
        yield return Metrics.LookupRate.Row(second, 1e9 / time / ratio);
        if (place.Operation != Operations.BesideWriter)
            yield break;
        yield return Metrics.ChangeRate.Row(first, 200_000);
        yield return Metrics.ChangeRate.Row(second, 100_000);
    }

    /// <summary>The page's text, without markup, with plain blanks.</summary>
    private static string Text(string html) => Blanks.Replace(WebUtility.HtmlDecode(Tag.Replace(html, "")).Replace('\u202f', ' '), " ");

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 60_000)]
    private static partial Regex Tag { get; }

    [GeneratedRegex("\\s+", RegexOptions.None, 60_000)]
    private static partial Regex Blanks { get; }
}
