// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Sim.Kernel;
using Sim.Netlink;
using Sim.Workloads.Churn;

namespace Sim.Runner.Schemes.Binding;

/// <summary>A daemon's WG_CMD_SET_DEVICE messages for batches of changes, one message a call.</summary>
/// <remarks>Within a batch the changes are grouped by peer, so that those of one peer share its nest.</remarks>
internal sealed class WireGuardSender
{
    private readonly DaemonSockets _sockets;
    private readonly List<BindOperation> _operations = [];
    private readonly Family _family;
    private readonly ushort _dummy;

    public WireGuardSender(Family family, int peers, DaemonSockets sockets)
    {
        (_family, _dummy, _sockets) = (family, (ushort)peers, sockets);
        PerMessage = (BindingScheme.CallBytes - Overhead(WireGuardPeerFlags.None)) / WireGuardMessages.AllowedIpBytes(family);
    }

    /// <summary>Prefixes of one peer that fit into a message.</summary>
    public int PerMessage { get; }

    /// <summary>Additions, and REMOVE_ME for what goes.</summary>
    public Sent BindAndRemove(ReadOnlySpan<BindingChange> batch)
    {
        _operations.Clear();
        foreach (ref readonly var change in batch)
        {
            _operations.Add(change.NewPeer == BindingChange.NoPeer
                ? new BindOperation(change.Prefix, BindKind.Delete, (ushort)change.OldPeer)
                : new BindOperation(change.Prefix, BindKind.Add, (ushort)change.NewPeer));
        }

        return Send();
    }

    /// <summary>Additions, and moves to the dummy peer of what goes, which is removed at the end.</summary>
    public Sent BindThroughDummy(ReadOnlySpan<BindingChange> batch)
    {
        _operations.Clear();
        var removes = false;
        foreach (ref readonly var change in batch)
        {
            var goes = change.NewPeer == BindingChange.NoPeer;
            removes |= goes;
            _operations.Add(new BindOperation(change.Prefix, BindKind.Add, goes ? _dummy : (ushort)change.NewPeer));
        }

        return removes ? Send() + _sockets.Remove(_dummy) : Send();
    }

    /// <summary>Additions to the peers that keep all they have, and the whole sets of the others.</summary>
    /// <param name="batch">The changes.</param>
    /// <param name="replaced">Peers whose set is sent, and how many prefixes it has then.</param>
    /// <param name="setOf">Gives these prefixes; asked only where the set is written.</param>
    public Sent Bind(ReadOnlySpan<BindingChange> batch, IReadOnlyDictionary<int, int> replaced, Func<int, IReadOnlyList<Prefix>> setOf)
    {
        _operations.Clear();
        foreach (ref readonly var change in batch)
        {
            if (change.NewPeer != BindingChange.NoPeer && !replaced.ContainsKey(change.NewPeer))
                _operations.Add(new BindOperation(change.Prefix, BindKind.Add, (ushort)change.NewPeer));
        }

        var sent = Send();
        foreach (var (peer, prefixes) in replaced)
        {
            if (_sockets.WritesSets)
                Write(peer, setOf(peer));
            sent += Replace(prefixes);
        }

        return sent;
    }

    /// <summary>
    /// What REPLACE sends: the first message with the flags, the others without. All prefixes of a family take as many
    /// bytes, so that their number says it all; an empty set has no nest of AllowedIPs.
    /// </summary>
    public Sent Replace(int prefixes)
    {
        const WireGuardPeerFlags flags = WireGuardPeerFlags.ReplaceAllowedIps | WireGuardPeerFlags.UpdateOnly;
        if (prefixes == 0)
            return new Sent(1, Overhead(flags) - NetlinkWriter.AttributeBytes(0), 1);
        var each = WireGuardMessages.AllowedIpBytes(_family);
        var first = Math.Min(prefixes, (BindingScheme.CallBytes - Overhead(flags)) / each);
        var messages = 1 + (prefixes - first + PerMessage - 1) / PerMessage;
        var bytes = Overhead(flags) + (messages - 1L) * Overhead(WireGuardPeerFlags.None) + (long)prefixes * each;
        return new Sent(messages, bytes, messages);
    }

    /// <summary>Bytes of a message for one peer without its prefixes.</summary>
    private static int Overhead(WireGuardPeerFlags flags) =>
        WireGuardStream.DeviceBytes + NetlinkWriter.AttributeBytes(0) + WireGuardMessages.PeerBytes(flags);

    private Sent Send()
    {
        if (_operations.Count == 0)
            return default;
        var operations = CollectionsMarshal.AsSpan(_operations);
        if (operations.Length > 1)
            operations.Sort(static (left, right) => left.Peer.CompareTo(right.Peer));
        return _sockets.Add(operations);
    }

    private void Write(int peer, IReadOnlyList<Prefix> set)
    {
        if (set.Count == 0)
            _sockets.Empty((ushort)peer);
        else
            _sockets.Replace([.. set.Select(prefix => new BindOperation(prefix, BindKind.Add, (ushort)peer))]);
    }
}
