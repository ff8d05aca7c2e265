// SPDX-License-Identifier: MIT
using System.Security.Cryptography;
using Sim.Kernel;
using Sim.Testing;
using Sim.Workloads.Churn;
using Sim.Workloads.Input;
using Sim.Workloads.Keys;
using Sim.Workloads.Mrt;
using Sim.Workloads.Synthesis;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Workloads.Tests.Synthesis;

public sealed class TraceGeneratorTests(ITestOutputHelper output)
{
    private static readonly Prefix[] s_v4 = TableGenerator.GeneratePrefixes(Family.IPv4, 50_000, 1);
    private static readonly Prefix[] s_v6 = TableGenerator.GeneratePrefixes(Family.IPv6, 20_000, 1);

    /// <summary>The tolerances are those of <see cref="TraceFigures"/>, which <c>trace info --like</c> shows.</summary>
    [Theory]
    [InlineData("mrt/morrowc-updates.20260222.1530.bz2", Family.IPv4, 1)]
    [InlineData("mrt/morrowc-updates.20260222.1530.bz2", Family.IPv4, 2)]
    [InlineData("mrt/haskmrt-update.bz2", Family.IPv6, 1)]
    [InlineData("mrt/haskmrt-update.bz2", Family.IPv6, 2)]
    public void A_made_trace_is_near_the_real_one_in_rate_bursts_concentration_kinds_flaps_and_peers(string file, Family family, ulong seed)
    {
        var path = SharedData.File(file);
        var real = TraceStructure.Measure([new TraceFile(path, () => CompressedInput.Open(File.OpenRead(path)))], family, new DamageLog());
        var made = Measure(TraceCalibration.Of(real), EmbeddedTable.LoadPrefixes(family), new TraceOptions { Seconds = real.Seconds, Seed = seed });
        var far = new List<string>();
        var compared = 0;
        foreach (var (wanted, got) in TraceFigures.Of(real).Zip(TraceFigures.Of(made)))
        {
            var line = $"{wanted.Group}, {wanted.Name}: {wanted.Value:G4} real, {got.Value:G4} made, {wanted.Near}";
            output.WriteLine(line);
            Assert.Equal((wanted.Group, wanted.Name), (got.Group, got.Name));
            compared += wanted.Near.IsCompared ? 1 : 0;
            if (wanted.Near.IsCompared && !wanted.Near.Holds(wanted.Value, got.Value))
                far.Add(line);
        }

        Assert.Empty(far);
        Assert.InRange(compared, 30, 60);
    }

    private static readonly (string File, string Name, Family Family)[] s_calibrated =
    [
        ("mrt/morrowc-updates.20260222.1530.bz2", "2026", Family.IPv4),
        ("mrt/haskmrt-update.bz2", "2015", Family.IPv6),
        ("mrt/bgpdump-updates.20160811.1600.gz", "2016", Family.IPv4),
        ("mrt/bgpdump-updates.20160811.1600.gz", "2016", Family.IPv6),
    ];

    public static TheoryData<string, string, Family> Calibrated => [.. SharedData.Rows(s_calibrated, row => row.File)];

    [Theory]
    [MemberData(nameof(Calibrated))]
    public void The_calibrations_that_come_with_the_program_are_what_their_traces_measure(string file, string name, Family family)
    {
        var path = SharedData.File(file);
        var measured = TraceCalibration.Of(TraceStructure.Measure([new TraceFile(path, () => CompressedInput.Open(File.OpenRead(path)))], family, new DamageLog()));
        var known = TraceCalibrations.All.Single(calibration => calibration.Name == name).Of(family)!;
        var (wanted, got) = (Numbers(measured), Numbers(known));
        Assert.Equal(wanted.Count, got.Count);
        for (var i = 0; i < wanted.Count; i++)
            Assert.Equal(wanted[i], got[i], Math.Abs(wanted[i]) * 0.0006 + 1e-7);
    }

    [Fact]
    public void A_feeds_day_has_as_many_updates_as_Huston_counted()
    {
        var v4 = Measure(TraceCalibrations.FeedV4, s_v4, new TraceOptions { Seconds = 86_400 });
        Assert.InRange(v4.Events, 722_489 * 0.93, 722_489 * 1.07);
        Assert.InRange(v4.DuplicateShare, 0.33, 0.43);
        Assert.InRange(v4.Kinds.AllWithdrawals, 10_000, 25_000);
        var v6 = Measure(TraceCalibrations.FeedV6, s_v6, new TraceOptions { Seconds = 86_400 });
        Assert.InRange(v6.Events, 270_380 * 0.93, 270_380 * 1.07);
    }

    [Fact]
    public void The_seed_decides_the_trace()
    {
        string Digest(ulong seed)
        {
            using var stream = Stream(TraceCalibrations.RouteViews2026, s_v4, new TraceOptions { Seconds = 60, Seed = seed });
            return Convert.ToHexString(SHA256.HashData(stream));
        }

        Assert.Equal(Digest(1), Digest(1));
        Assert.NotEqual(Digest(1), Digest(2));
    }

    [Fact]
    public void The_order_of_the_table_changes_nothing()
    {
        var options = new TraceOptions { Seconds = 20 };
        Prefix[] backwards = [.. s_v4.Reverse()];
        Assert.Equal(All(TraceCalibrations.RouteViews2026, s_v4, options), All(TraceCalibrations.RouteViews2026, backwards, options));
    }

    [Fact]
    public void A_trace_that_is_made_while_it_is_read_is_the_file_that_would_be_written()
    {
        var options = new TraceOptions { Seconds = 90, Peers = 3, Seed = 5 };
        using var file = new MemoryStream();
        using (var writer = new MrtUpdateWriter(file, 5))
        {
            foreach (var change in All(TraceCalibrations.V6Of2015, s_v6, options))
                writer.Write(in change);
        }

        using var read = new MemoryStream();
        using (var stream = Stream(TraceCalibrations.V6Of2015, s_v6, options))
            stream.CopyTo(read, 777);
        Assert.True(file.Length > 10_000);
        Assert.Equal(file.ToArray(), read.ToArray());
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Times_ascend_within_the_length_and_nothing_is_withdrawn_twice(Family family)
    {
        var options = new TraceOptions { Seconds = 600, Seed = 3 };
        var calibration = family == Family.IPv4 ? TraceCalibrations.RouteViews2026 : TraceCalibrations.V6Of2015;
        var there = new Dictionary<(Prefix, int), bool>();
        var time = TraceGenerator.Start * 1_000_000L;
        foreach (var change in All(calibration, family == Family.IPv4 ? s_v4 : s_v6, options))
        {
            Assert.InRange(change.Microseconds, time, (TraceGenerator.Start + 600L) * 1_000_000L - 1);
            time = change.Microseconds;
            Assert.InRange(change.Peer, 0, calibration.PeerShares.Count - 1);
            Assert.Equal(family, change.Prefix.Family);
            if (!change.Announce)
                Assert.True(there.GetValueOrDefault((change.Prefix, change.Peer), true), $"{change} is withdrawn already");
            there[(change.Prefix, change.Peer)] = change.Announce;
        }

        Assert.Contains(there.Values, announced => !announced);
    }

    [Theory]
    [InlineData(0, 0, 131.87)]
    [InlineData(10, 0, 131.87 / 2)]
    [InlineData(40, 0, 131.87 * 2)]
    [InlineData(3, 500, 500)]
    public void The_rate_follows_the_peers_unless_it_is_named(int peers, double rate, double expected)
    {
        var options = new TraceOptions { Seconds = 3600, Peers = peers, EventsPerSecond = rate };
        var made = Measure(TraceCalibrations.RouteViews2026, s_v4, options);
        Assert.InRange(made.EventsPerSecond, expected * 0.8, expected * 1.2);
        Assert.Equal(peers == 0 ? 20 : peers, made.PeerShares.Count);
    }

    /// <summary>A prefix is bound at the end exactly where some peer's last word of it is an announcement.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void At_the_end_a_prefix_is_bound_where_a_peer_still_announces_it(Family family)
    {
        var options = new TraceOptions { Seconds = 400, Peers = 2, EventsPerSecond = 60, Seed = 9 };
        var calibration = family == Family.IPv4 ? TraceCalibrations.RouteViews2026 : TraceCalibrations.V6Of2015;
        var table = family == Family.IPv4 ? s_v4 : s_v6;
        using var trace = ChurnTrace.Compile(
            [new TraceFile("made", () => Stream(calibration, table, options))], family, BestPathRule.Default, new TraceRouter(64), new DamageLog());
        var start = StartingTable.Build(new RouteTable("none", family, [], []), [], trace);
        var model = new BindingModel(start);
        model.Apply(trace.Changes);
        var last = new Dictionary<(Prefix, int), bool>();
        foreach (var change in All(calibration, table, options))
            last[(change.Prefix, change.Peer)] = change.Announce;
        var bound = last.Where(path => path.Value).Select(path => path.Key.Item1).ToHashSet();
        Assert.True(bound.Count < last.Select(path => path.Key.Item1).Distinct().Count());
        Assert.Equal(bound.Order(), model.Bindings.Select(binding => binding.Key).Order());
        Assert.True(trace.Counts is { Inserts: > 0, Moves: > 0, Deletes: > 0 });
    }

    [Fact]
    public void An_event_allocates_nothing_once_the_peers_are_known()
    {
        var generator = new TraceGenerator(TraceCalibrations.RouteViews2026, s_v4, new TraceOptions { Seconds = 86_400 });
        static void Take(TraceGenerator generator, int events)
        {
            for (var i = 0; i < events; i++)
                Assert.True(generator.TryNext(out _));
        }

        Take(generator, 400_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Take(generator, 400_000);
        // What is left is the list of withdrawn paths, which doubles now and then.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Fact]
    public void What_cannot_be_made_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new TraceGenerator(TraceCalibrations.RouteViews2026, s_v6, new TraceOptions { Seconds = 1 }));
        Assert.Throws<ArgumentException>(() => new TraceGenerator(TraceCalibrations.RouteViews2026, [], new TraceOptions { Seconds = 1 }));
        Assert.Throws<ArgumentException>(() => new TraceGenerator(TraceCalibrations.RouteViews2026, s_v4, new TraceOptions { Seconds = 0 }));
        Assert.Throws<ArgumentException>(() => new TraceGenerator(TraceCalibrations.RouteViews2026, s_v4, new TraceOptions { Seconds = 1e10 }));
        Assert.Throws<ArgumentException>(() => new TraceGenerator(
            TraceCalibrations.RouteViews2026, s_v4, new TraceOptions { Seconds = 1, Peers = TraceGenerator.MostPeers + 1 }));
    }

    [Theory]
    [InlineData(1000, 0.8)]
    [InlineData(1000, 1.3)]
    [InlineData(200_000, 1.0)]
    public void The_expected_number_of_different_prefixes_is_that_of_the_sum_over_all_ranks(int prefixes, double exponent)
    {
        const double draws = 5000;
        var weights = Enumerable.Range(1, prefixes).Select(rank => Math.Pow(rank, -exponent)).ToArray();
        var sum = weights.Sum();
        var exact = weights.Sum(weight => 1 - Math.Exp(-draws * weight / sum));
        var found = PrefixPopularity.Distinct(prefixes, exponent, draws);
        Assert.InRange(found, exact * 0.999, exact * 1.001);
        Assert.Equal(exponent, PrefixPopularity.Exponent(prefixes, draws, found), 0.001);
    }

    private static List<double> Numbers(TraceCalibration calibration) =>
    [
        calibration.EventsPerSecond, calibration.Events, calibration.Prefixes, calibration.Pairs, calibration.Variation, .. calibration.PairShares,
        .. calibration.PeerShares, calibration.SamePeer, .. calibration.SameLags, .. calibration.OtherLags, calibration.FirstWithdrawals,
        calibration.Withdrawals, calibration.Duplicates, calibration.AttributeChanges, calibration.Returns, calibration.SameReturns,
        .. calibration.Downs, .. calibration.Lengths.SelectMany(entry => (double[])[entry.Length, entry.Share]),
    ];

    private static GeneratedTraceStream Stream(TraceCalibration calibration, IReadOnlyList<Prefix> table, TraceOptions options) =>
        new(new TraceGenerator(calibration, table, options), options.Seed);

    private static TraceStructure Measure(TraceCalibration calibration, IReadOnlyList<Prefix> table, TraceOptions options) =>
        TraceStructure.Measure([new TraceFile("made", () => Stream(calibration, table, options))], calibration.Family, new DamageLog());

    private static List<RouteUpdate> All(TraceCalibration calibration, IReadOnlyList<Prefix> table, TraceOptions options)
    {
        var changes = new List<RouteUpdate>();
        var generator = new TraceGenerator(calibration, table, options);
        while (generator.TryNext(out var change))
            changes.Add(change);
        return changes;
    }
}
