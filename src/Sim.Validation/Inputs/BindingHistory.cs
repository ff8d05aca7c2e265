// SPDX-License-Identifier: MIT
namespace Sim.Validation.Inputs;

/// <summary>
/// Makes changes that are valid one after another, such as deletions of bound prefixes and insertions of free prefixes. Keeps track of each
/// prefix's peer.
/// </summary>
public sealed class BindingHistory
{
    private readonly List<(Prefix Prefix, int Peer)> _bound;
    private readonly List<(Prefix Prefix, int Peer)> _free = [];
    private Rng _random;

    /// <summary>At the beginning, all routes are bound to their peers. The seed determines the mix.</summary>
    public BindingHistory(RouteTable table, int[] peerOf, ulong seed)
    {
        _bound = [.. table.Routes.Select((route, i) => (route.Prefix, peerOf[i]))];
        _random = new Rng(seed);
    }

    /// <summary>The bound prefixes with their peers, in no particular order.</summary>
    public IReadOnlyList<(Prefix Prefix, int Peer)> Bound => _bound;

    public BindingChange[] DeleteThird()
    {
        var gone = _bound.Where((_, i) => i % 3 == 2).ToList();
        var kept = _bound.Where((_, i) => i % 3 != 2).ToList();
        _bound.Clear();
        _bound.AddRange(kept);
        _free.AddRange(gone);
        return [.. gone.Select(one => BindingChange.Delete(one.Prefix, one.Peer))];
    }

    /// <summary>Makes a random mix of insertions, deletions and moves in equal parts, as the seed determines.</summary>
    public BindingChange[] Mix(int count, int peers)
    {
        var changes = new List<BindingChange>(count);
        while (changes.Count < count && _bound.Count + _free.Count > 0)
        {
            var change = _random.Below(3) switch
            {
                0 when _free.Count > 0 => Take(_free, _bound, BindingChange.Insert),
                1 when _bound.Count > 0 => Take(_bound, _free, BindingChange.Delete),
                2 when _bound.Count > 0 && peers > 1 => MoveOne(_random.Below(_bound.Count), peers),
                _ => (BindingChange?)null,
            };
            if (change is { } done)
                changes.Add(done);
        }

        return [.. changes];
    }

    /// <summary>Moves every n-th bound prefix to the next peer.</summary>
    public BindingChange[] Move(int nth, int peers)
    {
        var changes = new List<BindingChange>();
        for (var i = 0; i < _bound.Count; i += nth)
            changes.Add(MoveTo(i, (_bound[i].Peer + 1) % peers));
        return [.. changes];
    }

    /// <summary>Takes every second prefix from a peer.</summary>
    /// <returns>Insertions of the prefixes that the peer keeps, and deletions of the prefixes that the peer loses.</returns>
    public (BindingChange[] Kept, BindingChange[] Dropped) Halve(int peer)
    {
        var mine = _bound.Where(binding => binding.Peer == peer).Select(binding => binding.Prefix).ToList();
        var dropped = mine.Where((_, i) => i % 2 == 1).ToHashSet();
        _bound.RemoveAll(binding => dropped.Contains(binding.Prefix));
        return (
            [.. mine.Where((_, i) => i % 2 == 0).Select(prefix => BindingChange.Insert(prefix, peer))],
            [.. mine.Where((_, i) => i % 2 == 1).Select(prefix => BindingChange.Delete(prefix, peer))]);
    }

    private BindingChange MoveOne(int place, int peers) => MoveTo(place, (_bound[place].Peer + 1 + _random.Below(peers - 1)) % peers);

    private BindingChange MoveTo(int place, int other)
    {
        var (prefix, peer) = _bound[place];
        _bound[place] = (prefix, other);
        return BindingChange.Move(prefix, peer, other);
    }

    /// <summary>Moves a random prefix from one list to the other, and makes the change for this prefix.</summary>
    private BindingChange Take(
        List<(Prefix Prefix, int Peer)> from, List<(Prefix Prefix, int Peer)> to, Func<Prefix, int, BindingChange> change)
    {
        var place = _random.Below(from.Count);
        var taken = from[place];
        from[place] = from[^1];
        from.RemoveAt(from.Count - 1);
        to.Add(taken);
        return change(taken.Prefix, taken.Peer);
    }
}
