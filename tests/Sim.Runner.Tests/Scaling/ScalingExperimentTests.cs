// SPDX-License-Identifier: MIT
using Sim.Experiments.Scaling;
using Sim.Figures;
using Sim.Kernel;
using Sim.Lab;
using Sim.Schemes;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Scaling;

public sealed class ScalingExperimentTests
{
    private static readonly ScalingPlan s_plan = new([10, 30, 100], 8, [1, 5, 10], 100, 2, 200, 1, 256, double.PositiveInfinity, double.PositiveInfinity);

    private static readonly Lazy<IReadOnlyList<Figure>> s_rows = new(() => Run(SchemeKind.All, s_plan));

    [Fact]
    public void Every_scheme_has_every_cost_at_every_place_once()
    {
        foreach (var (axis, places) in new[] { (Axes.Prefixes, s_plan.Prefixes), (Axes.Peers, s_plan.Peers) })
        {
            foreach (var kind in SchemeKind.All)
            {
                foreach (var place in places)
                {
                    var rows = s_rows.Value.Where(f => f.Experiment == "scaling" && f.Item == axis && f.Scheme == kind.Name && f.X == place).ToList();
                    string[] moves = place == 1 ? [] : ["move"];
                    string[] operations = ["load", "transmit", "receive", "insert", "delete", .. moves, place == 1 ? "lose-to-none" : "lose-to-one"];
                    Assert.Equal(operations.Order(), rows.Where(f => f.Metric.Name == "time").Select(f => f.Operation).Order());
                    Assert.Equal(((string[])["insert", "delete", .. moves]).Order(), rows.Where(f => f.Metric.Name == "bytes-per-change").Select(f => f.Operation).Order());
                    Assert.Equal(rows.Count, rows.Distinct().Count());
                    Assert.All(rows, f => Assert.True(f.Value > 0 && double.IsFinite(f.Value), $"{f}"));
                    Assert.All(rows, f => Assert.Equal(f.Metric.Name == "time" ? Basis.Measured : Basis.Counted, f.Basis));
                    Assert.Single(rows, f => f.Metric.Name == "page-bytes-per-prefix");
                    Assert.Single(rows, f => f.Metric.Name == "bytes-per-prefix");
                }
            }
        }
    }

    [Fact]
    public void Rows_say_of_how_many_prefixes_peers_and_rounds_they_are()
    {
        Figure Row(string axis, double x) => s_rows.Value.First(f => f.Experiment == "scaling" && f.Metric.Name == "time" && f.Item == axis && f.X == x);
        Assert.Equal((10, 5), (Row("prefixes", 10).Prefixes, Row("prefixes", 10).Peers));
        // Two rounds, and a third if these disagree.
        Assert.InRange(Row("prefixes", 10).N, 2, 3);
        Assert.Equal((100, 8), (Row("prefixes", 100).Prefixes, Row("prefixes", 100).Peers));
        Assert.Equal((100, 10), (Row("peers", 10).Prefixes, Row("peers", 10).Peers));
        Assert.All(s_rows.Value.Where(f => f.Experiment == "scaling"), f => Assert.Equal("sample", f.Order));
    }

    [Fact]
    public void A_deletion_by_REPLACE_sends_the_rest_of_the_peers_set_and_its_bytes_fall_as_the_peers_grow()
    {
        double Bytes(int peers) => s_rows.Value.Single(f =>
            f is { Experiment: "scaling", Item: "peers", Scheme: "AllowedIPs, REPLACE", Operation: "delete", Metric.Name: "bytes-per-change" } && f.X == peers).Value;
        // 100 prefixes: sets of 100, 20 and 10, of which one goes. 84 bytes of a message, 28 of each prefix.
        Assert.Equal(84 + 99 * 28, Bytes(1));
        Assert.Equal(84 + 19 * 28, Bytes(5));
        Assert.Equal(84 + 9 * 28, Bytes(10));
        var exponent = s_rows.Value.Single(f =>
            f is { Experiment: "scaling-fit", Item: "peers", Scheme: "AllowedIPs, REPLACE", Operation: "delete", Metric.Name: "exponent-of-bytes-per-change" });
        Assert.InRange(exponent.Value, -1.1, -0.8);
        Assert.InRange(exponent.Value, exponent.Low, exponent.High);
        Assert.Equal((3, "1 to 10", Basis.Estimated), (exponent.N, exponent.Order, exponent.Basis));
    }

    [Fact]
    public void Without_the_peer_in_its_hash_an_insertion_walks_half_of_the_peers_infos()
    {
        double Walked(string scheme, int peers) => s_rows.Value.Single(f =>
            f.Experiment == "scaling-bucket" && f.Metric.Name == "infos-walked" && f.Scheme == scheme && f.X == peers).Value;
        Assert.Equal(1, Walked(SchemeName.Unhashed, 1));
        // Over peers at random, 1 to 10 infos as often each.
        Assert.InRange(Walked(SchemeName.Unhashed, 10), 4, 7);
        Assert.InRange(Walked(SchemeName.Hashed, 10), 1, 3);
        Assert.InRange(Walked(SchemeName.NexthopObjects, 10), 1, 3);
        foreach (var scheme in (string[])[SchemeName.Unhashed, SchemeName.Hashed, SchemeName.NexthopObjects])
        {
            var slope = s_rows.Value.Single(f => f.Experiment == "scaling-bucket-fit" && f.Metric.Name == "time-per-peer" && f.Scheme == scheme);
            Assert.Equal(("ns", 3), (slope.Unit, slope.N));
            Assert.InRange(slope.Value, slope.Low, slope.High);
        }
    }

    [Fact]
    public void IPv6_has_every_scheme()
    {
        IReadOnlyList<SchemeKind> kinds =
            [.. SchemeKind.For(Family.IPv6), .. SchemeKind.AllowedIpsForms.Where(kind => kind.Families.Contains(Family.IPv6))];
        var rows = Run(kinds, s_plan with { Prefixes = [10], Peers = [2] }, Family.IPv6);
        Assert.Equal(kinds.Select(kind => kind.Name.Name), rows.Where(f => f.Experiment == "scaling").Select(f => f.Scheme).Distinct());
        Assert.All(rows, f => Assert.Equal(6, f.Family));
    }

    [Fact]
    public void Each_half_of_an_axis_has_a_line_of_its_own()
    {
        Figure Point(double x, double value) => new()
        {
            Experiment = "scaling", Scheme = "made", Family = 4, Item = "prefixes", Operation = "insert", Metric = Metrics.Time, Unit = "ns",
            X = x, Prefixes = (long)x, Value = value, Basis = Basis.Measured,
        };
        var rows = ScalingFits.Of([.. new[] { 10.0, 100, 1000 }.Select(x => Point(x, 50)), .. new[] { 10_000.0, 100_000, 1_000_000 }.Select(x => Point(x, x / 20))]).ToList();
        var exponents = rows.Where(f => f.Metric.Name == "exponent").ToList();
        Assert.Equal(["10 to 1000", "1000 to 1000000"], exponents.Select(f => f.Order));
        Assert.Equal(0, exponents[0].Value, 9);
        Assert.Equal(1, exponents[1].Value, 9);
        Assert.Equal(4, exponents[1].N);
        // What does not vary has no variance to explain.
        Assert.Equal(1, Assert.Single(rows, f => f.Metric.Name == "r-squared").Value, 9);
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(2, Figure.Busy)]
    public void A_line_through_points_half_of_which_are_not_settled_is_not_settled(int flagged, string flag)
    {
        var points = Enumerable.Range(1, 4).Select(x => new Figure
        {
            Experiment = "scaling", Scheme = "made", Family = 6, Item = "prefixes", Operation = "insert", Metric = Metrics.Time, Unit = "ns",
            X = 10 * x, Prefixes = 10 * x, Value = x, Basis = Basis.Measured, Flag = x <= flagged ? Figure.Busy : "",
        });
        Assert.All(ScalingFits.Of([.. points]), row => Assert.Equal(flag, row.Flag));
    }

    [Fact]
    public void Rounds_whose_halves_disagree_are_made_again_and_what_no_two_agree_on_is_flagged()
    {
        Assert.Equal((4, "", 1.025), Rounds([1, 1.1, 1.05, 1], []));
        Assert.Equal((4, Figure.Unsettled, 1.5), Rounds([1, 1, 2, 2], []));
        // The third pass sides with the second, or with none.
        Assert.Equal((4, "", 2), Rounds([1, 1, 2, 2], [2, 2]));
        Assert.Equal((6, Figure.Unsettled, 1.5), Rounds([1, 1, 2, 2], [1.5, 1.5]));
    }

    private static (int N, string Flag, double Value) Rounds(double[] first, double[] again)
    {
        var (samples, cost) = (new ScalingSamples(), new Cost(Operations.Insert, Metrics.Time));
        foreach (var value in first)
            samples.Add("made", cost, value);
        if (again.Length > 0)
        {
            Assert.False(samples.Settled);
            samples.Again();
        }

        foreach (var value in again)
            samples.Add("made", cost, value);
        var row = Assert.Single(samples.Rows(Figure.At(Experiment.Scaling, 4)));
        return (row.N, row.Flag, row.Value);
    }

    [Fact]
    public void An_axis_ends_where_time_does_but_not_before_its_first_places()
    {
        var plan = s_plan with { Prefixes = [10, 20, 30, 40, 50, 60], PrefixSeconds = 0, PeerSeconds = 0 };
        var rows = Run([SchemeKind.All[^1]], plan);
        Assert.Equal([10.0, 20, 30, 40], rows.Where(f => f is { Experiment: "scaling", Item: "prefixes" }).Select(f => f.X!.Value).Distinct());
    }

    private static IReadOnlyList<Figure> Run(IReadOnlyList<SchemeKind> kinds, ScalingPlan plan, Family family = Family.IPv4)
    {
        var table = ScalingTablesTests.Made(300);
        if (family == Family.IPv6)
        {
            table = new Workloads.RouteTable("made", family, [.. Enumerable.Range(0, 300)
                .Select(at => new Workloads.Route(new Prefix(family, ((UInt128)0x20010DB8 << 96) + ((UInt128)at << 80), 48), 0, 0))], ["2001:db8::1"]);
        }

        return new ScalingExperiment(new ScalingTables(table, 1), kinds, plan, seed: 1, new NoProgress(), TestContext.Current.CancellationToken).Run();
    }
}
