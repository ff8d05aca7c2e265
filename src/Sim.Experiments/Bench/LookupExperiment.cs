// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Bench;

/// <summary>Looks up addresses in both structures. Each key pattern is looked up in two ways. Independent lookups overlap in the processor,
/// so they show throughput. In a dependent chain each lookup waits for the previous answer, so a chain shows latency.</summary>
public static class LookupExperiment
{
    public static int Cases(BenchContext context) => context.KeyPatterns.Count * 2;

    public static void Run(BenchContext context, IReadOnlyList<SubjectPair> pairs)
    {
        var cases = Cases(context, pairs, (pair, pattern, keys) => Trace(context, pair.Reported, pattern, keys));
        if (context.Launch is { } launch)
            context.Budget.Beside(() => RunProcesses(context, cases, launch));
        for (var pass = 0; pass < PassRunner.Least && context.Launch is null; pass++)
            context.Passes.Pass(cases);
        context.Passes.Finish(cases);
    }

    /// <summary>Makes one pass over each case, for the process that launched this one. Returns six arrays of times for each case: A, B and
    /// their ratios, and the same of A against itself.</summary>
    public static double[][][] RunLaunched(BenchContext context, IReadOnlyList<SubjectPair> pairs)
    {
        var cases = Cases(context, pairs, static (_, _, _) => { });
        context.Passes.Pass(cases, Math.Max(context.Plan.LookupGroups / 2, 1));
        return [.. cases.Select(one => Arrays(one.Last[0].Pair).Concat(one.Last[0].Self is { } self ? Arrays(self) : []).ToArray())];
        static double[][] Arrays(InterleavedTimes times) => [times.A, times.B, times.Ratios];
    }

    /// <summary>Measures the cases in several processes, one after the other. Each process has its own addresses, pages and compiled code, so
    /// it may be faster or slower than the others all along. Each process is a pass, and all passes are kept.</summary>
    private static void RunProcesses(BenchContext context, List<PairedCase> cases, Func<double[][][]> launch)
    {
        context.Progress.Step("lookups in several processes", context.Processes, "processes");
        for (var process = 0; process < context.Processes; process++)
        {
            var from = context.Watch.Sample();
            var measured = launch();
            if (measured.Length != cases.Count)
                throw new InvalidOperationException($"a process measured {measured.Length} cases instead of {cases.Count}");
            foreach (var (one, times) in cases.Zip(measured))
            {
                var self = times.Length > 3 ? new InterleavedTimes(times[3], times[4], times[5]) : null;
                one.Add([new(new(times[0], times[1], times[2]), self)], from, context.Watch.Sample());
            }

            context.Progress.Done(process + 1);
        }
    }

    private static List<PairedCase> Cases(BenchContext context, IReadOnlyList<SubjectPair> pairs, Action<SubjectPair, string, Keys> before)
    {
        var cases = new List<PairedCase>();
        foreach (var (pair, pattern) in pairs.SelectMany(pair => context.KeyPatterns.Select(pattern => (pair, pattern))))
        {
            var keys = context.MakeKeys(pattern, context.Plan.LookupKeys);
            before(pair, pattern, keys);
            cases.AddRange(new[] { false, true }.Select(dependent => Case(context, pair, pattern, keys, dependent)));
        }

        return cases;
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
            Add(Metrics.DependentLines, touch => touch.DependentLines);
            Add(Metrics.HitRate, touch => touch.Match is null ? 0 : 1);
        }
    }
}
