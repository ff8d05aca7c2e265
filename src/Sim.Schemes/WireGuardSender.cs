// SPDX-License-Identifier: MIT
using System.Runtime.InteropServices;

namespace Sim.Schemes;

/// <summary>Sends a daemon's WG_CMD_SET_DEVICE messages for batches of changes. Each call sends one message.</summary>
/// <remarks>The sender groups the changes of a batch by peer, so that one netlink nest holds the changes of a peer.</remarks>
public sealed class WireGuardSender(Family family, int peers, DaemonSockets sockets)
{
    private readonly List<BindingChange> _operations = [];

    /// <summary>The number of prefixes of one peer that fit into one message.</summary>
    public int PerMessage { get; } = (Scheme.CallBytes - Overhead(WireGuardPeerFlags.None)) / WireGuardMessages.AllowedIpBytes(family);

    /// <summary>Sends additions and moves, and removes single prefixes with REMOVE_ME.</summary>
    public Sent BindAndRemove(ReadOnlySpan<BindingChange> batch)
    {
        _operations.Clear();
        _operations.AddRange(batch);
        return Send();
    }

    /// <summary>Sends additions and moves. Withdrawn prefixes move to a dummy peer, which has the last number and is removed at the
    /// end.</summary>
    public Sent BindThroughDummy(ReadOnlySpan<BindingChange> batch)
    {
        _operations.Clear();
        var removes = false;
        foreach (ref readonly var change in batch)
        {
            var goes = change.NewPeer == BindingChange.NoPeer;
            removes |= goes;
            _operations.Add(goes ? change with { NewPeer = peers } : change);
        }

        return removes ? Send() + sockets.Remove(peers) : Send();
    }

    /// <summary>
    /// Sends additions and moves to peers without withdrawals, and whole sets to peers with withdrawals. <paramref name="replaced"/> has
    /// the size of each whole set. <paramref name="setOf"/> returns a peer's set, and is called only if sets are written.
    /// </summary>
    public Sent Bind(ReadOnlySpan<BindingChange> batch, IReadOnlyDictionary<int, int> replaced, Func<int, IReadOnlyList<Prefix>> setOf)
    {
        _operations.Clear();
        foreach (ref readonly var change in batch)
        {
            if (change.NewPeer != BindingChange.NoPeer && !replaced.ContainsKey(change.NewPeer))
                _operations.Add(change);
        }

        var sent = Send();
        foreach (var (peer, prefixes) in replaced)
        {
            if (sockets.Records)
                Write(peer, setOf(peer));
            sent += Replace(prefixes);
        }

        return sent;
    }

    /// <summary>
    /// Counts the messages of REPLACE. Only the first message has the flags. The number of prefixes is enough to count bytes, because all
    /// prefixes of a family take the same number of bytes. For an empty set, the message has no nest of AllowedIPs.
    /// </summary>
    public Sent Replace(int prefixes)
    {
        const WireGuardPeerFlags flags = WireGuardPeerFlags.ReplaceAllowedIps | WireGuardPeerFlags.UpdateOnly;
        if (prefixes == 0)
            return new Sent(1, Overhead(flags) - NetlinkWriter.AttributeBytes(0), 1);
        var each = WireGuardMessages.AllowedIpBytes(family);
        var first = Math.Min(prefixes, (Scheme.CallBytes - Overhead(flags)) / each);
        var messages = 1 + (prefixes - first + PerMessage - 1) / PerMessage;
        var bytes = Overhead(flags) + (messages - 1L) * Overhead(WireGuardPeerFlags.None) + (long)prefixes * each;
        return new Sent(messages, bytes, messages);
    }

    /// <summary>Returns the number of bytes in a message for one peer that has no prefixes.</summary>
    private static int Overhead(WireGuardPeerFlags flags) =>
        WireGuardStream.DeviceBytes + NetlinkWriter.AttributeBytes(0) + WireGuardMessages.PeerBytes(flags);

    private Sent Send()
    {
        if (_operations.Count == 0)
            return default;
        var operations = CollectionsMarshal.AsSpan(_operations);
        if (operations.Length > 1)
            operations.Sort(static (left, right) => left.Peer.CompareTo(right.Peer));
        return sockets.Add(operations);
    }

    private Sent Write(int peer, IReadOnlyList<Prefix> set) =>
        set.Count == 0 ? sockets.Empty(peer) : sockets.Replace([.. set.Select(prefix => BindingChange.Insert(prefix, peer))]);
}
