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

        Assert.Equal("IPv4: against allowedips, fib (the route attribute’s trie) wins on memory, lookup and update.", fib.Headline());
        Assert.Equal("Lookup: fib is faster in all 8 cases, with 0.500 of the time of allowedips.", fib.Sentence(fib.Lookup));
        Assert.StartsWith("Memory: fib is smaller, with 0.500 of the memory of allowedips.", fib.Sentence(fib.Memory), StringComparison.Ordinal);
        Assert.Equal("IPv4: against allowedips, fib (the route attribute’s trie) loses on memory, lookup and update.", allowedIps.Headline());
        Assert.Equal("Lookup: allowedips is faster in all 8 cases, with 0.500 of the time of fib.", allowedIps.Sentence(allowedIps.Lookup));
        Assert.StartsWith("Memory: allowedips is smaller, with 0.500 of the memory of fib.", allowedIps.Sentence(allowedIps.Memory), StringComparison.Ordinal);
    }

    [Fact]
    public void Within_the_noise_the_run_cannot_tell()
    {
        var verdict = VerdictOf(new FabricatedRun { LookupRatio = (_, _) => .98, Noise = .03 });

        Assert.All(verdict.Lookup.Cases, c => Assert.Equal(Winner.CannotTell, c.Winner));
        Assert.Equal("Lookup: this run cannot tell the two apart. The quartiles of the ratio are not clear of the A/A noise (±4.2 %).",
            verdict.Sentence(verdict.Lookup));
        Assert.EndsWith("loses on memory and update, and cannot be told apart on lookup.", verdict.Headline(), StringComparison.Ordinal);
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

        Assert.Equal("Lookup: this run cannot tell the two apart. The run has no A/A row, so its noise is not known.", verdict.Sentence(verdict.Lookup));
        Assert.Equal(Winner.AllowedIps, verdict.Memory.Winner);
    }

    [Fact]
    public void Fewer_than_three_repetitions_decide_nothing()
    {
        var run = new FabricatedRun { LookupRatio = (_, _) => .2 }.Build();
        var few = run with { Figures = [.. run.Figures.Select(f => f.Experiment == "lookup" ? f with { N = 2 } : f)] };
        var verdict = new Verdict(new Rows(few));

        Assert.Equal("Lookup: this run cannot tell the two apart. Too few repetitions to know the spread.", verdict.Sentence(verdict.Lookup));
    }

    [Fact]
    public void When_each_wins_somewhere_both_are_named()
    {
        var verdict = VerdictOf(new FabricatedRun { LookupRatio = (keys, _) => keys == "hot" ? 1.5 : .5 });

        Assert.Equal("Lookup: fib is faster in 6 of 8 cases, with 0.500 of the time of allowedips; allowedips is faster in 2 of 8 cases "
            + "(one hot address, independent keys; one hot address, dependent chain), with 0.667 of the time of fib.", verdict.Sentence(verdict.Lookup));
        Assert.Contains("wins some cases and loses others on lookup", verdict.Headline(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_winner_of_memory_that_depends_on_the_order_is_said_to()
    {
        var verdict = VerdictOf(new FabricatedRun { MemoryRatio = .985 });
        Assert.Contains("The winner depends on the order of insertion", verdict.Sentence(verdict.Memory), StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_counts_are_the_same_and_not_a_win()
    {
        var run = new FabricatedRun().Build();
        var same = run with { Figures = [.. run.Figures.Select(f => f.Metric == "page-bytes" ? f with { Value = 1e6, Low = 1e6, High = 1e6 } : f)] };
        var verdict = new Verdict(new Rows(same));

        Assert.Equal("Memory: the two are the same.", verdict.Sentence(verdict.Memory));
        Assert.Contains("is level on memory", verdict.Headline(), StringComparison.Ordinal);
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
    [InlineData(Figure.Busy, "is not settled (the machine was busy) on lookup", "Lookup: not settled. The machine was busy: measure again on a quiet machine.")]
    [InlineData(Figure.Unsettled, "is not settled (passes disagree) on lookup", "Lookup: not settled. Passes over it disagree: measure again on a quiet machine.")]
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
        var verdict = Flagged(Figure.Unsettled, f => f is { Experiment: "lookup", Keys: "hot", Metric: "ratio" });
        Assert.Equal(Winner.Fib, verdict.Lookup.Winner);
        Assert.Equal(2, verdict.Lookup.Won(Winner.CannotTell).Count);
        Assert.EndsWith("In 2 cases (one hot address, independent keys; one hot address, dependent chain) this run cannot tell. Passes over it disagree: "
            + "measure again on a quiet machine.", verdict.Sentence(verdict.Lookup), StringComparison.Ordinal);
    }

    private static Verdict Flagged(string flag, Func<Figure, bool> which)
    {
        var run = new FabricatedRun { LookupRatio = (_, _) => .5 }.Build();
        return new Verdict(new Rows(run with { Figures = [.. run.Figures.Select(f => which(f) ? f with { Flag = flag } : f)] }));
    }

    private static Verdict VerdictOf(FabricatedRun run) => new(new Rows(run.Build()));
}
