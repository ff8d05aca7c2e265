// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Keys;

/// <summary>Zipf's law over ranks 0..n-1: rank r has probability proportional to 1 / (r + 1)^s. Exponent 0 is the uniform distribution. A
/// binary search inverts the cumulative weights exactly. The weights take 8 bytes per rank.</summary>
public sealed class ZipfTable
{
    private readonly double[] _upTo;

    /// <exception cref="ArgumentOutOfRangeException">Thrown if there are no ranks, or the exponent is negative or infinite.</exception>
    public ZipfTable(int ranks, double exponent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ranks, 1);
        if (!double.IsFinite(exponent) || exponent < 0)
            throw new ArgumentOutOfRangeException(nameof(exponent), exponent, "a Zipf exponent is finite and not negative");
        _upTo = new double[ranks];
        var sum = 0.0;
        for (var rank = 0; rank < ranks; rank++)
            _upTo[rank] = sum += Math.Pow(rank + 1, -exponent);
    }

    public int Draw(ref Rng rng) => RankAt(rng.NextDouble());

    /// <summary>Returns the rank that a 64-bit hash selects. Equal hashes give equal ranks.</summary>
    public int RankOf(ulong hash) => RankAt((hash >> 11) * (1.0 / (1UL << 53)));

    /// <summary>Returns the rank at a quantile of the distribution, from 0 (the first rank) up to 1.</summary>
    public int RankAt(double quantile)
    {
        var at = Array.BinarySearch(_upTo, quantile * _upTo[^1]);
        return Math.Min(at < 0 ? ~at : at + 1, _upTo.Length - 1);
    }
}
