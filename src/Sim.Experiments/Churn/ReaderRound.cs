// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Sim.Experiments.Churn;

/// <summary>
/// An update that is made and undone repeatedly while readers look up addresses. The writer increments a counter at each phase. A reader
/// that reads the counter before and after a lookup knows in which phases the lookup ran:
/// <code>
///   state mod 4 0 before the update | 1 it is under way | 2 after it | 3 it is taken back | 0 ...
///   allowed     the peer before     | either            | after      | not looked at
/// </code>
/// </summary>
public sealed class ReaderRound
{
    private const int MostProbes = 64;

    private long _state;

    /// <summary>Prepares a round with at most 64 probes of each group.</summary>
    public ReaderRound(ReaderUpdate update)
    {
        Update = update;
        Probes = [.. update.Probes.GroupBy(probe => probe.Group).SelectMany(group => group.Take(MostProbes))];
        var places = Enumerable.Range(0, Probes.Length).ToLookup(at => Probes[at].Group == ProbeGroup.Changed);
        Order = Alternate([.. places[true]], [.. places[false]]);
    }

    public ReaderUpdate Update { get; }
    public Probe[] Probes { get; }

    /// <summary>The indices of the probes, in the order in which readers look them up. Every second probe belongs to a prefix that the
    /// update changes.</summary>
    public int[] Order { get; }

    public long State => Volatile.Read(ref _state);

    /// <summary>The seconds that each update took.</summary>
    public List<double> Seconds { get; } = [];

    /// <summary>Makes the update and undoes it. Dropped objects are freed after the update, when no reader can hold them. The writer waits
    /// for readers only where the kernel's writer does (<c>synchronize_net</c>), not at the end of each message.</summary>
    public void Do(Scheme scheme)
    {
        Update.Prepare(scheme);
        Hold(scheme, true);
        var clock = Stopwatch.GetTimestamp();
        Advance();
        Update.Apply(scheme);
        Advance();
        Seconds.Add(SecondsBetween(clock, Stopwatch.GetTimestamp()));
        Hold(scheme, false);
        Advance();
        Hold(scheme, true);
        Update.Restore(scheme);
        Advance();
        Hold(scheme, false);
    }

    private static void Hold(Scheme scheme, bool holds)
    {
        foreach (var rcu in scheme.Structures.Select(part => part.Structure.Memory.Rcu))
        {
            rcu.HoldsCallbacks = holds;
            // A callback may queue another callback.
            while (!holds && rcu.Pending > 0)
                rcu.GracePeriod();
        }
    }

    /// <summary>Returns the seconds between two clock readings, with the clock's full resolution. The 100 ns steps of a
    /// <see cref="TimeSpan"/> are too coarse: a prefix can move within 100 ns.</summary>
    public static double SecondsBetween(long from, long to) => (to - from) / (double)Stopwatch.Frequency;

    /// <summary>Begins the next phase, with a full memory barrier.</summary>
    private void Advance() => Interlocked.Increment(ref _state);

    private static int[] Alternate(int[] changed, int[] rest) => changed.Length == 0 || rest.Length == 0
        ? [.. changed, .. rest]
        : [.. Enumerable.Range(0, Math.Max(changed.Length, rest.Length)).SelectMany(turn => new[] { changed[turn % changed.Length], rest[turn % rest.Length] })];
}

/// <summary>The observations of one reader in a round. Other threads read these observations only after the round.</summary>
public sealed class ReaderTally(Scheme scheme, ReaderRound round)
{
    private readonly Gap[] _gaps = new Gap[round.Probes.Length];

    /// <summary>The counts, indexed by <see cref="ProbeGroup"/>.</summary>
    public GroupTally[] Groups { get; } = [new(), new(), new()];

    /// <summary>Records a lookup: the probe’s index, the peer found, the writer’s state before and after, and the ticks at its start and
    /// end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void See(int at, int peer, long from, long to, long start, long end)
    {
        ref readonly var probe = ref round.Probes[at];
        var during = Touches(from, to, 1);
        if (during)
            Groups[(int)probe.Group].Lookups++;
        if (probe.Allows(peer) && (during || probe.Before == probe.After))
        {
            if (_gaps[at].Open)
                Close(at);
            return;
        }

        SeeClosely(at, peer, from, to, start, end, during);
    }

    public void End()
    {
        for (var at = 0; at < _gaps.Length; at++)
            Close(at);
    }

    private static bool Touches(long from, long to, int phase)
    {
        for (var state = from; state <= to; state++)
        {
            if ((state & 3) == phase)
                return true;
        }

        return false;
    }

    private void SeeClosely(int at, int peer, long from, long to, long start, long end, bool during)
    {
        ref readonly var probe = ref round.Probes[at];
        if (during)
        {
            // A gap belongs to one update: the next update begins a new gap.
            if (_gaps[at].Open && _gaps[at].Update != to >> 2)
                Close(at);
            if (!_gaps[at].Open)
                _gaps[at] = new Gap(true, to >> 2, start, end);
            _gaps[at].Last = end;
            var group = Groups[(int)probe.Group];
            _ = peer < 0 ? group.None++ : group.Other++;
            return;
        }

        Close(at);
        if (Touches(from, to, 3))
            return;
        var wanted = (from & 3) == 0 ? probe.Before : probe.After;
        // The writer was at rest during the lookup only if its state is still the same after the lookup's reads.
        Interlocked.MemoryBarrier();
        if (peer != wanted && from == to && round.State == from)
            throw new BindingMismatchException($"{scheme.Name}, {round.Update.Operation}: at rest, {probe.Prefix} leads to peer {peer} instead of {wanted}");
    }

    private void Close(int at)
    {
        if (!_gaps[at].Open)
            return;
        Groups[(int)round.Probes[at].Group].Gaps.Add(ReaderRound.SecondsBetween(_gaps[at].First, _gaps[at].Last));
        _gaps[at] = default;
    }

    /// <summary>A gap: the ticks from the start of the first wrong lookup to the end of the last wrong lookup.</summary>
    private record struct Gap(bool Open, long Update, long First, long Last);
}

/// <summary>The observed lookups and gaps of one group of probes.</summary>
public sealed class GroupTally
{
    /// <summary>The number of lookups during the update.</summary>
    public long Lookups { get; set; }

    /// <summary>The number of lookups during the update that wrongly found no peer.</summary>
    public long None { get; set; }

    /// <summary>The number of lookups during the update that found a peer which has the prefix neither before nor after the
    /// update.</summary>
    public long Other { get; set; }

    /// <summary>The seconds of each gap. During a gap a prefix had a wrong answer.</summary>
    public List<double> Gaps { get; } = [];

    public void Add(GroupTally other)
    {
        (Lookups, None, Other) = (Lookups + other.Lookups, None + other.None, Other + other.Other);
        Gaps.AddRange(other.Gaps);
    }
}
