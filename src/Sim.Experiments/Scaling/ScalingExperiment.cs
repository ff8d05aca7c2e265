// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Scaling;

/// <summary>
/// Measures each cost of each scheme at growing numbers of prefixes and of peers. Also measures how much one more peer adds to the cost of
/// an insertion. Every second round of a place runs the schemes in reverse order, so that slow drift affects all schemes alike. Each scheme
/// has its own structures, and one scheme at a time is in memory. If the rounds of a place disagree, half as many rounds are added.
/// </summary>
public sealed class ScalingExperiment(
    ScalingTables tables, IReadOnlyList<SchemeKind> kinds, ScalingPlan plan, ulong seed, IWorkProgress progress, CancellationToken cancel,
    MachineWatch? watch = null)
{
    /// <summary>The seconds of warm-up in which the JIT compiler optimises the code.</summary>
    private const double WarmSeconds = 1;
    private const int WarmPrefixes = 300;

    /// <summary>The number of places at the start of an axis that are always measured. The first places are small, and a fit needs
    /// points.</summary>
    private const int AlwaysMeasured = 4;

    private readonly List<Figure> _figures = [];

    /// <summary>Measures both axes and the bucket. Returns the rows of each cost, place and scheme, and the rows of the fits.</summary>
    public IReadOnlyList<Figure> Run()
    {
        Warm();
        Axis(Axes.Prefixes, plan.Prefixes, plan.PrefixSeconds, prefixes => (prefixes, PeersFor(prefixes)));
        var peers = plan.Peers.Where(count => count == 1 || count <= plan.FixedPrefixes / 2).ToList();
        Axis(Axes.Peers, peers, plan.PeerSeconds, count => (plan.FixedPrefixes, count));
        _figures.AddRange([.. ScalingFits.Of(_figures)]);
        if (tables.Family == Family.IPv4)
            Watched(() => _figures.AddRange(new FibInfoBucket(tables, plan, seed, progress, cancel).Run()));
        return _figures;
    }

    /// <summary>Returns the number of peers: at most half the number of prefixes, so that each peer has at least two prefixes.</summary>
    private int PeersFor(int prefixes) => Math.Clamp(prefixes / 2, 1, plan.FixedPeers);

    private void Warm()
    {
        progress.Step("scaling: warm up", 1, "runs");
        var table = tables.Of(Math.Min(WarmPrefixes, tables.Own));
        var probe = new ScalingProbe(table, PeersFor(table.Prefixes.Length), plan, seed, cancel);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < WarmSeconds;)
        {
            foreach (var kind in kinds)
                probe.Run(kind, new ScalingSamples());
        }
    }

    /// <summary>Measures the places of an axis in order, until the next place would exceed the given seconds. The first places are always
    /// measured.</summary>
    private void Axis(Term axis, IReadOnlyList<int> places, double seconds, Func<int, (int Prefixes, int Peers)> at)
    {
        var clock = Stopwatch.StartNew();
        var (last, spent) = (0, 0.0);
        ScalingTable? table = null;
        foreach (var place in places)
        {
            cancel.ThrowIfCancellationRequested();
            // So far, times grew at most in proportion to the place, except in a scheme whose bucket grows with the peers.
            var expected = last == 0 ? 0 : spent * place / last * plan.Rounds(at(place).Prefixes) / plan.Rounds(at(last).Prefixes);
            if (axis == Axes.Peers)
                expected = spent * Math.Sqrt((double)place / Math.Max(last, 1));
            if (place > places[Math.Min(AlwaysMeasured, places.Count) - 1] && clock.Elapsed.TotalSeconds + expected > seconds)
                return;
            var before = clock.Elapsed.TotalSeconds;
            var (prefixes, peers) = at(place);
            if (table?.Prefixes.Length != prefixes)
                table = tables.Of(prefixes);
            var of = table;
            Watched(() => Place(axis, place, of, peers));
            (last, spent) = (place, clock.Elapsed.TotalSeconds - before);
        }
    }

    private void Watched(Action experiment) => (watch ?? MachineWatch.None).Run(_figures, experiment);

    private void Place(Term axis, int place, ScalingTable table, int peers)
    {
        var rounds = plan.Rounds(table.Prefixes.Length);
        progress.Step($"scaling: {table.Prefixes.Length:N0} prefixes ({table.Origin}), {peers:N0} peers", rounds * kinds.Count, "runs");
        var probe = new ScalingProbe(table, peers, plan, seed, cancel);
        var samples = new ScalingSamples();
        var done = 0;
        void Round(int round)
        {
            foreach (var kind in round % 2 == 0 ? kinds : kinds.Reverse())
            {
                cancel.ThrowIfCancellationRequested();
                probe.Run(kind, samples);
                progress.Done(++done);
            }
        }

        for (var round = 0; round < rounds; round++)
            Round(round);
        if (!samples.Settled)
        {
            samples.Again();
            for (var round = rounds; round < rounds + (rounds + 1) / 2; round++)
                Round(round);
        }

        var at = Figure.At(Experiment.Scaling, (int)tables.Family) with
        {
            Order = table.Origin, Peers = peers, Prefixes = table.Prefixes.Length, X = place, Item = axis,
        };
        _figures.AddRange(samples.Rows(at).Select(row => kinds.First(kind => row.Scheme == kind.Name).Label(row)));
    }
}
