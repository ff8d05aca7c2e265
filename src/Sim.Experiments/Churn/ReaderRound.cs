// SPDX-License-Identifier: MIT
using System.Runtime.CompilerServices;

namespace Sim.Experiments.Churn;

/// <summary>
/// An update that is done and taken back, again and again, beside readers, and what they have seen of it. The writer counts
/// its way; a reader that reads the count before and after a lookup knows what the lookup ran beside:
/// <code>
///   state mod 4 0 before the update | 1 it is under way | 2 after it | 3 it is taken back | 0 ...
///   allowed     the peer before     | either            | after      | not looked at
/// </code>
/// </summary>
public sealed class ReaderRound
{
    private const int MostProbes = 64;

    private long _state;

    /// <summary>Looks up at most 64 probes of each group.</summary>
    public ReaderRound(ReaderUpdate update)
    {
        Update = update;
        Probes = [.. update.Probes.GroupBy(probe => probe.Group).SelectMany(group => group.Take(MostProbes))];
        var places = Enumerable.Range(0, Probes.Length).ToLookup(at => Probes[at].Group == ProbeGroup.Changed);
        Order = Alternate([.. places[true]], [.. places[false]]);
    }

    public ReaderUpdate Update { get; }
    public Probe[] Probes { get; }

    /// <summary>Places of the probes as they are looked up, round and round: every second one is of a prefix that changes.</summary>
    public int[] Order { get; }

    public long State => Volatile.Read(ref _state);

    /// <summary>Seconds of each time that the update was done.</summary>
    public List<double> Seconds { get; } = [];

    /// <summary>
    /// Does the update and takes it back. What it drops is freed after it, when no reader can hold it: a writer waits for
    /// readers where the kernel's does (<c>synchronize_net</c>), not at the end of each message.
    /// </summary>
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
            // A callback may queue another.
            while (!holds && rcu.Pending > 0)
                rcu.GracePeriod();
        }
    }

    /// <summary>Seconds to the clock's tick: the 100 ns of a <see cref="TimeSpan"/> are as long as a prefix takes to move.</summary>
    public static double SecondsBetween(long from, long to) => (to - from) / (double)Stopwatch.Frequency;

    /// <summary>A full barrier: nothing of what comes before is done later, nothing of what comes after is done earlier.</summary>
    private void Advance() => Interlocked.Increment(ref _state);

    private static int[] Alternate(int[] changed, int[] rest) => changed.Length == 0 || rest.Length == 0
        ? [.. changed, .. rest]
        : [.. Enumerable.Range(0, Math.Max(changed.Length, rest.Length)).SelectMany(turn => new[] { changed[turn % changed.Length], rest[turn % rest.Length] })];
}

/// <summary>The observations of one reader in a round; its own while the round lasts.</summary>
public sealed class ReaderTally(Scheme scheme, ReaderRound round)
{
    private readonly Gap[] _gaps = new Gap[round.Probes.Length];

    /// <summary>By <see cref="ProbeGroup"/>.</summary>
    public GroupTally[] Groups { get; } = [new(), new(), new()];

    /// <summary>Takes in a lookup: probe, peer found, the writer’s state before and after, the clock’s ticks at its ends.</summary>
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

    /// <summary>The round is over: no gap goes on.</summary>
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
            // A gap is of one update: the next one's is another.
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
        // Only where the writer has not moved since, the lookup's reads included, was it at rest.
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

    /// <summary>From the beginning of the first wrong lookup to the end of the last.</summary>
    private record struct Gap(bool Open, long Update, long First, long Last);
}

/// <summary>The observations of all readers of a group, over all updates of an operation.</summary>
public sealed class GroupTally
{
    /// <summary>Lookups while the update was under way.</summary>
    public long Lookups { get; set; }

    /// <summary>Of these, those that found no peer and should have.</summary>
    public long None { get; set; }

    /// <summary>And those that found a peer that has the prefix neither before nor after.</summary>
    public long Other { get; set; }

    /// <summary>Seconds for which a prefix was wrong, each time.</summary>
    public List<double> Gaps { get; } = [];

    public void Add(GroupTally other)
    {
        (Lookups, None, Other) = (Lookups + other.Lookups, None + other.None, Other + other.Other);
        Gaps.AddRange(other.Gaps);
    }
}
