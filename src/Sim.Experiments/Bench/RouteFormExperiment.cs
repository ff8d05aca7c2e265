// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>
/// Counts the memory of the FIB for two kinds of routes that name no peer: routes to the device alone, and routes through nexthop objects.
/// The difference from routes that name a peer is the cost of the state in a route. Routes are inserted in the run's order.
/// </summary>
public static class RouteFormExperiment
{
    private static readonly (RouteShape Shape, SchemeName Scheme, string Structure)[] s_forms =
    [
        (RouteShape.Device, SchemeName.PlainRoutes, Names.PlainRoutes), (RouteShape.Nexthop, SchemeName.NexthopObjects, Names.NexthopObjects),
    ];

    public static void Run(BenchContext context)
    {
        var input = context.Ordered(context.Order);
        context.Progress.Step("load, other forms of routes", s_forms.Length, "loads");
        foreach (var (done, form) in s_forms.Index())
        {
            context.Cancel.ThrowIfCancellationRequested();
            using var fib = FibStructure.Create(context.Table.Family, form.Shape, context.Peers, context.Kernel);
            fib.Bind(input.Prefixes, input.Peers);
            var pages = context.AddMemory(fib.Account(), Label, caches: false);
            if (form.Shape == RouteShape.Device)
                AddBoth(context, pages);
            context.Progress.Done(done + 1);
            Figure Label(Figure row) => row with { Scheme = form.Scheme, Structure = form.Structure, Order = context.Order };
        }
    }

    /// <summary>Adds the memory for a daemon that puts every prefix into AllowedIPs and also routes every prefix to the device.</summary>
    private static void AddBoth(BenchContext context, long routes)
    {
        var allowedIps = context.Figures.First(
            row => row.Metric == Metrics.PageBytes && row.Structure == Names.AllowedIps && row.Order == context.Order);
        var at = context.At(Experiment.Memory) with { Scheme = SchemeName.AllowedIps, Structure = Names.Both, Order = context.Order };
        context.Figures.Add(Metrics.PageBytes.Row(at, allowedIps.Value + routes) with { Basis = Basis.Modelled });
    }
}
