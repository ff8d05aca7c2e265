// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>Makes a <see cref="ChurnTrace"/> by reading the trace's files twice; see <see cref="Reading"/>.</summary>
internal sealed class TraceCompiler(Family family, BestPathRule rule, TraceRouter router, ChangeSpool spool)
{
    private readonly PathTable _paths = new(family, rule);
    private readonly TracePeers _peers = new(rule.Peer);
    private readonly HashSet<(Prefix, int, uint)> _withdrawn = [];
    private readonly List<(Prefix Prefix, int Peer, uint PathId)> _unannounced = [];
    private readonly Dictionary<Prefix, int> _bound = [];
    private readonly TraceCounts _counts = new();
    private readonly TraceClock _clock = new();

    public ChurnTrace Compile(IReadOnlyList<TraceFile> files, DamageLog damage)
    {
        files = TraceOrder.Sort(files, damage);
        foreach (var file in files)
            file.Read(_clock, damage, damage, peers => new Reading(this, _peers.Of(peers), replays: false));
        if (_paths.Refused > 0)
            damage.Add(files[^1].Name, 0, 0, $"{_paths.Refused} paths are left out: a prefix may have {PathTable.MostPaths}");
        Assume();
        var start = Bind();
        _clock.Settle();
        _clock.Restart();
        // The first reading has logged all damage except the times, which depend on the whole trace.
        foreach (var file in files)
            file.Read(_clock, new DamageLog(), damage, peers => new Reading(this, _peers.Of(peers), replays: true));
        (_counts.OutOfOrder, _counts.SetAside, _counts.LongestPause) = (_clock.OutOfOrder, _clock.SetAside, _clock.LongestPause);
        return new ChurnTrace(string.Join(", ", files.Select(file => file.Name)), family, spool, _counts)
        {
            Start = start, First = _clock.First, Last = _clock.Now, BgpPeers = _peers.Count,
        };
    }

    /// <summary>Adds the paths whose first event is a withdrawal and which do not exist at the end of the trace.</summary>
    private void Assume()
    {
        foreach (var (prefix, peer, pathId) in _unannounced)
        {
            var (hopFamily, hop) = _peers.UsualHop(peer);
            if (_paths.Assume(prefix, peer, pathId, hopFamily, hop))
                _counts.AssumedPaths++;
        }

        _withdrawn.Clear();
        _unannounced.Clear();
    }

    /// <summary>Binds every known prefix to the peer of its best path. Returns a copy of these bindings, which precede the first
    /// event.</summary>
    private Dictionary<Prefix, int> Bind()
    {
        foreach (var prefix in _paths.KnownPrefixes)
            _bound[prefix] = BestPeer(prefix);
        return new Dictionary<Prefix, int>(_bound);
    }

    private int BestPeer(Prefix prefix)
    {
        if (!_paths.TryGetBest(prefix, out var best))
            return BindingChange.NoPeer;
        if (best.HasNextHop)
            return router.PeerOf(best.NextHopFamily, best.NextHop);
        var (own, address) = _peers.Own(best.Peer);
        return router.PeerOf(own, address);
    }

    /// <summary>Turns a change of the best path into a change of the binding, and counts the change.</summary>
    private void Record(long time, Prefix prefix, RouteChange change)
    {
        if (change == RouteChange.None)
        {
            _counts.NoOps++;
            return;
        }

        ref var bound = ref CollectionsMarshal.GetValueRefOrNullRef(_bound, prefix);
        var made = new BindingChange(time, prefix, bound, BestPeer(prefix));
        bound = made.NewPeer;
        _counts.Inserts += made.Kind == RouteChange.Insert ? 1 : 0;
        _counts.Moves += made.Kind == RouteChange.Move ? 1 : 0;
        _counts.Deletes += made.Kind == RouteChange.Delete ? 1 : 0;
        _counts.SamePeer += made.Kind == RouteChange.None ? 1 : 0;
        if (made.Kind != RouteChange.None)
            spool.Add(in made);
    }

    private long Time(ref readonly MrtRoute route) => _clock.At(route.Time, route.Record, route.Offset);

    /// <summary>Takes the events of one file. The first reading finds the paths at the end of the trace, and the paths that existed before
    /// the trace began. The second reading starts from the paths that the first reading found, and replays the trace.</summary>
    private readonly struct Reading(TraceCompiler owner, PeerValues<int> peers, bool replays) : IMrtHandler
    {
        public void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
            if (!replays && route.Prefix.Family == owner._paths.Family)
                owner._counts.RibEntries++;
        }

        public void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
            var known = route with { Peer = peers[route.Peer] };
            if (known.Prefix.Family != owner._paths.Family || known.Peer == TracePeers.Hidden)
                return;
            var time = owner.Time(in route);
            var change = owner._paths.Announce(in known, in attributes);
            if (replays)
            {
                owner._counts.Announcements++;
                owner.Record(time, route.Prefix, change);
            }
            else if (attributes.HasNextHop)
            {
                owner._peers.Saw(known.Peer, attributes.NextHopFamily, attributes.NextHop);
            }
        }

        public void Withdraw(ref readonly MrtRoute route)
        {
            var known = route with { Peer = peers[route.Peer] };
            if (known.Prefix.Family != owner._paths.Family || known.Peer == TracePeers.Hidden)
                return;
            var time = owner.Time(in route);
            var there = !replays && owner._paths.Has(known.Prefix, known.Peer, known.PathId);
            var change = owner._paths.Withdraw(in known);
            if (replays)
            {
                owner._counts.Withdrawals++;
                owner.Record(time, route.Prefix, change);
            }
            else if (owner._withdrawn.Add((known.Prefix, known.Peer, known.PathId)) && !there && !route.Malformed)
            {
                owner._unannounced.Add((known.Prefix, known.Peer, known.PathId));
            }
        }

        public void StateChange(int peer, long time, int from, int to)
        {
            if (to == MrtTypes.Established || peers[peer] is not (var known and not TracePeers.Hidden))
                return;
            var (compiler, now) = (owner, owner._clock.At(time, 0, 0));
            owner._paths.RemovePeer(known, !replays ? null : (prefix, change) =>
            {
                compiler._counts.SessionLosses++;
                compiler.Record(now, prefix, change);
            });
        }
    }
}
