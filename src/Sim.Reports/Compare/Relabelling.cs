// SPDX-License-Identifier: MIT
using System.Numerics;
using MathNet.Numerics;
using MathNet.Numerics.Statistics;
using Sim.Figures;

namespace Sim.Reports.Compare;

/// <summary>
/// A permutation test over whole runs, of all rows at once. If the change did nothing, which runs are called "after" is
/// arbitrary: the statistic of a row is held against what it is under every other such choice. Runs move whole, so rows of
/// one run may depend on one another as they like.
/// <code>
///   statistic   T = |mean log after - mean log before| / (s + s0);  s: the standard error from the deviations within the sides;
///               s0: the median over the rows of the standard error from all runs, whichever way they are called
///   raw p       share of the choices with T at least as large
///   adjusted p  Westfall and Young's step-down maximum: share of the choices in which the largest T of this row and of
///               all with a smaller T is at least as large
/// </code>
/// </summary>
public sealed class Relabelling
{
    /// <summary>Up to so many choices all are taken; of more, as many are drawn.</summary>
    public const int MostChoices = 20_000;

    /// <summary>Choices are walked as bits; with more runs nearly every split has too many anyway.</summary>
    private const int MostRunsOfAll = 20;

    private readonly int _before;
    private readonly int _runs;
    private readonly List<bool[]> _choices;

    /// <param name="before">Runs before, one at least.</param>
    /// <param name="after">Runs after.</param>
    public Relabelling(int before, int after)
    {
        (_before, _runs) = (before, before + after);
        AreAll = _runs <= MostRunsOfAll && SpecialFunctions.Binomial(_runs, after) <= MostChoices;
        _choices = AreAll ? [.. All()] : [.. Drawn()];
    }

    /// <summary>True where every choice is tried; else a drawn sample.</summary>
    public bool AreAll { get; }

    /// <summary>The least p that so many runs can give: the choice that was made, and, of sides of one size, its mirror image.</summary>
    public double LeastP => (AreAll && 2 * _before == _runs ? 2.0 : 1.0) / _choices.Count;

    /// <summary>Tests every row.</summary>
    /// <param name="logs">For each row the logarithms of its values, runs before first.</param>
    /// <param name="cancel">Ends the test between two choices.</param>
    /// <returns>For each row its raw and its adjusted p.</returns>
    public (double P, double Adjusted)[] Test(IReadOnlyList<double[]> logs, CancellationToken cancel = default)
    {
        if (logs.Count == 0)
            return [];
        var floor = logs.Select(row => row.StandardDeviation()).Median() * Math.Sqrt(1.0 / _before + 1.0 / (_runs - _before));
        var own = logs.Select(row => Statistic(row, _choices[0], floor)).ToArray();
        var order = Enumerable.Range(0, logs.Count).OrderBy(row => own[row]).ToArray();
        var (raw, stepped) = (new int[logs.Count], new int[logs.Count]);
        foreach (var choice in _choices)
        {
            cancel.ThrowIfCancellationRequested();
            var largest = 0.0;
            foreach (var row in order)
            {
                // Rounding must not make a choice and its mirror image differ.
                var needed = own[row] * (1 - 1e-9);
                var statistic = Statistic(logs[row], choice, floor);
                largest = Math.Max(largest, statistic);
                raw[row] += statistic >= needed ? 1 : 0;
                stepped[row] += largest >= needed ? 1 : 0;
            }
        }

        var result = new (double, double)[logs.Count];
        var least = 0.0;
        foreach (var row in order.Reverse())
        {
            least = Math.Max(least, stepped[row] / (double)_choices.Count);
            result[row] = (raw[row] / (double)_choices.Count, least);
        }

        return result;
    }

    private double Statistic(double[] logs, bool[] isAfter, double floor)
    {
        var (sumBefore, sumAfter) = (0.0, 0.0);
        for (var run = 0; run < logs.Length; run++)
        {
            sumBefore += isAfter[run] ? 0 : logs[run];
            sumAfter += isAfter[run] ? logs[run] : 0;
        }

        var (before, after) = (sumBefore / _before, sumAfter / (_runs - _before));
        var squares = 0.0;
        for (var run = 0; run < logs.Length; run++)
        {
            var off = logs[run] - (isAfter[run] ? after : before);
            squares += off * off;
        }

        var error = Math.Sqrt(squares / (_runs - 2) * (1.0 / _before + 1.0 / (_runs - _before)));
        var shift = Math.Abs(after - before);
        return shift > 0 ? shift / (error + floor) : 0;
    }

    /// <summary>Every way to call so many runs "after", that which was made first.</summary>
    private IEnumerable<bool[]> All()
    {
        var made = ((1u << (_runs - _before)) - 1) << _before;
        yield return Labels(made);
        for (var mask = 0u; mask < 1u << _runs; mask++)
        {
            if (mask != made && BitOperations.PopCount(mask) == _runs - _before)
                yield return Labels(mask);
        }
    }

    private bool[] Labels(uint mask) => [.. Enumerable.Range(0, _runs).Select(run => (mask >> run & 1) == 1)];

    private IEnumerable<bool[]> Drawn()
    {
        var labels = Enumerable.Range(0, _runs).Select(run => run >= _before).ToArray();
        yield return [.. labels];
        var random = new Random(1);
        for (var i = 1; i < MostChoices; i++)
        {
            random.Shuffle(labels);
            yield return [.. labels];
        }
    }
}
