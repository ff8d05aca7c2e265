// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Schemes.Structures;

namespace Sim.Schemes;

/// <summary>The ways in which a daemon takes a prefix from a peer without giving it to another.</summary>
public enum Removal
{
    /// <summary>WGPEER_F_REPLACE_ALLOWEDIPS with all prefixes that the peer keeps.</summary>
    Replace,

    /// <summary>Moves the prefix to a dummy peer, and removes that peer.</summary>
    DummyPeer,

    /// <summary>WGALLOWEDIP_F_REMOVE_ME.</summary>
    RemoveMe,
}

/// <summary>AllowedIPs in the device's own trie. Adding and moving are the same message and the same operation.</summary>
public sealed class AllowedIpsScheme : DeviceTableScheme
{
    private readonly Removal _removal;
    private readonly AllowedIpsStructure _table;
    private readonly int[] _shares;
    private readonly List<Prefix> _gone = [];
    private readonly Dictionary<int, (List<Prefix> Set, int Had)> _replaced = [];
    private readonly Dictionary<int, int> _replacedCounts = [];

    // Whether Apply removes single prefixes with REMOVE_ME.
    private bool _removesSingly;

    public AllowedIpsScheme(SchemeKind kind, Family family, int peers, DaemonSockets sockets, Removal removal)
        : base(kind, family, peers, sockets, Names.AllowedIps, new AllowedIpsStructure(family, peers, sockets.Kernel))
    {
        _removal = removal;
        _table = (AllowedIpsStructure)Binding;
        _shares = new int[peers];
        _removesSingly = removal != Removal.DummyPeer;
    }

    public override AllowedIpsStructure AllowedIps => _table;

    public override int Prepare(ReadOnlySpan<BindingChange> batch)
    {
        var sent = PrepareWithoutReplace(batch);
        _removesSingly = _removal == Removal.RemoveMe;
        if (_replacedCounts.Count > 0)
            CollectSets(batch);
        return sent;
    }

    public override int PrepareWithoutReplace(ReadOnlySpan<BindingChange> batch)
    {
        _replaced.Clear();
        _replacedCounts.Clear();
        _removesSingly = _removal != Removal.DummyPeer;
        if (_removal != Removal.Replace)
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

    public override void Resend(int peer, List<Prefix> set) => _table.Replace(peer, set, _shares[peer], Sender.PerMessage);

    protected override void ChangeTable(ReadOnlySpan<BindingChange> batch)
    {
        _gone.Clear();
        var inMessage = 0;
        foreach (ref readonly var change in batch)
        {
            Moved(change.OldPeer, change.NewPeer);
            if (change.NewPeer != BindingChange.NoPeer)
            {
                if (_replaced.Count == 0 || !_replaced.ContainsKey(change.NewPeer))
                    KernelStructure.Check(_table.Insert(change.Prefix, change.NewPeer), change.Prefix);
            }
            else if (_removal == Removal.DummyPeer)
            {
                _gone.Add(change.Prefix);
            }
            else if (_removesSingly)
            {
                KernelStructure.Check(_table.Remove(change.Prefix, change.OldPeer), change.Prefix);
            }

            if (++inMessage % Sender.PerMessage == 0)
                _table.EndMessage();
        }

        _table.EndMessage();
        if (_gone.Count > 0)
            _table.RemoveThroughDummy(_gone);
        foreach (var (peer, (set, had)) in _replaced)
            _table.Replace(peer, set, had, Sender.PerMessage);
    }

    protected override Sent EncodeTable(ReadOnlySpan<BindingChange> batch) => _removal switch
    {
        Removal.Replace => Sender.Bind(batch, _replacedCounts, peer => _replaced[peer].Set),
        Removal.DummyPeer => Sender.BindThroughDummy(batch),
        _ => Sender.BindAndRemove(batch),
    };

    /// <summary>Counts a prefix that moves between peers in the daemon's tables.</summary>
    private void Moved(int old, int peer)
    {
        if (old != BindingChange.NoPeer)
            _shares[old]--;
        if (peer != BindingChange.NoPeer)
            _shares[peer]++;
    }

    /// <summary>Collects the whole set, after the batch, of each peer that loses a prefix.</summary>
    private void CollectSets(ReadOnlySpan<BindingChange> batch)
    {
        var changed = new HashSet<Prefix>(batch.Length);
        foreach (ref readonly var change in batch)
            changed.Add(change.Prefix);
        foreach (var (peer, count) in _replacedCounts)
        {
            var had = _shares[peer];
            var set = new List<Prefix>(had + count);
            _table.CopySet(peer, set);
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
