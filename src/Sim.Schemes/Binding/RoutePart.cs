// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Sim.Fib;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Workloads.Churn;

namespace Sim.Schemes.Binding;

/// <summary>A routing table with routes of one form: the kernel's side in the FIB port, the daemon's side as messages.</summary>
public sealed class RoutePart : IDisposable
{
    private readonly Family _family;
    private readonly KernelFib _fib;
    private readonly DaemonSockets _sockets;
    private readonly List<BindOperation> _call = [];
    private readonly RouteShape _objects;
    private long _operations;

    /// <param name="family">The routes' family.</param>
    /// <param name="shape">The routes' form.</param>
    /// <param name="peers">The number of peers.</param>
    /// <param name="host">The kernel and the sockets.</param>
    /// <param name="whatIf">For IPv6: the kernel's FIB or a what-if.</param>
    public RoutePart(Family family, RouteShape shape, int peers, BindingHost host, Fib6WhatIf whatIf = Fib6WhatIf.None)
    {
        _family = family;
        _sockets = host.Sockets;
        _objects = host.NamesPeers ? RouteShape.PeerKey : RouteShape.Device;
        _fib = KernelFib.Create(family, shape, peers, host, whatIf);
    }

    public KernelMemory Memory => _fib.Memory;

    /// <summary>The kernel's side.</summary>
    public KernelFib Fib => _fib;

    /// <summary>The shape of the routes in messages.</summary>
    public RouteShape Shape => _fib.Shape;

    /// <summary>See <see cref="BindingScheme.Stepped"/>.</summary>
    public Action? Stepped { get; set; }

    /// <summary>The number of routes.</summary>
    public int Count { get; private set; }

    /// <inheritdoc cref="KernelFib.InfosWalked"/>
    public long InfosWalked => _fib.InfosWalked;

    public KernelWork Work =>
        new(_operations, Memory.Allocations, Memory.Allocations - Memory.Objects, Memory.Rcu.GracePeriods, _fib.Waits);

    /// <summary>Adds the first route of a prefix: RTM_NEWROUTE with CREATE and EXCL.</summary>
    public int Add(Prefix prefix, int peer)
    {
        Count++;
        return End(_fib.Insert(prefix, peer, NlmFlags.Create | NlmFlags.Excl));
    }

    /// <summary>Replaces the route of a prefix: RTM_NEWROUTE with CREATE and REPLACE.</summary>
    public int Move(Prefix prefix, int peer) => End(_fib.Insert(prefix, peer, NlmFlags.Create | NlmFlags.Replace));

    /// <summary>Deletes a route: RTM_DELROUTE with the attributes of the addition.</summary>
    public int Delete(Prefix prefix, int peer)
    {
        Count--;
        return End(_fib.Delete(prefix, peer));
    }

    /// <summary>Does one change.</summary>
    public int Apply(in BindingChange change) => change switch
    {
        { OldPeer: BindingChange.NoPeer } => Add(change.Prefix, change.NewPeer),
        { NewPeer: BindingChange.NoPeer } => Delete(change.Prefix, change.OldPeer),
        _ => Move(change.Prefix, change.NewPeer),
    };

    /// <summary>Sends the messages of a batch, as many per call as fit.</summary>
    /// <param name="batch">The changes.</param>
    /// <param name="moves">Whether a move needs a message; it needs none if all routes lead to one device.</param>
    public Sent Encode(ReadOnlySpan<BindingChange> batch, bool moves)
    {
        var form = new RouteForm(Shape, DaemonSockets.TableId, _sockets.Interface);
        var (sent, length) = (default(Sent), 0);
        foreach (ref readonly var change in batch)
        {
            var kind = change.OldPeer == BindingChange.NoPeer ? BindKind.Add
                : change.NewPeer == BindingChange.NoPeer ? BindKind.Delete
                : BindKind.Move;
            if (kind == BindKind.Move && !moves)
                continue;
            var bytes = RouteMessages.Bytes(change.Prefix, in form);
            if (length + bytes > BindingScheme.CallBytes)
            {
                sent += Send();
                length = 0;
            }

            length += bytes;
            _call.Add(new BindOperation(change.Prefix, kind, (ushort)(kind == BindKind.Delete ? change.OldPeer : change.NewPeer)));
        }

        return length > 0 ? sent + Send() : sent;
    }

    /// <summary>Sends the messages that make the nexthop objects.</summary>
    public Sent EncodeNexthops(int peers) => _sockets.AddNexthops(_family, peers, _objects);

    /// <inheritdoc cref="KernelFib.Visit"/>
    public void Visit(Action<Prefix, int> see) => _fib.Visit(see);

    /// <inheritdoc cref="KernelFib.Lookup"/>
    public int Lookup(UInt128 address) => _fib.Lookup(address);

    public void Dispose() => _fib.Dispose();

    /// <summary>Ends a message and all grace periods: a route's callback queues the callback of its peer's state.</summary>
    private int End(int error)
    {
        _operations++;
        Stepped?.Invoke();
        while (Memory.Rcu.Pending > 0 && !Memory.Rcu.HoldsCallbacks)
            Memory.Rcu.GracePeriod();
        return error;
    }

    /// <summary>Sends one call. Only its last message is acknowledged; an error would be reported for any.</summary>
    private Sent Send()
    {
        var sent = _sockets.Run(CollectionsMarshal.AsSpan(_call), Shape);
        _call.Clear();
        return sent;
    }
}
