// SPDX-License-Identifier: MIT
using System.CommandLine;
using System.Diagnostics;
using Sim.Figures;
using Sim.Figures.Machine;
using Sim.Files;
using Sim.Kernel;
using Sim.Lab;
using Sim.Reports;
using Sim.Validation;
using Sim.Validation.Inputs;
using Sim.Validation.Patched;
using Sim.Validation.Session;
using Sim.Validation.Trace;
using Sim.Workloads;
using Sim.Workloads.Files;
using Sim.Workloads.Mrt;
using Sim.Workloads.Tables;

namespace Sim.Runner.Commands;

/// <summary><c>validate</c>: compares the ports with the real kernel, and writes a report.</summary>
internal static class ValidateCommand
{
    /// <summary>The number of WireGuard peers: few enough for every kernel, and more than fit into one message.</summary>
    private const int Peers = 8;

    /// <summary>The most peers of a trace. In one scheme each peer has its own device, which the kernel has to make.</summary>
    private const int MostTracePeers = 1000;

    private static readonly int[] s_windows = [0, 100, 1000];

    private static readonly string[] s_lanes = [.. Enum.GetValues<LaneKind>().Select(lane => lane.Word())];

    private sealed record Settings(
        string Command, LaneKind Lane, ValidationParts Parts, ulong Seed, bool Quick, OutputFolder Out)
    {
        public required BestPathRule Rule { get; init; }

        /// <summary>Files of a trace, the peers and windows that it is replayed with, and the schemes; no file, no replay.</summary>
        public required (FileInfo[] Files, int Peers, int[] Windows, string[] Schemes) Trace { get; init; }
    }

    public static Command Create()
    {
        var table = CommonOptions.Table();
        var seed = CommonOptions.Seed();
        var best = CommonOptions.BestPath();
        var kernel = new Option<string>("--kernel")
        {
            Description = "uml (User-Mode Linux), uml-patched (with the patch series), uml-unhashed (patched, with the old hash of nexthops), "
                + "qemu (Debian's kernel in QEMU), host (the running kernel; needs root).",
            DefaultValueFactory = _ => "uml",
            HelpName = "KERNEL",
        }.OneOf(s_lanes);
        var parts = new Option<string>("--parts")
        {
            Description = "counts (and messages), costs (times), all (both), trace (--updates alone), unchanged (counts that uml-patched "
                + "shares with uml).",
            DefaultValueFactory = _ => "all",
            HelpName = "PARTS",
        }.OneOf(["counts", "costs", "all", "trace", "unchanged"]);
        var (updates, peers) = (ReplayOptions.Updates(required: false), ReplayOptions.Peers(MostTracePeers));
        var (schemes, batch) = (ReplayOptions.Schemes(whatIfs: false), ReplayOptions.Windows(s_windows));
        updates.Description = "MRT files of updates to replay under every scheme that the kernel can run.";
        var quick = new Option<bool>("--quick") { Description = "A sample of the table: under a minute with a built kernel." };
        var output = new Option<DirectoryInfo>("--out")
        {
            Description = "Folder of the report.",
            DefaultValueFactory = _ => new DirectoryInfo(ReportFolders.At("validation")),
            HelpName = "DIR",
        };
        var command = new Command(
            "validate",
            """
            Compares the ports with a real kernel: every count, answer and netlink byte of the same operations.
            Exits with 1 if one differs. The first run builds a kernel, which takes minutes.

            Examples:
              validate --quick --kernel qemu
              validate --kernel uml-patched --parts costs
              validate --updates updates.mrt --parts trace --kernel uml-patched
            """)
        {
            table, kernel, parts, updates, peers, schemes, batch, seed, best.Best, best.Peer, quick, output,
        };
        command.SetAction((parsed, cancel) => Task.FromResult(Terminal.WithProgress(progress =>
        {
            using var folder = ReportWriter.Prepare(parsed.GetValue(output)!.ToString());
            var settings = new Settings(
                TypedCommand.Of(parsed), Lanes.Of(parsed.GetValue(kernel)!),
                Enum.Parse<ValidationParts>(parsed.GetValue(parts)!, ignoreCase: true), parsed.GetValue(seed), parsed.GetValue(quick), folder)
            {
                Rule = best.Rule(parsed),
                Trace = (parsed.GetValue(updates)!, parsed.GetValue(peers), parsed.GetValue(batch)!, ReplayOptions.Words(parsed, schemes)),
            };
            if (settings.Parts == ValidationParts.Trace && settings.Trace.Files.Length == 0)
                throw new UserException("--parts trace needs the trace: --updates FILE");
            if (settings.Parts == ValidationParts.Unchanged && settings.Lane != LaneKind.UmlPatched)
                throw new UserException("--parts unchanged compares the patched kernel with an unpatched one: it needs --kernel uml-patched");
            var clock = Stopwatch.StartNew();
            var loaded = TableInput.Load(parsed.GetValue(table), [Family.IPv4, Family.IPv6], settings.Rule, progress, cancel)
                .Where(one => one.Table.Routes.Length > 0).ToList();
            return Run(settings, loaded, clock, progress, cancel);
        })));
        return command;
    }

    private static int Run(
        Settings settings, List<LoadedTable> loaded, Stopwatch clock, IWorkProgress progress, CancellationToken cancel)
    {
        if (loaded.Count == 0)
            throw new UserException("the table holds no prefix; nothing to validate with");
        var traces = Traces(settings, loaded, progress, cancel);
        var environment = HostFacts.Environment().ToList();
        var plan = settings.Quick ? ValidationPlan.Quick : ValidationPlan.Full;
        plan = settings.Lane == LaneKind.Qemu ? plan.ForInstructions() : plan;
        var found = new ValidationFindings([], []);
        var context = settings.Parts == ValidationParts.Trace
            ? null
            : InFolder(data => ValidateTables(settings, plan, loaded, data, found, environment, progress, cancel));
        if (traces.Count > 0)
            context = InFolder(data => Replay(settings, plan, traces, data, found, environment, progress, cancel));
        progress.Step("report", 1, "reports");
        var result = Result(settings, loaded[0].Table, loaded, context!, environment, clock);
        SafeKeeping.Write(result, settings.Out);
        Terminal.Announce($"the report is in {settings.Out.Name}", () => ValidationSummary.Print(context!, settings.Out.Name, clock.Elapsed));
        var damaged = loaded.Max(one => one.ReportDamage());
        return context!.Differences.Any() ? ExitCode.Failed : damaged;
    }

    /// <summary>Reads the traces, if any are named, before the steps that take minutes.</summary>
    private static List<TraceInput> Traces(Settings settings, List<LoadedTable> loaded, IWorkProgress progress, CancellationToken cancel)
    {
        var trace = settings.Trace;
        if (trace.Files.Length == 0)
            return [];
        var inputs = TraceInputs.Load(
            trace.Files, loaded, settings.Rule, trace.Peers, trace.Windows, settings.Quick ? TracePlan.Quick : TracePlan.Full, settings.Seed,
            progress, cancel);
        return new TraceRun(inputs, trace.Schemes, settings.Lane).Cases().Any()
            ? inputs
            : throw new UserException($"--kernel {settings.Lane.Word()} can run none of the schemes {string.Join(", ", trace.Schemes)}: {TraceKinds.Needs}");
    }

    /// <summary>Gives the work a folder for the agent's input, and removes it when the kernel has ended.</summary>
    private static ValidationContext InFolder(Func<string, ValidationContext> work)
    {
        var data = Directory.CreateTempSubdirectory("sim-validate-");
        try
        {
            return work(data.FullName);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static ValidationContext ValidateTables(
        Settings settings, ValidationPlan plan, List<LoadedTable> loaded, string data, ValidationFindings found,
        List<KeyValuePair<string, string>> environment, IWorkProgress progress, CancellationToken cancel)
    {
        progress.Step("make the input", 1, "tables");
        var inputs = loaded.Select(one => Input(one.Table, plan, settings.Seed)).ToList();
        foreach (var input in inputs)
            input.Write(data);
        var sweep = settings.Lane.IsPatched() && inputs[0].Family == Family.IPv4 ? new PeerSweep(inputs[0]) : null;
        sweep?.Write(data);
        cancel.ThrowIfCancellationRequested();
        return Execute(settings, plan, inputs, sweep, data, found, environment, progress, cancel);
    }

    /// <summary>Replays the trace with a fresh kernel for each scheme, so that results do not depend on other validations.</summary>
    private static ValidationContext Replay(
        Settings settings, ValidationPlan plan, List<TraceInput> inputs, string data, ValidationFindings found,
        List<KeyValuePair<string, string>> environment, IWorkProgress progress, CancellationToken cancel)
    {
        environment.AddRange(inputs.Select(input => new KeyValuePair<string, string>($"trace IPv{(int)input.Family}", input.Facts)));
        var replay = new TraceRun(inputs, settings.Trace.Schemes, settings.Lane);
        replay.Write(data, progress, cancel);
        ValidationContext? last = null;
        foreach (var (input, kind) in replay.Cases())
        {
            last = WithKernel(
                Options(settings, data), plan, settings.Trace.Peers, found, environment, progress, context => replay.Run(context, input, kind), cancel);
        }

        replay.End(found);
        return last!;
    }

    /// <summary>
    /// Runs counts and costs in one kernel. If QEMU can use KVM, it runs the counts with KVM, and the costs, which are instructions, in a
    /// second kernel without it.
    /// </summary>
    private static ValidationContext Execute(
        Settings settings, ValidationPlan plan, IReadOnlyList<FamilyInput> inputs, PeerSweep? sweep, string data, ValidationFindings found,
        List<KeyValuePair<string, string>> environment, IWorkProgress progress, CancellationToken cancel)
    {
        var options = Options(settings, data);
        if (settings.Lane != LaneKind.Qemu || !Vm.KvmMayWork)
            return Execute(options, settings.Parts, plan, inputs, sweep, found, environment, progress, cancel);
        ValidationContext? counted = null;
        if (settings.Parts.HasFlag(ValidationParts.Counts))
        {
            counted = Execute(
                options with { InstructionCount = false, AllowKvm = true }, ValidationParts.Counts, plan, inputs, sweep, found, environment,
                progress, cancel);
        }

        return settings.Parts.HasFlag(ValidationParts.Costs)
            ? Execute(options, ValidationParts.Costs, plan, inputs, sweep, found, environment, progress, cancel)
            : counted!;
    }

    private static ValidationContext Execute(
        VmOptions options, ValidationParts parts, ValidationPlan plan, IReadOnlyList<FamilyInput> inputs, PeerSweep? sweep,
        ValidationFindings found, List<KeyValuePair<string, string>> environment, IWorkProgress progress, CancellationToken cancel)
    {
        return WithKernel(
            options, plan, Peers, found, environment, progress, context => ValidationRun.Run(context, inputs, options.Cpu, parts, sweep), cancel);
    }

    private static VmOptions Options(Settings settings, string data) => new()
    {
        Lane = settings.Lane,
        DataFolder = data,
        Cpu = settings.Lane == LaneKind.Host ? null : Environment.ProcessorCount - 1,
        InstructionCount = settings.Lane == LaneKind.Qemu,
    };

    /// <summary>Starts a kernel, runs the work, and ends the kernel.</summary>
    private static ValidationContext WithKernel(
        VmOptions options, ValidationPlan plan, int peers, ValidationFindings found, List<KeyValuePair<string, string>> environment,
        IWorkProgress progress, Action<ValidationContext> work, CancellationToken cancel)
    {
        progress.Step($"start the kernel ({options.Lane.Word()})", 1, "kernels");
        using var vm = Vm.Start(options, line => progress.Step(line, 1, "steps"), cancel);
        if (!environment.Contains(new(ValidationRows.KernelFact, vm.Description)))
            environment.Add(new(ValidationRows.KernelFact, vm.Description));
        if (!environment.Contains(new(ValidationRows.LaneFact, options.Lane.Word())))
            environment.Add(new(ValidationRows.LaneFact, options.Lane.Word()));
        var machine = new KernelUnderTest(vm);
        var cpus = (int)machine.Hello().Long("cpus");
        var context = new ValidationContext
        {
            Machine = machine,
            Plan = plan,
            Slub = new SlubConfig(cpus, CpuPartial: !options.Lane.IsUml()),
            ComparesSlabs = options.Lane != LaneKind.Host,
            Peers = peers,
            Cpus = cpus,
            Progress = progress,
            Cancel = cancel,
            Found = found,
        };
        work(context);
        return context;
    }

    private static FamilyInput Input(RouteTable table, ValidationPlan plan, ulong seed)
    {
        var most = table.Family == Family.IPv4 ? plan.MostV4 : plan.MostV6;
        var sample = TableOrder.Sample(table, most, seed);
        var peerOf = PeerMap.Build(sample, Peers, PeerRule.PrefixHash, skew: 0, seed);
        return FamilyInput.Build(sample, peerOf, Peers, plan, seed);
    }

    private static RunResult Result(
        Settings settings, RouteTable table, IReadOnlyList<LoadedTable> loaded, ValidationContext context,
        IReadOnlyList<KeyValuePair<string, string>> environment, Stopwatch clock) => new()
        {
            Command = settings.Command,
            Started = DateTimeOffset.Now - clock.Elapsed,
            Duration = clock.Elapsed,
            Environment = environment,
            Versions = RunOf.Versions(),
            Table = table.Facts(),
            Seed = settings.Seed,
            Quick = settings.Quick,
            Warnings = [.. loaded.SelectMany(one => one.Warnings()), .. context.Warnings],
            Figures = context.Figures,
        };
}
