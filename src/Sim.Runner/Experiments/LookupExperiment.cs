// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Runner.Schemes;

namespace Sim.Runner.Experiments;

/// <summary>
/// Looks up addresses in both structures, for each key pattern as independent lookups (the processor overlaps
/// them: throughput) and as a dependent chain (each waits for the answer before it: latency).
/// </summary>
internal static class LookupExperiment
{
    public static void Run(BenchContext context, SchemePair pair)
    {
        var plan = context.Plan;
        foreach (var pattern in context.KeyPatterns)
        {
            var keys = context.MakeKeys(pattern, plan.LookupKeys);
            Trace(context, pair.Reported, pattern, keys);
            foreach (var dependent in new[] { false, true })
            {
                var chain = dependent ? "dependent" : "independent";
                context.Progress.Step($"lookup, {pattern} keys, {chain}", pair.Repetitions(pair.LookupGroups), "runs");
                Measure(context, pair, keys, dependent, row => row with { Keys = pattern, Chain = chain });
            }
        }
    }

    private static void Measure(BenchContext context, SchemePair pair, Keys keys, bool dependent, Func<Figure, Figure> label)
    {
        var done = 0;
        // The answer to hold every repetition to; the runs that make it warm the caches and the code.
        var (expected, other) = (pair.First.Lookup(keys, dependent), pair.Second.Lookup(keys, dependent));
        if (other != expected)
            throw new InvalidOperationException($"the structures disagree: sums of answers {expected}, {other}");

        double Time(Scheme scheme)
        {
            CacheSweep.Run(pair.Bytes);
            var clock = Stopwatch.StartNew();
            var answer = scheme.Lookup(keys, dependent);
            var seconds = clock.Elapsed.TotalSeconds;
            if (answer != expected)
                throw new InvalidOperationException("two runs over the same keys gave different answers");
            context.Progress.Done(++done);
            return seconds / keys.Count;
        }

        pair.Measure(context, "lookup", pair.LookupGroups, Time, label);
    }

    /// <summary>Nodes and cache lines a lookup reads: what decides the time, and does not depend on the machine.</summary>
    private static void Trace(BenchContext context, IReadOnlyList<Scheme> schemes, string pattern, Keys keys)
    {
        var count = Math.Min(keys.Count, context.Plan.TouchKeys);
        foreach (var scheme in schemes)
        {
            var touches = Enumerable.Range(0, count).Select(index => scheme.Trace(keys.LeftAligned(index))).ToList();
            void Add(string metric, string unit, Func<Touch, double> value)
            {
                var values = touches.ConvertAll(touch => value(touch));
                var spread = Spread.Of(values);
                context.Figures.Add(context.Row("touch", metric, unit, values.Average(), scheme.Counts) with
                {
                    Low = spread.Low,
                    High = spread.High,
                    N = count,
                    Keys = pattern,
                    Order = context.Order,
                    Scheme = scheme.Name,
                    Structure = scheme.Structure,
                });
            }

            Add("nodes-visited", "count", touch => touch.Nodes);
            Add("cache-lines", "count", touch => touch.CacheLines);
            Add("hit-rate", "ratio", touch => touch.Match is null ? 0 : 1);
        }
    }
}
