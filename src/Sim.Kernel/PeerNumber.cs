// SPDX-License-Identifier: MIT
namespace Sim.Kernel;

/// <summary>Converts between the two ways to number a device's peers. Tables, traces, schemes and keys count peers from 0. Nexthops, ids of
/// nexthop objects, gateways and the module's digests count peers from 1, because there 0 means "no peer".</summary>
/// <remarks>A peer is an int, not a type of its own, because arrays of millions of peers, spooled records and loops over keys need plain
/// integers.</remarks>
public static class PeerNumber
{
    /// <summary>Stands for no peer where peers count from 0.</summary>
    public const int None = -1;

    /// <summary>Returns the kernel's number of a peer; 0 for <see cref="None"/>.</summary>
    public static int ToKernel(int peer) => peer + 1;

    /// <summary>Returns the peer that has this number in the kernel; <see cref="None"/> for 0.</summary>
    public static int OfKernel(int number) => number - 1;
}
