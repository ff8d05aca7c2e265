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
                double Kernel() => _kernel.TimeLookups(structure, number, count, dependent);
                double Port() => Nanoseconds(() => port(some, dependent)) / count;
                if (name == KeyPatterns.Prefixes && !context.Machine.Vm.CountsInstructions)
                    AddSelf(here, Interleaved.Run(context.Plan.LookupGroups, Kernel, Kernel, context.Cancel));
                Add(here, Kernel, Port);
            }
        }
    }

    /// <summary>Measures one case on both sides and adds its rows.</summary>
    public void Add(Figure at, Func<double> kernel, Func<double> port)
    {
        if (context.Machine.Vm.CountsInstructions)
        {
            AddCounts(at, [.. Enumerable.Range(0, context.Plan.LookupGroups * 2).Select(_ => kernel())]);
            return;
        }

        // The first run of each does not count, because it warms the kernel's caches and the port's code.
        kernel();
        port();
        Add(at, Interleaved.Run(context.Plan.LookupGroups, kernel, port, context.Cancel));
    }

    public void AddCounts(Figure at, double[] counts) =>
        context.Figures.Add(Metrics.Time.Row(at, Spread.Of(counts)) with { Side = Sides.Kernel, Unit = context.TimeUnit });

    /// <summary>Adds the times of one case, and the ratio port / kernel of each pair. A is the kernel, and B is the port.</summary>
    public void Add(Figure at, InterleavedTimes times)
    {
        context.Figures.Add(Metrics.Time.Row(at, times.SpreadB) with { Side = Sides.Port });
        context.Figures.Add(Metrics.Time.Row(at, times.SpreadA) with { Side = Sides.Kernel });
        context.Figures.Add(Metrics.Ratio.Row(at, times.Ratio));
    }

    /// <summary>Returns the keys of a timed pass. The number of keys is a power of two, because dependent chains need this.</summary>
    public static Keys Timed(Keys keys, int most) => keys.First(KeyChain.RingSize(Math.Min(most, keys.Count)));

    public static double Nanoseconds(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalNanoseconds;
    }

    public void AddSelf(Figure at, InterleavedTimes times) =>
        context.Figures.Add(Metrics.Ratio.Row(at, times.Ratio) with { Experiment = Experiment.Aa, Side = Sides.Kernel });
}
