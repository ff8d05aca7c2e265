// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>Record types and subtypes of RFC 6396, sections 4 and 5, and RFC 8050.</summary>
public static class MrtTypes
{
    public const ushort TableDump = 12, TableDumpV2 = 13, Bgp4mp = 16, Bgp4mpEt = 17;

    // Address families, which are also the subtypes of TABLE_DUMP.
    public const ushort AfiIPv4 = 1, AfiIPv6 = 2;

    // TABLE_DUMP_V2
    public const ushort PeerIndexTable = 1, RibIPv4Unicast = 2, RibIPv6Unicast = 4, RibIPv4UnicastAddPath = 8, RibIPv6UnicastAddPath = 10;

    // BGP4MP and BGP4MP_ET
    public const ushort StateChange = 0, Message = 1, MessageAs4 = 4, StateChangeAs4 = 5, MessageLocal = 6, MessageAs4Local = 7;
    public const ushort MessageAddPath = 8, MessageAs4AddPath = 9, MessageLocalAddPath = 10, MessageAs4LocalAddPath = 11;

    /// <summary>The state of a session that is up (RFC 4271, 8.2.2).</summary>
    public const int Established = 6;

    private static readonly string[] TableDumpV2Names =
    [
        "0", "PEER_INDEX_TABLE", "RIB_IPV4_UNICAST", "RIB_IPV4_MULTICAST", "RIB_IPV6_UNICAST", "RIB_IPV6_MULTICAST", "RIB_GENERIC",
        "GEO_PEER_TABLE", "RIB_IPV4_UNICAST_ADDPATH", "RIB_IPV4_MULTICAST_ADDPATH", "RIB_IPV6_UNICAST_ADDPATH",
        "RIB_IPV6_MULTICAST_ADDPATH", "RIB_GENERIC_ADDPATH",
    ];

    private static readonly string[] Bgp4mpNames =
    [
        "STATE_CHANGE", "MESSAGE", "ENTRY", "SNAPSHOT", "MESSAGE_AS4", "STATE_CHANGE_AS4", "MESSAGE_LOCAL", "MESSAGE_AS4_LOCAL",
        "MESSAGE_ADDPATH", "MESSAGE_AS4_ADDPATH", "MESSAGE_LOCAL_ADDPATH", "MESSAGE_AS4_LOCAL_ADDPATH",
    ];

    /// <summary>Returns whether IANA has assigned the type, or reserved it for private use (64512 and up). Any other
    /// type means that the file is not MRT, or that the framing is lost.</summary>
    public static bool IsAssigned(int type) => type is <= 13 or 16 or 17 or 32 or 33 or 48 or 49 or >= 64512;

    /// <summary>Returns the name of a type and subtype in the RFC, such as <c>TABLE_DUMP_V2/RIB_IPV4_UNICAST</c>, or their numbers if they
    /// have no name.</summary>
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
