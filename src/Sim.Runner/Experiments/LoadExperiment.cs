// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Runner.Reports;
using Sim.Runner.Schemes;

namespace Sim.Runner.Experiments;

/// <summary>
/// Loads the whole table into each structure in each order: the time it takes, and the memory and shape that
/// result, which the order decides as well.
/// </summary>
internal static class LoadExperiment
{
    public static void Run(BenchContext context)
    {
        foreach (var order in context.Orders)
        {
            var groups = order == context.Order ? context.Plan.LoadGroups : context.Plan.OtherLoadGroups;
            var kinds = SchemeFactory.For(context.Table.Family);
            var input = context.Ordered(order);
            context.Progress.Step($"load, {order}", groups == 0 ? kinds.Count : groups * 4, "loads");
            var loads = new LoadRun(context, order, input);
            if (groups == 0)
            {
                // Counts need one load; its time alone would have no spread, and is not given.
                foreach (var kind in kinds)
                    loads.Once(kind);
            }
            else
            {
                var times = Interleaved.Run(
                    groups, () => loads.Once(kinds[0]), () => loads.Once(kinds[1]), context.Cancel);
                loads.AddTimes(kinds[0], times.SpreadA);
                loads.AddTimes(kinds[1], times.SpreadB);
                context.AddRatio("load", kinds[0].Structure, kinds[1].Structure, times, row => row with { Order = order });
            }
        }
    }

    /// <summary>The shape and the memory of a loaded scheme.</summary>
    public static void Count(BenchContext context, Scheme scheme, string order)
    {
        foreach (var count in scheme.Shape())
            context.Figures.Add(Label(context.Row("shape", count.Metric, count.Unit, count.Value, Basis.Counted) with { X = count.X }));
        MemoryRows.Add(context, scheme.Account(), Label);
        Figure Label(Figure row) => row with { Scheme = scheme.Name, Structure = scheme.Structure, Order = order, Basis = scheme.Counts };
    }

    /// <summary>The loads of one order; the first load of each structure is counted as well as timed.</summary>
    private sealed class LoadRun(BenchContext context, string order, OrderedTable input)
    {
        private readonly HashSet<string> _counted = [];
        private int _done;

        public double Once(SchemeKind kind)
        {
            using var scheme = kind.Create(context.Peers);
            var clock = Stopwatch.StartNew();
            scheme.Insert(input.Prefixes, input.Peers);
            var seconds = clock.Elapsed.TotalSeconds;
            if (_counted.Add(kind.Structure))
                Count(context, scheme, order);
            context.Progress.Done(++_done);
            return seconds;
        }

        public void AddTimes(SchemeKind kind, Spread seconds)
        {
            var perPrefix = seconds.Scale(1e9 / Math.Max(input.Prefixes.Length, 1));
            Add(kind.Name, kind.Structure, context.Row("load", "time", "ms", seconds.Scale(1e3)));
            Add(kind.Name, kind.Structure, context.Row("load", "time-per-prefix", "ns", perPrefix));
        }

        private void Add(string scheme, string structure, Figure row) =>
            context.Figures.Add(row with { Scheme = scheme, Structure = structure, Order = order });
    }
}
