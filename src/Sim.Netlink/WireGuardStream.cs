// SPDX-License-Identifier: MIT
using Sim.Kernel;

namespace Sim.Netlink;

/// <summary>
/// The agent's generic netlink socket: each method produces the bytes that the <c>wg</c> command of its name sends
/// (kernel-patch/vm/README.md). One message is one call and is acknowledged. The first message has sequence number 1. An
/// operation allocates nothing. Not thread-safe.
/// </summary>
public sealed class WireGuardStream
{
    /// <summary>Bytes before the nest of peers: header, generic header, name.</summary>
    public const int DeviceBytes = 28;

    /// <summary>The most bytes that a message may have: its nest of peers must not exceed 65,535.</summary>
    public const int MostMessageBytes = DeviceBytes + NetlinkWriter.LongestAttribute;

    private readonly NetlinkSocket _socket = new();
    private readonly byte[] _privateKey = PeerKey.Private();
    private readonly ushort _familyId;
    private readonly bool _removesPrefixes;

    /// <summary>Opens the socket.</summary>
    /// <param name="familyId">The genetlink family's number: <c>wireguard</c> of the agent's <c>hello</c>.</param>
    /// <param name="removesPrefixes">
    /// Whether the kernel is 6.16 or later: <see cref="BindKind.Delete"/> is then WGALLOWEDIP_F_REMOVE_ME.
    /// </param>
    public WireGuardStream(ushort familyId, bool removesPrefixes = false)
    {
        _familyId = familyId;
        _removesPrefixes = removesPrefixes;
    }

    /// <summary>Receives each call's bytes.</summary>
    public NetlinkSink? Sink
    {
        get => _socket.Sink;
        set => _socket.Sink = value;
    }

    /// <summary>The sequence number of the next message.</summary>
    public uint NextSequence => _socket.Sequence;

    private static ReadOnlySpan<byte> Device => "wg0"u8;

    /// <summary><c>wg reset</c>: sets the private key and removes all peers.</summary>
    public NetlinkTraffic Reset()
    {
        BeginMessage();
        WireGuardMessages.PutPrivateKey(_socket.Writer, _privateKey);
        WireGuardMessages.PutDeviceFlags(_socket.Writer, WireGuardDeviceFlags.ReplacePeers);
        return EndOnlyMessage(acks: 1);
    }

    /// <summary><c>wg add</c>: sends the operations in order, in messages of at most <paramref name="messageBytes"/>.</summary>
    /// <remarks>Consecutive operations of one peer share its nest.</remarks>
    /// <exception cref="ArgumentException">A deletion, which 6.12 cannot do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A message could not hold one operation, or be too long.</exception>
    public NetlinkTraffic Add(ReadOnlySpan<BindOperation> operations, int messageBytes) =>
        Send(operations, messageBytes, WireGuardPeerFlags.None);

    /// <summary>
    /// <c>wg replace</c>: as <see cref="Add"/> for one peer; the first message carries REPLACE_ALLOWEDIPS and UPDATE_ONLY.
    /// </summary>
    /// <exception cref="ArgumentException">No operation, operations of several peers, or a deletion.</exception>
    /// <exception cref="ArgumentOutOfRangeException">As with <see cref="Add"/>.</exception>
    public NetlinkTraffic Replace(ReadOnlySpan<BindOperation> operations, int messageBytes)
    {
        if (operations.IsEmpty)
            throw new ArgumentException("no operation says which peer's set is replaced", nameof(operations));
        foreach (ref readonly var operation in operations)
        {
            if (operation.Peer != operations[0].Peer)
                throw new ArgumentException($"operations of peers {operations[0].Peer} and {operation.Peer}", nameof(operations));
        }

        return Send(operations, messageBytes, WireGuardPeerFlags.ReplaceAllowedIps | WireGuardPeerFlags.UpdateOnly);
    }

    /// <summary><c>wg empty</c>: takes all prefixes from one peer: <see cref="Replace"/> without allowed IPs.</summary>
    public NetlinkTraffic Empty(ushort peer) => SendOnly(peer, WireGuardPeerFlags.ReplaceAllowedIps | WireGuardPeerFlags.UpdateOnly);

    /// <summary><c>wg remove</c>: removes one peer with all its prefixes.</summary>
    public NetlinkTraffic Remove(ushort peer) => SendOnly(peer, WireGuardPeerFlags.RemoveMe);

    /// <summary>
    /// <c>wg churn</c>: sends the operations in chunks, and after each chunk removes the dummy peer, which took the prefixes
    /// to be removed.
    /// </summary>
    /// <inheritdoc cref="Add" path="/exception"/>
    public NetlinkTraffic Churn(ReadOnlySpan<BindOperation> operations, int messageBytes, int chunk, ushort dummy)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunk, 1);
        Check(operations, messageBytes, WireGuardPeerFlags.None);
        _socket.BeginCommand();
        while (!operations.IsEmpty)
        {
            var now = Math.Min(chunk, operations.Length);
            SendAll(operations[..now], messageBytes, WireGuardPeerFlags.None);
            SendPeer(dummy, WireGuardPeerFlags.RemoveMe);
            operations = operations[now..];
        }

        return _socket.EndCommand();
    }

    /// <summary>Sends the request of <c>wg dump</c>; <see cref="WireGuardDump"/> models the answer.</summary>
    public NetlinkTraffic Dump()
    {
        _socket.BeginCommand();
        WireGuardMessages.WriteGetDevice(_socket.Writer, _familyId, _socket.NextMessage(), Device);
        _socket.Send(acks: 0);
        return _socket.EndCommand();
    }

    private NetlinkTraffic Send(ReadOnlySpan<BindOperation> operations, int messageBytes, WireGuardPeerFlags flags)
    {
        Check(operations, messageBytes, flags);
        _socket.BeginCommand();
        SendAll(operations, messageBytes, flags);
        return _socket.EndCommand();
    }

    private void Check(ReadOnlySpan<BindOperation> operations, int messageBytes, WireGuardPeerFlags flags)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messageBytes, MostMessageBytes);
        var longest = 0;
        foreach (ref readonly var operation in operations)
        {
            if (operation.Kind == BindKind.Delete && !_removesPrefixes)
                throw new ArgumentException($"{operation.Prefix}: Linux 6.12 cannot remove one prefix of a peer", nameof(operations));
            longest = Math.Max(longest, OperationBytes(in operation));
        }

        if (longest > 0)
        {
            var least = DeviceBytes + NetlinkWriter.AttributeBytes(0) + WireGuardMessages.PeerBytes(flags) + longest;
            ArgumentOutOfRangeException.ThrowIfLessThan(messageBytes, least);
        }
    }

    private void SendAll(ReadOnlySpan<BindOperation> operations, int messageBytes, WireGuardPeerFlags flags)
    {
        for (var sent = 0; sent < operations.Length; flags = WireGuardPeerFlags.None)
            sent += SendSome(operations[sent..], messageBytes, flags);
    }

    private NetlinkTraffic SendOnly(ushort peer, WireGuardPeerFlags flags)
    {
        _socket.BeginCommand();
        SendPeer(peer, flags);
        return _socket.EndCommand();
    }

    /// <summary>Sends a peer's flags without allowed IPs.</summary>
    private void SendPeer(ushort peer, WireGuardPeerFlags flags)
    {
        var writer = _socket.Writer;
        WireGuardMessages.BeginSetDevice(writer, _familyId, _socket.NextMessage(), Device);
        var peers = WireGuardMessages.BeginPeers(writer);
        writer.EndNest(WireGuardMessages.BeginPeer(writer, peer, flags));
        writer.EndNest(peers);
        writer.EndMessage();
        _socket.Send(acks: 1);
    }

    /// <summary>Sends one message with as many operations as fit; returns their number.</summary>
    private int SendSome(ReadOnlySpan<BindOperation> operations, int messageBytes, WireGuardPeerFlags flags)
    {
        var writer = _socket.Writer;
        WireGuardMessages.BeginSetDevice(writer, _familyId, _socket.NextMessage(), Device);
        var peers = WireGuardMessages.BeginPeers(writer);
        var next = 0;
        while (next < operations.Length
            && writer.MessageLength + WireGuardMessages.PeerBytes(flags) + OperationBytes(in operations[next]) <= messageBytes)
        {
            var owner = operations[next].Peer;
            var peer = WireGuardMessages.BeginPeer(writer, owner, flags);
            var allowedIps = WireGuardMessages.BeginAllowedIps(writer);
            do
            {
                WireGuardMessages.PutAllowedIp(writer, operations[next].Prefix, FlagsOf(operations[next].Kind));
                next++;
            }
            while (next < operations.Length
                && operations[next].Peer == owner
                && writer.MessageLength + OperationBytes(in operations[next]) <= messageBytes);
            writer.EndNest(allowedIps);
            writer.EndNest(peer);
        }

        writer.EndNest(peers);
        writer.EndMessage();
        _socket.Send(acks: 1);
        return next;
    }

    private static int OperationBytes(in BindOperation operation) =>
        WireGuardMessages.AllowedIpBytes(operation.Prefix.Family, FlagsOf(operation.Kind));

    private static AllowedIpFlags FlagsOf(BindKind kind) =>
        kind == BindKind.Delete ? AllowedIpFlags.RemoveMe : AllowedIpFlags.None;

    private void BeginMessage()
    {
        _socket.BeginCommand();
        WireGuardMessages.BeginSetDevice(_socket.Writer, _familyId, _socket.NextMessage(), Device);
    }

    private NetlinkTraffic EndOnlyMessage(int acks)
    {
        _socket.Writer.EndMessage();
        _socket.Send(acks);
        return _socket.EndCommand();
    }
}
