// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>The way in which a daemon removes a prefix from a peer without giving the prefix to another peer.</summary>
public enum Removal
{
    /// <summary>Sends WGPEER_F_REPLACE_ALLOWEDIPS with all prefixes that the peer keeps.</summary>
    Replace,

    /// <summary>Moves the prefix to a dummy peer, and removes the dummy peer.</summary>
    DummyPeer,

    /// <summary>Sends WGALLOWEDIP_F_REMOVE_ME.</summary>
    RemoveMe,
}

/// <summary>Binds prefixes in the device's AllowedIPs. Additions and moves use the same message and the same operation.</summary>
public sealed class AllowedIpsScheme(SchemeKind kind, Family family, int peers, DaemonSockets sockets, Removal removal) : DeviceTableScheme(
    kind, family, peers, sockets, Names.AllowedIps, new AllowedIpsStructure(family, peers, sockets.Kernel))
{
    private readonly int[] _shares = new int[peers];
    private readonly List<Prefix> _gone = [];
    private readonly Dictionary<int, (List<Prefix> Set, int Had)> _replaced = [];
    private readonly Dictionary<int, int> _replacedCounts = [];

    // Whether Apply removes single prefixes with REMOVE_ME.
    private bool _removesSingly = removal != Removal.DummyPeer;

    public override AllowedIpsStructure AllowedIps => (AllowedIpsStructure)Binding;

    public override int Prepare(ReadOnlySpan<BindingChange> batch)
    {
        var sent = PrepareWithoutReplace(batch);
        _removesSingly = removal == Removal.RemoveMe;
        if (_replacedCounts.Count > 0)
            CollectSets(batch);
        return sent;
    }

    public override int PrepareWithoutReplace(ReadOnlySpan<BindingChange> batch)
    {
        _replaced.Clear();
        _replacedCounts.Clear();
        _removesSingly = removal != Removal.DummyPeer;
        if (removal != Removal.Replace)
            return 0;
        foreach (ref readonly var change in batch)
        {
            if (change.NewPeer == BindingChange.NoPeer)
                _replacedCounts.TryAdd(change.OldPeer, _shares[change.OldPeer]);
        }

        if (_replacedCounts.Count == 0)
            return 0;
        foreach (ref readonly var change in batch)
        {
            if (_replacedCounts.TryGetValue(change.OldPeer, out var left))
                _replacedCounts[change.OldPeer] = left - 1;
            if (_replacedCounts.TryGetValue(change.NewPeer, out var joined))
                _replacedCounts[change.NewPeer] = joined + 1;
        }

        return _replacedCounts.Values.Sum();
    }

    public override void Resend(int peer, List<Prefix> set) => AllowedIps.Replace(peer, set, _shares[peer], Sender.PerMessage);

    protected override void ChangeTable(ReadOnlySpan<BindingChange> batch)
    {
        _gone.Clear();
        var (table, inMessage) = (AllowedIps, 0);
        foreach (ref readonly var change in batch)
        {
            if (change.OldPeer != BindingChange.NoPeer)
                _shares[change.OldPeer]--;
            if (change.NewPeer != BindingChange.NoPeer)
            {
                _shares[change.NewPeer]++;
                if (_replaced.Count == 0 || !_replaced.ContainsKey(change.NewPeer))
                    KernelStructure.Check(table.Insert(change.Prefix, change.NewPeer), change.Prefix);
            }
            else if (removal == Removal.DummyPeer)
            {
                _gone.Add(change.Prefix);
            }
            else if (_removesSingly)
            {
                KernelStructure.Check(table.Remove(change.Prefix, change.OldPeer), change.Prefix);
            }

            if (++inMessage % Sender.PerMessage == 0)
                table.EndMessage();
        }

        table.EndMessage();
        if (_gone.Count > 0)
            table.RemoveThroughDummy(_gone);
        foreach (var (peer, (set, had)) in _replaced)
            table.Replace(peer, set, had, Sender.PerMessage);
    }

    protected override Sent EncodeTable(ReadOnlySpan<BindingChange> batch) => removal switch
    {
        Removal.Replace => Sender.Bind(batch, _replacedCounts, peer => _replaced[peer].Set),
        Removal.DummyPeer => Sender.BindThroughDummy(batch),
        _ => Sender.BindAndRemove(batch),
    };

    /// <summary>Collects the whole set of each peer from which the batch withdraws a prefix. Each set is the peer's set after the
    /// batch.</summary>
    private void CollectSets(ReadOnlySpan<BindingChange> batch)
    {
        var changed = new HashSet<Prefix>(batch.Length);
        foreach (ref readonly var change in batch)
            changed.Add(change.Prefix);
        foreach (var (peer, count) in _replacedCounts)
        {
            var had = _shares[peer];
            var set = new List<Prefix>(had + count);
            AllowedIps.CopySet(peer, set);
            set.RemoveAll(changed.Contains);
            foreach (ref readonly var change in batch)
            {
                if (change.NewPeer == peer)
                    set.Add(change.Prefix);
            }

            _replaced.Add(peer, (set, had));
        }
    }
}
