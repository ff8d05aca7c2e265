// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

/// <summary>The address space in which no route of the Internet may lie: IANA's special-purpose registries (RFC 6890 and its successors),
/// multicast, and for IPv6 everything outside global unicast 2000::/3.</summary>
public static class ReservedSpace
{
    private static readonly Prefix[] V4 = Parse(
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3");

    private static readonly Prefix[] V6 = Parse("::/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "4000::/2", "8000::/1");

    /// <summary>Returns the reserved prefixes of a family, sorted. No prefix lies inside another.</summary>
    public static Prefix[] Of(Family family) => family == Family.IPv4 ? V4 : V6;

    /// <summary>Returns whether a prefix shares an address with reserved space.</summary>
    public static bool Overlaps(Prefix prefix) =>
        Array.Exists(Of(prefix.Family), reserved => reserved.Contains(prefix) || prefix.Contains(reserved));

    private static Prefix[] Parse(params string[] texts) => Array.ConvertAll(texts, Prefix.Parse);
}
