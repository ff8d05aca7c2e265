// SPDX-License-Identifier: MIT
namespace Sim.Runner.Experiments;

/// <summary>Two things measured in turn on a machine whose speed drifts.</summary>
/// <param name="A">Seconds of each repetition of the first.</param>
/// <param name="B">Seconds of each repetition of the second.</param>
/// <param name="Ratios">B / A, pair by pair: the two repetitions of a pair are neighbours in time.</param>
public sealed record InterleavedTimes(double[] A, double[] B, double[] Ratios)
{
    public Spread SpreadA => Spread.Of(A);

    public Spread SpreadB => Spread.Of(B);

    public Spread Ratio => Spread.Of(Ratios);
}

/// <summary>
/// Interleaves repetitions so that slow drift falls on both sides alike:
/// <code>
///   time   --------------------------------------->
///   order  A B B A  A B B A  ...       a linear drift cancels inside each group of four
///   pairs  \_/ \_/  \_/ \_/            each pair gives one ratio B / A
/// </code>
/// </summary>
public static class Interleaved
{
    /// <summary>
    /// Runs <paramref name="groups"/> groups of A B B A. Where the first run of a thing is slower, run each once before; where a run
    /// leaves its memory in the caches, begin each with a <see cref="CacheSweep"/>.
    /// </summary>
    /// <param name="groups">Groups of four; gives twice as many repetitions of each and as many ratios.</param>
    /// <param name="a">Runs the first once and returns its seconds: preparation is the callee's to leave out.</param>
    /// <param name="b">The same for the second.</param>
    /// <param name="cancel">Ends the measurement between two repetitions.</param>
    public static InterleavedTimes Run(
        int groups, Func<double> a, Func<double> b, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        var timesA = new double[groups * 2];
        var timesB = new double[groups * 2];
        var ratios = new double[groups * 2];
        for (var group = 0; group < groups; group++)
        {
            cancel.ThrowIfCancellationRequested();
            var (first, second) = (group * 2, group * 2 + 1);
            timesA[first] = a();
            timesB[first] = b();
            cancel.ThrowIfCancellationRequested();
            timesB[second] = b();
            timesA[second] = a();
            ratios[first] = timesB[first] / timesA[first];
            ratios[second] = timesB[second] / timesA[second];
        }

        return new InterleavedTimes(timesA, timesB, ratios);
    }

    /// <summary>The same where one run gives several times: of an insertion and of a deletion, say.</summary>
    /// <returns>One result for each time that a run gives.</returns>
    public static InterleavedTimes[] RunMany(
        int groups, Func<double[]> a, Func<double[]> b, CancellationToken cancel)
    {
        var (timesA, timesB) = (new List<double[]>(), new List<double[]>());
        var all = Run(
            groups,
            () => Remember(timesA, a()),
            () => Remember(timesB, b()),
            cancel);
        return [.. timesA[0].Select((_, i) => new InterleavedTimes(
            [.. timesA.Select(times => times[i])],
            [.. timesB.Select(times => times[i])],
            [.. all.Ratios.Select((_, pair) => timesB[pair][i] / timesA[pair][i])]))];
    }

    private static double Remember(List<double[]> times, double[] run)
    {
        times.Add(run);
        return run[0];
    }
}
