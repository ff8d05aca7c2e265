// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Lab;
using Sim.Reports.Pages;
using Sim.Reports.Views;
using Sim.Schemes;
using Xunit;

namespace Sim.Runner.Tests.Reports;

/// <summary>What the first screen calls better, alike and worse, of made-up rows.</summary>
public sealed class ChurnAnswerTests
{
    private const string RemoveMe = "AllowedIPs, REMOVE_ME";
    private const string Attribute = "RTA_WGPEER";

    [Fact]
    public void A_time_is_better_or_worse_by_the_ratio_in_turns_whatever_the_times_say()
    {
        // Measured one after another the attribute looks twice as fast; in turns it takes 1.5 times as long.
        Assert.Contains("worse in changing a prefix", Answer(seconds: (200, 100), ratio: (1.4, 1.5, 1.6), noise: (0.98, 1, 1.02)));
        Assert.Contains("better in changing a prefix", Answer(seconds: (100, 200), ratio: (0.4, 0.5, 0.6), noise: (0.98, 1, 1.02)));
    }

    [Fact]
    public void Within_the_noise_of_the_AA_row_or_five_percent_two_are_about_the_same()
    {
        Assert.Contains("about the same in changing a prefix", Answer(seconds: (200, 100), ratio: (0.7, 0.8, 0.9), noise: (0.85, 1, 1.2)));
        Assert.Contains("about the same in changing a prefix", Answer(seconds: (200, 100), ratio: (0.96, 0.965, 0.97), noise: (0.99, 1, 1.01)));
    }

    [Fact]
    public void What_a_copy_of_the_reference_gains_too_is_no_gain() =>
        Assert.Contains("about the same in changing a prefix", Answer(seconds: (200, 100), ratio: (0.92, 0.93, 0.94), noise: (0.88, 0.89, 0.9)));

    [Fact]
    public void Without_rows_in_turns_the_values_decide() =>
        Assert.Contains("better in changing a prefix", Answer(seconds: (200, 100), ratio: null, noise: null));

    [Fact]
    public void The_best_is_marked_by_ratio_and_what_no_kernel_has_is_never_the_best()
    {
        var page = Answer(seconds: (100, 200), ratio: (0.4, 0.5, 0.6), noise: (0.98, 1, 1.02));
        Assert.Contains("best", Row(page, Attribute));
        Assert.DoesNotContain("best", Row(page, RemoveMe));
        Assert.DoesNotContain("best", Row(page, "RTA_WGPEER, what if: shared states"));
    }

    [Fact]
    public void Below_a_time_stands_the_ratio_that_it_is_judged_by()
    {
        var page = Answer(seconds: (100, 200), ratio: (0.4, 0.5, 0.6), noise: (0.98, 1.01, 1.02));
        Assert.Matches("× <a [^>]*>0.500</a>", Row(page, Attribute));
        Assert.Matches("A/A <a [^>]*>1.01</a>", Row(page, RemoveMe));
        Assert.DoesNotContain("×", Row(Answer(seconds: (100, 200), ratio: null, noise: null), Attribute));
    }

    [Fact]
    public void What_is_the_same_with_cold_caches_and_worse_with_warm_ones_is_said_to_be_so()
    {
        var page = Answer(seconds: (200, 100), ratio: (0.98, 1, 1.02), noise: (0.98, 1, 1.02), warm: (1.3, 1.4, 1.5));
        Assert.Contains("in changing a prefix about the same with cold caches, worse with warm ones", page);
        Assert.Matches("warm × <a [^>]*>1.40</a>", Row(page, Attribute));
        Assert.Contains("worse in changing a prefix", Answer(seconds: (200, 100), ratio: (1.3, 1.4, 1.5), noise: (0.98, 1, 1.02), warm: (1.3, 1.4, 1.5)));
    }

    [Theory]
    [InlineData(Figure.Unsettled, "not settled in changing a prefix (passes disagree)")]
    [InlineData(Figure.Busy, "not settled in changing a prefix (the machine was busy)")]
    public void A_ratio_that_is_not_settled_gets_no_verdict_and_the_table_marks_it(string flag, string headline)
    {
        var page = Answer(seconds: (200, 100), ratio: (0.4, 0.5, 0.6), noise: (0.98, 1, 1.02), flag: flag);
        Assert.Contains(headline, page);
        Assert.Contains("class=\"flag\"", Row(page, Attribute));
        Assert.DoesNotContain("class=\"best\"", Row(page, Attribute));
    }

    [Fact]
    public void What_equals_differ_among_a_pairs_own_repetitions_is_no_difference()
    {
        // The A/A row was taken at another moment, when the machine was quiet.
        Assert.Contains("better in changing a prefix", Answer(seconds: (200, 100), ratio: (0.6, 0.7, 0.8), noise: (0.99, 1, 1.01), own: 1.02));
        Assert.Contains("about the same in changing a prefix", Answer(seconds: (200, 100), ratio: (0.6, 0.7, 0.8), noise: (0.99, 1, 1.01), own: 1.4));
    }

    private static string Row(string page, string scheme)
    {
        var start = page.IndexOf($"<tr><th scope=\"row\">{scheme}</th>", StringComparison.Ordinal);
        return page[start..page.IndexOf("</tr>", start, StringComparison.Ordinal)];
    }

    private static string Answer((double RemoveMe, double Attribute) seconds, (double, double, double)? ratio, (double, double, double)? noise, (double, double, double)? warm = null,
        string flag = "", double? own = null)
    {
        Figure Update(string scheme, string metric, double value) => new()
        {
            Experiment = "replay", Scheme = scheme, Operation = "update", X = 0, Metric = Metrics.Of(metric, "replay"), Unit = metric.StartsWith("ratio", StringComparison.Ordinal) ? "ratio" : "ns",
            Value = value, Basis = Basis.Measured, Family = 6,
        };
        List<Figure> figures =
        [
            Update(RemoveMe, "time-per-change", seconds.RemoveMe), Update(Attribute, "time-per-change", seconds.Attribute),
            Update("RTA_WGPEER, what if: shared states", "time-per-change", 1),
            Update(Attribute, "changes-taken", 1), Update(RemoveMe, "changes-taken", 1), Update("RTA_WGPEER, what if: shared states", "changes-taken", 1),
        ];
        if (noise is var (low, value, high))
            figures.Add(Update(RemoveMe, "ratio", value) with { Low = low, High = high, N = 12, Item = "A/A" });
        if (ratio is var (least, middle, most))
        {
            figures.Add(Update(Attribute, "ratio", middle) with { Low = least, High = most, N = 12, Item = $"to {RemoveMe}", Flag = flag, Bound = own });
            figures.Add(Update("RTA_WGPEER, what if: shared states", "ratio", 0.1) with { Low = 0.1, High = 0.1, N = 12, Item = $"to {RemoveMe}" });
        }

        if (warm is var (fast, usual, slow))
        {
            figures.Add(Update(RemoveMe, "ratio-warm", 1) with { Low = 0.99, High = 1.01, N = 12, Item = "A/A" });
            figures.Add(Update(Attribute, "ratio-warm", usual) with { Low = fast, High = slow, N = 12, Item = $"to {RemoveMe}" });
        }

        var run = new FabricatedRun().Build() with { Figures = figures };
        return ChurnAnswer.Of(ChurnView.Of(new Rows(run))!).Body.ToString();
    }
}
