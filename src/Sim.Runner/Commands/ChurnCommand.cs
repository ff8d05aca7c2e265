// SPDX-License-Identifier: MIT
using Sim.Experiments.Churn;
using Sim.Experiments.Scaling;

namespace Sim.Runner.Commands;

internal static class ChurnCommand
{
    private static readonly int[] s_windows = [0, 10, 100, 1000, 5000];

    private sealed record Settings(int Peers, IReadOnlyList<SchemeKind> Kinds, int[] Windows);

    public static Command Create()
    {
        var (table, family, seed, best) = (CommonOptions.Table(), CommonOptions.Family(), CommonOptions.Seed(), CommonOptions.BestPath());
        var (updates, peers) = (ReplayOptions.Updates(), ReplayOptions.Peers());
        var days = TraceOptionSet.Days("--generate-days", "Length of a generated trace, instead of --updates.");
        var made = new TraceOptionSet();
        var (schemes, batch) = (ReplayOptions.Schemes(), ReplayOptions.Windows(s_windows));
        var quick = new Option<bool>("--quick") { Description = "Fewer repetitions: under 60 s on 2 cores (AMD EPYC)." };
        var (output, cacheSize, release) = (CommonOptions.Out(), CommonOptions.CacheSize(), CommonOptions.Release());
        var command = new Command(
            "churn",
            """
            Measures the cost of BGP updates under every scheme that binds prefixes to peers, and writes a report.

            Examples:
              churn --family 6 --updates updates.20260222.1530.bz2
              churn --table rib.gz --updates updates.*.gz --schemes remove-me,route
              churn --generate-days 1 --calibration feed --bgp-peers 4 --quick
            """)
        {
            table, updates, days, family, peers, schemes, batch, best.Best, best.Peer, seed, release, cacheSize, quick, output,
        };
        made.AddTo(command);
        return command.Does((parsed, progress, cancel) =>
        {
            using var run = new MeasuredRun(parsed, release, seed, quick, output, cacheSize);
            var length = parsed.GetValue(days);
            RefuseMixed(parsed.GetValue(updates), length, made.Given(parsed));
            var chosen = parsed.GetValue(family).ToFamily();
            var kinds = ReplayOptions.Chosen(parsed, schemes, chosen).Where(kind => kind.InQuick || !run.Quick).ToList();
            var settings = new Settings(parsed.GetValue(peers), kinds, parsed.GetValue(batch)!);
            var loaded = TableInput.Load(parsed.GetValue(table), chosen, BestPathRule.Default, progress, cancel);
            var files = length > 0
                ? [made.File(parsed, loaded.Table, length, run.Seed, loaded.Damage, progress, cancel)]
                : TraceFiles.Open(parsed.GetValue(updates)!, "--updates", again: true, progress, cancel);
            using var trace = ReplayOptions.Compile(files, chosen, best.Rule(parsed), settings.Peers, loaded.Damage);
            return Run(run, settings, loaded, trace, progress, cancel);
        });
    }

    /// <summary>Refuses a command line that names both files of updates and a generated trace, or neither.</summary>
    private static void RefuseMixed(FileInfo[]? updates, double days, string? option)
    {
        var files = updates is { Length: > 0 };
        if (files == days > 0)
            throw new UserException("name the updates, either with --updates FILE or with --generate-days DAYS");
        if (files && option is not null)
            throw new UserException($"{option} is for generated traces: it needs --generate-days");
    }

    private static int Run(
        MeasuredRun run, Settings settings, LoadedTable loaded, ChurnTrace trace, IWorkProgress progress, CancellationToken cancel)
    {
        var plan = run.Quick ? ChurnPlan.Quick : ChurnPlan.Full;
        using var sweep = new CacheSweep(run.CacheBytes, plan.SweepSeconds);
        var context = Context(run, settings, loaded.Table, trace, plan, sweep, progress, cancel);
        try
        {
            var scaling = (run.Quick ? ScalingPlan.Quick : ScalingPlan.OfChurn) with { Kernel = run.Kernel };
            ChurnRun.Run(context, scaling.Seconds);
            var tables = new ScalingTables(loaded.Table, run.Seed);
            context.Figures.AddRange(
                new ScalingExperiment(tables, settings.Kinds, scaling.For(tables.Own, tables.Grows), run.Seed, progress, cancel, run.Watch).Run());
        }
        catch (BindingMismatchException mismatch)
        {
            Console.Error.WriteLine($"Error: {mismatch.Message}. Nothing was written.");
            return ExitCode.Failed;
        }

        run.Remark = TraceFigures.PauseRemark(trace.Source, trace.Seconds, trace.Counts.LongestPause / 1e6);
        return run.Report(
            loaded, context.Figures, PrintSummary, progress, new("trace", $"{trace.Source}, {trace.Seconds:N0} s"), MeasuredRun.Swept(sweep),
            MeasuredRun.Tick);
    }

    private static ChurnContext Context(
        MeasuredRun run, Settings settings, RouteTable table, ChurnTrace trace, ChurnPlan plan, CacheSweep sweep, IWorkProgress progress,
        CancellationToken cancel)
    {
        progress.Step("bind the table", 1, "tables");
        var start = StartingTable.Build(table, PeerMap.Build(table, settings.Peers, PeerRule.PrefixHash, 0, run.Seed), trace);
        var model = new BindingModel(start);
        model.Apply(trace.Changes);
        var before = new BindingModel(start);
        var back = trace.Start.Keys
            .Select(prefix => BindingChange.Move(prefix, model.PeerOf(prefix), before.PeerOf(prefix)))
            .Where(change => change.Kind != RouteChange.None).ToArray();
        return new ChurnContext
        {
            Trace = trace, Table = start, Peers = settings.Peers, Kernel = run.Kernel, Kinds = settings.Kinds,
            Windows = settings.Windows, Plan = plan, Budget = run.Budget(plan.Seconds), Watch = run.Watch,
            Sweep = sweep, Seed = run.Seed, Progress = progress, Cancel = cancel,
            Start = new ExpectedBinding(before.Bindings), End = new ExpectedBinding(model.Bindings), Back = back,
            Load = [.. start.Prefixes.Zip(start.Peers, BindingChange.Insert)],
        };
    }

    private static void PrintSummary(RunResult result)
    {
        var windows = result.Figures.Where(row => row.Experiment == Experiment.Replay && row.Metric == Metrics.ChangesTaken).Select(row => row.X).ToList();
        string[] Line(string scheme)
        {
            string First(Func<Figure, bool> fits) => Shown(result.Figures.FirstOrDefault(row => row.Scheme == scheme && fits(row)));
            string Replay(Metric metric) => First(row =>
                row.Experiment == Experiment.Replay && row.Metric == metric && row.X == windows.Min() && (row.Operation == Operations.Update || row.Operation.Length == 0));
            return
            [
                scheme,
                First(row => row.Experiment == Experiment.BindingMemory && row.Metric == Metrics.PageBytes && row.Structure == Names.AllStructures),
                Replay(Metrics.TimePerChange), Replay(Metrics.BatchWorst), Replay(Metrics.Speed), Replay(Metrics.BytesPerChange),
                First(row => row.Experiment == Experiment.Convergence && row.Operation == Operations.LoseToOne && row.Metric == Metrics.Time),
            ];
        }

        Terminal.Print(
            "Each scheme in the shortest window that was replayed",
            ["scheme", "memory", "time per change", "worst batch", "times real time", "bytes per change", "failover"],
            result.Figures.Where(row => row.Experiment == Experiment.Replay).Select(row => row.Scheme).Distinct().Select(Line), 140);
    }

    private static string Shown(Figure? row) =>
        row is null ? "" : $"{(row.Basis == Basis.Estimated ? "~" : "")}{Scale.Of(row).Show(row.Value)}";
}
