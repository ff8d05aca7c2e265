// SPDX-License-Identifier: MIT
using System.Diagnostics;
using Sim.Figures.Machine;
using Sim.Lab;
using Sim.Validation;
using Sim.Validation.Inputs;
using Sim.Validation.Patched;
using Sim.Validation.Readers;
using Sim.Validation.Session;
using Sim.Validation.Trace;

namespace Sim.Runner.Commands;

internal static class ValidateCommand
{
    /// <summary>The number of WireGuard peers. The number is small enough for every kernel, and too large for one message.</summary>
    private const int Peers = 8;

    /// <summary>The most peers of a trace. Under one of the schemes the kernel must make a device for each peer.</summary>
    private const int MostTracePeers = 1000;

    private static readonly int[] s_windows = [0, 100, 1000];

    private static readonly string[] s_lanes = [.. Enum.GetValues<LaneKind>().Select(lane => lane.Word())];

    /// <summary>The user's choices. Trace has the files (empty: no replay), and the peers, windows and schemes of the replay.</summary>
    private sealed record Settings(
        string Command, LaneKind Lane, KernelRelease Release, ValidationParts Parts, ulong Seed, bool Quick, OutputFolder Out, BestPathRule Rule,
        (FileInfo[] Files, int Peers, int[] Windows, string[] Schemes) Trace);

    public static Command Create()
    {
        var (table, seed, best, output) = (CommonOptions.Table(), CommonOptions.Seed(), CommonOptions.BestPath(), CommonOptions.Out("validation"));
        var kernel = CommonOptions.Of(
            "--kernel", "KERNEL", "uml (User-Mode Linux), uml-patched (with the patch series), uml-unhashed (patched, with the stock hash of nexthops), "
                + "uml-smp (patched, several processors), qemu (Debian's kernel in QEMU), host (the running kernel; needs root).", "uml").OneOf(s_lanes);
        var release = CommonOptions.Release("the kernel and of the ports");
        var parts = CommonOptions.Of(
            "--parts", "PARTS", "counts (and messages), costs (times), all (both), trace (only --updates), unchanged (counts that uml-patched "
                + "shares with uml), readers (lookups beside a writer, in uml-smp), packets (through a hub), peers (one device or a device each).", "all")
            .OneOf(["counts", "costs", "all", "trace", "unchanged", "readers", "packets", "peers"]);
        var updates = ReplayOptions.Updates("MRT files of updates to replay under every scheme that the kernel can run.");
        var peers = ReplayOptions.Peers(MostTracePeers);
        var (schemes, batch) = (ReplayOptions.Schemes(whatIfs: false), ReplayOptions.Windows(s_windows));
        var quick = new Option<bool>("--quick") { Description = "A sample of the table: under a minute with a built kernel." };
        return new Command(
            "validate",
            """
            Compares the ports with a real kernel: every count, answer and netlink byte of the same operations.
            Exits with 1 if one differs. The first run builds a kernel, which takes minutes.

            Examples:
              validate --quick --kernel qemu --release 6.12
              validate --kernel uml-patched --parts costs
              validate --updates updates.mrt --parts trace --kernel uml-patched
            """)
        {
            table, kernel, release, parts, updates, peers, schemes, batch, seed, best.Best, best.Peer, quick, output,
        }.Does((parsed, progress, cancel) =>
        {
            using var folder = ReportWriter.Prepare(parsed.GetValue(output)!.ToString());
            var settings = new Settings(
                RunOf.Command(parsed), Lanes.Of(parsed.GetValue(kernel)!), KernelReleases.Of(parsed.GetValue(release)!),
                Enum.Parse<ValidationParts>(parsed.GetValue(parts)!, ignoreCase: true), parsed.GetValue(seed), parsed.GetValue(quick), folder,
                best.Rule(parsed), (parsed.GetValue(updates)!, parsed.GetValue(peers), parsed.GetValue(batch)!, ReplayOptions.Words(parsed, schemes)));
            Refuse(settings, isKernelGiven: parsed.GetResult(kernel) is { Implicit: false });
            var clock = Stopwatch.StartNew();
            var loaded = TableInput.Load(parsed.GetValue(table), [Family.IPv4, Family.IPv6], settings.Rule, progress, cancel)
                .Where(one => one.Table.Routes.Length > 0).ToList();
            if (loaded.Count == 0)
                throw new UserException("the table holds no prefix; nothing to validate with");
            return RunsScripts(settings.Parts)
                ? PacketScripts.Run(new ScriptRun(parsed, folder, loaded, cancel), settings.Parts == ValidationParts.Peers, loaded, settings.Seed, settings.Quick)
                : new Session(settings, loaded, clock, progress, cancel).Run();
        });
    }

    /// <summary>Returns whether scripts of kernel-patch do all the work of a part, in guests of their own.</summary>
    private static bool RunsScripts(ValidationParts parts) => parts is ValidationParts.Packets or ValidationParts.Peers;

    /// <summary>Refuses options that do not go together.</summary>
    /// <exception cref="UserException">Thrown if the options are refused. The message names them.</exception>
    private static void Refuse(Settings settings, bool isKernelGiven)
    {
        if (RunsScripts(settings.Parts) && (isKernelGiven || settings.Release != KernelRelease.Linux7_3 || settings.Trace.Files.Length > 0))
        {
            throw new UserException($"--parts {settings.Parts.ToString().ToLowerInvariant()} starts patched kernels of its own, of Linux 7.3, and replays no trace: "
                + "it goes without --kernel, --updates and another --release");
        }

        if (settings.Parts == ValidationParts.Trace && settings.Trace.Files.Length == 0)
            throw new UserException("--parts trace needs the trace: --updates FILE");
        if (settings.Parts == ValidationParts.Unchanged && settings.Lane != LaneKind.UmlPatched)
            throw new UserException("--parts unchanged compares the patched kernel with an unpatched one: it needs --kernel uml-patched");
        if ((settings.Parts == ValidationParts.Readers) != (settings.Lane == LaneKind.UmlSmp))
            throw new UserException("--parts readers and --kernel uml-smp go together: lookups beside a writer need a kernel of several processors, and that kernel runs nothing else");
        if (settings.Parts == ValidationParts.Readers && settings.Trace.Files.Length > 0)
            throw new UserException("--parts readers replays no trace: it goes without --updates");
        if (settings.Lane == LaneKind.UmlSmp && Environment.ProcessorCount < 2)
            throw new UserException("--kernel uml-smp needs a machine with at least two processors");
        if (settings.Lane.IsPatched() && settings.Release != KernelRelease.Linux7_3)
            throw new UserException($"the series is for Linux 7.3: --kernel {settings.Lane.Word()} goes without --release {settings.Release.Word()}");
    }

    private sealed class Session(Settings settings, List<LoadedTable> loaded, Stopwatch clock, IWorkProgress progress, CancellationToken cancel)
    {
        private readonly ValidationPlan _plan = (settings.Quick ? ValidationPlan.Quick : ValidationPlan.Full).For(settings.Lane == LaneKind.Qemu);
        private readonly List<NamedFact> _environment = [.. HostFacts.Environment()];
        private readonly ValidationFindings _found = new([], []);

        public int Run()
        {
            var traces = Traces();
            var context = settings.Parts switch
            {
                ValidationParts.Trace => null,
                ValidationParts.Readers => InFolder(RunReaders),
                _ => InFolder(ValidateTables),
            };
            if (traces.Count > 0)
                context = InFolder(data => Replay(traces, data));
            progress.Step("report", 1, "reports");
            SafeKeeping.Write(Result(), settings.Out);
            Terminal.Announce($"the report is in {settings.Out.Name}", () => ValidationSummary.Print(context!, settings.Out.Name, clock.Elapsed));
            var damaged = loaded.Max(one => one.ReportDamage());
            return context!.Differences.Any() ? ExitCode.Failed : damaged;
        }

        /// <summary>Reads the traces, if any are named, before the steps that take minutes.</summary>
        private List<TraceInput> Traces()
        {
            var trace = settings.Trace;
            if (trace.Files.Length == 0)
                return [];
            var inputs = TraceInput.Read(
                trace.Files, loaded, settings.Rule, trace.Peers, trace.Windows, settings.Quick ? TracePlan.Quick : TracePlan.Full, settings.Seed,
                progress, cancel);
            return new TraceRun(inputs, trace.Schemes, settings.Lane, settings.Release).Cases().Any()
                ? inputs
                : throw new UserException($"--kernel {settings.Lane.Word()} can run none of the schemes {string.Join(", ", trace.Schemes)}: {TraceKinds.Needs}");
        }

        /// <summary>Runs work with a temporary folder for the agent's input.</summary>
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

        /// <summary>Runs counts and costs in one kernel. If QEMU can use KVM, the counts run with KVM. The costs are counts of
        /// instructions, so the costs then run in a second kernel without KVM.</summary>
        private ValidationContext ValidateTables(string data)
        {
            progress.Step("make the input", 1, "tables");
            var inputs = loaded.Select(one => Input(one.Table)).ToList();
            foreach (var input in inputs)
                input.Write(data);
            var sweep = settings.Lane.IsPatched() && inputs[0].Family == Family.IPv4 ? new PeerSweep(inputs[0]) : null;
            sweep?.Write(data);
            cancel.ThrowIfCancellationRequested();
            ValidationContext Run(VmOptions options, ValidationParts parts) =>
                WithKernel(options, Peers, context => ValidationRun.Run(context, inputs, options.Cpu, parts, sweep));

            var options = Options(data);
            if (settings.Lane != LaneKind.Qemu || !Vm.KvmMayWork)
                return Run(options, settings.Parts);
            var counted = settings.Parts.HasFlag(ValidationParts.Counts)
                ? Run(options with { InstructionCount = false, AllowKvm = true }, ValidationParts.Counts) : null;
            return settings.Parts.HasFlag(ValidationParts.Costs) ? Run(options, ValidationParts.Costs) : counted!;
        }

        private ValidationContext RunReaders(string data)
        {
            progress.Step("make the input", 1, "tables");
            var inputs = loaded.Select(one => ReaderInput.Build(Sample(one.Table), _plan, settings.Seed)).ToList();
            foreach (var input in inputs)
                input.Write(data);
            return WithKernel(Options(data), ReaderInput.Peers, context => new ReaderBenchmark(context).Run(inputs));
        }

        /// <summary>Replays the trace with a fresh kernel for each scheme, so that no replay affects another replay.</summary>
        private ValidationContext Replay(List<TraceInput> inputs, string data)
        {
            _environment.AddRange(inputs.Select(input => new NamedFact($"trace IPv{(int)input.Family}", input.Facts)));
            var replay = new TraceRun(inputs, settings.Trace.Schemes, settings.Lane, settings.Release);
            replay.Write(data, progress, cancel);
            ValidationContext? last = null;
            foreach (var (input, kind) in replay.Cases())
                last = WithKernel(Options(data), settings.Trace.Peers, context => replay.Run(context, input, kind));
            replay.End(_found);
            return last!;
        }

        private VmOptions Options(string data) => new()
        {
            Lane = settings.Lane, Release = settings.Release, DataFolder = data,
            Processors = settings.Lane == LaneKind.UmlSmp ? Math.Min(Environment.ProcessorCount, Lanes.MostProcessors) : 1,
            Cpu = settings.Lane is LaneKind.Host or LaneKind.UmlSmp ? null : Environment.ProcessorCount - 1,
            InstructionCount = settings.Lane == LaneKind.Qemu,
        };

        private ValidationContext WithKernel(VmOptions options, int peers, Action<ValidationContext> work)
        {
            progress.Step($"start the kernel ({options.Lane.Word()})", 1, "kernels");
            using var vm = Vm.Start(options, line => progress.Step(line, 1, "steps"), cancel);
            NamedFact[] facts = [new(ValidationRows.KernelFact, vm.Description), new(ValidationRows.LaneFact, options.Lane.Word())];
            _environment.AddRange(facts.Except(_environment));
            var machine = new KernelUnderTest(vm);
            var hello = machine.Hello();
            var cpus = (int)hello.Long("cpus");
            if (!hello["kernel"].StartsWith(options.Release.Word() + ".", StringComparison.Ordinal))
                _found.Warnings.Add($"The ports follow Linux {options.Release.Word()}, but the kernel is {hello["kernel"]}. Rows differ where the two releases differ.");
            var context = new ValidationContext
            {
                Machine = machine, Plan = _plan,
                Slub = new SlubConfig(cpus, Multiprocessor: !options.Lane.IsUml() || options.Processors > 1) { Release = options.Release },
                ComparesSlabs = options.Lane != LaneKind.Host, Peers = peers, Cpus = cpus, Progress = progress,
                Cancel = cancel, Found = _found,
            };
            work(context);
            return context;
        }

        private FamilyInput Input(RouteTable table)
        {
            var sample = Sample(table);
            return FamilyInput.Build(sample, PeerMap.Build(sample, Peers, PeerRule.PrefixHash, skew: 0, settings.Seed), Peers, _plan, settings.Seed);
        }

        private RouteTable Sample(RouteTable table) =>
            TableOrder.Sample(table, table.Family == Family.IPv4 ? _plan.MostV4 : _plan.MostV6, settings.Seed);

        private RunResult Result() => new()
        {
            Command = settings.Command, Started = DateTimeOffset.Now - clock.Elapsed, Duration = clock.Elapsed,
            Environment = _environment, Versions = RunOf.Versions(settings.Release), Table = loaded[0].Table.Facts(),
            Seed = settings.Seed, Quick = settings.Quick,
            Warnings = [.. loaded.SelectMany(one => one.Warnings()), .. _found.Warnings], Figures = _found.Figures,
        };
    }
}
