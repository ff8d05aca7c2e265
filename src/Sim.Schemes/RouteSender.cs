// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Sim.Netlink;
using Sim.Schemes.Structures;
using Sim.Workloads.Churn;

namespace Sim.Schemes;

/// <summary>Sends a daemon's messages for routes of one shape, as many per call as fit.</summary>
public sealed class RouteSender(DaemonSockets sockets, RouteShape shape)
{
    private readonly RouteForm _form = new(shape, FibStructure.TableId, sockets.Kernel.Device);
    private readonly List<BindOperation> _call = [];

    /// <summary>Sends the messages of a batch.</summary>
    /// <param name="batch">The changes.</param>
    /// <param name="moves">Whether a move needs a message; it needs none if all routes lead to one device.</param>
    public Sent Send(ReadOnlySpan<BindingChange> batch, bool moves)
    {
        var (sent, length) = (default(Sent), 0);
        foreach (ref readonly var change in batch)
        {
            var kind = change.OldPeer == BindingChange.NoPeer ? BindKind.Add
                : change.NewPeer == BindingChange.NoPeer ? BindKind.Delete
                : BindKind.Move;
            if (kind == BindKind.Move && !moves)
                continue;
            var bytes = RouteMessages.Bytes(change.Prefix, in _form);
            if (length + bytes > Scheme.CallBytes)
            {
                sent += Send();
                length = 0;
            }

            length += bytes;
            _call.Add(new BindOperation(change.Prefix, kind, (ushort)(kind == BindKind.Delete ? change.OldPeer : change.NewPeer)));
        }

        return length > 0 ? sent + Send() : sent;
    }

    /// <summary>Sends one call. Only its last message is acknowledged; an error would be reported for any.</summary>
    private Sent Send()
    {
        var sent = sockets.Run(CollectionsMarshal.AsSpan(_call), shape);
        _call.Clear();
        return sent;
    }
}
