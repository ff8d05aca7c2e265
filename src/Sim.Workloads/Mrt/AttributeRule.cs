// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Mrt;

/// <summary>The ways to handle an error in an UPDATE, the mildest first (RFC 7606, 2).</summary>
internal enum Fault : byte
{
    None,

    /// <summary>Attribute discard: the attribute is ignored.</summary>
    Discard,

    /// <summary>Treat-as-withdraw: the prefixes that the UPDATE announces are withdrawn. A RIB entry with such an error is left
    /// out.</summary>
    Withdraw,

    /// <summary>Session reset. An archive has no session to reset, and contains the messages after the error. So only the UPDATE is
    /// ignored, and the peer's other routes stay.</summary>
    Reset,
}

/// <summary>The form that an attribute must have, and the fault if the attribute has another form. The struct is small because a rule is
/// looked up for every attribute that is read.</summary>
internal readonly struct AttributeRule
{
    public const int Origin = 1, AsPath = 2, NextHop = 3, Med = 4, LocalPref = 5, Aggregator = 7;
    public const int MpReach = 14, MpUnreach = 15, As4Path = 17, As4Aggregator = 18;

    public const byte Optional = 0x80, Transitive = 0x40;
    private const byte Both = Optional | Transitive;
    private const int Any = ushort.MaxValue;

    private static readonly string?[] s_names = new string?[256];
    private static readonly AttributeRule[] s_rules = Make();

    private readonly ushort _least, _more;
    private readonly byte _step;

    private AttributeRule(byte flags, Fault fault, int least, int most, int step, bool isInternal)
    {
        (Flags, Fault, Internal) = (flags, fault, isInternal);
        (_least, _more, _step) = ((ushort)least, (ushort)(most - least), (byte)step);
    }

    /// <summary>The flags optional (0x80) and transitive (0x40) that the attribute must have (RFC 7606, 3 c).</summary>
    public readonly byte Flags;

    /// <summary>The handling of an error; <see cref="Fault.None"/> for types that have no rule and are skipped.</summary>
    public readonly Fault Fault;

    /// <summary>Whether the attribute is discarded if an external peer sends it, malformed or not (RFC 7606, 7.5, 7.9 and 7.10).</summary>
    public readonly bool Internal;

    public static ref readonly AttributeRule Of(byte type) => ref s_rules[type];
    public static string NameOf(byte type) => s_names[type] ?? $"attribute {type}";
    public bool Fits(int length) => (uint)(length - _least) <= _more && (_step == 1 || length % _step == 0);

    private static AttributeRule[] Make()
    {
        var rules = new AttributeRule[256];
        void Add(int type, string name, byte flags, Fault fault, int least, int most, int step = 1, bool isInternal = false)
        {
            rules[type] = new AttributeRule(flags, fault, least, most, step, isInternal);
            s_names[type] = name;
        }

        Add(Origin, "ORIGIN", Transitive, Fault.Withdraw, 1, 1); // RFC 7606, 7.1
        Add(AsPath, "AS_PATH", Transitive, Fault.Withdraw, 0, Any); // 7.2
        Add(NextHop, "NEXT_HOP", Transitive, Fault.Withdraw, 4, 4); // 7.3
        Add(Med, "MULTI_EXIT_DISC", Optional, Fault.Withdraw, 4, 4); // 7.4
        Add(LocalPref, "LOCAL_PREF", Transitive, Fault.Withdraw, 4, 4, isInternal: true); // 7.5
        Add(6, "ATOMIC_AGGREGATE", Transitive, Fault.Discard, 0, 0); // 7.6
        Add(Aggregator, "AGGREGATOR", Both, Fault.Discard, 6, 8, 2); // 7.7
        Add(8, "COMMUNITIES", Both, Fault.Withdraw, 4, Any, 4); // 7.8
        Add(9, "ORIGINATOR_ID", Optional, Fault.Withdraw, 4, 4, isInternal: true); // 7.9
        Add(10, "CLUSTER_LIST", Optional, Fault.Withdraw, 4, Any, 4, isInternal: true); // 7.10
        Add(MpReach, "MP_REACH_NLRI", Optional, Fault.Reset, 1, Any); // 7.11; MpReach looks at its length
        Add(MpUnreach, "MP_UNREACH_NLRI", Optional, Fault.Reset, 3, Any); // 7.12
        Add(16, "EXTENDED COMMUNITIES", Both, Fault.Withdraw, 8, Any, 8); // 7.14
        Add(As4Path, "AS4_PATH", Both, Fault.Discard, 6, Any, 2); // RFC 6793, 6
        Add(As4Aggregator, "AS4_AGGREGATOR", Both, Fault.Discard, 8, 8); // RFC 6793, 6
        Add(24, "TRAFFIC_ENGINEERING", Optional, Fault.Withdraw, 1, Any); // RFC 7606, 7.13
        Add(25, "IPV6 EXTENDED COMMUNITIES", Both, Fault.Withdraw, 20, Any, 20); // 7.15
        Add(32, "LARGE_COMMUNITY", Both, Fault.Withdraw, 12, Any, 12); // RFC 8092, 5
        Add(35, "ONLY_TO_CUSTOMER", Both, Fault.Withdraw, 4, 4); // RFC 9234, 5
        Add(128, "ATTR_SET", Both, Fault.Withdraw, 4, Any); // RFC 7606, 7.16
        return rules;
    }
}
