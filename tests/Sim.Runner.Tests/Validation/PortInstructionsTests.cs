// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Runner.Tests.Commands;
using Sim.Runner.Validation;
using Sim.Workloads;
using Sim.Workloads.Keys;
using Sim.Workloads.Tables;
using Xunit;

namespace Sim.Runner.Tests.Validation;

/// <summary>Counting in a process of its own, on tables of a few thousand prefixes.</summary>
public sealed class PortInstructionsTests
{
    private const int Peers = 3;

    private static readonly ValidationPlan s_plan = new(
        MostV4: 3000, MostV6: 3000, AnswerKeys: 1024, MixOperations: 100, TimedKeys: 512, LookupGroups: 1, TimedUpdates: 300, UpdateGroups: 1);

    [Fact]
    public void Every_row_of_the_kernel_gets_the_ports_beside_it_and_their_ratio()
    {
        RequireCounter();
        using var scratch = new Scratch();
        WriteInput(scratch.Folder, Family.IPv4);
        WriteInput(scratch.Folder, Family.IPv6);
        var kernel = KernelRows().ToList();
        var first = Counted(scratch.Folder, kernel);
        List<List<Figure>> all = [first, Counted(scratch.Folder, kernel)];
        foreach (var row in kernel)
        {
            var port = Assert.Single(first, one => one == row with { Side = "port", Basis = Basis.Counted, Value = one.Value, Low = one.Low, High = one.High, N = 2 });
            var ratio = Assert.Single(first, one => one.Metric == "ratio" && Same(one, row));
            Assert.Equal(port.Value / row.Value, ratio.Value, 9);
            // Another process, the same instructions. Now and then, on a busy machine, a thread of the runtime wakes in between and its
            // instructions are counted too: then two of a few must agree.
            while (Agreed(all, row) is null && all.Count < 5)
                all.Add(Counted(scratch.Folder, kernel));
            Assert.True(Agreed(all, row) is not null, $"{row.Structure} {row.Operation} {row.Keys}: {string.Join(", ", Counts(all, row))}");
            Assert.InRange(Agreed(all, row)!.Value, 20, 20_000);
        }

        Assert.Equal(3 * kernel.Count, first.Count);
    }

    /// <summary>What two of the processes counted alike within 3 %; null where no two did.</summary>
    private static double? Agreed(List<List<Figure>> all, Figure row)
    {
        var counts = Counts(all, row);
        return counts.Zip(counts.Skip(1)).Where(pair => pair.Second / pair.First < 1.03).Select(pair => (double?)pair.First).FirstOrDefault();
    }

    /// <summary>The processes' counts, the least first.</summary>
    private static List<double> Counts(List<List<Figure>> all, Figure row) =>
        [.. all.Select(figures => figures.Single(one => one.Side == "port" && Same(one, row)).Value).Order()];

    [Fact]
    public void A_count_that_fails_is_a_warning_and_adds_no_row()
    {
        using var scratch = new Scratch();
        scratch.Write("allowedips-file.4", "cut inside a record");
        using var counting = PortInstructions.Start(scratch.Folder, s_plan, Peers);
        var rows = KernelRows().ToList();
        var (counter, warning) = counting.AddTo(rows, TestContext.Current.CancellationToken);
        Assert.Null(counter);
        Assert.StartsWith("The port's instructions were not counted: ", warning);
        Assert.Equal(KernelRows(), rows);
    }

    [Fact]
    public void What_counts_ends_with_the_run_that_is_given_up()
    {
        using var scratch = new Scratch();
        WriteInput(scratch.Folder, Family.IPv4);
        var counting = PortInstructions.Start(scratch.Folder, s_plan, Peers);
        var process = $"/proc/{counting.ProcessId}";
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => counting.AddTo([], cancelled.Token));
        counting.Dispose();
        Assert.False(Directory.Exists(process));
    }

    private static void RequireCounter()
    {
        using var counter = PerfCounter.TryOpen();
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        Assert.SkipUnless(
            counter is not null || folders.Any(folder => File.Exists(Path.Combine(folder, "valgrind"))),
            "there is neither valgrind nor a counter of the processor's");
    }

    private static List<Figure> Counted(string folder, List<Figure> kernel)
    {
        using var counting = PortInstructions.Start(folder, s_plan, Peers);
        List<Figure> rows = [.. kernel];
        var (counter, warning) = counting.AddTo(rows, TestContext.Current.CancellationToken);
        Assert.Null(warning);
        Assert.NotNull(counter);
        return rows;
    }

    private static void WriteInput(string folder, Family family)
    {
        var whole = EmbeddedTable.Load(family);
        var table = new RouteTable(whole.Source, family, whole.Routes[..3000], whole.NextHops);
        var peerOf = Enumerable.Range(0, table.Routes.Length).Select(place => place % Peers).ToArray();
        FamilyInput.Build(table, peerOf, Peers, s_plan, seed: 1).Write(folder);
    }

    /// <summary>The rows that a kernel under -icount gives, with a cost of 100 instructions each.</summary>
    private static IEnumerable<Figure> KernelRows()
    {
        foreach (var (structure, family) in new[] { ("allowedips", 4), ("allowedips", 6), ("fib", 4), ("fib", 6) })
        {
            var row = new Figure
            {
                Experiment = "validate",
                Structure = structure,
                Family = family,
                Order = "file",
                Operation = "lookup",
                Peers = Peers,
                Prefixes = 3000,
                Side = "kernel",
                Metric = "time",
                Unit = "instructions",
                Value = 100,
                Low = 100,
                High = 100,
                Basis = Basis.Measured,
                N = 2,
            };
            foreach (var keys in LookupKeys.Names)
            {
                yield return row with { Keys = keys, Chain = "independent" };
                yield return row with { Keys = keys, Chain = "dependent" };
            }

            foreach (var operation in structure == "fib" ? PortUpdates.FibNames : PortUpdates.AllowedIpsNames)
                yield return row with { Operation = operation };
        }
    }

    private static bool Same(Figure one, Figure other) =>
        (one.Structure, one.Family, one.Operation, one.Keys, one.Chain) == (other.Structure, other.Family, other.Operation, other.Keys, other.Chain);
}
