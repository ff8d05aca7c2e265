// SPDX-License-Identifier: MIT
using Sim.Kernel;
using Sim.Workloads.Tables;

namespace Sim.Workloads.Tests.Synthesis;

/// <summary>Figures of a table's structure, computed by other means than the generator's.</summary>
internal sealed class Structure
{
    public Structure(IEnumerable<Prefix> prefixes)
    {
        var sorted = prefixes.Order().ToArray();
        var family = sorted[0].Family;
        Prefixes = sorted.Length;
        MeanLength = sorted.Average(prefix => prefix.Length);
        foreach (var prefix in sorted)
            Lengths[prefix.Length] += 1.0 / sorted.Length;
        Covered = CountCovered(sorted) / (double)sorted.Length;
        NodesPerPrefix = (sorted.Length + CountBranches(sorted)) / (double)sorted.Length;
        BlocksPerPrefix = (family == Family.IPv4 ? new[] { 16, 20, 22 } : [32, 36, 44])
            .Select(depth => CountBlocks(sorted, depth) / (double)sorted.Length).ToArray();
    }

    public int Prefixes { get; }

    public double MeanLength { get; }

    /// <summary>Share of each length.</summary>
    public double[] Lengths { get; } = new double[129];

    /// <summary>Share of the prefixes that lie inside another.</summary>
    public double Covered { get; }

    /// <summary>Nodes of a path-compressed trie: the prefixes, and the forks that are none.</summary>
    public double NodesPerPrefix { get; }

    /// <summary>Distinct blocks of three sizes: few where prefixes cluster.</summary>
    public double[] BlocksPerPrefix { get; }

    public override string ToString() =>
        $"{Prefixes} prefixes, mean length {MeanLength:F2}, covered {Covered:P1}, {NodesPerPrefix:F3} nodes a prefix, "
        + $"blocks a prefix {string.Join(" ", BlocksPerPrefix.Select(share => share.ToString("F4")))}, lengths "
        + string.Join(" ", Enumerable.Range(0, 129).Where(i => Lengths[i] > 0.01).Select(i => $"/{i} {Lengths[i]:P1}"));

    private static int CountCovered(Prefix[] sorted)
    {
        var covered = 0;
        var above = new Stack<Prefix>();
        foreach (var prefix in sorted)
        {
            while (above.Count > 0 && !above.Peek().Contains(prefix))
                above.Pop();
            covered += above.Count > 0 ? 1 : 0;
            above.Push(prefix);
        }

        return covered;
    }

    /// <summary>A fork is where two neighbours of the sorted order part, unless one of them ends there.</summary>
    private static int CountBranches(Prefix[] sorted)
    {
        var nodes = new PrefixSet(sorted.Length * 2);
        foreach (var prefix in sorted)
            nodes.Add(prefix);
        for (var i = 1; i < sorted.Length; i++)
        {
            var common = (int)UInt128.LeadingZeroCount(sorted[i].Address ^ sorted[i - 1].Address);
            var fork = new Prefix(
                sorted[i].Family, sorted[i].Address, Math.Min(common, Math.Min(sorted[i].Length, sorted[i - 1].Length)));
            nodes.Add(fork);
        }

        return nodes.Count - sorted.Length;
    }

    private static int CountBlocks(Prefix[] sorted, int depth)
    {
        var (blocks, last) = (0, UInt128.MaxValue);
        foreach (var prefix in sorted)
        {
            // Sorted by address: prefixes of one block are neighbours, but for shorter ones between them.
            var block = prefix.Address >> (128 - depth);
            if (prefix.Length < depth || block == last)
                continue;
            blocks++;
            last = block;
        }

        return blocks;
    }
}
