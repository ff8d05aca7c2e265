// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>Record types and subtypes of RFC 6396, sections 4 and 5, and RFC 8050.</summary>
public static class MrtTypes
{
    public const ushort TableDump = 12;
    public const ushort TableDumpV2 = 13;
    public const ushort Bgp4mp = 16;
    public const ushort Bgp4mpEt = 17;

    // TABLE_DUMP: the subtype is the address family.
    public const ushort AfiIPv4 = 1;
    public const ushort AfiIPv6 = 2;

    // TABLE_DUMP_V2
    public const ushort PeerIndexTable = 1;
    public const ushort RibIPv4Unicast = 2;
    public const ushort RibIPv4Multicast = 3;
    public const ushort RibIPv6Unicast = 4;
    public const ushort RibIPv6Multicast = 5;
    public const ushort RibGeneric = 6;
    public const ushort RibIPv4UnicastAddPath = 8;
    public const ushort RibIPv6UnicastAddPath = 10;

    // BGP4MP and BGP4MP_ET
    public const ushort StateChange = 0;
    public const ushort Message = 1;
    public const ushort Entry = 2;
    public const ushort Snapshot = 3;
    public const ushort MessageAs4 = 4;
    public const ushort StateChangeAs4 = 5;
    public const ushort MessageLocal = 6;
    public const ushort MessageAs4Local = 7;
    public const ushort MessageAddPath = 8;
    public const ushort MessageAs4AddPath = 9;
    public const ushort MessageLocalAddPath = 10;
    public const ushort MessageAs4LocalAddPath = 11;

    private static readonly string[] TableDumpV2Names =
    [
        "0", "PEER_INDEX_TABLE", "RIB_IPV4_UNICAST", "RIB_IPV4_MULTICAST", "RIB_IPV6_UNICAST", "RIB_IPV6_MULTICAST",
        "RIB_GENERIC", "GEO_PEER_TABLE", "RIB_IPV4_UNICAST_ADDPATH", "RIB_IPV4_MULTICAST_ADDPATH",
        "RIB_IPV6_UNICAST_ADDPATH", "RIB_IPV6_MULTICAST_ADDPATH", "RIB_GENERIC_ADDPATH",
    ];

    private static readonly string[] Bgp4mpNames =
    [
        "STATE_CHANGE", "MESSAGE", "ENTRY", "SNAPSHOT", "MESSAGE_AS4", "STATE_CHANGE_AS4", "MESSAGE_LOCAL",
        "MESSAGE_AS4_LOCAL", "MESSAGE_ADDPATH", "MESSAGE_AS4_ADDPATH", "MESSAGE_LOCAL_ADDPATH",
        "MESSAGE_AS4_LOCAL_ADDPATH",
    ];

    /// <summary>
    /// Returns whether IANA has assigned the type, or reserved it for private use (64512 and up). Any other type means that the file
    /// is not MRT, or that the framing is lost.
    /// </summary>
    public static bool IsAssigned(int type) => type is <= 13 or 16 or 17 or 32 or 33 or 48 or 49 or >= 64512;

    /// <summary>Returns the name in the RFC, such as <c>TABLE_DUMP_V2/RIB_IPV4_UNICAST</c>, or numbers if it has none.</summary>
    public static string Name(int type, int subtype) => type switch
    {
        TableDump => "TABLE_DUMP/" + (subtype switch { AfiIPv4 => "AFI_IPv4", AfiIPv6 => "AFI_IPv6", _ => $"{subtype}" }),
        TableDumpV2 => "TABLE_DUMP_V2/" + Pick(TableDumpV2Names, subtype),
        Bgp4mp => "BGP4MP/" + Pick(Bgp4mpNames, subtype),
        Bgp4mpEt => "BGP4MP_ET/" + Pick(Bgp4mpNames, subtype),
        _ => $"TYPE_{type}",
    };

    private static string Pick(string[] names, int subtype) => subtype < names.Length ? names[subtype] : $"{subtype}";
}
