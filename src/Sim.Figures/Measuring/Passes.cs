// SPDX-License-Identifier: MIT
namespace Sim.Figures.Measuring;

/// <summary>Decides whether passes at different times agree. The machine may have changed by the second pass, because other work has
/// begun or ended. The median of a pass may be off by as much as equal structures differ in it (its A/A ratios). So two passes agree
/// if
/// <code>
///   |ln median 1 - ln median 2|  &lt;=  max(ln floor, width 1 + width 2)      width: the farther quartile of ln A/A from 0
/// </code></summary>
public static class Passes
{
    /// <summary>Two interleaved ratios may always differ by this factor.</summary>
    public const double Floor = 1.05;

    /// <summary>Two times that are not interleaved may always differ by this factor.</summary>
    public const double TimeFloor = 1.25;

    public const string Rule =
        "Each pair is measured in two passes, some time apart. They agree if their medians differ by at most 5 %, or by at most the noise of both passes "
        + "together (the farther quartile of A/A). If they do not agree, a third pass is made, and two passes that agree are kept. If no two agree, the row "
        + "is not settled.";

    /// <summary>The logarithm of a pass’s median (NaN if there is none), and the larger distance of the quartiles of ln
    /// A/A from 0.</summary>
    public readonly record struct Pass(double Log, double Width);

    /// <summary>Makes a pass from its ratios or times, and its A/A ratios. Values without a logarithm are ignored.</summary>
    public static Pass Of(IEnumerable<double> values, IEnumerable<double> selves)
    {
        var (logs, noise) = (Logs(values), Logs(selves));
        return logs.Count == 0 ? new(double.NaN, 0)
            : new(Spread.Of(logs).Median, noise.Count > 0 && Spread.Of(noise) is var spread ? Math.Max(Math.Abs(spread.Low), Math.Abs(spread.High)) : 0);
    }

    /// <summary>Returns whether two passes agree. A pass without a value agrees with all.</summary>
    public static bool Agree(Pass one, Pass other, double floor) =>
        !(Math.Abs(one.Log - other.Log) > Math.Max(Math.Log(floor), one.Width + other.Width));

    /// <summary>Returns the passes that a row is made of: all if they agree, else the nearest two that agree, if there are three. If
    /// neither applies, it returns all as not settled.</summary>
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
