// SPDX-License-Identifier: MIT
namespace Sim.Reports.Compare;

/// <summary>A measured row before and after the change. A row that could be tested has an effect, a p-value corrected for all rows
/// (Adjusted), and the noise that the effect must exceed.</summary>
public sealed record MeasuredChange(Figure Before, Figure After, Effect? Effect, double Adjusted, double? Noise)
{
    public bool IsChanged => Effect is not null && Adjusted <= Significance.Alpha;

    /// <summary>The value after the change divided by the value before, without a test.</summary>
    public double Quotient => After.Value / Before.Value;
}

/// <summary>
/// Chooses the test that the number of runs allows, and applies it to all rows.
/// <code>
///   welch      several runs a side: Welch's t over the logarithms of the runs' values
///   quartiles  one run on a side: t over the error of the median, from its quartiles and n; the change must exceed the noise
/// </code>
/// The noise is given by the user, or comes from the A/A rows of all runs. Holm's method corrects both tests for the number of rows. Holm's
/// correction holds even if the rows of a run depend on one another.
/// </summary>
public sealed class Tester(int before, int after, IReadOnlyList<Figure> aa, double? given)
{
    public const string ByWelch = "welch", ByQuartiles = "quartiles";

    /// <summary>The number of runs per side from which Welch's t also finds small changes.</summary>
    private const int Enough = 4;

    private readonly IReadOnlyList<Figure> _aa = [.. aa.Where(row => row.Unit == Units.Ratio && row.Value > 0 && double.IsFinite(row.Value))];

    public string Method { get; } = Math.Min(before, after) > 1 ? ByWelch : ByQuartiles;

    /// <summary>A sentence on the limits of a comparison of few runs; empty if there are enough runs.</summary>
    public string Caveat => Method == ByQuartiles
        ? "One side is a single run. The repetitions of one run do not show the differences between two runs of the same program (another place in memory, "
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
    /// Returns the noise: the factor that a change must exceed. If both sides have several runs, the factor is 1, because the runs
    /// themselves show the noise. Otherwise the factor is the given noise, or the widest quartile of the A/A rows: of the same case, else
    /// of the same family, else of all rows. Without A/A rows a noise is assumed.
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

    /// <summary>Returns the tested change; null if the values allow no test, or if one side's row is flagged.</summary>
    private Effect? EffectOf((MergedRow Before, MergedRow After) pair) =>
        pair is { Before.Figure.Flag: "", After.Figure.Flag: "" } && Value(pair.Before, before) is { } old && Value(pair.After, after) is { } changed
            ? Significance.Welch(old, changed, NoiseOf(pair.After.Figure)) : null;

    private static LogValue? Value(MergedRow row, int runs) =>
        runs > 1 ? Significance.Between([.. row.Sources.Select(source => source!.Value)]) : Significance.Within(row.Figure);
}
