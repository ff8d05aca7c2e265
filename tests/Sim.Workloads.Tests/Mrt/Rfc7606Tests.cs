// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Churn;
using Sim.Workloads.Mrt;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>Malformed attributes, one after the other, for prefixes of both families (RFC 7606; 4760, 6793, 8092, 9234).</summary>
public sealed class Rfc7606Tests
{
    private const string V4 = "10.1.0.0/16";
    private const string V6 = "2001:db8::/32";

    private static readonly byte[] s_origin = Attribute(1, 0);
    private static readonly byte[] s_path = Attribute(2, Sequence(64500, 2));
    private static readonly byte[] s_hop = Attribute(3, 192, 0, 2, 1);
    private static readonly byte[] s_reach = Reach(V6);

    public static readonly TheoryData<string, byte[]> Withdrawing = new()
    {
        { "ORIGIN, 7.1: length", [.. Attribute(1, 0, 0), .. s_path, .. s_hop] },
        { "ORIGIN, 7.1: empty", [.. Attribute(1), .. s_path, .. s_hop] },
        { "ORIGIN, 7.1: value", [.. Attribute(1, 3), .. s_path, .. s_hop] },
        { "AS_PATH, 7.2: segment type 0", [.. s_origin, .. Attribute(2, 0, 1, 0, 0, 0, 1), .. s_hop] },
        { "AS_PATH, 7.2: segment type 5", [.. s_origin, .. Attribute(2, 5, 1, 0, 0, 0, 1), .. s_hop] },
        { "AS_PATH, 7.2: overrun", [.. s_origin, .. Attribute(2, 2, 2, 0, 0, 0, 1), .. s_hop] },
        { "AS_PATH, 7.2: underrun", [.. s_origin, .. Attribute(2, [.. Sequence(1), 2]), .. s_hop] },
        { "AS_PATH, 7.2: empty segment", [.. s_origin, .. Attribute(2, 2, 0), .. s_hop] },
        { "NEXT_HOP, 7.3: length", [.. s_origin, .. s_path, .. Attribute(3, 192, 0, 2)] },
        { "MULTI_EXIT_DISC, 7.4: length", [.. s_origin, .. s_path, .. s_hop, .. Attribute(4, 1, 2, 3)] },
        { "COMMUNITIES, 7.8: length", [.. s_origin, .. s_path, .. s_hop, .. Attribute(8, 1, 2, 3)] },
        { "COMMUNITIES, 7.8: empty", [.. s_origin, .. s_path, .. s_hop, .. Attribute(8)] },
        { "TRAFFIC_ENGINEERING, 7.13: empty", [.. s_origin, .. s_path, .. s_hop, .. Attribute(24)] },
        { "EXTENDED COMMUNITIES, 7.14: length", [.. s_origin, .. s_path, .. s_hop, .. Attribute(16, new byte[12])] },
        { "IPV6 EXTENDED COMMUNITIES, 7.15: length", [.. s_origin, .. s_path, .. s_hop, .. Attribute(25, new byte[24])] },
        { "LARGE_COMMUNITY, RFC 8092: length", [.. s_origin, .. s_path, .. s_hop, .. Attribute(32, new byte[16])] },
        { "ONLY_TO_CUSTOMER, RFC 9234: length", [.. s_origin, .. s_path, .. s_hop, .. Attribute(35, new byte[3])] },
        { "ATTR_SET, 7.16: length", [.. s_origin, .. s_path, .. s_hop, .. Attribute(128, new byte[3])] },
        { "ORIGIN, 3 c: flags", [.. Flagged(0xC0, 1, 0), .. s_path, .. s_hop] },
        { "AS_PATH, 3 c: flags", [.. s_origin, .. Flagged(0, 2, Sequence(1)), .. s_hop] },
        { "MULTI_EXIT_DISC, 3 c: flags", [.. s_origin, .. s_path, .. s_hop, .. Flagged(0xC0, 4, 0, 0, 0, 1)] },
        { "COMMUNITIES, 3 c: flags", [.. s_origin, .. s_path, .. s_hop, .. Flagged(0x40, 8, 0, 0, 0, 1)] },
        { "ORIGIN, 3 d: missing", [.. s_path, .. s_hop] },
        { "AS_PATH, 3 d: missing", [.. s_origin, .. s_hop] },
        { "a path attribute, 4: runs over", [.. s_origin, .. s_path, .. s_hop, 0xC0, 8, 200, 1, 2] },
        { "a path attribute, 4: fewer than three octets", [.. s_origin, .. s_path, .. s_hop, 0xC0, 8] },
        { "a path attribute, 4: fewer than four octets", [.. s_origin, .. s_path, .. s_hop, 0xD0, 8, 0] },
        { "AS_PATH, 3 h: the stronger of two", [.. s_origin, .. Attribute(6, 1), .. Attribute(2, 9, 1), .. s_hop] },
    };

    public static readonly TheoryData<string, byte[]> Discarded = new()
    {
        { "ATOMIC_AGGREGATE, 7.6: length", Attribute(6, 1) },
        { "ATOMIC_AGGREGATE, 3 f: flags", Flagged(0xC0, 6) },
        { "AGGREGATOR, 7.7: length of 2-byte ASes", Attribute(7, new byte[6]) },
        { "AGGREGATOR, 7.7: length", Attribute(7, new byte[7]) },
        { "AGGREGATOR, 3 f: flags", Flagged(0x80, 7, new byte[8]) },
        { "LOCAL_PREF, 7.5: length, of an external peer", Attribute(5, 1, 2, 3) },
        { "ORIGINATOR_ID, 7.9: length, of an external peer", Attribute(9, 1, 2, 3) },
        { "CLUSTER_LIST, 7.10: length, of an external peer", Attribute(10, 1, 2, 3) },
        { "AS4_PATH, RFC 6793, 6: too short", Attribute(17, 2, 1, 0, 0) },
        { "AS4_PATH, RFC 6793, 6: segment type", Attribute(17, 9, 1, 0, 0, 0, 1) },
        { "AS4_AGGREGATOR, RFC 6793, 6: length", Attribute(18, new byte[6]) },
        { "ORIGIN, 3 g: comes twice", Attribute(1, 2) },
        { "COMMUNITIES, 3 g: comes twice", [.. Attribute(8, 0, 0, 0, 1), .. Attribute(8, 0, 0, 0, 2)] },
        { "attribute 200, 3 g: comes twice", [.. Attribute(200, 1), .. Attribute(200, 2)] },
    };

    public static readonly TheoryData<string, byte[]> Resetting = new()
    {
        { "MP_REACH_NLRI, 3 g: comes twice", [.. Reach("2001:db8:1::/48"), .. Reach("2001:db8:2::/48")] },
        { "MP_UNREACH_NLRI, 3 g: comes twice", [.. Attribute(15, [0, 2, 1, .. Nlri(V6)]), .. Attribute(15, [0, 2, 1])] },
        { "MP_REACH_NLRI, 5.3: flags", Flagged(0xC0, 14, [0, 2, 1, 16, .. Address("2001:db8::1"), 0, .. Nlri(V6)]) },
        { "MP_UNREACH_NLRI, 5.3: flags", Flagged(0x40, 15, [0, 2, 1, .. Nlri(V6)]) },
        { "MP_REACH_NLRI, 5.3: length", Attribute(14, 0, 2, 1, 0) },
        { "MP_UNREACH_NLRI, 5.3: length", Attribute(15, 0, 2) },
        { "MP_REACH_NLRI, 7.11: next hop", Attribute(14, [0, 2, 1, 4, 192, 0, 2, 1, 0, .. Nlri(V6)]) },
        { "MP_REACH_NLRI, 7.11: next hop", Attribute(14, [0, 1, 1, 5, 192, 0, 2, 1, 9, 0, .. Nlri("10.9.0.0/16")]) },
        { "MP_REACH_NLRI, 7.11: next hop", Attribute(14, [0, 2, 1, 200, .. Address("2001:db8::1"), 0, .. Nlri(V6)]) },
        { "attribute 200, RFC 4271, 6.3: not recognized", Flagged(0x40, 200, 1) },
    };

    [Theory]
    [MemberData(nameof(Withdrawing))]
    public void Treat_as_withdraw_withdraws_what_was_announced_before_and_now(string what, byte[] attributes)
    {
        // The attributes follow MP_REACH_NLRI, or an overrun would hide it.
        foreach (var (announced, update) in ((string, byte[])[])[
            (V4, Update([], attributes, Nlri(V4))), (V6, Update([], [.. s_reach, .. attributes], []))])
        {
            if (announced == V6 && what.StartsWith("NEXT_HOP"))
                continue;
            var (lines, counts, log) = Read(Message(MrtTypes.MessageAs4, update));
            Assert.Equal($"W {announced}", $"{Assert.Single(lines).Kind} {lines[0].What}");
            Assert.Equal((0, 1), (counts.Announcements, counts.Withdrawals));
            Assert.StartsWith(what[..what.IndexOf(',')], Assert.Single(log.First).What);
            Assert.EndsWith("withdrawn", log.First[0].What);
            Assert.Empty(Table(announced, Sound(), Message(MrtTypes.MessageAs4, update)));
        }
    }

    [Fact]
    public void A_missing_next_hop_withdraws_the_nlri_fields_prefixes_and_mp_reach_needs_none()
    {
        var (lines, _, log) = Read(
            Message(MrtTypes.MessageAs4, Update([], [.. s_origin, .. s_path], Nlri(V4))),
            Message(MrtTypes.MessageAs4, Update([], [.. s_origin, .. s_path, .. s_reach], [])));
        Assert.Equal(["W 10.1.0.0/16", "A 2001:db8::/32"], lines.Select(line => $"{line.Kind} {line.What}"));
        Assert.StartsWith("NEXT_HOP is missing", Assert.Single(log.First).What);
    }

    [Theory]
    [MemberData(nameof(Discarded))]
    public void A_discarded_attribute_is_named_and_the_routes_are_used(string what, byte[] attribute)
    {
        byte[] attributes = [.. s_origin, .. s_path, .. s_hop, .. s_reach, .. attribute];
        var (lines, counts, log) = Read(Message(MrtTypes.MessageAs4, Update([], attributes, Nlri(V4))));
        Assert.Equal(["A 10.1.0.0/16 IGP", "A 2001:db8::/32 IGP"], lines.Select(line => $"{line.Kind} {line.What} {line.Origin}"));
        Assert.Equal((2, 0), (counts.Announcements, counts.Withdrawals));
        Assert.StartsWith(what[..what.IndexOf(',')], Assert.Single(log.First).What);
        Assert.EndsWith("ignored", log.First[0].What);
    }

    [Theory]
    [MemberData(nameof(Resetting))]
    public void Where_a_session_would_be_reset_nothing_of_the_update_is_used(string what, byte[] attribute)
    {
        byte[] attributes = [.. s_origin, .. s_path, .. s_hop, .. attribute];
        var (lines, _, log) = Read(Message(MrtTypes.MessageAs4, Update(Nlri("10.2.0.0/16"), attributes, Nlri(V4))));
        Assert.Empty(lines);
        Assert.StartsWith(what[..what.IndexOf(',')], Assert.Single(log.First).What);
        Assert.EndsWith("nothing of it is used", log.First[0].What);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(10)]
    public void Attributes_of_internal_sessions_withdraw_where_the_peer_is_in_the_collectors_as(int type)
    {
        byte[] attributes = [.. s_origin, .. s_path, .. s_hop, .. Attribute(type, 1, 2, 3)];
        var (lines, _, log) = Read(Message(MrtTypes.MessageAs4, Update([], attributes, Nlri(V4)), peerAs: 65_000));
        Assert.Equal("W", Assert.Single(lines).Kind);
        Assert.EndsWith("withdrawn", Assert.Single(log.First).What);
    }

    [Fact]
    public void Withdrawn_routes_beside_a_malformed_attribute_are_withdrawn_with_and_without_announcements()
    {
        byte[] bad = Attribute(1, 9);
        byte[] unreach = Attribute(15, [0, 2, 1, .. Nlri(V6)]);
        foreach (var update in (byte[][])[
            Update(Nlri(V4), [.. bad, .. s_path, .. s_hop, .. unreach], Nlri("10.9.0.0/16")),
            Update(Nlri(V4), [.. bad, .. unreach], [])])
        {
            Assert.Empty(Table(V4, Sound(), Message(MrtTypes.MessageAs4, update)));
            Assert.Empty(Table(V6, Sound(), Message(MrtTypes.MessageAs4, update)));
        }
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(40, 0)]
    public void Fields_that_run_past_the_end_of_the_update_give_nothing(int withdrawn, int attributes)
    {
        byte[] body = [.. U16(withdrawn), .. U16(attributes), .. s_origin, .. s_path, .. s_hop, .. Nlri(V4)];
        byte[] message = [.. Enumerable.Repeat((byte)0xFF, 16), .. U16(19 + body.Length), 2, .. body];
        var (lines, _, log) = Read(Message(MrtTypes.MessageAs4, message));
        Assert.Empty(lines);
        Assert.Single(log.First);
    }

    [Fact]
    public void A_malformed_announcement_is_no_sign_that_there_was_a_path_before()
    {
        byte[] file = [.. Message(MrtTypes.MessageAs4, Update([], [.. Attribute(1, 9), .. s_path, .. s_hop], Nlri(V4))),
            .. Message(MrtTypes.MessageAs4, Update(Nlri(V4), [], []))];
        using var trace = ChurnTrace.Compile(
            [new TraceFile("made", () => new MemoryStream(file))], Family.IPv4, BestPathRule.Default, new TraceRouter(2), new DamageLog());
        Assert.Equal((0, 0, 2), (trace.Counts.AssumedPaths, trace.Counts.Deletes, trace.Counts.NoOps));
    }

    [Theory]
    [InlineData(V4)]
    [InlineData(V6)]
    public void A_rib_entry_with_a_malformed_attribute_is_refused_and_one_with_a_discarded_attribute_is_not(string prefix)
    {
        byte[] sound = [.. s_origin, .. s_path, .. s_hop];
        var (lines, counts, log) = Read(
            PeerTable(("192.0.2.1", 1), ("192.0.2.2", 2), ("192.0.2.3", 3)),
            Rib(prefix, Entry(0, [.. sound, .. Attribute(4, 1)]), Entry(1, [.. sound, .. Attribute(6, 1)]), Entry(2, sound)));
        Assert.Equal([2u, 3u], lines.Select(line => line.PeerAs));
        Assert.Equal((2, 2), (counts.Entries, log.Count));
        Assert.EndsWith("the entry is left out", log.First[0].What);
        Assert.EndsWith("ignored", log.First[1].What);
    }

    [Theory]
    [InlineData(V4, MrtTypes.RibIPv4Unicast, MrtTypes.RibIPv4UnicastAddPath)]
    [InlineData(V6, MrtTypes.RibIPv6Unicast, MrtTypes.RibIPv6UnicastAddPath)]
    public void Entries_that_are_not_what_their_record_type_says_are_refused_whole(string prefix, int plain, int addPath)
    {
        byte[] sound = [.. s_origin, .. s_path, .. s_hop];
        byte[] Identified(int peer) => [.. U16(peer), .. U32(1_600_000_000), .. U32(1), .. U16(sound.Length), .. sound];
        byte[] Of(int subtype, params byte[][] entries) =>
            Record(MrtTypes.TableDumpV2, subtype, [.. U32(0), .. Nlri(prefix), .. U16(entries.Length), .. entries.SelectMany(entry => entry)]);
        var peers = PeerTable(("192.0.2.1", 1), ("192.0.2.2", 2));
        Assert.Equal(2, Read(peers, Of(addPath, Identified(0), Identified(1))).Lines.Count);
        foreach (var wrong in (byte[][])[Of(plain, Identified(0), Identified(1)), Of(addPath, Entry(0, sound), Entry(1, sound))])
        {
            var (lines, _, log) = Read(peers, wrong);
            Assert.Empty(lines);
            Assert.Single(log.First);
        }
    }

    [Theory]
    [InlineData(V4, 1)]
    [InlineData(V6, 2)]
    public void The_next_hop_of_mp_reach_wins_over_next_hop(string prefix, int afi)
    {
        const string hop = "2001:db8::7";
        byte[] none = Attribute(3, 0, 0, 0, 0);
        byte[] whole = [0, (byte)afi, 1, 16, .. Address(hop), 0];
        foreach (var reach in (byte[][])[[16, .. Address(hop)], [32, .. Address(hop), .. Address("fe80::1")], whole])
        {
            var (lines, _, log) = Read(PeerTable(("192.0.2.1", 1)), Rib(prefix, Entry(0, [.. s_origin, .. s_path, .. none, .. Attribute(14, reach)])));
            Assert.Empty(log.First);
            Assert.Equal(hop, Assert.Single(lines).NextHop);
        }

        var update = Update([], [.. s_origin, .. s_path, .. none, .. Attribute(14, [.. whole, .. Nlri(prefix)])], []);
        Assert.Equal(hop, Assert.Single(Read(Message(MrtTypes.MessageAs4, update)).Lines).NextHop);
    }

    private static byte[] Reach(string prefix) => Attribute(14, [0, 2, 1, 16, .. Address("2001:db8::1"), 0, .. Nlri(prefix)]);

    private static byte[] Sound() =>
        Message(MrtTypes.MessageAs4, Update([], [.. s_origin, .. s_path, .. s_hop, .. s_reach], Nlri(V4)));

    private static IEnumerable<string> Table(string prefix, params byte[][] records)
    {
        var family = prefix == V4 ? Family.IPv4 : Family.IPv6;
        Assert.NotEmpty(MrtTable.Load(new MemoryStream(records[0]), "made", family, BestPathRule.Default, new DamageLog()).Routes);
        return MrtTable.Load(new MemoryStream([.. records.SelectMany(record => record)]), "made", family, BestPathRule.Default, new DamageLog())
            .Routes.Select(route => route.Prefix.ToString());
    }
}
