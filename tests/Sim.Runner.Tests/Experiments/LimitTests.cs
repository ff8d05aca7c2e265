// SPDX-License-Identifier: MIT
using System.IO.MemoryMappedFiles;
using CsCheck;
using Sim.Experiments.Bench;
using Sim.Figures;
using Sim.Figures.Machine;
using Sim.Figures.Measuring;
using Sim.Kernel;
using Sim.Schemes.Structures;
using Sim.Testing;
using Sim.Workloads;
using Sim.Workloads.Keys;
using Xunit;

namespace Sim.Runner.Tests.Experiments;

/// <summary>The time of a lookup's cache lines alone, and what it is computed from.</summary>
public sealed class LimitTests
{
    private const int Peers = 4;
    private const int Prefixes = 1000;

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(12_345)]
    [InlineData(1 << 20)]
    [InlineData(3_000_000)]
    public void A_pointer_chase_reads_every_line_once_before_it_comes_back(long bytes)
    {
        using var chase = new PointerChase(bytes);
        Assert.Equal((bytes + 63) / 64, chase.Lines);
        var seen = new HashSet<nint>();
        for (var step = 0; step < chase.Lines; step++)
        {
            Assert.Equal(0, chase.Place % 64);
            Assert.True(seen.Add(chase.Place), $"step {step} came back");
            chase.Walk(1);
        }

        Assert.Contains(chase.Place, seen);
        Assert.True(seen.Max() - seen.Min() < (long)chase.Lines * 64);
    }

    [Fact]
    public void A_pointer_chase_has_no_stride()
    {
        using var chase = new PointerChase(1 << 20);
        var strides = new Dictionary<nint, int>();
        for (var step = 0; step < chase.Lines; step++)
        {
            var from = chase.Place;
            chase.Walk(1);
            var stride = chase.Place - from;
            strides[stride] = strides.GetValueOrDefault(stride) + 1;
        }

        Assert.InRange(strides.Values.Max(), 1, (int)chase.Lines / 100);
        Assert.InRange(strides.Where(stride => Math.Abs(stride.Key) <= 4 * 64).Sum(stride => stride.Value), 0, (int)chase.Lines / 100);
    }

    [Fact, Property]
    public void The_distance_of_a_read_is_the_number_of_other_lines_since_the_last_read_of_the_line() =>
        Gen.Int[0, 40].Array[1, 3000].Check(
            reads =>
            {
                var distances = new ReuseDistances();
                var recent = new List<int>();
                foreach (var line in reads)
                {
                    var at = recent.LastIndexOf(line);
                    Assert.Equal(at < 0 ? ReuseDistances.First : recent.Count - 1 - at, distances.Read(line));
                    recent.Remove(line);
                    recent.Add(line);
                }
            },
            iter: 30);

    [Fact]
    public void A_latency_lies_between_those_of_the_next_sizes()
    {
        var curve = new LatencyCurve([(4096, 9), (1024, 1), (2048, 3)]);
        Assert.Equal(new double[] { 1, 1, 2, 3, 9, 9 }, new[] { 64, 1024, 1024 * Math.Sqrt(2), 2048, 4096, 1e9 }.Select(bytes => Math.Round(curve.At(bytes), 9)));
        Assert.Equal(9, curve.Largest);
    }

    /// <summary>If every line costs 1, the estimate is the number of steps, which the structures count by themselves.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void The_limit_is_the_sum_over_the_dependent_lines(Family family)
    {
        var prefixes = MakePrefixes(family);
        var keys = Keys.Of(prefixes, KeyPattern.Prefixes, 1 << 8, 1);
        foreach (var kind in SubjectKind.Compared.Concat(SubjectKind.AllWhatIfs(family)))
        {
            using var subject = kind.Create(family, Peers, KernelConfig.Usual);
            subject.Structure.Bind(prefixes, [.. prefixes.Select((_, i) => i % Peers)]);
            var touches = Enumerable.Range(0, keys.Count).Select(i => subject.Structure.Trace(keys.LeftAligned(i))).ToList();
            Assert.All(touches, touch => Assert.InRange(touch.DependentLines, 1, touch.CacheLines));
            var (ones, lines) = LimitExperiment.Estimate(subject.Structure, keys, new LatencyCurve([(64, 1)]), cold: 1);
            Assert.Equal(touches.Average(touch => touch.DependentLines), lines, 9);
            Assert.Equal(lines, ones, 9);
            // Each line is cold once. A step of cold lines costs as much as one of them.
            var (cold, _) = LimitExperiment.Estimate(subject.Structure, keys, new LatencyCurve([(64, 0)]), cold: 1);
            Assert.InRange(cold, 1.0 / keys.Count, ones);
            Assert.True(cold < ones, "lines near the root are read again");
        }
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void A_run_with_the_limit_has_its_rows_for_every_structure_and_a_run_without_has_none(Family family)
    {
        var whatIfs = SubjectKind.AllWhatIfs(family);
        var (with, without) = (Run(family, whatIfs, limit: true), Run(family, whatIfs, limit: false));
        var rows = with.Figures.Where(row => row.Experiment == Experiment.Limit).ToList();
        Assert.DoesNotContain(without.Figures, row => row.Experiment == Experiment.Limit);
        foreach (var structure in SubjectKind.Compared.Concat(whatIfs).Select(kind => kind.Structure))
        {
            Figure Of(Metric metric) => Assert.Single(rows, row => row.Metric == metric && row.Structure == structure);
            var (limit, alike, over, latency) = (Of(Metrics.Limit), Of(Metrics.LimitAlike), Of(Metrics.OverLimit), Of(Metrics.ChaseLatency));
            var time = with.Figures.Single(row => row is { Experiment: "lookup", Metric.Name: "time", Chain: "dependent" } && row.Structure == structure);
            var lines = with.Figures.Single(row => row.Experiment == Experiment.Touch && row.Metric == Metrics.DependentLines && row.Structure == structure);
            Assert.Equal(("prefixes", "dependent", Basis.Estimated), (limit.Keys, limit.Chain, limit.Basis));
            Assert.True(limit.Value > 0 && lines.Value >= 1);
            Assert.Equal(time.Value / limit.Value, over.Value, 9);
            Assert.True(alike.Value >= latency.Value, "a lookup reads a line at least");
        }

        var curve = rows.Where(row => row.Metric == Metrics.ChaseLatency && row.Structure == Names.Memory).ToList();
        Assert.True(curve.Count > 3);
        Assert.All(curve, row => Assert.True(row is { Basis: Basis.Measured, Value: > 0, X: >= 1 << 14, N: > 1 }));
        Assert.Single(rows, row => row.Metric == Metrics.Bandwidth && row.Value > 0);
        // Either the processor counts, or a fact says why not.
        var fact = Assert.Single(with.Facts, fact => fact.Name == HostFacts.CountersFact);
        Assert.Equal(fact.Value.StartsWith("none", StringComparison.Ordinal), rows.TrueForAll(row => row.Metric != Metrics.CacheMisses));
    }

    [Fact]
    public void A_counter_counts_the_page_faults_of_the_work_alone()
    {
        using var counter = HardwareCounter.Open(CountedEvent.PageFaults, out var reason);
        Assert.SkipWhen(counter is null, $"perf_event_open is refused here: {reason}");
        const int pages = 512;
        using var file = MemoryMappedFile.CreateNew(null, pages * Environment.SystemPageSize);
        using var memory = file.CreateViewAccessor();
        var idle = counter!.Count(() => { });
        var faults = counter.Count(() =>
        {
            for (var page = 0; page < pages; page++)
                memory.Write(page * Environment.SystemPageSize, (byte)1);
        });
        Assert.InRange(idle!.Value, 0, pages / 4);
        Assert.InRange(faults!.Value, 1, 2 * pages);
        Assert.True(faults > idle);
    }

    [Fact]
    public void A_counter_that_does_not_exist_is_absent_with_a_reason()
    {
        Assert.Null(HardwareCounter.Open(new CountedEvent(uint.MaxValue, 0), out var reason));
        Assert.NotEmpty(reason);
    }

    private static Prefix[] MakePrefixes(Family family) =>
        [.. Enumerable.Range(0, Prefixes).Select(i => new Prefix(family, (UInt128)(i * 4093) << 106, 22)).Distinct()];

    private static BenchContext Run(Family family, IReadOnlyList<SubjectKind> whatIfs, bool limit)
    {
        var routes = Array.ConvertAll(MakePrefixes(family), prefix => new Route(prefix, 0, 0));
        var context = new BenchContext(new RouteTable("test", family, routes, ["-"]), [.. Enumerable.Range(0, routes.Length).Select(i => i % Peers)])
        {
            Peers = Peers,
            Order = "file",
            Seed = 1,
            Plan = new BenchPlan(60, 1, 1, 0, 1 << 8, 1, 64, 100, 1),
            KeyPatterns = ["prefixes"],
            Progress = new NoProgress(),
            WhatIfs = whatIfs,
            WithLimit = limit,
        };
        BenchRun.Run(context);
        return context;
    }
}
