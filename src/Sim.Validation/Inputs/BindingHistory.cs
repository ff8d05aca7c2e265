// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Netlink;
using Sim.Workloads;
using Sim.Workloads.Keys;

namespace Sim.Validation.Inputs;

/// <summary>
/// Makes operations that are possible, such as deletions of bound prefixes and insertions of free ones. It keeps track of
/// the peer that each prefix is bound to.
/// </summary>
public sealed class BindingHistory
{
    private readonly List<(Prefix Prefix, ushort Peer)> _bound;
    private readonly List<(Prefix Prefix, ushort Peer)> _free = [];
    private Rng _random;

    /// <param name="table">The routes, which are all bound at first.</param>
    /// <param name="peerOf">The peer of each route.</param>
    /// <param name="seed">Seed of the mix.</param>
    public BindingHistory(RouteTable table, int[] peerOf, ulong seed)
    {
        _bound = [.. table.Routes.Select((route, i) => (route.Prefix, (ushort)peerOf[i]))];
        _random = new Rng(seed);
    }

    /// <summary>Bound prefixes with their peers, in no particular order.</summary>
    public IReadOnlyList<(Prefix Prefix, ushort Peer)> Bound => _bound;

    /// <summary>Deletes every third prefix.</summary>
    public BindOperation[] DeleteThird()
    {
        var operations = new List<BindOperation>();
        var kept = new List<(Prefix Prefix, ushort Peer)>();
        for (var i = 0; i < _bound.Count; i++)
        {
            if (i % 3 == 2)
            {
                operations.Add(new(_bound[i].Prefix, BindKind.Delete, _bound[i].Peer));
                _free.Add(_bound[i]);
            }
            else
            {
                kept.Add(_bound[i]);
            }
        }

        _bound.Clear();
        _bound.AddRange(kept);
        return [.. operations];
    }

    /// <summary>Makes insertions, deletions and moves in equal parts, by seed, as far as they are possible.</summary>
    public BindOperation[] Mix(int count, int peers)
    {
        var operations = new List<BindOperation>(count);
        while (operations.Count < count && _bound.Count + _free.Count > 0)
        {
            var operation = _random.Below(3) switch
            {
                0 when _free.Count > 0 => Insert(),
                1 when _bound.Count > 0 => Delete(),
                2 when _bound.Count > 0 && peers > 1 => MoveOne(_random.Below(_bound.Count), peers),
                _ => (BindOperation?)null,
            };
            if (operation is { } done)
                operations.Add(done);
            else if (peers < 2 && _free.Count == 0 && _bound.Count == 0)
                break;
        }

        return [.. operations];
    }

    /// <summary>Moves every <paramref name="nth"/> bound prefix to the next peer.</summary>
    public BindOperation[] Move(int nth, int peers)
    {
        var operations = new List<BindOperation>();
        for (var i = 0; i < _bound.Count; i += nth)
        {
            var next = (ushort)((_bound[i].Peer + 1) % peers);
            _bound[i] = (_bound[i].Prefix, next);
            operations.Add(new(_bound[i].Prefix, BindKind.Move, next));
        }

        return [.. operations];
    }

    /// <summary>Takes every second prefix from a peer.</summary>
    /// <returns>The prefixes that it keeps, as additions, and those that it loses, as deletions.</returns>
    public (BindOperation[] Kept, BindOperation[] Dropped) Halve(ushort peer)
    {
        var mine = _bound.Where(binding => binding.Peer == peer).ToList();
        var kept = mine.Where((_, i) => i % 2 == 0).Select(binding => new BindOperation(binding.Prefix, BindKind.Add, peer));
        var dropped = mine.Where((_, i) => i % 2 == 1).Select(binding => new BindOperation(binding.Prefix, BindKind.Delete, peer)).ToArray();
        var gone = dropped.Select(operation => operation.Prefix).ToHashSet();
        _bound.RemoveAll(binding => gone.Contains(binding.Prefix));
        return ([.. kept], dropped);
    }

    private BindOperation Insert()
    {
        var binding = Take(_free);
        _bound.Add(binding);
        return new(binding.Prefix, BindKind.Add, binding.Peer);
    }

    private BindOperation Delete()
    {
        var binding = Take(_bound);
        _free.Add(binding);
        return new(binding.Prefix, BindKind.Delete, binding.Peer);
    }

    private BindOperation MoveOne(int place, int peers)
    {
        var (prefix, peer) = _bound[place];
        var other = (ushort)((peer + 1 + _random.Below(peers - 1)) % peers);
        _bound[place] = (prefix, other);
        return new(prefix, BindKind.Move, other);
    }

    private (Prefix Prefix, ushort Peer) Take(List<(Prefix Prefix, ushort Peer)> from)
    {
        var place = _random.Below(from.Count);
        var taken = from[place];
        from[place] = from[^1];
        from.RemoveAt(from.Count - 1);
        return taken;
    }
}
