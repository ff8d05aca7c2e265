// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Measuring;
using Sim.Kernel;
using Sim.Reports.Views;
using Sim.Schemes;
using Xunit;

namespace Sim.Runner.Tests.Reports;

public sealed class VerdictTests
{
    [Fact]
    public void Swapping_the_values_swaps_the_sentences()
    {
        var fib = VerdictOf(new FabricatedRun { LookupRatio = (_, _) => .5, UpdateRatio = _ => .5, MemoryRatio = .5 });
        var allowedIps = VerdictOf(new FabricatedRun { LookupRatio = (_, _) => 2, UpdateRatio = _ => 2, MemoryRatio = 2 });

        Assert.Equal(
            "In IPv4 the route attribute (fib) takes 50 % less memory than allowedips. Lookups are 2.0 times faster. Single changes are 2.0 times faster.", fib.Headline());
        Assert.Equal("Lookup: fib is 2.0 times faster.", fib.Sentence(fib.Lookup));
        Assert.StartsWith("Memory: fib takes 50 % less memory than allowedips.", fib.Sentence(fib.Memory), StringComparison.Ordinal);
        Assert.Equal(
            "In IPv4 the route attribute (fib) takes 2.0 times as much memory as allowedips. Lookups are 2.0 times slower. Single changes are 2.0 times slower.",
            allowedIps.Headline());
        Assert.Equal("Lookup: fib is 2.0 times slower.", allowedIps.Sentence(allowedIps.Lookup));
        Assert.StartsWith("Memory: fib takes 2.0 times as much memory as allowedips.", allowedIps.Sentence(allowedIps.Memory), StringComparison.Ordinal);
    }

    [Fact]
    public void Within_the_noise_the_run_cannot_tell()
    {
        var verdict = VerdictOf(new FabricatedRun { LookupRatio = (_, _) => .98, Noise = .03 });

        Assert.All(verdict.Lookup.Cases, c => Assert.Equal(Winner.CannotTell, c.Winner));
        Assert.Equal("Lookup: this run cannot tell the two apart. The ratio’s quartiles reach into the A/A noise (±4.2 %).",
            verdict.Sentence(verdict.Lookup));
        Assert.EndsWith("No verdict on lookups (cannot be told apart).", verdict.Headline(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_difference_counts_or_not_as_the_noise_is_small_or_large()
    {
        var quiet = VerdictOf(new FabricatedRun { LookupRatio = (_, _) => .9, Noise = .01 });
        var loud = VerdictOf(new FabricatedRun { LookupRatio = (_, _) => .9, Noise = .15 });

        Assert.Equal(Winner.Fib, quiet.Lookup.Winner);
        Assert.Equal(Winner.CannotTell, loud.Lookup.Winner);
    }

    [Fact]
    public void Quartiles_that_reach_into_the_noise_decide_nothing()
    {
        var run = new FabricatedRun { LookupRatio = (_, _) => .9, Noise = .01 }.Build();
        var wide = run with { Figures = [.. run.Figures.Select(f => f.Structure == "fib/allowedips" ? f with { High = 1.0 } : f)] };

        Assert.Equal(Winner.Fib, new Verdict(new Rows(run)).Lookup.Winner);
        Assert.Equal(Winner.CannotTell, new Verdict(new Rows(wide)).Lookup.Winner);
    }

    [Fact]
    public void Without_an_AA_row_no_measured_difference_is_called_one_but_counts_are()
    {
        var verdict = VerdictOf(new FabricatedRun { WithAa = false, LookupRatio = (_, _) => .2 });

        Assert.Equal("Lookup: this run cannot tell the two apart. The run has no A/A row, so its noise is unknown.", verdict.Sentence(verdict.Lookup));
        Assert.Equal(Winner.AllowedIps, verdict.Memory.Winner);
    }

    [Fact]
    public void Fewer_than_three_repetitions_decide_nothing()
    {
        var run = new FabricatedRun { LookupRatio = (_, _) => .2 }.Build();
        var few = run with { Figures = [.. run.Figures.Select(f => f.Experiment == "lookup" ? f with { N = 2 } : f)] };
        var verdict = new Verdict(new Rows(few));

        Assert.Equal("Lookup: this run cannot tell the two apart. There are too few repetitions to know the spread.", verdict.Sentence(verdict.Lookup));
    }

    [Fact]
    public void When_each_wins_somewhere_both_are_named()
    {
        var verdict = VerdictOf(new FabricatedRun { LookupRatio = (keys, _) => keys == "hot" ? 1.5 : .5 });

        const string said = "2.0 times faster in 6 of 8 cases, and 1.5 times slower in 2 (one hot address, independent keys; one hot address, dependent chain).";
        Assert.Equal($"Lookup: fib is {said}", verdict.Sentence(verdict.Lookup));
        Assert.Contains($"Lookups are {said}", verdict.Headline(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_winner_of_memory_that_depends_on_the_order_is_said_to()
    {
        var verdict = VerdictOf(new FabricatedRun { MemoryRatio = .985 });
        Assert.Contains("The order of insertion decides: fib takes from ", verdict.Sentence(verdict.Memory), StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_counts_are_the_same_and_not_a_win()
    {
        var run = new FabricatedRun().Build();
        var same = run with { Figures = [.. run.Figures.Select(f => f.Metric.Name == "page-bytes" ? f with { Value = 1e6, Low = 1e6, High = 1e6 } : f)] };
        var verdict = new Verdict(new Rows(same));

        Assert.StartsWith("Memory: fib takes as much memory as allowedips.", verdict.Sentence(verdict.Memory), StringComparison.Ordinal);
        Assert.Contains("takes as much memory as allowedips", verdict.Headline(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_ratio_rows_the_medians_are_divided_and_bounded_by_their_quartiles()
    {
        var run = new FabricatedRun { LookupRatio = (_, _) => .5 }.Build();
        var rows = new Rows(run with { Figures = [.. run.Figures.Where(f => f.Structure != "fib/allowedips")] });
        var c = new Verdict(rows).Lookup.Cases[0];

        Assert.False(c.Paired);
        Assert.Equal(.5, c.Ratio, 9);
        Assert.Equal(.5 * .94 / 1.078, c.Low, 9);
        Assert.Equal(.5 * 1.078 / .94, c.High, 9);
        Assert.Equal(Winner.Fib, c.Winner);
    }

    [Fact]
    public void One_structure_alone_is_compared_with_nothing()
    {
        var verdict = VerdictOf(new FabricatedRun { WithFib = false, Family = 6 });
        Assert.Equal("Only allowedips was measured in this run: there is nothing to compare it with.", verdict.Headline());
    }

    [Fact]
    public void A_case_is_held_against_its_own_AA_row_where_it_has_one()
    {
        var run = new FabricatedRun { Noise = .01, LookupRatio = (_, _) => .9 }.Build();
        var loudHot = run with { Figures = [.. run.Figures.Select(f => f.Experiment == "aa" && f.Keys == "hot" ? f with { Low = .8, High = 1.2 } : f)] };
        var verdict = new Verdict(new Rows(loudHot));

        Assert.Equal(2, verdict.Lookup.Won(Winner.CannotTell).Count);
        Assert.Equal(6, verdict.Lookup.Won(Winner.Fib).Count);
        // Updates have no A/A row of their own here: the widest of all counts.
        Assert.Equal(1 / .8, verdict.Update.Cases[0].Noise!.Value, 9);
    }

    [Theory]
    [InlineData(Figure.Busy, "No verdict on lookups (not settled, because the machine was busy).", "Lookup: not settled. The machine was busy: measure again on a quiet machine.")]
    [InlineData(Figure.Unsettled, "No verdict on lookups (not settled, because passes disagree).", "Lookup: not settled. Its passes disagree: measure again on a quiet machine.")]
    public void Rows_that_are_not_settled_get_no_verdict_and_the_headline_says_why(string flag, string headline, string sentence)
    {
        var verdict = Flagged(flag, f => f.Experiment == "lookup");
        Assert.All(verdict.Lookup.Cases, c => Assert.Equal(Winner.CannotTell, c.Winner));
        Assert.Contains(headline, verdict.Headline(), StringComparison.Ordinal);
        Assert.Equal(sentence, verdict.Sentence(verdict.Lookup));
        Assert.Equal(Winner.AllowedIps, verdict.Memory.Winner);
    }

    [Fact]
    public void Cases_that_are_settled_decide_where_others_are_not()
    {
        var verdict = Flagged(Figure.Unsettled, f => f is { Experiment: "lookup", Keys: "hot", Metric.Name: "ratio" });
        Assert.Equal(Winner.Fib, verdict.Lookup.Winner);
        Assert.Equal(2, verdict.Lookup.Won(Winner.CannotTell).Count);
        Assert.EndsWith("In 2 cases (one hot address, independent keys; one hot address, dependent chain) this run cannot tell. Its passes disagree: "
            + "measure again on a quiet machine.", verdict.Sentence(verdict.Lookup), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0866, "12 times faster")]
    [InlineData(0.5, "2.0 times faster")]
    [InlineData(0.9, "11 % faster")]
    [InlineData(0.999, "0.10 % faster")]
    [InlineData(1.0, "as fast")]
    [InlineData(1.04, "4.0 % slower")]
    [InlineData(3.12, "3.1 times slower")]
    [InlineData(137.4, "137 times slower")]
    public void A_ratio_of_times_is_said_as_people_say_it(double ratio, string said) => Assert.Equal(said, Phrases.Speed(ratio));

    [Theory]
    [InlineData(0.972, "2.8 % less")]
    [InlineData(0.5, "50 % less")]
    [InlineData(1.0, "as much")]
    [InlineData(1.029, "2.9 % more")]
    [InlineData(5.24, "5.2 times as much")]
    public void A_ratio_of_amounts_is_said_in_percent_or_times(double ratio, string said) => Assert.Equal(said, Phrases.Amount(ratio));

    [Fact]
    public void Several_ratios_are_said_from_the_least_to_the_greatest()
    {
        Assert.Equal("1.7 to 11 times faster", Phrases.Speed([0.09, 0.6, 0.2]));
        Assert.Equal("1.05 to 11 times faster", Phrases.Speed([0.09, 0.952]));
        Assert.Equal("10 to 20 % slower", Phrases.Speed([1.1, 1.2]));
        Assert.Equal("2.8 % less memory than allowedips", Phrases.Amount(0.972, "memory", "allowedips"));
        Assert.Equal("3.0 times as much memory as allowedips", Phrases.Amount(3, "memory", "allowedips"));
    }

    private static Verdict Flagged(string flag, Func<Figure, bool> which)
    {
        var run = new FabricatedRun { LookupRatio = (_, _) => .5 }.Build();
        return new Verdict(new Rows(run with { Figures = [.. run.Figures.Select(f => which(f) ? f with { Flag = flag } : f)] }));
    }

    private static Verdict VerdictOf(FabricatedRun run) => new(new Rows(run.Build()));
}
