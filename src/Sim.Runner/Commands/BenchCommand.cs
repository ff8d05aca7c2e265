// SPDX-License-Identifier: MIT
using System.Text.Json;
using Sim.Experiments.Bench;
using Sim.Workloads.Keys;

namespace Sim.Runner.Commands;

internal static class BenchCommand
{
    /// <summary>The largest skew. With a larger skew the first peer would get every prefix, to the precision of a double.</summary>
    private const int MostSkew = 100;

    private const string LaunchedWord = "--launched";

    /// <summary>The word for all what-ifs of the family.</summary>
    private const string AllWhatIfs = "all";

    public static Command Create()
    {
        var (table, family, order, seed) = (CommonOptions.Table(), CommonOptions.Family(), CommonOptions.Order(), CommonOptions.Seed());
        var best = CommonOptions.BestPath();
        var peers = CommonOptions.Of("--peers", "N", "Number of WireGuard peers.", 8).Between(1, 65_536);
        var peersBy = CommonOptions.Of("--peers-by", "RULE", "Chooses a prefix's peer by its hash, next-hop or origin-as.", "hash").OneOf([.. PeerMap.Names]);
        var skew = CommonOptions.Of("--peers-skew", "S", "Shares in proportion to 1/rank^S (0: equal).", 0.0)
            .Decimal($"a number from 0 to {MostSkew}", skew => skew <= MostSkew);
        var keys = StrictOptions.Words(
            "--keys", "Addresses to look up: uniform (over all addresses), prefixes (uniform over the prefixes), zipf, hot (one address).",
            [.. LookupKeys.Names], "KEYS");
        var whatIfs = WhatIfs();
        var quick = new Option<bool>("--quick") { Description = "Fewer repetitions: under 40 s on 2 cores (AMD EPYC)." };
        var limit = new Option<bool>("--limit") { Description = "Also compare lookups with the memory's latency." };
        var receiveCache = new Option<bool>("--receive-cache") { Description = "Also measure a cache before the receive check." };
        var processes = CommonOptions.Of("--processes", "N", "Processes that measure lookups.", 1).Between(1, 99);
        var launched = new Option<bool>(LaunchedWord) { Hidden = true, Description = "Write the times of lookups for the process that launched this one." };
        var (output, cacheSize, release) = (CommonOptions.Out(), CommonOptions.CacheSize(), CommonOptions.Release());
        return new Command(
            "bench",
            """
            Measures memory, lookups and updates of one table in AllowedIPs and in the FIB, and writes a report.
            Nothing else should run on the machine meanwhile; the report says if something did.

            Examples:
              bench --family 6 --quick
              bench --table latest-bview.gz --peers 100 --out reports/ris
              bench --order shuffled --keys zipf,hot --schemes multibit-trie,poptrie
            """)
        {
            table, family, peers, peersBy, skew, order, keys, whatIfs, limit, receiveCache, processes, launched, seed, best.Best, best.Peer, release,
            cacheSize, quick, output,
        }.Does((parsed, progress, cancel) =>
        {
            var (isLaunched, count) = (parsed.GetValue(launched), parsed.GetValue(peers));
            if (parsed.GetValue(processes) > 1 && parsed.GetValue(table) is { } file && !InputFile.IsReadableElsewhere(file))
                throw new UserException($"with --processes each process reads the table, so {file} must be a file");
            using var parent = isLaunched ? new Launcher.Parent(cancel) : null;
            cancel = parent?.Cancel ?? cancel;
            using var run = new MeasuredRun(parsed, release, seed, quick, isLaunched ? null : output, cacheSize);
            var loaded = TableInput.Load(parsed.GetValue(table), parsed.GetValue(family).ToFamily(), best.Rule(parsed), progress, cancel);
            if (loaded.Table.Routes.Length == 0)
            {
                loaded.ReportDamage();
                throw new UserException($"{loaded.Table.Source} holds no IPv{(int)loaded.Table.Family} prefix; nothing to measure (try the other --family)");
            }

            var peerOf = CommonOptions.Checked(() =>
                PeerMap.Build(loaded.Table, count, PeerMap.Parse(parsed.GetValue(peersBy)!), parsed.GetValue(skew), run.Seed));
            var plan = run.Quick ? BenchPlan.Quick : loaded.Table.Family == Family.IPv6 ? BenchPlan.FullV6 : BenchPlan.Full;
            using var sweep = new CacheSweep(run.CacheBytes, plan.SweepSeconds);
            var context = new BenchContext(loaded.Table, peerOf)
            {
                Peers = count, Kernel = run.Kernel, Order = parsed.GetValue(order)!, Seed = run.Seed, Plan = plan,
                Budget = run.Budget(plan.Seconds), Watch = run.Watch, Sweep = sweep, KeyPatterns = parsed.GetValue(keys)!,
                WhatIfs = Chosen(parsed, whatIfs, loaded.Table.Family), Progress = progress, Cancel = cancel,
                WithLimit = parsed.GetValue(limit), WithReceiveCache = parsed.GetValue(receiveCache), Processes = parsed.GetValue(processes),
                Launch = parsed.GetValue(processes) > 1 && !isLaunched ? () => Launch(parsed, cancel) : null,
            };
            if (parent is not null)
                return RunLaunched(context, parent);
            BenchRun.Run(context);
            return run.Report(loaded, context.Figures, PrintSummary, progress, [MeasuredRun.Swept(sweep), .. context.Facts]);
        });
    }

    private static int RunLaunched(BenchContext context, Launcher.Parent parent)
    {
        try
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(BenchRun.RunLaunched(context)));
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (parent.HasEnded)
        {
            return ExitCode.Interrupted;
        }
    }

    /// <summary>Runs the same command in a new process, which measures lookups alone.</summary>
    private static double[][][] Launch(ParseResult parsed, CancellationToken cancel) => JsonSerializer.Deserialize<double[][][]>(
        Launcher.Run([.. Launcher.Self, .. RunOf.Words(parsed), LaunchedWord], cancel))!;

    private static Option<string[]> WhatIfs()
    {
        var words = string.Join(", ", SubjectKind.WhatIfWords);
        var option = StrictOptions.Words(
            "--schemes", $"What-ifs beside AllowedIPs and the FIB: {words}, or {AllWhatIfs}. Without it, those of the IPv6 FIB.",
            [.. SubjectKind.WhatIfWords, AllWhatIfs], "NAME");
        option.DefaultValueFactory = null;
        return option;
    }

    /// <summary>Returns the what-ifs that the user named, or the usual ones of the family.</summary>
    /// <exception cref="UserException">A named what-if does not exist in the family.</exception>
    private static IReadOnlyList<SubjectKind> Chosen(ParseResult parsed, Option<string[]> whatIfs, Family family)
    {
        if (parsed.GetValue(whatIfs) is not { Length: > 0 } words)
            return SubjectKind.WhatIfs(family);
        if (words.Contains(AllWhatIfs))
            return SubjectKind.AllWhatIfs(family);
        var kinds = ReplayOptions.Chosen(parsed, whatIfs, family);
        return [.. SubjectKind.AllWhatIfs(family).Where(kind => kinds.Contains(kind.Kind))];
    }

    private static void PrintSummary(RunResult result) => Terminal.Print(
        $"{result.Table.Prefixes:N0} IPv{result.Table.Family} prefixes of {result.Table.Source}",
        ["figure", "allowedips", "fib", "fib / allowedips"], Summary(result));

    private static IEnumerable<string[]> Summary(RunResult result)
    {
        string Cell(Func<Figure, bool> match, string structure)
        {
            var row = result.Figures.FirstOrDefault(figure => figure.Structure == structure && match(figure));
            return row switch
            {
                null => "",
                { Unit: "ratio" } => $"{row.Value:0.00} ({row.Low:0.00}-{row.High:0.00}){(row.Flag.Length > 0 ? $", {Words.Flag(row.Flag)}" : "")}",
                { Basis: Basis.Measured } => $"{row.Value:N0} {row.Unit} ({row.Low:N0}-{row.High:N0})",
                _ => $"{row.Value:N1} {row.Unit}",
            };
        }

        string[] Line(string name, Func<Figure, bool> match, Func<Figure, bool> ratio) =>
            [name, Cell(match, Names.AllowedIps), Cell(match, Names.Fib), Cell(ratio, Names.FibOverAllowedIps)];

        var order = result.Figures.First(figure => figure.Experiment == Experiment.Lookup).Order;
        yield return Line("page bytes per prefix", row => row.Metric == Metrics.PageBytesPerPrefix && row.Order == order, _ => false);
        yield return Line(
            "load, per prefix", row => row.Metric == Metrics.TimePerPrefix && row.Order == order,
            row => row.Experiment == Experiment.Load && row.Metric == Metrics.Ratio && row.Order == order);
        foreach (var time in result.Figures.Where(row => (row.Experiment == Experiment.Lookup || row.Experiment == Experiment.Update) && row.Metric == Metrics.Time)
            .DistinctBy(Place))
        {
            var name = time.Experiment == Experiment.Lookup ? $"lookup, {time.Keys}, {time.Chain}" : $"{time.Operation}, per prefix";
            bool Is(Figure row, Metric metric) => row.Metric == metric && Place(row) == Place(time);
            yield return Line(name, row => Is(row, Metrics.Time), row => Is(row, Metrics.Ratio));
        }

        static (string, string, string, string) Place(Figure row) => (row.Experiment, row.Keys, row.Chain, row.Operation);
    }
}
