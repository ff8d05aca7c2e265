// SPDX-License-Identifier: MIT
using Sim.Figures.Machine;
using Sim.Files;

namespace Sim.Experiments.Scaling;

/// <summary>
/// Each cost of each scheme over numbers of prefixes and over numbers of peers, and what one more peer costs an insertion.
/// At each place the schemes take turns, in one direction and then in the other, each with structures of its own that are gone
/// before the next begins: one is in memory at a time, and slow drift falls on all alike. Where rounds disagree, half of them are made
/// again.
/// </summary>
public sealed class ScalingExperiment(
    ScalingTables tables, IReadOnlyList<SchemeKind> kinds, ScalingPlan plan, ulong seed, IWorkProgress progress, CancellationToken cancel,
    MachineWatch? watch = null)
{
    /// <summary>Seconds of running code until the compiler is done with it.</summary>
    private const double WarmSeconds = 1;
    private const int WarmPrefixes = 300;

    /// <summary>Places of an axis that are measured however little time there is: they are small, and a line needs points.</summary>
    private const int AlwaysMeasured = 4;

    private readonly List<Figure> _figures = [];

    /// <summary>Runs both axes and the bucket. Returns rows of each cost, place and scheme, and of what was fitted to them.</summary>
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

    /// <summary>Never more than half as many peers as prefixes, so that each has two.</summary>
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

    /// <summary>Measures places in their order until the next one would exceed the time; the first ones always.</summary>
    private void Axis(Term axis, IReadOnlyList<int> places, double seconds, Func<int, (int Prefixes, int Peers)> at)
    {
        var clock = Stopwatch.StartNew();
        var (last, spent) = (0, 0.0);
        ScalingTable? table = null;
        foreach (var place in places)
        {
            cancel.ThrowIfCancellationRequested();
            // Growth in proportion to the place is the worst that was seen, except in a scheme whose bucket grows with the peers.
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
