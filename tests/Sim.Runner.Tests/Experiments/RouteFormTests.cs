// SPDX-License-Identifier: MIT
using Sim.Experiments.Bench;
using Sim.Figures;
using Sim.Kernel;
using Sim.Workloads;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

public sealed class RouteFormTests
{
    private const int Peers = 4;
    private const int Prefixes = 1000;

    [Fact]
    public void Naming_a_peer_costs_each_IPv6_route_a_state_and_a_nexthop_object_saves_the_nexthop()
    {
        var context = Run(Family.IPv6);
        // A state is in kmalloc-64; what names the peer, which all its states share, in kmalloc-128.
        var attribute = Objects(context, Names.Fib);
        Assert.Equal((64 * Prefixes) + (128 * Peers), attribute - Objects(context, Names.PlainRoutes));
        // Without a nexthop a route is in kmalloc-256 (192 in 6.12) in place of kmalloc-512, and has no pointers for each processor.
        var saved = 512 - 256 + (2 * 8);
        Assert.InRange(Objects(context, Names.PlainRoutes) - Objects(context, Names.NexthopObjects), (saved * Prefixes) - (1024 * Peers), saved * Prefixes);
    }

    [Fact]
    public void Naming_a_peer_costs_IPv4_a_few_objects_a_peer()
    {
        var context = Run(Family.IPv4);
        Assert.InRange(Objects(context, Names.Fib) - Objects(context, Names.PlainRoutes), 1, 1024 * Peers);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void AllowedIPs_beside_every_route_are_AllowedIPs_and_plain_routes(Family family)
    {
        var context = Run(family);
        double Pages(string structure) =>
            context.Figures.Single(f => f.Metric.Name == "page-bytes" && f.Structure == structure && f.Order == "file").Value;
        Assert.Equal(Pages(Names.AllowedIps) + Pages(Names.PlainRoutes), Pages(Names.Both));
    }

    private static double Objects(BenchContext context, string structure) =>
        context.Figures.Single(f => f.Metric.Name == "object-bytes" && f.Structure == structure && f.Order == "file").Value;

    private static BenchContext Run(Family family)
    {
        var routes = Enumerable.Range(0, Prefixes).Select(i => new Route(new Prefix(family, (UInt128)(i * 4093) << 106, 22), 0, 0)).DistinctBy(route => route.Prefix);
        var table = new RouteTable("test", family, [.. routes], ["-"]);
        Assert.Equal(Prefixes, table.Routes.Length);
        var context = new BenchContext(table, [.. Enumerable.Range(0, Prefixes).Select(i => i % Peers)])
        {
            Peers = Peers,
            Order = "file",
            Seed = 1,
            Plan = BenchPlan.Quick,
            KeyPatterns = [],
            Progress = new NoProgress(),
        };
        LoadExperiment.Run(context, () => RouteFormExperiment.Run(context));
        return context;
    }
}
