// SPDX-License-Identifier: MIT
namespace Sim.Figures.Measuring;

/// <summary>Two things measured in turn on a machine whose speed drifts.</summary>
/// <param name="A">Seconds of each repetition of the first.</param>
/// <param name="B">Seconds of each repetition of the second.</param>
/// <param name="Ratios">B / A, pair by pair: the two repetitions of a pair are neighbours in time.</param>
public sealed record InterleavedTimes(double[] A, double[] B, double[] Ratios)
{
    public Spread SpreadA => Spread.Of(A);

    public Spread SpreadB => Spread.Of(B);

    public Spread Ratio => Spread.Of(Ratios);

    /// <summary>
    /// What equals differ here: in each group, the first's second repetition over its first, and likewise the second's. A/A ratios out
    /// of the very repetitions that the ratios are of.
    /// </summary>
    public IEnumerable<double> Selves => new[] { A, B }.SelectMany(times =>
        Enumerable.Range(0, times.Length / 2).Select(group => times[group * 2 + 1] / times[group * 2]));

    /// <summary>The repetitions of several measurements, one after the other.</summary>
    public static InterleavedTimes Join(IReadOnlyCollection<InterleavedTimes> parts) => new(
        [.. parts.SelectMany(part => part.A)], [.. parts.SelectMany(part => part.B)], [.. parts.SelectMany(part => part.Ratios)]);
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
    /// leaves its memory in the caches, give a <see cref="CacheSweep"/>.
    /// </summary>
    /// <param name="groups">Groups of four; gives twice as many repetitions of each and as many ratios.</param>
    /// <param name="a">Runs the first once and returns its seconds: preparation is the callee's to leave out.</param>
    /// <param name="b">The same for the second.</param>
    /// <param name="cancel">Ends the measurement between two repetitions.</param>
    public static InterleavedTimes Run(
        int groups, Func<double> a, Func<double> b, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        return Run(done => done < groups, a, b, cancel);
    }

    /// <summary>Runs groups until <paramref name="another"/>, given how many there were, wants no more; at least one.</summary>
    /// <param name="another">Is asked after each group.</param>
    /// <param name="a">Runs the first.</param>
    /// <param name="b">Runs the second.</param>
    /// <param name="cancel">Ends the measurement.</param>
    /// <param name="before">Is called before each pair: what makes both sides' start alike.</param>
    public static InterleavedTimes Run(
        Func<int, bool> another, Func<double> a, Func<double> b, CancellationToken cancel, Action? before = null)
    {
        ArgumentNullException.ThrowIfNull(another);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var (timesA, timesB) = (new List<double>(), new List<double>());
        do
        {
            cancel.ThrowIfCancellationRequested();
            before?.Invoke();
            timesA.Add(a());
            timesB.Add(b());
            cancel.ThrowIfCancellationRequested();
            before?.Invoke();
            timesB.Add(b());
            timesA.Add(a());
        }
        while (another(timesA.Count / 2));
        return new InterleavedTimes([.. timesA], [.. timesB], [.. timesA.Zip(timesB, (first, second) => second / first)]);
    }

    /// <summary>The same where one run gives several times: of an insertion and of a deletion, say.</summary>
    /// <returns>One result for each time that a run gives.</returns>
    public static InterleavedTimes[] RunMany(
        int groups, Func<double[]> a, Func<double[]> b, CancellationToken cancel) => RunMany(done => done < groups, a, b, cancel);

    /// <summary>The same, as long as another group is wanted.</summary>
    public static InterleavedTimes[] RunMany(
        Func<int, bool> another, Func<double[]> a, Func<double[]> b, CancellationToken cancel, Action? before = null)
    {
        var (timesA, timesB) = (new List<double[]>(), new List<double[]>());
        var all = Run(
            another,
            () => Remember(timesA, a()),
            () => Remember(timesB, b()),
            cancel,
            before);
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
