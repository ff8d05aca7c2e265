// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Kernel;
using Sim.Lab;
using Sim.Runner.Tests.Commands;
using Sim.Runner.Tests.Reports;
using Sim.Schemes;
using Sim.Schemes.Structures;
using Sim.Validation.Readers;
using Xunit;

namespace Sim.Runner.Tests.Validation;

public sealed class ReaderBenchmarkTests
{
    private static readonly string[] s_run = ["--kernel", "uml-smp", "--parts", "readers"];

    /// <summary>The whole way with a kernel that is played: its times are made up, those of the ports are real.</summary>
    [Fact]
    public void Readers_are_run_in_the_kernel_and_in_the_ports_and_make_every_row()
    {
        SkipOnOneProcessor();
        using var lab = new FakeLab();
        var ran = lab.Validate(Text(Family.IPv4) + Text(Family.IPv6), TwoProcessors, s_run);
        Assert.Equal("", ran.Error);
        Assert.Equal(0, ran.Code);
        var run = ReportFolder.Results(Path.Combine(lab.Report, "results.json"));
        AssertWhole(run.Figures, processors: 2);
        // At 2 cycles a nanosecond: half of the lookups took 100 cycles and half 3,200.
        Assert.All(Of(run.Figures, Metrics.LookupMedian).Where(row => row.Side == Sides.Kernel), row => Assert.Equal(50.5, row.Value));
        Assert.All(Of(run.Figures, Metrics.LookupTail).Where(row => row.Side == Sides.Kernel), row => Assert.InRange(row.Value, 1600, 1616));
        Assert.All(
            Of(run.Figures, Metrics.LookupRate).Where(row => row.Side == Sides.Kernel), row => Assert.Equal(128_000 * row.X!.Value, row.Value));
        Assert.All(Of(run.Figures, Metrics.ChangeRate).Where(row => row.Side == Sides.Kernel), row => Assert.Equal(500_000, row.Value));
        Assert.Contains("Readers beside a writer", File.ReadAllText(Path.Combine(lab.Report, "index.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_whose_readers_answer_wrongly_fails_with_each_lie_named()
    {
        SkipOnOneProcessor();
        using var lab = new FakeLab();
        var ran = lab.Validate(Text(Family.IPv6), (command, row) => command switch
        {
            "module readers prepare" => row.Replace("after ", "after f", StringComparison.Ordinal).Remove(row.Length),
            _ when command.StartsWith("module readers run wg 1 0", StringComparison.Ordinal) => row.Replace("none 0", "none 1", StringComparison.Ordinal),
            _ when command.StartsWith("module readers run tx 2 1", StringComparison.Ordinal) =>
                row.Replace("wrong 0", "wrong 3", StringComparison.Ordinal).Replace("failed 0", "failed 2", StringComparison.Ordinal),
            _ => TwoProcessors(command, row),
        }, s_run);
        Assert.Equal(1, ran.Code);
        string[] cases = ["one-peer", "prefixes"];
        Assert.Equal(
            cases.SelectMany(keys => new[]
            {
                $"allowedips, IPv6, move, {keys}, answer-digest", $"readers of both, IPv6, beside-writer, {keys}, refused 2",
                $"readers of both, IPv6, beside-writer, {keys}, wrong-other 2", $"readers of both, IPv6, no-writer, {keys}, wrong-none 1",
            }).Order(StringComparer.Ordinal),
            ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line["Differs: ".Length..].Split(": port")[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--kernel", "uml-patched", "--parts", "readers")]
    [InlineData("--kernel", "uml-smp", "--parts", "counts")]
    [InlineData("--kernel", "uml-smp")]
    public void Readers_and_the_kernel_of_several_processors_go_together(params string[] args)
    {
        using var scratch = new Scratch();
        var ran = Commands.Program.Run(["validate", .. args, "--out", scratch["report"]]);
        Assert.Equal(2, ran.Code);
        Assert.Contains("--parts readers and --kernel uml-smp go together", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_modules_rows_are_read_as_it_writes_them()
    {
        Row[] rows =
        [
            new("run", "ns 5000 cycles 10000 changes 7 failed 1"), new("run", "reader 0 lookups 3 none 0 wrong 1"), new("run", "reader 1 lookups 1 none 1 wrong 0"),
            new("run", $"reader 0 octave 0 counts {Counts(10, 2)}"), new("run", $"reader 0 octave 2 counts {Counts(0, 1)}"), new("run", $"reader 1 octave 0 counts {Counts(10, 1)}"),
        ];
        var sample = KernelReaders.Parse(rows, 2);
        Assert.Equal((4, 7, 1, 1, 1), (sample.Times.Count, sample.Changes, sample.Refused, sample.None, sample.Wrong));
        Assert.Equal((4 / 5e-6, 7 / 5e-6), (sample.LookupsPerSecond, sample.ChangesPerSecond), new Nearly());
        // Two of three times of 10 cycles at half a nanosecond each.
        Assert.Equal((10 + (2.0 / 3)) / 2, sample.Median, 6);
        Assert.InRange(sample.Tail, 64, 65);
    }

    [Theory]
    [InlineData("reader 0 lookups 3 none 0 wrong 0", "reader 0 octave 0 counts ", 2)]
    [InlineData("reader 0 lookups 2 none 0 wrong 0", "reader 0 octave 0 counts x", 2)]
    [InlineData("reader 0 lookups 2 none 0 wrong 0", "reader 0 octave 0 counts -", 2)]
    public void Rows_that_do_not_fit_are_refused(string reader, string counts, int count) => Assert.Throws<FormatException>(() =>
        KernelReaders.Parse([new("run", "ns 5000 cycles 10000 changes 0 failed 0"), new("run", reader), new("run", counts + Counts(3, count))], 1));

    [Fact]
    public void A_reader_whose_times_are_missing_is_refused() => Assert.Throws<FormatException>(() =>
        KernelReaders.Parse([new("run", "ns 5000 cycles 10000 changes 0 failed 0"), new("run", "reader 0 lookups 1 none 0 wrong 0"), new("run", $"reader 0 octave 0 counts {Counts(1, 1)}")], 2));

    /// <summary>Beside threads that look up all the time; afterwards the ports hold what they held before.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Port_readers_see_only_peers_that_an_address_has_and_leave_the_ports_as_they_were(Family family)
    {
        var input = ReaderInput.Build(Tables.Random(family, 500), Tables.Plan with { TimedUpdates = 200, TimedKeys = 256 }, seed: 1);
        using var ports = new PortReaders(input, new KernelConfig(SlubConfig.Uniprocessor, NamesPeers: true) { Device = 5 }, milliseconds: 20, CancellationToken.None);
        foreach (var keys in input.Keys)
        {
            var answers = ports.Prepare(keys);
            foreach (var structure in new[] { Names.AllowedIps, Names.RouteEncap })
            {
                var sample = ports.Run(structure, readers: 2, writes: true);
                Assert.True(sample is { None: 0, Wrong: 0, Changes: > 0, Times.Count: > 0 });
            }

            Assert.Equal(answers, ports.Prepare(keys));
            // The prefixes of the one peer stay where they are.
            Assert.Equal(keys.Name == KeyPatterns.OnePeer, answers.Before == answers.After);
        }
    }

    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void Moves_end_where_they_began_and_leave_one_peer_alone(Family family)
    {
        var table = Tables.Random(family, 500);
        var input = ReaderInput.Build(table, Tables.Plan with { TimedUpdates = 200 }, seed: 1);
        var start = input.Load.Operations.ToDictionary(change => change.Prefix, change => change.NewPeer);
        var bound = new Dictionary<Prefix, int>(start);
        var moves = input.Churn.Operations;
        Assert.Equal(400, moves.Length);
        Tables.Apply(bound, moves.Take(200));
        Assert.Equal(200, bound.Count(one => start[one.Key] != one.Value));
        Tables.Apply(bound, moves.Skip(200));
        Assert.Equal(start, bound);
        var one = start.Values.CountBy(peer => peer).MaxBy(share => share.Value).Key;
        Assert.DoesNotContain(moves, move => move.OldPeer == one || move.NewPeer == one);
        Assert.Equal([KeyPatterns.Prefixes, KeyPatterns.OnePeer], input.Keys.Select(keys => keys.Name));
    }

    [Fact]
    public void A_table_of_one_prefix_has_no_moves()
    {
        var input = ReaderInput.Build(Tables.Of(Family.IPv4, Prefix.Parse("192.0.2.0/24")), Tables.Plan, seed: 1);
        Assert.Empty(input.Churn.Operations);
        Assert.Equal(2, input.Keys.Count);
    }

    /// <summary>Asserts that a run has every row, and that no lookup was wrong.</summary>
    internal static void AssertWhole(IReadOnlyList<Figure> rows, int processors)
    {
        Assert.All(ValidationRows.Checks(rows), check => Assert.True(check.Agrees));
        Assert.All(rows.Where(row => row.Metric == Metrics.WrongNone || row.Metric == Metrics.WrongOther), row => Assert.Equal(0, row.Value));
        var places =
            from family in new[] { 4, 6 }
            from side in new[] { Sides.Kernel, Sides.Port }
            from keys in new[] { KeyPatterns.Prefixes, KeyPatterns.OnePeer }
            from readers in new[] { 1, processors }
            from operation in new[] { Operations.NoWriter, Operations.BesideWriter }
            select (family, side.Name, keys.Name, (double?)readers, operation.Name);
        var expected = places.Order().ToList();
        foreach (var structure in new[] { Names.AllowedIps, Names.RouteEncap })
        {
            foreach (var metric in new[] { Metrics.LookupMedian, Metrics.LookupTail, Metrics.LookupRate })
                Assert.Equal(expected, Places(Of(rows, metric).Where(row => row.Structure == structure)));
            Assert.Equal(expected.Where(place => place.Item5 == Operations.BesideWriter.Name), Places(Of(rows, Metrics.ChangeRate).Where(row => row.Structure == structure)));
        }

        foreach (var metric in new[] { Metrics.MedianRatio, Metrics.TailRatio })
        {
            Assert.Equal(expected, Places(Of(rows, metric).Where(row => row.Item.Length == 0)));
            Assert.Equal(expected, Places(Of(rows, metric).Where(row => row.IsNoise)));
        }

        Assert.All(Of(rows, Metrics.LookupMedian), row => Assert.True(row.Value > 0));
    }

    private static IEnumerable<(int, string, string, double?, string)> Places(IEnumerable<Figure> rows) =>
        rows.Select(row => (row.Family, row.Side, row.Keys, row.X, row.Operation)).Order();

    private static IEnumerable<Figure> Of(IEnumerable<Figure> rows, Metric metric) =>
        rows.Where(row => row.Experiment == Experiment.SmpReaders && row.Metric == metric && row.Operation != Operations.Clock);

    private static string TwoProcessors(string command, string row) => command == "hello" ? row.Replace("cpus 1", "cpus 2", StringComparison.Ordinal) : row;

    private static string Text(Family family) => string.Concat(Tables.Random(family, 500).Routes.Select(route => $"{route.Prefix}\n"));

    private static string Counts(int step, int count) => string.Join(',', Enumerable.Range(0, 64).Select(at => at == step ? count : 0));

    private static void SkipOnOneProcessor()
    {
        if (Environment.ProcessorCount < 2)
            Assert.Skip("this machine has one processor");
    }

    private sealed class Nearly : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) x, (double, double) y) => Math.Abs(x.Item1 - y.Item1) < 1e-3 && Math.Abs(x.Item2 - y.Item2) < 1e-3;

        public int GetHashCode((double, double) pair) => 0;
    }
}
