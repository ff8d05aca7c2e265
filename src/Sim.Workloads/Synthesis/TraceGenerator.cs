// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

public sealed record TraceOptions
{
    public required double Seconds { get; init; }

    /// <summary>The number of events per second over all peers; 0 for the calibration's rate, scaled to the number of peers.</summary>
    public double EventsPerSecond { get; init; }

    /// <summary>The number of BGP peers, up to <see cref="TraceGenerator.MostPeers"/>; 0 for as many peers as the calibration
    /// has.</summary>
    public int Peers { get; init; }

    public ulong Seed { get; init; } = 1;
}

/// <summary>Makes updates with the statistics of a real trace. <see cref="BurstClock"/> draws the times; this class
/// draws peers, prefixes and kinds. The same calibration, table, options and seed give the same trace.
/// <code>
///   an event's peer      that of the event before, or one drawn by the peers' shares
///            prefix      one of an event some time ago, by the trace's distribution of lags, or one drawn by popularity
///            kind        withdrawal, duplicate, other attributes, other path, by the trace's shares
///   a withdrawn path     comes back after a time drawn from the trace's: it takes the place of an event then
/// </code></summary>
/// <remarks>Memory: the table, a byte for each peer and prefix, and the withdrawn paths; nothing grows with the trace. The generator does
/// not make ends of sessions, waves longer than 100 s, or withdrawals that many peers send together because an origin is gone. In the
/// calibration's trace some paths never come back; the corresponding generated paths come back within a day.</remarks>
public sealed class TraceGenerator
{
    public const int MostPeers = 1000;

    private const int Ring = 16_384, Tries = 16, LagTable = 1024;
    private const double Day = 86_400;

    /// <summary>The time at which every trace begins, 2026-01-01 00:00 UTC, in seconds since 1970.</summary>
    internal const uint Start = 1_767_225_600;

    private readonly TraceCalibration _calibration;
    private readonly Prefix[] _prefixes;
    private readonly ZipfTable _popularity;
    private readonly BurstClock _clock;
    private readonly PathStates _paths;
    private readonly PriorityQueue<(int Prefix, int Peer), long> _returns = new();
    private readonly double[] _peersUpTo, _lagsUpTo, _downsUpTo;
    private readonly int[,] _lags = new int[TraceStructure.LagDecades, LagTable];
    private readonly double _samePeer, _newToPeer;
    private readonly Recent[] _recent = new Recent[Ring];
    private readonly long[] _lastEvent;
    private Rng _rng;
    private long _events;
    private int _peer;

    /// <summary>One of the last <see cref="Ring"/> events.</summary>
    private struct Recent
    {
        public int Prefix, Peer;
        public bool HappenedAgain;
    }

    /// <summary>Begins a trace over the distinct prefixes of a table of the calibration's family.</summary>
    /// <exception cref="ArgumentException">Thrown if the table is not of the calibration's family, or an option is out of
    /// range.</exception>
    public TraceGenerator(TraceCalibration calibration, IReadOnlyList<Prefix> table, TraceOptions options)
    {
        if (table.Any(prefix => prefix.Family != calibration.Family))
            throw new ArgumentException($"the calibration is of IPv{(int)calibration.Family}, the table is not", nameof(table));
        Peers = options.Peers == 0 ? Math.Min(calibration.PeerShares.Count, MostPeers) : options.Peers;
        if (Peers is < 1 or > MostPeers || !(options.Seconds > 0) || !(options.EventsPerSecond >= 0)
            || Start + options.Seconds > uint.MaxValue)
        {
            throw new ArgumentException($"a trace needs 1 to {MostPeers} peers, a length above 0 that ends before 2106, and a rate of 0 or more", nameof(options));
        }

        _calibration = calibration;
        EventsPerSecond = options.EventsPerSecond > 0 ? options.EventsPerSecond
            : calibration.EventsPerSecond * Peers / calibration.PeerShares.Count;
        Seconds = options.Seconds;
        _rng = Rng.Derive(options.Seed, 0x6D61726B73);
        _prefixes = PrefixPopularity.Rank(table, calibration, options.Seed);
        var exponent = PrefixPopularity.Exponent(_prefixes.Length, calibration.Events * Fresh, calibration.Prefixes);
        _popularity = new ZipfTable(_prefixes.Length, exponent);
        _clock = new BurstClock(calibration, EventsPerSecond, (long)(options.Seconds * 1e6), options.Seed);
        _paths = new PathStates(Peers, _prefixes.Length);
        _lastEvent = new long[_prefixes.Length];
        Array.Fill(_lastEvent, -1);
        _peersUpTo = UpTo([.. Enumerable.Range(0, Peers).Select(peer => calibration.PeerShares[peer % calibration.PeerShares.Count])]);
        _lagsUpTo = UpTo([.. calibration.SameLags, .. calibration.OtherLags, Fresh]);
        _downsUpTo = UpTo([.. calibration.Downs, Math.Max(1 - calibration.Downs.Sum(), 0)]);
        _samePeer = RunShare();
        // Half of the new pairs appear anyway: from draws by popularity, and if no recent prefix fits.
        _newToPeer = Math.Max(calibration.Pairs - calibration.Prefixes, 0) / Math.Max(calibration.Events - calibration.Prefixes, 1) / 2;
        for (var decade = 0; decade < TraceStructure.LagDecades; decade++)
        {
            for (var i = 0; i < LagTable; i++)
                _lags[decade, i] = (int)Math.Pow(10, decade + (i + 0.5) / LagTable);
        }
    }

    public int Peers { get; }
    public double EventsPerSecond { get; }
    public double Seconds { get; }

    /// <summary>The share of events whose prefix is drawn by popularity and not from earlier events.</summary>
    private double Fresh => Math.Max(1 - _calibration.SameLags.Sum() - _calibration.OtherLags.Sum(), 1e-3);

    /// <summary>Makes the next event. Returns false at the end.</summary>
    public bool TryNext(out RouteUpdate change)
    {
        change = default;
        if (!_clock.TryNext(out var since))
            return false;
        var time = Start * 1_000_000L + since;
        if (TryReturn(time, out change))
            return true;
        if (_rng.NextDouble() >= _samePeer)
            _peer = Draw(_peersUpTo);
        change = Happen(time, DrawPrefix());
        return true;
    }

    /// <summary>Announces a withdrawn path again if its time has come. Returns whether a path was announced.</summary>
    private bool TryReturn(long time, out RouteUpdate change)
    {
        change = default;
        if (!_returns.TryPeek(out var path, out var due) || due > time)
            return false;
        _returns.Dequeue();
        if (!_paths.IsWithdrawn(path.Peer, path.Prefix))
            return false;
        if (_rng.NextDouble() >= _calibration.SameReturns)
            _paths.ChangePath(path.Peer, path.Prefix, ref _rng);
        change = Announce(time, path.Prefix, path.Peer);
        return true;
    }

    private RouteUpdate Happen(long time, int prefix)
    {
        var known = _paths.IsKnown(_peer, prefix);
        var luck = _rng.NextDouble();
        var withdrawn = known ? _calibration.Withdrawals : _calibration.FirstWithdrawals;
        if (luck < withdrawn && !_paths.IsWithdrawn(_peer, prefix))
        {
            _paths.Withdraw(_peer, prefix);
            _returns.Enqueue((prefix, _peer), time + DownTime());
            Remember(prefix, _peer);
            return new RouteUpdate(time, _prefixes[prefix], _peer, Announce: false);
        }

        luck -= withdrawn;
        if (!known)
            _paths.ChangePath(_peer, prefix, ref _rng);
        else if ((luck -= _calibration.Duplicates) < 0)
            return Announce(time, prefix, _peer);
        else if (luck - _calibration.AttributeChanges < 0)
            _paths.ChangeAttributes(_peer, prefix);
        else
            _paths.ChangePath(_peer, prefix, ref _rng);
        return Announce(time, prefix, _peer);
    }

    private RouteUpdate Announce(long time, int prefix, int peer)
    {
        _paths.Announce(peer, prefix);
        Remember(prefix, peer);
        var (variant, med) = _paths.Attributes(peer, prefix);
        return new RouteUpdate(time, _prefixes[prefix], peer, Announce: true, Variant: variant, Med: med);
    }

    private void Remember(int prefix, int peer)
    {
        ref var last = ref _lastEvent[prefix];
        if (last >= 0 && _events - last < Ring)
            _recent[last % Ring].HappenedAgain = true;
        _recent[_events % Ring] = new Recent { Prefix = prefix, Peer = peer };
        last = _events;
        _events++;
    }

    /// <summary>Draws a prefix. Makes a few attempts to find a prefix that the event's peer has not withdrawn.</summary>
    private int DrawPrefix()
    {
        var kind = Draw(_lagsUpTo);
        if (kind < 2 * TraceStructure.LagDecades && DrawRecent(kind % TraceStructure.LagDecades, kind < TraceStructure.LagDecades) is >= 0 and var recent)
            return recent;
        var prefix = _popularity.Draw(ref _rng);
        for (var i = 0; i < Tries && _paths.IsWithdrawn(_peer, prefix); i++)
            prefix = _popularity.Draw(ref _rng);
        return prefix;
    }

    /// <summary>Draws the prefix of an earlier event, 10^<paramref name="decade"/> events back or more; -1 if no prefix fits. The best of a
    /// few draws is taken. The best prefix meets three conditions: it has had no event since the earlier event, it is new to the peer as
    /// often as in the calibration's trace, and the earlier event came from the current peer if <paramref name="same"/> is true, else from
    /// another peer.</summary>
    private int DrawRecent(int decade, bool same)
    {
        const int perfect = 3, stale = -4;
        var known = same || _rng.NextDouble() >= _newToPeer;
        var (best, bestFit) = (-1, stale - 1);
        for (var i = 0; i < Tries && bestFit < perfect && _events > 0; i++)
        {
            // A distance beyond the beginning becomes a shorter one, or a trace would begin with new prefixes only.
            var at = _events - _lags[decade, _rng.Below(LagTable)];
            if (at < 0)
                at = (long)(_rng.NextDouble() * _events);
            ref readonly var recent = ref _recent[at % Ring];
            var least = recent.HappenedAgain ? stale : 0;
            if (bestFit >= least + perfect || _paths.IsWithdrawn(_peer, recent.Prefix))
                continue;
            var fit = least + (_paths.IsKnown(_peer, recent.Prefix) == known ? 2 : 0) + (recent.Peer == _peer == same ? 1 : 0);
            if (fit > bestFit)
                (best, bestFit) = (recent.Prefix, fit);
        }

        return best;
    }

    /// <summary>Draws the microseconds until a withdrawn path comes back.</summary>
    private long DownTime()
    {
        var at = Draw(_downsUpTo);
        var last = TraceStructure.FlapSeconds.Count - 1;
        var (low, high) = at == 0 ? (0.001, TraceStructure.FlapSeconds[0])
            : at < last ? (TraceStructure.FlapSeconds[at - 1], TraceStructure.FlapSeconds[at])
            : (Math.Min(_calibration.Events / _calibration.EventsPerSecond, Day / 2), Day);
        return (long)(1e6 * low * Math.Pow(high / low, _rng.NextDouble()));
    }

    /// <summary>Returns the share of events that keep the previous event's peer without a draw. The share is corrected for returns, which
    /// interrupt runs, and for draws that hit the same peer.</summary>
    private double RunShare()
    {
        var square = 0.0;
        for (var peer = 0; peer < Peers; peer++)
            square += Math.Pow(_peersUpTo[peer] - (peer == 0 ? 0 : _peersUpTo[peer - 1]), 2);
        if (square >= 1)
            return 1;
        var unbroken = Math.Pow(1 - _calibration.Returns, 2);
        return Math.Clamp((Math.Min(_calibration.SamePeer / unbroken, 0.98) - square) / (1 - square), 0, 0.98);
    }

    private int Draw(double[] upTo)
    {
        var luck = _rng.NextDouble();
        var at = 0;
        while (at < upTo.Length - 1 && luck >= upTo[at])
            at++;
        return at;
    }

    private static double[] UpTo(double[] shares)
    {
        var (all, sum) = (shares.Sum(), 0.0);
        return Array.ConvertAll(shares, share => (sum += share) / all);
    }
}

/// <summary>Each BGP peer's path to each prefix, in a byte: <c>withdrawn 1 | known 1 | other attributes 3 | path 3</c>.</summary>
internal sealed class PathStates(int peers, int prefixes)
{
    private const byte WithdrawnBit = 0x80, KnownBit = 0x40;
    private const int PathMask = 7, RestShift = 3;

    private readonly byte[]?[] _states = new byte[peers][];

    public bool IsWithdrawn(int peer, int prefix) => (Of(peer)[prefix] & WithdrawnBit) != 0;

    /// <summary>Returns whether the peer has announced or withdrawn the prefix before.</summary>
    public bool IsKnown(int peer, int prefix) => (Of(peer)[prefix] & KnownBit) != 0;

    public void Withdraw(int peer, int prefix) => Of(peer)[prefix] |= WithdrawnBit | KnownBit;

    public void Announce(int peer, int prefix) => Of(peer)[prefix] = (byte)((Of(peer)[prefix] & ~WithdrawnBit) | KnownBit);

    public void ChangePath(int peer, int prefix, ref Rng rng)
    {
        ref var state = ref Of(peer)[prefix];
        var path = (state + 1 + rng.Below(PathMask)) & PathMask;
        state = (byte)((state & ~PathMask) | path);
    }

    /// <summary>Changes attributes other than AS path and next hop.</summary>
    public void ChangeAttributes(int peer, int prefix)
    {
        ref var state = ref Of(peer)[prefix];
        var rest = ((state >> RestShift) + 1) & PathMask;
        state = (byte)((state & ~(PathMask << RestShift)) | rest << RestShift);
    }

    /// <summary>Returns the variant and the MED for a <see cref="RouteUpdate"/>.</summary>
    public (uint Variant, uint Med) Attributes(int peer, int prefix)
    {
        var state = Of(peer)[prefix];
        return ((uint)(state & PathMask), (uint)(state >> RestShift & PathMask) + 1);
    }

    private byte[] Of(int peer) => _states[peer] ??= new byte[prefixes];
}
