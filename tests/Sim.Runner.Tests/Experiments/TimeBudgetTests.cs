// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Figures.Measuring;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

/// <summary>With a clock that stands still unless a test moves it.</summary>
public sealed class TimeBudgetTests
{
    private double _now;

    [Theory]
    [InlineData(1, 8)]
    [InlineData(2.5, 4)]
    [InlineData(6, 1)]
    [InlineData(100, 1)]
    public void A_part_makes_as_many_groups_as_fit_into_its_share_and_one_at_least(double groupSeconds, int groups)
    {
        var budget = Budget(20);
        budget.Expect(2);
        Assert.Equal(groups, Run(budget.Next(8), groupSeconds));
    }

    [Fact]
    public void A_part_makes_no_more_groups_than_it_may()
    {
        var budget = Budget(1e6);
        budget.Expect(1);
        Assert.Equal(3, Run(budget.Next(3), 1));
        Assert.Equal(5, Run(TimeBudget.Unlimited.Next(5), 1));
    }

    [Fact]
    public void What_a_part_leaves_is_the_later_parts()
    {
        var budget = Budget(20);
        budget.Expect(2);
        Assert.Equal(1, Run(budget.Next(1), 1));
        Assert.Equal(19, Run(budget.Next(100), 1));
        Assert.Equal(20, _now);
    }

    [Fact]
    public void What_is_done_already_and_what_comes_later_is_left_out_of_the_shares()
    {
        var budget = Budget(20);
        budget.Expect(2);
        _now = 6;
        budget.Later = 4;
        Assert.Equal(5, Run(budget.Next(100), 1));
        Assert.Equal(5, Run(budget.Next(100), 1));
        Assert.Equal(16, _now);
    }

    [Fact]
    public void When_the_time_is_over_every_part_still_makes_one_group()
    {
        var budget = Budget(20);
        budget.Expect(3);
        _now = 100;
        Assert.Equal([1, 1, 1], Enumerable.Range(0, 3).Select(_ => Run(budget.Next(9), 1)));
    }

    [Fact]
    public void Costs_that_were_seen_decide_and_not_those_that_were_hoped_for()
    {
        var budget = Budget(10);
        budget.Expect(1);
        var another = budget.Next(100);
        // 1 s, then 5 s: 3 s each on average, so a third one would end at 9 s.
        _now = 1;
        Assert.True(another(1));
        _now = 6;
        Assert.True(another(2));
        _now = 9;
        Assert.False(another(3));
    }

    [Fact]
    public void Work_beside_the_budget_takes_no_time_from_the_parts()
    {
        var budget = Budget(10);
        budget.Expect(2);
        Assert.Equal(5, Run(budget.Next(9), 1));
        budget.Beside(() => _now += 1000);
        Assert.Equal(5, Run(budget.Next(9), 1));
    }

    private TimeBudget Budget(double seconds) => new(seconds, () => _now);

    private int Run(Func<int, bool> another, double seconds)
    {
        var done = 0;
        do
            _now += seconds;
        while (another(++done));
        return done;
    }
}
