// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>The agent's generic netlink socket: its <c>wg</c> commands. Each call sends one message, which is acknowledged.</summary>
/// <param name="familyId">The number of the genetlink family: <c>wireguard</c> in the agent's answer to <c>hello</c>.</param>
/// <param name="removesPrefixes">Whether the kernel is 6.16 or later. Kernels from 6.16 on can remove a prefix
/// (WGALLOWEDIP_F_REMOVE_ME).</param>
public sealed class WireGuardStream(ushort familyId, bool removesPrefixes = false) : NetlinkSocket
{
    /// <summary>Bytes before the nest of peers: header, generic header, name.</summary>
    public const int DeviceBytes = 28;

    /// <summary>The maximum number of bytes of a message: its nest of peers must not exceed 65,535 bytes.</summary>
    public const int MostMessageBytes = DeviceBytes + NetlinkWriter.LongestAttribute;

    private readonly byte[] _privateKey = PeerKey.Private();

    private static ReadOnlySpan<byte> Device => "wg0"u8;

    /// <summary><c>wg reset</c>: sets the private key and removes all peers.</summary>
    public NetlinkTraffic Reset()
    {
        BeginCommand();
        WireGuardMessages.BeginSetDevice(Writer, familyId, NextMessage(), Device);
        Writer.PutBytes(WireGuardUapi.DevicePrivateKey, _privateKey);
        Writer.PutU32(WireGuardUapi.DeviceFlags, (uint)WireGuardDeviceFlags.ReplacePeers);
        Writer.EndMessage();
        Send();
        return EndCommand();
    }

    /// <summary><c>wg mode</c>: sets the rule by which the device chooses peers.</summary>
    public NetlinkTraffic SetMode(RouteMode mode)
    {
        BeginCommand();
        WireGuardMessages.BeginSetDevice(Writer, familyId, NextMessage(), Device);
        Writer.PutU32(WireGuardUapi.DeviceRouteMode, (uint)mode);
        Writer.EndMessage();
        Send();
        return EndCommand();
    }

    /// <summary><c>wg add</c>: sends the operations in order, in messages of at most <paramref name="messageBytes"/>.</summary>
    /// <remarks>Consecutive operations of one peer share the peer's nest.</remarks>
    /// <exception cref="ArgumentException">Thrown if there is a deletion and the kernel cannot remove a prefix (Linux 6.12).</exception>
    /// <exception cref="ArgumentOutOfRangeException">Thrown if messages would be too short for one operation, or longer than
    /// <see cref="MostMessageBytes"/>.</exception>
    public NetlinkTraffic Add(ReadOnlySpan<BindingChange> operations, int messageBytes) =>
        Send(operations, messageBytes, WireGuardPeerFlags.None);

    /// <summary><c>wg replace</c>: sends one peer's operations as <see cref="Add"/> does. The first message carries REPLACE_ALLOWEDIPS and
    /// UPDATE_ONLY.</summary>
    /// <exception cref="ArgumentException">Thrown if there is no operation, if the operations have several peers, or if there is a
    /// deletion.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Thrown for the same message lengths as by <see cref="Add"/>.</exception>
    public NetlinkTraffic Replace(ReadOnlySpan<BindingChange> operations, int messageBytes)
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

    /// <summary><c>wg empty</c>: takes all prefixes from one peer, as <see cref="Replace"/> does without allowed IPs.</summary>
    public NetlinkTraffic Empty(int peer) => SendOnly(peer, WireGuardPeerFlags.ReplaceAllowedIps | WireGuardPeerFlags.UpdateOnly);

    /// <summary><c>wg remove</c>: removes one peer with all its prefixes.</summary>
    public NetlinkTraffic Remove(int peer) => SendOnly(peer, WireGuardPeerFlags.RemoveMe);

    /// <summary><c>wg churn</c>: sends the operations in chunks. After each chunk, removes the dummy peer, which took over the prefixes to
    /// be removed.</summary> <inheritdoc cref="Add" path="/exception"/>
    public NetlinkTraffic Churn(ReadOnlySpan<BindingChange> operations, int messageBytes, int chunk, int dummy)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunk, 1);
        Check(operations, messageBytes, WireGuardPeerFlags.None);
        BeginCommand();
        while (!operations.IsEmpty)
        {
            var now = Math.Min(chunk, operations.Length);
            SendAll(operations[..now], messageBytes, WireGuardPeerFlags.None);
            SendPeer(dummy, WireGuardPeerFlags.RemoveMe);
            operations = operations[now..];
        }

        return EndCommand();
    }

    private NetlinkTraffic Send(ReadOnlySpan<BindingChange> operations, int messageBytes, WireGuardPeerFlags flags)
    {
        Check(operations, messageBytes, flags);
        BeginCommand();
        SendAll(operations, messageBytes, flags);
        return EndCommand();
    }

    private void Check(ReadOnlySpan<BindingChange> operations, int messageBytes, WireGuardPeerFlags flags)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messageBytes, MostMessageBytes);
        var longest = 0;
        foreach (ref readonly var operation in operations)
        {
            if (operation.Kind == RouteChange.Delete && !removesPrefixes)
                throw new ArgumentException($"{operation.Prefix}: Linux 6.12 cannot remove one prefix of a peer", nameof(operations));
            longest = Math.Max(longest, OperationBytes(in operation));
        }

        if (longest > 0)
        {
            var least = DeviceBytes + NetlinkWriter.AttributeBytes(0) + WireGuardMessages.PeerBytes(flags) + longest;
            ArgumentOutOfRangeException.ThrowIfLessThan(messageBytes, least);
        }
    }

    private void SendAll(ReadOnlySpan<BindingChange> operations, int messageBytes, WireGuardPeerFlags flags)
    {
        for (var sent = 0; sent < operations.Length; flags = WireGuardPeerFlags.None)
            sent += SendSome(operations[sent..], messageBytes, flags);
    }

    private NetlinkTraffic SendOnly(int peer, WireGuardPeerFlags flags)
    {
        BeginCommand();
        SendPeer(peer, flags);
        return EndCommand();
    }

    /// <summary>Sends a peer's flags without allowed IPs.</summary>
    private void SendPeer(int peer, WireGuardPeerFlags flags)
    {
        var peers = BeginPeers();
        Writer.EndNest(WireGuardMessages.BeginPeer(Writer, peer, flags));
        EndPeers(peers);
    }

    /// <summary>Sends one message with as many operations as fit. Returns the number of operations sent.</summary>
    private int SendSome(ReadOnlySpan<BindingChange> operations, int messageBytes, WireGuardPeerFlags flags)
    {
        var peers = BeginPeers();
        var (writer, next) = (Writer, 0);
        while (next < operations.Length
            && writer.MessageLength + WireGuardMessages.PeerBytes(flags) + OperationBytes(in operations[next]) <= messageBytes)
        {
            var owner = operations[next].Peer;
            var peer = WireGuardMessages.BeginPeer(writer, owner, flags);
            var allowedIps = writer.BeginNest(WireGuardUapi.PeerAllowedIps);
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

        EndPeers(peers);
        return next;
    }

    private int BeginPeers()
    {
        WireGuardMessages.BeginSetDevice(Writer, familyId, NextMessage(), Device);
        return Writer.BeginNest(WireGuardUapi.DevicePeers);
    }

    private void EndPeers(int peers)
    {
        Writer.EndNest(peers);
        Writer.EndMessage();
        Send();
    }

    private static int OperationBytes(in BindingChange operation) =>
        WireGuardMessages.AllowedIpBytes(operation.Prefix.Family, FlagsOf(operation.Kind));

    private static AllowedIpFlags FlagsOf(RouteChange kind) =>
        kind == RouteChange.Delete ? AllowedIpFlags.RemoveMe : AllowedIpFlags.None;
}
