// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>A peer in a dump, with its allowed IPs in the order of <c>peer->allowedips_list</c>.</summary>
public sealed record DumpedPeer(int Peer, IReadOnlyList<Prefix> AllowedIps);

/// <summary>The answer to WG_CMD_GET_DEVICE, cut into messages as the kernel does (drivers/net/wireguard/netlink.c,
/// <c>wg_get_device_dump</c>, 7.3's <c>wg_get_device_dumpit</c>, <c>get_peer</c>, <c>get_allowedips</c>). Each socket buffer has one
/// message. A peer that does not fit continues in the next message, which repeats only the peer's key. Until the first peer is complete,
/// each message describes the device again.</summary>
/// <remarks>The peers have no endpoint, and nothing changes during the dump.</remarks>
/// <param name="Name">The interface's name.</param>
/// <param name="HasPrivateKey">Whether the device has a private key. <c>wg reset</c> sets the key.</param>
/// <param name="HasSeries">Whether the kernel has kernel-patch/series. With the series, devices report a route mode and a source check
/// (WGDEVICE_A_ROUTE_MODE, WGDEVICE_A_SOURCE_CHECK), and for each peer the multicast that the peer gets and the peer's number
/// (WGPEER_A_MULTICAST, WGPEER_A_ID).</param>
public sealed record WireGuardDump(string Name = "wg0", bool HasPrivateKey = true, bool HasSeries = false)
{
    private const int GenlMessageBytes = NetlinkWriter.HeaderBytes + 4;
    private const int TimespecBytes = 16;

    private static readonly int s_nest = NetlinkWriter.AttributeBytes(0);
    private static readonly int s_key = NetlinkWriter.AttributeBytes(PeerKey.Bytes);
    private static readonly int s_u16 = NetlinkWriter.AttributeBytes(sizeof(ushort));
    private static readonly int s_u32 = NetlinkWriter.AttributeBytes(sizeof(uint));

    /// <summary>Bytes of the port, mark, mode, source check, index, name and keys.</summary>
    private int DeviceBytes =>
        s_u16 + s_u32 + (HasSeries ? 2 * s_u32 : 0) + s_u32 + NetlinkWriter.AttributeBytes(Name.Length + 1) + (HasPrivateKey ? 2 * s_key : 0);

    /// <summary>Counts the traffic that is received for a device with these peers, given in the order in which the peers were
    /// added.</summary>
    /// <exception cref="InvalidOperationException">Thrown if the receive buffer is smaller than the kernel's.</exception>
    public DumpTraffic Measure(IReadOnlyList<DumpedPeer> peers, DumpSocket socket)
    {
        var fill = socket.Begin();
        var complete = 0;
        var resumeAt = -1;
        while (true)
        {
            fill.Put(GenlMessageBytes + (complete == 0 ? DeviceBytes : 0));
            if (peers.Count > 0)
                fill.Put(s_nest);
            while (complete < peers.Count && PutPeer(ref fill, peers[complete].AllowedIps, ref resumeAt))
                complete++;
            fill.EndMessage();
            if (complete == peers.Count)
                return fill.End();
            fill.NextBuffer();
        }
    }

    /// <summary>Computes the figure <c>content</c> that the agent reports for a dump: a digest of each allowed IP's peer number, AF_INET or
    /// AF_INET6, length and address.</summary>
    public static ulong Content(IReadOnlyList<DumpedPeer> peers)
    {
        var digest = default(Digest64);
        foreach (var peer in peers)
        {
            foreach (var prefix in peer.AllowedIps)
                Add(ref digest, prefix, peer.Peer);
        }

        return digest.Value;
    }

    /// <summary>Computes the figure <c>set</c> that the agent reports for a dump: the sum of one digest per allowed IP and peer. The sum
    /// does not depend on the order of the lists.</summary>
    public static ulong Set(IEnumerable<KeyValuePair<Prefix, int>> bindings)
    {
        var sum = 0ul;
        foreach (var (prefix, peer) in bindings)
        {
            var digest = default(Digest64);
            Add(ref digest, prefix, peer);
            sum = unchecked(sum + digest.Value);
        }

        return sum;
    }

    private static void Add(ref Digest64 digest, in Prefix prefix, int peer)
    {
        digest.Add((uint)peer);
        digest.Add(prefix.Family.Number());
        digest.Add(prefix.Length);
        digest.AddAddress(prefix.Family, prefix.Address);
    }

    /// <summary><c>get_peer</c>: puts a peer into the message. Returns whether the peer is complete. If the peer is not complete,
    /// <paramref name="resumeAt"/> is the index of the allowed IP at which the next message continues, or -1 if the next message begins the
    /// peer.</summary>
    private bool PutPeer(ref DumpFill fill, IReadOnlyList<Prefix> allowedIps, ref int resumeAt)
    {
        var before = fill.Room;
        var fits = fill.Put(s_nest) && fill.Put(s_key) && (resumeAt >= 0 || PutPeerFacts(ref fill));
        var next = Math.Max(resumeAt, 0);
        if (!fits || (next < allowedIps.Count && !fill.Put(s_nest)))
        {
            fill.Cancel(before);
            return false;
        }

        // If there is no room for even one allowed IP, the empty nest stays in the message.
        while (next < allowedIps.Count && fill.Put(WireGuardMessages.AllowedIpBytes(allowedIps[next].Family)))
            next++;
        resumeAt = next < allowedIps.Count ? next : -1;
        return resumeAt < 0;
    }

    /// <summary>Puts the preshared key, last handshake, keepalive, bytes sent and received, protocol version, multicast and number.</summary>
    private bool PutPeerFacts(ref DumpFill fill) =>
        fill.Put(s_key)
        && fill.Put(NetlinkWriter.AttributeBytes(TimespecBytes))
        && fill.Put(s_u16)
        && fill.PutU64()
        && fill.PutU64()
        && fill.Put(s_u32)
        && (!HasSeries || (fill.Put(s_u32) && fill.Put(s_u32)));
}
