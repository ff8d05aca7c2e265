// SPDX-License-Identifier: GPL-2.0-only
using Sim.Kernel;

namespace Sim.Fib;

/// <summary>How the kernel is configured, as far as it shows in the IPv6 FIB. The defaults are the lab's User-Mode Linux's.</summary>
public sealed record Fib6Options
{
    /// <summary>CONFIG_IPV6_SUBTREES, on in Debian: larger nodes, and a pointer more to look at.</summary>
    public bool Subtrees { get; init; }

    /// <summary>CONFIG_IPV6_ROUTER_PREF, on in Debian: 8 bytes in every nexthop, and gateways without a neighbour are good.</summary>
    public bool RouterPref { get; init; }
}

/// <summary>A network namespace's part of the IPv6 FIB.</summary>
public sealed unsafe partial class Fib6Net : IDisposable
{
    /// <summary>The loopback's interface index: reject routes go through it, and a route through it is a reject route.</summary>
    public const int Loopback = 1;

    /// <summary>Makes the namespace in <paramref name="memory"/>, which must outlive it.</summary>
    public Fib6Net(KernelMemory memory, Fib6Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(memory);
        Memory = memory;
        Options = options ?? new Fib6Options();
    }

    public KernelMemory Memory { get; }

    public Fib6Options Options { get; }

    /// <summary>Times the writer waited for a grace period: never, as nothing in the IPv6 FIB does.</summary>
    public long Synchronizations => 0;

    /// <summary>Objects that wait for a grace period.</summary>
    public long PendingFrees => throw new NotImplementedException();

    /// <summary>Nexthop objects there are.</summary>
    public int NexthopCount => throw new NotImplementedException();

    /// <summary>Peers that a route names.</summary>
    public int RoutePeerCount => throw new NotImplementedException();

    /// <summary><c>ip -6 nexthop add id ID [blackhole | dev OIF [via GATEWAY [onlink]]]</c>, with the proposed peer.</summary>
    public int AddNexthop(
        uint id,
        int oif,
        int peer = 0,
        UInt128 gateway = default,
        RtnhFlags flags = RtnhFlags.None,
        bool blackhole = false) => throw new NotImplementedException();

    /// <summary><c>ip nexthop replace id ID ...</c>.</summary>
    public int ReplaceNexthop(uint id, int oif, int peer = 0) => throw new NotImplementedException();

    /// <summary><c>ip nexthop del id ID</c>: with it go all routes that use it. Returns their number, or -ENOENT.</summary>
    public int DeleteNexthop(uint id) => throw new NotImplementedException();

    /// <summary>A device goes down or away. Returns the number of routes dropped.</summary>
    public int DeviceDown(int oif, NetdevEvent what = NetdevEvent.Down) => throw new NotImplementedException();

    /// <summary>A device comes up again.</summary>
    public void DeviceUp(int oif) => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
