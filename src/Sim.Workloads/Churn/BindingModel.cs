// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Churn;

/// <summary>Computes the binding that results from a starting table and a trace. The model applies the changes to a dictionary one by one
/// and never coalesces them. The model is slow, but does not depend on any scheme, structure or window.</summary>
public sealed class BindingModel(StartingTable table)
{
    private readonly Dictionary<Prefix, int> _bound =
        table.Prefixes.Zip(table.Peers).ToDictionary(pair => pair.First, pair => pair.Second);

    public int Count => _bound.Count;

    /// <summary>Every bound prefix with its peer, in no particular order.</summary>
    public IReadOnlyCollection<KeyValuePair<Prefix, int>> Bindings => _bound;

    /// <summary>Returns the prefix's peer, or <see cref="BindingChange.NoPeer"/>.</summary>
    public int PeerOf(Prefix prefix) => _bound.TryGetValue(prefix, out var peer) ? peer : BindingChange.NoPeer;

    /// <exception cref="InvalidOperationException">Thrown if the prefix is not bound to the change's old peer, so the table does not belong
    /// to this trace.</exception>
    public void Apply(in BindingChange change)
    {
        var bound = PeerOf(change.Prefix);
        if (bound != change.OldPeer)
            throw new InvalidOperationException($"{change.Prefix}: a change from peer {change.OldPeer}, but it is bound to {bound}");
        if (change.NewPeer == BindingChange.NoPeer)
            _bound.Remove(change.Prefix);
        else
            CollectionsMarshal.GetValueRefOrAddDefault(_bound, change.Prefix, out _) = change.NewPeer;
    }

    public void Apply(IEnumerable<BindingChange> changes)
    {
        foreach (var change in changes)
            Apply(in change);
    }
}
