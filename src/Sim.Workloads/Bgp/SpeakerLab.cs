// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Bgp;

/// <summary>The network of kernel-patch/daemons/full-table.sh: a hub that runs the daemon, and eight spokes that are BGP speakers.</summary>
public static class SpeakerLab
{
    public const int Spokes = 8;

    /// <summary>The AS of the hub. Spoke k, from 0, has the AS after it plus k.</summary>
    public const uint HubAs = 65_000;

    /// <summary>The folder of the messages whose next hops are tunnel addresses.</summary>
    public const string Tunnel = "tunnel";

    private const uint AsTrans = 23_456;

    /// <summary>Addresses that daemons refuse as destinations, and those of the lab's own tunnels and beacons.</summary>
    private static readonly Prefix[] s_unusable = Array.ConvertAll(
        ["0.0.0.0/8", "127.0.0.0/8", "172.16.0.0/15", "198.18.0.0/15", "224.0.0.0/3", "::/8", "2001:2::/48", "fd00::/15", "fe00::/7"], Prefix.Parse);

    /// <summary>The folders of a table's messages, and the next hop of the first spoke in each: in a tunnel, and behind a dummy
    /// device.</summary>
    public static IEnumerable<(string Folder, UInt128 First)> NextHops(Family family)
    {
        foreach (var (folder, v4, v6) in new[] { (Tunnel, "172.16.0.2/32", "fd00::2/128"), ("dummy", "172.17.0.2/32", "fd01::2/128") })
            yield return (folder, Prefix.Parse(family == Family.IPv4 ? v4 : v6).Address);
    }

    public static bool IsUsable(Prefix prefix) => prefix.Length > 0 && !Array.Exists(s_unusable, refused => refused.Contains(prefix) || prefix.Contains(refused) && prefix.Length >= 8);

    /// <summary>Returns the AS that stands for one of a path. A daemon refuses a path that has its own AS, or the AS 0 (RFC 7607).</summary>
    public static uint Passed(uint number) => number is HubAs or 0 ? AsTrans : number;

    /// <summary>Returns the prefix of a beacon, which only one spoke announces, in the space for benchmarks (RFC 2544, RFC 5180).</summary>
    public static Prefix Beacon(Family family, int number) => family == Family.IPv4
        ? Prefix.OfV4(0xC6120000u + ((uint)number << 8), 24)
        : Prefix.OfV6(new UInt128(0x2001000200000000u + (uint)number, 0), 64);
}
