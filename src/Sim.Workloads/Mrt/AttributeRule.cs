// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>What an error costs the UPDATE that has it, the mildest first (RFC 7606, 2).</summary>
internal enum Fault : byte
{
    None,

    /// <summary>Attribute discard: the attribute is ignored.</summary>
    Discard,

    /// <summary>Treat-as-withdraw: what the UPDATE announces is withdrawn. An entry of a RIB is left out.</summary>
    Withdraw,

    /// <summary>
    /// Session reset. An archive has no session to reset, and what came next is in it; so nothing of the UPDATE is used, and
    /// the peer's other routes stay.
    /// </summary>
    Reset,
}

/// <summary>How an attribute has to look, and what it costs if it does not.</summary>
/// <param name="Name">Its name; null for types that no rule is known of, which are stepped over.</param>
/// <param name="Flags">Optional (0x80) and transitive (0x40) as specified; RFC 7606, 3 c.</param>
/// <param name="Fault">What an error costs.</param>
/// <param name="Least">Shortest length in bytes.</param>
/// <param name="Most">Longest length.</param>
/// <param name="Step">Every length is a multiple of it.</param>
/// <param name="Internal">Discarded, not an error, when an external peer sends it (RFC 7606, 7.5, 7.9 and 7.10).</param>
internal readonly record struct AttributeRule(
    string? Name, byte Flags, Fault Fault, int Least, int Most, int Step = 1, bool Internal = false)
{
    public const int Origin = 1;
    public const int AsPath = 2;
    public const int NextHop = 3;
    public const int Med = 4;
    public const int LocalPref = 5;
    public const int Aggregator = 7;
    public const int MpReach = 14;
    public const int MpUnreach = 15;
    public const int As4Path = 17;
    public const int As4Aggregator = 18;

    public const byte Optional = 0x80;
    public const byte Transitive = 0x40;

    private const byte Both = Optional | Transitive;
    private const int Any = ushort.MaxValue;

    private static readonly AttributeRule[] s_rules = Make();

    /// <summary>The rule for a type.</summary>
    public static ref readonly AttributeRule Of(byte type) => ref s_rules[type];

    public bool Fits(int length) => length >= Least && length <= Most && length % Step == 0;

    private static AttributeRule[] Make()
    {
        var rules = new AttributeRule[256];
        rules[Origin] = new("ORIGIN", Transitive, Fault.Withdraw, 1, 1); // RFC 7606, 7.1
        rules[AsPath] = new("AS_PATH", Transitive, Fault.Withdraw, 0, Any); // 7.2
        rules[NextHop] = new("NEXT_HOP", Transitive, Fault.Withdraw, 4, 4); // 7.3
        rules[Med] = new("MULTI_EXIT_DISC", Optional, Fault.Withdraw, 4, 4); // 7.4
        rules[LocalPref] = new("LOCAL_PREF", Transitive, Fault.Withdraw, 4, 4, Internal: true); // 7.5
        rules[6] = new("ATOMIC_AGGREGATE", Transitive, Fault.Discard, 0, 0); // 7.6
        rules[Aggregator] = new("AGGREGATOR", Both, Fault.Discard, 6, 8, 2); // 7.7
        rules[8] = new("COMMUNITIES", Both, Fault.Withdraw, 4, Any, 4); // 7.8
        rules[9] = new("ORIGINATOR_ID", Optional, Fault.Withdraw, 4, 4, Internal: true); // 7.9
        rules[10] = new("CLUSTER_LIST", Optional, Fault.Withdraw, 4, Any, 4, Internal: true); // 7.10
        rules[MpReach] = new("MP_REACH_NLRI", Optional, Fault.Reset, 1, Any); // 7.11; MpReach looks at its length
        rules[MpUnreach] = new("MP_UNREACH_NLRI", Optional, Fault.Reset, 3, Any); // 7.12
        rules[16] = new("EXTENDED COMMUNITIES", Both, Fault.Withdraw, 8, Any, 8); // 7.14
        rules[As4Path] = new("AS4_PATH", Both, Fault.Discard, 6, Any, 2); // RFC 6793, 6
        rules[As4Aggregator] = new("AS4_AGGREGATOR", Both, Fault.Discard, 8, 8); // RFC 6793, 6
        rules[24] = new("TRAFFIC_ENGINEERING", Optional, Fault.Withdraw, 1, Any); // RFC 7606, 7.13
        rules[25] = new("IPV6 EXTENDED COMMUNITIES", Both, Fault.Withdraw, 20, Any, 20); // 7.15
        rules[32] = new("LARGE_COMMUNITY", Both, Fault.Withdraw, 12, Any, 12); // RFC 8092, 5
        rules[35] = new("ONLY_TO_CUSTOMER", Both, Fault.Withdraw, 4, 4); // RFC 9234, 5
        rules[128] = new("ATTR_SET", Both, Fault.Withdraw, 4, Any); // RFC 7606, 7.16
        return rules;
    }
}
