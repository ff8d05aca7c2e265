// SPDX-License-Identifier: MIT
namespace Sim.Netlink;

/// <summary>The answer to RTM_GETROUTE for a table whose routes <see cref="RouteStream.Run"/> has added: one message per
/// route, cut into socket buffers as the kernel does (net/ipv4/fib_trie.c <c>fib_table_dump</c>, <c>fn_trie_dump_leaf</c>;
/// net/ipv4/fib_semantics.c <c>fib_dump_info</c>, <c>fib_nexthop_info</c>; net/ipv6/ip6_fib.c <c>inet6_dump_fib</c>,
/// net/ipv6/route.c <c>rt6_fill_node</c>; the same in 6.12 and 7.3). For old programs, NLMSG_DONE comes in its own buffer
/// (net/core/rtnetlink.c <c>rtnl_dumpit</c>, RTNL_FLAG_DUMP_SPLIT_NLM_DONE).</summary>
/// <param name="Shape">The shape of all routes.</param>
/// <param name="Interface">The device's interface index.</param>
/// <param name="NexthopCompatibility">The sysctl net.ipv4.nexthop_compat_mode, 1 by default. If set, routes with nexthop objects list the
/// object's device too.</param>
/// <param name="NexthopsNamePeers">Whether the nexthop objects name a peer. The peer is listed with the device.</param>
public sealed record RouteDump(RouteShape Shape, int Interface, bool NexthopCompatibility = true, bool NexthopsNamePeers = false)
{
    private static readonly int s_u32 = NetlinkWriter.AttributeBytes(sizeof(uint));

    /// <summary>Compares two prefixes by their order in a dump. IPv4 is dumped by ascending address. Among prefixes with equal addresses,
    /// which share a leaf, the longest prefix comes first. IPv6 is dumped by ascending address too, but a prefix comes after all prefixes
    /// that it covers, because a node comes after all nodes below it in the tree.</summary>
    public static int CompareDumped(Prefix left, Prefix right)
    {
        if (left.Family == Family.IPv6 && left != right)
        {
            if (left.Contains(right))
                return 1;
            if (right.Contains(left))
                return -1;
        }

        var byAddress = left.Address.CompareTo(right.Address);
        return byAddress != 0 ? byAddress : right.Length.CompareTo(left.Length);
    }

    /// <summary>Returns the bytes of one route's message.</summary>
    /// <remarks>A message always has RTA_TABLE, and never metrics or a preferred source. An IPv4 message has no priority. An IPv6 message
    /// always has RTA_PRIORITY, RTA_CACHEINFO and RTA_PREF.</remarks>
    public int MessageBytes(Prefix prefix)
    {
        var bytes = NetlinkWriter.HeaderBytes + RouteUapi.RtMsgBytes + s_u32;
        if (prefix.Length > 0)
            bytes += NetlinkWriter.AttributeBytes(prefix.Family.AddressBytes());
        if (prefix.Family == Family.IPv6)
            bytes += s_always6;
        return bytes + ShapeBytes(prefix.Family);
    }

    private static readonly int s_always6 =
        s_u32 + NetlinkWriter.AttributeBytes(RouteUapi.CacheInfoBytes) + NetlinkWriter.AttributeBytes(sizeof(byte));

    /// <summary>Bytes of RTA_ENCAP and RTA_ENCAP_TYPE. A dump has these attributes even if RTA_WGPEER named the peer. The nest has the
    /// device's number for the peer (LWT_WGPEER_ID), which takes 4 bytes until a device has had 2^32 peers.</summary>
    private static readonly int s_encap = NetlinkWriter.AttributeBytes(s_u32) + NetlinkWriter.AttributeBytes(sizeof(ushort));

    private int ShapeBytes(Family family) => Shape switch
    {
        RouteShape.Device or RouteShape.OwnDevice => s_u32,
        RouteShape.Gateway => NetlinkWriter.AttributeBytes(family.AddressBytes()) + s_u32,
        RouteShape.Nexthop => NexthopCompatibility ? s_u32 + s_u32 + (NexthopsNamePeers ? s_encap : 0) : s_u32,
        RouteShape.Encap or RouteShape.PeerKey => s_u32 + s_encap,
        RouteShape.Via => NetlinkWriter.AttributeBytes(RouteUapi.RtViaBytes) + s_u32,
        _ => throw new InvalidOperationException($"no routes of shape {Shape}"),
    };

    /// <summary>Counts the traffic that is received for these routes and their peers. The routes are in the order of
    /// <see cref="CompareDumped"/>.</summary>
    /// <exception cref="ArgumentException">Thrown if the routes are in another order.</exception>
    /// <exception cref="InvalidOperationException">Thrown if the receive buffer is smaller than the kernel's, or if no route has this
    /// shape.</exception>
    public DumpTraffic Measure(IReadOnlyList<KeyValuePair<Prefix, int>> routes, DumpSocket socket)
    {
        var fill = socket.Begin();
        for (var i = 0; i < routes.Count; i++)
        {
            CheckOrder(routes, i);
            var bytes = MessageBytes(routes[i].Key);
            if (!fill.Put(bytes))
            {
                fill.NextBuffer();
                fill.Put(bytes);
            }

            fill.EndMessage();
        }

        if (!fill.IsEmpty)
            fill.NextBuffer();
        return fill.End();
    }

    /// <summary>Computes the figure <c>content</c> that the agent reports for a dump: a digest of each route's length, address and the word
    /// that names the peer. The word is the nexthop object's number, the gateway's last word in host order, the peer's number + 1, or the
    /// interface index.</summary>
    /// <exception cref="ArgumentException">Thrown if the routes are not in the order of <see cref="CompareDumped"/>.</exception>
    public ulong Content(IReadOnlyList<KeyValuePair<Prefix, int>> routes)
    {
        var digest = default(Digest64);
        for (var i = 0; i < routes.Count; i++)
        {
            CheckOrder(routes, i);
            var (prefix, peer) = routes[i];
            digest.Add(prefix.Length);
            digest.AddAddress(prefix.Family, prefix.Address);
            digest.Add(Target(prefix.Family, peer));
        }

        return digest.Value;
    }

    private uint Target(Family family, int peer) => Shape switch
    {
        RouteShape.Nexthop => RouteMessages.NexthopId(peer),
        RouteShape.Gateway => (uint)(RouteMessages.Gateway(family, peer) >> (family == Family.IPv4 ? 96 : 0)),
        RouteShape.Via => (uint)RouteMessages.Gateway(Family.IPv6, peer),
        RouteShape.Encap or RouteShape.PeerKey => (uint)PeerNumber.ToKernel(peer),
        RouteShape.OwnDevice => (uint)(Interface + peer),
        _ => (uint)Interface,
    };

    private static void CheckOrder(IReadOnlyList<KeyValuePair<Prefix, int>> routes, int i)
    {
        var prefix = routes[i].Key;
        if (prefix.Family != routes[0].Key.Family)
            throw new ArgumentException($"{prefix} in a table of {routes[0].Key}", nameof(routes));
        if (i > 0 && CompareDumped(routes[i - 1].Key, prefix) >= 0)
            throw new ArgumentException($"{prefix} after {routes[i - 1].Key}: not the order of a dump", nameof(routes));
    }
}
