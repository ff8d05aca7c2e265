// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;
using Sim.Kernel;
using Sim.Kernel.Netlink;
using Sim.Workloads.Churn;

namespace Sim.Runner.Schemes.Binding;

/// <summary>A daemon's WG_CMD_SET_DEVICE messages for batches of changes, one message a call.</summary>
/// <remarks>Within a batch the changes are grouped by peer, so that those of one peer share its nest.</remarks>
internal sealed class WireGuardSender
{
    private const ushort FamilyId = 32;

    private readonly WireGuardStream _stream = new(FamilyId, removesPrefixes: true);
    private readonly List<BindOperation> _operations = [];
    private readonly NetlinkWriter _writer = new();
    private readonly Family _family;
    private readonly ushort _dummy;

    public WireGuardSender(Family family, int peers)
    {
        (_family, _dummy) = (family, (ushort)peers);
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

        return removes ? Send() + Of(_stream.Remove(_dummy)) : Send();
    }

    /// <summary>Additions to the peers that keep all they have, and the whole sets of the others.</summary>
    /// <param name="batch">The changes.</param>
    /// <param name="replaced">Peers whose set is sent, and how many prefixes it has then.</param>
    public Sent Bind(ReadOnlySpan<BindingChange> batch, IReadOnlyDictionary<int, int> replaced)
    {
        _operations.Clear();
        foreach (ref readonly var change in batch)
        {
            if (change.NewPeer != BindingChange.NoPeer && !replaced.ContainsKey(change.NewPeer))
                _operations.Add(new BindOperation(change.Prefix, BindKind.Add, (ushort)change.NewPeer));
        }

        var sent = Send();
        foreach (var (peer, prefixes) in replaced)
            sent += Replace(peer, prefixes);
        return sent;
    }

    /// <summary>
    /// What REPLACE sends: the first message with the flags, the others without. All prefixes of a family take as many
    /// bytes, so that their number says it all; an empty set has no nest of AllowedIPs.
    /// </summary>
    public Sent Replace(int peer, int prefixes)
    {
        const WireGuardPeerFlags flags = WireGuardPeerFlags.ReplaceAllowedIps | WireGuardPeerFlags.UpdateOnly;
        if (prefixes == 0)
        {
            _writer.Clear();
            WireGuardMessages.BeginSetDevice(_writer, FamilyId, 1, "wg0"u8);
            var peers = WireGuardMessages.BeginPeers(_writer);
            _writer.EndNest(WireGuardMessages.BeginPeer(_writer, peer, flags));
            _writer.EndNest(peers);
            _writer.EndMessage();
            return new Sent(1, _writer.Length, 1);
        }

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
        return Of(_stream.Add(operations, BindingScheme.CallBytes));
    }

    private static Sent Of(NetlinkTraffic traffic) => new(traffic.Messages, traffic.Bytes, traffic.Calls);
}
