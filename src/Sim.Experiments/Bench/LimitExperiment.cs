// SPDX-License-Identifier: MIT
using System.Numerics;

namespace Sim.Experiments.Bench;

/// <summary>Compares the times of dependent lookups with the time that their cache lines alone would take. The memory's latency is measured in
/// the same run, by a <see cref="PointerChase"/> over areas of many sizes.</summary>
/// <remarks><code>
///   lookup of key 1   A B F        trace of all keys' lines -> stack distance of each read (ReuseDistances)
///   lookup of key 2   A C G                                 -> latency of an area of that many lines (LatencyCurve)
///   lookup of key 3   A B H        limit = sum over all steps / keys; of the lines of one step the slowest counts
/// </code></remarks>
public static class LimitExperiment
{
    private const int Rounds = 5;
    private const long LeastBytes = 16 << 10, MostBytes = 1 << 30;
    private const long LeastSteps = 1 << 18, MostSteps = 1 << 20, MostWarming = 1 << 22;

    /// <summary>The largest area takes at most an eighth of the memory.</summary>
    private const int MemoryShare = 8;

    public static void Run(BenchContext context, IReadOnlyList<SubjectPair> pairs)
    {
        var reported = pairs.SelectMany(pair => pair.Reported.Select(subject => (Subject: subject, pair.Bytes))).ToList();
        var (curve, own) = MeasureMemory(
            context, reported.ConvertAll(one => one.Subject), reported.Exists(one => context.Sweep.Empties(one.Bytes)));
        using var references = Open(context, CountedEvent.CacheReferences);
        using var misses = references is null ? null : Open(context, CountedEvent.CacheMisses);
        context.Progress.Step("trace of the lines of lookups", reported.Count * context.KeyPatterns.Count, "traces");
        foreach (var (done, (one, pattern)) in reported.SelectMany(one => context.KeyPatterns.Select(pattern => (one, pattern))).Index())
        {
            context.Cancel.ThrowIfCancellationRequested();
            var keys = context.MakeKeys(pattern, context.Plan.LookupKeys);
            var at = one.Subject.Label(context.At(Experiment.Limit)) with { Keys = pattern, Chain = Chains.Dependent, Order = context.Order };
            AddLimit(context, one, keys, at, curve, own[one.Subject]);
            if (references is not null && misses is not null)
                AddCounts(context, one.Subject.Structure, keys, at, references, misses);
            context.Progress.Done(done + 1);
        }
    }

    /// <summary>Returns the time of a lookup's dependent lines, averaged over the keys, and their number. The first read of a line takes
    /// <paramref name="cold"/>.</summary>
    public static (double Nanoseconds, double Lines) Estimate(KernelStructure structure, Keys keys, LatencyCurve curve, double cold)
    {
        var (distances, sum, steps) = (new ReuseDistances(), 0.0, 0L);
        for (var index = 0; index < keys.Count; index++)
        {
            structure.Trace(keys.LeftAligned(index));
            var lines = structure.Lines;
            steps += lines.Steps;
            for (var step = 0; step < lines.Steps; step++)
            {
                var slowest = 0.0;
                foreach (var line in lines.In(step))
                {
                    var distance = distances.Read(line);
                    slowest = Math.Max(slowest, distance == ReuseDistances.First ? cold : curve.At((distance + 1.0) * TouchedLines.LineBytes));
                }

                sum += slowest;
            }
        }

        return (sum / keys.Count, (double)steps / keys.Count);
    }

    private static void AddLimit(BenchContext context, (Subject Subject, long Bytes) one, Keys keys, Figure at, LatencyCurve curve, double own)
    {
        var cold = context.Sweep.Empties(one.Bytes) ? curve.Largest : curve.At(one.Bytes);
        var (limit, lines) = Estimate(one.Subject.Structure, keys, curve, cold);
        context.Add(at, (Metrics.Limit, limit), (Metrics.LimitAlike, own * lines));
        var time = context.Figures.First(row =>
            row.Experiment == Experiment.Lookup && row.Metric == Metrics.Time && row.Structure == at.Structure && row.Keys == at.Keys && row.Chain == at.Chain);
        context.Figures.Add(Metrics.OverLimit.Row(at, time.Value / limit) with { Flag = time.Flag });
    }

    /// <summary>Measures the latency of areas of powers of two, and of areas as large as each structure. Measures the bandwidth over the
    /// largest area. If caches are flushed before lookups, the largest area exceeds the caches.</summary>
    private static (LatencyCurve Curve, Dictionary<Subject, double> Own) MeasureMemory(BenchContext context, List<Subject> subjects, bool flushed)
    {
        var own = subjects.ToDictionary(subject => subject, subject => subject.Structure.Account().Sum(line => line.PageBytes));
        var largest = Largest(flushed ? Math.Max(own.Values.Max(), HostFacts.LastLevelCacheBytes) : own.Values.Max());
        var sizes = new List<long>();
        for (var bytes = LeastBytes; bytes < largest; bytes *= 2)
            sizes.Add(bytes);
        sizes.Add(largest);
        context.Progress.Step("memory latency", sizes.Count + own.Count, "areas");
        var at = context.At(Experiment.Limit);
        var (points, done) = (new List<(double, double)>(), 0);
        foreach (var bytes in sizes)
        {
            using var chase = new PointerChase(bytes);
            points.Add((bytes, Add(at with { Structure = Names.Memory }, chase)));
            if (bytes == largest)
                context.Figures.Add(Metrics.Bandwidth.Row(at with { Structure = Names.Memory, X = bytes }, Spread.Of(Repeat(chase.Stream))));
        }

        var times = new Dictionary<Subject, double>();
        foreach (var (subject, bytes) in own)
        {
            using var chase = new PointerChase(bytes);
            times.Add(subject, Add(subject.Label(at) with { Order = context.Order }, chase));
        }

        return (new LatencyCurve(points), times);

        double Add(Figure place, PointerChase chase)
        {
            context.Cancel.ThrowIfCancellationRequested();
            var spread = Spread.Of(Latencies(chase));
            context.Figures.Add(Metrics.ChaseLatency.Row(place with { X = (double)chase.Lines * TouchedLines.LineBytes }, spread));
            context.Progress.Done(++done);
            return spread.Median;
        }
    }

    /// <summary>Returns at least twice these bytes, as a power of two, but not more than a share of the memory.</summary>
    private static long Largest(long bytes)
    {
        var most = Math.Min(MostBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare);
        return Math.Clamp((long)BitOperations.RoundUpToPowerOf2((ulong)(2 * bytes)), 2 * LeastBytes, Math.Max(most, 2 * LeastBytes));
    }

    /// <summary>Walks once around an area, or as far as the caches reach, before the time counts.</summary>
    private static double[] Latencies(PointerChase chase)
    {
        chase.Walk(Math.Min(chase.Lines, MostWarming));
        var steps = Math.Clamp(chase.Lines, LeastSteps, MostSteps);
        return Repeat(() => chase.Walk(steps));
    }

    private static double[] Repeat(Func<double> measure) => [.. Enumerable.Range(0, Rounds).Select(_ => measure())];

    /// <summary>Opens a counter of the processor. If the machine has none, a fact says why the rows are missing.</summary>
    private static HardwareCounter? Open(BenchContext context, CountedEvent counted)
    {
        var counter = HardwareCounter.Open(counted, out var reason);
        context.Facts.RemoveAll(fact => fact.Name == HostFacts.CountersFact);
        context.Facts.Add(new(HostFacts.CountersFact, counter is null ? $"none ({reason})" : "cache references and misses"));
        return counter;
    }

    private static void AddCounts(
        BenchContext context, KernelStructure structure, Keys keys, Figure at, HardwareCounter references, HardwareCounter misses)
    {
        double? PerLookup(HardwareCounter counter) => counter.Count(() => structure.Lookup(keys, dependent: true)) / keys.Count;
        if (PerLookup(references) is not { } read || PerLookup(misses) is not { } missed)
            return;
        context.Add(at, (Metrics.CacheReferences, read), (Metrics.CacheMisses, missed));
        if (read > 0)
            context.Add(at, (Metrics.MissRate, missed / read));
    }
}
