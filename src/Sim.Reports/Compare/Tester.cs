// SPDX-License-Identifier: MIT
namespace Sim.Reports.Compare;

/// <summary>A measured row before and after. If it could be tested: the effect, the p-value corrected for all rows, and the noise to
/// exceed.</summary>
public sealed record MeasuredChange(Figure Before, Figure After, Effect? Effect, double Adjusted, double? Noise)
{
    public bool IsChanged => Effect is not null && Adjusted <= Significance.Alpha;

    /// <summary>After / before, without a test.</summary>
    public double Quotient => After.Value / Before.Value;
}

/// <summary>
/// Chooses the test that the number of runs allows, and applies it to all rows.
/// <code>
///   welch      several runs a side: Welch's t over the logarithms of the runs' values
///   quartiles  one run on a side: t over the error that its quartiles and n give its median, beyond the noise of its case
/// </code>
/// The noise is given by the user, or comes from the A/A rows of all runs. Both tests are corrected by Holm for the number of rows, which
/// holds even if the rows of a run depend on one another.
/// </summary>
public sealed class Tester(int before, int after, IReadOnlyList<Figure> aa, double? given)
{
    public const string ByWelch = "welch", ByQuartiles = "quartiles";

    /// <summary>The runs per side that Welch's t needs to find more than large changes.</summary>
    private const int Enough = 4;

    private readonly IReadOnlyList<Figure> _aa = [.. aa.Where(row => row.Unit == Units.Ratio && row.Value > 0 && double.IsFinite(row.Value))];

    public string Method { get; } = Math.Min(before, after) > 1 ? ByWelch : ByQuartiles;

    /// <summary>The limits of few runs in words; empty if there are enough.</summary>
    public string Caveat => Method == ByQuartiles
        ? "One side is a single run. Its repetitions do not show the differences between two runs of the same program (another place in memory, "
            + "a neighbour on the machine), and no test covers these. Give several runs per side (--before, --after; 4 and 4 are enough)." + NoiseCaveat
        : Math.Min(before, after) < Enough
            ? $"{before} runs before and {after} after are few: only large changes are found. 4 runs per side find smaller changes."
            : "";

    private string NoiseCaveat => given is not null || _aa.Count > 0 ? ""
        : $" These runs have no A/A row: {Numbers.Percent(RunComparison.AssumedNoise)} is assumed as their noise (--noise).";

    public IReadOnlyList<MeasuredChange> Test(IReadOnlyList<(MergedRow Before, MergedRow After)> pairs)
    {
        var effects = pairs.Select(EffectOf).ToList();
        var corrected = new Queue<double>(Significance.Holm([.. effects.OfType<Effect>().Select(effect => effect.P)]));
        return [.. pairs.Zip(effects, (pair, effect) => new MeasuredChange(
            pair.Before.Figure, pair.After.Figure, effect, effect is null ? 1 : corrected.Dequeue(), effect is null ? null : NoiseOf(pair.After.Figure)))];
    }

    /// <summary>
    /// Returns the factor that a change must exceed. With several runs on both sides it is 1, because the runs show the noise themselves.
    /// Otherwise it is the widest quartile of the A/A rows of the same case, or of all A/A rows if the case has none.
    /// </summary>
    private double NoiseOf(Figure figure)
    {
        if (Method != ByQuartiles)
            return 1;
        if (given is { } noise)
            return noise;
        if (_aa.Count == 0)
            return RunComparison.AssumedNoise;
        var family = _aa.Where(row => row.Family == figure.Family).ToList();
        var own = family.Where(row => RowKey.Case(row) == RowKey.Case(figure)).ToList();
        return (own.Count > 0 ? own : family.Count > 0 ? family : _aa).Max(Comparisons.Noise);
    }

    /// <summary>Returns the change; null if there is nothing to test, or if a side's row is not settled.</summary>
    private Effect? EffectOf((MergedRow Before, MergedRow After) pair) =>
        pair is { Before.Figure.Flag: "", After.Figure.Flag: "" } && Value(pair.Before, before) is { } old && Value(pair.After, after) is { } changed
            ? Significance.Welch(old, changed, NoiseOf(pair.After.Figure)) : null;

    private static LogValue? Value(MergedRow row, int runs) =>
        runs > 1 ? Significance.Between([.. row.Sources.Select(source => source!.Value)]) : Significance.Within(row.Figure);
}
