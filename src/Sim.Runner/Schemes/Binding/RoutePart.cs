// SPDX-License-Identifier: MIT
using Sim.Fib;
using Sim.Kernel;
using Sim.Kernel.Netlink;
using Sim.Workloads.Churn;

namespace Sim.Runner.Schemes.Binding;

/// <summary>A routing table with routes of one form: the kernel's side in the FIB port, the daemon's side as messages.</summary>
internal sealed class RoutePart : IDisposable
{
    private readonly Family _family;
    private readonly KernelFib _fib;
    private readonly NetlinkWriter _writer = new();
    private uint _sequence;
    private long _operations;

    /// <param name="family">The routes' family.</param>
    /// <param name="meaning">The form.</param>
    /// <param name="peers">Peers.</param>
    /// <param name="hashesStates">Whether fib_info's hash covers the peer, as the series' patch 2 has it.</param>
    public RoutePart(Family family, RouteMeaning meaning, int peers, bool hashesStates)
    {
        _family = family;
        _fib = KernelFib.Create(family, meaning, peers, hashesStates);
    }

    public KernelMemory Memory => _fib.Memory;

    /// <summary>See <see cref="BindingScheme.Stepped"/>.</summary>
    public Action? Stepped { get; set; }

    /// <summary>Routes.</summary>
    public int Count { get; private set; }

    /// <inheritdoc cref="KernelFib.InfosWalked"/>
    public long InfosWalked => _fib.InfosWalked;

    public KernelWork Work =>
        new(_operations, Memory.Allocations, Memory.Allocations - Memory.Objects, Memory.Rcu.GracePeriods, _fib.Waits);

    /// <summary>The first route of a prefix: RTM_NEWROUTE with CREATE and EXCL.</summary>
    public int Add(Prefix prefix, int peer)
    {
        Count++;
        return End(_fib.Insert(prefix, peer, NlmFlags.Create | NlmFlags.Excl));
    }

    /// <summary>Another route in place of a prefix's: CREATE and REPLACE.</summary>
    public int Move(Prefix prefix, int peer) => End(_fib.Insert(prefix, peer, NlmFlags.Create | NlmFlags.Replace));

    /// <summary>RTM_DELROUTE with the attributes of the addition.</summary>
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

    /// <summary>The messages of a batch, as many a call as fit.</summary>
    /// <param name="batch">The changes.</param>
    /// <param name="moves">Whether a move needs a message: not where all routes lead to one device.</param>
    public Sent Encode(ReadOnlySpan<BindingChange> batch, bool moves)
    {
        var sent = default(Sent);
        foreach (ref readonly var change in batch)
        {
            var kind = change.OldPeer == BindingChange.NoPeer ? BindKind.Add
                : change.NewPeer == BindingChange.NoPeer ? BindKind.Delete
                : BindKind.Move;
            if (kind == BindKind.Move && !moves)
                continue;
            var peer = kind == BindKind.Delete ? change.OldPeer : change.NewPeer;
            var before = _writer.Length;
            Write(new BindOperation(change.Prefix, kind, (ushort)peer));
            if (_writer.Length > BindingScheme.CallBytes)
            {
                sent += new Sent(0, before, 1);
                var bytes = _writer.Length - before;
                _writer.Clear();
                _writer.Append(bytes);
            }

            sent += new Sent(1, 0, 0);
        }

        if (_writer.Length > 0)
            sent += new Sent(0, _writer.Length, 1);
        _writer.Clear();
        return sent;
    }

    /// <summary>The messages that make the nexthop objects.</summary>
    public Sent EncodeNexthops(int peers)
    {
        var form = new NexthopForm(RouteShape.PeerKey, _family, KernelFib.FirstDevice);
        var sent = default(Sent);
        for (var peer = 0; peer < peers; peer++)
        {
            NexthopMessages.WritePeer(_writer, in form, (uint)peer + 1, (ushort)peer, replace: false, ++_sequence);
            sent += new Sent(1, _writer.Length, 1);
            _writer.Clear();
        }

        return sent;
    }

    /// <inheritdoc cref="KernelFib.Visit"/>
    public void Visit(Action<Prefix, int> see) => _fib.Visit(see);

    /// <inheritdoc cref="KernelFib.Lookup"/>
    public int Lookup(UInt128 address) => _fib.Lookup(address);

    public void Dispose() => _fib.Dispose();

    /// <summary>A message's end: the callback of a route's info queues that of the state which names its peer.</summary>
    private int End(int error)
    {
        _operations++;
        Stepped?.Invoke();
        while (Memory.Rcu.Pending > 0 && !Memory.Rcu.HoldsCallbacks)
            Memory.Rcu.GracePeriod();
        return error;
    }

    private void Write(in BindOperation operation)
    {
        const int first = KernelFib.FirstDevice;
        var (shape, device) = _fib.Meaning switch
        {
            RouteMeaning.PeerAttribute => (RouteShape.PeerKey, first),
            RouteMeaning.Via => (_family == Family.IPv4 ? RouteShape.Via : RouteShape.Gateway, first),
            RouteMeaning.NexthopObject => (RouteShape.Nexthop, first),
            RouteMeaning.DevicePerPeer => (RouteShape.Device, first + operation.Peer),
            _ => (RouteShape.Device, first),
        };
        RouteMessages.Write(_writer, in operation, new RouteForm(shape, KernelFib.TableId, device), ++_sequence, acknowledge: true);
    }
}
