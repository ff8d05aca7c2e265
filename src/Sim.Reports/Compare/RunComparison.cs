// SPDX-License-Identifier: MIT
namespace Sim.Reports.Compare;

/// <summary>
/// Compares two groups of runs, before and after a change, row by row. The result consists of rows of the experiment <c>compare</c>. A
/// row's metric names the two compared rows (<c>experiment/metric</c>), and its side states the row's content:
/// <code>
///   before, after, difference             counted rows that differ; equal rows are only counted
///   before, after, ratio [, p-adjusted]   measured rows; ratio: after / before, low and high its 95 % interval, bound the
///                                         noise it must exceed; p, corrected for all rows, if the row was tested
///   only-before, only-after, in-some      rows without a counterpart
///   noise-before, noise-after             A/A rows
/// </code>
/// </summary>
public sealed class RunComparison
{
    /// <summary>The sides of the result's rows. If a row has no counterpart, its side is the name of the metric that counts rows without a
    /// counterpart.</summary>
    public const string Before = "before", After = "after", Difference = "difference", Ratio = "ratio", Adjusted = "p-adjusted",
        NoiseBefore = "noise-before", NoiseAfter = "noise-after";

    /// <summary>The noise assumed for one run without an A/A row.</summary>
    public const double AssumedNoise = 1.05;

    private readonly IReadOnlyList<StoredRun> _before, _after;
    private readonly Tester _tester;
    private readonly List<Figure> _rows = [];

    private RunComparison(IReadOnlyList<StoredRun> before, IReadOnlyList<StoredRun> after, double? noise)
    {
        (_before, _after) = (before, after);
        _tester = new Tester(before.Count, after.Count, [.. All.SelectMany(run => run.Result.Figures).Where(figure => figure.IsNoise)], noise);
    }

    private IReadOnlyList<StoredRun> All => [.. _before, .. _after];

    /// <summary>Compares the runs of both sides. If a side has only one run, a given noise replaces the noise of the A/A rows.</summary>
    /// <exception cref="UserException">Thrown if the runs cannot be compared, or have no row in common.</exception>
    public static RunResult Of(IReadOnlyList<StoredRun> before, IReadOnlyList<StoredRun> after, double? noise, string command)
    {
        Fit.RefuseMade([.. before, .. after]);
        Fit.RefuseUnlike(before);
        Fit.RefuseUnlike(after);
        Fit.RefuseOtherInput([.. before, .. after]);
        return new RunComparison(before, after, noise).Build(command);
    }

    private RunResult Build(string command)
    {
        var (before, after) = (Merger.Rows(_before), Merger.Rows(_after));
        var pairs = before.Where(pair => after.ContainsKey(pair.Key) && !pair.Key.Columns.IsNoise)
            .Select(pair => (Before: pair.Value, After: after[pair.Key])).ToList();
        if (pairs.Count == 0)
            throw new UserException(NothingInCommon(before.Keys, after.Keys));
        var exact = pairs.Where(pair => Merger.IsExact(pair.Before.Figure)).ToList();
        var measured = pairs.Where(pair => !Merger.IsExact(pair.Before.Figure)).ToList();
        var whole = measured.Where(pair => pair.Before.IsInAll && pair.After.IsInAll).ToList();
        Count(Metrics.ExactCompared, exact.Count);
        Count(Metrics.ExactDiffer, AddExact(exact));
        AddMeasured(whole);
        Count(Metrics.OnlyBefore, Add(Metrics.OnlyBefore, before.Where(pair => !after.ContainsKey(pair.Key)).Select(pair => pair.Value.Figure)));
        Count(Metrics.OnlyAfter, Add(Metrics.OnlyAfter, after.Where(pair => !before.ContainsKey(pair.Key)).Select(pair => pair.Value.Figure)));
        Count(Metrics.InSome, Add(Metrics.InSome, measured.Except(whole).Select(pair => pair.Before.Figure)));
        Add(NoiseBefore, before.Values.Select(row => row.Figure), noise: true);
        Add(NoiseAfter, after.Values.Select(row => row.Figure), noise: true);
        return Result(command);
    }

    private RunResult Result(string command) => Merger.Made(All, command) with
    {
        Table = _after[0].Result.Table, Seed = _after[0].Result.Seed, Quick = All.Any(run => run.Result.Quick), Figures = _rows,
        Warnings = [.. Warnings().Where(warning => warning.Length > 0)],
        Runs = [.. _before.Select(run => run.Facts(Before)), .. _after.Select(run => run.Facts(After))],
    };

    private IEnumerable<string> Warnings() =>
    [
        _tester.Caveat, .. Fit.MachineDifferences(All).Select(difference => $"The machines differ, so times may differ too: {difference}."),
        All.Select(run => run.Result.Quick).Distinct().Count() > 1 ? "Some runs have fewer repetitions (--quick) than others." : "",
        .. All.SelectMany(run => run.Warnings),
    ];

    /// <returns>The number of rows that differ.</returns>
    private int AddExact(List<(MergedRow Before, MergedRow After)> pairs)
    {
        var differing = pairs.Select(pair => (Before: pair.Before.Figure, After: pair.After.Figure))
            .Where(pair => !AreEqual(pair.Before, pair.After))
            .OrderByDescending(pair => Size(pair.After.Value / pair.Before.Value)).ToList();
        foreach (var (before, after) in differing)
            _rows.AddRange([Row(before, Before), Row(after, After), Row(after, Difference).Of(after.Value - before.Value)]);
        return differing.Count;
    }

    private void AddMeasured(List<(MergedRow Before, MergedRow After)> pairs)
    {
        var tested = _tester.Test(pairs).OrderByDescending(change => change.IsChanged)
            .ThenByDescending(change => Size(change.Effect?.Ratio ?? change.Quotient)).ToList();
        foreach (var change in tested)
        {
            var ratio = Row(change.After, Ratio) with { Unit = Units.Ratio, Basis = Basis.Estimated, N = _before.Count + _after.Count };
            _rows.AddRange([Row(change.Before, Before), Row(change.After, After)]);
            _rows.AddRange(change.Effect is not { } effect ? [ratio.Of(change.Quotient)] :
            [
                ratio with { Value = effect.Ratio, Low = effect.Low, High = effect.High, Bound = change.Noise },
                ratio.Of(change.Adjusted) with { Side = Adjusted, Unit = Units.Probability },
            ]);
        }

        Count(Metrics.MeasuredCompared, pairs.Count);
        Count(Metrics.MeasuredTested, tested.Count(change => change.Effect is not null));
        Count(Metrics.UnsettledRows, pairs.Count(pair => pair.Before.Figure.Flag.Length + pair.After.Figure.Flag.Length > 0));
        Count(Metrics.MeasuredChanged, tested.Count(change => change.IsChanged));
        Count(Metrics.Alpha, Significance.Alpha);
        Count(Metrics.Test, 1, _tester.Method);
    }

    private int Add(string side, IEnumerable<Figure> figures, bool noise = false)
    {
        var rows = figures.Where(figure => figure.IsNoise == noise).Select(figure => Row(figure, side)).ToList();
        _rows.AddRange(rows);
        return rows.Count;
    }

    private void Count(Metric metric, double value, string item = "") =>
        _rows.Add(metric.Row(Figure.At(Experiment.Compare, _after[0].Result.Table.Family) with { Item = item }, value));

    private static Figure Row(Figure figure, string side) =>
        figure with { Experiment = Experiment.Compare, Metric = Metrics.Compared.Of(figure), Side = side, Bound = null };

    /// <summary>Returns whether two rows agree. A kernel's count may differ within its bound. Other rows must be equal to the last
    /// digit.</summary>
    private static bool AreEqual(Figure before, Figure after) => before.Bound is > 0 || after.Bound is > 0
        ? Math.Abs(before.Value - after.Value) <= 2 * Math.Max(before.Bound ?? 0, after.Bound ?? 0)
        : before with { Bound = null } == after with { Bound = null };

    /// <summary>Returns the distance of a ratio from 1 in either direction. Rows are ordered by the distance.</summary>
    private static double Size(double ratio) => ratio > 0 ? Math.Abs(Math.Log(ratio)) : double.PositiveInfinity;

    private string NothingInCommon(IEnumerable<RowIdentity> before, IEnumerable<RowIdentity> after)
    {
        static string First(IEnumerable<RowIdentity> rows) => rows.Select(row => row.Describe()).FirstOrDefault() ?? "nothing";
        return $"no row of {_before[0].Name} has a counterpart in {_after[0].Name}: compare runs of the same command, options and table "
            + $"(first rows: {First(before)}; {First(after)})";
    }
}
