// SPDX-License-Identifier: MIT
namespace Sim.Figures.Measuring;

/// <summary>Seconds of each repetition of two things, and B / A of each pair, whose repetitions are neighbours in time.</summary>
public sealed record InterleavedTimes(double[] A, double[] B, double[] Ratios)
{
    public Spread SpreadA => Spread.Of(A);

    public Spread SpreadB => Spread.Of(B);

    public Spread Ratio => Spread.Of(Ratios);

    /// <summary>A/A ratios of the same repetitions: in each group the first’s second over its first, and likewise the second’s.</summary>
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
    /// Runs groups of A B B A: twice as many repetitions of each and as many ratios. A run returns its seconds, without its
    /// preparation. Where the first run of a thing is slower, run each once before; where a run leaves its memory in the caches,
    /// give a <see cref="CacheSweep"/>.
    /// </summary>
    public static InterleavedTimes Run(int groups, Func<double> a, Func<double> b, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        return Run(done => done < groups, a, b, cancel);
    }

    /// <summary>Runs groups, at least one, while another is wanted after so many; prepares both sides alike before each pair.</summary>
    public static InterleavedTimes Run(Func<int, bool> another, Func<double> a, Func<double> b, CancellationToken cancel, Action? before = null) =>
        RunMany(another, () => [a()], () => [b()], cancel, before)[0];

    /// <summary>The same where one run gives several times, of an insertion and of a deletion, say: a result for each.</summary>
    public static InterleavedTimes[] RunMany(int groups, Func<double[]> a, Func<double[]> b, CancellationToken cancel) =>
        RunMany(done => done < groups, a, b, cancel);

    /// <summary>The same, as long as another group is wanted.</summary>
    public static InterleavedTimes[] RunMany(
        Func<int, bool> another, Func<double[]> a, Func<double[]> b, CancellationToken cancel, Action? before = null)
    {
        var (timesA, timesB) = (new List<double[]>(), new List<double[]>());
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
        return [.. timesA[0].Select((_, i) => new InterleavedTimes(
            [.. timesA.Select(times => times[i])], [.. timesB.Select(times => times[i])],
            [.. timesA.Zip(timesB, (first, second) => second[i] / first[i])]))];
    }
}
