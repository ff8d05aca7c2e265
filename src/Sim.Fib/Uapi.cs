// SPDX-License-Identifier: GPL-2.0-only
namespace Sim.Fib;

/// <summary>Flags of a lookup (<c>FIB_LOOKUP_*</c>, include/net/ip_fib.h).</summary>
[Flags]
public enum FibLookupFlags
{
    None = 0,

    /// <summary>Take no reference on the fib_info, as the data path does under RCU.</summary>
    NoRef = 1,
    IgnoreLinkState = 2,
}

/// <summary><c>fib_props</c>: the error that a lookup returns for each type of route, and the widest scope of the type.</summary>
internal static class FibProps
{
    private static ReadOnlySpan<short> Errors =>
        [0, 0, 0, 0, 0, 0, -Errno.EINVAL, -Errno.EHOSTUNREACH, -Errno.EACCES, -Errno.EAGAIN, -Errno.EINVAL, -Errno.EINVAL];

    private static ReadOnlySpan<byte> Scopes => [255, 0, 254, 253, 253, 0, 0, 0, 0, 0, 255, 255];

    public static int Error(byte type) => Errors[type];

    public static byte Scope(RouteType type) => Scopes[(int)type];
}
