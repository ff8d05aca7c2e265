// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Churn;
using Sim.Workloads.Input;
using Sim.Workloads.Mrt;
using Sim.Workloads.Synthesis;
using Sim.Workloads.Tests.Mrt;
using Xunit;

namespace Sim.Workloads.Tests.Churn;

public sealed class TraceStructureTests
{
    private const long Start = 1_700_000_000_000_000;

    /// <summary>Counted by a script over what bgpdump prints of the file.</summary>
    [Fact]
    public void The_2026_trace_has_these_kinds_of_events()
    {
        var path = SharedData.File("mrt/morrowc-updates.20260222.1530.bz2");
        var trace = TraceStructure.Measure([new TraceFile(path, () => CompressedInput.Open(File.OpenRead(path)))], Family.IPv4, new DamageLog());
        var kinds = trace.Kinds;
        Assert.Equal((22_566, 969, 23_885, 4_774), (kinds.FirstAnnouncements, kinds.FirstWithdrawals, kinds.Duplicates, kinds.AttributeChanges));
        Assert.Equal((54_267, 6_637, 0, 1_174, 4_391), (kinds.PathChanges, kinds.Withdrawals, kinds.WithdrawalsAgain, kinds.ReturnsSame, kinds.ReturnsOther));
        Assert.Equal((118_663, 7_839, 23_535, 20), (trace.Events, trace.Prefixes, trace.Pairs, trace.PeerShares.Count));
        Assert.Equal(kinds.ReturnsSame + kinds.ReturnsOther, trace.Downs.Sum());
        Assert.Equal(0.8404, trace.SamePeer, 0.0001);
        Assert.Equal([0.065, 0.255, 0.546, 0.722, 0.870, 0.944], trace.TopShares.Select(share => Math.Round(share, 3)));
        Assert.True(trace.HasMicroseconds);
    }

    [Fact]
    public void Each_kind_of_event_is_told_from_the_others()
    {
        var trace = Measure(
            Announced(0, 0, 0), // first
            Announced(1, 0, 0), // duplicate
            Announced(2, 0, 0, med: 7), // other attributes
            Announced(3, 0, 3, med: 7), // other path
            Withdrawn(4, 0), // withdrawal
            Withdrawn(5, 0), // again
            Announced(9, 0, 3, med: 7), // back as it was, after 5 s
            Withdrawn(10, 0), // withdrawal, after 1 s
            Announced(10.5, 0, 4), // back as another, after half a second
            Withdrawn(11, 1), // first
            Announced(11, 1, 0)); // back as another: nothing is known of the one before
        Assert.Equal(
            new EventKindsOf(1, 1, 1, 1, 1, 2, 1, 1, 2),
            new EventKindsOf(
                trace.Kinds.FirstAnnouncements, trace.Kinds.FirstWithdrawals, trace.Kinds.Duplicates, trace.Kinds.AttributeChanges,
                trace.Kinds.PathChanges, trace.Kinds.Withdrawals, trace.Kinds.WithdrawalsAgain, trace.Kinds.ReturnsSame, trace.Kinds.ReturnsOther));
        Assert.Equal([1, 1, 1, 0, 0, 0, 0, 0], trace.Downs);
        Assert.Equal([0, 0, 1, 0, 0, 0, 0, 0], trace.Ups);
        Assert.Equal((2, 2, 11), (trace.Prefixes, trace.Pairs, trace.Seconds));
    }

    [Fact]
    public void Windows_are_counted_with_the_empty_ones_and_pairs_in_the_same_tenth()
    {
        // Windows of 10 s: 4, 0, 1. The four lie in two windows of 1 s, 3 and 1.
        var trace = Measure(
            Announced(0, 0, 0), Announced(0.2, 1, 0), Announced(0.9, 2, 0), Announced(9.5, 3, 0), Announced(29, 4, 0));
        var tens = trace.Windows[1];
        Assert.Equal((10_000_000, 3, 4L, 0L), (tens.Microseconds, tens.Windows, tens.Most, tens.Median == 1 ? 0 : tens.Median));
        Assert.Equal(5 / 3.0, tens.Mean, 1e-9);
        Assert.Equal((17 / 3.0 - 25 / 9.0) / (5 / 3.0), tens.Dispersion, 1e-9);
        // Pairs: 12 of 20 in the same 10 s of 100 s, 6 of 12 in the same second.
        Assert.Equal(12 / 20.0, trace.PairShares[0], 1e-9);
        Assert.Equal(6 / 12.0, trace.PairShares[1], 1e-9);
    }

    [Fact]
    public void Lags_count_events_since_the_prefix_was_last_heard_of_and_by_which_peer()
    {
        // Prefix 0: one event later by the same peer, then 10 events later by another.
        List<RouteUpdate> changes = [Announced(0, 0, 0), Announced(1, 0, 1)];
        for (var i = 0; i < 9; i++)
            changes.Add(Announced(2 + i, 1 + (uint)i, 0));
        changes.Add(Announced(20, 0, 0, peer: 1));
        var trace = Measure([.. changes]);
        Assert.Equal([1 / 12.0, 0, 0, 0], trace.SameLags);
        Assert.Equal([0, 1 / 12.0, 0, 0], trace.OtherLags);
        Assert.Equal(10 / 12.0, trace.SamePeer, 1e-9);
        Assert.Equal([11 / 12.0, 1 / 12.0], trace.PeerShares);
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void After_the_end_of_a_session_a_peer_begins_anew(Family family)
    {
        var made = MadeFiles.Of(family == Family.IPv4 ? "session-reset-4" : "session-reset-6");
        var trace = TraceStructure.Measure([new TraceFile(made.Name, () => new MemoryStream(made.Content))], family, new DamageLog());
        Assert.Equal((4000, 0, 4000), (trace.Kinds.FirstAnnouncements, trace.Kinds.Duplicates, trace.Events));
        Assert.Equal(2000, trace.Prefixes);
    }

    [Fact]
    public void The_other_family_has_no_events() =>
        Assert.Equal(0, Measure(Family.IPv6, Announced(0, 0, 0)).Events);

    private readonly record struct EventKindsOf(
        long FirstA, long FirstW, long Duplicate, long Attributes, long Path, long Withdrawal, long Again, long Same, long Other);

    private static TraceStructure Measure(params RouteUpdate[] changes) => Measure(Family.IPv4, changes);

    private static TraceStructure Measure(Family family, params RouteUpdate[] changes)
    {
        using var file = new MemoryStream();
        using (var writer = new MrtUpdateWriter(file, seed: 1))
        {
            foreach (var change in changes)
                writer.Write(in change);
        }

        var bytes = file.ToArray();
        return TraceStructure.Measure([new TraceFile("made", () => new MemoryStream(bytes))], family, new DamageLog());
    }

    private static RouteUpdate Announced(double second, uint prefix, uint variant, uint med = 1, int peer = 0) =>
        new(Start + (long)(second * 1e6), Prefix.OfV4((prefix + 10) << 24, 8), peer, Announce: true, OriginAs: 64500, Variant: variant, Med: med);

    private static RouteUpdate Withdrawn(double second, uint prefix) =>
        new(Start + (long)(second * 1e6), Prefix.OfV4((prefix + 10) << 24, 8), 0, Announce: false);
}
