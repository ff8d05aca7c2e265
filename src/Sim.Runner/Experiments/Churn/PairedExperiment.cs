// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Kernel;
using Sim.Runner.Reports;
using Sim.Runner.Schemes.Binding;
using Sim.Workloads;
using Sim.Workloads.Churn;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;

namespace Sim.Runner.Experiments.Churn;

/// <summary>
/// Each scheme in turns (A B B A) with a reference that stays loaded through the whole run: the trace's first changes, each
/// alone; the loss of a peer; and the lookups of packets. Caches are empty before each (see CacheSweep); the changes are also made
/// a second time, when they are warm. The reference is AllowedIPs with REMOVE_ME and a default route; where the scheme is that
/// one too, the row is the A/A row: two copies of the same, whose ratio shows the noise.
/// </summary>
internal sealed class PairedExperiment : IDisposable
{
    /// <summary>Number of the reference among the schemes.</summary>
    public const int ReferenceNumber = 3;

    private readonly ChurnContext _context;
    private readonly BindingScheme _reference;

    // The trace's first, and what undoes them.
    private readonly BindingChange[] _changes;
    private readonly BindingChange[] _back;
    private readonly PeerLoss _loss;
    private readonly (string Pattern, UInt128[] Keys)[] _keys;

    public PairedExperiment(ChurnContext context)
    {
        (_context, _loss) = (context, PeerLoss.All(context).First());
        _reference = BindingKind.Of([ReferenceNumber], context.Family)[0].Create(context.Family, context.Peers);
        _reference.Load(context.Load, _ => context.Cancel.ThrowIfCancellationRequested());
        _changes = FirstChanges(context);
        _back = [.. _changes.Select(change => change with { OldPeer = change.NewPeer, NewPeer = change.OldPeer }).Reverse()];
        var routes = Array.ConvertAll(context.Table.Prefixes, prefix => new Route(prefix, 0, 0));
        var table = new RouteTable("the starting table", context.Family, routes, [""]);
        UInt128[] Keys(KeyPattern pattern) => LookupKeys.LeftAligned(table, pattern, context.Plan.PacketKeys, context.Seed);
        _keys = [.. new[] { KeyPattern.Prefixes, KeyPattern.Zipf }.Select(pattern => (pattern.Name(), Keys(pattern)))];
    }

    /// <summary>Measures a loaded scheme, which is left as it was.</summary>
    public void Run(BindingScheme scheme)
    {
        var bytes = new[] { _reference, scheme }.Sum(binding => binding.Structures.Sum(part => part.Memory.PageBytes));
        if (_changes.Length > 0 && scheme.Kind.Number != 1)
            Updates(scheme, bytes);
        Loss(scheme, bytes);
        foreach (var (pattern, keys) in _keys)
        {
            Packets(scheme, bytes, pattern, keys, "transmit", static (binding, key) => binding.Transmit(key));
            Packets(scheme, bytes, pattern, keys, "receive", static (binding, key) => binding.Receive(key, rpFilter: false));
            Packets(scheme, bytes, pattern, keys, "receive-rp-filter", static (binding, key) => binding.Receive(key, rpFilter: true));
        }
    }

    public void Dispose() => _reference.Dispose();

    /// <summary>As many of the trace's changes as the plan allows.</summary>
    private static BindingChange[] FirstChanges(ChurnContext context)
    {
        var changes = new List<BindingChange>();
        var reader = context.Trace.Changes.Read();
        while (changes.Count < context.Plan.PairedChanges && reader.TryRead(out var change))
            changes.Add(change);
        return [.. changes];
    }

    /// <summary>
    /// The changes' times in one replay: of all, and of each kind; first from empty caches, then with all that they touch in them.
    /// </summary>
    private void Updates(BindingScheme scheme, long bytes)
    {
        double[] Replay(BindingScheme binding)
        {
            CacheSweep.Run(bytes);
            var cold = Each(binding, _changes);
            Each(binding, _back);
            var warm = Each(binding, _changes);
            Each(binding, _back);
            return [.. cold, .. warm];
        }

        Replay(_reference);
        Replay(scheme);
        var times = Interleaved.RunMany(_context.Plan.PairGroups, () => Replay(_reference), () => Replay(scheme), _context.Cancel);
        foreach (var (metric, first) in new[] { (Names.Ratio, 0), (Names.WarmRatio, times.Length / 2) })
        {
            AddUpdate(scheme, metric, ReplayRows.AnyChange, times[first]);
            foreach (var (kind, operation) in ReplayRows.Kinds)
            {
                if (Array.Exists(_changes, change => change.Kind == kind))
                    AddUpdate(scheme, metric, operation, times[first + 1 + (int)kind]);
            }
        }
    }

    /// <summary>Of so few changes that the clock shows none of it a ratio says nothing.</summary>
    private void AddUpdate(BindingScheme scheme, string metric, string operation, InterleavedTimes times)
    {
        var ratios = times.Ratios.Where((_, pair) => times.A[pair] > 0).ToList();
        if (ratios.Count > 0)
            Add(scheme, Spread.Of(ratios), _context.Row(ReplayRows.Experiment, metric, "ratio", 0, Basis.Measured) with { Operation = operation, X = 0 });
    }

    /// <summary>Seconds of all changes, and behind them those of each kind.</summary>
    private static double[] Each(BindingScheme scheme, BindingChange[] changes)
    {
        var seconds = new double[1 + Enum.GetValues<RouteChange>().Length];
        foreach (ref readonly var change in changes.AsSpan())
        {
            var batch = new ReadOnlySpan<BindingChange>(in change);
            scheme.Prepare(batch, sampled: false);
            var clock = Stopwatch.GetTimestamp();
            scheme.Apply(batch);
            var one = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            seconds[0] += one;
            seconds[1 + (int)change.Kind] += one;
        }

        return seconds;
    }

    /// <summary>The share of the largest peer goes to another peer as one batch, and comes back untimed.</summary>
    private void Loss(BindingScheme scheme, long bytes)
    {
        double Lose(BindingScheme binding)
        {
            CacheSweep.Run(bytes);
            var seconds = ConvergenceExperiment.Time(binding, _loss.Lose);
            ConvergenceExperiment.Time(binding, _loss.Return);
            return seconds;
        }

        Lose(_reference);
        Lose(scheme);
        var times = Interleaved.Run(_context.Plan.PairGroups, () => Lose(_reference), () => Lose(scheme), _context.Cancel);
        Add(scheme, times.Ratio, _context.Row(ConvergenceExperiment.Experiment, Names.Ratio, "ratio", 0, Basis.Measured) with { Operation = _loss.Operation });
    }

    private void Packets(BindingScheme scheme, long bytes, string pattern, UInt128[] keys, string operation, Func<BindingScheme, UInt128, int> lookup)
    {
        var expected = Chain(_reference, keys, lookup).Sum;
        double Time(BindingScheme binding)
        {
            CacheSweep.Run(bytes);
            var (seconds, sum) = Chain(binding, keys, lookup);
            if (sum != expected && (scheme.Kind.ChecksSources || operation != "receive"))
                throw new BindingMismatchException($"{binding.Name}: packets ({operation}) find other peers than in {_reference.Name}");
            return seconds;
        }

        Time(scheme);
        var times = Interleaved.Run(_context.Plan.PairGroups, () => Time(_reference), () => Time(scheme), _context.Cancel);
        Figure Place(string metric, string unit) => _context.Row("packet", metric, unit, 0, Basis.Measured) with
        {
            Operation = operation, Keys = pattern, Chain = "dependent",
        };

        var spread = times.SpreadB.Scale(1e9 / keys.Length);
        _context.Add(scheme, Place("time", "ns") with { Value = spread.Median, Low = spread.Low, High = spread.High, N = spread.N });
        Add(scheme, times.Ratio, Place(Names.Ratio, "ratio"));
    }

    /// <summary>Each lookup waits for the answer of the one before: latency, as a packet by itself meets it.</summary>
    private static (double Seconds, long Sum) Chain(BindingScheme scheme, UInt128[] keys, Func<BindingScheme, UInt128, int> lookup)
    {
        var (sum, place, zero) = (0L, 0, KeyChain.Zero());
        var clock = Stopwatch.GetTimestamp();
        for (var i = 0; i < keys.Length; i++)
        {
            var answer = lookup(scheme, keys[place]) + 1;
            sum += answer;
            place = KeyChain.Next(place, answer, zero, keys.Length - 1);
        }

        return (Stopwatch.GetElapsedTime(clock).TotalSeconds, sum);
    }

    private void Add(BindingScheme scheme, Spread ratio, Figure row) => _context.Add(scheme, row with
    {
        Item = scheme.Kind == _reference.Kind ? Names.SelfItem : $"to {_reference.Name}",
        Value = ratio.Median, Low = ratio.Low, High = ratio.High, N = ratio.N,
    });
}
