// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Churn;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;
using Xunit;

namespace Sim.Workloads.Tests.Churn;

public sealed class CoalescerTests
{
    private static readonly Prefix s_a = Prefix.Parse("10.0.0.0/8");
    private static readonly Prefix s_b = Prefix.Parse("11.0.0.0/8");

    [Fact]
    public void A_window_opens_with_its_first_change_and_what_cancels_out_is_gone()
    {
        using var spool = Spool(
            new(100, s_a, 0, 1), new(103, s_b, -1, 0), new(109, s_a, 1, 0), new(110, s_a, 0, -1), new(125, s_a, -1, 2), new(500, s_b, 0, -1));
        var coalescer = new Coalescer(spool, 10);
        Assert.Equal("due 110, taken 3: 11.0.0.0/8 -1>0", Next(coalescer));
        Assert.Equal("due 120, taken 1: 10.0.0.0/8 0>-1", Next(coalescer));
        Assert.Equal("due 135, taken 1: 10.0.0.0/8 -1>2", Next(coalescer));
        Assert.Equal("due 510, taken 1: 11.0.0.0/8 0>-1", Next(coalescer));
        Assert.Equal("end", Next(coalescer));
        Assert.Equal("end", Next(coalescer));
    }

    [Fact]
    public void Without_a_window_each_change_is_a_batch_of_its_own_even_of_one_instant()
    {
        using var spool = Spool(new(100, s_a, 0, 1), new(100, s_a, 1, 0));
        var coalescer = new Coalescer(spool, 0);
        Assert.Equal("due 100, taken 1: 10.0.0.0/8 0>1", Next(coalescer));
        Assert.Equal("due 100, taken 1: 10.0.0.0/8 1>0", Next(coalescer));
        Assert.Equal("end", Next(coalescer));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1000)]
    [InlineData(long.MaxValue / 2)]
    public void Whatever_the_window_the_batches_end_in_the_binding_that_the_changes_end_in(long window)
    {
        for (var seed = 1ul; seed <= 20; seed++)
        {
            var (start, changes) = RandomChanges(seed);
            var expected = new Dictionary<Prefix, int>(start);
            foreach (var change in changes)
                expected[change.Prefix] = change.NewPeer;

            using var spool = Spool([.. changes]);
            var bound = new Dictionary<Prefix, int>(start);
            var (coalescer, taken, due) = (new Coalescer(spool, window), 0L, long.MinValue);
            while (coalescer.Next())
            {
                Assert.True(coalescer.Opened >= due || window == 0, "windows do not overlap");
                (due, taken) = (coalescer.Due, taken + coalescer.Taken);
                var seen = new HashSet<Prefix>();
                foreach (var change in coalescer.Batch)
                {
                    Assert.True(seen.Add(change.Prefix), "a prefix is in a batch once");
                    Assert.NotEqual(RouteChange.None, change.Kind);
                    Assert.Equal(bound[change.Prefix], change.OldPeer);
                    bound[change.Prefix] = change.NewPeer;
                }
            }

            Assert.Equal(changes.Count, taken);
            Assert.Equal(expected, bound);
        }
    }

    private static (Dictionary<Prefix, int> Start, List<BindingChange> Changes) RandomChanges(ulong seed)
    {
        var rng = new Rng(seed);
        var start = new Dictionary<Prefix, int>();
        for (var i = 0; i < 12; i++)
            start[Prefix.OfV4((uint)i << 24, 8)] = rng.Below(4) - 1;
        var (bound, changes, time) = (new Dictionary<Prefix, int>(start), new List<BindingChange>(), 0L);
        while (changes.Count < 300)
        {
            time += rng.Below(6) == 0 ? rng.Below(40) : 0;
            var prefix = Prefix.OfV4((uint)rng.Below(12) << 24, 8);
            var peer = rng.Below(4) - 1;
            if (peer == bound[prefix])
                continue;
            changes.Add(new BindingChange(time, prefix, bound[prefix], peer));
            bound[prefix] = peer;
        }

        return (start, changes);
    }

    private static ChangeSpool Spool(params BindingChange[] changes)
    {
        var spool = new ChangeSpool();
        foreach (var change in changes)
            spool.Add(in change);
        return spool;
    }

    private static string Next(Coalescer coalescer) =>
        coalescer.Next()
            ? $"due {coalescer.Due}, taken {coalescer.Taken}: "
                + string.Join(" ", coalescer.Batch.ToArray().Select(change => $"{change.Prefix} {change.OldPeer}>{change.NewPeer}"))
            : "end";
}
