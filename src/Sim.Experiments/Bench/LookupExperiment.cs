// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>Looks up addresses in both structures. Each key pattern is looked up in two ways. Independent lookups overlap in the processor,
/// so they show throughput. In a dependent chain each lookup waits for the previous answer, so a chain shows latency.</summary>
public static class LookupExperiment
{
    public static int Cases(BenchContext context) => context.KeyPatterns.Count * 2;

    public static void Run(BenchContext context, IReadOnlyList<SubjectPair> pairs)
    {
        var cases = new List<PairedCase>();
        foreach (var (pair, pattern) in pairs.SelectMany(pair => context.KeyPatterns.Select(pattern => (pair, pattern))))
        {
            var keys = context.MakeKeys(pattern, context.Plan.LookupKeys);
            Trace(context, pair.Reported, pattern, keys);
            cases.AddRange(new[] { false, true }.Select(dependent => Case(context, pair, pattern, keys, dependent)));
        }

        for (var pass = 0; pass < PassRunner.Least; pass++)
            context.Passes.Pass(cases);
        context.Passes.Finish(cases);
    }

    private static PairedCase Case(BenchContext context, SubjectPair pair, string pattern, Keys keys, bool dependent)
    {
        var chain = Chains.Of(dependent);
        // Every repetition must give this answer. The runs that compute the answer also warm the code.
        var (expected, other) = (pair.First.Structure.Lookup(keys, dependent), pair.Second.Structure.Lookup(keys, dependent));
        if (other != expected)
            throw new InvalidOperationException($"the structures disagree: sums of answers {expected}, {other}");

        double Time(KernelStructure structure)
        {
            var clock = Stopwatch.StartNew();
            var answer = structure.Lookup(keys, dependent);
            var seconds = clock.Elapsed.TotalSeconds;
            if (answer != expected)
                throw new InvalidOperationException("two runs over the same keys gave different answers");
            return seconds / keys.Count;
        }

        return pair.Case(
            context, Experiment.Lookup, $"lookup, {pattern} keys, {chain}", context.Plan.LookupGroups, new(static _ => { }, Time, static _ => { }),
            row => row with { Keys = pattern, Chain = chain });
    }

    /// <summary>Counts the nodes and cache lines that lookups read. The counts explain the times of lookups, and are the same on every
    /// machine.</summary>
    private static void Trace(BenchContext context, IReadOnlyList<Subject> subjects, string pattern, Keys keys)
    {
        var count = Math.Min(keys.Count, context.Plan.TouchKeys);
        foreach (var subject in subjects)
        {
            var touches = Enumerable.Range(0, count).Select(index => subject.Structure.Trace(keys.LeftAligned(index))).ToList();
            var at = subject.Label(context.At(Experiment.Touch)) with { Keys = pattern, Order = context.Order };
            void Add(Metric metric, Func<Touch, double> value)
            {
                var values = touches.ConvertAll(touch => value(touch));
                context.Figures.Add(metric.Row(at, Spread.Of(values)) with { Value = values.Average(), Basis = subject.Counts });
            }

            Add(Metrics.NodesVisited, touch => touch.Nodes);
            Add(Metrics.CacheLines, touch => touch.CacheLines);
            Add(Metrics.HitRate, touch => touch.Match is null ? 0 : 1);
        }
    }
}
