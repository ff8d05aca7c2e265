// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Workloads.Churn;

namespace Sim.Schemes.Binding;

/// <summary>
/// AllowedIPs kept in the device's own FIB trie (the RFC's last paragraph). The messages are those of AllowedIPs with
/// REMOVE_ME, the structure holds routes that name peers, and the routes to the device are still needed.
/// </summary>
/// <remarks>
/// In IPv4 a prefix takes the same memory as in kernel-patch/series-optional: its leaf and 56 bytes. In IPv6 a route that names
/// a peer would have its own nexthop. Routes through nexthop objects come nearer, so the tree holds those: 192 bytes per
/// prefix besides the nodes, where the patches have 56.
/// </remarks>
public sealed class PrivateFibBinding : BindingScheme
{
    private readonly RoutePart _table;
    private readonly RoutePart _routes;
    private readonly bool _fullRoutes;
    private readonly WireGuardSender _sender;

    public PrivateFibBinding(BindingKind kind, Family family, int peers, BindingHost host, bool fullRoutes)
        : base(kind, family, peers, host)
    {
        _fullRoutes = fullRoutes;
        var shape = family == Family.IPv4 ? RouteShape.PeerKey : RouteShape.Nexthop;
        _table = new RoutePart(family, shape, peers, host);
        _routes = new RoutePart(family, RouteShape.Device, peers, host);
        _sender = new WireGuardSender(family, peers, host.Sockets);
        if (!fullRoutes)
            Check(_routes.Add(Everything, 0), Everything);
    }

    public override IReadOnlyList<(string Structure, KernelMemory Memory)> Structures =>
        [("private fib", _table.Memory), ("fib", _routes.Memory)];

    public override KernelWork Work => _table.Work + _routes.Work;

    public override int Count => _table.Count;

    public override void Apply(ReadOnlySpan<BindingChange> batch)
    {
        foreach (ref readonly var change in batch)
            Check(_table.Apply(in change), change.Prefix);
        if (!_fullRoutes)
            return;
        foreach (ref readonly var change in batch)
        {
            if (change.OldPeer == BindingChange.NoPeer || change.NewPeer == BindingChange.NoPeer)
                Check(_routes.Apply(in change), change.Prefix);
        }
    }

    public override Sent Encode(ReadOnlySpan<BindingChange> batch)
    {
        var sent = _sender.BindAndRemove(batch);
        return _fullRoutes ? sent + _routes.Encode(batch, moves: false) : sent;
    }

    public override Sent Setup() =>
        _fullRoutes ? default : _routes.Encode([new BindingChange(0, Everything, BindingChange.NoPeer, 0)], moves: false);

    public override bool LongestFirst => Family == Family.IPv4;

    public override void Visit(Action<Prefix, int> see)
    {
        _table.Visit(see);
        if (_fullRoutes && _routes.Count != _table.Count)
            throw new InvalidOperationException($"{_table.Count} AllowedIPs, but {_routes.Count} routes to the device");
    }

    public override int Lookup(UInt128 address) => _table.Lookup(address);

    public override int Transmit(UInt128 destination) =>
        _routes.Lookup(destination) >= 0 ? Lookup(destination) : BindingChange.NoPeer;

    public override int Receive(UInt128 source, bool rpFilter)
    {
        var peer = Lookup(source);
        return !rpFilter || _routes.Lookup(source) >= 0 ? peer : BindingChange.NoPeer;
    }

    /// <summary>Does REPLACE as in a trie of AllowedIPs: deletes all prefixes of the peer, then adds all.</summary>
    public override void Resend(int peer, List<Prefix> set)
    {
        foreach (var prefix in set)
            Check(_table.Delete(prefix, peer), prefix);
        foreach (var prefix in set)
            Check(_table.Add(prefix, peer), prefix);
    }

    public override Action? Stepped { get => _table.Stepped; set => _table.Stepped = value; }

    public override void Dispose()
    {
        _table.Dispose();
        _routes.Dispose();
    }
}
