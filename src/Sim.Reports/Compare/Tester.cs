// SPDX-License-Identifier: MIT
using Sim.Figures;
using Sim.Reports.Runs;
using Sim.Reports.Views;

namespace Sim.Reports.Compare;

/// <summary>A measured row before and after.</summary>
/// <param name="Before">The row before.</param>
/// <param name="After">The row after.</param>
/// <param name="Effect">The change with its interval; null where there is nothing to test.</param>
/// <param name="Adjusted">The p-value that holds for all rows together.</param>
/// <param name="Noise">The factor the change had to be beyond.</param>
public sealed record MeasuredChange(Figure Before, Figure After, Effect? Effect, double Adjusted, double? Noise)
{
    public bool IsChanged => Effect is not null && Adjusted <= Significance.Alpha;

    /// <summary>After over before, without a test.</summary>
    public double Quotient => After.Value / Before.Value;
}

/// <summary>
/// Chooses the test that so many runs allow, and applies it to all rows.
/// <code>
///   relabelling  enough runs that calling them "after" otherwise can give p below alpha (4 and 4, or 3 and 4)
///   welch        2 or 3 runs a side: t over the logarithms of the runs' values, corrected by Holm
///   quartiles    one run on a side: t over the error that its quartiles and n give its median, beyond its noise, corrected by Holm
/// </code>
/// </summary>
public sealed class Tester
{
    public const string ByRelabelling = "relabelling";
    public const string ByWelch = "welch";
    public const string ByQuartiles = "quartiles";

    private readonly int _before;
    private readonly int _after;
    private readonly IReadOnlyList<Figure> _aa;
    private readonly double? _given;
    private readonly Relabelling? _relabelling;

    /// <param name="before">Runs before.</param>
    /// <param name="after">Runs after.</param>
    /// <param name="aa">A/A rows of all of them.</param>
    /// <param name="given">A factor of noise that the user gave; null: that of the A/A rows.</param>
    public Tester(int before, int after, IReadOnlyList<Figure> aa, double? given)
    {
        (_before, _after, _given) = (before, after, given);
        _aa = [.. aa.Where(row => row.Unit == "ratio" && row.Value > 0 && double.IsFinite(row.Value))];
        var relabelling = Math.Min(before, after) > 1 ? new Relabelling(before, after) : null;
        _relabelling = relabelling?.LeastP <= Significance.Alpha ? relabelling : null;
        Method = _relabelling is not null ? ByRelabelling : Math.Min(before, after) > 1 ? ByWelch : ByQuartiles;
    }

    public string Method { get; }

    /// <summary>The least p the test can give.</summary>
    public double LeastP => _relabelling?.LeastP ?? 0;

    /// <summary>What so few runs leave open; empty where they are enough.</summary>
    public string Caveat => Method switch
    {
        ByQuartiles => "One side is a single run: repetitions within a run do not show what differs between two runs of one and the same "
            + "program (another place in memory, a neighbour on the machine), and no test of them covers it. Give several runs a side "
            + "(--before, --after; 4 and 4 are enough for a test over runs)." + NoiseCaveat,
        ByWelch => $"{_before} runs before and {_after} after are too few for a test that assumes nothing of how runs vary; their "
            + "logarithms are taken to be normal. 4 and 4 are enough.",
        _ => "",
    };

    private string NoiseCaveat => _given is not null || _aa.Count > 0
        ? ""
        : $" These runs have no A/A row: {Numbers.Percent(RunComparison.AssumedNoise)} is taken for their noise (--noise).";

    /// <summary>Tests all rows together.</summary>
    public IReadOnlyList<MeasuredChange> Test(IReadOnlyList<(MergedRow Before, MergedRow After)> pairs, CancellationToken cancel)
    {
        var effects = pairs.Select(EffectOf).ToList();
        var tested = Enumerable.Range(0, pairs.Count).Where(i => effects[i] is not null).ToList();
        var adjusted = new double[pairs.Count];
        if (_relabelling is not null)
        {
            var results = _relabelling.Test([.. tested.Select(i => Logs(pairs[i]))], cancel);
            foreach (var (i, (p, all)) in tested.Zip(results))
                (effects[i], adjusted[i]) = (effects[i]!.Value with { P = p }, all);
        }
        else
        {
            var corrected = Significance.Holm([.. tested.Select(i => effects[i]!.Value.P)]);
            foreach (var (i, p) in tested.Zip(corrected))
                adjusted[i] = p;
        }

        return [.. pairs.Select((pair, i) => new MeasuredChange(
            pair.Before.Figure, pair.After.Figure, effects[i], adjusted[i], effects[i] is null ? null : NoiseOf(pair.After.Figure)))];
    }

    /// <summary>
    /// The factor a change must be beyond: with several runs on both sides 1, since these show the noise themselves; else
    /// the widest quartile of the A/A rows of the same case, or of all where it has none.
    /// </summary>
    private double NoiseOf(Figure figure)
    {
        if (Method != ByQuartiles)
            return 1;
        if (_given is { } given)
            return given;
        if (_aa.Count == 0)
            return RunComparison.AssumedNoise;
        var family = _aa.Where(row => row.Family == figure.Family).ToList();
        var own = family.Where(row => RowKey.Case(row) == RowKey.Case(figure)).ToList();
        return (own.Count > 0 ? own : family.Count > 0 ? family : _aa).Max(ValidationView.Noise);
    }

    /// <summary>The change; null where there is nothing to test, or a side's row is not settled.</summary>
    private Effect? EffectOf((MergedRow Before, MergedRow After) pair) =>
        pair is { Before.Figure.Flag: "", After.Figure.Flag: "" } && Value(pair.Before, _before) is { } before && Value(pair.After, _after) is { } after
            ? Significance.Welch(before, after, NoiseOf(pair.After.Figure))
            : null;

    private static LogValue? Value(MergedRow row, int runs) =>
        runs > 1 ? Significance.Between([.. row.Sources.Select(source => source!.Value)]) : Significance.Within(row.Figure);

    private static double[] Logs((MergedRow Before, MergedRow After) pair) =>
        [.. pair.Before.Sources.Concat(pair.After.Sources).Select(source => Math.Log(source!.Value))];
}
