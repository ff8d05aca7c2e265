// SPDX-License-Identifier: MIT
namespace Sim.Figures.Measuring;

/// <summary>Decides whether passes at different times agree. Other work on the machine may begin or end between two passes. The median of a
/// pass may be wrong by as much as equal structures differ in that pass (the A/A ratios). So two passes agree if
/// <code>
///   |ln median 1 - ln median 2|  &lt;=  max(ln floor, width 1 + width 2)      width: the farther quartile of ln A/A from 0
/// </code></summary>
public static class Passes
{
    /// <summary>Two passes of interleaved ratios always agree if their medians differ by at most this factor.</summary>
    public const double Floor = 1.05;

    /// <summary>Two passes of times that are not interleaved always agree if their medians differ by at most this factor.</summary>
    public const double TimeFloor = 1.25;

    public const string Rule =
        "Each pair is measured in two passes, some time apart. The passes agree if their medians differ by at most 5 %, or by at most the noise of both passes "
        + "together (the farther quartile of A/A). If the passes do not agree, a third pass is made, and two passes that agree are kept. If no two agree, the row "
        + "is not settled.";

    /// <summary>The logarithm of a pass's median (NaN if the pass has no median), and the distance from 0 of the farther quartile of ln
    /// A/A.</summary>
    public readonly record struct Pass(double Log, double Width);

    /// <summary>Makes a pass from ratios or times, and from A/A ratios. Values without a finite logarithm are ignored.</summary>
    public static Pass Of(IEnumerable<double> values, IEnumerable<double> selves)
    {
        var (logs, noise) = (Logs(values), Logs(selves));
        return logs.Count == 0 ? new(double.NaN, 0)
            : new(Spread.Of(logs).Median, noise.Count > 0 && Spread.Of(noise) is var spread ? Math.Max(Math.Abs(spread.Low), Math.Abs(spread.High)) : 0);
    }

    /// <summary>Returns whether two passes agree. A pass without a value agrees with every other pass.</summary>
    public static bool Agree(Pass one, Pass other, double floor) =>
        !(Math.Abs(one.Log - other.Log) > Math.Max(Math.Log(floor), one.Width + other.Width));

    /// <summary>Returns the passes that a row is made of. If all passes agree, it returns all passes. If there are three or more passes and
    /// some agree, it returns the two agreeing passes with the nearest medians. Otherwise it returns all passes as not settled.</summary>
    public static (IReadOnlyList<int> Kept, bool Settled) Settle(IReadOnlyList<Pass> passes, double floor = Floor)
    {
        var all = Enumerable.Range(0, passes.Count).ToList();
        var pairs = all.SelectMany(one => all.Skip(one + 1).Select(other => (One: one, Other: other))).ToList();
        var agreeing = pairs.Where(pair => Agree(passes[pair.One], passes[pair.Other], floor)).ToList();
        if (agreeing.Count == pairs.Count)
            return (all, true);
        if (passes.Count < 3 || agreeing.Count == 0)
            return (all, false);
        var (nearest, next) = agreeing.MinBy(pair => Math.Abs(passes[pair.One].Log - passes[pair.Other].Log));
        return ([nearest, next], true);
    }

    private static List<double> Logs(IEnumerable<double> values) =>
        [.. values.Where(value => value > 0 && double.IsFinite(value)).Select(value => Math.Log(value))];
}
