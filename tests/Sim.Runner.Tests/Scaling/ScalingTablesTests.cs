// SPDX-License-Identifier: MIT
using Sim.Experiments.Scaling;
using Sim.Figures;
using Sim.Kernel;
using Sim.Workloads;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Scaling;

public sealed class ScalingTablesTests
{
    [Fact]
    public void Samples_are_nested_in_the_files_order_and_dealt_out_evenly()
    {
        var tables = new ScalingTables(Made(1000), seed: 7);
        var file = Made(1000).Routes.Select((route, place) => (route.Prefix, place)).ToDictionary(entry => entry.Prefix, entry => entry.place);
        HashSet<Prefix> before = [];
        foreach (var size in (int[])[10, 30, 333, 1000])
        {
            var table = tables.Of(size);
            Assert.Equal(size, table.Prefixes.Length);
            Assert.Equal(Orders.Sample, table.Origin);
            var places = table.Prefixes.Select(prefix => file[prefix]).ToList();
            Assert.Equal(places.Order(), places);
            Assert.Equal(size, places.Distinct().Count());
            Assert.Subset(table.Prefixes.ToHashSet(), before);
            Assert.Equal(Enumerable.Range(0, size), table.Drawn.Order());
            var shares = table.PeerOf(7).CountBy(peer => peer).Select(share => share.Value).ToList();
            Assert.InRange(shares.Max() - shares.Min(), 0, 1);
            Assert.Equal(7, shares.Count);
            before = [.. table.Prefixes];
        }
    }

    [Fact]
    public void Every_key_lies_in_a_prefix_of_its_table()
    {
        var table = new ScalingTables(Made(1000), seed: 7).Of(20);
        var keys = table.Keys(500, seed: 1);
        Assert.All(keys, key => Assert.Contains(table.Prefixes, prefix => prefix.Contains(key)));
        Assert.All(table.Prefixes, prefix => Assert.Contains(keys, prefix.Contains));
    }

    [Fact]
    public void A_larger_table_is_made_with_the_structure_of_the_given_one()
    {
        var real = EmbeddedTable.Load(Family.IPv6);
        var tables = new ScalingTables(real, seed: 1);
        Assert.True(tables.Grows);
        var table = tables.Of(real.Routes.Length + 20_000);
        Assert.Equal(Orders.Generated, table.Origin);
        Assert.Equal(real.Routes.Length + 20_000, table.Prefixes.Distinct().Count());
        double Share(IEnumerable<Prefix> prefixes) => prefixes.Average(prefix => prefix.Length == 48 ? 1.0 : 0);
        Assert.Equal(Share(real.Routes.Select(route => route.Prefix)), Share(table.Prefixes), 0.06);
    }

    [Fact]
    public void Of_a_small_table_no_larger_one_is_made()
    {
        var tables = new ScalingTables(Made(1000), seed: 1);
        Assert.False(tables.Grows);
        Assert.Throws<InvalidOperationException>(() => tables.Of(1001));
    }

    [Fact]
    public void The_tables_own_size_takes_the_place_of_those_near_it()
    {
        Assert.Equal(
            [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 968_428, 2_000_000, 4_000_000],
            ScalingPlan.Whole.For(968_428, grows: true).Prefixes);
        Assert.Equal([10, 30, 100, 250], ScalingPlan.Whole.For(250, grows: false).Prefixes);
        Assert.Equal([5], ScalingPlan.Whole.For(5, grows: false).Prefixes);
        Assert.Equal(100_000, ScalingPlan.Quick.For(968_428, grows: true).Prefixes[^1]);
        Assert.Equal(250, ScalingPlan.Whole.For(250, grows: false).FixedPrefixes);
    }

    [Fact]
    public void Small_tables_are_measured_more_often_than_large_ones_and_each_at_least_once()
    {
        foreach (var plan in (ScalingPlan[])[ScalingPlan.Whole, ScalingPlan.OfChurn, ScalingPlan.Quick])
        {
            var rounds = ScalingPlan.Whole.Prefixes.Select(plan.Rounds).ToList();
            Assert.Equal(rounds.OrderDescending(), rounds);
            Assert.Equal(plan.MostRounds, rounds[0]);
            Assert.Equal(plan.LeastRounds, rounds[^1]);
        }
    }

    /// <summary>Prefixes in no order of their addresses.</summary>
    internal static RouteTable Made(int prefixes) => new(
        "made", Family.IPv4, [.. Enumerable.Range(0, prefixes).Select(at => new Route(Prefix.OfV4((uint)(at * 7919 % 65_536) << 16, 16 + at % 9), 0, 0))], ["198.18.0.1"]);
}
