// SPDX-License-Identifier: MIT
namespace Sim.Kernel;

/// <summary>Error numbers. The ports return error numbers negated, as the kernel does (<c>-Errno.EEXIST</c>).</summary>
public static class Errno
{
    public const int ENOENT = 2, ESRCH = 3, EAGAIN = 11, ENOMEM = 12, EACCES = 13, EEXIST = 17, ENODEV = 19, EINVAL = 22;
    public const int EOPNOTSUPP = 95, ENETUNREACH = 101, EHOSTUNREACH = 113;
}

/// <summary>Flags of a netlink message (<c>NLM_F_*</c>, uapi/linux/netlink.h).</summary>
[Flags]
public enum NlmFlags : ushort
{
    None = 0,
    Request = 0x01,
    Ack = 0x04,

    /// <summary>Replace the first route that has the same prefix, dscp and priority.</summary>
    Replace = 0x100,

    /// <summary>Fail with -EEXIST if a route with the same prefix, dscp and priority exists. <c>ip route add</c> sets this flag and
    /// <see cref="Create"/>.</summary>
    Excl = 0x200,

    /// <summary>Make the route if it does not exist. Without this flag, a request for a missing route fails with -ENOENT.</summary>
    Create = 0x400,

    /// <summary>Put the route behind the routes with the same prefix, dscp and priority: <c>ip route append</c>.</summary>
    Append = 0x800,
}

/// <summary>Route types (<c>RTN_*</c>, uapi/linux/rtnetlink.h).</summary>
public enum RouteType : byte
{
    Unspec, Unicast, Local, Broadcast, Anycast, Multicast, Blackhole, Unreachable, Prohibit, Throw, Nat, XResolve,
}

/// <summary>The distance of a destination (<c>RT_SCOPE_*</c>). A gateway must be nearer than the destinations behind the gateway.</summary>
public enum RouteScope : byte
{
    Universe = 0,
    Link = 253,
    Host = 254,

    /// <summary>Matches any scope in a deletion. No route has this scope.</summary>
    Nowhere = 255,
}

/// <summary>The origin of a route (<c>RTPROT_*</c>).</summary>
public static class RouteProtocol
{
    public const byte Kernel = 2, Boot = 3, Static = 4;
}

/// <summary>The state of a nexthop or of a whole route (<c>RTNH_F_*</c>).</summary>
[Flags]
public enum RtnhFlags : uint
{
    None = 0,
    Dead = 1,
    Pervasive = 2,

    /// <summary>The gateway counts as on the link, so no route to the gateway is looked up.</summary>
    OnLink = 4,
    Offload = 8,
    LinkDown = 16,
    Trap = 64,

    /// <summary>The flags that are ignored when fib_infos are compared: two routes that differ only in these flags share a fib_info
    /// (RTNH_COMPARE_MASK).</summary>
    CompareMask = Dead | LinkDown | Offload | Trap,
}

/// <summary>The ids of the tables that every kernel has (<c>RT_TABLE_*</c>).</summary>
public static class RouteTableId
{
    public const uint Default = 253, Main = 254, Local = 255;
}

/// <summary>The address family of a gateway (<c>AF_*</c>). An IPv4 route may have an IPv6 gateway (RTA_VIA).</summary>
public enum GatewayFamily : byte
{
    None = 0,
    IPv4 = 2,
    IPv6 = 10,
}

/// <summary>Types of lightweight tunnels (<c>LWTUNNEL_ENCAP_*</c>, uapi/linux/lwtunnel.h).</summary>
public static class Lwtunnel
{
    /// <summary>LWTUNNEL_ENCAP_WGPEER of kernel-patch/series. The number follows LWTUNNEL_ENCAP_XFRM, the last type of 7.3.</summary>
    public const ushort EncapWgPeer = 11;
}
