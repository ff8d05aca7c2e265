// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Mrt;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>A file made of records put together by hand, and the counts that it is made to have.</summary>
internal sealed record MadeFile(string Name, byte[] Content)
{
    public long Entries { get; init; }

    public long Announcements { get; init; }

    public long Withdrawals { get; init; }

    public long StateChanges { get; init; }

    public int PrefixesV4 { get; init; }

    public int PrefixesV6 { get; init; }
}

/// <summary>A file of each kind that real captures show and the repository may not hold, for both families.</summary>
internal static class MadeFiles
{
    private static readonly Family[] s_families = [Family.IPv4, Family.IPv6];

    public static IReadOnlyList<MadeFile> All { get; } =
    [
        .. s_families.Select(AddPathRib), .. s_families.Select(LargeRecord), .. s_families.Select(LongWithdrawal),
        .. s_families.Select(HostBits), .. s_families.Select(TableDump), .. s_families.Select(BothWidths),
        .. s_families.Select(SessionReset), ManyPeers(),
    ];

    public static MadeFile Of(string name) => All.Single(file => file.Name == name);

    /// <summary>RFC 8050: two paths of each prefix, told apart by an identifier.</summary>
    private static MadeFile AddPathRib(Family family)
    {
        const int prefixes = 31;
        byte[] Entry(uint id, uint origin)
        {
            var attributes = RibAttributes(family, id, origin);
            return [.. U16(0), .. U32(1_600_000_000), .. U32(id), .. U16(attributes.Length), .. attributes];
        }

        byte[] Rib(int at) => Record(
            MrtTypes.TableDumpV2, family == Family.IPv4 ? MrtTypes.RibIPv4UnicastAddPath : MrtTypes.RibIPv6UnicastAddPath,
            [.. U32((uint)at), .. Nlri(Prefix(family, at)), .. U16(2), .. Entry(36, 64500), .. Entry(38, 64501)]);
        return Counted($"add-path-rib{Suffix(family)}", family, prefixes, [.. PeerTable((Peer(family, 1), 64496)), .. Enumerable.Range(0, prefixes).SelectMany(Rib)])
            with { Entries = 2 * prefixes };
    }

    /// <summary>One RIB record above 64 KiB: a length that is kept in 16 bits anywhere overflows.</summary>
    private static MadeFile LargeRecord(Family family)
    {
        const int entries = 24;
        byte[] Long(int at)
        {
            var hops = Enumerable.Range(0, 255).Select(hop => (uint)(65_000 + at + hop)).ToArray();
            byte[] path = [.. Sequence(hops), .. Sequence(hops), .. Sequence(hops)];
            return Entry(at, [.. Attribute(1, 0), .. Attribute(2, path), .. NextHop(family, 1)]);
        }

        var peers = Enumerable.Range(0, entries).Select(at => (Peer(family, at + 1), (uint)(64_500 + at))).ToArray();
        return Counted($"large-record{Suffix(family)}", family, 1, [.. PeerTable(peers), .. Rib(Prefix(family, 7), [.. Enumerable.Range(0, entries).Select(Long)])])
            with { Entries = entries };
    }

    /// <summary>4,096 withdrawals in one message, which only RFC 8654 allows.</summary>
    private static MadeFile LongWithdrawal(Family family)
    {
        const int prefixes = 4096;
        byte[] nlri = [.. Enumerable.Range(0, prefixes).SelectMany(at => Nlri(Prefix(family, at)))];
        var update = family == Family.IPv4 ? Update(nlri, [], []) : Update([], Attribute(15, [.. U16(2), 1, .. nlri]), []);
        return Counted($"long-withdrawal{Suffix(family)}", family, prefixes, From(MrtTypes.MessageAs4, family, 1, 64500, update))
            with { Withdrawals = prefixes };
    }

    /// <summary>A prefix whose host bits are set: 11.13.0.0/13 is 11.8.0.0/13.</summary>
    private static MadeFile HostBits(Family family)
    {
        byte[] nlri = family == Family.IPv4 ? [13, 11, 13] : [35, 0x20, 0x01, 0x0d, 0xb8, 0xff];
        return Counted($"host-bits{Suffix(family)}", family, 1, From(MrtTypes.MessageAs4, family, 1, 64500, Announce(family, true, nlri, 64500, 7)))
            with { Announcements = 1 };
    }

    /// <summary>The format of before 2008: a record for each prefix and peer, AS numbers of 2 bytes.</summary>
    private static MadeFile TableDump(Family family)
    {
        const int prefixes = 2000;
        byte[] Dumped(int prefix, int peer)
        {
            var text = Prefix(family, prefix);
            var slash = text.IndexOf('/');
            // Paths of 1 to 4 hops, in another order for each prefix, so that another peer has the shortest.
            var hops = Enumerable.Range(0, 1 + (prefix * 7 + peer * 5) % 4).Select(hop => 64_500 + (prefix + hop) % 300).ToArray();
            byte[] attributes = [.. Attribute(1, 0), .. Attribute(2, Sequence16(hops)), .. NextHop(family, peer)];
            return Record(
                MrtTypes.TableDump, family == Family.IPv4 ? MrtTypes.AfiIPv4 : MrtTypes.AfiIPv6,
                [
                    .. U16(0), .. U16(prefix), .. Address(text[..slash]), byte.Parse(text.AsSpan(slash + 1)), 1, .. U32(1_600_000_000),
                    .. Address(Peer(family, peer)), .. U16(64_000 + peer), .. U16(attributes.Length), .. attributes,
                ]);
        }

        return Counted(
            $"table-dump{Suffix(family)}", family, prefixes,
            [.. Enumerable.Range(0, prefixes).SelectMany(prefix => Enumerable.Range(1, 3).SelectMany(peer => Dumped(prefix, peer)))])
            with { Entries = 3 * prefixes };
    }

    /// <summary>Sessions of 2-byte and of 4-byte AS numbers in one file; AS4_PATH says what AS_TRANS stands for.</summary>
    private static MadeFile BothWidths(Family family)
    {
        const int pairs = 100;
        byte[] Pair(int at)
        {
            byte[] nlri = Nlri(Prefix(family, at));
            byte[] narrow = [.. Attribute(1, 0), .. Attribute(2, Sequence16(64500, 23456, 23456)), .. Attribute(17, Sequence(400_000, 400_001))];
            return
            [
                .. From(MrtTypes.Message, family, 1, 64500, Announce(family, narrow, nlri)),
                .. From(MrtTypes.MessageAs4, family, 2, 400_002, Announce(family, true, nlri, 400_002, 400_001)),
                .. From(MrtTypes.Message, family, 1, 64500, Withdraw(family, nlri)),
            ];
        }

        return Counted($"both-widths{Suffix(family)}", family, pairs, [.. Enumerable.Range(0, pairs).SelectMany(Pair)])
            with { Announcements = 2 * pairs, Withdrawals = pairs };
    }

    /// <summary>A session sends its table, ends, and sends the table again, with microseconds.</summary>
    private static MadeFile SessionReset(Family family)
    {
        const int prefixes = 2000;
        byte[] Sent(int at) =>
            Timed(10 * at, MrtTypes.MessageAs4, From(MrtTypes.MessageAs4, family, 1, 64500, Announce(family, true, Nlri(Prefix(family, at)), 64500, 7)));
        byte[] table = [.. Enumerable.Range(0, prefixes).SelectMany(Sent)];
        return Counted($"session-reset{Suffix(family)}", family, prefixes, [.. table, .. Timed(500_000, MrtTypes.StateChangeAs4, StateChange(family, 1, 64500)), .. table])
            with { Announcements = 2 * prefixes, StateChanges = 1 };
    }

    /// <summary>35 peers of both families, each of them with prefixes of its own family; some sessions end.</summary>
    private static MadeFile ManyPeers()
    {
        byte[] Of(int at)
        {
            var family = s_families[at % 2];
            var (peer, peerAs) = (at % 35, (uint)(64_500 + at % 35));
            byte[] nlri = Nlri(Prefix(family, at % 500));
            return at % 50 == 49 ? StateChange(family, peer, peerAs)
                : From(MrtTypes.MessageAs4, family, peer, peerAs, at % 9 == 8 ? Withdraw(family, nlri) : Announce(family, true, nlri, peerAs, 7));
        }

        var records = Enumerable.Range(0, 1000).ToList();
        return new MadeFile("many-peers", [.. records.SelectMany(Of)])
        {
            Announcements = records.Count(at => at % 50 != 49 && at % 9 != 8),
            Withdrawals = records.Count(at => at % 50 != 49 && at % 9 == 8),
            StateChanges = 20,
            PrefixesV4 = 250,
            PrefixesV6 = records.Where(at => at % 50 != 49 && at % 2 == 1).Select(at => at % 500).Distinct().Count(),
        };
    }

    private static MadeFile Counted(string name, Family family, int prefixes, byte[] content) =>
        new(name, content) { PrefixesV4 = family == Family.IPv4 ? prefixes : 0, PrefixesV6 = family == Family.IPv6 ? prefixes : 0 };

    private static string Suffix(Family family) => family == Family.IPv4 ? "-4" : "-6";

    private static string Prefix(Family family, int at) =>
        family == Family.IPv4 ? $"20.{at >> 8}.{at & 255}.0/24" : $"2001:db8:{at:x}::/48";

    private static string Peer(Family family, int at) => family == Family.IPv4 ? $"192.0.2.{at}" : $"2001:db8:ffff::{at:x}";

    /// <summary>The next hop as a RIB entry has it: that of IPv6 is an MP_REACH_NLRI without its beginning (RFC 6396, 4.3.4) in
    /// TABLE_DUMP_V2, and readers take it in TABLE_DUMP too.</summary>
    private static byte[] NextHop(Family family, int peer) =>
        family == Family.IPv4 ? Attribute(3, Address(Peer(family, peer))) : Attribute(14, [16, .. Address(Peer(family, peer))]);

    private static byte[] RibAttributes(Family family, uint first, uint origin) =>
        [.. Attribute(1, 0), .. Attribute(2, Sequence(64_496 + first, origin)), .. NextHop(family, 1), .. Attribute(5, U32(100))];

    private static byte[] Announce(Family family, bool wide, byte[] nlri, params uint[] path) =>
        Announce(family, [.. Attribute(1, 0), .. Attribute(2, wide ? Sequence(path) : Sequence16([.. path.Select(one => (int)one)]))], nlri);

    private static byte[] Announce(Family family, byte[] attributes, byte[] nlri) => family == Family.IPv4
        ? Update([], [.. attributes, .. Attribute(3, Address(Peer(family, 1)))], nlri)
        : Update([], [.. attributes, .. Attribute(14, [.. U16(2), 1, 16, .. Address(Peer(family, 1)), 0, .. nlri])], []);

    private static byte[] Withdraw(Family family, byte[] nlri) =>
        family == Family.IPv4 ? Update(nlri, [], []) : Update([], Attribute(15, [.. U16(2), 1, .. nlri]), []);

    private static byte[] StateChange(Family family, int peer, uint peerAs) =>
        From(MrtTypes.StateChangeAs4, family, peer, peerAs, [.. U16(6), .. U16(1)]);

    /// <summary>A BGP4MP record of a peer of either family.</summary>
    private static byte[] From(int subtype, Family family, int peer, uint peerAs, byte[] message)
    {
        byte[] ases = subtype == MrtTypes.Message ? [.. U16((int)peerAs), .. U16(65000)] : [.. U32(peerAs), .. U32(65000)];
        return Record(
            MrtTypes.Bgp4mp, subtype,
            [.. ases, .. U16(0), .. U16(family == Family.IPv4 ? 1 : 2), .. Address(Peer(family, peer)), .. Address(Peer(family, 254)), .. message]);
    }

    private static byte[] Timed(int microseconds, int subtype, byte[] record) =>
        Record(MrtTypes.Bgp4mpEt, subtype, [.. U32((uint)microseconds), .. record[12..]]);
}
