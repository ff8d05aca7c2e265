// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Scaling;

/// <summary>
/// Measures how the time to insert a route grows with the number of peers on one device. The hash of a fib_info covers neither gateway nor
/// encapsulation. The infos of all peers are therefore in one bucket, and each insertion walks the bucket. The patch
/// kernel-patch/series-fixes/0001 hashes both. The id of a nexthop object is always hashed, but Linux 6.12 hashes it to only 8 bits.
/// </summary>
/// <remarks>
/// First, one route is inserted for each peer of the largest number of peers. The trie is therefore the same for every number of
/// peers, and each peer has a fib_info. A timed insertion finds its fib_info half way along the bucket on average. <c>validate</c> measures
/// insertions in the same way.
/// </remarks>
public sealed class FibInfoBucket(ScalingTables tables, ScalingPlan plan, ulong seed, IWorkProgress progress, CancellationToken cancel)
{
    private const int MostInserts = 2000, LeastInserts = 100;

    /// <summary>The maximum number of infos that a round's insertions may walk if all infos share a bucket.</summary>
    private const int MostWalked = 1_000_000;

    private static readonly Cost s_time = new(Operations.InsertAmong, Metrics.Time);
    private static readonly Cost s_walked = new(Operations.InsertAmong, Metrics.InfosWalked);

    private static readonly (SchemeName Name, RouteShape Shape, bool HashesHops)[] s_cases =
    [
        (SchemeName.Unhashed, RouteShape.PeerKey, false), (SchemeName.Hashed, RouteShape.PeerKey, true), (SchemeName.NexthopObjects, RouteShape.Nexthop, true),
    ];

    /// <summary>Returns the rows of each case at each number of peers, and the rows of the fitted lines. Numbers of peers for which the
    /// table has too few prefixes are left out.</summary>
    public IReadOnlyList<Figure> Run()
    {
        var figures = new List<Figure>();
        var places = plan.Peers.Where(peers => peers <= tables.Own / 2).ToList();
        if (places.Count == 0)
            return figures;
        var (routes, timed) = (places.Max(), Math.Min(MostInserts, tables.Own / 2));
        var table = tables.Of(routes + timed);
        foreach (var peers in places)
            figures.AddRange(Among(peers, table, routes, Math.Clamp(MostWalked / Math.Max(1, peers / 2), Math.Min(LeastInserts, timed), timed)));

        foreach (var curve in figures.Where(f => f.Metric == Metrics.Time).GroupBy(f => f.Scheme).ToList())
            figures.AddRange(Fit([.. curve]));
        return figures;
    }

    private IEnumerable<Figure> Among(int peers, ScalingTable table, int routes, int timed)
    {
        progress.Step($"scaling: insert among {peers:N0} peers of a device", (plan.MostRounds + 1) * s_cases.Length, "runs");
        var inserts = Inserts(table, peers, routes, timed);
        var samples = new ScalingSamples();
        var fibs = new List<FibStructure>();
        try
        {
            foreach (var (_, shape, hashesHops) in s_cases)
            {
                var fib = FibStructure.Create(Family.IPv4, shape, peers, plan.Kernel with { HashesHops = hashesHops });
                fibs.Add(fib);
                for (var route = 0; route < routes; route++)
                    Add(fib, table.Prefixes[table.Drawn[route]], route % peers);
            }

            // The first round warms up.
            for (var round = 0; round <= plan.MostRounds; round++)
            {
                for (var turn = 0; turn < fibs.Count; turn++)
                {
                    cancel.ThrowIfCancellationRequested();
                    var at = round % 2 == 1 ? turn : fibs.Count - 1 - turn;
                    Time(fibs[at], inserts, round == 0 ? new() : samples, s_cases[at].Name);
                    progress.Done(round * fibs.Count + turn + 1);
                }
            }
        }
        finally
        {
            fibs.ForEach(fib => fib.Dispose());
        }

        return samples.Rows(Figure.At(Experiment.Bucket, (int)tables.Family) with
        {
            Structure = Names.Fib, Order = table.Origin, Peers = peers, Prefixes = table.Prefixes.Length, X = peers, Item = Axes.Peers,
        });
    }

    /// <summary>Returns the routes to insert: prefixes that have no route yet, with random peers.</summary>
    private (Prefix Prefix, int Peer)[] Inserts(ScalingTable table, int peers, int routes, int timed)
    {
        var rng = Rng.Derive(seed, (ulong)peers);
        return [.. table.Drawn.Skip(routes).Take(timed).Select(place => (table.Prefixes[place], rng.Below(peers)))];
    }

    /// <summary>Times the insertion of the routes. Also removes the routes, which is not timed.</summary>
    private static void Time(FibStructure fib, (Prefix Prefix, int Peer)[] routes, ScalingSamples samples, string name)
    {
        var walked = fib.InfosWalked;
        var clock = Stopwatch.GetTimestamp();
        foreach (var (prefix, peer) in routes)
            Add(fib, prefix, peer);
        var time = (Stopwatch.GetTimestamp() - clock) * (1e9 / Stopwatch.Frequency);
        samples.Add(name, s_time, time / routes.Length);
        samples.Add(name, s_walked, (double)(fib.InfosWalked - walked) / routes.Length);
        foreach (var (prefix, peer) in routes)
            KernelStructure.Check(fib.Unbind(prefix, peer), prefix);
    }

    /// <summary>Fits a straight line through all points. The slope is the ns per additional peer, and the intercept is the ns without
    /// peers.</summary>
    private static IEnumerable<Figure> Fit(List<Figure> points)
    {
        if (LineFit.Of([.. points.Select(f => f.X!.Value)], [.. points.Select(f => f.Value)]) is not { } fit)
            yield break;
        var at = ScalingFits.At(points, Experiment.BucketFit) with { Structure = Names.Fib };
        yield return Metrics.TimePerPeer.Row(at, fit.Slope) with { Low = fit.Low, High = fit.High, N = fit.N };
        yield return Metrics.TimeWithoutPeers.Row(at, fit.Intercept) with { N = fit.N };
        if (double.IsFinite(fit.RSquared))
            yield return Metrics.RSquared.Row(at, fit.RSquared) with { N = fit.N };
    }

    private static void Add(FibStructure fib, Prefix prefix, int peer) => KernelStructure.Check(fib.Add(prefix, peer), prefix);
}
