// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Mrt;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>
/// Fields of prefixes that are sound with path identifiers and without: an even number of prefixes with three bytes each is half
/// as many with identifiers.
/// </summary>
public sealed class PathIdSignsTests
{
    private static readonly string[] s_v4 = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "10.1.2.0/24"];
    private static readonly string[] s_v6 = ["2001:d00::/24", "2620::/24", "2a00:1400::/24", "2400:cb00::/24"];

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Prefixes_without_identifiers_in_a_record_that_has_them_are_named_when_nothing_tells(Family family)
    {
        var (lines, _, log) = Read(Plain(family, MrtTypes.MessageAs4AddPath, 4), Plain(family, MrtTypes.MessageAs4AddPath, 2));
        Assert.Equal(3, lines.Count);
        Assert.Equal(
            $"hand-made: record 1 at offset 0: 2 fields of IPv{(int)family} prefixes from peer 192.0.2.9 AS64500, this one first, are sound with and "
                + "without path identifiers: read with them as the record type says",
            Assert.Single(log.First).ToString());
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Another_field_of_the_peer_that_has_no_identifiers_refuses_those_that_may_have_some(Family family)
    {
        var (lines, _, log) = Read(
            Plain(family, MrtTypes.MessageAs4AddPath, 3), Plain(family, MrtTypes.MessageAs4AddPath, 4), Plain(family, MrtTypes.MessageAs4AddPath, 2));
        Assert.Empty(lines);
        Assert.Equal([1, 2, 3], log.First.Select(damage => damage.Record));
        Assert.All(log.First, damage => Assert.Contains("no path identifiers", damage.What));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Another_field_of_the_peer_that_has_identifiers_refuses_those_that_may_have_none(Family family)
    {
        var (lines, _, log) = Read(
            Identified(family, MrtTypes.MessageAs4, 1, 7), Identified(family, MrtTypes.MessageAs4, 1, 0x18010203), Plain(family, MrtTypes.MessageAs4, 2));
        Assert.Empty(lines);
        Assert.Equal(3, log.Count);
        Assert.All(log.First, damage => Assert.Contains("its prefixes have path identifiers", damage.What));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_field_that_only_the_record_type_explains_settles_those_before_and_after_it(Family family)
    {
        var doubtful = Identified(family, MrtTypes.MessageAs4AddPath, 2, 0x18010203);
        var telling = Identified(family, MrtTypes.MessageAs4AddPath, 1, 7);
        foreach (var order in (byte[][][])[[telling, doubtful], [doubtful, telling], [doubtful, telling, doubtful]])
        {
            var (lines, _, log) = Read(order);
            Assert.Empty(log.First);
            Assert.Equal(order.Sum(record => record == doubtful ? 2 : 1), lines.Count);
        }
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_field_that_contradicts_what_was_read_before_it_is_named(Family family)
    {
        var (lines, _, log) = Read(Plain(family, MrtTypes.MessageAs4AddPath, 2), Plain(family, MrtTypes.MessageAs4AddPath, 3));
        Assert.Single(lines);
        Assert.Equal(2, log.Count);
        Assert.EndsWith("as the record type says, against other fields of that peer", log.First[1].What);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_peer_says_nothing_of_another_and_a_family_nothing_of_the_other(Family family)
    {
        var other = family == Family.IPv4 ? Family.IPv6 : Family.IPv4;
        var (lines, _, log) = Read(
            Plain(family, MrtTypes.MessageAs4AddPath, 3), Plain(family, MrtTypes.MessageAs4AddPath, 2, peer: "192.0.2.8"),
            Plain(other, MrtTypes.MessageAs4AddPath, 2));
        Assert.Equal(2, lines.Count);
        Assert.Equal([1, 2, 3], log.First.Select(damage => damage.Record));
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void What_routers_send_is_sound_however_little_of_a_peer_there_is(Family family)
    {
        byte[][] records =
        [
            Plain(family, MrtTypes.MessageAs4, 2), Plain(family, MrtTypes.MessageAs4, 4, peer: "192.0.2.8"),
            Identified(family, MrtTypes.MessageAs4AddPath, 2, 1, peer: "192.0.2.7"), Identified(family, MrtTypes.MessageAs4AddPath, 1, 0x00080A18, peer: "192.0.2.6"),
        ];
        var (lines, _, log) = Read(records);
        Assert.Empty(log.First);
        Assert.Equal(2 + 4 + 2 + 1, lines.Count);
    }

    [Fact]
    public void A_small_identifier_where_the_record_type_has_none_is_named_when_the_field_is_sound_as_prefixes_too()
    {
        // Or 1.8.11.0/24 with the identifier 0x00080A10.
        byte[] field = [0, 8, 10, 16, 24, 1, 8, 11];
        var (lines, _, log) = Read(Message(MrtTypes.MessageAs4, Update(field, [], [])));
        Assert.Equal(["0.0.0.0/0", "10.0.0.0/8", "24.1.0.0/16", "11.0.0.0/8"], lines.Select(line => line.What));
        Assert.Contains("1 field of IPv4 prefixes", Assert.Single(log.First).What);
    }

    [Fact]
    public void Signs_and_doubts_are_kept_without_allocating()
    {
        var signs = new PathIdSigns();
        var route = new MrtRoute { Peer = 3, Record = 1 };
        signs[500, Family.IPv6] = PathIds.Absent;
        long Use()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < 1_000; round++)
            {
                signs.Doubt(in route, Family.IPv4, addPath: true);
                signs[round & 511, Family.IPv6] |= PathIds.Present;
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Use();
        Assert.Equal(0, Use());
        Assert.Equal(PathIds.Absent | PathIds.Present, signs[500, Family.IPv6]);
        Assert.Equal(PathIds.Unknown, signs[500, Family.IPv4]);
    }

    private static byte[] Plain(Family family, int subtype, int count, string peer = "192.0.2.9") =>
        Withdrawal(family, subtype, [.. Some(family).Take(count).SelectMany(Nlri)], peer);

    private static byte[] Identified(Family family, int subtype, int count, uint id, string peer = "192.0.2.9") =>
        Withdrawal(family, subtype, [.. Some(family).Take(count).SelectMany((prefix, at) => (byte[])[.. U32(id + (uint)at), .. Nlri(prefix)])], peer);

    private static string[] Some(Family family) => family == Family.IPv4 ? s_v4 : s_v6;

    private static byte[] Withdrawal(Family family, int subtype, byte[] field, string peer) => Message(
        subtype, family == Family.IPv4 ? Update(field, [], []) : Update([], Attribute(15, [0, 2, 1, .. field]), []), peer);
}
