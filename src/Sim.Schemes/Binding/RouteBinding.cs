// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Trie;
using Sim.Workloads.Churn;

namespace Sim.Schemes.Binding;

/// <summary>
/// Routes that lead to a peer: by RTA_WGPEER, by RTA_VIA and the peer's one AllowedIP, by a nexthop object that carries the
/// peer, or by a device per peer, whose one AllowedIP is everything.
/// </summary>
public sealed class RouteBinding : BindingScheme
{
    private readonly RouteShape _shape;
    private readonly RoutePart _routes;
    private readonly AllowedIpsPart? _own;
    private readonly AllowedIpsPart? _device;

    public RouteBinding(BindingKind kind, Family family, int peers, BindingHost host, RouteShape shape)
        : base(kind, family, peers, host)
    {
        _shape = shape;
        _routes = new RoutePart(family, shape, peers, host, kind.WhatIf);
        if (shape is not (RouteShape.Via or RouteShape.Gateway or RouteShape.OwnDevice))
            return;
        _own = new AllowedIpsPart(peers, host.Slub);
        // Each device has its own trie. Each prefix here stands for one trie of one node, and costs the same.
        for (var peer = 0; peer < peers; peer++)
        {
            var own = Prefix.OfV6(RouteMessages.Gateway(Family.IPv6, (ushort)peer), 128);
            Check(_own.Bind(own, peer), own);
        }

        if (shape != RouteShape.OwnDevice)
            return;
        // The trie that a packet meets on any device: all look alike.
        _device = new AllowedIpsPart(1);
        Check(_device.Bind(Everything, 0), Everything);
    }

    public override IReadOnlyList<(string Structure, KernelMemory Memory)> Structures =>
        _own is null ? [("fib", _routes.Memory)] : [("allowedips", _own.Memory), ("fib", _routes.Memory)];

    public override KernelWork Work => _routes.Work;

    public override int Count => _routes.Count;

    public override AllowedIpsPart? AllowedIps => _shape is RouteShape.Via or RouteShape.Gateway ? _own : null;

    public override RoutePart Routes => _routes;

    public override void Apply(ReadOnlySpan<BindingChange> batch)
    {
        foreach (ref readonly var change in batch)
            Check(_routes.Apply(in change), change.Prefix);
    }

    public override Sent Encode(ReadOnlySpan<BindingChange> batch) => _routes.Encode(batch, moves: true);

    public override Sent Setup()
    {
        if (_shape == RouteShape.Nexthop)
            return _routes.EncodeNexthops(Peers);
        if (_own is null)
            return default;
        var sent = default(Sent);
        for (var peer = 0; peer < Peers; peer++)
        {
            var own = _shape is RouteShape.Via or RouteShape.Gateway
                ? Prefix.OfV6(RouteMessages.Gateway(Family.IPv6, (ushort)peer), 128)
                : Everything;
            sent += Host.Sockets.Add([new BindOperation(own, BindKind.Add, (ushort)peer)]);
        }

        return sent;
    }

    public override bool LongestFirst => Family == Family.IPv4;

    public override void Visit(Action<Prefix, int> see) => _routes.Visit(see);

    public override int Lookup(UInt128 address) => _routes.Lookup(address);

    /// <summary>Looks up the route and, with a gateway or a device per peer, the AllowedIPs of the device.</summary>
    public override int Transmit(UInt128 destination)
    {
        var peer = _routes.Lookup(destination);
        return peer == BindingChange.NoPeer ? peer : _shape switch
        {
            RouteShape.Via or RouteShape.Gateway => _own!.Lookup(Family.IPv6, RouteMessages.Gateway(Family.IPv6, (ushort)peer)),
            RouteShape.OwnDevice => _device!.Lookup(Family, destination) < 0 ? BindingChange.NoPeer : peer,
            _ => peer,
        };
    }

    /// <summary>
    /// Looks up the route back, which names the peer. With a device per peer, the device names the peer, and its AllowedIPs let
    /// every source through; only rp_filter checks the source.
    /// </summary>
    public override int Receive(UInt128 source, bool rpFilter)
    {
        if (_shape == RouteShape.OwnDevice)
        {
            var peer = _device!.Lookup(Family, source);
            return rpFilter ? _routes.Lookup(source) : peer;
        }

        var allowed = Transmit(source);
        return !rpFilter || _routes.Lookup(source) >= 0 ? allowed : BindingChange.NoPeer;
    }

    public override Action? Stepped { get => _routes.Stepped; set => _routes.Stepped = value; }

    public override void Dispose()
    {
        _routes.Dispose();
        _own?.Dispose();
        _device?.Dispose();
    }
}
