// SPDX-License-Identifier: MIT
using MathNet.Numerics;

namespace Sim.Workloads.Churn;

/// <summary>Measures the <see cref="TraceStructure"/> of a trace's events of one family, event by event. The clock
/// gives the events their times.</summary>
internal sealed class TraceMeter(Family family, TraceClock clock)
{
    private const int Second = 1_000_000;

    private readonly TracePeers _peers = new(null);
    private readonly WindowCounter[] _windows = [.. TraceStructure.WindowLengths.Select(length => new WindowCounter(length))];
    private readonly Dictionary<Prefix, int> _numbers = [];
    private readonly List<Heard> _prefixes = [];
    private readonly Dictionary<long, Path> _paths = [];
    private readonly List<long> _byPeer = [];
    private readonly List<int> _session = [];
    private readonly EventKinds _kinds = new();
    private readonly long[] _sameLags = new long[TraceStructure.LagDecades], _otherLags = new long[TraceStructure.LagDecades];
    private readonly long[] _downs = new long[TraceStructure.FlapSeconds.Count], _ups = new long[TraceStructure.FlapSeconds.Count];
    private long _events, _sessionEnds, _samePeer;
    private int _lastPeer = -1;
    private bool _microseconds;

    private record struct Heard(long Events, long LastEvent, int LastPeer);

    /// <summary>A peer's path to a prefix. Session: the peer's session that last announced or withdrew the path. Since: the time of that
    /// announcement or withdrawal. Returned: whether the path came back after a withdrawal. Route, Rest and AsPath: hashes of the last
    /// announcement's AS path with next hop (0 if there was no announcement), of its other attributes, and of its AS path alone.</summary>
    private record struct Path(int Session, bool Announced, long Since, bool Returned, ulong Route, ulong Rest, ulong AsPath);

    public Handler Of(MrtPeers peers) => new(this, _peers.Of(peers));

    /// <summary>Returns the structure. No event may be added afterwards.</summary>
    public TraceStructure Finish(string source)
    {
        var duration = clock.Now - clock.First;
        var windows = Array.ConvertAll(_windows, window => window.Finish(duration));
        double[] shares = [.. _windows.Zip(_windows.Skip(1), (wide, narrow) => wide.Pairs == 0 ? 0.1 : narrow.Pairs / wide.Pairs)];
        var longest = windows[0];
        var events = Math.Max(_events, 1);
        var byPrefix = _prefixes.Select(prefix => prefix.Events).OrderDescending().ToArray();
        var lengths = new double[129];
        foreach (var prefix in _numbers.Keys)
            lengths[prefix.Length] += 1.0 / _numbers.Count;
        return new TraceStructure
        {
            Source = source, Family = family, Seconds = duration / (double)Second, Kinds = _kinds, HasMicroseconds = _microseconds,
            OutOfOrder = clock.OutOfOrder, SetAside = clock.SetAside, LongestPause = clock.LongestPause / (double)Second,
            SessionEnds = _sessionEnds, Windows = windows,
            Variation = longest.Mean == 0 ? 0 : Math.Max(_windows[0].Pairs / longest.Windows / (longest.Mean * longest.Mean) - 1, 0),
            PairShares = shares, Prefixes = byPrefix.Length, Pairs = _paths.Count,
            TopShares = [.. TraceStructure.TopParts.Select(part => Top(byPrefix, part))], RankSlope = Slope(byPrefix),
            PeerShares = [.. _byPeer.Where(count => count > 0).OrderDescending().Select(count => count / (double)events)],
            SamePeer = _samePeer / (double)events,
            SameLags = Array.ConvertAll(_sameLags, count => count / (double)events),
            OtherLags = Array.ConvertAll(_otherLags, count => count / (double)events),
            Downs = _downs, Ups = _ups, Lengths = lengths,
        };
    }

    private double Top(long[] byPrefix, double part)
    {
        var count = Math.Max((int)(byPrefix.Length * part), Math.Min(byPrefix.Length, 1));
        return byPrefix.Take(count).Sum() / (double)Math.Max(_events, 1);
    }

    /// <summary>Fits a line to the number of events by rank, with both axes logarithmic. Returns the line's slope.</summary>
    private static double Slope(long[] byPrefix)
    {
        var (x, y) = (new List<double>(), new List<double>());
        for (var rank = 10.0; rank < byPrefix.Length / 2.0; rank *= 1.25)
        {
            x.Add(Math.Log(rank));
            y.Add(Math.Log(byPrefix[(int)rank - 1]));
        }

        return x.Count < 3 ? 0 : Fit.Line([.. x], [.. y]).B;
    }

    /// <summary>Counts an event by time, peer and prefix, and returns the peer's path to the prefix.</summary>
    private ref Path Add(ref readonly MrtRoute route, int peer)
    {
        var now = clock.At(route.Time, route.Record, route.Offset);
        _microseconds |= route.Time % Second != 0;
        foreach (var window in _windows)
            window.Add(now);
        GrowTo(peer);
        _byPeer[peer]++;
        if (peer == _lastPeer)
            _samePeer++;
        _lastPeer = peer;

        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, route.Prefix, out var known);
        if (!known)
        {
            number = _prefixes.Count;
            _prefixes.Add(new Heard(0, long.MinValue, -1));
        }

        ref var heard = ref CollectionsMarshal.AsSpan(_prefixes)[number];
        if (known && Decade(_events - heard.LastEvent) is var decade and < TraceStructure.LagDecades)
            (heard.LastPeer == peer ? _sameLags : _otherLags)[decade]++;
        heard = new Heard(heard.Events + 1, _events, peer);
        _events++;
        // Path identifiers are ignored: the last path of an ADD-PATH session stands for all.
        return ref CollectionsMarshal.GetValueRefOrAddDefault(_paths, (long)number << 32 | (uint)peer, out _);
    }

    private void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes, int peer)
    {
        var hash = Hash(attributes.AsPathBytes, Hash(attributes.As4PathBytes, 1));
        var hop = attributes.HasNextHop
            ? Rng.Mix((ulong)(attributes.NextHop >> 64) ^ Rng.Mix((ulong)attributes.NextHop ^ (ulong)attributes.NextHopFamily))
            : 0;
        var numbers = (ulong)attributes.Med << 32 | attributes.LocalPref;
        var flags = attributes.Origin | (attributes.HasMed ? 0x100ul : 0) | (attributes.HasLocalPref ? 0x200ul : 0);
        var rest = Rng.Mix(flags ^ Rng.Mix(numbers));
        ref var path = ref Add(in route, peer);
        var now = path with { Session = _session[peer], Announced = true, Since = clock.Now, Route = Rng.Mix(hash ^ hop) | 1, Rest = rest, AsPath = hash };
        if (path.Session != now.Session)
        {
            _kinds.FirstAnnouncements++;
            now.Returned = false;
        }
        else if (!path.Announced)
        {
            if (path.Route == now.Route && path.Rest == rest)
                _kinds.ReturnsSame++;
            else
                _kinds.ReturnsOther++;
            _downs[FlapClass(clock.Now - path.Since)]++;
            now.Returned = true;
        }
        else
        {
            Change(in path, in now);
            now.Since = path.Since;
        }

        path = now;
    }

    private void Change(ref readonly Path before, ref readonly Path now)
    {
        var (isPathNew, isRestNew) = (before.Route != now.Route, before.Rest != now.Rest);
        _kinds.PathChanges += isPathNew ? 1 : 0;
        _kinds.NextHopChanges += isPathNew && before.AsPath == now.AsPath ? 1 : 0;
        _kinds.AttributeChanges += !isPathNew && isRestNew ? 1 : 0;
        _kinds.Duplicates += isPathNew || isRestNew ? 0 : 1;
    }

    private void Withdraw(ref readonly MrtRoute route, int peer)
    {
        ref var path = ref Add(in route, peer);
        if (path.Session != _session[peer])
        {
            _kinds.FirstWithdrawals++;
            path = new Path(_session[peer], false, clock.Now, false, 0, 0, 0);
        }
        else if (!path.Announced)
        {
            _kinds.WithdrawalsAgain++;
        }
        else
        {
            _kinds.Withdrawals++;
            if (path.Returned)
                _ups[FlapClass(clock.Now - path.Since)]++;
            path = path with { Announced = false, Since = clock.Now };
        }
    }

    private void EndSession(int peer)
    {
        GrowTo(peer);
        _sessionEnds++;
        _session[peer]++;
    }

    private void GrowTo(int peer)
    {
        while (_byPeer.Count <= peer)
        {
            _byPeer.Add(0);
            _session.Add(1);
        }
    }

    private static int Decade(long lag) => lag < 10 ? 0 : lag < 100 ? 1 : lag < 1000 ? 2 : lag < 10_000 ? 3 : 4;

    private static int FlapClass(long microseconds)
    {
        var at = 0;
        while (microseconds >= TraceStructure.FlapSeconds[at] * Second)
            at++;
        return at;
    }

    private static ulong Hash(ReadOnlySpan<byte> bytes, ulong hash)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            hash = Rng.Mix(hash ^ MemoryMarshal.Read<ulong>(bytes));
        foreach (var one in bytes)
            hash = Rng.Mix(hash ^ one);
        return hash;
    }

    /// <summary>Takes those events of one file that belong to the meter's family.</summary>
    internal readonly struct Handler(TraceMeter owner, PeerValues<int> peers) : IMrtHandler
    {
        public void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes) { }

        public void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
            if (route.Prefix.Family == owner.Family)
                owner.Announce(in route, in attributes, peers[route.Peer]);
        }

        public void Withdraw(ref readonly MrtRoute route)
        {
            if (route.Prefix.Family == owner.Family)
                owner.Withdraw(in route, peers[route.Peer]);
        }

        public void StateChange(int peer, long time, int from, int to)
        {
            if (to != MrtTypes.Established)
                owner.Clock.At(time, 0, 0);
            if (from == MrtTypes.Established)
                owner.EndSession(peers[peer]);
        }
    }

    private Family Family => family;
    private TraceClock Clock => clock;
}
