// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

/// <summary>The neighbours of a synthetic dump. Addresses are from ranges reserved for tests and documentation (198.19.0.0/16 of RFC 2544,
/// 2001:db8::/32 of RFC 3849). AS numbers are private (RFC 6996): from 64512 upwards for the first 400 peers, from 4200000400 upwards for
/// all further peers.</summary>
public static class MadePeers
{
    /// <summary>The maximum number of peers of a dump. The peer index and the host part of 198.19.0.0/16 both have 16 bits.</summary>
    public const int Most = 65_000;

    private const int FewPeers = 400;

    public const uint CollectorAs = 64_999;

    /// <summary>Makes peer number <paramref name="index"/> of a family, from 0. Each peer has its own BGP identifier.</summary>
    public static MrtPeer Make(Family family, int index)
    {
        var address = family == Family.IPv4
            ? (UInt128)(0xC6130000u + (uint)index + 1) << 96
            : new UInt128(0x20010DB8FFFF0000, (ulong)index + 1);
        var number = index < FewPeers ? 64_512u + (uint)index : 4_200_000_000u + (uint)index;
        return new MrtPeer(family, address, number, BgpId: 0xC6130000 | (number & 0xFFFF));
    }

    /// <summary>Returns the collector's own address, left-aligned.</summary>
    public static UInt128 Collector(Family family) =>
        family == Family.IPv4 ? (UInt128)0xC613FFFE << 96 : new UInt128(0x20010DB8FFFF0000, 0xFFFE);
}
