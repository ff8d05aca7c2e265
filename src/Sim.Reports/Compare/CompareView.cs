// SPDX-License-Identifier: MIT
namespace Sim.Reports.Compare;

/// <summary>A counted row whose value changed.</summary>
public sealed record ExactChange(Figure Before, Figure After, Figure Difference)
{
    /// <summary>After / before; null for digests, and for values that are not positive.</summary>
    public double? Factor => Before.Unit != Units.Digest && Before.Value > 0 && After.Value > 0 ? After.Value / Before.Value : null;

    public string ShowDifference() => Before.Unit == Units.Digest
        ? "differs"
        : (Difference.Value > 0 ? "+" : "") + Scale.For(After.Unit, [Difference.Value]).Show(Difference.Value);

    /// <summary>Returns the factor, with enough digits to show that it is not 1.</summary>
    public string ShowFactor() => Factor is { } factor ? Numbers.Digits(factor, Math.Abs(factor - 1) < 0.005 ? 6 : 3) : "";
}

/// <summary>A measured row before and after the change. If the row was tested, the ratio has an interval, and the p-value is corrected for
/// all rows.</summary>
public sealed record RatioChange(Figure Before, Figure After, Figure Ratio, Figure? Adjusted);

/// <summary>The rows of a comparison, for its page, its plot and its summary.</summary>
public sealed class CompareView : View
{
    private readonly bool _variesFamily, _variesPeers;

    private CompareView(Rows rows, List<Figure> figures) : base(rows, figures)
    {
        var (exact, ratios) = (new List<ExactChange>(), new List<RatioChange>());
        for (var i = 0; i + 2 < figures.Count; i++)
        {
            if (figures[i].Side != RunComparison.Before || figures[i + 1].Side != RunComparison.After)
                continue;
            var result = figures[i + 2];
            if (result.Side == RunComparison.Difference)
                exact.Add(new(figures[i], figures[i + 1], result));
            else if (result.Side == RunComparison.Ratio)
                ratios.Add(new(figures[i], figures[i + 1], result, figures.Skip(i + 3).TakeWhile(f => f.Side is "p" or RunComparison.Adjusted).LastOrDefault()));
        }

        (Exact, Measured) = (exact, ratios);
        Changed = [.. ratios.Where(IsChanged)];
        var taken = figures.Where(f => f.Side.Length > 0).ToList();
        _variesFamily = taken.Select(f => f.Family).Distinct().Count() > 1;
        _variesPeers = taken.Select(f => f.Peers).Distinct().Count() > 1;
    }

    /// <summary>The counted rows that differ. The largest change comes first.</summary>
    public IReadOnlyList<ExactChange> Exact { get; }

    /// <summary>The measured rows. Changed rows come first, and larger ratios come before smaller ratios.</summary>
    public IReadOnlyList<RatioChange> Measured { get; }

    public IReadOnlyList<RatioChange> Changed { get; }

    public string Method => Summary(Metrics.Test)?.Item ?? "";

    public double Alpha => Summary(Metrics.Alpha)?.Value ?? Significance.Alpha;

    public static CompareView? Of(Rows rows) =>
        rows.All.Where(f => f.Experiment == Experiment.Compare).ToList() is { Count: > 0 } figures ? new(rows, figures) : null;

    public bool IsChanged(RatioChange change) => change.Adjusted is { } p && p.Value <= Alpha;

    public IReadOnlyList<Figure> OfSide(string side) => [.. Figures.Where(f => f.Side == side)];

    /// <summary>Returns a summary row of the comparison; null if it is missing.</summary>
    public Figure? Summary(Metric metric) => Figures.FirstOrDefault(f => f.Side.Length == 0 && f.Metric == metric);

    public static bool IsTime(Figure figure) => figure.Unit is Units.Nanoseconds or "µs" or Units.Milliseconds or Units.Seconds;

    public static Scale ScaleOf(Figure before, Figure after) => Scale.For(after.Unit, [before.Value, after.Value]);

    /// <summary>Returns the row's full name in words, for tables and sentences.</summary>
    public string Label(Figure f)
    {
        var (experiment, side, _) = Metrics.Compared.Read(f.Metric);
        return Words.Listed(
            Words.Experiment(experiment), f.Structure, f.Scheme == f.Structure ? "" : f.Scheme, side, _variesFamily ? $"IPv{f.Family}" : "",
            Words.Case(f.Keys, f.Chain, f.Operation, f.Order), f.Item, f.X is { } x ? $"x = {Numbers.Show(x)}" : "",
            _variesPeers && f.Peers is { } peers ? Numbers.Count(peers, "peer") : "", f.Metric.Words);
    }

    /// <summary>Returns the row's short name, for a plot.</summary>
    public string Short(Figure f)
    {
        var (experiment, _, metric) = Metrics.Compared.Read(f.Metric);
        return Words.Listed(
            $"{experiment} {(f.Structure.Length > 0 ? f.Structure : f.Scheme)}".TrimEnd(), _variesFamily ? $"v{f.Family}" : "", f.Keys, f.Chain, f.Operation,
            f.Keys.Length + f.Operation.Length > 0 ? "" : f.Order, f.Item, f.X is { } x ? Numbers.Show(x) : "",
            _variesPeers && f.Peers is { } peers ? Numbers.Count(peers, "peer") : "", metric == Metrics.Time || metric == Metrics.Ratio ? "" : metric);
    }

    public IEnumerable<string> Sentences()
    {
        var tested = Measured.Count(change => change.Adjusted is not null);
        yield return $"{Exactly()} {Timed(tested)}";
        if (tested > 0 && TestInWords() is { Length: > 0 } test)
            yield return test;
        if (Count(Metrics.UnsettledRows) is > 0 and var unsettled)
            yield return $"{Numbers.Count(unsettled, "measured row")} {(unsettled == 1 ? "is" : "are")} left open, because a side’s row is not settled.";
        var (before, after, some) = (Count(Metrics.OnlyBefore), Count(Metrics.OnlyAfter), Count(Metrics.InSome));
        if (before + after + some > 0)
        {
            yield return $"Rows without a counterpart are not compared: {Numbers.Count(before, "row")} only before, {Numbers.Count(after, "row")} only after"
                + (some > 0 ? $", {Numbers.Count(some, "measured row")} missing in some runs." : ".");
        }
    }

    private int Count(Metric metric) => (int)(Summary(metric)?.Value ?? 0);

    private string Exactly()
    {
        var (compared, differ) = (Count(Metrics.ExactCompared), Exact.Count);
        return compared == 0 ? "The two sides have no counted row in common."
            : differ == 0 ? $"All {Numbers.Show(compared)} counted rows are equal."
            : $"{Numbers.Show(differ)} of {Numbers.Show(compared)} counted rows {(differ == 1 ? "differs" : "differ")}.";
    }

    private string Timed(int tested)
    {
        if (tested == 0)
            return "No measured row can be tested.";
        if (Changed.Count == 0)
            return $"None of {Numbers.Show(tested)} measured rows changed by more than chance explains.";
        var parts = Changed.GroupBy(Outcome).OrderByDescending(g => g.Count()).Select(g =>
        {
            var most = g.MaxBy(change => Math.Abs(Math.Log(change.Ratio.Value)))!;
            var size = IsTime(most.After) ? Phrases.Speed(most.Ratio.Value) : Phrases.Amount(most.Ratio.Value);
            return $"{Numbers.Show(g.Count())} {(g.Count() == 1 ? "is" : "are")} {g.Key}, at most {size} ({Label(most.After)})";
        });
        return $"{Numbers.Show(Changed.Count)} of {Numbers.Show(tested)} measured rows changed: {string.Join("; ", parts)}.";
    }

    /// <summary>Returns words for a change. A time is slower or faster. Other values are larger or smaller, with a note that this is better
    /// or worse.</summary>
    private static string Outcome(RatioChange change) => (change.Ratio.Value > 1, change.After.Metric.Better) switch
    {
        (var more, _) when IsTime(change.After) => more ? "slower" : "faster",
        (var more, Better.Less) => more ? "larger (worse)" : "smaller (better)",
        (var more, Better.More) => more ? "larger (better)" : "smaller (worse)",
        var (more, _) => more ? "larger" : "smaller",
    };

    private string TestInWords() => Method switch
    {
        Tester.ByWelch => "The test is Welch’s t over the logarithms of the runs’ values, corrected by Holm for "
            + $"{Numbers.Show(Measured.Count(c => c.Adjusted is not null))} rows at {Numbers.Tick(Alpha)}. The test assumes that these logarithms are normally distributed.",
        Tester.ByQuartiles => "With one run on a side, the error of a median is estimated from its quartiles and repetitions (t on a logarithmic "
            + $"scale, corrected by Holm at {Numbers.Tick(Alpha)}), and a change must exceed the noise of its case. Differences between two runs "
            + "of the same program are not covered.",
        _ => "",
    };
}
