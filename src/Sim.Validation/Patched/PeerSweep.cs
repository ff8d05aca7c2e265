// SPDX-License-Identifier: MIT
namespace Sim.Validation.Patched;

/// <summary>
/// Measures the time to insert a route for growing numbers of peers. The time of an insertion depends on the hash of fib_infos, which the
/// first patch of series-fixes changes. The module calls fib_table_insert directly, without netlink.
/// </summary>
public sealed class PeerSweep
{
    private static readonly int[] s_peers = [1, 8, 64, 256, 1000];

    private const int Most = 1000, MostRoutes = 20_000;

    private readonly Step _makePeers;
    private readonly List<(int Peers, Step Insert, Step Delete)> _steps = [];

    /// <param name="input">The input whose timed prefixes get the routes.</param>
    public PeerSweep(FamilyInput input)
    {
        _makePeers = new Step("sweep-peers", FamilyInput.MakePeers(Family.IPv4, Most), FamilyInput.StepFile("sweep", "peers", Family.IPv4));
        var some = input.Timed.Insert.Operations.Take(MostRoutes).ToArray();
        foreach (var peers in s_peers.Where(peers => peers < some.Length))
        {
            BindingChange[] inserts = [.. some.Select((operation, i) => operation with { NewPeer = i % peers })];
            Step Of(string kind, BindingChange[] changes) => new($"sweep-{peers}", changes, FamilyInput.StepFile("sweep", $"{kind}-{peers}", Family.IPv4));
            _steps.Add((peers, Of("add", inserts), Of("delete", Array.ConvertAll(inserts, insert => insert.Reversed))));
        }
    }

    public void Write(string folder)
    {
        foreach (var step in _steps.SelectMany(entry => new[] { entry.Insert, entry.Delete }).Append(_makePeers))
            step.Write(folder);
    }

    /// <summary>Measures routes that name peers, and then routes that use nexthop objects. Each round goes through all numbers of
    /// peers.</summary>
    public void Run(ValidationContext context, int prefixes)
    {
        var kernel = context.Machine;
        kernel.Traffic("wg reset");
        kernel.Traffic($"wg add {_makePeers.File} 0 {_makePeers.Operations.Length} {ValidationPlan.MessageBytes}");
        kernel.Traffic($"wg mode {RouteMode.Auto.AgentWord()}");
        Measure(context, Names.RouteEncap, "encap", prefixes);
        kernel.Traffic($"nexthop add 1 {Most} encap 4");
        Measure(context, Names.RouteNexthop, "nexthop", prefixes);
        kernel.Traffic($"nexthop delete 1 {Most}");
        kernel.Traffic("wg reset");
        kernel.Barrier();
    }

    private void Measure(ValidationContext context, string structure, string shape, int prefixes)
    {
        context.Progress.Step($"{structure}, insert among up to {Most} peers", 1, "rounds");
        var table = $"fib {RouteTableId.Main} {shape}";
        var rounds = _steps.Select(_ => new List<double>()).ToList();
        for (var round = 0; round <= context.Plan.UpdateGroups * 2; round++)
        {
            for (var i = 0; i < _steps.Count; i++)
            {
                // One route per peer comes first, so that the timed inserts find every fib_info.
                var (peers, insert, delete) = _steps[i];
                context.Machine.TimeUpdates(table, insert.File, peers);
                var each = context.Machine.TimeUpdates(table, insert.File, insert.Operations.Length - peers, from: peers);
                context.Machine.TimeUpdates(table, delete.File, delete.Operations.Length);
                // The first round warms up.
                if (round > 0)
                    rounds[i].Add(each);
            }
        }

        for (var i = 0; i < _steps.Count; i++)
        {
            var at = context.At(structure, Family.IPv4, "", Operations.InsertAmong, prefixes);
            Add(context, Metrics.Time.Row(at, Spread.Of([.. rounds[i]])), _steps[i].Peers);
            double[] ratios = [.. rounds[i].Zip(rounds[0], (many, one) => many / one)];
            Add(context, Metrics.Ratio.Row(at, Spread.Of(ratios)), _steps[i].Peers);
        }
    }

    private static void Add(ValidationContext context, Figure figure, int peers) =>
        context.Figures.Add(figure with { Experiment = Experiment.Peers, Side = Sides.Kernel, X = peers, Peers = peers });
}
