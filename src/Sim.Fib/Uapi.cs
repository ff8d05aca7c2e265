// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>Error numbers that the FIB returns, negated, as the kernel does (<c>-Errno.EEXIST</c>).</summary>
public static class Errno
{
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EEXIST = 17;
    public const int ENODEV = 19;
    public const int EINVAL = 22;
    public const int EOPNOTSUPP = 95;
    public const int ENETDOWN = 100;
    public const int ENETUNREACH = 101;
    public const int EHOSTUNREACH = 113;
}

/// <summary>Flags of a netlink request that creates something (<c>NLM_F_*</c>, uapi/linux/netlink.h).</summary>
[Flags]
public enum NlmFlags : ushort
{
    None = 0,

    /// <summary>Override the first route with the same prefix, dscp and priority.</summary>
    Replace = 0x100,

    /// <summary>Fail with -EEXIST if there is one: with <see cref="Create"/>, <c>ip route add</c>.</summary>
    Excl = 0x200,

    /// <summary>Make the route if there is none; without this flag, -ENOENT.</summary>
    Create = 0x400,

    /// <summary>Put the route behind those with the same prefix, dscp and priority: <c>ip route append</c>.</summary>
    Append = 0x800,
}

/// <summary>Route types (<c>RTN_*</c>, uapi/linux/rtnetlink.h).</summary>
public enum RouteType : byte
{
    Unspec,
    Unicast,
    Local,
    Broadcast,
    Anycast,
    Multicast,
    Blackhole,
    Unreachable,
    Prohibit,
    Throw,
    Nat,
    XResolve,
}

/// <summary>How far away a destination is (<c>RT_SCOPE_*</c>): a gateway must be nearer than what it leads to.</summary>
public enum RouteScope : byte
{
    Universe = 0,
    Site = 200,
    Link = 253,
    Host = 254,

    /// <summary>Matches any scope in a deletion; never the scope of a route.</summary>
    Nowhere = 255,
}

/// <summary>State of a nexthop or of a whole route (<c>RTNH_F_*</c>).</summary>
[Flags]
public enum RtnhFlags : uint
{
    None = 0,
    Dead = 1,
    Pervasive = 2,

    /// <summary>The gateway is taken to be on the link: no route to it is looked up.</summary>
    OnLink = 4,
    Offload = 8,
    LinkDown = 16,
    Trap = 64,

    /// <summary>State, not identity: two routes that differ only here share a fib_info (RTNH_COMPARE_MASK).</summary>
    CompareMask = Dead | LinkDown | Offload | Trap,
}

/// <summary>Flags of a lookup (<c>FIB_LOOKUP_*</c>, include/net/ip_fib.h).</summary>
[Flags]
public enum FibLookupFlags
{
    None = 0,

    /// <summary>Take no reference on the fib_info, as the data path does under RCU.</summary>
    NoRef = 1,
    IgnoreLinkState = 2,
}

/// <summary>Tables that have a meaning of their own (<c>RT_TABLE_*</c>).</summary>
public static class RouteTableId
{
    public const uint Default = 253;
    public const uint Main = 254;
    public const uint Local = 255;
}

/// <summary>The address family of a gateway (<c>AF_*</c>): an IPv4 route may have an IPv6 gateway (RTA_VIA).</summary>
public enum GatewayFamily : byte
{
    None = 0,
    IPv4 = 2,
    IPv6 = 10,
}

/// <summary><c>fib_props</c>: for each type of route, the error that a lookup returns, and the widest scope.</summary>
internal static class FibProps
{
    private static ReadOnlySpan<short> Errors =>
    [
        0, 0, 0, 0, 0, 0, -Errno.EINVAL, -Errno.EHOSTUNREACH, -Errno.EACCES, -Errno.EAGAIN, -Errno.EINVAL,
        -Errno.EINVAL,
    ];

    private static ReadOnlySpan<byte> Scopes => [255, 0, 254, 253, 253, 0, 0, 0, 0, 0, 255, 255];

    public static int Error(byte type) => Errors[type];

    public static byte Scope(RouteType type) => Scopes[(int)type];
}
