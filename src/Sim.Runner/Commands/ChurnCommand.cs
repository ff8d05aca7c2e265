// SPDX-License-Identifier: MIT
using System.CommandLine;
using System.Diagnostics;
using Sim.Kernel;
using Sim.Runner.Experiments;
using Sim.Runner.Experiments.Churn;
using Sim.Runner.Experiments.Scaling;
using Sim.Runner.Reports;
using Sim.Runner.Schemes.Binding;
using Sim.Workloads;
using Sim.Workloads.Churn;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;
using Spectre.Console;

namespace Sim.Runner.Commands;

/// <summary><c>churn</c>: every way of binding prefixes to peers under a trace of updates, and the report.</summary>
internal static class ChurnCommand
{
    private static readonly int[] s_windows = [0, 10, 100, 1000, 5000];

    private sealed record Settings(
        string Command, int Peers, IReadOnlyList<BindingKind> Kinds, int[] Windows, ulong Seed, bool Quick, DirectoryInfo Out);

    public static Command Create()
    {
        var (table, family, seed, best) = (CommonOptions.Table(), CommonOptions.Family(), CommonOptions.Seed(), CommonOptions.BestPath());
        var (updates, peers) = (ReplayOptions.Updates(required: false), ReplayOptions.Peers());
        var days = TraceOptionSet.Days("--generate-days", "Instead of --updates: a trace of so many days, made while it is replayed; as 'trace generate' makes it.");
        var made = new TraceOptionSet();
        var (schemes, batch) = (ReplayOptions.Schemes(), ReplayOptions.Windows(s_windows));
        var quick = new Option<bool>("--quick") { Description = "Fewer repetitions, and a route for each prefix beside REMOVE_ME alone: in under a minute on the embedded table." };
        var output = CommonOptions.Out();
        var command = new Command(
            "churn",
            """
            Replays BGP updates under every scheme that binds prefixes to peers, in windows of coalescing, measures what each
            update and each loss of a peer costs, and how costs grow with prefixes and peers (in full depth: scale), and writes a
            report. At the end each scheme must bind what the trace implies.
            Memory is bounded by the table; changes wait in a temporary file, 40 bytes each.

            Examples:
              churn --updates updates.20260222.1530.bz2
              churn --table latest-bview.gz --updates updates.*.gz --peers 100 --schemes 3,4,6
              churn --family 6 --updates updates.20260222.1530.bz2
              churn --updates updates.mrt --batch 0,1000 --quick
              churn --generate-days 1 --calibration feed --bgp-peers 4 --quick
            """)
        {
            table, updates, days, family, peers, schemes, batch, best.Best, best.Peer, seed, quick, output,
        };
        made.AddTo(command);
        command.SetAction((parsed, cancel) => Task.FromResult(Terminal.WithProgress(progress =>
        {
            BenchCommand.RefuseDebugBuild();
            var length = parsed.GetValue(days);
            RefuseMixed(parsed.GetValue(updates), length, made.Given(parsed));
            var chosen = parsed.GetValue(family).ToFamily();
            var kinds = ReplayOptions.Chosen(parsed.GetValue(schemes)!, chosen).Where(kind => kind.InQuick || !parsed.GetValue(quick)).ToList();
            var settings = new Settings(
                string.Join(' ', parsed.Tokens.Select(token => token.Value)), parsed.GetValue(peers), kinds,
                parsed.GetValue(batch)!, parsed.GetValue(seed), parsed.GetValue(quick), parsed.GetValue(output)!);
            var clock = Stopwatch.StartNew();
            var loaded = TableInput.Load(parsed.GetValue(table), chosen, BestPathRule.Default, progress, cancel);
            var files = length > 0
                ? [made.File(parsed, loaded.Table, length, settings.Seed, loaded.Damage, progress, cancel)]
                : TraceFiles.Open(parsed.GetValue(updates)!, "--updates", progress, cancel);
            using var trace = ReplayOptions.Compile(files, chosen, best.Rule(parsed), settings.Peers, loaded.Damage);
            return Run(settings, loaded, trace, clock, progress, cancel);
        })));
        return command;
    }

    /// <summary>Updates come from files or are made, and options of the one say nothing to the other.</summary>
    private static void RefuseMixed(FileInfo[]? updates, double days, string? option)
    {
        var files = updates is { Length: > 0 };
        if (files == days > 0)
            throw new UserException("name the updates, either with --updates FILE or with --generate-days DAYS");
        if (files && option is not null)
            throw new UserException($"{option} is for traces that are made; it needs --generate-days");
    }

    private static int Run(
        Settings settings, LoadedTable loaded, ChurnTrace trace, Stopwatch clock, IWorkProgress progress, CancellationToken cancel)
    {
        ReportWriter.Prepare(settings.Out.FullName);
        var started = DateTimeOffset.Now - clock.Elapsed;
        var environment = HostFacts.Environment();
        var context = Context(settings, loaded.Table, trace, progress, cancel);
        try
        {
            ChurnRun.Run(context);
            var tables = new ScalingTables(loaded.Table, settings.Seed);
            var scaling = (settings.Quick ? ScalingPlan.Quick : ScalingPlan.OfChurn).For(tables.Own, tables.Grows);
            context.Figures.AddRange(new ScalingExperiment(tables, settings.Kinds, scaling, settings.Seed, progress, cancel).Run());
        }
        catch (BindingMismatchException mismatch)
        {
            Console.Error.WriteLine($"Error: {mismatch.Message}. Nothing was written.");
            return ExitCode.Failed;
        }

        progress.Step("report", 1, "reports");
        var result = new RunResult
        {
            Command = settings.Command,
            Started = started,
            Duration = clock.Elapsed,
            Environment = [.. environment, new("trace", $"{trace.Source}, {trace.Seconds:N0} s"), new("tick of the clock", $"{1e9 / Stopwatch.Frequency:N0} ns")],
            Versions = HostFacts.Versions(),
            Table = TableFacts.Of(loaded.Table),
            Seed = settings.Seed,
            Quick = settings.Quick,
            Warnings = loaded.Warnings(),
            Figures = context.Figures,
        };
        ReportWriter.Write(result, settings.Out.FullName);
        PrintSummary(result);
        Console.Out.WriteLine($"Report: {Path.Combine(settings.Out.ToString(), "index.html")} ({clock.Elapsed.TotalSeconds:N0} s)");
        return loaded.ReportDamage();
    }

    private static ChurnContext Context(
        Settings settings, RouteTable table, ChurnTrace trace, IWorkProgress progress, CancellationToken cancel)
    {
        progress.Step("bind the table", 1, "tables");
        var start = StartingTable.Build(table, PeerMap.Build(table, settings.Peers, PeerRule.PrefixHash, 0, settings.Seed), trace);
        var model = new BindingModel(start);
        model.Apply(trace.Changes);
        var before = new BindingModel(start);
        var back = trace.Start.Keys
            .Select(prefix => new BindingChange(0, prefix, model.PeerOf(prefix), before.PeerOf(prefix)))
            .Where(change => change.Kind != RouteChange.None).ToArray();
        return new ChurnContext
        {
            Trace = trace,
            Table = start,
            Peers = settings.Peers,
            Kinds = settings.Kinds,
            Windows = settings.Windows,
            Plan = settings.Quick ? ChurnPlan.Quick : ChurnPlan.Full,
            Seed = settings.Seed,
            Progress = progress,
            Cancel = cancel,
            Start = new ExpectedBinding(before.Bindings),
            End = new ExpectedBinding(model.Bindings),
            Back = back,
            Load = [.. start.Prefixes.Zip(start.Peers, (prefix, peer) => new BindingChange(0, prefix, BindingChange.NoPeer, peer))],
        };
    }

    private static void PrintSummary(RunResult result)
    {
        var console = Terminal.Summary(140);
        var table = new Table { Title = new TableTitle("Each scheme in the shortest window that was replayed") };
        table.AddColumns("scheme", "memory", "a change", "worst batch", "times its own clock", "bytes a change", "loss of a peer");
        var windows = result.Figures.Where(row => row.Experiment == "replay" && row.Metric == "speed").Select(row => row.X).ToList();
        foreach (var scheme in result.Figures.Where(row => row.Experiment == "replay").Select(row => row.Scheme).Distinct())
        {
            var rows = result.Figures.Where(row => row.Scheme == scheme).ToList();
            string Replay(string metric) => Shown(rows.FirstOrDefault(row =>
                row.Experiment == "replay" && row.Metric == metric && row.X == windows.Min() && (row.Operation is "update" or "")));
            var memory = rows.FirstOrDefault(row =>
                row.Experiment == "binding-memory" && row.Metric == "page-bytes" && row.Structure == ChurnView.AllStructures);
            table.AddRow(
                Markup.Escape(scheme), Shown(memory), Replay("time-per-change"), Replay("batch-worst"), Replay("speed"),
                Replay("bytes-per-change"), Shown(rows.FirstOrDefault(row => row.Experiment == "convergence" && row.Operation == "lose-to-one" && row.Metric == "time")));
        }

        console.Write(table);
    }

    private static string Shown(Figure? row) => row switch
    {
        null => "",
        { Basis: Basis.Estimated } => $"~{Scale.For(row.Unit, [row.Value]).Show(row.Value)}",
        _ => Scale.For(row.Unit, [row.Value]).Show(row.Value),
    };
}
