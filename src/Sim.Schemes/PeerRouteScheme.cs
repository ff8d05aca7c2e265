// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>
/// A scheme whose routes lead to peers. A route names its peer by RTA_WGPEER, by a nexthop object that carries the peer, or by RTA_VIA.
/// With RTA_VIA, the gateway is the peer's only AllowedIP, and the hash of gateways finds the peer. Alternatively, each peer has its own
/// device, and the AllowedIP of each peer is 0.0.0.0/0 or ::/0.
/// </summary>
public sealed class PeerRouteScheme : Scheme
{
    private readonly RouteShape _shape;
    private readonly RouteSender _sender;
    private readonly AllowedIpsStructure? _own, _device;

    public PeerRouteScheme(SchemeKind kind, Family family, int peers, DaemonSockets sockets, RouteShape shape)
        : base(kind, family, peers, sockets, FibStructure.Create(family, shape, peers, kind.KernelOf(sockets.Kernel)))
    {
        _shape = shape;
        Routes = (FibStructure)Binding;
        _sender = new RouteSender(sockets, shape);
        Structures = [(Names.Fib, Routes)];
        if (!HasGateways && shape != RouteShape.OwnDevice)
            return;
        // Each device has its own trie of one node. Each prefix here stands for such a trie and costs the same.
        _own = new AllowedIpsStructure(Family.IPv6, peers, sockets.Kernel);
        for (var peer = 0; peer < peers; peer++)
            KernelStructure.Check(_own.Bind(Gateway(peer), peer), Gateway(peer));
        Structures = [(Names.AllowedIps, _own), (Names.Fib, Routes)];
        if (HasGateways)
        {
            _own.Gateways.Make();
            return;
        }

        // The trie of a device. The tries of all devices are alike.
        _device = new AllowedIpsStructure(family, 1, sockets.Kernel);
        KernelStructure.Check(_device.Bind(Everything, 0), Everything);
    }

    public override IReadOnlyList<(string Name, KernelStructure Structure)> Structures { get; }

    public override AllowedIpsStructure? AllowedIps => HasGateways ? _own : null;

    public override FibStructure Routes { get; }

    private bool HasGateways => _shape is RouteShape.Via or RouteShape.Gateway;

    public override Sent Encode(ReadOnlySpan<BindingChange> batch) => _sender.Send(batch, moves: true);

    /// <summary>Sets the device's mode if the kernel has modes. Then adds the peers' AllowedIPs or nexthop objects.</summary>
    public override Sent Setup()
    {
        var (named, sent) = (Sockets.Kernel.NamesPeers, default(Sent));
        if (named && _shape != RouteShape.OwnDevice)
            sent += Sockets.SetMode(HasGateways ? RouteMode.Gateway : RouteMode.Auto);
        if (_shape == RouteShape.Nexthop)
            sent += Sockets.AddNexthops(Family, Peers, named ? RouteShape.Encap : RouteShape.Device);
        for (var peer = 0; _own is not null && peer < Peers; peer++)
            sent += Sockets.Add([BindingChange.Insert(HasGateways ? Gateway(peer) : Everything, peer)]);
        return sent;
    }

    /// <summary>Looks up the route. If routes have gateways, then looks up the gateway. If each peer has its own device, then looks up that
    /// device's AllowedIPs.</summary>
    public override int Transmit(UInt128 destination)
    {
        var peer = Routes.Lookup(destination);
        return peer == BindingChange.NoPeer ? peer : _shape switch
        {
            RouteShape.Via or RouteShape.Gateway => _own!.LookupGateway(RouteMessages.Gateway(Family.IPv6, peer)),
            RouteShape.OwnDevice => _device!.Lookup(destination) < 0 ? BindingChange.NoPeer : peer,
            _ => peer,
        };
    }

    /// <summary>
    /// Looks up the route back to the source, which names the peer. With a device per peer, the device determines the peer, and the peer's
    /// AllowedIPs accept every source. In that case only rp_filter checks the source.
    /// </summary>
    public override int Receive(UInt128 source, bool rpFilter)
    {
        if (_shape == RouteShape.OwnDevice)
        {
            var peer = _device!.Lookup(source);
            return rpFilter ? Routes.Lookup(source) : peer;
        }

        var allowed = Transmit(source);
        return !rpFilter || Routes.Lookup(source) >= 0 ? allowed : BindingChange.NoPeer;
    }

    public override void Dispose()
    {
        base.Dispose();
        _device?.Dispose();
    }

    protected override void Change(ReadOnlySpan<BindingChange> batch)
    {
        foreach (ref readonly var change in batch)
            Routes.Change(in change);
    }

    /// <summary>Returns the gateway of a peer. The gateway is the peer's only AllowedIP.</summary>
    private static Prefix Gateway(int peer) => Prefix.OfV6(RouteMessages.Gateway(Family.IPv6, peer), 128);
}
