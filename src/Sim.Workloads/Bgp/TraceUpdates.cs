// SPDX-License-Identifier: MIT
using System.Globalization;

namespace Sim.Workloads.Bgp;

/// <summary>Writes a trace as the UPDATEs of eight speakers, on top of a table that <see cref="TableUpdates"/> wrote. The eight BGP peers with the
/// most changes in the trace are the speakers; others are left out. All announcements and withdrawals keep their order, attributes and times.
/// Beacons are spread over the trace: prefixes that only one speaker announces, from which a prober learns how far the hub is behind.
/// <code>
///   FOLDER/tunnel/K.trace, FOLDER/dummy/K.trace     timed UPDATEs of speaker K; see UpdateWriter
///   FOLDER/trace                                    lines NAME VALUE: microseconds, updates, changes, beacons, peers, prefixes
/// </code>
/// The last number counts the prefixes that some speaker has at the end, with the table's own prefixes and the beacons.</summary>
public sealed class TraceUpdates(TableUpdates table)
{
    public const string Kind = "trace";

    /// <summary>The number of beacons. Each speaker announces the same number, and its last one after all else.</summary>
    public const int Beacons = 62 * SpeakerLab.Spokes;

    private const ulong BeaconFlag = 1UL << 63;
    private const int BeaconShift = 48;

    private readonly TracePeers _peers = new(null);
    private readonly TraceClock _clock = new();
    private readonly Dictionary<int, long> _changesOf = [];
    private readonly Dictionary<int, int> _speakers = [];
    private readonly Dictionary<Prefix, byte> _holders = [];
    private readonly PassedAttributes _passed = new();
    private UpdateWriter[] _writers = [];
    private (int Speaker, long Record) _last;
    private int _beacons;

    /// <summary>The number of prefixes that some speaker has at the end.</summary>
    public long Prefixes { get; private set; }

    /// <summary>The number of announcements and withdrawals of the chosen BGP peers.</summary>
    public long Changes { get; private set; }

    /// <summary>The time from the first change to the last.</summary>
    public long Microseconds => _clock.Now - _clock.First;

    private Family Family => table.Family;

    /// <summary>Writes all files. The damage of the trace is logged.</summary>
    /// <exception cref="InvalidDataException">The trace has no change of a usable prefix of the family.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public void Write(IReadOnlyList<TraceFile> files, DamageLog damage)
    {
        files = TraceOrder.Sort(files, damage);
        foreach (var file in files)
            file.Read(_clock, damage, damage, peers => new Reading(this, _peers.Of(peers), writes: false));
        if (_changesOf.Count == 0)
            throw new InvalidDataException($"{string.Join(", ", files.Select(file => file.Name))}: no change of an IPv{(int)Family} prefix");
        foreach (var (peer, _) in _changesOf.OrderByDescending(peer => peer.Value).ThenBy(peer => peer.Key).Take(SpeakerLab.Spokes))
            _speakers.Add(peer, _speakers.Count);
        foreach (var route in table.Routes)
            _holders[route.Prefix] = (byte)(1 << table.SpeakerOf(route.Prefix));
        _clock.Settle();
        var length = Microseconds;
        _clock.Restart();
        _writers = table.Writers(Kind);
        try
        {
            foreach (var file in files)
                file.Read(_clock, new DamageLog(), damage, peers => new Reading(this, _peers.Of(peers), writes: true) { Length = length });
            while (_beacons < Beacons)
                Beacon(Microseconds);
        }
        finally
        {
            Array.ForEach(_writers, writer => writer.Dispose());
        }

        Prefixes = _holders.Values.Count(holders => holders != 0) + Beacons;
        File.WriteAllText(
            Path.Combine(table.Folder, "trace"),
            string.Create(CultureInfo.InvariantCulture, $"""
            microseconds {Microseconds}
            updates {_writers.Sum(writer => writer.Messages) - Beacons}
            changes {Changes}
            beacons {Beacons}
            peers {_speakers.Count}
            prefixes {Prefixes}

            """));
    }

    /// <summary>Returns the speaker of a change and the time in front of its message; -1 if the change is left out. Announces the beacons that are
    /// due before it.</summary>
    private int Begin(ref readonly MrtRoute route, int peer, long length, out ulong time)
    {
        var at = _clock.At(route.Time, route.Record, route.Offset) - _clock.First;
        time = (ulong)at;
        if (!SpeakerLab.IsUsable(route.Prefix) || !_speakers.TryGetValue(peer, out var speaker))
            return -1;
        while (_beacons < Beacons - SpeakerLab.Spokes && at * (Beacons - SpeakerLab.Spokes) >= length * (_beacons + 1L))
            Beacon(at);
        if (_last != (speaker, route.Record))
            _writers[speaker].Flush();
        _last = (speaker, route.Record);
        return speaker;
    }

    private void Beacon(long at)
    {
        var speaker = _beacons % SpeakerLab.Spokes;
        ReadOnlySpan<byte> none = [AttributeRule.Transitive, AttributeRule.Origin, 1, 0];
        _passed.Write(none, wide: true, SpeakerLab.HubAs + 1 + (uint)speaker, 1);
        _writers[speaker].Announce(SpeakerLab.Beacon(Family, _beacons), _passed.Bytes, BeaconFlag | (ulong)_beacons << BeaconShift | (ulong)at);
        _beacons++;
    }

    /// <summary>Takes the changes of one file: first to count those of each BGP peer and to survey their times, then to write them.</summary>
    private readonly struct Reading(TraceUpdates owner, PeerValues<int> peers, bool writes) : IMrtHandler
    {
        public long Length { get; init; }

        public void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
        }

        public void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
            if (route.Prefix.Family != owner.Family)
                return;
            if (!writes)
            {
                Count(in route);
                return;
            }

            var speaker = owner.Begin(in route, peers[route.Peer], Length, out var time);
            if (speaker < 0 || !owner._passed.Write(attributes.Bytes, attributes.WideAs, SpeakerLab.HubAs + 1 + (uint)speaker, 1))
                return;
            owner.Changes++;
            owner._writers[speaker].Announce(route.Prefix, owner._passed.Bytes, time);
            CollectionsMarshal.GetValueRefOrAddDefault(owner._holders, route.Prefix, out _) |= (byte)(1 << speaker);
        }

        public void Withdraw(ref readonly MrtRoute route)
        {
            if (route.Prefix.Family != owner.Family)
                return;
            if (!writes)
            {
                Count(in route);
                return;
            }

            var speaker = owner.Begin(in route, peers[route.Peer], Length, out var time);
            if (speaker < 0)
                return;
            owner.Changes++;
            owner._writers[speaker].Withdraw(route.Prefix, time);
            CollectionsMarshal.GetValueRefOrAddDefault(owner._holders, route.Prefix, out _) &= (byte)~(1 << speaker);
        }

        /// <summary>A session that ends in the trace stays up in the lab. Its peer announces its paths again, or withdraws them.</summary>
        public void StateChange(int peer, long time, int from, int to)
        {
        }

        private void Count(ref readonly MrtRoute route)
        {
            owner._clock.At(route.Time, route.Record, route.Offset);
            if (SpeakerLab.IsUsable(route.Prefix))
                CollectionsMarshal.GetValueRefOrAddDefault(owner._changesOf, peers[route.Peer], out _)++;
        }
    }
}
