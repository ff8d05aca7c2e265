// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Files;
using Sim.Reports.Runs;
using Sim.Runner.Commands;
using Xunit;

namespace Sim.Runner.Tests.Commands;

/// <summary>Lookups that are measured in several processes of the program.</summary>
public sealed class LauncherTests
{
    private const string Table = "10.0.0.0/8\n10.1.0.0/16\n192.0.2.0/24\n";

    [Fact]
    public void Each_process_has_its_times_and_the_rows_are_made_of_all_of_them()
    {
        using var scratch = new Scratch();
        var table = scratch.Write("table.txt", Table);
        var ran = Program.Run("bench", "--table", table, "--quick", "--keys", "hot", "--processes", "3", "--out", scratch["report"]);
        // A busy machine gets a warning on standard error.
        Assert.Equal(ExitCode.Success, ran.Code);
        var rows = StoredRun.Read(scratch["report"], File.OpenRead).Result.Figures.Where(row => row.Experiment == Experiment.Lookup).ToList();
        foreach (var (structure, chain) in Names.Structures.SelectMany(structure => new[] { "independent", "dependent" }.Select(chain => (structure, chain))))
        {
            Figure[] Of(Metric metric) => [.. rows.Where(row => row.Metric == metric && row.Structure == structure && row.Chain == chain)];
            var processes = Of(Metrics.ProcessTime);
            Assert.Equal([1d, 2, 3], processes.Select(row => row.X!.Value));
            var time = Assert.Single(Of(Metrics.Time));
            Assert.Equal(processes.Sum(row => row.N), time.N);
            Assert.InRange(time.Value, processes.Min(row => row.Low), processes.Max(row => row.High));
        }
    }

    [Theory]
    [InlineData("-")]
    [InlineData("/dev/stdin")]
    public void A_table_that_only_one_process_can_read_is_refused(string table)
    {
        var ran = Program.RunWith(Table, "bench", "--table", table, "--processes", "2");
        Assert.Equal(ExitCode.Usage, ran.Code);
        Assert.Contains($"{table} must be a file", ran.Error);
    }

    [Fact]
    public void A_process_whose_parent_is_gone_ends()
    {
        var ran = Program.Run("bench", "--launched", "--quick");
        Assert.Equal((ExitCode.Interrupted, ""), (ran.Code, ran.Out));
    }

    [Fact]
    public async Task An_interrupted_run_kills_the_process_that_it_launched()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc, and makes a FIFO with mkfifo(3)");
        using var scratch = new Scratch();
        using var interrupted = new CancellationTokenSource();
        var fifo = Signals.Fifo(scratch["started"]);
        // The shell writes its number once it runs, and then waits for input that never comes.
        var run = Task.Run(() => Launcher.Run(["sh", "-c", $"echo $$ > '{fifo}'; exec cat"], interrupted.Token));
        var child = int.Parse(await File.ReadAllTextAsync(fifo, TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(Directory.Exists($"/proc/{child}"));
        await interrupted.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.False(Directory.Exists($"/proc/{child}"));
    }

    [Fact]
    public void A_process_that_fails_is_an_error_with_what_it_said()
    {
        Assert.Equal("out\n", Launcher.Run(["sh", "-c", "echo out; echo ignored >&2"], CancellationToken.None));
        var error = Assert.Throws<UserException>(() => Launcher.Run(["sh", "-c", "echo why >&2; exit 7"], CancellationToken.None));
        Assert.Contains("exit code 7: why", error.Message);
    }
}
