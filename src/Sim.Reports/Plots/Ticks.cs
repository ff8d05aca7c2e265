// SPDX-License-Identifier: MIT
using Sim.Figures;

namespace Sim.Reports.Plots;

/// <summary>Round places for an axis.</summary>
internal static class Ticks
{
    /// <summary>Steps of 1, 2 or 5 times a power of ten, about <paramref name="count"/> of them, inside the range.</summary>
    public static double[] Linear(double min, double max, int count)
    {
        if (!(max > min))
            return [min];
        var rough = (max - min) / Math.Max(1, count);
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        var first = (long)Math.Ceiling(min / step - 1e-9);
        var last = (long)Math.Floor(max / step + 1e-9);
        return [.. Enumerable.Range(0, (int)Math.Min(100, last - first + 1)).Select(i => Math.Round((first + i) * step, 12))];
    }

    /// <summary>
    /// Places on a logarithmic axis: powers of ten where there are many, with 2 and 5 between where there are few;
    /// over less than a factor of four, those of a linear axis.
    /// </summary>
    public static double[] Logarithmic(double min, double max, int count)
    {
        if (max / min < 4)
            return [.. Linear(min, max, count).Where(t => t > 0)];
        var from = (int)Math.Floor(Math.Log10(min));
        var to = (int)Math.Ceiling(Math.Log10(max));
        foreach (var digits in (double[][])[[1, 2, 5], [1, 3], [1]])
        {
            double[] ticks = [.. Decades(from, to, 1, digits).Where(t => t >= min * 0.999 && t <= max * 1.001)];
            if (ticks.Length <= count)
                return ticks;
        }
        var stride = (to - from + count - 1) / Math.Max(1, count);
        return [.. Decades(from, to, Math.Max(1, stride), [1]).Where(t => t >= min * 0.999 && t <= max * 1.001)];
    }

    private static IEnumerable<double> Decades(int from, int to, int stride, double[] digits)
    {
        for (var power = from; power <= to; power += stride)
        {
            foreach (var digit in digits)
                yield return digit * Math.Pow(10, power);
        }
    }
}
