// SPDX-License-Identifier: MIT
using Sim.Experiments.Scaling;

namespace Sim.Runner.Commands;

internal static class ScaleCommand
{
    public static Command Create()
    {
        var (table, family, seed, best) = (CommonOptions.Table(), CommonOptions.Family(), CommonOptions.Seed(), CommonOptions.BestPath());
        var schemes = ReplayOptions.Schemes();
        var prefixes = StrictOptions.Numbers("--prefixes", "Numbers of prefixes, at 32 peers; the table's own number is added.",
            [.. ScalingPlan.Whole.Prefixes], 2, TableGenerator.Largest, "N");
        var peers = StrictOptions.Numbers("--peers", "Numbers of peers, at 100,000 prefixes.",
            [.. ScalingPlan.Whole.Peers], 1, ScalingPlan.MostPeers, "N");
        var quick = new Option<bool>("--quick") { Description = "Fewer sizes and repetitions, as churn --quick." };
        var (output, cacheSize, release) = (CommonOptions.Out(), CommonOptions.CacheSize(), CommonOptions.Release());
        return new Command(
            "scale",
            """
            Measures every scheme over 10 to 4 million prefixes and 1 to 10,000 peers, and writes a report.
            Smaller tables are random samples of the given one; larger ones are made with its structure.

            Examples:
              scale --family 6 --quick
              scale --table latest-bview.gz --schemes remove-me,route
              scale --prefixes 10,100,1000,10000 --peers 1,10,100
            """)
        {
            table, family, schemes, prefixes, peers, best.Best, best.Peer, seed, release, cacheSize, quick, output,
        }.Does((parsed, progress, cancel) =>
        {
            using var run = new MeasuredRun(parsed, release, seed, quick, output, cacheSize);
            var chosen = parsed.GetValue(family).ToFamily();
            var kinds = ReplayOptions.Chosen(parsed, schemes, chosen);
            var loaded = TableInput.Load(parsed.GetValue(table), chosen, best.Rule(parsed), progress, cancel);
            var tables = new ScalingTables(loaded.Table, run.Seed);
            var plan = Plan(Asked(parsed, prefixes), Asked(parsed, peers), run.Quick, tables) with { Kernel = run.Kernel };
            var figures = new ScalingExperiment(tables, kinds, plan, run.Seed, progress, cancel, run.Watch).Run();
            return run.Report(loaded, figures, PrintSummary, progress, MeasuredRun.Tick);
        });
    }

    /// <summary>Returns the option's numbers in ascending order; null if the user did not give the option.</summary>
    private static int[]? Asked(ParseResult parsed, Option<int[]> option) =>
        parsed.GetResult(option) is { Implicit: false } ? [.. parsed.GetValue(option)!.Order()] : null;

    /// <summary>Returns the plan. Sizes that the user named are measured without a time limit.</summary>
    private static ScalingPlan Plan(int[]? prefixes, int[]? peers, bool quick, ScalingTables tables)
    {
        var plan = quick ? ScalingPlan.Quick : ScalingPlan.Whole;
        if (peers is not null)
            plan = plan with { Peers = peers, PeerSeconds = double.PositiveInfinity };
        if (prefixes is null)
            return plan.For(tables.Own, tables.Grows);
        if (prefixes[^1] > tables.Own && !tables.Grows)
        {
            throw new UserException($"--prefixes asks for {prefixes[^1]:N0}, but the table has {tables.Own:N0}; "
            + $"larger tables are only generated from tables of {ScalingTables.LeastToGrow:N0} or more");
        }

        return plan with { Prefixes = prefixes, PrefixSeconds = double.PositiveInfinity, FixedPrefixes = Math.Min(plan.FixedPrefixes, tables.Own) };
    }

    private static void PrintSummary(RunResult result)
    {
        var times = result.Figures.Where(row => row.Experiment == Experiment.Scaling && row.Item == Axes.Prefixes).ToList();
        if (times.Count == 0)
            return;
        var (least, most) = (times.Min(row => row.X), times.Max(row => row.X));
        string[] Line(string scheme)
        {
            string Shown(string operation, Metric metric) => string.Join(" / ", new[] { least, most }.Select(place => times
                .Find(row => row.Scheme == scheme && row.X == place && row.Operation == operation && row.Metric == metric) is { } row
                    ? Scale.Of(row).Show(row.Value) : "–"));
            var exponent = result.Figures.LastOrDefault(row => row.Experiment == Experiment.ScalingFit && row.Scheme == scheme
                && row.Item == Axes.Prefixes && row.Operation == Operations.Delete && row.Metric == Metrics.Exponent);
            return
            [
                scheme, Shown("", Metrics.PageBytesPerPrefix), Shown(Operations.Transmit, Metrics.Time),
                Shown(Operations.Insert, Metrics.Time), Shown(Operations.Move, Metrics.Time), Shown(Operations.Delete, Metrics.Time),
                exponent is null ? "" : $"{exponent.Value:0.00} ({exponent.Low:0.00} to {exponent.High:0.00})",
            ];
        }

        Terminal.Print(
            $"Each scheme with {least:N0} and with {most:N0} prefixes",
            ["scheme", "bytes per prefix", "transmit", "insert", "move", "delete", "exponent of delete"],
            times.Select(row => row.Scheme).Distinct().Select(Line), 140);
    }
}
