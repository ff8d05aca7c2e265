// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Netlink;

/// <summary>
/// The agent's rtnetlink socket: each method produces the bytes that the <c>nexthop</c> or <c>route</c> command of its name
/// sends (kernel-patch/vm/README.md). The first message has sequence number 1. An operation allocates nothing. Not
/// thread-safe.
/// </summary>
public sealed class RouteStream
{
    private readonly NetlinkSocket _socket = new();
    private readonly int _interface;

    /// <summary>Opens the socket.</summary>
    /// <param name="ifindex">The WireGuard device's interface index: <c>ifindex</c> of the agent's <c>wg create</c>.</param>
    public RouteStream(int ifindex)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ifindex, 1);
        _interface = ifindex;
    }

    /// <summary>Receives each call's bytes.</summary>
    public NetlinkSink? Sink
    {
        get => _socket.Sink;
        set => _socket.Sink = value;
    }

    /// <summary>The sequence number of the next message.</summary>
    public uint NextSequence => _socket.Sequence;

    /// <summary><c>nexthop add</c>: adds objects <paramref name="from"/> ... over the device, one message per call.</summary>
    public NetlinkTraffic AddNexthops(
        uint from, int count, RouteShape shape = RouteShape.Device, Family family = Family.IPv4) =>
        Nexthops(from, count, new NexthopForm(shape, family, _interface));

    /// <summary><c>nexthop delete</c>: deletes objects <paramref name="from"/> ..., one message per call.</summary>
    public NetlinkTraffic DeleteNexthops(uint from, int count) => Nexthops(from, count, form: null);

    /// <summary><c>nexthop replace</c>: gives one object, and so every route that names it, another peer.</summary>
    public NetlinkTraffic ReplaceNexthop(uint id, ushort peer, RouteShape shape, Family family = Family.IPv4)
    {
        _socket.BeginCommand();
        var form = new NexthopForm(shape, family, _interface);
        NexthopMessages.WritePeer(_socket.Writer, in form, id, peer, replace: true, _socket.NextMessage());
        _socket.Send(acks: 1);
        return _socket.EndCommand();
    }

    /// <summary><c>route run</c>: sends the operations in order, <paramref name="batch"/> messages per call.</summary>
    /// <param name="operations">The routes.</param>
    /// <param name="shape">How they name the peer.</param>
    /// <param name="table">The routing table's number.</param>
    /// <param name="batch">Messages per call; the last of a call is acknowledged.</param>
    public NetlinkTraffic Run(ReadOnlySpan<BindOperation> operations, RouteShape shape, uint table, int batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        var form = new RouteForm(shape, table, _interface);
        _socket.BeginCommand();
        while (!operations.IsEmpty)
        {
            var call = operations[..Math.Min(batch, operations.Length)];
            for (var i = 0; i < call.Length; i++)
            {
                var last = i == call.Length - 1;
                RouteMessages.Write(_socket.Writer, in call[i], in form, _socket.NextMessage(), acknowledge: last);
            }

            _socket.Send(acks: 1);
            operations = operations[call.Length..];
        }

        return _socket.EndCommand();
    }

    /// <summary>Sends the request of <c>route dump</c>; <see cref="RouteDump"/> models the answer.</summary>
    public NetlinkTraffic Dump(uint table, Family family = Family.IPv4)
    {
        _socket.BeginCommand();
        RouteMessages.WriteDump(_socket.Writer, family, table, _socket.NextMessage());
        _socket.Send(acks: 0);
        return _socket.EndCommand();
    }

    /// <summary>Counts messages that the socket sent but that are not modelled: those of <c>route get</c>.</summary>
    public void Skip(int messages)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(messages);
        _socket.Sequence += (uint)messages;
    }

    /// <summary>Adds objects, where object p + 1 leads to peer p; without a form, deletes them.</summary>
    private NetlinkTraffic Nexthops(uint from, int count, NexthopForm? form)
    {
        ArgumentOutOfRangeException.ThrowIfZero(from);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _socket.BeginCommand();
        for (var id = from; id < from + (uint)count; id++)
        {
            if (form is { } made)
                NexthopMessages.WritePeer(_socket.Writer, in made, id, (ushort)(id - 1), replace: false, _socket.NextMessage());
            else
                NexthopMessages.WriteDelete(_socket.Writer, id, _socket.NextMessage());
            _socket.Send(acks: 1);
        }

        return _socket.EndCommand();
    }
}
