// SPDX-License-Identifier: MIT
namespace Sim.Kernel;

/// <summary>
/// The two ways to number a device's peers, and the one conversion between them. Tables, traces, schemes and keys count
/// peers from 0. The kernel's structures count them from 1, because 0 says "no peer" there: in nexthops, as ids of
/// nexthop objects, in gateways, in the module's digests.
/// </summary>
/// <remarks>These are functions on int, not a type around it: peers lie in arrays of millions, in spooled records and
/// in loops over keys.</remarks>
public static class PeerNumber
{
    /// <summary>No peer, where peers count from 0.</summary>
    public const int None = -1;

    /// <summary>Returns the kernel's number of a peer; 0 for <see cref="None"/>.</summary>
    public static int ToKernel(int peer) => peer + 1;

    /// <summary>Returns the peer of a kernel's number; <see cref="None"/> for 0.</summary>
    public static int OfKernel(int number) => number - 1;
}
