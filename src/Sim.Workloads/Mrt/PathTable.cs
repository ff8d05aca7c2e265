// SPDX-License-Identifier: MIT
using System.Diagnostics;

namespace Sim.Workloads.Mrt;

/// <summary>The paths to each prefix of one family, as a router keeps them in its Adj-RIBs-In (RFC 4271, 3.2), and the
/// best path of each prefix.
/// <code>
///   prefix -> slot -> path -> path -> ...   the paths of a prefix, the best first, the others in no order
///   peer   ----------> path &lt;-> path &lt;-> ... the paths of a peer, for when its session ends
/// </code>
/// From a dump only the best path of each prefix is kept (<see cref="Offer"/>), because all entries of a prefix come together.</summary>
public sealed class PathTable(Family family, BestPathRule rule)
{
    /// <summary>The maximum number of paths per prefix. Further paths are refused. An event takes time in proportion to the number of its
    /// prefix's paths.</summary>
    public const int MostPaths = 4096;

    private const int None = -1;

    private readonly Dictionary<Prefix, int> _slots = [];
    private readonly List<Slot> _table = [];
    private readonly List<Path> _paths = [];
    private readonly List<int> _firstOfPeer = [];
    private int _free = None;
    private Prefix _lastPrefix;
    private int _lastSlot = None;

    public Family Family => family;

    /// <summary>The number of prefixes that have a path.</summary>
    public int Count { get; private set; }

    /// <summary>The number of paths refused because their prefix already had <see cref="MostPaths"/> paths.</summary>
    public long Refused { get; private set; }

    /// <summary>Takes an entry of a dump. The entry replaces the prefix's path if that path is worse.</summary>
    public void Offer(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
    {
        var rank = rule.Rank(in route, in attributes);
        var slot = SlotOf(route.Prefix);
        var best = _table[slot].First;
        if (best != None && rank >= Paths[best].Rank)
            return;
        if (best != None)
            Remove(slot, None, best);
        Add(slot, NewPath(rank, in attributes));
    }

    /// <summary>Takes a path that a peer announces. The path replaces an earlier path with the same peer and path identifier.</summary>
    public RouteChange Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
    {
        var rank = rule.Rank(in route, in attributes);
        var slot = SlotOf(route.Prefix);
        var before = BestOf(slot);
        if (!Find(slot, (ulong)rank, out var previous, out var found, out var count) && count >= MostPaths)
        {
            Refused++;
            return RouteChange.None;
        }

        if (found != None)
            Remove(slot, previous, found);
        Add(slot, NewPath(rank, in attributes));
        return Changed(before, BestOf(slot));
    }

    public RouteChange Withdraw(ref readonly MrtRoute route)
    {
        if (!_slots.TryGetValue(route.Prefix, out var slot))
            return RouteChange.None;
        var before = BestOf(slot);
        if (!Find(slot, (ulong)(uint)route.Peer << 32 | route.PathId, out var previous, out var found, out _))
            return RouteChange.None;
        Remove(slot, previous, found);
        return Changed(before, BestOf(slot));
    }

    public bool Has(Prefix prefix, int peer, uint pathId) =>
        _slots.TryGetValue(prefix, out var slot) && Find(slot, (ulong)(uint)peer << 32 | pathId, out _, out _, out _);

    /// <summary>Adds a path with a next hop and no other attributes. Every other path of the prefix ranks before it. Returns false if the
    /// peer already has this path, or if the prefix has <see cref="MostPaths"/> paths.</summary>
    public bool Assume(Prefix prefix, int peer, uint pathId, Family hopFamily, UInt128 hop)
    {
        var identity = (ulong)(uint)peer << 32 | pathId;
        var slot = SlotOf(prefix);
        if (Find(slot, identity, out _, out _, out var count) || count >= MostPaths)
            return false;
        Add(slot, NewPath(new UInt128(ulong.MaxValue, identity), hopFamily, hop, originAs: 0));
        return true;
    }

    /// <summary>Every prefix that ever had a path, in the order of appearance.</summary>
    public IEnumerable<Prefix> KnownPrefixes => _table.Select(static slot => slot.Prefix);

    /// <summary>Removes all paths of a peer whose session has ended. Calls <c>changed</c> for every prefix whose best path
    /// changed.</summary>
    public void RemovePeer(int peer, Action<Prefix, RouteChange>? changed = null)
    {
        while (peer < _firstOfPeer.Count && _firstOfPeer[peer] != None)
        {
            var path = _firstOfPeer[peer];
            var slot = Paths[path].Slot;
            var before = BestOf(slot);
            Find(slot, (ulong)Paths[path].Rank, out var previous, out var found, out _);
            Debug.Assert(found == path);
            Remove(slot, previous, found);
            var change = Changed(before, BestOf(slot));
            if (change != RouteChange.None)
                changed?.Invoke(_table[slot].Prefix, change);
        }
    }

    /// <summary>Finds the best path of a prefix: its peer, next hop and origin AS. Returns false if the prefix has no path.</summary>
    public bool TryGetBest(Prefix prefix, out BestPath best)
    {
        best = default;
        if (!_slots.TryGetValue(prefix, out var slot) || _table[slot].First == None)
            return false;
        best = Paths[_table[slot].First].ToBest();
        return true;
    }

    /// <summary>Returns the table of best paths, in the order in which the prefixes first appeared. A path without a next hop gets its
    /// peer's address as next hop. If the peer's address is 0.0.0.0 or ::, as for a router's own routes, the route has no next
    /// hop.</summary>
    public RouteTable ToRouteTable(string source, MrtPeers peers)
    {
        var routes = new Route[Count];
        var names = new List<string>();
        var byHop = new Dictionary<(UInt128, Family), int>();
        var at = 0;
        foreach (ref readonly var slot in CollectionsMarshal.AsSpan(_table))
        {
            if (slot.First == None)
                continue;
            var best = Paths[slot.First].ToBest();
            var hop = best.HasNextHop ? (best.NextHop, best.NextHopFamily) : (peers[best.Peer].Address, peers[best.Peer].Family);
            ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(byHop, hop, out var known);
            if (!known)
            {
                index = names.Count;
                names.Add(hop.Item1 == 0 ? RouteTable.NoNextHop : AddressText.Format(hop.Item2, hop.Item1));
            }

            routes[at++] = new Route(slot.Prefix, index, best.OriginAs);
        }

        return new RouteTable(source, family, routes, names);
    }

    private Span<Path> Paths => CollectionsMarshal.AsSpan(_paths);

    private int SlotOf(Prefix prefix)
    {
        Debug.Assert(prefix.Family == family);
        // The entries of a RIB record are all for one prefix.
        if (_lastSlot != None && prefix == _lastPrefix)
            return _lastSlot;
        ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_slots, prefix, out var known);
        if (!known)
        {
            slot = _table.Count;
            _table.Add(new Slot { Prefix = prefix, First = None });
        }

        (_lastPrefix, _lastSlot) = (prefix, slot);
        return slot;
    }

    private BestPath? BestOf(int slot) => _table[slot].First == None ? null : Paths[_table[slot].First].ToBest();

    private static RouteChange Changed(BestPath? before, BestPath? after) => (before, after) switch
    {
        (null, null) => RouteChange.None,
        (null, _) => RouteChange.Insert,
        (_, null) => RouteChange.Delete,
        ({ } old, { } now) => old.SameHop(now) ? RouteChange.None : RouteChange.Move,
    };

    private bool Find(int slot, ulong identity, out int previous, out int found, out int count)
    {
        (previous, count) = (None, 0);
        for (found = _table[slot].First; found != None; found = Paths[found].Next)
        {
            if ((ulong)Paths[found].Rank == identity)
                return true;
            previous = found;
            count++;
        }

        return false;
    }

    private int NewPath(UInt128 rank, ref readonly PathAttributes attributes) => NewPath(
        rank, attributes.HasNextHop ? attributes.NextHopFamily : default, attributes.NextHop, attributes.Path.OriginAs);

    private int NewPath(UInt128 rank, Family hopFamily, UInt128 hop, uint originAs)
    {
        var index = _free;
        if (index == None)
        {
            index = _paths.Count;
            _paths.Add(default);
        }
        else
        {
            _free = Paths[index].Next;
        }

        Paths[index] = new Path { Rank = rank, NextHop = hop, NextHopFamily = hopFamily, OriginAs = originAs };
        return index;
    }

    private void Add(int slot, int index)
    {
        ref var path = ref Paths[index];
        ref var owner = ref CollectionsMarshal.AsSpan(_table)[slot];
        path.Slot = slot;
        if (owner.First == None)
            Count++;
        if (owner.First == None || path.Rank < Paths[owner.First].Rank)
        {
            path.Next = owner.First;
            owner.First = index;
        }
        else
        {
            path.Next = Paths[owner.First].Next;
            Paths[owner.First].Next = index;
        }

        while (_firstOfPeer.Count <= path.Peer)
            _firstOfPeer.Add(None);
        path.PeerPrevious = None;
        path.PeerNext = _firstOfPeer[path.Peer];
        if (path.PeerNext != None)
            Paths[path.PeerNext].PeerPrevious = index;
        _firstOfPeer[path.Peer] = index;
    }

    private void Remove(int slot, int previous, int index)
    {
        ref var path = ref Paths[index];
        ref var owner = ref CollectionsMarshal.AsSpan(_table)[slot];
        if (previous != None)
            Paths[previous].Next = path.Next;
        else
            owner.First = BestFirst(path.Next);
        if (owner.First == None)
            Count--;
        if (path.PeerPrevious != None)
            Paths[path.PeerPrevious].PeerNext = path.PeerNext;
        else
            _firstOfPeer[path.Peer] = path.PeerNext;
        if (path.PeerNext != None)
            Paths[path.PeerNext].PeerPrevious = path.PeerPrevious;
        path.Next = _free;
        _free = index;
    }

    /// <summary>Moves the best path of a chain to the front of the chain, and returns this path.</summary>
    private int BestFirst(int first)
    {
        var (best, beforeBest) = (first, None);
        for (var (path, before) = (first, None); path != None; (path, before) = (Paths[path].Next, path))
        {
            if (Paths[path].Rank < Paths[best].Rank)
                (best, beforeBest) = (path, before);
        }

        if (beforeBest == None)
            return best;
        Paths[beforeBest].Next = Paths[best].Next;
        Paths[best].Next = first;
        return best;
    }

    private struct Slot
    {
        public Prefix Prefix;
        public int First;
    }

    private struct Path
    {
        public UInt128 Rank, NextHop;
        public uint OriginAs;
        public int Slot, Next, PeerPrevious, PeerNext;
        public Family NextHopFamily;

        public readonly int Peer => (int)((ulong)Rank >> 32);
        public readonly BestPath ToBest() => new(Peer, (uint)Rank, NextHopFamily, NextHop, OriginAs);
    }
}

/// <summary>The best path of a prefix, with the index of its peer. The next hop is left-aligned in 128 bits. The path
/// identifier, the family of the next hop and the origin AS are 0 if there is none.</summary>
public readonly record struct BestPath(int Peer, uint PathId, Family NextHopFamily, UInt128 NextHop, uint OriginAs)
{
    public bool HasNextHop => NextHopFamily != default;

    /// <summary>Returns whether two paths have the same next hop. Two paths without a next hop are compared by peer.</summary>
    public bool SameHop(BestPath other) =>
        NextHopFamily == other.NextHopFamily && NextHop == other.NextHop && (HasNextHop || Peer == other.Peer);
}
