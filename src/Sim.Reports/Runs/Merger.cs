// SPDX-License-Identifier: MIT
namespace Sim.Reports.Runs;

/// <summary>A merged row, and the row of each run in the order of the runs. A source is null if the run lacks the row.</summary>
public sealed record MergedRow(Figure Figure, IReadOnlyList<Figure?> Sources)
{
    public bool IsInAll => !Sources.Contains(null);
}

/// <summary>
/// Merges the rows of several runs. Each run counts once, however many repetitions it made:
/// <code>
///   counted, modelled    must be equal in every run
///   a check's bound      if above 0, the kernel's counts may differ by twice as much; the lower median is taken
///   measured, simulated  value: the median of the runs' values; low, high: their quartiles; n: the number of runs
///   estimated, A/A       value: the median of the runs' values; low, high: the least and the greatest of any run
///   a noise, a flag      the greatest of any run; the flag that half of the runs or more have
/// </code>
/// If only one run has a row, the row stays as it is.
/// </summary>
public static class Merger
{
    private const int MostNamed = 10;

    public const string Rule =
        "Each run counts once. Counted and modelled rows are equal in all runs that have them. A measured or simulated row is the median of the "
        + "runs’ values, with their quartiles and the number of runs as n. These quartiles show the spread between runs, not within a run. Estimated and A/A rows "
        + "keep the lowest low and the highest high of all runs. If a row is not settled in half of its runs or more, the merged row is not settled. "
        + "A row that only one run has is kept as it is.";

    /// <summary>Merges rows with the same identity. The rows of the first run come first, followed by rows that only later runs
    /// have.</summary>
    /// <exception cref="UserException">Thrown if counted rows differ between the runs. The message names the rows that differ.</exception>
    public static OrderedDictionary<RowIdentity, MergedRow> Rows(IReadOnlyList<StoredRun> runs)
    {
        var indexes = runs.Select(run => RowIdentity.Index(run.Result.Figures)).ToList();
        var merged = new OrderedDictionary<RowIdentity, MergedRow>();
        var unequal = new List<string>();
        foreach (var key in indexes.SelectMany(index => index.Keys))
        {
            if (merged.ContainsKey(key))
                continue;
            var sources = indexes.Select(index => index.GetValueOrDefault(key)).ToList();
            var figures = sources.OfType<Figure>().ToList();
            if (IsExact(figures[0]) && !AreEqual(figures))
                unequal.Add($"{key.Describe()}: {string.Join(", ", sources.Select((f, i) => f is null ? null : $"{f.Value:R} in {runs[i].Name}").Where(t => t is not null))}");
            merged.Add(key, new(Merge(figures), sources));
        }

        if (unequal.Count == 0)
            return merged;
        var more = unequal.Count > MostNamed ? $"\n    and {unequal.Count - MostNamed} more" : "";
        throw new UserException($"{Numbers.Count(unequal.Count, "row")} that must be equal in every run of one version and one table "
            + $"{(unequal.Count == 1 ? "is" : "are")} not:\n    {string.Join("\n    ", unequal.Take(MostNamed))}{more}");
    }

    /// <summary>Merges two or more runs into one result.</summary>
    /// <exception cref="UserException">Thrown if the runs cannot be merged, or their counted rows differ.</exception>
    public static RunResult Merge(IReadOnlyList<StoredRun> runs, string command)
    {
        Fit.RefuseUnlike(runs);
        var parts = runs.GroupBy(run => run.Facts("").Part).Select(part => part.ToList()).ToList();
        var rows = parts.ConvertAll(part => Rows(part).Values.ToList());
        return Made(runs, command) with
        {
            Warnings = [.. Fit.MachineDifferences(runs).Select(difference => $"The machines differ: {difference}."), .. parts.Zip(rows, Warnings).SelectMany(w => w)],
            Figures = [.. rows.SelectMany(part => part).Select(row => row.Figure)],
            Runs = [.. parts.Zip(rows).SelectMany(pair => pair.First.Select(run => run.Facts("", pair.Second.Count)))],
        };
    }

    /// <summary>Returns a result of several runs, without rows. The table, the seed and the depth are those of the first run.</summary>
    public static RunResult Made(IReadOnlyList<StoredRun> runs, string command) => runs[0].Result with
    {
        Command = command, Started = runs.Min(run => run.Result.Started), Duration = runs.Aggregate(TimeSpan.Zero, (sum, run) => sum + run.Result.Duration),
        Environment = Common(runs, run => run.Result.Environment), Versions = Common(runs, run => run.Result.Versions),
    };

    /// <summary>Returns whether a row must have the same value in every run of the same input.</summary>
    public static bool IsExact(Figure figure) => figure.Basis is Basis.Counted or Basis.Modelled;

    /// <summary>Returns the facts of all runs. A fact has one value if all runs agree, otherwise each value with the names of the runs that
    /// state it.</summary>
    private static IReadOnlyList<NamedFact> Common(IReadOnlyList<StoredRun> runs, Func<StoredRun, IReadOnlyList<NamedFact>> facts) =>
    [
        .. runs.SelectMany(facts).Select(fact => fact.Name).Distinct().Select(name =>
        {
            var values = runs.GroupBy(run => Fit.Value(facts(run), name)).Where(g => g.Key is not null).ToList();
            return new NamedFact(name, values.Count == 1
                ? values[0].Key!
                : string.Join("; ", values.Select(g => $"{g.Key} ({string.Join(", ", g.Select(run => run.Name))})")));
        }),
    ];

    private static IEnumerable<string> Warnings(List<StoredRun> runs, List<MergedRow> rows)
    {
        var own = runs.SelectMany(run => run.Warnings);
        return rows.Count(row => !row.IsInAll) is not (> 0 and var some) ? own
            : own.Prepend($"{Numbers.Count(some, "row")} of {Numbers.Show(rows.Count)} {(some == 1 ? "is" : "are")} not in every run: {OnlyIn(runs, rows)}.");
    }

    private static string OnlyIn(List<StoredRun> runs, List<MergedRow> rows) => string.Join("; ", rows
        .Where(row => !row.IsInAll)
        .GroupBy(row => string.Join(", ", runs.Where((_, i) => row.Sources[i] is not null).Select(run => run.Name)))
        .Select(g => $"{Numbers.Show(g.Count())} in {g.Key} alone"));

    /// <summary>Returns whether rows are equal to the last digit, including their quartiles. A kernel's count with a bound may vary within
    /// the bound.</summary>
    private static bool AreEqual(List<Figure> figures) => figures[0].Bound is > 0 and var bound
        ? figures.Max(f => f.Value) - figures.Min(f => f.Value) <= 2 * bound
        : figures.TrueForAll(f => f == figures[0]);

    private static Figure Merge(List<Figure> figures)
    {
        var first = figures[0];
        if (figures.Count == 1 || (IsExact(first) && !(first.Bound > 0)))
            return first;
        if (IsExact(first))
            return figures.OrderBy(f => f.Value).ElementAt((figures.Count - 1) / 2);
        if (!figures.TrueForAll(f => double.IsFinite(f.Value)))
            return first with { Value = double.NaN, Low = double.NaN, High = double.NaN, N = figures.Count };
        var spread = Spread.Of([.. figures.Select(f => f.Value)]);
        var envelope = first.Basis == Basis.Estimated || first.IsNoise;
        return first with
        {
            Value = spread.Median, Low = envelope ? figures.Min(f => f.Low) : spread.Low,
            High = envelope ? figures.Max(f => f.High) : spread.High, N = figures.Count,
            Bound = figures.Max(f => f.Bound), Flag = Figure.FlagOf(figures),
        };
    }
}
