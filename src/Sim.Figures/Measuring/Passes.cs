// SPDX-License-Identifier: MIT
namespace Sim.Figures.Measuring;

/// <summary>
/// Decides whether passes at different times agree. The machine may differ in the second pass: a neighbour has come, or gone. A pass's
/// median may be off by what equals differ in it (its A/A ratios), so that two passes agree where
/// <code>
///   |ln median 1 - ln median 2|  &lt;=  max(ln floor, width 1 + width 2)      width: the farther quartile of ln A/A from 0
/// </code>
/// </summary>
public static class Passes
{
    /// <summary>Two interleaved ratios may always differ by this factor.</summary>
    public const double Floor = 1.05;

    /// <summary>Two times that are not interleaved with another may always differ by this factor.</summary>
    public const double TimeFloor = 1.25;

    public const string Rule =
        "Each pair is measured in two passes, some time apart. They agree if their medians differ by at most 5 %, or by at most the noise of both passes "
        + "together (the farther quartile of A/A). If they do not agree, a third pass is made, and two passes that agree are kept. If no two agree, the row "
        + "is not settled.";

    /// <summary>The logarithm of a pass’s median (NaN for none), and its A/A’s farther quartile from 0.</summary>
    public readonly record struct Pass(double Log, double Width);

    /// <summary>A pass out of its ratios, or times, and its A/A ratios; those without a logarithm say nothing.</summary>
    public static Pass Of(IEnumerable<double> values, IEnumerable<double> selves)
    {
        var (logs, noise) = (Logs(values), Logs(selves));
        return logs.Count == 0 ? new(double.NaN, 0)
            : new(Spread.Of(logs).Median, noise.Count > 0 && Spread.Of(noise) is var spread ? Math.Max(Math.Abs(spread.Low), Math.Abs(spread.High)) : 0);
    }

    /// <summary>Whether two passes agree; one without a value contradicts none.</summary>
    public static bool Agree(Pass one, Pass other, double floor) =>
        !(Math.Abs(one.Log - other.Log) > Math.Max(Math.Log(floor), one.Width + other.Width));

    /// <summary>Passes that a row is made of: all if they agree, or the nearest two of three that do; else all, and not settled.</summary>
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
