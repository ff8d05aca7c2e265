// SPDX-License-Identifier: MIT
namespace Sim.Figures.Measuring;

/// <summary>The seconds of each repetition of A and B, and the ratio B / A of each pair of neighbouring repetitions.</summary>
public sealed record InterleavedTimes(double[] A, double[] B, double[] Ratios)
{
    public Spread SpreadA => Spread.Of(A);

    public Spread SpreadB => Spread.Of(B);

    public Spread Ratio => Spread.Of(Ratios);

    /// <summary>The A/A ratios: in each group, the second time of A divided by the first time of A, and the second time of B divided by the
    /// first time of B.</summary>
    public IEnumerable<double> Selves => new[] { A, B }.SelectMany(times =>
        Enumerable.Range(0, times.Length / 2).Select(group => times[group * 2 + 1] / times[group * 2]));

    public static InterleavedTimes Join(IReadOnlyCollection<InterleavedTimes> parts) => new(
        [.. parts.SelectMany(part => part.A)], [.. parts.SelectMany(part => part.B)], [.. parts.SelectMany(part => part.Ratios)]);
}

/// <summary>Interleaves repetitions so that slow drift affects both sides equally:
/// <code>
///   time   --------------------------------------->
///   order  A B B A  A B B A  ...       a linear drift cancels inside each group of four
///   pairs  \_/ \_/  \_/ \_/            each pair gives one ratio B / A
/// </code></summary>
public static class Interleaved
{
    /// <summary>Runs groups of A B B A. Each group gives two repetitions of A, two of B, and two ratios. Each repetition returns its
    /// seconds, without the time of its preparation. If first repetitions are slower, call A and B once before the run. If a repetition
    /// leaves its data in the caches, use a <see cref="CacheSweep"/>.</summary>
    public static InterleavedTimes Run(int groups, Func<double> a, Func<double> b, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        return Run(done => done < groups, a, b, cancel);
    }

    /// <summary>Runs at least one group. Runs more groups as long as <paramref name="another"/> returns true for the number of completed
    /// groups. Before each pair it calls <paramref name="before"/>.</summary>
    public static InterleavedTimes Run(Func<int, bool> another, Func<double> a, Func<double> b, CancellationToken cancel, Action? before = null) =>
        RunMany(another, () => [a()], () => [b()], cancel, before)[0];

    /// <summary>Runs groups of repetitions that return several times each, such as the time of an insertion and the time of a deletion.
    /// Returns one result for each of these times.</summary>
    public static InterleavedTimes[] RunMany(int groups, Func<double[]> a, Func<double[]> b, CancellationToken cancel) =>
        RunMany(done => done < groups, a, b, cancel);

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
