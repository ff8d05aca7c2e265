// SPDX-License-Identifier: MIT
namespace Sim.Validation.Comparison;

/// <summary>
/// Times an operation in the kernel and in the port, interleaved (A B B A), with the same keys or prefixes, on the same processor. Under
/// -icount it counts only the kernel's instructions, and does not interleave.
/// </summary>
public sealed class TimeComparison(ValidationContext context)
{
    private readonly KernelUnderTest _kernel = context.Machine;

    /// <summary>
    /// Times independent and dependent lookups of each key pattern, and also the kernel against itself. The module names a structure by a
    /// word and the number of a family or table.
    /// </summary>
    public void Lookups(Figure at, string structure, uint number, FamilyInput input, Func<Keys, bool, long> port)
    {
        foreach (var (name, keys, file) in input.Patterns)
        {
            var some = Timed(keys, context.Plan.TimedKeys);
            var count = some.Count;
            _kernel.GiveKeys(file);
            foreach (var dependent in new[] { false, true })
            {
                var here = at with { Operation = Operations.Lookup, Keys = name, Chain = Chains.Of(dependent) };
                context.Progress.Step($"{at.Structure} IPv{at.Family}, time {name} keys, {here.Chain}", context.Plan.LookupGroups * 4, "runs");
                Measure([here], context.Plan.LookupGroups, Kernel, Port, self: name == KeyPatterns.Prefixes);
                double[] Kernel() => [_kernel.TimeLookups(structure, number, count, dependent)];
                double[] Port() => [Nanoseconds(() => port(some, dependent)) / count];
            }
        }
    }

    /// <summary>
    /// Measures operations on both sides and, if <paramref name="self"/> is set, the kernel against itself. Each run returns the time of
    /// each operation. The port returns NaN for an operation that it lacks. Adds the times, the ratio port / kernel and the A/A ratio.
    /// </summary>
    public void Measure(IReadOnlyList<Figure> operations, int groups, Func<double[]> kernel, Func<double[]> port, bool self)
    {
        void Add(Metric metric, Figure at, Spread spread, string side = "", string? unit = null) =>
            context.Figures.Add(metric.Row(at, spread) with { Side = side, Unit = unit ?? metric.Unit });
        if (context.Machine.Vm.CountsInstructions)
        {
            var runs = Enumerable.Range(0, groups * 2).Select(_ => kernel()).ToList();
            foreach (var (i, at) in operations.Index())
                Add(Metrics.Time, at, Spread.Of([.. runs.Select(run => run[i])]), Sides.Kernel, context.TimeUnit);
            return;
        }

        // The first run of each does not count, because it warms the kernel's caches and the port's code.
        kernel();
        port();
        var selves = self ? Interleaved.RunMany(groups, kernel, kernel, context.Cancel) : [];
        var measured = Interleaved.RunMany(groups, kernel, port, context.Cancel);
        foreach (var (i, at) in operations.Index())
        {
            var lacks = double.IsNaN(measured[i].B[0]);
            if (self && !lacks)
                Add(Metrics.Ratio, at with { Experiment = Experiment.Aa }, selves[i].Ratio, Sides.Kernel);
            if (!lacks)
                Add(Metrics.Time, at, measured[i].SpreadB, Sides.Port);
            Add(Metrics.Time, at, measured[i].SpreadA, Sides.Kernel);
            if (!lacks)
                Add(Metrics.Ratio, at, measured[i].Ratio);
        }
    }

    /// <summary>Returns the keys of a timed pass. The number of keys is a power of two, because dependent chains need this.</summary>
    public static Keys Timed(Keys keys, int most) => keys.First(KeyChain.RingSize(Math.Min(most, keys.Count)));

    public static double Nanoseconds(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalNanoseconds;
    }
}
