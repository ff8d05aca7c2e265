// SPDX-License-Identifier: MIT
namespace Sim.Workloads.Synthesis;

/// <summary>Decides how often each prefix of a table churns: by Zipf's law over a random ranking.</summary>
internal static class PrefixPopularity
{
    /// <summary>The smallest exponent used. In a trace of a few minutes, almost every prefix occurs for the first time, so a fit would make
    /// all prefixes equally popular. The 2026 trace (15 minutes, 20 peers) gives an exponent of 0.85.</summary>
    private const double LeastExponent = 0.8;
    private const double MostExponent = 1.6;

    /// <summary>Returns the table's prefixes, the most popular first. Prefix lengths whose share of the churn exceeds their share of the
    /// table come earlier, so the first prefixes have the same mix of lengths as the churn.</summary>
    /// <exception cref="ArgumentException">Thrown if no prefix of the table has a length that occurs in the calibration.</exception>
    public static Prefix[] Rank(IReadOnlyList<Prefix> table, TraceCalibration calibration, ulong seed)
    {
        var inTable = new double[129];
        foreach (var prefix in table)
            inTable[prefix.Length]++;
        var weights = new double[129];
        foreach (var (length, share) in calibration.Lengths)
            weights[length] = inTable[length] == 0 ? 0 : share / inTable[length];
        var ranked = new List<(double Key, Prefix Prefix)>(table.Count);
        foreach (var prefix in table.Where(prefix => weights[prefix.Length] > 0))
        {
            // Efraimidis and Spirakis 2006: ascending -ln(u) / w is a draw without replacement in proportion to w. Each
            // prefix has its own generator, so that the table's order does not matter.
            var rng = Rng.Derive(seed, (ulong)(prefix.Address >> 64) ^ Rng.Mix((ulong)prefix.Address + prefix.Length));
            ranked.Add((-Math.Log(1 - rng.NextDouble()) / weights[prefix.Length], prefix));
        }

        if (ranked.Count == 0)
            throw new ArgumentException("the table has no prefix of a length that churns", nameof(table));
        return [.. ranked.OrderBy(entry => entry.Key).ThenBy(entry => entry.Prefix).Select(entry => entry.Prefix)];
    }

    /// <summary>Finds the exponent at which the given number of draws is expected to hit the given number of distinct prefixes.</summary>
    public static double Exponent(int prefixes, double draws, double distinct)
    {
        var (low, high) = (LeastExponent, MostExponent);
        if (Distinct(prefixes, low, draws) <= distinct)
            return low;
        while (high - low > 1e-4)
        {
            var middle = (low + high) / 2;
            if (Distinct(prefixes, middle, draws) > distinct)
                low = middle;
            else
                high = middle;
        }

        return (low + high) / 2;
    }

    /// <summary>Returns the expected number of distinct ranks in a number of draws. The sum is taken over groups of ranks. The width of a
    /// group is 1 % of its first rank.</summary>
    internal static double Distinct(int prefixes, double exponent, double draws)
    {
        var (sum, distinct) = (0.0, 0.0);
        foreach (var (rank, count) in Groups(prefixes))
            sum += count * Math.Pow(rank, -exponent);
        foreach (var (rank, count) in Groups(prefixes))
            distinct += count * (1 - Math.Exp(-draws * Math.Pow(rank, -exponent) / sum));
        return distinct;
    }

    private static IEnumerable<(double Rank, int Count)> Groups(int prefixes)
    {
        for (var first = 1; first <= prefixes;)
        {
            var count = Math.Min(Math.Max(first / 100, 1), prefixes - first + 1);
            yield return (first + (count - 1) / 2.0, count);
            first += count;
        }
    }
}
