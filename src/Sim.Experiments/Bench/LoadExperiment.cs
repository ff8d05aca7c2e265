// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>Loads the table into each structure in each order of insertion. The order affects memory and shape as well as time.</summary>
public static class LoadExperiment
{
    /// <summary>Times the loads in two or more passes, and runs other work between the first two passes.</summary>
    public static void Run(BenchContext context, Action between)
    {
        var cases = new List<PairedCase>();
        foreach (var order in context.Orders)
        {
            var loads = new LoadRun(context, order, context.Ordered(order));
            if (Groups(context, order) > 0)
            {
                cases.Add(loads.Case());
                continue;
            }

            // Counts need only one load. Its time would have no spread, so it gets no row.
            context.Progress.Step($"load, {order}", 2, "loads");
            loads.Both();
        }

        context.Passes.Pass(cases);
        between();
        context.Passes.Pass(cases);
        context.Passes.Finish(cases);
    }

    /// <summary>Returns the number of orders for which loads are timed.</summary>
    public static int Timed(BenchContext context) => context.Orders.Count(order => Groups(context, order) > 0);

    private static int Groups(BenchContext context, string order) =>
        order == context.Order ? context.Plan.LoadGroups : context.Plan.OtherLoadGroups;

    public static void Count(BenchContext context, Subject subject, string order)
    {
        foreach (var count in subject.Structure.Shape())
            context.Figures.Add(Label(count.Metric.Row(context.At(Experiment.Shape) with { X = count.X }, count.Value)));
        context.AddMemory(subject.Structure.Account(), Label);
        Figure Label(Figure row) => subject.Label(row) with { Order = order, Basis = subject.Counts };
    }

    /// <summary>The loads in one order of insertion. The first load of each structure also gives the counts.</summary>
    private sealed class LoadRun(BenchContext context, string order, PeerTable input)
    {
        private readonly HashSet<string> _counted = [];
        private readonly IReadOnlyList<SubjectKind> _kinds = SubjectKind.Compared;

        public void Both()
        {
            foreach (var kind in _kinds)
                Once(kind);
        }

        public PairedCase Case() => new(
            $"load, {order}", 4, Groups(context, order),
            another => [new(Interleaved.Run(another, () => Once(_kinds[0]), () => Once(_kinds[1]), context.Cancel), null)],
            settled => AddRows(settled[0]));

        private double Once(SubjectKind kind)
        {
            using var subject = kind.Create(context.Table.Family, context.Peers, context.Kernel);
            var clock = Stopwatch.StartNew();
            subject.Structure.Bind(input.Prefixes, input.Peers);
            var seconds = clock.Elapsed.TotalSeconds;
            if (_counted.Add(kind.Structure))
                Count(context, subject, order);
            return seconds;
        }

        private void AddRows(SettledTimes times)
        {
            AddTimes(_kinds[0], times.Pair.SpreadA, times.Flag);
            AddTimes(_kinds[1], times.Pair.SpreadB, times.Flag);
            context.AddRatio(Experiment.Load, _kinds[0].Structure, _kinds[1].Structure, times.Pair, row => row with { Order = order, Flag = times.Flag });
        }

        private void AddTimes(SubjectKind kind, Spread seconds, string flag)
        {
            var at = context.At(Experiment.Load) with { Scheme = kind.Scheme, Structure = kind.Structure, Order = order, Flag = flag };
            context.Figures.Add(Metrics.Time.Row(at, seconds.Scale(1e3)) with { Unit = Units.Milliseconds });
            context.Figures.Add(Metrics.TimePerPrefix.Row(at, seconds.Scale(1e9 / Math.Max(input.Prefixes.Length, 1))));
        }
    }
}
