// SPDX-License-Identifier: MIT
using CsCheck;
using Sim.Fib;
using Sim.Kernel;
using Sim.Testing;
using Xunit;

namespace Sim.Fib.Tests;

/// <summary>Walks that delete what they stand on.</summary>
public sealed class Fib6WalkTests
{
    private static readonly Gen<(Prefix Prefix, int Metric, bool Doomed)[]> s_routes = Gen.Select(
        Gen.UInt[0, 63],
        Gen.Int[0, 7],
        Gen.Int[1, 3],
        Gen.Bool,
        (bits, length, metric, doomed) => (Prefix.OfV6((UInt128)bits << 122, length), metric, doomed)).Array[0, 60];

    /// <summary>fib6_walk's promise, which fib6_repair_tree keeps by moving the walker.</summary>
    [Fact, Property]
    public void A_walk_that_deletes_sees_every_route_once() => s_routes.Check(
        routes =>
        {
            using var fib = new Fib6Fixture();
            var doomed = new HashSet<(Prefix, int)>();
            var kept = new HashSet<(Prefix, int)>();
            foreach (var (prefix, metric, isDoomed) in routes)
            {
                if (fib.Table.Insert(Fib6Config.Add(prefix, 2) with { Metric = (uint)metric }) == 0)
                    (isDoomed ? doomed : kept).Add((prefix, metric));
            }

            var seen = new List<(Prefix, int)>();
            Assert.Equal(doomed.Count, fib.Table.CleanTree(new Judge(doomed, seen)));
            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.Equal(doomed.Union(kept).ToHashSet(), [.. seen]);
            Assert.Equal(kept, [.. fib.Routes().Select(route => (route.Dst, (int)route.Metric))]);
            Fib6Invariants.Check(fib.Table);
        },
        iter: 500);

    [Fact]
    public void A_dump_shows_what_is_below_a_prefix_before_it_and_the_left_before_the_right()
    {
        using var fib = new Fib6Fixture();
        foreach (var prefix in new[] { "::/0", "8000::/1", "2001:db8::/32", "2001:db8:8000::/33", "2001:db8::/33", "::1/128" })
            Assert.Equal(0, fib.Add(prefix, oif: 3));
        Assert.Equal(
            ["::1/128", "2001:db8::/33", "2001:db8:8000::/33", "2001:db8::/32", "8000::/1", "::/0"],
            fib.Routes().Select(route => route.Dst.ToString()));
    }

    [Fact]
    public void A_visit_shows_nodes_from_the_root_down_with_their_routes()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add("2001:db8::/33", oif: 3));
        Assert.Equal(0, fib.Add("2001:db8:8000::/33", oif: 4));
        Assert.Equal(0, fib.Add("2001:db8:8000::/33", oif: 5, metric: 9));
        var visitor = new Lines([]);
        fib.Table.Visit(ref visitor);
        Assert.Equal(
            [
                "0: bit 0 TopLevelRoot, Root, RouteInfo, 0 routes",
                "1: bit 32 None on 2001:db8::/33, 0 routes",
                "2: bit 33 RouteInfo on 2001:db8::/33, 1 routes",
                "   1024 dev 3",
                "2: bit 33 RouteInfo on 2001:db8:8000::/33, 2 routes",
                "   9 dev 5",
                "   1024 dev 4",
            ],
            visitor.Text);
    }

    [Fact]
    public void Stat_counts_nodes_routes_and_depths()
    {
        using var fib = new Fib6Fixture();
        var empty = fib.Table.Stat();
        Assert.Equal((1, 0, 0, 0, 0.0, 0), (empty.Nodes, empty.RouteNodes, empty.IntermediateNodes, empty.Routes, empty.MeanDepth, empty.MaxDepth));
        Assert.Equal(0, fib.Add("2001:db8::/33"));
        Assert.Equal(0, fib.Add("2001:db8:8000::/33"));
        Assert.Equal(0, fib.Add("2001:db8:8000::/33", metric: 9));
        Assert.Equal(0, fib.Add("::/0"));
        var stat = fib.Table.Stat();
        Assert.Equal((4, 3, 1, 4), (stat.Nodes, stat.RouteNodes, stat.IntermediateNodes, stat.Routes));
        Assert.Equal([1, 0, 2], stat.Depths);
        Assert.Equal(4.0 / 3, stat.MeanDepth);
        Assert.Equal(2, stat.MaxDepth);
    }

    /// <summary>Every change marks the nodes from the route up to the root, which dsts compare; a deletion marks nothing.</summary>
    [Fact]
    public unsafe void An_insertion_raises_the_serial_number_up_to_the_root()
    {
        using var fib = new Fib6Fixture();
        Assert.Equal(0, fib.Add("2001:db8::/33"));
        Assert.Equal(2, fib.Table.Tail(fib.Table.Root)->fn_sernum);
        Assert.Equal(0, fib.Add("2001:db8:8000::/33"));
        var sibling = ((Fib6Info*)fib.Routes()[0].Info)->fib6_node;
        Assert.Equal(2, fib.Table.Tail(sibling)->fn_sernum);
        Assert.Equal(3, fib.Table.Tail(sibling->parent)->fn_sernum);
        Assert.Equal(0, fib.Delete("2001:db8:8000::/33"));
        Assert.Equal(3, fib.Table.Tail(fib.Table.Root)->fn_sernum);
    }

    private readonly unsafe struct Judge(HashSet<(Prefix, int)> doomed, List<(Prefix, int)> seen) : IFib6Clean
    {
        public int Clean(Fib6Info* rt)
        {
            if (rt->fib6_metric == uint.MaxValue) // the null entry
                return 0;
            var route = (Prefix.OfV6(rt->fib6_dst.Address, rt->fib6_dst.plen), (int)rt->fib6_metric);
            seen.Add(route);
            return doomed.Contains(route) ? -1 : 0;
        }
    }

    private readonly unsafe struct Lines(List<string> text) : IFib6Visitor
    {
        public List<string> Text => text;

        public void Node(int depth, int bit, Fib6NodeFlags flags, Fib6Info* leaf, int routes)
        {
            var on = leaf == null ? "" : $" on {Prefix.OfV6(leaf->fib6_dst.Address, leaf->fib6_dst.plen)}";
            text.Add($"{depth}: bit {bit} {flags}{on}, {routes} routes");
        }

        public void Route(Fib6Info* info) =>
            text.Add($"   {info->fib6_metric} dev {Fib6Info.InlineNh(info)->nh_common.nhc_oif}");
    }
}
