// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Kernel.Netlink;
using Sim.Workloads.Churn;

namespace Sim.Runner.Schemes.Binding;

/// <summary>
/// Routes that lead to a peer: by RTA_WGPEER, by RTA_VIA and the peer's one AllowedIP, by a nexthop object that carries the
/// peer, or by a device for each peer, whose one AllowedIP is everything.
/// </summary>
internal sealed class RouteBinding : BindingScheme
{
    private readonly RouteMeaning _meaning;
    private readonly RoutePart _routes;
    private readonly AllowedIpsPart? _own;
    private AllowedIpsPart? _everything;

    public RouteBinding(BindingKind kind, int peers, RouteMeaning meaning)
        : base(kind, Family.IPv4, peers)
    {
        _meaning = meaning;
        // The series' patch 2 belongs to routes that name peers; a kernel for the others needs no patch.
        var patched = meaning is RouteMeaning.PeerAttribute or RouteMeaning.NexthopObject;
        _routes = new RoutePart(meaning, peers, hashesStates: patched);
        if (meaning is not (RouteMeaning.Via or RouteMeaning.DevicePerPeer))
            return;
        _own = new AllowedIpsPart(peers);
        // Devices have tries of their own: each prefix here stands for one trie of one node, and costs what that costs.
        for (var peer = 0; peer < peers; peer++)
        {
            var own = Prefix.OfV6(RouteMessages.Gateway(Family.IPv6, (ushort)peer), 128);
            Check(_own.Bind(own, peer), own);
        }
    }

    public override IReadOnlyList<(string Structure, KernelMemory Memory)> Structures =>
        _own is null ? [("fib", _routes.Memory)] : [("allowedips", _own.Memory), ("fib", _routes.Memory)];

    public override KernelWork Work => _routes.Work;

    public override int Count => _routes.Count;

    public override void Apply(ReadOnlySpan<BindingChange> batch)
    {
        foreach (ref readonly var change in batch)
            Check(_routes.Apply(in change), change.Prefix);
    }

    public override Sent Encode(ReadOnlySpan<BindingChange> batch) => _routes.Encode(batch, moves: true);

    public override Sent Setup()
    {
        if (_meaning == RouteMeaning.NexthopObject)
            return _routes.EncodeNexthops(Peers);
        if (_own is null)
            return default;
        var (sent, stream) = (default(Sent), new WireGuardStream(32));
        for (var peer = 0; peer < Peers; peer++)
        {
            var own = _meaning == RouteMeaning.Via
                ? Prefix.OfV6(RouteMessages.Gateway(Family.IPv6, (ushort)peer), 128)
                : Prefix.OfV4(0, 0);
            var traffic = stream.Add([new BindOperation(own, BindKind.Add, (ushort)peer)], CallBytes);
            sent += new Sent(traffic.Messages, traffic.Bytes, traffic.Calls);
        }

        return sent;
    }

    public override bool LongestFirst => true;

    public override void Visit(Action<Prefix, int> see) => _routes.Visit(see);

    public override int Lookup(UInt128 address) => _routes.Lookup((uint)(address >> 96));

    /// <summary>The route, which names the peer; or its gateway, whose peer AllowedIPs tell; or the device, and its one AllowedIP.</summary>
    public override long Transmit(ReadOnlySpan<UInt128> destinations)
    {
        var sum = 0L;
        if (_meaning == RouteMeaning.Via)
        {
            foreach (var destination in destinations)
                sum += Lookup(destination) is >= 0 and var peer ? _own!.Lookup(Family.IPv6, RouteMessages.Gateway(Family.IPv6, (ushort)peer)) : -1;
            return sum;
        }

        if (_meaning == RouteMeaning.DevicePerPeer)
        {
            var everything = Everything();
            foreach (var destination in destinations)
                sum += Lookup(destination) is >= 0 and var peer ? peer + everything.Lookup(Family, destination) : -1;
            return sum;
        }

        foreach (var destination in destinations)
            sum += Lookup(destination);
        return sum;
    }

    /// <summary>With a device for each peer, one AllowedIP is all there is to check: which device decrypted the packet says the peer.</summary>
    public override long Receive(ReadOnlySpan<UInt128> sources)
    {
        if (_meaning != RouteMeaning.DevicePerPeer)
            return Transmit(sources);
        var (sum, everything) = (0L, Everything());
        foreach (var source in sources)
            sum += everything.Lookup(Family, source);
        return sum;
    }

    public override void Dispose()
    {
        _routes.Dispose();
        _own?.Dispose();
        _everything?.Dispose();
    }

    /// <summary>The trie of one device, whose one node says 0.0.0.0/0 or ::/0 and peer 0: for lookups, it stands for every device's.</summary>
    private AllowedIpsPart Everything()
    {
        if (_everything is not null)
            return _everything;
        _everything = new AllowedIpsPart(1);
        Check(_everything.Bind(new Prefix(Family, 0, 0), 0), new Prefix(Family, 0, 0));
        return _everything;
    }
}
