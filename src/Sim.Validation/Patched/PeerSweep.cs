// SPDX-License-Identifier: MIT
using System.Globalization;
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Validation.Inputs;
using Sim.Validation.Session;

namespace Sim.Validation.Patched;

/// <summary>
/// Measures the insertion of a route among more and more peers. Its cost depends on fib_info's hash, which the series' patch
/// 2 changes. The module calls fib_table_insert, so netlink is left out.
/// </summary>
public sealed class PeerSweep
{
    /// <summary>The numbers of peers that the routes lead to.</summary>
    private static readonly int[] s_peers = [1, 8, 64, 256, 1000];

    private const int Most = 1000, MostRoutes = 20_000;
    private const uint MainTable = 254;

    private readonly Step _makePeers;
    private readonly List<(int Peers, Step Insert, Step Delete)> _steps = [];

    /// <param name="input">The input whose timed prefixes become the routes.</param>
    public PeerSweep(FamilyInput input)
    {
        _makePeers = new Step("sweep-peers", FamilyInput.MakePeers(Family.IPv4, Most), FamilyInput.StepFile("sweep", "peers", Family.IPv4));
        var some = input.Timed.Insert.Operations.Take(MostRoutes).ToArray();
        foreach (var peers in s_peers.Where(peers => peers < some.Length))
        {
            Step Of(BindKind kind) => new(
                $"sweep-{peers}", [.. some.Select((operation, i) => operation with { Kind = kind, Peer = (ushort)(i % peers) })],
                FamilyInput.StepFile("sweep", string.Create(CultureInfo.InvariantCulture, $"{kind.ToString().ToLowerInvariant()}-{peers}"), Family.IPv4));
            _steps.Add((peers, Of(BindKind.Add), Of(BindKind.Delete)));
        }
    }

    public void Write(string folder)
    {
        foreach (var step in _steps.SelectMany(entry => new[] { entry.Insert, entry.Delete }).Append(_makePeers))
            File.WriteAllBytes(Path.Combine(folder, step.File), BindOperations.ToBytes(step.Operations));
    }

    /// <summary>
    /// Measures inline routes, then routes by nexthop objects. Each round covers all numbers of peers, so drift affects all
    /// alike.
    /// </summary>
    public void Run(ValidationContext context, int prefixes)
    {
        var kernel = context.Machine;
        kernel.Traffic("wg reset");
        kernel.Traffic(Text($"wg add {_makePeers.File} 0 {_makePeers.Operations.Length} {ValidationPlan.MessageBytes}"));
        Measure(context, Names.RouteEncap, "wgpeer", prefixes);
        kernel.Traffic(Text($"nexthop add 1 {Most} encap 4"));
        Measure(context, Names.RouteNexthop, "nexthop", prefixes);
        kernel.Traffic(Text($"nexthop delete 1 {Most}"));
        kernel.Traffic("wg reset");
        kernel.Barrier();
    }

    private void Measure(ValidationContext context, string structure, string shape, int prefixes)
    {
        context.Progress.Step($"{structure}, insert among up to {Most} peers", 1, "rounds");
        var rounds = _steps.Select(_ => new List<double>()).ToList();
        for (var round = 0; round <= context.Plan.UpdateGroups * 2; round++)
        {
            for (var i = 0; i < _steps.Count; i++)
            {
                // One route per peer comes first, so that the timed inserts find every fib_info.
                var (peers, insert, delete) = _steps[i];
                Update(context.Machine, insert, shape, 0, peers);
                var each = Update(context.Machine, insert, shape, peers, insert.Operations.Length - peers);
                Update(context.Machine, delete, shape, 0, delete.Operations.Length);
                // The first round warms up.
                if (round > 0)
                    rounds[i].Add(each);
            }
        }

        for (var i = 0; i < _steps.Count; i++)
        {
            var at = new CheckPoint(structure, Family.IPv4, "", Operations.InsertAmong, prefixes);
            Add(context, context.Row(at, Metrics.Time, Spread.Of([.. rounds[i]])), _steps[i].Peers);
            double[] ratios = [.. rounds[i].Zip(rounds[0], (many, one) => many / one)];
            Add(context, context.Row(at, Metrics.Ratio, Spread.Of(ratios)), _steps[i].Peers);
        }
    }

    private static double Update(KernelUnderTest kernel, Step step, string shape, int from, int count)
    {
        kernel.GiveOperations(step.File, count, from);
        var row = kernel.One(Text($"module update fib {MainTable} {shape}"));
        if (row.Long("failed") != 0)
            throw new InvalidOperationException($"the kernel refused {row.Long("failed")} of the updates in {step.File}");
        kernel.Barrier();
        return row.Long("ns") / (double)count;
    }

    private static void Add(ValidationContext context, Figure figure, int peers) =>
        context.Figures.Add(figure with { Experiment = Experiment.Peers, Side = Sides.Kernel, X = peers, Peers = peers });

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
