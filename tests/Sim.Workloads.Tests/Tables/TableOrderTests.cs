// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Tables;

public sealed class TableOrderTests
{
    public static TheoryData<Family> Families => [Family.IPv4, Family.IPv6];

    [Theory, Property]
    [MemberData(nameof(Families))]
    public void Every_order_is_a_permutation_and_sorted_ones_agree_with_the_comparisons(Family family) =>
        TestTables.PrefixSets(family, 80).Check(
            prefixes =>
            {
                var table = Table(family, prefixes);
                var before = table.Routes.ToArray();
                var sorted = prefixes.ToArray();
                Array.Sort(sorted);
                var byLength = prefixes.ToArray();
                Array.Sort(byLength, Prefix.CompareByLength);
                Assert.Equal(prefixes, Order(table, RouteOrder.File));
                Assert.Equal(sorted, Order(table, RouteOrder.Sorted));
                Assert.Equal(byLength, Order(table, RouteOrder.ByLength));
                Assert.Equal(sorted, Order(table, RouteOrder.Shuffled).Order());
                Assert.Equal(before, table.Routes);
                PrefixOrder.Sort(prefixes);
                Assert.Equal(sorted, prefixes);
            },
            iter: 200);

    [Theory, Property]
    [MemberData(nameof(Families))]
    public void Routes_keep_what_they_are_bound_to(Family family) =>
        TestTables.PrefixSets(family, 50).Check(
            prefixes =>
            {
                var table = Table(family, prefixes);
                foreach (var order in Enum.GetValues<RouteOrder>())
                    Assert.Equal(table.Routes.ToHashSet(), TableOrder.Permute(table, order, 3).ToHashSet());
            },
            iter: 50);

    [Fact]
    public void Shuffling_depends_on_the_seed_and_the_set_only()
    {
        var table = EmbeddedTable.Load(Family.IPv6);
        var shuffled = Order(table, RouteOrder.Shuffled);
        var reversed = new RouteTable("", Family.IPv6, table.Routes.Reverse().ToArray(), table.NextHops);
        Assert.Equal(shuffled, Order(reversed, RouteOrder.Shuffled));
        Assert.NotEqual(shuffled, TableOrder.Permute(table, RouteOrder.Shuffled, 2).Select(route => route.Prefix));
    }

    [Fact]
    public void Names_are_read_back_and_others_refused()
    {
        foreach (var order in Enum.GetValues<RouteOrder>())
            Assert.Equal(order, TableOrder.Parse(TableOrder.Names[(int)order]));
        Assert.Throws<ArgumentException>(() => TableOrder.Parse("random"));
    }

    [Theory, Property]
    [MemberData(nameof(Families))]
    public void The_prefix_set_agrees_with_a_hash_set(Family family) =>
        TestTables.Prefixes(family).Array[0, 200].Check(
            prefixes =>
            {
                var set = new PrefixSet(1);
                var model = new HashSet<Prefix>();
                var order = new List<Prefix>();
                foreach (var prefix in prefixes)
                {
                    var isNew = model.Add(prefix);
                    Assert.Equal(isNew, set.Add(prefix));
                    if (isNew)
                        order.Add(prefix);
                }

                Assert.Equal(order, set.Items.ToArray());
            },
            iter: 200);

    private static Prefix[] Order(RouteTable table, RouteOrder order) =>
        Array.ConvertAll(TableOrder.Permute(table, order, 1), route => route.Prefix);

    private static RouteTable Table(Family family, Prefix[] prefixes) =>
        new("t", family, prefixes.Select((prefix, i) => new Route(prefix, i % 3, (uint)i)).ToArray(), ["a", "b", "c"]);
}
