// SPDX-License-Identifier: MIT
namespace Sim.Experiments.Churn;

/// <summary>Limits per scheme: the milliseconds of each operation with readers, the number of prefixes to move or delete, and the number of
/// lookups in all steps of an update.</summary>
public sealed record ReaderEffort(int Milliseconds, int Variants, int StepLookups)
{
    public static ReaderEffort Full { get; } = new(120, 8, 3_000_000);
    public static ReaderEffort Quick { get; } = new(20, 4, 500_000);
}

/// <summary>An update, the changes that undo it, and the addresses to look up. An update without changes sends the peer’s whole set
/// again.</summary>
public sealed record ReaderUpdate(
    string Operation, int Peer, BindingChange[] Changes, BindingChange[] Back, List<Prefix> Set, Probe[] Probes)
{
    /// <summary>Does the daemon's part of the update. This part is not in the kernel's time.</summary>
    public void Prepare(Scheme scheme)
    {
        if (Changes.Length > 0)
            scheme.Prepare(Changes);
    }

    /// <summary>Does the kernel's part of the update.</summary>
    public void Apply(Scheme scheme)
    {
        if (Changes.Length > 0)
            scheme.Apply(Changes);
        else
            scheme.Resend(Peer, Set);
    }

    public void Restore(Scheme scheme)
    {
        if (Back.Length == 0)
            return;
        scheme.Prepare(Back);
        scheme.Apply(Back);
    }
}

/// <summary>Updates of the peer with the most prefixes: one prefix moves, one prefix is deleted, all prefixes move to one other peer, or
/// all prefixes are sent again.</summary>
/// <remarks>
/// Addresses are drawn once, with the run's seed. If the limits allow it, all of the peer's prefixes are looked up, otherwise a random
/// sample. Other peers' prefixes are drawn too: first the neighbours of the peer's prefixes in the sorted table, then random prefixes. A
/// neighbour covers the peer's prefix, lies in it, or is adjacent to it.
/// </remarks>
public sealed class ReaderUpdates
{
    private const int LeastProbes = 8;

    private readonly ChurnContext _context;
    private readonly ProbeFinder _finder;
    private readonly KeyValuePair<Prefix, int>[] _sorted;
    private readonly int _peer, _other;
    private readonly Prefix[] _share;
    private readonly List<(Prefix Prefix, UInt128 Address)> _own = [];
    private readonly List<Probe> _others = [];

    public ReaderUpdates(ChurnContext context)
    {
        _context = context;
        _sorted = context.Start.Sorted;
        _finder = new ProbeFinder(_sorted);
        _peer = _sorted.CountBy(bound => bound.Value).MaxBy(share => share.Value).Key;
        _other = (_peer + 1) % context.Peers;
        _share = [.. context.Load.Where(change => change.NewPeer == _peer).Select(change => change.Prefix)];
        // REPLACE takes the most steps: it removes each prefix and adds it again.
        var probes = (int)Math.Clamp(context.Plan.Reader.StepLookups / (2L * _share.Length), LeastProbes, _share.Length + LeastProbes);
        Draw(probes);
    }

    public IEnumerable<IReadOnlyList<ReaderUpdate>> All()
    {
        var some = _own.Take(_context.Plan.Reader.Variants).ToList();
        if (some.Count == 0)
            yield break;
        if (_context.Peers > 1)
            yield return [.. some.Select(own => OneOf(Operations.Move, own, _other))];
        yield return [.. some.Select(own => OneOf(Operations.Delete, own, BindingChange.NoPeer))];
        if (_context.Peers > 1)
            yield return [Lose()];
        yield return [new(Operations.Replace, _peer, [], [], [.. _share], [.. Stay(_own), .. _others])];
    }

    private ReaderUpdate OneOf(string operation, (Prefix Prefix, UInt128 Address) own, int to)
    {
        var change = new BindingChange(0, own.Prefix, _peer, to);
        var after = to == BindingChange.NoPeer ? _finder.Cover(_context.Family, own.Address, own.Prefix.Length) : to;
        var probe = new Probe(own.Prefix, own.Address, _peer, after, ProbeGroup.Changed);
        return new(operation, _peer, [change], [change.Reversed], [], [probe, .. Stay(_own.Where(other => other != own)), .. _others]);
    }

    private ReaderUpdate Lose()
    {
        var changes = Array.ConvertAll(_share, prefix => new BindingChange(0, prefix, _peer, _other));
        var probes = _own.Select(own => new Probe(own.Prefix, own.Address, _peer, _other, ProbeGroup.Changed));
        return new(Operations.LoseToOne, _peer, changes, Array.ConvertAll(changes, change => change.Reversed), [], [.. probes, .. _others]);
    }

    private IEnumerable<Probe> Stay(IEnumerable<(Prefix Prefix, UInt128 Address)> own) =>
        own.Select(own => new Probe(own.Prefix, own.Address, _peer, _peer, ProbeGroup.Kept));

    private void Draw(int probes)
    {
        var rng = new Rng(_context.Seed);
        var places = Enumerable.Range(0, _sorted.Length).Where(at => _sorted[at].Value == _peer).ToArray();
        rng.Shuffle(places.AsSpan());
        var most = Math.Max(probes / 2, LeastProbes / 2);
        var seen = new HashSet<int>();
        foreach (var at in places)
        {
            if (_own.Count == probes)
                break;
            if (_finder.TryAddress(at, out var address))
                _own.Add((_sorted[at].Key, address));
            AddOther(at - 1, most / 2, seen);
            AddOther(at + 1, most / 2, seen);
        }

        for (var tries = 0; tries < 20 * most; tries++)
            AddOther(rng.Below(_sorted.Length), most, seen);
    }

    private void AddOther(int at, int most, HashSet<int> seen)
    {
        if (_others.Count >= most || at < 0 || at >= _sorted.Length || _sorted[at].Value == _peer || !seen.Add(at))
            return;
        if (_finder.TryAddress(at, out var address))
            _others.Add(new Probe(_sorted[at].Key, address, _sorted[at].Value, _sorted[at].Value, ProbeGroup.Others));
    }
}
