// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>The agent's rtnetlink socket: its <c>nexthop</c> and <c>route</c> commands.</summary>
/// <param name="ifindex">The WireGuard device's interface index: <c>ifindex</c> in the agent's answer to <c>wg create</c>.</param>
public sealed class RouteStream(int ifindex) : NetlinkSocket
{
    private readonly int _interface = ifindex >= 1 ? ifindex : throw new ArgumentOutOfRangeException(nameof(ifindex), ifindex, "at least 1");

    /// <summary><c>nexthop add</c>: adds objects with ids from <paramref name="from"/> on over the device, one message per call. Each
    /// object leads to its peer.</summary>
    public NetlinkTraffic AddNexthops(uint from, int count, RouteShape shape = RouteShape.Device, Family family = Family.IPv4) =>
        Nexthops(from, count, new NexthopForm(shape, family, _interface));

    /// <summary><c>nexthop delete</c>: deletes objects with ids from <paramref name="from"/> on, one message per call.</summary>
    public NetlinkTraffic DeleteNexthops(uint from, int count) => Nexthops(from, count, form: null);

    /// <summary><c>nexthop replace</c>: gives another peer to one object, and so to every route that names the object.</summary>
    public NetlinkTraffic ReplaceNexthop(uint id, int peer, RouteShape shape, Family family = Family.IPv4)
    {
        BeginCommand();
        NexthopMessages.WritePeer(Writer, new NexthopForm(shape, family, _interface), id, peer, replace: true, NextMessage());
        Send();
        return EndCommand();
    }

    /// <summary><c>route run</c>: sends the changes in order, <paramref name="batch"/> messages per call. The last message of each call is
    /// acknowledged.</summary>
    public NetlinkTraffic Run(ReadOnlySpan<BindingChange> changes, RouteShape shape, uint table, int batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        var form = new RouteForm(shape, table, _interface);
        BeginCommand();
        while (!changes.IsEmpty)
        {
            var call = changes[..Math.Min(batch, changes.Length)];
            for (var i = 0; i < call.Length; i++)
                RouteMessages.Write(Writer, in call[i], in form, NextMessage(), acknowledge: i == call.Length - 1);
            Send();
            changes = changes[call.Length..];
        }

        return EndCommand();
    }

    /// <summary>Adds nexthop objects, or deletes objects if <paramref name="form"/> is null.</summary>
    private NetlinkTraffic Nexthops(uint from, int count, NexthopForm? form)
    {
        ArgumentOutOfRangeException.ThrowIfZero(from);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        BeginCommand();
        for (var id = from; id < from + (uint)count; id++)
        {
            if (form is { } made)
                NexthopMessages.WritePeer(Writer, in made, id, PeerNumber.OfKernel((int)id), replace: false, NextMessage());
            else
                NexthopMessages.WriteDelete(Writer, id, NextMessage());
            Send();
        }

        return EndCommand();
    }
}
