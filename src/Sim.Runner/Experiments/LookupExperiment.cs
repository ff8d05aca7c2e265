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
    /// <param name="context">The run.</param>
    /// <param name="schemes">The two that are compared.</param>
    /// <param name="secondAlone">The first one has its rows from elsewhere: none of them, nor of its noise, come again.</param>
    public static void Run(BenchContext context, IReadOnlyList<Scheme> schemes, bool secondAlone = false)
    {
        var plan = context.Plan;
        foreach (var pattern in context.KeyPatterns)
        {
            var keys = context.MakeKeys(pattern, plan.LookupKeys);
            Trace(context, secondAlone ? [schemes[1]] : schemes, pattern, keys);
            foreach (var dependent in new[] { false, true })
            {
                var chain = dependent ? "dependent" : "independent";
                context.Progress.Step($"lookup, {pattern} keys, {chain}", secondAlone ? plan.WhatIfLookupGroups * 4.0 : plan.LookupGroups * 8.0, "runs");
                Measure(context, schemes, secondAlone, keys, dependent, row => row with { Keys = pattern, Chain = chain });
            }
        }
    }

    private static void Measure(
        BenchContext context, IReadOnlyList<Scheme> schemes, bool secondAlone, Keys keys, bool dependent, Func<Figure, Figure> label)
    {
        var done = 0;
        // The answers to hold every repetition to; the run that makes them warms the caches and the code.
        var answers = schemes.Select(scheme => scheme.Lookup(keys, dependent)).ToArray();
        if (answers.Distinct().Count() > 1)
            throw new InvalidOperationException($"the structures disagree: sums of answers {string.Join(", ", answers)}");

        double Time(int index)
        {
            var clock = Stopwatch.StartNew();
            var answer = schemes[index].Lookup(keys, dependent);
            var seconds = clock.Elapsed.TotalSeconds;
            if (answer != answers[index])
                throw new InvalidOperationException("two runs over the same keys gave different answers");
            context.Progress.Done(++done);
            return seconds / keys.Count;
        }

        if (!secondAlone)
        {
            var same = Interleaved.Run(context.Plan.LookupGroups, () => Time(0), () => Time(0), context.Cancel);
            context.AddSelfRatio(schemes[0], same, label);
        }

        var groups = secondAlone ? context.Plan.WhatIfLookupGroups : context.Plan.LookupGroups;
        var times = Interleaved.Run(groups, () => Time(0), () => Time(1), context.Cancel);
        if (!secondAlone)
            context.AddTime("lookup", schemes[0], times.SpreadA, label);
        context.AddTime("lookup", schemes[1], times.SpreadB, label);
        context.AddRatio("lookup", schemes[0].Structure, schemes[1].Structure, times, label);
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
