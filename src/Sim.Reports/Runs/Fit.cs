// SPDX-License-Identifier: MIT
namespace Sim.Reports.Runs;

/// <summary>Decides which runs may be combined, and says how their machines differ.</summary>
public static class Fit
{
    /// <summary>The facts of a run's environment that affect the run's counts.</summary>
    private static readonly string[] s_decisive = ["trace", ValidationRows.KernelFact, ValidationRows.LaneFact];

    /// <summary>Facts that differ in every run.</summary>
    private static readonly string[] s_passing =
    [
        HostFacts.LoadFact, HostFacts.LoadEndFact, HostFacts.OthersFact, HostFacts.StealFact, HostFacts.PressureFact, HostFacts.SweepFact,
    ];

    /// <summary>Refuses runs whose counted rows cannot be equal, and results that were made of several runs.</summary>
    /// <exception cref="UserException">Thrown if the runs are refused. The message names two runs and their difference.</exception>
    public static void RefuseUnlike(IReadOnlyList<StoredRun> runs)
    {
        RefuseMade(runs);
        Same(runs, "--quick", run => run.Result.Quick ? "few repetitions" : "all repetitions");
        foreach (var name in runs.SelectMany(run => run.Result.Versions).Select(version => version.Name).Distinct().ToList())
            Same(runs, $"version of {name}", run => Value(run.Result.Versions, name));
        RefuseOtherInput(runs);
        foreach (var (part, figure) in Parts(runs).SelectMany(part => part.SelectMany(run => run.Result.Figures).DistinctBy(f => (f.Experiment, f.Family)).Select(f => (part, f))))
            Same(part, $"peers in {figure.Experiment}, IPv{figure.Family}", run => Peers(run, figure.Experiment, figure.Family));
    }

    /// <summary>Refuses runs with different tables, seeds, traces or kernels.</summary>
    /// <exception cref="UserException">Thrown if the runs are refused. The message names two runs and their difference.</exception>
    public static void RefuseOtherInput(IReadOnlyList<StoredRun> runs)
    {
        foreach (var family in (int[])[4, 6])
            Same(runs, $"IPv{family} table", run => run.Result.Table.Family == family ? run.Result.Table.Sha256 : null, run => Table(run.Result.Table));
        Same(runs, "seed", run => $"{run.Result.Seed}");
        foreach (var (part, name) in Parts(runs).SelectMany(part => s_decisive.Select(name => (part, name))))
            Same(part, name, run => Value(run.Result.Environment, name));
    }

    /// <summary>Refuses results that were made of several runs, and a run that is given twice.</summary>
    /// <exception cref="UserException">Thrown if the runs are refused. The message names the folders.</exception>
    public static void RefuseMade(IReadOnlyList<StoredRun> runs)
    {
        if (runs.FirstOrDefault(run => run.Result.Runs.Count > 0) is { } made)
        {
            throw new UserException($"{made.Name} was itself made of {made.Result.Runs.Count} runs ({string.Join(", ", made.Result.Runs.Select(run => run.Name))}); "
                + "give those runs: a median of medians would hide their number");
        }

        foreach (var twice in runs.GroupBy(run => (run.Result.Started, run.Result.Duration, run.Result.Command)).Where(g => g.Count() > 1))
            throw new UserException($"{string.Join(" and ", twice.Select(run => run.Name))} are the same run; a run that is given twice would confirm itself");
    }

    /// <summary>Returns the facts of the machine that differ between the runs. Different facts may explain a change of times.</summary>
    public static IEnumerable<string> MachineDifferences(IReadOnlyList<StoredRun> runs)
    {
        var names = runs.SelectMany(run => run.Result.Environment).Select(fact => fact.Name).Distinct().Except(s_passing).Except(s_decisive);
        foreach (var name in names)
        {
            var values = runs.GroupBy(run => Value(run.Result.Environment, name)).Where(g => g.Key is not null).ToList();
            if (values.Count > 1)
                yield return $"{name} differs: {string.Join("; ", values.Select(g => $"{g.Key} ({string.Join(", ", g.Select(run => run.Name))})"))}";
        }
    }

    /// <summary>Returns a named fact; null if the run does not state it.</summary>
    public static string? Value(IReadOnlyList<NamedFact> facts, string name) => facts.FirstOrDefault(fact => fact.Name == name)?.Value;

    private static List<List<StoredRun>> Parts(IReadOnlyList<StoredRun> runs) =>
        [.. runs.GroupBy(run => run.Facts("").Part).Select(part => part.ToList())];

    private static void Same(IReadOnlyList<StoredRun> runs, string what, Func<StoredRun, string?> value, Func<StoredRun, string>? show = null)
    {
        StoredRun? first = null;
        foreach (var run in runs.Where(run => value(run) is not null))
        {
            first ??= run;
            if (value(first) == value(run))
                continue;
            string Show(StoredRun one) => $"{show?.Invoke(one) ?? value(one)} in {one.Name}";
            throw new UserException($"these runs do not fit together: {what}: {Show(first)}, {Show(run)}");
        }
    }

    private static string Table(TableFacts table) =>
        $"{table.Prefixes} prefixes of {table.Source} (SHA-256 {(table.Sha256.Length > 12 ? table.Sha256[..12] : table.Sha256)}...)";

    private static string? Peers(StoredRun run, string experiment, int family)
    {
        var peers = run.Result.Figures.Where(f => f.Experiment == experiment && f.Family == family && f.Peers is not null)
            .Select(f => f.Peers!.Value).Distinct().Order().ToList();
        return peers.Count == 0 ? null : string.Join(", ", peers);
    }
}
