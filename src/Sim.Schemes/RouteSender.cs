// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Sim.Schemes;

/// <summary>Sends a daemon's messages for routes of one shape. Each call contains as many messages as fit.</summary>
public sealed class RouteSender(DaemonSockets sockets, RouteShape shape)
{
    private readonly RouteForm _form = new(shape, FibStructure.TableId, sockets.Kernel.Device);
    private readonly List<BindingChange> _call = [];

    /// <summary>Sends the messages of a batch. If all routes lead to one device, <paramref name="moves"/> is false, because a move then
    /// needs no message.</summary>
    public Sent Send(ReadOnlySpan<BindingChange> batch, bool moves)
    {
        var (sent, length) = (default(Sent), 0);
        foreach (ref readonly var change in batch)
        {
            if (!moves && change.Kind is not (RouteChange.Insert or RouteChange.Delete))
                continue;
            var bytes = RouteMessages.Bytes(change.Prefix, in _form);
            if (length + bytes > Scheme.CallBytes)
            {
                sent += Send();
                length = 0;
            }

            length += bytes;
            _call.Add(change);
        }

        return length > 0 ? sent + Send() : sent;
    }

    /// <summary>Sends one call. Only the call's last message asks for an acknowledgement, but the kernel reports an error of any
    /// message.</summary>
    private Sent Send()
    {
        var sent = sockets.Run(CollectionsMarshal.AsSpan(_call), shape);
        _call.Clear();
        return sent;
    }
}
