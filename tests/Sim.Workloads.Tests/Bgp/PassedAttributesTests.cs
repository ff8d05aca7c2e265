// SPDX-License-Identifier: MIT
using Sim.Workloads.Bgp;
using Xunit;
using static Sim.Workloads.Tests.Mrt.MrtBytes;

namespace Sim.Workloads.Tests.Bgp;

public sealed class PassedAttributesTests
{
    private const uint Own = 65_003;

    [Fact]
    public void The_speakers_as_comes_first_and_all_that_an_external_peer_may_have_is_kept()
    {
        byte[] communities = Attribute(8, [.. U32(1), .. U32(2)]), large = Attribute(32, new byte[12]), med = Attribute(4, U32(7)), unknown = Flagged(0xC0, 99, 1, 2, 3);
        Assert.Equal(
            [.. Attribute(1, 0), .. med, .. communities, .. large, .. unknown, .. Attribute(2, Sequence(Own, 3356, 1299))],
            Passed([.. Attribute(1, 0), .. Attribute(2, Sequence(3356, 1299)), .. Attribute(3, Address("192.0.2.1")), .. med, .. communities, .. large, .. unknown]));
    }

    [Fact]
    public void What_belongs_into_other_sessions_is_left_out()
    {
        byte[] left =
        [
            .. Attribute(3, Address("192.0.2.1")), .. Attribute(5, U32(200)), .. Attribute(9, U32(1)), .. Attribute(10, U32(1)), .. Attribute(14, new byte[20]),
            .. Attribute(15, 0, 2, 1), .. Attribute(17, Sequence(1)), .. Attribute(18, new byte[8]), .. Attribute(7, new byte[6]),
        ];
        Assert.Equal([.. Attribute(1, 2), .. Attribute(2, Sequence(Own, 1))], Passed([.. Attribute(1, 2), .. Attribute(2, Sequence(1)), .. left]));
    }

    [Fact]
    public void An_attribute_of_a_wrong_form_is_left_out() =>
        Assert.Equal([.. Attribute(1, 0), .. Attribute(2, Sequence(Own, 1))], Passed([.. Attribute(1, 0), .. Attribute(2, Sequence(1)), .. Attribute(8, 1, 2, 3), .. Flagged(0x80, 8, 1, 2, 3, 4)]));

    [Fact]
    public void Of_an_attribute_that_comes_twice_the_first_is_kept() =>
        Assert.Equal([.. Attribute(4, U32(1)), .. Incomplete(2, Sequence(Own, 1))], Passed([.. Attribute(2, Sequence(1)), .. Attribute(4, U32(1)), .. Attribute(4, U32(2)), .. Attribute(2, 9, 9)]));

    [Fact]
    public void The_ases_that_a_daemon_refuses_are_replaced() =>
        Assert.Equal(Incomplete(2, Sequence(Own, 1, 23_456, 2, 23_456)), Passed(Attribute(2, Sequence(1, SpeakerLab.HubAs, 2, 0))));

    [Fact]
    public void Ases_of_two_bytes_become_ases_of_four() =>
        Assert.Equal(Incomplete(2, Sequence(Own, 701, 23_456)), Passed(Attribute(2, Sequence16(701, 23_456)), wide: false));

    [Fact]
    public void A_path_that_begins_with_a_set_and_a_full_segment_get_a_segment_in_front()
    {
        byte[] set = [1, 2, .. U32(5), .. U32(6)], full = Sequence([.. Enumerable.Range(1, 255).Select(at => (uint)at)]);
        Assert.Equal(Incomplete(2, [.. Sequence(Own), .. set]), Passed(Attribute(2, set)));
        Assert.Equal(Incomplete(2, [.. Sequence(Own), .. full]), Passed(Attribute(2, full)));
        Assert.Equal(Incomplete(2, [.. Sequence(Own, Own, Own, Own, 9), .. set]), Passed(Attribute(2, [.. Sequence(9), .. set]), times: 4));
        Assert.Equal(Incomplete(2, Sequence(Own)), Passed([]));
    }

    [Fact]
    public void Confederations_end_at_their_border()
    {
        byte[] confederation = [3, 2, .. U32(5), .. U32(6)];
        Assert.Equal(Incomplete(2, [.. Sequence(Own), .. Sequence(7)]), Passed(Attribute(2, [.. confederation, .. Sequence(7)])));
    }

    [Fact]
    public void Attributes_that_leave_no_room_in_a_message_are_refused()
    {
        var passed = new PassedAttributes();
        Assert.True(passed.Write(Attribute(8, new byte[3_880]), wide: true, Own, 1));
        Assert.False(passed.Write(Attribute(8, new byte[3_900]), wide: true, Own, 1));
    }

    /// <summary>An attribute behind the ORIGIN that is added to a path without one.</summary>
    private static byte[] Incomplete(int type, byte[] value) => [.. Attribute(1, 2), .. Attribute(type, value)];

    private static byte[] Passed(byte[] received, bool wide = true, int times = 1)
    {
        var passed = new PassedAttributes();
        Assert.True(passed.Write(received, wide, Own, times));
        return passed.Bytes.ToArray();
    }
}
