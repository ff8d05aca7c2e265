// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Trie;
using Sim.Workloads.Churn;

namespace Sim.Schemes.Binding;

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

/// <summary>
/// AllowedIPs in the device's own trie, and the routes to the device: one default route, or one route per prefix. Adding
/// and moving are the same message and the same operation.
/// </summary>
public sealed class AllowedIpsBinding : BindingScheme
{
    private readonly Removal _removal;
    private readonly AllowedIpsPart _table;
    private readonly RoutePart _routes;
    private readonly bool _fullRoutes;
    private readonly WireGuardSender _sender;
    private readonly List<Prefix> _gone = [];
    private readonly Dictionary<int, (List<Prefix> Set, int Had)> _replaced = [];
    private readonly Dictionary<int, int> _replacedCounts = [];
    private bool _sampled;

    public AllowedIpsBinding(BindingKind kind, Family family, int peers, BindingHost host, Removal removal, bool fullRoutes)
        : base(kind, family, peers, host)
    {
        (_removal, _fullRoutes) = (removal, fullRoutes);
        _table = new AllowedIpsPart(peers, host.Slub);
        _sender = new WireGuardSender(family, peers, host.Sockets);
        _routes = new RoutePart(family, RouteShape.Device, peers, host);
        if (!fullRoutes)
            Check(_routes.Add(Everything, 0), Everything);
    }

    public override IReadOnlyList<(string Structure, KernelMemory Memory)> Structures =>
        [("allowedips", _table.Memory), ("fib", _routes.Memory)];

    public override KernelWork Work => _table.Work + _routes.Work;

    public override int Count => _table.Count;

    public override AllowedIpsPart AllowedIps => _table;

    public override RoutePart? Routes => _routes;

    public override int Prepare(ReadOnlySpan<BindingChange> batch, bool sampled = true)
    {
        _replaced.Clear();
        _replacedCounts.Clear();
        _sampled = sampled;
        if (_removal != Removal.Replace)
            return 0;
        foreach (ref readonly var change in batch)
        {
            if (change.NewPeer == BindingChange.NoPeer)
                _replacedCounts.TryAdd(change.OldPeer, _table.Share(change.OldPeer));
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

        if (sampled)
            CollectSets(batch);
        return _replacedCounts.Values.Sum();
    }

    public override void Apply(ReadOnlySpan<BindingChange> batch)
    {
        _gone.Clear();
        var inMessage = 0;
        foreach (ref readonly var change in batch)
        {
            _table.Moved(change.OldPeer, change.NewPeer);
            if (change.NewPeer != BindingChange.NoPeer)
            {
                if (!_replaced.ContainsKey(change.NewPeer))
                    Check(_table.Bind(change.Prefix, change.NewPeer), change.Prefix);
            }
            else if (_removal == Removal.DummyPeer)
            {
                _gone.Add(change.Prefix);
            }
            else if (_removal == Removal.RemoveMe || !_sampled)
            {
                Check(_table.Remove(change.Prefix, change.OldPeer), change.Prefix);
            }

            if (++inMessage % _sender.PerMessage == 0)
                _table.EndMessage();
        }

        _table.EndMessage();
        if (_gone.Count > 0)
            _table.RemoveThroughDummy(_gone);
        foreach (var (peer, (set, had)) in _replaced)
            _table.Replace(peer, set, had, _sender.PerMessage);
        if (_fullRoutes)
            ApplyRoutes(batch);
    }

    public override Sent Encode(ReadOnlySpan<BindingChange> batch)
    {
        var sent = _removal switch
        {
            Removal.Replace => _sender.Bind(batch, _replacedCounts, peer => _replaced[peer].Set),
            Removal.DummyPeer => _sender.BindThroughDummy(batch),
            _ => _sender.BindAndRemove(batch),
        };
        return _fullRoutes ? sent + _routes.Encode(batch, moves: false) : sent;
    }

    public override Sent Setup() =>
        _fullRoutes ? default : _routes.Encode([new BindingChange(0, Everything, BindingChange.NoPeer, 0)], moves: false);

    public override bool LongestFirst => false;

    public override void Visit(Action<Prefix, int> see)
    {
        _table.Visit(Family, see);
        if (!_fullRoutes)
            return;
        // A prefix needs both: an AllowedIP without a route, or a route without an AllowedIP, binds nothing.
        if (_routes.Count != _table.Count)
            throw new InvalidOperationException($"{_table.Count} AllowedIPs, but {_routes.Count} routes to the device");
    }

    public override int Lookup(UInt128 address) => _table.Lookup(Family, address);

    public override void Resend(int peer, List<Prefix> set) => _table.Replace(peer, set, _table.Share(peer), _sender.PerMessage);

    public override Action? Stepped { get => _table.Stepped; set => _table.Stepped = value; }

    public override int Transmit(UInt128 destination) => LeadsToDevice(destination) ? Lookup(destination) : BindingChange.NoPeer;

    public override int Receive(UInt128 source, bool rpFilter)
    {
        var peer = Lookup(source);
        return !rpFilter || LeadsToDevice(source) ? peer : BindingChange.NoPeer;
    }

    public override void Dispose()
    {
        _table.Dispose();
        _routes.Dispose();
    }

    private bool LeadsToDevice(UInt128 address) => _routes.Lookup(address) >= 0;

    /// <summary>Applies the batch's routes, after the AllowedIPs that they need. They lead to the device for every peer.</summary>
    private void ApplyRoutes(ReadOnlySpan<BindingChange> batch)
    {
        foreach (ref readonly var change in batch)
        {
            if (change.OldPeer == BindingChange.NoPeer || change.NewPeer == BindingChange.NoPeer)
                Check(_routes.Apply(in change), change.Prefix);
        }
    }

    /// <summary>
    /// Collects, for each peer that loses a prefix, all prefixes it has after the batch. A daemon has these in its own tables.
    /// </summary>
    private void CollectSets(ReadOnlySpan<BindingChange> batch)
    {
        var changed = new HashSet<Prefix>(batch.Length);
        foreach (ref readonly var change in batch)
            changed.Add(change.Prefix);
        foreach (var (peer, count) in _replacedCounts)
        {
            var had = _table.Share(peer);
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
