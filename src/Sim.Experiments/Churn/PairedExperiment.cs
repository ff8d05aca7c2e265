// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>
/// Measures each scheme interleaved (A B B A) with a reference: AllowedIPs with REMOVE_ME and a default route. The reference stays loaded
/// for the whole run. Single changes of the trace, the loss of a peer, and the lookups of packets are timed. Caches are flushed before each
/// pair (see CacheSweep). The single changes are also timed with warm caches. If the scheme equals the reference, the scheme's row is the
/// A/A row: the ratio of two copies, which shows the noise. The bound of each ratio is the noise of its own repetitions. A scheme's second
/// pass uses another copy, loaded half a run later.
/// </summary>
public sealed class PairedExperiment : IDisposable
{
    private readonly ChurnContext _context;
    private readonly Scheme _reference;

    /// <summary>The trace's first changes, and the changes that undo them.</summary>
    private readonly BindingChange[] _changes, _back;
    private readonly PeerLoss _loss;
    private readonly (string Pattern, UInt128[] Keys)[] _keys;
    private Scheme _scheme;
    private long _bytes;

    public PairedExperiment(ChurnContext context)
    {
        (_context, _loss) = (context, PeerLoss.All(context).First());
        _reference = SchemeKind.RemoveMe.Create(context.Family, context.Peers, context.Kernel);
        _scheme = _reference;
        _reference.Load(context.Load, _ => context.Cancel.ThrowIfCancellationRequested());
        _changes = [.. context.Trace.Changes.Take(context.Plan.PairedChanges)];
        _back = [.. _changes.Select(change => change.Reversed).Reverse()];
        UInt128[] Keys(KeyPattern pattern) => LookupKeys.LeftAligned(context.Table.Prefixes, pattern, context.Plan.PacketKeys, context.Seed);
        _keys = [.. new[] { KeyPattern.Prefixes, KeyPattern.Zipf }.Select(pattern => (pattern.Name(), Keys(pattern)))];
    }

    /// <summary>Returns the cases of a scheme. The cases run on the copy given to <see cref="Use"/>, and leave this copy
    /// unchanged.</summary>
    public IReadOnlyList<PairedCase> Cases(SchemeKind kind)
    {
        var cases = new List<PairedCase>();
        if (_changes.Length > 0 && !kind.Name.Resends)
            cases.Add(Updates(kind));
        cases.Add(Loss(kind));
        foreach (var (pattern, keys) in _keys)
        {
            cases.Add(Packets(kind, pattern, keys, Operations.Transmit, PacketWay.Transmit));
            cases.Add(Packets(kind, pattern, keys, Operations.Receive, PacketWay.Receive));
            cases.Add(Packets(kind, pattern, keys, Operations.ReceiveRpFilter, PacketWay.ReceiveRpFilter));
        }

        return cases;
    }

    /// <summary>Sets the loaded copy for the next pass.</summary>
    public void Use(Scheme scheme)
    {
        _scheme = scheme;
        _bytes = new[] { _reference, scheme }.Sum(binding => binding.Structures.Sum(part => part.Structure.Memory.PageBytes));
    }

    public void Dispose() => _reference.Dispose();

    /// <summary>Times all changes together, and each kind of change: first with flushed caches, then with warm caches.</summary>
    private PairedCase Updates(SchemeKind kind)
    {
        double[] Replay(Scheme binding)
        {
            var cold = Each(binding, _changes);
            Each(binding, _back);
            var warm = Each(binding, _changes);
            Each(binding, _back);
            return [.. cold, .. warm];
        }

        return Case(kind, "changes", Replay, times =>
        {
            foreach (var (metric, first) in new[] { (Metrics.Ratio, 0), (Metrics.WarmRatio, times.Count / 2) })
            {
                AddUpdate(kind, metric, Operations.Update, times[first]);
                foreach (var (change, operation) in ReplayRows.Kinds)
                {
                    if (Array.Exists(_changes, made => made.Kind == change))
                        AddUpdate(kind, metric, operation, times[first + 1 + (int)change]);
                }
            }
        });
    }

    /// <summary>Returns a case. Each repetition gives one or more times. The first pass begins with an untimed repetition. A later pass
    /// omits the untimed repetition if caches are flushed.</summary>
    private PairedCase Case(
        SchemeKind kind, string name, Func<Scheme, double[]> repetition, Action<IReadOnlyList<SettledTimes>> add, bool warmReference = true)
    {
        var done = false;
        PassTimes[] Measure(Func<int, bool> another)
        {
            if (!done || !_context.Sweep.Empties(_bytes))
            {
                if (warmReference)
                    repetition(_reference);
                repetition(_scheme);
            }

            done = true;
            var times = Interleaved.RunMany(
                another, () => repetition(_reference), () => repetition(_scheme), _context.Cancel, () => _context.Sweep.Run(_bytes));
            return Array.ConvertAll(times, one => new PassTimes(one, null));
        }

        return new($"{kind.Name}: {name}", 4, _context.Plan.PairGroups, Measure, add);
    }

    /// <summary>Adds the row of a kind of change. The row is left out if changes of this kind are too short for the clock.</summary>
    private void AddUpdate(SchemeKind kind, Metric metric, Term operation, SettledTimes times)
    {
        var ratios = times.Pair.Ratios.Where((_, pair) => times.Pair.A[pair] > 0).ToList();
        if (ratios.Count > 0)
            Add(kind, metric, Spread.Of(ratios), times, _context.At(Experiment.Replay) with { Operation = operation, X = 0 });
    }

    /// <summary>Makes the changes. Returns the seconds of all changes, followed by the seconds of each kind of change.</summary>
    private static double[] Each(Scheme scheme, BindingChange[] changes)
    {
        var seconds = new double[1 + Enum.GetValues<RouteChange>().Length];
        foreach (ref readonly var change in changes.AsSpan())
        {
            var batch = new ReadOnlySpan<BindingChange>(in change);
            scheme.PrepareWithoutReplace(batch);
            var clock = Stopwatch.GetTimestamp();
            scheme.Apply(batch);
            var one = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            seconds[0] += one;
            seconds[1 + (int)change.Kind] += one;
        }

        return seconds;
    }

    /// <summary>Times the loss of the largest peer as one batch. The return of the peer is not timed.</summary>
    private PairedCase Loss(SchemeKind kind)
    {
        double[] Lose(Scheme binding)
        {
            var seconds = ConvergenceExperiment.Time(binding, _loss.Lose);
            ConvergenceExperiment.Time(binding, _loss.Return);
            return [seconds];
        }

        var at = _context.At(Experiment.Convergence) with { Operation = _loss.Operation };
        return Case(kind, "loss of a peer", Lose, times => Add(kind, Metrics.Ratio, times[0].Pair.Ratio, times[0], at));
    }

    private PairedCase Packets(SchemeKind kind, string pattern, UInt128[] keys, string operation, PacketWay way)
    {
        // Each lookup waits for the previous answer, so the time is the latency of a single packet.
        var expected = KeyLoop.Run(new Packets(_reference, way), keys, dependent: true);
        double[] Time(Scheme binding)
        {
            var clock = Stopwatch.GetTimestamp();
            var sum = KeyLoop.Run(new Packets(binding, way), keys, dependent: true);
            var seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            if (sum != expected && (kind.ChecksSources || way != PacketWay.Receive))
                throw new BindingMismatchException($"{binding.Name}: packets ({operation}) find other peers than in {_reference.Name}");
            return [seconds];
        }

        // Computing the expected answer has warmed the reference.
        return Case(kind, $"packets, {pattern}, {operation}", Time, settled =>
        {
            var times = settled[0];
            var at = _context.At(Experiment.Packet) with { Operation = operation, Keys = pattern, Chain = Chains.Dependent, Flag = times.Flag };
            _context.Add(kind, Metrics.Time.Row(at, times.Pair.SpreadB.Scale(1e9 / keys.Length)));
            Add(kind, Metrics.Ratio, times.Pair.Ratio, times, at);
        }, warmReference: false);
    }

    private void Add(SchemeKind kind, Metric metric, Spread ratio, SettledTimes times, Figure at) => _context.Add(kind, metric.Row(at, ratio) with
    {
        Item = kind == _reference.Kind ? Names.SelfItem : $"to {_reference.Name}",
        Bound = times.Noise, Flag = times.Flag,
    });
}
