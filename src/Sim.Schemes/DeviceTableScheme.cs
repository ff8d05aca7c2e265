// SPDX-License-Identifier: MIT
namespace Sim.Schemes;

/// <summary>
/// A scheme that binds prefixes in a table of the WireGuard device. Routes lead to the device and not to a peer. The scheme has either one
/// default route or one route per prefix.
/// </summary>
public abstract class DeviceTableScheme : Scheme
{
    private readonly RouteSender _routeSender;

    protected DeviceTableScheme(SchemeKind kind, Family family, int peers, DaemonSockets sockets, string name, KernelStructure table)
        : base(kind, family, peers, sockets, table)
    {
        Routes = FibStructure.Create(family, RouteShape.Device, peers, sockets.Kernel);
        _routeSender = new RouteSender(sockets, RouteShape.Device);
        Sender = new WireGuardSender(family, peers, sockets);
        Structures = [(name, table), (Names.Fib, Routes)];
        if (!RoutesEach)
            Routes.Change(DefaultRoute);
    }

    public sealed override IReadOnlyList<(string Name, KernelStructure Structure)> Structures { get; }

    public sealed override FibStructure Routes { get; }

    public sealed override bool RoutesEach => Kind.Name.HasFullRoutes;

    protected WireGuardSender Sender { get; }

    private BindingChange DefaultRoute => BindingChange.Insert(Everything, 0);

    public sealed override Sent Setup() => RoutesEach ? default : _routeSender.Send([DefaultRoute], moves: false);

    public sealed override Sent Encode(ReadOnlySpan<BindingChange> batch)
    {
        var sent = EncodeTable(batch);
        return RoutesEach ? sent + _routeSender.Send(batch, moves: false) : sent;
    }

    /// <summary>Calls back for each bound prefix. Throws an exception if a route to the device is missing or superfluous, because packets
    /// need both a binding and a route.</summary>
    public sealed override void Visit(Action<Prefix, int> see)
    {
        base.Visit(see);
        var routes = 0;
        Routes.Visit((_, _) => routes++);
        if (routes != (RoutesEach ? Count : 1))
            throw new InvalidOperationException($"{Count} prefixes are bound, but {routes} routes lead to the device");
    }

    public sealed override int Transmit(UInt128 destination) => LeadsToDevice(destination) ? Binding.Lookup(destination) : BindingChange.NoPeer;

    public sealed override int Receive(UInt128 source, bool rpFilter)
    {
        var peer = Binding.Lookup(source);
        return !rpFilter || LeadsToDevice(source) ? peer : BindingChange.NoPeer;
    }

    /// <summary>Changes the device's table. Then changes the routes of prefixes that were added or withdrawn.</summary>
    protected sealed override void Change(ReadOnlySpan<BindingChange> batch)
    {
        ChangeTable(batch);
        if (!RoutesEach)
            return;
        foreach (ref readonly var change in batch)
        {
            if (change.OldPeer == BindingChange.NoPeer || change.NewPeer == BindingChange.NoPeer)
                Routes.Change(in change);
        }
    }

    protected abstract void ChangeTable(ReadOnlySpan<BindingChange> batch);

    protected abstract Sent EncodeTable(ReadOnlySpan<BindingChange> batch);

    private bool LeadsToDevice(UInt128 address) => Routes.Lookup(address) >= 0;
}
