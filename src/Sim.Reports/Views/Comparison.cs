// SPDX-License-Identifier: MIT
namespace Sim.Reports.Views;

/// <summary>The better structure in one case: the structure that takes less memory or less time.</summary>
public enum Winner
{
    /// <summary>The rows do not decide: the ratio is within the A/A noise, repetitions are too few, the A/A row is missing, or passes
    /// disagree.</summary>
    CannotTell,
    AllowedIps,
    Fib,

    /// <summary>Both values were counted, and are equal.</summary>
    Same,
}

/// <summary>
/// One case in which both structures were measured or counted. The ratio is fib / allowedips: below 1, fib is better. A ratio
/// that was measured in pairs has a row of its own. Without this row, Low and High are the least and the greatest ratio that the quartiles
/// of the two rows allow. Noise is the A/A factor that the ratio must exceed (1.04 is 4 % in either direction); null without such a factor.
/// </summary>
public sealed record Comparison(
    string Case, Figure? AllowedIps, Figure? Fib, Figure? RatioRow, double Ratio, double Low, double High, double? Noise, Winner Winner)
{
    public bool Paired => RatioRow is not null;

    public bool Exact => Basis == Basis.Counted;

    public Basis Basis => (RatioRow ?? AllowedIps ?? Fib)!.Basis;

    /// <summary>The flag of the rows; empty if no row is flagged. Flagged rows decide nothing.</summary>
    public string Flag => new[] { RatioRow, AllowedIps, Fib }.Select(row => row?.Flag ?? "").FirstOrDefault(flag => flag.Length > 0, "");
}

/// <summary>Finds the comparable cases in the rows and judges each case.</summary>
public sealed class Comparisons(Rows rows)
{
    /// <summary>The fewest repetitions from which quartiles are meaningful.</summary>
    public const int FewestRepetitions = 3;

    public IReadOnlyList<Figure> AaRows { get; } =
        [.. rows.All.Where(f => f.Structure == Names.SelfRatio && f.Metric == Metrics.Ratio && IsRatio(f))];

    public IReadOnlyList<Comparison> Of(Experiment experiment, Metric metric)
    {
        var ratios = rows.Of(experiment, Metrics.Ratio, Names.FibOverAllowedIps).Where(IsRatio).ToList();
        var fibs = rows.Of(experiment, metric, Names.Fib).ToList();
        var list = new List<Comparison>();
        foreach (var a in rows.Of(experiment, metric, Names.AllowedIps))
        {
            var fib = fibs.Find(f => RowKey.Of(f) == RowKey.Of(a) && f.Peers == a.Peers)
                ?? fibs.Find(f => RowKey.Of(f) == RowKey.Of(a));
            var ratio = Match(ratios, a);
            if (fib is not null && ratio is not null && metric == Metrics.Time)
                list.Add(FromPairs(a, fib, ratio));
            else if (fib is not null && a.Value > 0 && fib.Value > 0)
                list.Add(FromRows(a, fib));
        }
        // A ratio counts even if the rows of its two medians are missing.
        foreach (var ratio in ratios.Where(r => metric == Metrics.Time && list.TrueForAll(c => c.RatioRow != r)))
            list.Add(FromPairs(null, null, ratio));
        return list;
    }

    /// <summary>Returns the noise of a case, as a factor in either direction. The noise is the widest quartile of the case's A/A rows, or
    /// of all A/A rows if the case has none.</summary>
    public double? NoiseFor(Figure figure) =>
        Widest(AaRows.Where(f => RowKey.Case(f) == RowKey.Case(figure)).ToList() is { Count: > 0 } own ? own : AaRows);

    /// <summary>The widest noise of the run, as a factor in either direction; null without A/A rows.</summary>
    public double? WidestNoise => Widest(AaRows);

    /// <summary>Returns the distance of an A/A row's wider quartile from 1, as a factor in either direction.</summary>
    public static double Noise(Figure aa) =>
        Math.Exp(new[] { aa.Value, aa.Range.Low, aa.Range.High }.Where(v => v > 0).Max(v => Math.Abs(Math.Log(v))));

    private static Figure? Match(List<Figure> ratios, Figure a) =>
        ratios.Find(r => RowKey.Case(r) == RowKey.Case(a) && r.Order == a.Order)
        ?? ratios.Find(r => RowKey.Case(r) == RowKey.Case(a));

    private static bool IsRatio(Figure f) => double.IsFinite(f.Value) && f.Value > 0 && f.Range.Low > 0;

    private static double? Widest(IReadOnlyList<Figure> aa) => aa.Count == 0 ? null : aa.Max(Noise);

    private Comparison FromPairs(Figure? a, Figure? fib, Figure ratio)
    {
        var (low, high) = ratio.Range;
        var noise = NoiseFor(ratio);
        return new(CaseOf(ratio), a, fib, ratio, ratio.Value, low, high, noise, Judge(low, high, noise, ratio));
    }

    private Comparison FromRows(Figure a, Figure fib)
    {
        var ratio = fib.Value / a.Value;
        if (a.Basis != Basis.Measured && fib.Basis != Basis.Measured)
        {
            var winner = ratio < 1 ? Winner.Fib : ratio > 1 ? Winner.AllowedIps : Winner.Same;
            return new(CaseOf(a), a, fib, null, ratio, ratio, ratio, null, winner);
        }
        var noise = NoiseFor(a);
        // The clock was too coarse: a quartile of 0 bounds no ratio.
        if (a.Range.Low <= 0 || fib.Range.Low <= 0)
            return new(CaseOf(a), a, fib, null, ratio, ratio, ratio, noise, Winner.CannotTell);
        // The rows are not paired: their quartiles bound the ratio on both sides, widely but safely.
        var low = fib.Range.Low / a.Range.High;
        var high = fib.Range.High / a.Range.Low;
        return new(CaseOf(a), a, fib, null, ratio, low, high, noise, Judge(low, high, noise, a, fib));
    }

    /// <summary>Returns the winner. A measured difference counts if it is settled and its quartiles lie wholly outside the A/A
    /// noise.</summary>
    private static Winner Judge(double low, double high, double? noise, params ReadOnlySpan<Figure> rows)
    {
        foreach (var row in rows)
        {
            if (row.N < FewestRepetitions || row.Flag.Length > 0)
                return Winner.CannotTell;
        }

        return low > noise ? Winner.AllowedIps : high < 1 / noise ? Winner.Fib : Winner.CannotTell;
    }

    private static string CaseOf(Figure f) => Words.Case(f.Keys, f.Chain, f.Operation, f.Keys.Length + f.Operation.Length > 0 ? "" : f.Order);
}
