// SPDX-License-Identifier: MIT
using Sim.Experiments.Churn;
using Sim.Figures;
using Sim.Kernel;
using Sim.Schemes;
using Sim.Workloads;
using Sim.Workloads.Churn;
using Sim.Workloads.Mrt;
using Sim.Workloads.Synthesis;
using Xunit;

namespace Sim.Runner.Tests.Churn;

public sealed class ReplayTests
{
    private static readonly Prefix s_a = Prefix.Parse("10.0.0.0/8");
    private static readonly Prefix s_b = Prefix.Parse("10.0.0.0/16");
    private static readonly Prefix s_c = Prefix.Parse("192.0.2.0/24");

    [Fact]
    public void On_its_own_clock_a_batch_waits_for_the_one_before()
    {
        var clock = new OwnClock(1_000_000);
        clock.Serve(opened: 1_000_000, due: 2_000_000, service: 3);
        Assert.Equal((3, 3, 4), (clock.Busy, clock.WorstBacklog, clock.WorstStaleness));
        // Handed over at 2 s, done at 4 + 1.5 = 5.5 s; its window opened at 1.5 s.
        clock.Serve(opened: 2_500_000, due: 3_000_000, service: 1.5);
        Assert.Equal((4.5, 3.5, 4), (clock.Busy, clock.WorstBacklog, clock.WorstStaleness));
        clock.Serve(opened: 20_000_000, due: 20_000_000, service: 0.5);
        Assert.Equal((5, 3.5, 4), (clock.Busy, clock.WorstBacklog, clock.WorstStaleness));
    }

    [Fact]
    public void A_scan_that_a_change_falls_into_begins_again_and_shows_what_came_before_it()
    {
        // Scans of 2 s every 10 s. 0-2 is cut off by 1, 2-4 by 3, 4-6 completes and shows both; 10-12 and 20-22 complete.
        var scans = PeriodicScans.Run([1, 3], length: 19, interval: 10, duration: 2);
        Assert.Equal(new PeriodicScans(2, 4, ((6 - 1) + (6 - 3)) / 2.0, 5, 0), scans);
        // A change every second cuts off every scan.
        scans = PeriodicScans.Run(Enumerable.Range(0, 100).Select(at => at + 0.5), length: 99, interval: 10, duration: 1.5);
        Assert.Equal((0, 67, 100), (scans.Completed, scans.Begun, scans.Unnoticed));
    }

    [Theory]
    [InlineData("remove-me")]
    [InlineData("route")]
    public void A_binding_that_is_missing_wrong_or_too_many_is_found_in_either_order_of_walking(string word)
    {
        var kind = SchemeKind.All.First(kind => kind.Word == word);
        var expected = new ExpectedBinding([new(s_c, 0), new(s_b, 1), new(s_a, 2)]);
        Require(expected, kind, new(0, s_a, -1, 2), new(0, s_b, -1, 1), new(0, s_c, -1, 0));
        Assert.Throws<BindingMismatchException>(() => Require(expected, kind, new(0, s_a, -1, 2), new(0, s_b, -1, 1)));
        Assert.Throws<BindingMismatchException>(() => Require(expected, kind, new(0, s_a, -1, 1), new(0, s_b, -1, 2), new(0, s_c, -1, 0)));
        Assert.Throws<BindingMismatchException>(() => Require(
            expected, kind, new(0, s_a, -1, 2), new(0, s_b, -1, 1), new(0, s_c, -1, 0), new(0, Prefix.Parse("198.18.0.0/15"), -1, 0)));
    }

    [Fact]
    public void Replacing_is_estimated_where_it_is_too_much_with_an_interval_around_it_and_exact_bytes()
    {
        using var trace = Trace();
        var done = Replay(trace, replacedPrefixes: long.MaxValue);
        var estimated = Replay(trace, replacedPrefixes: 0);
        Assert.All(done, row => Assert.NotEqual(Basis.Estimated, row.Basis));
        var time = estimated.Single(row => row.Metric.Name == "time-per-change" && row.Operation == "delete");
        Assert.Equal(Basis.Estimated, time.Basis);
        Assert.InRange(time.Value, time.Low, time.High);
        Assert.True(time.High > time.Low, "the interval has a width");
        foreach (var metric in (string[])["messages", "message-bytes", "calls", "changes-left"])
            Assert.Equal(Value(done, metric), Value(estimated, metric));
        Assert.True(Value(done, "message-bytes") > 28 * 1000 * trace.Counts.Deletes, "each deletion sends a thousand prefixes again");
    }

    private static double Value(List<Figure> rows, string metric) => rows.Single(row => row.Metric.Name == metric).Value;

    private static void Require(ExpectedBinding expected, SchemeKind kind, params BindingChange[] bound)
    {
        using var scheme = kind.Create(Family.IPv4, 3);
        scheme.Load(bound);
        expected.Require(scheme, "in this test");
    }

    private static List<Figure> Replay(ChurnTrace trace, long replacedPrefixes)
    {
        var routes = Enumerable.Range(0, 2000).Select(at => new Route(Prefix.OfV4(0x0B000000u + ((uint)at << 8), 24), 0, 0)).ToArray();
        var table = StartingTable.Build(new RouteTable("made", Family.IPv4, routes, ["198.18.0.1"]), [.. routes.Select((_, at) => at % 2)], trace);
        var (before, after) = (new BindingModel(table), new BindingModel(table));
        after.Apply(trace.Changes);
        var kind = SchemeKind.All[0];
        var context = new ChurnContext
        {
            Trace = trace,
            Table = table,
            Peers = 2,
            Kinds = [kind],
            Windows = [0],
            Plan = ChurnPlan.Quick with { ReplacedPrefixes = replacedPrefixes },
            Seed = 1,
            Progress = new NoProgress(),
            Start = new ExpectedBinding(before.Bindings),
            End = new ExpectedBinding(after.Bindings),
            Back = [.. trace.Start.Keys.Select(prefix => new BindingChange(0, prefix, after.PeerOf(prefix), before.PeerOf(prefix)))
                .Where(change => change.OldPeer != change.NewPeer)],
            Load = [.. table.Prefixes.Zip(table.Peers, (prefix, peer) => new BindingChange(0, prefix, -1, peer))],
        };
        using var scheme = kind.Create(Family.IPv4, 2);
        scheme.Load(context.Load);
        new ReplayExperiment(context, scheme).Run();
        return context.Figures;
    }

    /// <summary>Ten prefixes come and go.</summary>
    private static ChurnTrace Trace()
    {
        var file = new MemoryStream();
        using (var writer = new MrtUpdateWriter(file, seed: 1))
        {
            for (var i = 0; i < 60; i++)
            {
                var prefix = Prefix.OfV4((uint)(i % 10) << 20, 16);
                writer.Write(new RouteUpdate(1_700_000_000_000_000 + i * 10_000, prefix, i % 2, Announce: i / 10 % 2 == 0));
            }
        }

        var bytes = file.ToArray();
        return ChurnTrace.Compile(
            [new TraceFile("made", () => new MemoryStream(bytes))], Family.IPv4, BestPathRule.Default, new TraceRouter(2), new DamageLog());
    }
}
