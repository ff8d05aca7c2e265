// SPDX-License-Identifier: MIT
namespace Sim.Reports.Plots;

/// <summary>Chooses the ticks of an axis: places with round values. An axis has at least three places, so that a reader sees how the axis
/// grows.</summary>
internal static class Ticks
{
    public const int Fewest = 3;

    private static readonly double[] s_steps = [1, .5, .2, .1, .05, .02, .01];

    /// <summary>
    /// Returns places inside the range at steps of 1, 2 or 5 times a power of ten. The step is the finest step for which there is room. At
    /// least three places are returned, even without room. If no step gives exactly three places, more than three are returned.
    /// </summary>
    public static double[] Linear(double min, double max, int most)
    {
        if (!(max > min))
            return [min];
        double[] found = [];
        foreach (var share in s_steps)
        {
            var step = share * Math.Pow(10, Math.Floor(Math.Log10(max - min)));
            var (first, last) = ((long)Math.Ceiling(min / step - 1e-9), (long)Math.Floor(max / step + 1e-9));
            double[] ticks = [.. Enumerable.Range(0, (int)Math.Clamp(last - first + 1, 0, 100)).Select(i => Math.Round((first + i) * share, 12) * (step / share))];
            if (found.Length >= Fewest && ticks.Length > most)
                break;
            found = ticks;
        }

        return found;
    }

    /// <summary>
    /// Returns places above 0 on a logarithmic axis. Places are powers of ten and, if there is room, powers of ten times 2 and 5, or times
    /// 3. If the range is too short for three of these places, returns the places of a linear axis. <paramref name="step"/> is the number
    /// of units in the next larger unit. With 1024, the places are 1, 10 and 100 bytes, then 1 KiB.
    /// </summary>
    public static double[] Logarithmic(double min, double max, int most, double step = 1000)
    {
        double[] found = [];
        if (max / min >= 4)
        {
            foreach (var ticks in Candidates(min, max, step).TakeWhile(ticks => ticks.Length >= Fewest))
            {
                found = ticks;
                if (ticks.Length <= most)
                    break;
            }
        }

        return found.Length > 0 ? found : [.. Linear(min, max, most).Where(t => t > 0)];
    }

    /// <summary>Returns sets of places, from the finest to the coarsest.</summary>
    private static IEnumerable<double[]> Candidates(double min, double max, double step)
    {
        var (from, to) = ((int)Math.Floor(Math.Log10(min)) - 1, (int)Math.Ceiling(Math.Log10(max)));
        double Power(int power) => Math.Pow(step, Math.Floor(power / 3.0)) * Math.Pow(10, power - 3 * Math.Floor(power / 3.0));
        double[] Places(int stride, double[] digits) =>
        [
            .. Enumerable.Range(0, (to - from) / stride + 1).SelectMany(i => digits.Select(digit => digit * Power(from + i * stride)))
                .Where(t => t >= min * 0.999 && t <= max * 1.001),
        ];
        yield return Places(1, [1, 2, 5]);
        yield return Places(1, [1, 3]);
        for (var stride = 1; stride <= to - from; stride++)
            yield return Places(stride, [1]);
    }
}
