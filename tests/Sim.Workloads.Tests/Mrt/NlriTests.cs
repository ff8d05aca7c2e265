// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Mrt;

/// <summary>A field of prefixes is delivered whole or not at all, in each of the four places where an UPDATE has one.</summary>
public sealed class NlriTests
{
    public enum Place
    {
        Announced,
        Withdrawn,
        Reach,
        Unreach,
    }

    public static readonly TheoryData<Place, Family> Places = new()
    {
        { Place.Announced, Family.IPv4 }, { Place.Withdrawn, Family.IPv4 }, { Place.Reach, Family.IPv4 }, { Place.Unreach, Family.IPv4 },
        { Place.Reach, Family.IPv6 }, { Place.Unreach, Family.IPv6 },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void Path_identifiers_in_a_record_that_has_none_refuse_the_field(Place place, Family family)
    {
        foreach (var id in (uint[])[0, 1, 2, 255, 256, 65_535, 65_536, 0x00010203, 0x01020304, 0x100A0101])
        {
            foreach (var count in (int[])[1, 2, 3, 7])
            {
                byte[] field = [.. Some(family, count).SelectMany(prefix => (byte[])[.. U32(id), .. Nlri(prefix)])];
                AssertRefused(place, family, MrtTypes.MessageAs4, field, $"{count} with {id}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Path_identifiers_that_count_up_refuse_the_field_too(Place place, Family family)
    {
        byte[] field = [.. Some(family, 5).SelectMany((prefix, at) => (byte[])[.. U32((uint)at + 1), .. Nlri(prefix)])];
        AssertRefused(place, family, MrtTypes.MessageAs4, field, "counted up");
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void Prefixes_without_identifiers_in_a_record_that_has_them_refuse_the_field(Place place, Family family)
    {
        string[][] fields = family == Family.IPv4
            ? [["10.1.0.0/16"], ["10.1.0.0/16", "203.0.113.0/24"], ["0.0.0.0/0"], ["198.51.100.0/22", "10.64.0.0/10", "192.0.2.128/25"]]
            : [["2001:db8::/32"], ["2001:db8::/32", "2001:db8:1::/48"], ["::/0"], ["2001:db8::/29", "2400::/12"]];
        foreach (var field in fields)
            AssertRefused(place, family, MrtTypes.MessageAs4AddPath, [.. field.SelectMany(Nlri)], string.Join(' ', field));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void A_field_that_goes_wrong_at_its_end_gives_nothing_of_its_beginning(Place place, Family family)
    {
        byte[] sound = [.. Some(family, 4).SelectMany(Nlri)];
        foreach (var tail in (byte[][])[[24], [24, 1, 2], [129], [255, 1, 2, 3], [.. Nlri(Some(family, 1)[0])]])
            AssertRefused(place, family, MrtTypes.MessageAs4, [.. sound, .. tail], Convert.ToHexString(tail));
        byte[] identified = [.. Some(family, 4).SelectMany(prefix => (byte[])[.. U32(9), .. Nlri(prefix)])];
        foreach (var tail in (byte[][])[[0], [0, 0, 0, 9], [0, 0, 0, 9, 24, 1], [.. identified[..9]]])
            AssertRefused(place, family, MrtTypes.MessageAs4AddPath, [.. identified, .. tail], Convert.ToHexString(tail));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void A_default_route_alone_or_among_others_is_one(Place place, Family family)
    {
        var all = family == Family.IPv4 ? "0.0.0.0/0" : "::/0";
        foreach (var field in (string[][])[[all], [all, .. Some(family, 3)], [.. Some(family, 3), all]])
            AssertRead(place, family, MrtTypes.MessageAs4, [.. field.SelectMany(Nlri)], field);
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void The_same_prefix_with_two_identifiers_is_two_paths_and_with_one_is_refused(Place place, Family family)
    {
        var prefix = Some(family, 1)[0];
        byte[] first = [.. U32(1), .. Nlri(prefix)];
        byte[] second = [.. U32(2), .. Nlri(prefix)];
        AssertRead(place, family, MrtTypes.MessageAs4AddPath, [.. first, .. second], $"1|{prefix}", $"2|{prefix}");
        AssertRefused(place, family, MrtTypes.MessageAs4AddPath, [.. first, .. second, .. first], "repeated");
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_full_message_is_read_whole_unless_its_last_prefix_repeats_its_first(Family family)
    {
        // The longest message of RFC 8654 has 65,535 bytes; the prefixes of all UPDATEs share the check's memory.
        var prefixes = Some(family, family == Family.IPv4 ? 16_000 : 7_000);
        byte[] field = [.. prefixes.SelectMany(Nlri)];
        byte[] repeated = [.. field, .. Nlri(prefixes[0])];
        var place = family == Family.IPv4 ? Place.Withdrawn : Place.Unreach;
        var sound = Message(MrtTypes.MessageAs4, With(place, family, field));
        var (lines, counts, log) = Read(sound, Message(MrtTypes.MessageAs4, With(place, family, repeated)), sound);
        Assert.Equal(2L * prefixes.Length, counts.Withdrawals);
        Assert.Equal(prefixes, lines.Take(prefixes.Length).Select(line => line.What));
        Assert.Equal(2, Assert.Single(log.First).Record);
    }

    [Fact]
    public void Fields_of_one_prefix_are_not_confused_with_those_before_however_many_there_are()
    {
        // More than the check has stamps for.
        var fields = new NlriFields();
        var signs = PathIds.Unknown;
        byte[] field = [.. Nlri("10.0.0.0/8"), .. Nlri("11.0.0.0/8")];
        for (var round = 0; round < 140_000; round++)
        {
            fields.Clear();
            Assert.Null(fields.Take(field, Family.IPv4, addPath: false, ref signs, out _));
            Assert.Equal(2, fields.Count);
        }
    }

    [Fact]
    public void Random_fields_with_and_without_identifiers_are_read_as_they_were_written()
    {
        var rng = new Rng(1);
        for (var round = 0; round < 4_000; round++)
        {
            var family = round % 2 == 0 ? Family.IPv4 : Family.IPv6;
            var addPath = round % 4 < 2;
            var written = new HashSet<string>();
            var field = new List<byte>();
            for (var count = rng.Below(12); count > 0; count--)
            {
                // A default route before others may look like a small identifier.
                var length = field.Count == 0 ? 1 + rng.Below(family.Bits()) : rng.Below(family.Bits() + 1);
                var prefix = new Prefix(family, new UInt128(rng.Next(), rng.Next()), length).ToString();
                var id = (uint)rng.Below(3) == 0 ? (uint)rng.Next() >> 8 | 1 : 1 + (uint)rng.Below(3);
                if (!written.Add(addPath ? $"{id}|{prefix}" : prefix))
                    continue;
                field.AddRange(addPath ? [.. U32(id), .. Nlri(prefix)] : Nlri(prefix));
            }

            AssertRead(Place.Unreach, family, addPath ? MrtTypes.MessageAs4AddPath : MrtTypes.MessageAs4, [.. field], [.. written]);
        }
    }

    [Fact]
    public void Refusing_one_field_leaves_the_others_of_its_update_unused()
    {
        byte[] bad = [.. U32(0), .. Nlri("10.1.0.0/16")];
        byte[] reach = [.. Attribute(1, 0), .. Attribute(2, Sequence(1)), .. Attribute(3, 192, 0, 2, 1)];
        byte[][] updates =
        [
            Update(Nlri("10.2.0.0/16"), reach, bad),
            Update(bad, reach, Nlri("10.2.0.0/16")),
            Update(Nlri("10.2.0.0/16"), Attribute(15, [0, 1, 1, .. bad]), []),
            Update([], [.. reach, .. Attribute(14, [0, 2, 1, 16, .. Address("2001:db8::1"), 0, .. bad])], Nlri("10.2.0.0/16")),
        ];
        foreach (var update in updates)
        {
            var (lines, counts, log) = Read(Message(MrtTypes.MessageAs4, update));
            Assert.Empty(lines);
            Assert.Equal((0, 0), (counts.Announcements, counts.Withdrawals));
            Assert.EndsWith("nothing of the UPDATE is used", Assert.Single(log.First).What);
        }
    }

    [Fact]
    public void Fields_of_prefixes_are_read_without_allocating()
    {
        var fields = new NlriFields();
        var signs = PathIds.Unknown;
        byte[] field = [.. Some(Family.IPv4, 1_000).SelectMany(Nlri)];
        byte[] field6 = [.. Some(Family.IPv6, 1_000).SelectMany(Nlri)];
        long Read()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < 10; round++)
            {
                fields.Clear();
                Assert.True(fields.Take(field, Family.IPv4, addPath: false, ref signs, out _) is null);
                Assert.True(fields.Take(field6, Family.IPv6, addPath: false, ref signs, out _) is null);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Read();
        Assert.Equal(0, Read());
    }

    /// <summary>Different prefixes of lengths that tables have, without host bits.</summary>
    private static string[] Some(Family family, int count) => [.. Enumerable.Range(0, count).Select(at => family == Family.IPv4
        ? new Prefix(family, (UInt128)(0xCB007100 + ((uint)at << 8)) << 96, 24 - at % 2 * (at & 1)).ToString()
        : new Prefix(family, ((UInt128)0x20010DB8 << 96) + ((UInt128)(uint)at << 80), 48).ToString()).Distinct()];

    private static byte[] With(Place place, Family family, byte[] field)
    {
        byte[] family3 = [0, (byte)(family == Family.IPv4 ? 1 : 2), 1];
        byte[] path = [.. Attribute(1, 0), .. Attribute(2, Sequence(1))];
        return place switch
        {
            Place.Announced => Update([], Path(1), field),
            Place.Withdrawn => Update(field, [], []),
            Place.Reach => Update([], [.. path, .. Attribute(14, [.. family3, 16, .. Address("2001:db8::1"), 0, .. field])], []),
            _ => Update([], Attribute(15, [.. family3, .. field]), []),
        };
    }

    private static void AssertRefused(Place place, Family family, int subtype, byte[] field, string what)
    {
        var (lines, counts, log) = Read(Message(subtype, With(place, family, field)));
        Assert.True(lines.Count == 0, $"{what}: {string.Join(' ', lines.Select(line => line.What))}");
        Assert.Equal((0, 0, 1), (counts.Announcements, counts.Withdrawals, log.Count));
        var name = place switch { Place.Announced => "announced", Place.Withdrawn => "withdrawn", Place.Reach => "MP_REACH", _ => "MP_UNREACH" };
        Assert.StartsWith(name, log.First[0].What);
    }

    private static void AssertRead(Place place, Family family, int subtype, byte[] field, params string[] prefixes)
    {
        var message = Message(subtype, With(place, family, field));
        var lines = new List<string>();
        var log = new DamageLog();
        var reader = new MrtReader(new MemoryStream(message), "made", log);
        var handler = new Collector(lines);
        reader.Read(ref handler);
        Assert.Empty(log.First);
        Assert.Equal(prefixes, lines);
    }

    private readonly struct Collector(List<string> lines) : IMrtHandler
    {
        public void RibEntry(ref readonly MrtRoute route, ref readonly PathAttributes attributes)
        {
        }

        public void Announce(ref readonly MrtRoute route, ref readonly PathAttributes attributes) => Withdraw(in route);

        public void Withdraw(ref readonly MrtRoute route) => lines.Add((route.PathId == 0 ? "" : $"{route.PathId}|") + route.Prefix);

        public void StateChange(int peer, long time, int from, int to)
        {
        }
    }
}
