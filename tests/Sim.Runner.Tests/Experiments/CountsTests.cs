// SPDX-License-Identifier: MIT
using Sim.Experiments.Bench;
using Sim.Figures;
using Sim.Figures.Measuring;
using Sim.Kernel;
using Sim.Workloads;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

/// <summary>What is counted is the same however much a machine finds the time to measure.</summary>
public sealed class CountsTests
{
    private const int Peers = 4;
    private const int Prefixes = 2000;

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Counted_rows_do_not_depend_on_the_time_there_is(Family family)
    {
        var (hurried, patient) = (Run(family, seconds: 0), Run(family, double.PositiveInfinity));
        Assert.Equal(Counted(hurried), Counted(patient));
        int Repetitions(List<Figure> rows) => rows.First(row => row is { Experiment: "update", Metric.Name: "ratio", Operation: "move" }).N;
        // One group in each of two passes, and maybe in a third.
        Assert.InRange(Repetitions(hurried), 4, 6);
        Assert.InRange(Repetitions(patient), 12, 18);
        Assert.Contains(patient, row => row is { Experiment: "update", Metric.Name: "allocations" });
    }

    private static List<Figure> Counted(List<Figure> rows) => [.. rows.Where(row => row.Basis is Basis.Counted or Basis.Modelled && row.Structure != "process")];

    private static List<Figure> Run(Family family, double seconds)
    {
        var routes = Enumerable.Range(0, Prefixes).Select(i => new Route(new Prefix(family, (UInt128)(i * 4093) << 106, 22), 0, 0)).ToArray();
        var context = new BenchContext(new RouteTable("test", family, routes, ["-"]), [.. Enumerable.Range(0, Prefixes).Select(i => i % Peers)])
        {
            Peers = Peers,
            Order = "file",
            Seed = 1,
            Plan = new BenchPlan(60, 1, 1, 1, 1 << 8, 3, 64, 300, 3),
            KeyPatterns = ["prefixes"],
            Progress = new NoProgress(),
            Budget = new TimeBudget(seconds, () => 0.001),
        };
        BenchRun.Run(context);
        return context.Figures;
    }
}
